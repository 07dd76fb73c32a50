//! The atoms in bins: [`Grid`], columns on the brick's x-y plane, cut into bins along z.
//!
//! A counting sort brings the atoms into the order of their bins, so that the atoms of one column between two heights
//! stand in one contiguous run, as arrays of x, y and z.

use crate::frame::Frame;
use crate::resolution::Resolution;
use crate::{Error, Position, memory};

/// Lanes that a kernel may read past the last atom.
const PADDING: usize = simd_kernels::ball::BLOCK;

/// Atoms sorted into columns and z-bins.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    pub(crate) frame: Frame,
    /// Columns along x, columns along y, bins along z; at least 1 each.
    pub(crate) bins: [usize; 3],
    /// The sides of a bin.
    pub(crate) width: [f64; 3],
    inverse: [f64; 3],
    /// Where the atoms of each bin begin; the bins of a column follow one another, the columns stand by x, then y.
    pub(crate) start: Vec<u32>,
    /// The wrapped positions in this order and then padding, in original coordinates.
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
    pub(crate) z: Vec<f64>,
    /// The atom at each place, and padding.
    pub(crate) atoms: Vec<u32>,
    /// What was taken off each atom to wrap it, in the order of the places; empty if all lay inside.
    pub(crate) shifts: Vec<[i32; 3]>,
    /// The same in three bytes, and padding; empty if one does not fit.
    pub(crate) packed_shifts: Vec<u32>,
    /// The bin of each atom.
    bin_of: Vec<u32>,
}

impl Grid {
    /// Sorts the atoms; `reach` is the largest distance that will be searched.
    pub(crate) fn fill<P: Position>(
        &mut self,
        positions: &[P],
        frame: Frame,
        resolution: Resolution,
    ) -> Result<(), Error> {
        let n = positions.len();
        self.frame = frame;
        self.bins = resolution.bins;
        self.width = core::array::from_fn(|axis| self.frame.extent[axis] / self.bins[axis] as f64);
        self.inverse = self.width.map(|width| if width > 0.0 { 1.0 / width } else { 0.0 });
        let inside = self.count(positions)?;
        for axis in [&mut self.x, &mut self.y, &mut self.z] {
            memory::fill(axis, n + PADDING, 0.0)?;
        }
        memory::fill(&mut self.atoms, n + PADDING, 0)?;
        self.shifts.clear();
        self.packed_shifts.clear();
        if inside {
            self.scatter_inside(positions);
            Ok(())
        } else {
            memory::fill(&mut self.shifts, n, [0; 3])?;
            self.scatter_wrapped(positions)
        }
    }

    /// The number of atoms.
    pub(crate) fn len(&self) -> usize {
        self.x.len().saturating_sub(PADDING)
    }

    /// Bins for each unit of height.
    pub(crate) fn bins_per_height(&self) -> f64 {
        self.inverse[2]
    }

    /// The first bin of the column at `(ix, iy)`.
    #[inline]
    pub(crate) fn first_bin(&self, ix: usize, iy: usize) -> usize {
        (ix * self.bins[1] + iy) * self.bins[2]
    }

    /// The column of a bin, by x and y.
    #[inline]
    pub(crate) fn column(&self, index: usize) -> (usize, usize) {
        (index / self.bins[1], index % self.bins[1])
    }

    /// The column of an atom, by x and y.
    pub(crate) fn column_of(&self, atom: u32) -> (usize, usize) {
        self.column(self.bin_of[atom as usize] as usize / self.bins[2])
    }

    /// The wrapped position at a place, in original coordinates.
    #[inline]
    pub(crate) fn position(&self, place: usize) -> [f64; 3] {
        [self.x[place], self.y[place], self.z[place]]
    }

    /// Gives the atoms new positions and leaves them at their places, wrapped by as many cells as before.
    pub(crate) fn move_atoms(&mut self, positions: &[[f64; 3]]) {
        for place in 0..self.len().min(positions.len()) {
            let mut r = positions[self.atoms[place] as usize];
            if let Some(shift) = self.shifts.get(place) {
                r = self.frame.wrapped(r, *shift);
            }
            (self.x[place], self.y[place], self.z[place]) = (r[0], r[1], r[2]);
        }
    }

    /// Notes the bin of each atom and where each bin begins; says whether all atoms lie inside of the brick.
    fn count<P: Position>(&mut self, positions: &[P]) -> Result<bool, Error> {
        memory::fill(&mut self.start, self.bins.iter().product::<usize>() + 1, 0)?;
        self.bin_of.clear();
        memory::reserve_exact(&mut self.bin_of, positions.len())?;
        let mut inside = true;
        for r in positions {
            let (cells, u) = self.frame.wrap(r.widen());
            inside &= cells == [0.0; 3];
            let bin = self.bin(u);
            self.bin_of.push(bin as u32);
            self.start[bin] += 1;
        }
        let mut sum = 0;
        for start in &mut self.start {
            sum += core::mem::replace(start, sum);
        }
        Ok(inside)
    }

    #[inline]
    fn bin(&self, u: [f64; 3]) -> usize {
        let [x, y, z] = core::array::from_fn(|axis| {
            // Rounding may leave an atom just outside of the brick: it belongs to the outermost bin (a negative
            // number becomes 0), and the slack of every bound covers the error.
            let bin = (u[axis] - self.frame.origin[axis]) * self.inverse[axis];
            (bin as usize).min(self.bins[axis] - 1)
        });
        self.first_bin(x, y) + z
    }

    fn scatter_inside<P: Position>(&mut self, positions: &[P]) {
        for (atom, r) in positions.iter().enumerate() {
            self.put(atom, r.widen());
        }
        self.rewind();
    }

    fn scatter_wrapped<P: Position>(&mut self, positions: &[P]) -> Result<(), Error> {
        for (atom, r) in positions.iter().enumerate() {
            let r = r.widen();
            let (cells, _) = self.frame.wrap(r);
            let shift = self.frame.shift_of(cells, atom)?;
            let place = self.put(atom, self.frame.wrapped(r, shift));
            self.shifts[place] = shift;
        }
        self.rewind();
        self.pack_shifts()
    }

    fn pack_shifts(&mut self) -> Result<(), Error> {
        let pack = |shift: &[i32; 3]| {
            let [x, y, z] = shift.map(|s| i8::try_from(s).ok().map(i8::cast_unsigned));
            Some(u32::from_le_bytes([x?, y?, z?, 0]))
        };
        memory::reserve_exact(&mut self.packed_shifts, self.shifts.len() + PADDING)?;
        self.packed_shifts.extend(self.shifts.iter().map_while(pack));
        if self.packed_shifts.len() == self.shifts.len() {
            self.packed_shifts.resize(self.shifts.len() + PADDING, 0);
        } else {
            self.packed_shifts.clear();
        }
        Ok(())
    }

    /// Puts an atom at the next place of its bin.
    #[inline]
    fn put(&mut self, atom: usize, r: [f64; 3]) -> usize {
        let next = &mut self.start[self.bin_of[atom] as usize];
        let place = *next as usize;
        *next += 1;
        self.x[place] = r[0];
        self.y[place] = r[1];
        self.z[place] = r[2];
        self.atoms[place] = atom as u32;
        place
    }

    /// After the scatter every `start` stands at the end of its bin, which is where the next one begins.
    fn rewind(&mut self) {
        let last = self.start.len() - 1;
        self.start.copy_within(0..last, 1);
        self.start[0] = 0;
    }
}
