//! Known coordination shells: how many neighbours stand at which distance, ten shells deep.

mod common;

use common::{Structure, check};
use neighbor_list::{Cell, NeighborList};

/// The number of neighbours of atom `i` in each shell (distances within 1e-6), nearest first.
fn shells(structure: &Structure, i: usize, cutoff: f64) -> Vec<(f64, usize)> {
    let list =
        NeighborList::builder(cutoff).distances().build(&structure.positions, &structure.cell).unwrap();
    let mut distances = list.row(i).distances().to_vec();
    distances.sort_unstable_by(f64::total_cmp);
    let mut shells: Vec<(f64, usize)> = Vec::new();
    for d in distances {
        match shells.last_mut() {
            Some((distance, count)) if d - *distance < 1e-6 => *count += 1,
            _ => shells.push((d, 1)),
        }
    }
    shells
}

fn assert_shells(structure: &Structure, i: usize, expected: &[(f64, usize)]) {
    let cutoff = expected.last().unwrap().0 * (1.0 + 1e-9);
    let found = shells(structure, i, cutoff);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((distance, count), (d, n)) in found.iter().zip(expected) {
        assert!((distance - d).abs() < 1e-6 && count == n, "{found:?}, expected {expected:?}");
    }
}

fn lattice(vectors: [[f64; 3]; 3], fractions: &[[f64; 3]]) -> Structure {
    let position = |f: &[f64; 3]| {
        core::array::from_fn(|x| f[0] * vectors[0][x] + f[1] * vectors[1][x] + f[2] * vectors[2][x])
    };
    Structure { positions: fractions.iter().map(position).collect(), cell: Cell::triclinic(vectors).unwrap() }
}

fn cube(fractions: &[[f64; 3]]) -> Structure {
    lattice([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], fractions)
}

/// Shells given as squared distances.
fn roots(squares: &[(f64, usize)]) -> Vec<(f64, usize)> {
    squares.iter().map(|&(square, count)| (square.sqrt(), count)).collect()
}

/// Sums of three squares: 7 is none.
const SC: [(f64, usize); 10] = [
    (1.0, 6),
    (2.0, 12),
    (3.0, 8),
    (4.0, 6),
    (5.0, 24),
    (6.0, 24),
    (8.0, 12),
    (9.0, 30),
    (10.0, 24),
    (11.0, 24),
];
const FCC: [(f64, usize); 10] = [
    (0.5, 12),
    (1.0, 6),
    (1.5, 24),
    (2.0, 12),
    (2.5, 24),
    (3.0, 8),
    (3.5, 48),
    (4.0, 6),
    (4.5, 36),
    (5.0, 24),
];
const BCC: [(f64, usize); 10] = [
    (0.75, 8),
    (1.0, 6),
    (2.0, 12),
    (2.75, 24),
    (3.0, 8),
    (4.0, 6),
    (4.75, 24),
    (5.0, 24),
    (6.0, 24),
    (6.75, 32),
];
const DIAMOND: [(f64, usize); 10] = [
    (3.0 / 16.0, 4),
    (8.0 / 16.0, 12),
    (11.0 / 16.0, 12),
    (1.0, 6),
    (19.0 / 16.0, 12),
    (24.0 / 16.0, 24),
    (27.0 / 16.0, 16),
    (32.0 / 16.0, 12),
    (35.0 / 16.0, 24),
    (40.0 / 16.0, 24),
];

#[test]
fn simple_cubic() {
    assert_shells(&cube(&[[0.0; 3]]), 0, &roots(&SC));
}

#[test]
fn face_centred_cubic_in_both_cells() {
    let conventional = cube(&[[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]]);
    let primitive = lattice([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]], &[[0.0; 3]]);
    (0..4).for_each(|i| assert_shells(&conventional, i, &roots(&FCC)));
    assert_shells(&primitive, 0, &roots(&FCC));
}

#[test]
fn body_centred_cubic_in_both_cells() {
    let conventional = cube(&[[0.0; 3], [0.5; 3]]);
    let primitive = lattice([[-0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.5, 0.5, -0.5]], &[[0.0; 3]]);
    assert_shells(&conventional, 1, &roots(&BCC));
    assert_shells(&primitive, 0, &roots(&BCC));
}

#[test]
fn diamond() {
    let q = [0.25; 3];
    let primitive = lattice([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]], &[[0.0; 3], q]);
    (0..2).for_each(|i| assert_shells(&primitive, i, &roots(&DIAMOND)));
}

#[test]
fn caesium_chloride_has_alternating_shells() {
    // The same sites as bcc; the shells of unlike atoms are those with half-integer coordinates.
    let crystal = cube(&[[0.0; 3], [0.5; 3]]);
    assert_shells(&crystal, 0, &roots(&BCC));
    let list = NeighborList::builder(2.6).distances().build(&crystal.positions, &crystal.cell).unwrap();
    for (&j, &d) in list.row(0).j().iter().zip(list.row(0).distances()) {
        let unlike = ((4.0 * d * d).round() as i64) % 4 == 3;
        assert_eq!(j == 1, unlike, "{d}");
    }
}

#[test]
fn hexagonal_close_packed() {
    let (c, h) = ((8.0_f64 / 3.0).sqrt(), 3.0_f64.sqrt() / 2.0);
    let crystal =
        lattice([[1.0, 0.0, 0.0], [0.5, h, 0.0], [0.0, 0.0, c]], &[[0.0; 3], [1.0 / 3.0, 1.0 / 3.0, 0.5]]);
    let squares = [
        (1.0, 12),
        (2.0, 6),
        (8.0 / 3.0, 2),
        (3.0, 18),
        (11.0 / 3.0, 12),
        (4.0, 6),
        (5.0, 12),
        (17.0 / 3.0, 12),
        (6.0, 6),
        (19.0 / 3.0, 6),
    ];
    (0..2).for_each(|i| assert_shells(&crystal, i, &roots(&squares)));
}

/// Alpha quartz: no distance of it is a round number, so the oracle counts, and the known chemistry is asserted.
#[test]
fn alpha_quartz() {
    let (a, c) = (4.9134, 5.4052);
    let vectors = [[a, 0.0, 0.0], [-a / 2.0, a * 3.0_f64.sqrt() / 2.0, 0.0], [0.0, 0.0, c]];
    let (u, x, y, z) = (0.4697, 0.4135, 0.2669, 0.1191);
    let third = 1.0 / 3.0;
    // Space group P3₂21, coordinates of Levien, Prewitt and Weidner (1980).
    let silicon = [[u, 0.0, 0.0], [0.0, u, 2.0 * third], [-u, -u, third]];
    let oxygen = [
        [x, y, z],
        [-y, x - y, z + 2.0 * third],
        [y - x, -x, z + third],
        [x - y, -y, -z],
        [y, x, 2.0 * third - z],
        [-x, y - x, third - z],
    ];
    let sites: Vec<[f64; 3]> = silicon.into_iter().chain(oxygen).collect();
    let crystal = lattice(vectors, &sites);
    let list = NeighborList::builder(1.7).build(&crystal.positions, &crystal.cell).unwrap();
    (0..3).for_each(|si| assert_eq!(list.row(si).len(), 4, "silicon stands in a tetrahedron of oxygen"));
    (3..9).for_each(|o| assert_eq!(list.row(o).len(), 2, "oxygen bridges two silicon atoms"));
    for cutoff in [2.0, 3.2, 4.5, 6.0, 7.5] {
        check(&crystal, cutoff);
    }
    assert!(shells(&crystal, 0, 4.5).len() >= 10, "ten shells lie within the cutoff of 4.5");
}
