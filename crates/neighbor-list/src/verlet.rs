//! A list that stays valid while atoms move a little: [`VerletList`].

use crate::linear::dot;
use crate::marks::Marks;
use crate::members::{Members, Rows};
use crate::rules::{Rules, limit, positive};
use crate::{Builder, Cell, Cutoff, Error, NeighborList, Pair, Position, Workspace, memory};

/// What [`VerletList::update`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// The candidates were searched anew.
    Rebuilt,
    /// No atom has moved more than half of the skin: the candidates are still complete.
    Reused,
}

/// A list with a skin: candidates within `cutoff + skin` are searched, and stay complete until two atoms could have
/// moved towards each other by the skin.
///
/// [`candidates`](Self::candidates) is the list that a force loop wants, which computes distances anyway; as long as
/// it is reused a step costs [`update`](Self::update) alone. [`list`](Self::list) holds exactly the pairs within the
/// cutoff at the latest positions, and so does [`rows`](Self::rows), of which a step writes only what has changed. Each is
/// written when it is first asked for.
///
/// # Examples
/// ```
/// use neighbor_list::{Cell, Update, VerletList};
///
/// let cell = Cell::cubic(10.0)?;
/// let mut positions = [[1.0, 1.0, 1.0], [3.0, 1.0, 1.0]];
/// let mut verlet = VerletList::new(2.5, 1.0)?;
/// assert_eq!(verlet.update(&positions, &cell)?, Update::Rebuilt);
/// positions[1][0] = 3.25;
/// assert_eq!(verlet.update(&positions, &cell)?, Update::Reused);
/// assert_eq!(verlet.list()?.distances(), [2.25, 2.25]);
/// assert_eq!(verlet.rows()?.row(0).j(), [1]);
/// # Ok::<(), neighbor_list::Error>(())
/// ```
#[derive(Debug)]
pub struct VerletList {
    /// The options; its cutoff is the larger one.
    builder: Builder,
    cutoff: f64,
    skin: f64,
    cell: Cell,
    /// The positions at the last rebuild; empty if the candidates are of no use.
    reference: Vec<[f64; 3]>,
    current: Vec<[f64; 3]>,
    workspace: Workspace,
    candidates: Lazy,
    exact: Lazy,
    marks: Marks,
    members: Members,
}

/// A list that is written on demand.
#[derive(Debug, Default)]
struct Lazy {
    list: NeighborList,
    written: bool,
}

impl VerletList {
    /// A full list with shifts and distances within `cutoff`, and candidates within `cutoff + skin`.
    ///
    /// # Errors
    /// [`Error::BadCutoff`] if `cutoff` is not positive and finite, or `skin` is negative or not finite.
    pub fn new(cutoff: f64, skin: f64) -> Result<Self, Error> {
        Self::from_builder(Builder::new(Cutoff::Global(cutoff)).shifts().distances(), skin)
    }

    /// A list with these options.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::Conflict`] if the builder's cutoff is not one number, or it truncates with
    /// [`Builder::max_neighbors`].
    pub fn from_builder(builder: Builder, skin: f64) -> Result<Self, Error> {
        let Cutoff::Global(cutoff) = builder.cutoff else {
            return Err(Error::Conflict { first: "skin", second: "cutoffs per atom or type" });
        };
        if builder.neighbors_max.is_some() {
            return Err(Error::Conflict { first: "skin", second: "max_neighbors" });
        }
        positive("cutoff", 0, cutoff)?;
        if skin != 0.0 {
            positive("skin", 0, skin)?;
        }
        Ok(Self {
            builder: Builder { cutoff: Cutoff::Global(cutoff + skin), ..builder },
            cutoff,
            skin,
            cell: Cell::none(),
            reference: Vec::new(),
            current: Vec::new(),
            workspace: Workspace::default(),
            candidates: Lazy::default(),
            exact: Lazy::default(),
            marks: Marks::default(),
            members: Members::default(),
        })
    }

    /// Takes new positions; searches anew only if an atom has moved more than half of the skin, or the cell or the
    /// number of atoms has changed.
    ///
    /// An atom that is put back into the cell moves by a lattice vector: leave positions unwrapped between updates.
    ///
    /// `Time: O(n)`; a rebuild is a search.
    ///
    /// # Errors
    /// As [`Builder::build`]; the lists are empty then, and the next update rebuilds.
    pub fn update<P: Position>(&mut self, positions: &[P], cell: &Cell) -> Result<Update, Error> {
        self.exact.written = false;
        let updated = self.take(positions, cell);
        if updated.is_err() {
            self.reference.clear();
            self.candidates.written = false;
            self.members.clear();
            self.workspace = Workspace::default();
        }
        updated
    }

    fn take<P: Position>(&mut self, positions: &[P], cell: &Cell) -> Result<Update, Error> {
        self.current.clear();
        memory::reserve_exact(&mut self.current, positions.len())?;
        self.current.extend(positions.iter().map(|r| r.widen()));
        if self.still_complete(cell) {
            self.workspace.move_atoms(&self.current);
            self.members.move_atoms();
            return Ok(Update::Reused);
        }
        self.reference.clear();
        self.candidates.written = false;
        self.members.clear();
        let rules = Rules::new(&self.builder, positions.len())?;
        self.workspace.search(&self.builder, &rules, positions, cell)?;
        memory::copy(&mut self.reference, &self.current)?;
        self.cell = *cell;
        Ok(Update::Rebuilt)
    }

    /// The pairs that were within `cutoff + skin` at the last rebuild: every pair within the cutoff now is among them.
    ///
    /// Their distances and vectors, if the options ask for them, are those when the list was written.
    /// `Time: O(candidates)` on the first call after a rebuild, then `O(1)`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn candidates(&mut self) -> Result<&NeighborList, Error> {
        let Lazy { list, written } = &mut self.candidates;
        if !*written {
            self.workspace.store(self.workspace.marks(), self.builder.arrays, list)?;
            *written = true;
        }
        Ok(list)
    }

    /// The pairs within the cutoff at the latest positions.
    ///
    /// `Time: O(candidates)` on the first call after an update, then `O(1)`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn list(&mut self) -> Result<&NeighborList, Error> {
        let Lazy { list, written } = &mut self.exact;
        if !*written {
            self.workspace.refine(limit(self.cutoff), &mut self.marks)?;
            self.workspace.store(&self.marks, self.builder.arrays, list)?;
            *written = true;
        }
        Ok(list)
    }

    /// The pairs of [`list`](Self::list), without distances and vectors, in rows that keep the room of their candidates.
    ///
    /// Of these rows a step writes those alone whose pairs have crossed the cutoff, so where the packed list costs
    /// nearly as much as a new one, they cost little more than [`update`](Self::update). Memory: 24 bytes a candidate.
    ///
    /// `Time: O(candidates)` on the first call after a rebuild and when atoms have moved by an eighth of the skin; then
    /// `O(n + pairs near the cutoff)` on the first call after an update, and `O(1)`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn rows(&mut self) -> Result<Rows<'_>, Error> {
        let lengths = [self.cutoff, self.skin];
        self.members.rows(&self.workspace, self.builder.arrays.shifts, lengths, &self.current)
    }

    /// Calls `visit` with every pair within the cutoff at the latest positions, without storing any.
    ///
    /// `Time: O(candidates)`.
    pub fn for_each(&self, mut visit: impl FnMut(Pair)) {
        let limit = limit(self.cutoff);
        self.workspace.for_each(|pair| {
            if pair.distance_squared < limit {
                visit(pair);
            }
        });
    }

    fn still_complete(&self, cell: &Cell) -> bool {
        // A little less than half of the skin, for the rounding of the distances on both sides.
        let most = 0.25 * self.skin * self.skin * (1.0 - 1e-12);
        let near = |(now, then): (&[f64; 3], &[f64; 3])| {
            let moved: [f64; 3] = core::array::from_fn(|axis| now[axis] - then[axis]);
            dot(moved, moved) <= most // false for NaN, which the search then refuses
        };
        self.current.len() == self.reference.len()
            && !self.reference.is_empty()
            && *cell == self.cell
            && self.current.iter().zip(&self.reference).all(near)
    }
}
