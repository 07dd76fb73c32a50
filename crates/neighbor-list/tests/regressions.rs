//! Inputs that break neighbour lists, ours or others': one test each, with its history.

mod common;

use common::{Structure, check, keys};
use neighbor_list::{Buffers, Cell, Cutoff, Error, NeighborList, Search, VerletList};

fn build(positions: &[[f64; 3]], cell: &Cell, cutoff: f64) -> Result<NeighborList, Error> {
    NeighborList::builder(cutoff).shifts().distances().build(positions, cell)
}

/// A pair exactly at the cutoff is no pair, whatever the path: pymatgen and MDAnalysis count it.
#[test]
fn the_cutoff_itself_is_outside() {
    let fcc = [[0.0; 3], [0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]];
    let cube = Cell::cubic(4.0).unwrap();
    assert_eq!(build(&fcc, &cube, 8.0_f64.sqrt()).unwrap().len(), 0);
    assert_eq!(build(&fcc, &cube, 8.0_f64.sqrt().next_up()).unwrap().len(), 48);
    for offset in [0.0, 0.125, -3.5, 1024.0] {
        let one = [[offset; 3]];
        assert_eq!(build(&one, &Cell::cubic(1.0).unwrap(), 1.0).unwrap().len(), 0);
        assert_eq!(build(&one, &Cell::cubic(1.0).unwrap(), 1.0_f64.next_up()).unwrap().len(), 6);
        let pair = [[offset, 0.0, 0.0], [offset + 1.5, 0.0, 0.0]];
        assert_eq!(build(&pair, &Cell::none(), 1.5).unwrap().len(), 0);
    }
}

/// Membership must be symmetric on the cutoff, too: (i, j, S) is listed exactly if (j, i, −S) is.
#[test]
fn membership_is_symmetric_where_rounding_decides() {
    let cell = Cell::cubic(0.3).unwrap().vectors();
    let cell = Cell::triclinic([cell[0], [0.1, 0.3, 0.0], [0.07, 0.03, 0.3]]).unwrap();
    let positions: Vec<[f64; 3]> =
        (0..30).map(|k| [0.1 * f64::from(k), 0.01 * f64::from(k * k), 0.3 - 0.1 * f64::from(k)]).collect();
    for cutoff in [0.1, 0.3, 0.6, 0.3 * 2.0_f64.sqrt(), 0.9] {
        let found = keys(&build(&positions, &cell, cutoff).unwrap());
        for &(i, j, s) in &found {
            assert!(found.binary_search(&(j, i, s.map(|s| -s))).is_ok());
        }
    }
}

/// neighborlist-rs ignores the flags in its cell-list path; a slab, a wire and a molecule must differ from a crystal.
#[test]
fn slabs_wires_and_molecules() {
    let vectors = [[7.0, 0.0, 0.0], [2.0, 8.0, 0.0], [1.0, -1.0, 6.0]];
    for bits in 0..8_u32 {
        let cell = Cell::new(vectors, [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0]).unwrap();
        let mut structure = common::random::liquid(5, 80, cell);
        // Along open axes the atoms may stand anywhere, far from the cell.
        structure.positions.iter_mut().for_each(|r| (0..3).for_each(|x| r[x] = 3.0 * r[x] - 20.0));
        check(&structure, 5.0);
    }
}

/// A skew of 15 degrees and less: the heights of the cell are a fraction of its lengths.
#[test]
fn strong_skew() {
    for degrees in [60.0, 30.0, 15.0, 10.0, 3.0_f64] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let cell = Cell::triclinic([
            [10.0, 0.0, 0.0],
            [10.0 * cos, 10.0 * sin, 0.0],
            [9.0 * cos, 3.0 * sin, 12.0 * sin],
        ]);
        check(&common::random::liquid(7, 40, cell.unwrap()), 4.0);
    }
}

#[test]
fn left_handed_and_rotated_cells() {
    let cell = Cell::triclinic([[0.0, 9.0, 0.0], [8.0, 0.5, 0.0], [0.3, 0.0, 10.0]]).unwrap();
    check(&common::random::liquid(11, 70, cell), 6.0);
}

/// Atoms thousands of cells outside made pymatgen run out of memory.
#[test]
fn atoms_far_outside_of_the_cell() {
    let cell = Cell::triclinic([[4.0, 0.0, 0.0], [1.0, 4.0, 0.0], [0.0, 1.0, 4.0]]).unwrap();
    let positions = [[0.5, 0.5, 0.5], [4001.0, -7999.0, 12002.5], [-4e6, 8e6, 0.25]];
    let list = build(&positions, &cell, 5.0).unwrap();
    assert!(!list.is_empty());
    for ((&i, &j), (&s, &d)) in list.i().iter().zip(list.j()).zip(list.shifts().iter().zip(list.distances()))
    {
        let (a, b, t) = (positions[i as usize], positions[j as usize], cell.translation(s));
        let d2: f64 = (0..3).map(|x| (b[x] - a[x] + t[x]).powi(2)).sum();
        assert!((d2.sqrt() - d).abs() < 1e-8);
    }
}

/// A fraction that wraps to exactly 1 would fall behind the last bin.
#[test]
fn atoms_on_the_faces_of_the_cell() {
    let cell = Cell::cubic(3.0).unwrap();
    let edges = [0.0, -0.0, 3.0, -3.0, 3.0_f64.next_down(), -1e-17, 1e-17, -f64::MIN_POSITIVE, 6.0];
    let positions: Vec<[f64; 3]> =
        edges.iter().flat_map(|&x| [[x, 1.0, 1.0], [1.0, x, 2.0], [2.0, 2.0, x]]).collect();
    check(&Structure { positions, cell }, 1.4);
}

/// A box of 1e5 with 100 atoms, or a spread of 1e10 without one, must not cost memory for its volume.
#[test]
fn huge_sparse_systems() {
    let mut random = common::random::Random(3);
    let mut spread =
        |scale: f64| (0..100).map(|_| [(); 3].map(|()| scale * random.unit())).collect::<Vec<_>>();
    check(&Structure { positions: spread(1e5), cell: Cell::cubic(1e5).unwrap() }, 6.0);
    check(&Structure { positions: spread(1e10), cell: Cell::none() }, 6.0);
    let mut two_clusters = spread(1.0);
    two_clusters.extend(spread(1.0).iter().map(|r| r.map(|x| x + 1e8)));
    check(&Structure { positions: two_clusters, cell: Cell::none() }, 0.5);
}

#[test]
fn atoms_in_a_plane_on_a_line_and_on_one_spot() {
    let flat: Vec<[f64; 3]> = (0..60).map(|k| [f64::from(k % 8), f64::from(k / 8), 2.0]).collect();
    let line: Vec<[f64; 3]> = (0..60).map(|k| [1.0, 0.3 * f64::from(k), 2.0]).collect();
    let spot = vec![[1.0, 2.0, 3.0]; 40];
    for positions in [flat, line, spot] {
        check(&Structure { positions: positions.clone(), cell: Cell::none() }, 1.5);
        check(&Structure { positions, cell: Cell::cubic(20.0).unwrap() }, 1.5);
    }
}

#[test]
fn no_atom_and_one_atom() {
    for cell in [Cell::none(), Cell::cubic(2.0).unwrap()] {
        let none = build(&[], &cell, 1.0).unwrap();
        assert_eq!((none.offsets(), none.len(), none.atoms()), (&[0][..], 0, 0));
        let one = build(&[[5.0; 3]], &cell, 1.0).unwrap();
        assert_eq!((one.offsets(), one.len(), one.atoms()), (&[0, 0][..], 0, 1));
    }
    assert!(Search::new(&[] as &[[f64; 3]], &Cell::none(), 1.0).unwrap().is_empty());
}

/// matscipy, pymatgen and neighborlist-rs return pairs for NaN; vesin accepts a NaN skin.
#[test]
fn what_is_not_finite_is_named() {
    let cell = Cell::cubic(5.0).unwrap();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        match build(&[[0.0; 3], [1.0, value, 2.0]], &cell, 1.0) {
            Err(Error::NonFinitePosition { atom: 1, axis: 1, value: found }) => {
                assert_eq!(found.to_bits(), value.to_bits());
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(build(&[], &cell, value), Err(Error::BadCutoff { argument: "cutoff", .. })));
        assert!(matches!(VerletList::new(1.0, value), Err(Error::BadCutoff { argument: "skin", .. })));
        assert!(matches!(VerletList::new(value, 1.0), Err(Error::BadCutoff { argument: "cutoff", .. })));
        let vectors = [[1.0, 0.0, 0.0], [0.0, value, 0.0], [0.0, 0.0, 1.0]];
        assert!(matches!(
            Cell::new(vectors, [false; 3]),
            Err(Error::NonFiniteCell { vector: 1, axis: 1, .. })
        ));
        assert!(matches!(
            NeighborList::builder(Cutoff::per_atom(&[value])).build(&[[0.0; 3]], &cell),
            Err(Error::BadCutoff { argument: "radii", index: 0, .. })
        ));
    }
    for cutoff in [0.0, -0.0, -1.0, 1e200] {
        assert!(matches!(build(&[[0.0; 3]], &cell, cutoff), Err(Error::BadCutoff { .. })), "{cutoff}");
    }
    assert!(matches!(VerletList::new(1.0, -1.0), Err(Error::BadCutoff { argument: "skin", .. })));
}

/// Only the vectors of periodic axes count, and only relative to their lengths.
#[test]
fn degenerate_cells() {
    let flat = [[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 1.0]];
    assert!(matches!(Cell::triclinic(flat), Err(Error::DegenerateCell { .. })));
    assert!(matches!(Cell::new(flat, [true, true, false]), Err(Error::DegenerateCell { .. })));
    for periodic in [[true, false, true], [false, true, true], [false; 3]] {
        assert!(Cell::new(flat, periodic).is_ok());
    }
    assert!(matches!(Cell::new([[0.0; 3]; 3], [false, false, true]), Err(Error::DegenerateCell { .. })));
    assert!(Cell::new([[0.0; 3]; 3], [false; 3]).is_ok());
    for scale in [1e-30, 1e-9, 1e9, 1e30] {
        let cell = Cell::cubic(scale).unwrap();
        assert_eq!(build(&[[0.0; 3]], &cell, 1.1 * scale).unwrap().len(), 6, "{scale}");
        assert!(Cell::triclinic(flat.map(|v| v.map(|x| scale * x))).is_err());
    }
    assert!(Cell::none().with_periodic([true, false, false]).is_err());
}

#[test]
fn wrong_lengths_and_indices_are_named() {
    let (cell, positions) = (Cell::cubic(5.0).unwrap(), [[0.0; 3], [1.0; 3]]);
    let table = [[2.0, 3.0], [3.0, 0.0]];
    let with = |cutoff: Cutoff| NeighborList::builder(cutoff).build(&positions, &cell);
    let mismatch = |argument, found| Err(Error::LengthMismatch { argument, expected: 2, found });
    assert_eq!(with(Cutoff::per_atom(&[1.0])), mismatch("radii", 1));
    assert_eq!(with(Cutoff::per_type(&[0, 1, 0], &table)), mismatch("types", 3));
    assert_eq!(with(Cutoff::per_type(&[0, 1], &[vec![1.0, 2.0], vec![2.0]])), mismatch("table", 1));
    let out = |argument, index| Err(Error::OutOfRange { argument, index, limit: 2 });
    assert_eq!(with(Cutoff::per_type(&[0, 2], &table)), out("types", 1));
    assert_eq!(
        NeighborList::builder(1.0).exclude(&[(0, 1), (5, 0)]).build(&positions, &cell),
        out("exclude", 1)
    );
    assert_eq!(NeighborList::builder(1.0).centres(&[2]).build(&positions, &cell), out("centres", 0));
    assert!(matches!(
        with(Cutoff::per_type(&[0, 1], &[[1.0, 2.0], [2.5, 1.0]])),
        Err(Error::AsymmetricTable { row: 1, column: 0, .. })
    ));
    assert!(matches!(
        NeighborList::builder(1.0).half().max_neighbors(3).build(&positions, &cell),
        Err(Error::Conflict { first: "max_neighbors", second: "half" })
    ));
    let search = Search::new(&positions, &cell, 2.0).unwrap();
    let mut short = vec![0; search.len() - 1];
    let error = search.fill(Buffers { j: Some(&mut short), ..Buffers::default() });
    assert_eq!(
        error,
        Err(Error::LengthMismatch { argument: "j", expected: search.len(), found: search.len() - 1 })
    );
}

/// More images than could ever be listed are refused before they are tried.
#[test]
fn a_cutoff_beyond_all_memory() {
    let cell = Cell::cubic(1.0).unwrap();
    assert!(matches!(build(&[[0.0; 3]], &cell, 1e6), Err(Error::TooManyPairs { .. })));
    assert!(matches!(build(&[[0.0; 3]], &cell, 1e100), Err(Error::TooManyPairs { .. })));
    assert!(matches!(
        build(&[[1e100, 0.0, 0.0]], &cell, 1.0),
        Err(Error::ShiftOverflow { atom: 0, vector: 0, .. })
    ));
}

/// A failed build leaves an empty list, not the previous one.
#[test]
fn an_error_empties_the_list() {
    let (mut workspace, mut list) = Default::default();
    let cell = Cell::cubic(2.0).unwrap();
    let builder = NeighborList::builder(2.5).shifts();
    builder.build_into(&[[0.0; 3]], &cell, &mut workspace, &mut list).unwrap();
    assert!(!list.is_empty());
    builder.build_into(&[[f64::NAN; 3]], &cell, &mut workspace, &mut list).unwrap_err();
    assert!(list.is_empty() && list.offsets().is_empty());
}

/// AVX-512 bounds heights to 2^-12 only: from 5,000 images on, that named a translation behind the table.
#[test]
fn a_wire_with_a_cutoff_of_ten_thousand_cells() {
    let wire = Cell::new([[0.0; 3], [0.0; 3], [0.0, 0.0, 1.0]], [false, false, true]).unwrap();
    for z in [0.01, 0.5, 0.99] {
        assert_eq!(build(&[[0.0, 0.0, z]], &wire, 1e4).unwrap().len(), 19_998);
    }
}

/// Squares of the spread overflowed, and an atom was not even found in its own bin.
#[test]
fn coordinates_and_cutoffs_whose_squares_overflow_or_vanish() {
    for x in [1.1e150, 1e200, f64::MAX] {
        let built = build(&[[0.0; 3], [0.0, -x, 0.0]], &Cell::none(), 1.0);
        assert_eq!(built, Err(Error::NonFinitePosition { atom: 1, axis: 1, value: -x }));
        assert!(Cell::cubic(1e5 * x).is_err());
    }
    assert_eq!(build(&[[1e150; 3], [-1e150; 3]], &Cell::none(), 1.0).unwrap().len(), 0);
    for cutoff in [1e-160, 5e-324] {
        let built = build(&[[0.0; 3]; 2], &Cell::none(), cutoff);
        assert_eq!(built, Err(Error::BadCutoff { argument: "cutoff", index: 0, value: cutoff }));
    }
    assert_eq!(build(&[[0.0; 3]; 2], &Cell::none(), 1e-150).unwrap().len(), 2);
}

/// In a very flat cell wrapping errs by more than a tiny cutoff, and an atom was not found in its own bin.
#[test]
fn a_cutoff_below_the_rounding_of_a_flat_cell() {
    for (skew, far) in [(1e-6, 1e3), (1e-9, 0.0), (1e-9, 1.0)] {
        let cell = Cell::triclinic([[1.0, 0.0, 0.0], [1.0, skew, 0.0], [0.3, 0.2, 1.0]]).unwrap();
        let positions: Vec<[f64; 3]> = (0..40)
            .map(|k| [0.01 * f64::from(k) + 0.7 * far, 0.013 * f64::from(k) + 0.3 * far, 0.4 - far])
            .collect();
        // Where the rounding reaches thousands of images, a refusal is right too.
        match build(&positions, &cell, 1e-9) {
            Ok(list) => assert!(list.is_empty()),
            Err(error) => assert!(matches!(error, Error::TooManyPairs { .. }) && skew < 1e-6, "{error}"),
        }
    }
}

/// Four chunks for each of `usize::MAX` threads overflowed.
#[test]
fn more_threads_than_there_can_be() {
    let positions: Vec<[f64; 3]> = (0..300).map(|k| [f64::from(k), 0.0, 0.0]).collect();
    let list = NeighborList::builder(1.5).threads_always(usize::MAX).build(&positions, &Cell::none());
    assert_eq!(list.unwrap().len(), 598);
}

/// A skewed cell had as many images within reach as its thinness says, whatever the lattice: minutes and gigabytes for
/// lists of a few pairs. Searched by reduced vectors it is the cube that it is. That it needs no memory for images is
/// asserted in tests/memory.rs, whatever else the machine does; the time here is only to tell milliseconds from minutes.
#[test]
fn skewed_cells_cost_what_their_lattice_does() {
    let cube = common::random::liquid(3, 60, Cell::cubic(8.0).unwrap());
    for skew in [3.0, 1e2, 1e4, 1e5] {
        let vectors = [[8.0, 0.0, 0.0], [8.0 * skew, 8.0, 0.0], [-24.0 * skew, 16.0, 8.0]];
        let cell = Cell::triclinic(vectors).unwrap();
        let started = std::time::Instant::now();
        let plain = NeighborList::builder(5.0).distances().build(&cube.positions, &cube.cell).unwrap();
        let skewed = NeighborList::builder(5.0).shifts().distances().build(&cube.positions, &cell).unwrap();
        assert!(started.elapsed().as_secs() < 5, "{skew}");
        assert_eq!(skewed.offsets(), plain.offsets(), "{skew}");
        for ((i, j), (s, d)) in
            skewed.i().iter().zip(skewed.j()).zip(skewed.shifts().iter().zip(skewed.distances()))
        {
            let (a, b, t) = (cube.positions[*i as usize], cube.positions[*j as usize], cell.translation(*s));
            let square: f64 = (0..3).map(|x| (b[x] - a[x] + t[x]).powi(2)).sum();
            assert!((square.sqrt() - d).abs() < 1e-8 * skew, "{skew}");
        }
    }
}

/// The table of images took 2.4 GB before anything was found, without asking whether there is that much.
#[test]
fn many_images_are_refused_or_fit() {
    let flat = Cell::triclinic([[1.0, 0.0, 0.0], [0.0, 1e-4, 0.0], [0.0, 0.0, 1.0]]).unwrap();
    for (cutoff, fits) in [(2.0, true), (40.0, false), (1e3, false)] {
        match build(&[[0.1; 3]], &flat, cutoff) {
            Ok(list) => assert!(fits && list.len() > 100_000),
            Err(error) => assert!(!fits && matches!(error, Error::TooManyPairs { .. }), "{error}"),
        }
    }
}

/// A coordinate of 1e100 was printed with a hundred digits.
#[test]
fn errors_of_huge_values_can_be_read() {
    let cell = Cell::cubic(1.0).unwrap();
    for (positions, cutoff) in
        [([[1e100, 0.0, 0.0]], 1.0), ([[1e300; 3]], 1.0), ([[0.0; 3]], 1e70), ([[0.0; 3]], 1e-300)]
    {
        let message = build(&positions, &cell, cutoff).unwrap_err().to_string();
        assert!(message.len() < 120 && message.contains('e'), "{message}");
    }
}
