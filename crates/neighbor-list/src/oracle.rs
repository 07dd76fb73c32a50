//! The definition of the answer: every pair of atoms with every image, one after the other.
//!
//! Short enough to be seen right, and slow: `Time: O(n² · images)`. The tests compare every list with it, the benches
//! show it as a row.

use crate::linear::{cross, determinant, dot, length};
use crate::{Cell, Pair};

/// All pairs `(i, j, S)` with `d < cutoff`, where `D = (r[j] − r[i]) + S · cell`, sorted by `i`, then `j`, then `S`.
/// An atom is no neighbour of itself, but it is one of its images.
///
/// The input is not checked.
pub fn pairs(positions: &[[f64; 3]], cell: &Cell, cutoff: f64) -> Vec<Pair> {
    let shifts = shifts_in_reach(positions, cell, cutoff);
    let mut found = Vec::new();
    for (i, a) in positions.iter().enumerate() {
        for (j, b) in positions.iter().enumerate() {
            for &shift in &shifts {
                let t = cell.translation(shift);
                let vector: [f64; 3] = core::array::from_fn(|axis| (b[axis] - a[axis]) + t[axis]);
                let distance_squared = dot(vector, vector);
                let itself = i == j && shift == [0; 3];
                if distance_squared.sqrt() < cutoff && !itself {
                    found.push(Pair { i: i as u32, j: j as u32, shift, distance_squared, vector });
                }
            }
        }
    }
    found
}

/// Every shift that can bring two of the atoms within the cutoff. Between the planes of a lattice vector lies its
/// height, so `n` cells apart means at least `n · height − spread` apart, with `spread` that of the atoms.
fn shifts_in_reach(positions: &[[f64; 3]], cell: &Cell, cutoff: f64) -> Vec<[i32; 3]> {
    let range = heights(cell).map(|normal_and_height| {
        let Some((normal, height)) = normal_and_height else { return 0 };
        let along = positions.iter().map(|r| dot(*r, normal));
        let spread = along.clone().fold(f64::MIN, f64::max) - along.fold(f64::MAX, f64::min);
        ((cutoff + spread.max(0.0)) / height).ceil() as i32 + 1
    });
    let [a, b, c] = range;
    let mut shifts = Vec::new();
    for s0 in -a..=a {
        for s1 in -b..=b {
            shifts.extend((-c..=c).map(|s2| [s0, s1, s2]));
        }
    }
    shifts
}

/// For each periodic axis the unit vector across the other periodic vectors, and the cell's height along it.
fn heights(cell: &Cell) -> [Option<([f64; 3], f64)>; 3] {
    let vectors = cell.completed_vectors();
    core::array::from_fn(|axis| {
        let across = cross(vectors[(axis + 1) % 3], vectors[(axis + 2) % 3]);
        let normal = across.map(|x| x / length(across));
        cell.periodic()[axis].then(|| (normal, determinant(&vectors).abs() / length(across)))
    })
}
