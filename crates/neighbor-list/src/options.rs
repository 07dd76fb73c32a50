//! What to search for and what to store: [`Builder`] and [`Cutoff`].

use std::cell::RefCell;

use simd_kernels::Level;

use crate::marks::Marks;
use crate::rules::{Rules, limit, positive};
use crate::{Cell, Error, NeighborList, Position, Search, Workspace};

/// How far apart two atoms may be, strictly: a pair is listed if `d < cutoff`.
///
/// A plain `f64` converts into [`Cutoff::Global`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cutoff {
    /// One distance for all pairs.
    Global(f64),
    /// A radius for each atom; `i` and `j` are neighbours if `d < radii[i] + radii[j]` (as in ASE and matscipy).
    PerAtom(Vec<f64>),
    /// A distance for each pair of types.
    PerType {
        /// The type of each atom, an index into the table.
        types: Vec<u32>,
        /// `table[s][t]` for atoms of types `s` and `t`: symmetric; 0 for pairs that are never listed.
        table: Vec<Vec<f64>>,
    },
}

impl Cutoff {
    /// A radius for each atom: `d < radii[i] + radii[j]`.
    pub fn per_atom(radii: &[f64]) -> Self {
        Self::PerAtom(radii.to_vec())
    }

    /// A cutoff for each pair of types: `d < table[types[i]][types[j]]`.
    pub fn per_type(types: &[u32], table: &[impl AsRef<[f64]>]) -> Self {
        Self::PerType {
            types: types.to_vec(),
            table: table.iter().map(|row| row.as_ref().to_vec()).collect(),
        }
    }
}

impl From<f64> for Cutoff {
    fn from(cutoff: f64) -> Self {
        Self::Global(cutoff)
    }
}

/// Up to this many atoms [`Builder::build`] takes the thread's own workspace.
const SMALL_ATOMS: usize = 512;

/// Which of the two directed pairs of an undirected one are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Both `(i, j, S)` and `(j, i, −S)`.
    #[default]
    Full,
    /// The one with `i < j`, or for images of one atom the one whose first non-zero shift is positive.
    Half,
}

/// The arrays that are wanted beside `i` and `j`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arrays {
    pub(crate) shifts: bool,
    pub(crate) distances: bool,
    pub(crate) vectors: bool,
}

/// Options of a search; start with [`NeighborList::builder`].
///
/// # Examples
/// ```
/// use neighbor_list::{Cell, NeighborList};
///
/// let positions = [[0.0, 0.0, 0.0], [1.5, 1.5, 1.5]];
/// let list = NeighborList::builder(3.0).half().shifts().distances().build(&positions, &Cell::cubic(3.0)?)?;
/// assert_eq!(list.len(), 8); // each atom of a CsCl-like cell touches the 8 others around it
/// # Ok::<(), neighbor_list::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Builder {
    pub(crate) cutoff: Cutoff,
    pub(crate) direction: Direction,
    pub(crate) arrays: Arrays,
    pub(crate) threads: usize,
    pub(crate) threads_always: bool,
    pub(crate) excluded: Vec<(u32, u32)>,
    pub(crate) centres: Option<Vec<u32>>,
    pub(crate) neighbors_max: Option<usize>,
    pub(crate) level: Option<Level>,
}

impl Builder {
    pub(crate) fn new(cutoff: Cutoff) -> Self {
        Self {
            cutoff,
            direction: Direction::Full,
            arrays: Arrays::default(),
            threads: 1,
            threads_always: false,
            excluded: Vec::new(),
            centres: None,
            neighbors_max: None,
            level: None,
        }
    }

    /// Lists every pair twice, as `(i, j, S)` and as `(j, i, −S)`; the default.
    pub fn full(mut self) -> Self {
        self.direction = Direction::Full;
        self
    }

    /// Lists every pair once: with `i < j`, and of the two images `±S` of one atom the one whose first non-zero
    /// component is positive.
    pub fn half(mut self) -> Self {
        self.direction = Direction::Half;
        self
    }

    /// Stores the shifts `S` (three `i32` a pair).
    pub fn shifts(mut self) -> Self {
        self.arrays.shifts = true;
        self
    }

    /// Stores the distances `d` (one `f64` a pair).
    pub fn distances(mut self) -> Self {
        self.arrays.distances = true;
        self
    }

    /// Stores the vectors `D = r[j] − r[i] + S · cell` (three `f64` a pair).
    pub fn vectors(mut self) -> Self {
        self.arrays.vectors = true;
        self
    }

    /// Uses up to `threads` threads; 1 by default, 0 for as many as the machine has. The list is the same, byte for byte.
    /// A search of less than about a millisecond takes one thread, and larger ones no more than they keep busy.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Uses `threads` threads even where starting them takes longer than they save; the list is the same, byte for byte.
    #[doc(hidden)]
    pub fn threads_always(mut self, threads: usize) -> Self {
        (self.threads, self.threads_always) = (threads, true);
        self
    }

    /// Uses this instruction set instead of the best one; the list is the same, byte for byte.
    #[doc(hidden)]
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Never lists these pairs of atoms, in either direction and in any image (bonded atoms, for example).
    pub fn exclude(mut self, pairs: &[(u32, u32)]) -> Self {
        self.excluded.extend_from_slice(pairs);
        self
    }

    /// Searches the neighbours of these atoms only: all other rows stay empty. Not together with
    /// [`half`](Self::half), which would lose pairs whose lower index is no centre.
    pub fn centres(mut self, atoms: &[u32]) -> Self {
        self.centres = Some(atoms.to_vec());
        self
    }

    /// Keeps at most the `k` nearest neighbours of each atom (ties by `j`, then by `S`).
    ///
    /// This **truncates**: a full list stops being symmetric, and a graph may fall apart without a warning. Not
    /// together with [`half`](Self::half).
    pub fn max_neighbors(mut self, k: usize) -> Self {
        self.neighbors_max = Some(k);
        self
    }

    /// The list of these atoms.
    ///
    /// `Time: O(n + pairs)` for a bounded density; `Memory:` the arrays of the list and at most a third more while
    /// it is built, if the rows are not short.
    ///
    /// # Errors
    /// Any [`Error`]; the positions, the cutoff and the options are checked before the search.
    #[doc(alias = "CellList::build")]
    #[doc(alias = "par_search_optimized")]
    #[doc(alias = "neighbour_list")]
    pub fn build<P: Position>(&self, positions: &[P], cell: &Cell) -> Result<NeighborList, Error> {
        thread_local! {
            /// For small structures the workspace costs more to make than to use.
            static SMALL: RefCell<Workspace> = RefCell::default();
        }
        let mut list = NeighborList::default();
        if positions.len() > SMALL_ATOMS {
            self.build_into(positions, cell, &mut Workspace::default(), &mut list)?;
            return Ok(list);
        }
        SMALL.with_borrow_mut(|workspace| {
            let built = self.build_into(positions, cell, workspace, &mut list);
            if !workspace.is_small() {
                *workspace = Workspace::default();
            }
            built
        })?;
        Ok(list)
    }

    /// Like [`build`](Self::build), into a list and a workspace whose memory is used again.
    ///
    /// # Errors
    /// As [`build`](Self::build); the list is empty then.
    pub fn build_into<P: Position>(
        &self,
        positions: &[P],
        cell: &Cell,
        workspace: &mut Workspace,
        list: &mut NeighborList,
    ) -> Result<(), Error> {
        let stored = Rules::new(self, positions.len()).and_then(|rules| {
            workspace.search(self, &rules, positions, cell)?;
            workspace.store(workspace.marks(), self.arrays, list)
        });
        if stored.is_err() {
            list.clear();
        }
        stored
    }

    /// One list for each of the cutoffs, from one search at the largest of them: the smaller ones only look at its
    /// hits again. The pairs are those of [`build`](Self::build); the order within a row may be another. The builder's
    /// own cutoff is not used.
    ///
    /// # Errors
    /// As [`build`](Self::build), and [`Error::BadCutoff`] for any of the cutoffs.
    pub fn build_cutoffs<P: Position>(
        &self,
        positions: &[P],
        cell: &Cell,
        cutoffs: &[f64],
    ) -> Result<Vec<NeighborList>, Error> {
        for (index, &cutoff) in cutoffs.iter().enumerate() {
            positive("cutoffs", index, cutoff)?;
        }
        let Some(largest) = cutoffs.iter().copied().max_by(f64::total_cmp) else { return Ok(Vec::new()) };
        let builder = Self { cutoff: largest.into(), ..self.clone() };
        let (mut workspace, mut marks) = (Workspace::default(), Marks::default());
        workspace.search(&builder, &Rules::new(&builder, positions.len())?, positions, cell)?;
        let mut lists = Vec::with_capacity(cutoffs.len());
        for &cutoff in cutoffs {
            let mut list = NeighborList::default();
            workspace.refine(limit(cutoff), &mut marks)?;
            workspace.store(&marks, self.arrays, &mut list)?;
            lists.push(list);
        }
        Ok(lists)
    }

    /// The search alone: its exact size is known, nothing of the list is stored yet.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn search<P: Position>(&self, positions: &[P], cell: &Cell) -> Result<Search, Error> {
        let mut workspace = Workspace::default();
        workspace.search(self, &Rules::new(self, positions.len())?, positions, cell)?;
        Ok(Search::new_from(workspace))
    }
}
