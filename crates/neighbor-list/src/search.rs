//! The search without the list: [`Search`] knows the exact size, fills [`Buffers`] of the caller or visits the pairs.

use crate::rules::check_length;
use crate::{Builder, Cell, Cutoff, Error, Pair, Position, Workspace};

/// A finished search: how many pairs there are is known, and none is stored.
///
/// It holds a bit for each candidate (0.3 to 0.7 bytes a pair, usually) and a copy of the positions.
///
/// # Examples
/// ```
/// use neighbor_list::{Buffers, Cell, Search};
///
/// let search = Search::new(&[[0.0; 3], [0.9, 0.0, 0.0]], &Cell::none(), 1.0)?;
/// let (mut i, mut j) = (vec![0; search.len()], vec![0; search.len()]);
/// search.fill(Buffers { i: Some(&mut i), j: Some(&mut j), ..Buffers::default() })?;
/// assert_eq!((i, j), (vec![0, 1], vec![1, 0]));
///
/// let mut energy = 0.0;
/// search.for_each(|pair| energy += 0.5 / pair.distance_squared);
/// # Ok::<(), neighbor_list::Error>(())
/// ```
#[derive(Debug)]
pub struct Search {
    workspace: Workspace,
}

/// The caller's arrays for [`Search::fill`]; each one given must have the length [`Search::len`].
#[derive(Debug, Default)]
pub struct Buffers<'a> {
    /// The centres, ascending.
    pub i: Option<&'a mut [u32]>,
    /// The neighbours.
    pub j: Option<&'a mut [u32]>,
    /// The shifts `S`.
    pub shifts: Option<&'a mut [[i32; 3]]>,
    /// The distances `d`.
    pub distances: Option<&'a mut [f64]>,
    /// The vectors `D`.
    pub vectors: Option<&'a mut [[f64; 3]]>,
}

impl Search {
    /// Searches the full list of pairs closer than `cutoff`; [`Builder::search`] takes all options.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn new<P: Position>(positions: &[P], cell: &Cell, cutoff: impl Into<Cutoff>) -> Result<Self, Error> {
        Builder::new(cutoff.into()).search(positions, cell)
    }

    pub(crate) fn new_from(workspace: Workspace) -> Self {
        Self { workspace }
    }

    /// The number of pairs, exactly.
    pub fn len(&self) -> usize {
        self.offsets().last().copied().unwrap_or(0)
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the rows begin, and where the last ends: one more than there are atoms.
    pub fn offsets(&self) -> &[usize] {
        self.workspace.marks().offsets()
    }

    /// Writes the arrays that are given, with the values and the order of [`Builder::build`].
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if an array has not the length [`len`](Self::len); nothing is written then.
    pub fn fill(&self, buffers: Buffers<'_>) -> Result<(), Error> {
        for (argument, length) in buffers.lengths() {
            length.map_or(Ok(()), |found| check_length(argument, self.len(), found))?;
        }
        self.workspace.fill(self.workspace.marks(), buffers);
        Ok(())
    }

    /// Calls `visit` with every pair, without storing any. The order of the rows is that of the memory inside; the
    /// order within a row is that of the list.
    pub fn for_each(&self, visit: impl FnMut(Pair)) {
        self.workspace.for_each(visit);
    }
}

impl<'a> Buffers<'a> {
    /// The length of each array that is given.
    fn lengths(&self) -> [(&'static str, Option<usize>); 5] {
        [
            ("i", self.i.as_ref().map(|x| x.len())),
            ("j", self.j.as_ref().map(|x| x.len())),
            ("shifts", self.shifts.as_ref().map(|x| x.len())),
            ("distances", self.distances.as_ref().map(|x| x.len())),
            ("vectors", self.vectors.as_ref().map(|x| x.len())),
        ]
    }

    /// The first `pairs` of each array, and the others.
    pub(crate) fn split_at(self, pairs: usize) -> (Self, Self) {
        fn split<T>(array: Option<&mut [T]>, at: usize) -> (Option<&mut [T]>, Option<&mut [T]>) {
            array.map(|array| array.split_at_mut(at)).unzip()
        }
        let (i, i_rest) = split(self.i, pairs);
        let (j, j_rest) = split(self.j, pairs);
        let (shifts, shifts_rest) = split(self.shifts, pairs);
        let (distances, distances_rest) = split(self.distances, pairs);
        let (vectors, vectors_rest) = split(self.vectors, pairs);
        (
            Self { i, j, shifts, distances, vectors },
            Self {
                i: i_rest,
                j: j_rest,
                shifts: shifts_rest,
                distances: distances_rest,
                vectors: vectors_rest,
            },
        )
    }
}
