//! The result: [`NeighborList`], its rows, and [`Pair`].

use crate::{Builder, Cutoff};

/// One directed pair of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The centre.
    pub i: u32,
    /// The neighbour.
    pub j: u32,
    /// The shift `S` of the neighbour, in lattice vectors.
    pub shift: [i32; 3],
    /// `d²`.
    pub distance_squared: f64,
    /// `D = r[j] − r[i] + S · cell`.
    pub vector: [f64; 3],
}

/// All pairs of atoms within a cutoff, sorted by `i`, as parallel arrays with row offsets (CSR).
///
/// The pairs of atom `i` stand at `offsets()[i]..offsets()[i + 1]`; within a row their order is unspecified, but the
/// same for any number of threads and any instruction set.
///
/// # Examples
/// ```
/// use neighbor_list::{Cell, NeighborList};
///
/// // Simple cubic: one atom, six neighbours, all of them images.
/// let list = NeighborList::builder(1.1).shifts().distances().build(&[[0.0; 3]], &Cell::cubic(1.0)?)?;
/// assert_eq!(list.offsets(), [0, 6]);
/// assert_eq!(list.distances(), [1.0; 6]);
/// for (j, shift) in list.row(0) {
///     assert_eq!((j, shift.iter().map(|s| s.abs()).sum::<i32>()), (0, 1));
/// }
/// # Ok::<(), neighbor_list::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NeighborList {
    pub(crate) offsets: Vec<usize>,
    pub(crate) i: Vec<u32>,
    pub(crate) j: Vec<u32>,
    pub(crate) shifts: Vec<[i32; 3]>,
    pub(crate) distances: Vec<f64>,
    pub(crate) vectors: Vec<[f64; 3]>,
}

impl NeighborList {
    /// Options of a search for pairs closer than `cutoff`: a number, or a [`Cutoff`] per atom or per pair of types.
    pub fn builder(cutoff: impl Into<Cutoff>) -> Builder {
        Builder::new(cutoff.into())
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.j.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.j.is_empty()
    }

    /// The number of atoms.
    pub fn atoms(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Where the rows begin, and where the last ends: one more than there are atoms.
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// The centre of each pair; ascending.
    pub fn i(&self) -> &[u32] {
        &self.i
    }

    /// The neighbour of each pair.
    pub fn j(&self) -> &[u32] {
        &self.j
    }

    /// The shift `S` of each pair in lattice vectors; empty unless [`Builder::shifts`] was asked for.
    pub fn shifts(&self) -> &[[i32; 3]] {
        &self.shifts
    }

    /// The distance `d` of each pair; empty unless [`Builder::distances`] was asked for.
    pub fn distances(&self) -> &[f64] {
        &self.distances
    }

    /// `D = r[j] − r[i] + S · cell` of each pair; empty unless [`Builder::vectors`] was asked for.
    pub fn vectors(&self) -> &[[f64; 3]] {
        &self.vectors
    }

    /// The neighbours of atom `i`.
    ///
    /// # Panics
    /// If there is no atom `i`.
    pub fn row(&self, i: usize) -> Row<'_> {
        assert!(i < self.atoms(), "row {i} of a list of {} atoms", self.atoms());
        self.part(self.offsets[i], self.offsets[i + 1] - self.offsets[i])
    }

    /// `len` pairs of one row, from `start` on.
    pub(crate) fn part(&self, start: usize, len: usize) -> Row<'_> {
        Row { list: self, start, end: start + len }
    }

    /// Empties the list and keeps its memory.
    pub fn clear(&mut self) {
        self.offsets.clear();
        self.i.clear();
        self.j.clear();
        self.shifts.clear();
        self.distances.clear();
        self.vectors.clear();
    }
}

/// The neighbours of one atom; iterates as `(j, shift)`.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    list: &'a NeighborList,
    start: usize,
    end: usize,
}

impl<'a> Row<'a> {
    /// The number of neighbours.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The neighbours.
    pub fn j(&self) -> &'a [u32] {
        &self.list.j[self.start..self.end]
    }

    /// Their shifts; empty unless [`Builder::shifts`] was asked for.
    pub fn shifts(&self) -> &'a [[i32; 3]] {
        self.list.shifts.get(self.start..self.end).unwrap_or_default()
    }

    /// Their distances; empty unless [`Builder::distances`] was asked for.
    pub fn distances(&self) -> &'a [f64] {
        self.list.distances.get(self.start..self.end).unwrap_or_default()
    }

    /// Their vectors; empty unless [`Builder::vectors`] was asked for.
    pub fn vectors(&self) -> &'a [[f64; 3]] {
        self.list.vectors.get(self.start..self.end).unwrap_or_default()
    }
}

impl<'a> IntoIterator for Row<'a> {
    type Item = (u32, [i32; 3]);
    type IntoIter = core::iter::Zip<
        core::iter::Copied<core::slice::Iter<'a, u32>>,
        core::iter::Copied<core::slice::Iter<'a, [i32; 3]>>,
    >;

    /// # Panics
    /// If the list has pairs but no shifts: without them `j` alone would be read as the nearest image.
    fn into_iter(self) -> Self::IntoIter {
        assert_eq!(self.shifts().len(), self.len(), "iterating a row needs a list built with .shifts()");
        self.j().iter().copied().zip(self.shifts().iter().copied())
    }
}
