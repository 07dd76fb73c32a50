//! Rows that are patched: [`Members`], the candidates of each atom with its neighbours in front.
//!
//! Between two steps few pairs cross the cutoff. In a packed list one pair more moves all that stands behind it; here
//! each row has the room of its candidates, which are parted:
//!
//! ```text
//!     offsets[i]                                               offsets[i + 1]
//!     | sure to be inside |   near the cutoff    | sure to be outside |
//!     |                   |  inside  |  outside  |                    |
//!     '------------- the row --------'
//! ```
//!
//! Near is what was within [`Members::shell`] of the cutoff when the rows were parted. No other pair can have crossed it
//! as long as no atom has moved by more than half of that, so a step tests the pairs that are near, and swaps those that
//! crossed.

use crate::linear::dot;
use crate::options::Arrays;
use crate::plan::Workspace;
use crate::rules::limit;
use crate::scene::Scene;
use crate::{Error, NeighborList, Row, memory};

/// The candidates in rows with the neighbours in front.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// The candidates, without distances and vectors.
    list: NeighborList,
    /// The place and the translation of each candidate.
    hits: Vec<[u32; 2]>,
    /// The place of each atom in the grid.
    place_of: Vec<u32>,
    /// Of the atom at each place: a step visits them in that order, in which neighbours follow one another.
    parts: Vec<Parts>,
    /// Once more the candidates near the cutoff, in the same order: a step reads nothing else of the rows.
    near: Vec<[u32; 2]>,
    /// The positions when the rows were parted.
    parted_at: Vec<[f64; 3]>,
    shell: f64,
    /// Whether the candidates are those of the last search, and the rows those of the latest positions.
    taken: bool,
    tested: bool,
}

/// Where the parts of a row end, counted from its first candidate.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    sure: u32,
    inside: u32,
    near: u32,
}

/// The pairs within the cutoff, row by row; behind each row stands the room of its other candidates.
///
/// The order within a row is unspecified, and depends on the positions of earlier steps.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    members: &'a Members,
}

impl<'a> Rows<'a> {
    /// The number of atoms.
    pub fn atoms(&self) -> usize {
        self.members.parts.len()
    }

    /// The number of pairs. `Time: O(atoms)`.
    pub fn len(&self) -> usize {
        self.members.parts.iter().map(|parts| parts.inside as usize).sum()
    }

    /// Whether there is no pair. `Time: O(atoms)`.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The neighbours of atom `i`; without distances and vectors, whatever the options.
    ///
    /// # Panics
    /// If there is no atom `i`.
    pub fn row(&self, i: usize) -> Row<'a> {
        assert!(i < self.atoms(), "row {i} of {} atoms", self.atoms());
        let members = self.members;
        let parts = members.parts[members.place_of[i] as usize];
        members.list.part(members.list.offsets[i], parts.inside as usize)
    }
}

/// Half the thickness of the shell of pairs near the cutoff, as a share of the skin. A step tests as many pairs as the
/// shell is thick, and all candidates are tested each time that atoms have crossed half of it (docs/decisions/0028).
const SHELL_SHARE: f64 = 0.25;

impl Members {
    /// The candidates are to be searched anew.
    pub(crate) fn clear(&mut self) {
        self.taken = false;
    }

    /// Atoms have moved.
    pub(crate) fn move_atoms(&mut self) {
        self.tested = false;
    }

    /// The rows at `positions`, which are those of the workspace.
    pub(crate) fn rows(
        &mut self,
        workspace: &Workspace,
        shifts: bool,
        [cutoff, skin]: [f64; 2],
        positions: &[[f64; 3]],
    ) -> Result<Rows<'_>, Error> {
        let fresh = !self.taken;
        if fresh {
            self.take(workspace, shifts)?;
            self.shell = SHELL_SHARE * skin;
        }
        if fresh || !self.tested {
            let scene = workspace.scene();
            if fresh || !self.are_parted(positions) {
                self.taken = false; // if memory is refused on the way, some rows are parted and others are not
                self.part(scene, cutoff)?;
                memory::copy(&mut self.parted_at, positions)?;
                self.taken = true;
            }
            self.test(scene, limit(cutoff));
            self.tested = true;
        }
        Ok(Rows { members: self })
    }

    /// Takes over what the search found.
    fn take(&mut self, workspace: &Workspace, shifts: bool) -> Result<(), Error> {
        let arrays = Arrays { shifts, distances: false, vectors: false };
        let marks = workspace.marks();
        workspace.store(marks, arrays, &mut self.list)?;
        let atoms = self.list.atoms();
        memory::fill(&mut self.hits, marks.pairs(), [0; 2])?;
        memory::fill(&mut self.parts, atoms, Parts::default())?;
        memory::fill(&mut self.place_of, atoms, 0)?;
        workspace.for_each_row(|atom, place, hits| {
            let row = self.list.offsets[atom]..self.list.offsets[atom + 1];
            self.place_of[atom] = place;
            for (own, hit) in self.hits[row].iter_mut().zip(hits) {
                *own = [hit.place as u32, hit.translation];
            }
        });
        Ok(())
    }

    /// Whether the pairs that were not near the cutoff cannot have crossed it.
    fn are_parted(&self, positions: &[[f64; 3]]) -> bool {
        let most = 0.25 * self.shell * self.shell * (1.0 - 1e-12);
        positions.iter().zip(&self.parted_at).all(|(now, then)| {
            let moved: [f64; 3] = core::array::from_fn(|axis| now[axis] - then[axis]);
            dot(moved, moved) <= most
        })
    }

    /// Parts all rows by their distances now.
    fn part(&mut self, scene: Scene<'_>, cutoff: f64) -> Result<(), Error> {
        // With what rounding may add to a distance.
        let shell = self.shell + 4.0 * scene.grid.frame.slack;
        let [low, high] = [(cutoff - shell).max(0.0), cutoff + shell].map(|r| r * r);
        let points = Points::of(scene);
        let Self { list, hits, parts, near, .. } = self;
        near.clear();
        for (place, parts) in parts.iter_mut().enumerate() {
            let mut row = RowMut::new(list, hits, scene.grid.atoms[place]);
            let from = scene.center(place);
            // Before `sure` all are inside for sure, then to `end` near, and from `rest` on outside for sure.
            let (mut sure, mut end, mut rest) = (0, 0, row.hits.len());
            while end < rest {
                let d2 = points.distance_squared(from, row.hits[end]);
                if d2 < low {
                    row.swap(sure, end);
                    (sure, end) = (sure + 1, end + 1);
                } else if d2 < high {
                    end += 1;
                } else {
                    // Most that were outside still are: from behind they stay where they stand.
                    rest -= 1;
                    while rest > end && points.distance_squared(from, row.hits[rest]) >= high {
                        rest -= 1;
                    }
                    row.swap(end, rest);
                }
            }
            memory::reserve(near, end - sure)?;
            near.extend_from_slice(&row.hits[sure..end]);
            *parts = Parts { sure: sure as u32, inside: sure as u32, near: end as u32 };
        }
        Ok(())
    }

    /// Tests the pairs near the cutoff.
    fn test(&mut self, scene: Scene<'_>, limit: f64) {
        let points = Points::of(scene);
        let Self { list, hits, parts, near, .. } = self;
        let mut rest = &mut near[..];
        for (place, parts) in parts.iter_mut().enumerate() {
            let own;
            (own, rest) = rest.split_at_mut((parts.near - parts.sure) as usize);
            let from = scene.center(place);
            let mut inside = 0;
            for at in 0..own.len() {
                if points.distance_squared(from, own[at]) < limit {
                    if inside < at {
                        own.swap(inside, at);
                        let sure = parts.sure as usize;
                        RowMut::new(list, hits, scene.grid.atoms[place]).swap(sure + inside, sure + at);
                    }
                    inside += 1;
                }
            }
            parts.inside = parts.sure + inside as u32;
        }
    }
}

/// What [`Scene::distance_squared`] reads, taken apart once for all rows.
struct Points<'a> {
    axes: [&'a [f64]; 3],
    translations: &'a [[f64; 3]],
}

impl<'a> Points<'a> {
    fn of(scene: Scene<'a>) -> Self {
        Self { axes: scene.axes(), translations: scene.vectors() }
    }

    #[inline(always)] // a call for every candidate otherwise
    fn distance_squared(&self, from: [f64; 3], [place, translation]: [u32; 2]) -> f64 {
        let (at, t) = (place as usize, self.translations[translation as usize]);
        let [x, y, z] = self.axes;
        let vector = [(x[at] - from[0]) + t[0], (y[at] - from[1]) + t[1], (z[at] - from[2]) + t[2]];
        dot(vector, vector)
    }
}

/// The candidates of one atom.
struct RowMut<'a> {
    j: &'a mut [u32],
    /// Empty if nobody asked for them.
    shifts: &'a mut [[i32; 3]],
    hits: &'a mut [[u32; 2]],
}

impl<'a> RowMut<'a> {
    fn new(list: &'a mut NeighborList, hits: &'a mut [[u32; 2]], atom: u32) -> Self {
        let row = list.offsets[atom as usize]..list.offsets[atom as usize + 1];
        Self {
            j: &mut list.j[row.clone()],
            shifts: list.shifts.get_mut(row.clone()).unwrap_or_default(),
            hits: &mut hits[row],
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        if a == b {
            return;
        }
        self.j.swap(a, b);
        self.hits.swap(a, b);
        if !self.shifts.is_empty() {
            self.shifts.swap(a, b);
        }
    }
}
