//! A list that stays valid while atoms move a little: [`VerletList`].

use crate::rules::limit;
use crate::{Builder, Cell, Cutoff, Error, NeighborList, Pair, Position, Workspace};

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
/// [`update`](Self::update) costs `O(n)` while it can reuse the candidates. [`candidates`](Self::candidates) is the
/// list that a force loop wants, which computes distances anyway; [`list`](Self::list) holds exactly the pairs within
/// the cutoff at the latest positions.
///
/// # Examples
/// ```
/// use neighbor_list::{Cell, Update, VerletList};
///
/// let cell = Cell::cubic(10.0)?;
/// let mut positions = [[1.0, 1.0, 1.0], [3.0, 1.0, 1.0]];
/// let mut verlet = VerletList::new(2.5, 1.0)?;
/// assert_eq!(verlet.update(&positions, &cell)?, Update::Rebuilt);
/// positions[1][0] = 3.4;
/// assert_eq!(verlet.update(&positions, &cell)?, Update::Reused);
/// assert_eq!(verlet.list()?.distances(), [2.4, 2.4]);
/// # Ok::<(), neighbor_list::Error>(())
/// ```
#[derive(Debug)]
pub struct VerletList {
    builder: Builder,
    cutoff: f64,
    skin: f64,
    cell: Cell,
    reference: Vec<[f64; 3]>,
    current: Vec<[f64; 3]>,
    workspace: Workspace,
    candidates: NeighborList,
    exact: NeighborList,
}

impl VerletList {
    /// A full list with shifts, distances and vectors within `cutoff`, and candidates within `cutoff + skin`.
    ///
    /// # Errors
    /// [`Error::BadCutoff`] if `cutoff` is not positive and finite, or `skin` is negative or not finite.
    pub fn new(cutoff: f64, skin: f64) -> Result<Self, Error> {
        if !(cutoff > 0.0 && cutoff.is_finite()) {
            return Err(Error::BadCutoff { argument: "cutoff", index: 0, value: cutoff });
        }
        if !(skin >= 0.0 && (cutoff + skin).is_finite()) {
            return Err(Error::BadCutoff { argument: "skin", index: 0, value: skin });
        }
        Ok(Self {
            builder: Builder::new(Cutoff::Global(cutoff + skin)).shifts(),
            cutoff,
            skin,
            cell: Cell::none(),
            reference: Vec::new(),
            current: Vec::new(),
            workspace: Workspace::default(),
            candidates: NeighborList::default(),
            exact: NeighborList::default(),
        })
    }

    /// Lists each pair once, as [`Builder::half`] does.
    pub fn half(mut self) -> Self {
        self.builder = self.builder.half();
        self
    }

    /// Rebuilds with this many threads, as [`Builder::threads`] does.
    pub fn threads(mut self, threads: usize) -> Self {
        self.builder = self.builder.threads(threads);
        self
    }

    /// Takes new positions; searches anew only if an atom has moved more than half of the skin, or the cell or the
    /// number of atoms has changed.
    ///
    /// `Time: O(n)` if reused.
    ///
    /// # Errors
    /// As [`Builder::build`]; the list is empty then, and the next update rebuilds.
    pub fn update<P: Position>(&mut self, positions: &[P], cell: &Cell) -> Result<Update, Error> {
        self.exact.clear();
        self.current.clear();
        self.current.extend(positions.iter().map(|r| r.widen()));
        if self.still_complete(cell) {
            return Ok(Update::Reused);
        }
        self.reference.clear();
        self.builder.build_into(positions, cell, &mut self.workspace, &mut self.candidates)?;
        self.reference.clone_from(&self.current);
        self.cell = *cell;
        Ok(Update::Rebuilt)
    }

    /// The pairs within `cutoff + skin` at the last rebuild: every pair within the cutoff now is among them.
    pub fn candidates(&self) -> &NeighborList {
        &self.candidates
    }

    /// The pairs within the cutoff at the latest positions, with shifts and distances.
    ///
    /// Filtered on the first call after an update: `Time: O(candidates)`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn list(&mut self) -> Result<&NeighborList, Error> {
        if self.exact.offsets.is_empty() {
            self.refilter();
        }
        Ok(&self.exact)
    }

    /// Calls `visit` with every pair within the cutoff at the latest positions, row by row.
    ///
    /// `Time: O(candidates)`; nothing is stored.
    pub fn for_each(&self, mut visit: impl FnMut(Pair)) {
        let limit = limit(self.cutoff);
        for i in 0..self.candidates.atoms() {
            for (j, shift) in self.candidates.row(i) {
                let t = self.cell.translation(shift);
                let (a, b) = (self.current[i], self.current[j as usize]);
                let vector: [f64; 3] = core::array::from_fn(|axis| (b[axis] - a[axis]) + t[axis]);
                let distance_squared = crate::linear::dot(vector, vector);
                if distance_squared < limit {
                    visit(Pair { i: i as u32, j, shift, distance_squared, vector });
                }
            }
        }
    }

    fn refilter(&mut self) {
        let mut exact = core::mem::take(&mut self.exact);
        exact.offsets.push(0);
        self.for_each(|pair| {
            while exact.offsets.len() <= pair.i as usize {
                exact.offsets.push(exact.j.len());
            }
            exact.i.push(pair.i);
            exact.j.push(pair.j);
            exact.shifts.push(pair.shift);
            exact.distances.push(pair.distance_squared.sqrt());
        });
        exact.offsets.resize(self.current.len() + 1, exact.j.len());
        self.exact = exact;
    }

    fn still_complete(&self, cell: &Cell) -> bool {
        let limit = 0.25 * self.skin * self.skin;
        let near = |(now, then): (&[f64; 3], &[f64; 3])| {
            let moved: [f64; 3] = core::array::from_fn(|axis| now[axis] - then[axis]);
            crate::linear::dot(moved, moved) <= limit
        };
        self.current.len() == self.reference.len()
            && !self.reference.is_empty()
            && *cell == self.cell
            && self.current.iter().zip(&self.reference).all(near)
    }
}
