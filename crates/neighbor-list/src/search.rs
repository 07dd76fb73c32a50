//! The search without the list: [`Search`] knows the exact size, fills [`Buffers`] of the caller or visits the pairs.

use crate::plan::Plan;
use crate::{Builder, Cell, Cutoff, Error, Pair, Position};

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
    plan: Plan,
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

    pub(crate) fn from_plan(plan: Plan) -> Self {
        Self { plan }
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
        self.plan.offsets()
    }

    /// Writes the arrays that are given, with the values and the order of [`Builder::build`].
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if an array has not the length [`len`](Self::len); nothing is written then.
    pub fn fill(&self, buffers: Buffers<'_>) -> Result<(), Error> {
        let lengths = [
            ("i", buffers.i.as_ref().map(|x| x.len())),
            ("j", buffers.j.as_ref().map(|x| x.len())),
            ("shifts", buffers.shifts.as_ref().map(|x| x.len())),
            ("distances", buffers.distances.as_ref().map(|x| x.len())),
            ("vectors", buffers.vectors.as_ref().map(|x| x.len())),
        ];
        for (argument, length) in lengths {
            if let Some(found) = length.filter(|&found| found != self.len()) {
                return Err(Error::LengthMismatch { argument, expected: self.len(), found });
            }
        }
        self.plan.fill(buffers);
        Ok(())
    }

    /// Calls `visit` with every pair, without storing any. The order of the rows is that of the memory inside; the
    /// order within a row is that of the list.
    pub fn for_each(&self, visit: impl FnMut(Pair)) {
        self.plan.for_each(visit);
    }
}
