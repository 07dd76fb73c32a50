//! Few atoms with many images: [`Lattice`], which searches the lattice around each pair of atoms.
//!
//! In a cell much smaller than the cutoff a column holds an atom or two, and every image of it would be a run of that
//! many candidates: all overhead. So the roles are changed: the lattice vectors `S · cell` are the points, and what a
//! run is translated by is `r[j] − r[i]`. For each `i` there are as many runs as atoms, each of the whole lattice,
//! and because addition commutes every distance has the same bits as in a grid.

use simd_kernels::ball::{BLOCK, Run};

use crate::grid::Grid;
use crate::stencil::Translations;
use crate::{Error, memory};

/// The images as points, and the differences between the atoms as translations.
#[derive(Debug, Default)]
pub(crate) struct Lattice {
    /// The atoms; 0 if the search is in the grid.
    atoms: usize,
    /// The images.
    images: usize,
    /// `S · cell`, and padding.
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    /// `−S` in three bytes, and padding.
    pub(crate) packed_shifts: Vec<u32>,
    /// `r[j] − r[i]` at `i · atoms + j`.
    pub(crate) differences: Vec<[f64; 3]>,
}

/// In blocks tested for one atom, what a lattice costs as a share of what a grid of one bin does: the grid leaves out
/// columns that are too far, but has a run for each block.
const BLOCKS_SHARE: f64 = 1.5;
/// A flat or skewed cell may have any number of images, of which the grid leaves most out.
const IMAGES_MAX: usize = 4096;
/// Their shifts must fit a byte, negated as well.
const SHIFT_MAX: i32 = i8::MAX as i32;

impl Lattice {
    /// Whether the search can and should be here rather than in a grid.
    pub(crate) fn suits(grid: &Grid, translations: &Translations) -> bool {
        let images = translations.shifts.len();
        let blocks = grid.len() * images.div_ceil(BLOCK);
        BLOCKS_SHARE * (blocks as f64) < images as f64
            && images <= IMAGES_MAX
            && translations.shift_max <= SHIFT_MAX
    }

    /// The search is in the grid.
    pub(crate) fn clear(&mut self) {
        self.atoms = 0;
    }

    /// Whether the search is here.
    pub(crate) fn is_used(&self) -> bool {
        self.atoms > 0
    }

    /// Takes over the images and the atoms.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`]; the search is not here then.
    pub(crate) fn fill(&mut self, grid: &Grid, translations: &Translations) -> Result<(), Error> {
        self.clear();
        self.images = translations.vectors.len();
        for (axis, points) in [&mut self.x, &mut self.y, &mut self.z].into_iter().enumerate() {
            points.clear();
            memory::reserve_exact(points, self.images + BLOCK)?;
            points.extend(translations.vectors.iter().map(|vector| vector[axis]));
            points.resize(self.images + BLOCK, 0.0);
        }
        let byte = |s: i32| (-s) as u8;
        let pack = |&[x, y, z]: &[i32; 3]| u32::from_le_bytes([byte(x), byte(y), byte(z), 0]);
        self.packed_shifts.clear();
        memory::reserve_exact(&mut self.packed_shifts, self.images + BLOCK)?;
        self.packed_shifts.extend(translations.shifts.iter().map(pack));
        self.packed_shifts.resize(self.images + BLOCK, 0);
        self.differences.clear();
        memory::reserve_exact(&mut self.differences, grid.len() * grid.len())?;
        self.atoms = grid.len();
        self.compare(grid);
        Ok(())
    }

    /// Notes how far the atoms of the grid are from one another now.
    pub(crate) fn compare(&mut self, grid: &Grid) {
        self.differences.clear();
        for i in 0..self.atoms {
            let from = grid.position(i);
            self.differences.extend((0..self.atoms).map(|j| {
                let to = grid.position(j);
                core::array::from_fn(|axis| to[axis] - from[axis])
            }));
        }
    }

    /// The images as points.
    pub(crate) fn axes(&self) -> [&[f64]; 3] {
        [&self.x, &self.y, &self.z]
    }

    /// The vector of an image.
    #[inline]
    pub(crate) fn position(&self, image: usize) -> [f64; 3] {
        [self.x[image], self.y[image], self.z[image]]
    }

    /// Which image is the cell itself: they are symmetric about it.
    pub(crate) fn itself(&self) -> u32 {
        (self.images / 2) as u32
    }

    /// The place of the atom whose difference from another this is.
    #[inline]
    pub(crate) fn neighbour(&self, difference: u32) -> usize {
        difference as usize % self.atoms
    }

    /// All images of every atom around the one at `place`, whose own stand in the first run; gives the blocks.
    pub(crate) fn runs(&self, place: usize, runs: &mut Vec<Run>) -> usize {
        let run = |j: usize| Run {
            start: 0,
            len: self.images as u32,
            translation: (place * self.atoms + j) as u32,
        };
        runs.clear();
        runs.push(run(place));
        runs.extend((0..self.atoms).filter(|&j| j != place).map(run));
        self.atoms * self.images.div_ceil(BLOCK)
    }
}
