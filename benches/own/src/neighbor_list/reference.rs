//! Two plain neighbour lists: all pairs of all images, obviously right, and a textbook cell list that is fast
//! enough to answer the large rows. Both are entries of the table as well.

use super::{List, System};

/// A pair list as vesin writes it: one record a pair, in whatever order.
#[derive(Clone, Debug, Default)]
pub struct PairList {
    /// `i` and `j`.
    pub pairs: Vec<[u32; 2]>,
    /// Cells between them: `D = r[j] - r[i] + S · cell`.
    pub shifts: Vec<[i32; 3]>,
}

impl PairList {
    fn push(&mut self, i: usize, j: usize, shift: [i32; 3]) {
        self.pairs.push([i as u32, j as u32]);
        self.shifts.push(shift);
    }
}

/// Lattice vectors and what follows from them.
#[derive(Clone, Debug)]
pub(super) struct Lattice {
    cell: [[f64; 3]; 3],
    /// Columns: `fraction[k] = position · reciprocal[k]`.
    reciprocal: [[f64; 3]; 3],
}

impl Lattice {
    pub(super) fn new(cell: [[f64; 3]; 3]) -> Self {
        let volume = dot(cell[0], cross(cell[1], cell[2]));
        let reciprocal = [0, 1, 2].map(|k| cross(cell[(k + 1) % 3], cell[(k + 2) % 3]).map(|x| x / volume));
        Self { cell, reciprocal }
    }

    /// Distances between opposite faces.
    pub(super) fn heights(&self) -> [f64; 3] {
        self.reciprocal.map(|vector| norm_squared(vector).sqrt().recip())
    }

    pub(super) fn cartesian(&self, fraction: [f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|axis| (0..3).map(|k| fraction[k] * self.cell[k][axis]).sum())
    }

    pub(super) fn translation(&self, shift: [i32; 3]) -> [f64; 3] {
        self.cartesian(shift.map(f64::from))
    }

    fn fraction(&self, position: [f64; 3]) -> [f64; 3] {
        self.reciprocal.map(|vector| dot(vector, position))
    }
}

/// Every pair within `cutoff` by trying all pairs in all images that could reach. Time: O(n² · images).
pub fn all_pairs(system: &System, cutoff: f64, list: List) -> PairList {
    let lattice = Lattice::new(system.cell);
    let fractions: Vec<[f64; 3]> =
        system.positions.iter().map(|&position| lattice.fraction(position)).collect();
    let heights = lattice.heights();
    // Two atoms differ by `spread` cells at most, so images further than that plus the cutoff cannot reach.
    let reach = [0, 1, 2].map(|axis| {
        let along = || fractions.iter().map(|fraction| fraction[axis]);
        let spread = along().fold(f64::MIN, f64::max) - along().fold(f64::MAX, f64::min);
        if system.periodic[axis] { (cutoff / heights[axis] + spread.max(0.0)).ceil() as i32 } else { 0 }
    });
    let mut out = PairList::default();
    for shift in offsets(reach) {
        let translation = lattice.translation(shift);
        for (i, &from) in system.positions.iter().enumerate() {
            for (j, &to) in system.positions.iter().enumerate() {
                if norm_squared(add(subtract(to, from), translation)) < cutoff * cutoff
                    && wanted(list, i, j, shift)
                {
                    out.push(i, j, shift);
                }
            }
        }
    }
    out
}

/// A cell list without tricks: cells as wide as the cutoff where the system allows it, atoms of a cell in a
/// `Vec`, 27 cells (or more, if the system is smaller than the cutoff) tried for each atom.
#[derive(Debug)]
pub struct CellList {
    lattice: Lattice,
    cutoff: f64,
    periodic: [bool; 3],
    bins: [i64; 3],
    /// How many bins away a neighbour can stand.
    reach: [i32; 3],
    /// Each atom: its bin, its position wrapped into the cell, the cells by which it was wrapped.
    atoms: Vec<Atom>,
    members: Vec<Vec<u32>>,
}

#[derive(Clone, Copy, Debug)]
struct Atom {
    bin: [i64; 3],
    position: [f64; 3],
    wrapped: [i32; 3],
}

impl CellList {
    /// Sorts the atoms into cells.
    pub fn new(system: &System, cutoff: f64) -> Self {
        let lattice = Lattice::new(system.cell);
        let fractions: Vec<[f64; 3]> =
            system.positions.iter().map(|&position| lattice.fraction(position)).collect();
        let heights = lattice.heights();
        let bins_max = (system.positions.len() as f64).cbrt().ceil().max(1.0) as i64 * 2;
        let (mut low, mut span, mut bins, mut reach) = ([0.0; 3], [1.0; 3], [1; 3], [0; 3]);
        for axis in 0..3 {
            if !system.periodic[axis] {
                let along = || fractions.iter().map(|fraction| fraction[axis]);
                low[axis] = along().fold(f64::MAX, f64::min);
                span[axis] = along().fold(f64::MIN, f64::max) - low[axis] + 1e-9;
            }
            let length = heights[axis] * span[axis];
            bins[axis] = ((length / cutoff) as i64).clamp(1, bins_max);
            reach[axis] = (cutoff * bins[axis] as f64 / length).ceil() as i32;
        }
        let mut members = vec![Vec::new(); bins.iter().product::<i64>() as usize];
        let mut atoms = Vec::with_capacity(fractions.len());
        for (index, (&fraction, &position)) in fractions.iter().zip(&system.positions).enumerate() {
            let wrapped = [0, 1, 2].map(|k| if system.periodic[k] { fraction[k].floor() as i32 } else { 0 });
            let bin = [0, 1, 2].map(|axis| {
                let inside = (fraction[axis] - f64::from(wrapped[axis]) - low[axis]) / span[axis];
                ((inside * bins[axis] as f64) as i64).clamp(0, bins[axis] - 1)
            });
            members[flat(bins, bin)].push(index as u32);
            atoms.push(Atom { bin, position: subtract(position, lattice.translation(wrapped)), wrapped });
        }
        Self { lattice, cutoff, periodic: system.periodic, bins, reach, atoms, members }
    }

    /// Every pair within the cutoff. Time: O(n · candidates).
    pub fn pairs(&self, list: List) -> PairList {
        let mut out = PairList::default();
        let offsets: Vec<[i32; 3]> = offsets(self.reach).collect();
        for (i, &from) in self.atoms.iter().enumerate() {
            for &offset in &offsets {
                if let Some((members, image)) = self.neighbour(from.bin, offset) {
                    self.search(list, i, from, members, image, &mut out);
                }
            }
        }
        out
    }

    /// The atoms of the bin `offset` away, and the image of the cell that they are in; none beyond an open end.
    fn neighbour(&self, bin: [i64; 3], offset: [i32; 3]) -> Option<(&[u32], [i32; 3])> {
        let at = [0, 1, 2].map(|axis| bin[axis] + i64::from(offset[axis]));
        let image = [0, 1, 2].map(|axis| at[axis].div_euclid(self.bins[axis]) as i32);
        let open_end = (0..3).any(|axis| image[axis] != 0 && !self.periodic[axis]);
        let inside = [0, 1, 2].map(|axis| at[axis].rem_euclid(self.bins[axis]));
        (!open_end).then(|| (self.members[flat(self.bins, inside)].as_slice(), image))
    }

    fn search(&self, list: List, i: usize, from: Atom, members: &[u32], image: [i32; 3], out: &mut PairList) {
        let moved = subtract(self.lattice.translation(image), from.position);
        for &j in members {
            let to = self.atoms[j as usize];
            if norm_squared(add(to.position, moved)) < self.cutoff * self.cutoff {
                let shift = [0, 1, 2].map(|k| image[k] + from.wrapped[k] - to.wrapped[k]);
                if wanted(list, i, j as usize, shift) {
                    out.push(i, j as usize, shift);
                }
            }
        }
    }
}

/// Whether every `d` and `D` is what the positions say: `D = r[j] - r[i] + S · cell`, `d = |D|`.
pub fn holds_distances(
    system: &System,
    records: impl Iterator<Item = ([u32; 2], [i32; 3], f64, [f64; 3])>,
) -> bool {
    let lattice = Lattice::new(system.cell);
    let size = system
        .cell
        .iter()
        .flatten()
        .chain(system.positions.iter().flatten())
        .fold(1.0, |a: f64, b| a.max(b.abs()));
    let tolerance = 64.0 * f64::EPSILON * size;
    let mut records = records;
    records.all(|([i, j], shift, distance, vector)| {
        let between = subtract(system.positions[j as usize], system.positions[i as usize]);
        let expected = add(between, lattice.translation(shift));
        let length = norm_squared(expected).sqrt();
        (distance - length).abs() <= tolerance && (0..3).all(|k| (vector[k] - expected[k]).abs() <= tolerance)
    })
}

/// An atom is no neighbour of itself; a half list has each pair once.
fn wanted(list: List, i: usize, j: usize, shift: [i32; 3]) -> bool {
    match list {
        List::Full => i != j || shift != [0; 3],
        List::Half => i < j || (i == j && shift > [0; 3]),
    }
}

fn flat(bins: [i64; 3], bin: [i64; 3]) -> usize {
    ((bin[0] * bins[1] + bin[1]) * bins[2] + bin[2]) as usize
}

/// All integer triples with `|offset[k]| <= reach[k]`.
pub(super) fn offsets(reach: [i32; 3]) -> impl Iterator<Item = [i32; 3]> {
    let axis = move |k: usize| -reach[k]..=reach[k];
    axis(0).flat_map(move |x| axis(1).flat_map(move |y| axis(2).map(move |z| [x, y, z])))
}

pub(super) fn add(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn subtract(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn norm_squared(a: [f64; 3]) -> f64 {
    dot(a, a)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, PairSum};
    use super::*;

    fn sum(found: &PairList) -> PairSum {
        let mut sum = PairSum::default();
        for (&[i, j], &shift) in found.pairs.iter().zip(&found.shifts) {
            sum.add(i.into(), j.into(), shift);
        }
        sum
    }

    #[test]
    fn cell_list_agrees_with_all_pairs() {
        let kinds =
            [Kind::Liquid, Kind::Copper, Kind::Triclinic, Kind::Gas, Kind::Column, Kind::Slab, Kind::Droplet];
        for kind in kinds {
            for (atoms, cutoff) in [(2, 6.0), (8, 14.0), (200, 3.0), (200, 19.5)] {
                // Moved by up to several cells, so that atoms stand outside theirs.
                let system = kind.build(atoms, 5).moved(9.0, 5);
                for list in [List::Full, List::Half] {
                    let plain = sum(&CellList::new(&system, cutoff).pairs(list));
                    let right = sum(&all_pairs(&system, cutoff, list));
                    assert_eq!(plain, right, "{} {atoms} {cutoff}", kind.name());
                }
            }
        }
    }
}
