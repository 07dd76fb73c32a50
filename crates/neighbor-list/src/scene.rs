//! What all chunks read: [`Scene`], the candidates in a grid or in a lattice, seen alike.

use simd_kernels::Level;
use simd_kernels::distance::planes::Planes;

use crate::grid::Grid;
use crate::hits::Hit;
use crate::lattice::Lattice;
use crate::linear::dot;
use crate::stencil::Translations;

/// The atoms and their images. In a grid a candidate's place is that of an atom and its translation an image; in a
/// lattice the place is that of an image and the translation a difference of atoms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) grid: &'a Grid,
    pub(crate) translations: &'a Translations,
    /// If the search is there and not in the grid.
    pub(crate) lattice: Option<&'a Lattice>,
    pub(crate) level: Level,
}

impl<'a> Scene<'a> {
    /// The candidates.
    pub(crate) fn points(&self) -> Planes<'a, f64> {
        let [x, y, z] = self.axes();
        Planes::new(x, y, z)
    }

    /// Their coordinates.
    pub(crate) fn axes(&self) -> [&'a [f64]; 3] {
        let grid = self.grid;
        self.lattice.map_or([&grid.x, &grid.y, &grid.z], Lattice::axes)
    }

    /// What the runs are translated by.
    pub(crate) fn vectors(&self) -> &'a [[f64; 3]] {
        self.lattice.map_or(&self.translations.vectors, |lattice| &lattice.differences)
    }

    /// Where the candidates of the atom at `place` are seen from.
    #[inline]
    pub(crate) fn center(&self, place: usize) -> [f64; 3] {
        if self.lattice.is_some() { [0.0; 3] } else { self.grid.position(place) }
    }

    /// The candidate that the atom at `place` itself is.
    #[inline]
    pub(crate) fn itself(&self, place: u32) -> u32 {
        self.lattice.map_or(place, Lattice::itself)
    }

    /// The atom that `hit` is or is an image of.
    #[inline]
    pub(crate) fn neighbour(&self, hit: Hit) -> u32 {
        self.grid.atoms[self.lattice.map_or(hit.place, |lattice| lattice.neighbour(hit.translation))]
    }

    /// `D` from the atom at `i` to `hit`.
    #[inline(always)] // a call for every pair that is visited otherwise
    pub(crate) fn displacement(&self, i: usize, hit: Hit) -> [f64; 3] {
        let (from, t) = (self.center(i), self.vectors()[hit.translation as usize]);
        let to =
            self.lattice.map_or_else(|| self.grid.position(hit.place), |lattice| lattice.position(hit.place));
        core::array::from_fn(|axis| (to[axis] - from[axis]) + t[axis])
    }

    /// `d²`, with the formula of [`simd_kernels::ball::select`].
    #[inline]
    pub(crate) fn distance_squared(&self, i: usize, hit: Hit) -> f64 {
        let vector = self.displacement(i, hit);
        dot(vector, vector)
    }

    /// `S` between the atoms as the caller gave them: what wrapping took off is put back.
    #[inline]
    pub(crate) fn shift(&self, i: usize, hit: Hit) -> [i32; 3] {
        let run = self.run_shift(i, hit.translation);
        match self.lattice {
            Some(_) => add(run, self.translations.shifts[hit.place]),
            None => subtract(run, self.taken_off(hit.place)),
        }
    }

    /// What all shifts of a run have in common: in a grid all but what wrapping took off the neighbours, in a lattice
    /// all but the images.
    #[inline]
    pub(crate) fn run_shift(&self, i: usize, translation: u32) -> [i32; 3] {
        let own = self.taken_off(i);
        match self.lattice {
            Some(lattice) => subtract(own, self.taken_off(lattice.neighbour(translation))),
            None => add(own, self.translations.shifts[translation as usize]),
        }
    }

    /// What wrapping took off the atom at `place`.
    #[inline]
    fn taken_off(&self, place: usize) -> [i32; 3] {
        self.grid.shifts.get(place).copied().unwrap_or_default()
    }
}

fn add(a: [i32; 3], b: [i32; 3]) -> [i32; 3] {
    core::array::from_fn(|axis| a[axis] + b[axis])
}

fn subtract(a: [i32; 3], b: [i32; 3]) -> [i32; 3] {
    core::array::from_fn(|axis| a[axis] - b[axis])
}
