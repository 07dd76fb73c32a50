//! Every list equals the O(n²) definition.

mod common;

use common::{Structure, check, random};
use neighbor_list::Cell;

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
