//! Every list equals the O(n²) definition.

mod common;

use common::{Key, Structure, check, keys, random};
use neighbor_list::{Cell, NeighborList, Update, VerletList};

#[test]
fn liquids_in_every_kind_of_cell() {
    for (seed, periodic) in (0..8_u64).map(|bits| (bits, [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0])) {
        for cell in [
            [[9.0, 0.0, 0.0], [0.0, 11.0, 0.0], [0.0, 0.0, 13.0]],
            [[13.0, 0.0, 0.0], [3.0, 11.0, 0.0], [-2.0, 4.0, 9.0]],
            [[0.0, 0.0, 12.0], [10.0, 1.0, 0.0], [-2.0, 14.0, 3.0]],
        ] {
            let cell = Cell::new(cell, periodic).unwrap();
            for cutoff in [0.7, 2.5, 6.0] {
                check(&random::liquid(seed, 60, cell), cutoff);
            }
        }
    }
}

#[test]
fn one_atom_with_a_cutoff_of_five_cells() {
    let cell = Cell::cubic(1.0).unwrap();
    for cutoff in [0.5, 1.0, 1.2, 5.0, 5.01] {
        check(&Structure { positions: vec![[0.3, -7.2, 1e3]], cell }, cutoff);
    }
}

/// A few atoms are searched in their lattice if it has many images, more of them in the grid.
#[test]
fn few_atoms_with_many_images() {
    for atoms in [1, 2, 3, 8, 10, 11, 17] {
        for vectors in [
            [[2.0, 0.0, 0.0], [0.0, 2.5, 0.0], [0.0, 0.0, 3.0]],
            [[3.0, 0.0, 0.0], [1.5, 2.0, 0.0], [-1.0, 0.5, 2.0]],
            [[0.0, 0.0, 2.0], [9.0, 1.0, 0.0], [-2.0, 3.0, 0.0]],
        ] {
            for periodic in [[true; 3], [true, false, true], [false, false, true]] {
                let cell = Cell::new(vectors, periodic).unwrap();
                let structure = random::liquid(atoms, atoms as usize, cell);
                check(&structure, 4.5);
                check_options(&structure, 4.5);
            }
        }
    }
}

/// What goes over the hits again sees the same pairs in a lattice and in a grid.
fn check_options(structure: &Structure, cutoff: f64) {
    let Structure { positions, cell } = structure;
    let builder = NeighborList::builder(cutoff).shifts().distances();
    let full = keys(&builder.build(positions, cell).unwrap());
    let half = builder.clone().half().build(positions, cell).unwrap();
    let mut mirrored = keys(&half);
    mirrored.extend(keys(&half).iter().map(|&(i, j, s)| (j, i, s.map(|s| -s))));
    mirrored.sort_unstable();
    assert_eq!(mirrored, full);
    assert!(half.i().iter().zip(half.j()).all(|(i, j)| i <= j));

    let mut visited = Vec::new();
    builder.search(positions, cell).unwrap().for_each(|pair| visited.push((pair.i, pair.j, pair.shift)));
    visited.sort_unstable();
    assert_eq!(visited, full);

    let last = positions.len() as u32 - 1;
    let without = keys(&builder.clone().exclude(&[(0, last)]).build(positions, cell).unwrap());
    let excluded = |&(i, j, _): &Key| (i, j) == (0, last) || (j, i) == (0, last);
    assert_eq!(without, full.iter().copied().filter(|key| !excluded(key)).collect::<Vec<_>>());

    let nearest = builder.clone().max_neighbors(3).build(positions, cell).unwrap();
    for i in 0..positions.len() {
        assert_eq!(
            nearest.offsets()[i + 1] - nearest.offsets()[i],
            3.min(full.iter().filter(|k| k.0 == i as u32).count())
        );
    }

    let mut verlet = VerletList::new(cutoff, 0.5).unwrap();
    assert_eq!(verlet.update(positions, cell).unwrap(), Update::Rebuilt);
    let moved: Vec<[f64; 3]> =
        positions.iter().map(|r| [r[0] + 0.1, r[1] - 0.1 * r[0].sin(), r[2]]).collect();
    assert_eq!(verlet.update(&moved, cell).unwrap(), Update::Reused);
    assert_eq!(keys(verlet.list().unwrap()), keys(&builder.build(&moved, cell).unwrap()));
}
