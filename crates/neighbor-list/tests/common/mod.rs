//! What the tests share: structures, and the comparison with the oracle.
#![allow(dead_code, reason = "each test binary uses its part")]

use neighbor_list::{Cell, NeighborList, oracle};

pub(crate) mod random;

/// Atoms in a cell.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub(crate) positions: Vec<[f64; 3]>,
    pub(crate) cell: Cell,
}

/// A pair without its geometry, comparable.
pub(crate) type Key = (u32, u32, [i32; 3]);

/// The pairs of a list, sorted.
pub(crate) fn keys(list: &NeighborList) -> Vec<Key> {
    let mut keys: Vec<Key> =
        (list.i().iter().zip(list.j()).zip(list.shifts())).map(|((&i, &j), &s)| (i, j, s)).collect();
    keys.sort_unstable();
    keys
}

/// Compares the full list with the oracle's. A pair that lies on the cutoff within rounding may be in either.
pub(crate) fn check(structure: &Structure, cutoff: f64) {
    let Structure { positions, cell } = structure;
    let list = NeighborList::builder(cutoff)
        .shifts()
        .distances()
        .vectors()
        .build(positions, cell)
        .expect("the input is good");
    assert_valid(&list, positions.len());
    let rounding = 1e-9 * (1.0 + cutoff * cutoff);
    let limit = cutoff * cutoff;
    let wider = (limit + rounding).sqrt();
    let expected = oracle::pairs(positions, cell, wider);
    let certain: Vec<Key> = expected
        .iter()
        .filter(|p| p.distance_squared < limit - rounding)
        .map(|p| (p.i, p.j, p.shift))
        .collect();
    let possible: Vec<Key> = expected.iter().map(|p| (p.i, p.j, p.shift)).collect();
    let found = keys(&list);
    if let Some(missing) = certain.iter().find(|key| found.binary_search(key).is_err()) {
        panic!("missing {missing:?} at cutoff {cutoff} of {structure:?}");
    }
    if let Some(extra) = found.iter().find(|key| possible.binary_search(key).is_err()) {
        panic!("extra {extra:?} at cutoff {cutoff} of {structure:?}");
    }
    for ((((&i, &j), &s), &d), &vector) in
        list.i().iter().zip(list.j()).zip(list.shifts()).zip(list.distances()).zip(list.vectors())
    {
        let (a, b, t) = (positions[i as usize], positions[j as usize], cell.translation(s));
        let size = (0..3).map(|x| a[x].abs() + b[x].abs() + t[x].abs()).fold(cutoff, f64::max);
        for x in 0..3 {
            assert!((vector[x] - (b[x] - a[x] + t[x])).abs() <= 1e-14 * size);
        }
        let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((d - length).abs() <= 1e-15 * length, "{d} {length}");
        assert!(d <= cutoff);
    }
}

/// The invariants of every list.
pub(crate) fn assert_valid(list: &NeighborList, atoms: usize) {
    assert_eq!(list.offsets().len(), atoms + 1);
    assert_eq!(list.atoms(), atoms);
    assert_eq!(*list.offsets().last().unwrap(), list.len());
    assert_eq!(list.i().len(), list.len());
    for i in 0..atoms {
        let row = list.offsets()[i]..list.offsets()[i + 1];
        assert!(list.i()[row].iter().all(|&centre| centre as usize == i));
    }
    assert!(list.j().iter().all(|&j| (j as usize) < atoms));
}
