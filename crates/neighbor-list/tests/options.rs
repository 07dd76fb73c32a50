//! Every option against the full list that it is a part of.

mod common;

use common::random::{Random, liquid};
use common::{Key, Structure, assert_valid, keys};
use neighbor_list::{Batch, Builder, Cell, Cutoff, Error, NeighborList, Pair, Update, VerletList, oracle};

fn structure(seed: u64) -> Structure {
    let cell = Cell::triclinic([[7.0, 0.0, 0.0], [2.0, 8.0, 0.0], [-1.0, 1.0, 9.0]]).unwrap();
    liquid(seed, 50, cell)
}

fn build(builder: &Builder, structure: &Structure) -> NeighborList {
    let list = builder.build(&structure.positions, &structure.cell).unwrap();
    assert_valid(&list, structure.positions.len());
    list
}

/// The oracle's pairs that `keep` keeps.
fn expected(structure: &Structure, cutoff: f64, keep: impl Fn(&Pair) -> bool) -> Vec<Key> {
    let pairs = oracle::pairs(&structure.positions, &structure.cell, cutoff);
    pairs.iter().filter(|pair| keep(pair)).map(|pair| (pair.i, pair.j, pair.shift)).collect()
}

#[test]
fn radii_add_up() {
    for seed in 0..10 {
        let structure = structure(seed);
        let mut random = Random(seed);
        let radii: Vec<f64> = structure.positions.iter().map(|_| random.between(0.1, 2.5)).collect();
        let list = build(&NeighborList::builder(Cutoff::per_atom(&radii)).shifts(), &structure);
        let within = |p: &Pair| p.distance_squared.sqrt() < radii[p.i as usize] + radii[p.j as usize];
        assert_eq!(keys(&list), expected(&structure, 5.0, within));
    }
}

/// Of sizes that take one thread and of sizes that take as many as asked for.
#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for (atoms, length) in [(200, 13.0), (2000, 28.0)] {
        let structure = liquid(4, atoms, Cell::cubic(length).unwrap());
        let builder = NeighborList::builder(6.0).shifts().distances();
        let expected = build(&builder, &structure);
        for threads in [0, 2, 3, 20] {
            assert!(
                build(&builder.clone().threads(threads), &structure) == expected,
                "{threads} threads, {atoms} atoms"
            );
        }
    }
}

#[test]
fn each_pair_of_types_has_its_cutoff() {
    for seed in 0..10 {
        let structure = structure(seed);
        let mut random = Random(seed);
        let types: Vec<u32> = structure.positions.iter().map(|_| random.next() as u32 % 3).collect();
        let table = [[4.0, 2.5, 0.0], [2.5, 0.0, 3.0], [0.0, 3.0, 0.0]];
        for half in [false, true] {
            let builder = NeighborList::builder(Cutoff::per_type(&types, &table)).shifts();
            let list = build(&if half { builder.half() } else { builder }, &structure);
            let within = |p: &Pair| {
                let kinds = [p.i, p.j].map(|atom| types[atom as usize] as usize);
                let first = p.i < p.j || (p.i == p.j && p.shift > [0; 3]);
                p.distance_squared.sqrt() < table[kinds[0]][kinds[1]] && (first || !half)
            };
            assert_eq!(keys(&list), expected(&structure, 4.0, within));
        }
    }
}

#[test]
fn excluded_pairs_and_other_centres_are_left_out() {
    let structure = structure(3);
    let excluded = [(0, 1), (5, 2), (7, 7), (49, 0)];
    let is_excluded = |p: &Pair| excluded.iter().any(|&(a, b)| (p.i, p.j) == (a, b) || (p.j, p.i) == (a, b));
    let list = build(&NeighborList::builder(9.0).shifts().exclude(&excluded), &structure);
    assert_eq!(keys(&list), expected(&structure, 9.0, |p| !is_excluded(p)));

    let centres = [4, 0, 33, 4];
    let list = build(&NeighborList::builder(5.0).shifts().centres(&centres), &structure);
    assert_eq!(keys(&list), expected(&structure, 5.0, |p| centres.contains(&p.i)));
    assert!(build(&NeighborList::builder(5.0).shifts().centres(&[]), &structure).is_empty());
}

#[test]
fn the_nearest_neighbours_are_kept() {
    // A crystal has many ties, which the smaller j and then the smaller shift win.
    let crystal = Structure { positions: vec![[0.0; 3], [0.5; 3]], cell: Cell::cubic(1.0).unwrap() };
    for (structure, cutoff) in [(structure(4), 5.0), (crystal, 2.5)] {
        for k in [0, 1, 3, 8, 17, 10_000] {
            let list = build(&NeighborList::builder(cutoff).shifts().max_neighbors(k), &structure);
            let mut pairs = oracle::pairs(&structure.positions, &structure.cell, cutoff);
            pairs.sort_by(|a, b| {
                let order = a.i.cmp(&b.i).then(a.distance_squared.total_cmp(&b.distance_squared));
                order.then_with(|| (a.j, a.shift).cmp(&(b.j, b.shift)))
            });
            let nearest = pairs.chunk_by(|a, b| a.i == b.i).flat_map(|row| &row[..k.min(row.len())]);
            let mut nearest: Vec<Key> = nearest.map(|p| (p.i, p.j, p.shift)).collect();
            nearest.sort_unstable();
            assert_eq!(keys(&list), nearest, "k = {k}");
        }
    }
}

#[test]
fn a_verlet_list_is_the_list_at_every_step() {
    for seed in 0..6 {
        let mut structure = structure(seed);
        if seed % 2 == 1 {
            structure.cell = structure.cell.with_periodic([true, false, true]).unwrap();
        }
        let mut random = Random(seed);
        let builder = NeighborList::builder(3.0).shifts().distances();
        let builder = if seed > 3 { builder.half() } else { builder };
        let mut verlet = VerletList::from_builder(builder.clone(), 0.8).unwrap();
        let mut updates = [0; 2];
        for _ in 0..25 {
            let update = verlet.update(&structure.positions, &structure.cell).unwrap();
            updates[usize::from(update == Update::Reused)] += 1;
            let anew = keys(&build(&builder, &structure));
            assert_eq!(keys(verlet.list().unwrap()), anew);
            let mut visited = Vec::new();
            verlet.for_each(|pair| visited.push((pair.i, pair.j, pair.shift)));
            visited.sort_unstable();
            assert_eq!(visited, anew);
            let candidates = keys(verlet.candidates().unwrap());
            assert!(anew.iter().all(|key| candidates.binary_search(key).is_ok()));
            structure.positions.iter_mut().flatten().for_each(|x| *x += random.between(-0.06, 0.06));
        }
        assert!(updates[0] > 1 && updates[1] > updates[0], "{updates:?}");
    }
}

/// Steps small enough that pairs cross the cutoff between two partings of the rows, and as many that there are partings
/// and rebuilds; also in the lattice of a small cell, and for rows that nobody asked for at every step.
#[test]
fn rows_are_the_list_while_atoms_drift() {
    for seed in 0..8 {
        let mut structure = structure(seed);
        if seed > 5 {
            structure.cell = Cell::cubic(2.0).unwrap();
            structure.positions.truncate(seed as usize - 4);
        }
        let mut random = Random(seed);
        let builder = NeighborList::builder(3.0).shifts();
        let builder = if seed % 2 == 1 { builder.half() } else { builder };
        let mut verlet = VerletList::from_builder(builder.clone(), 0.6).unwrap();
        let mut updates = [0; 2];
        for step in 0..80 {
            let update = verlet.update(&structure.positions, &structure.cell).unwrap();
            updates[usize::from(update == Update::Reused)] += 1;
            if step % 7 != 3 {
                let rows = verlet.rows().unwrap();
                let row = |i: usize| rows.row(i).into_iter().map(move |(j, shift)| (i as u32, j, shift));
                let mut found: Vec<_> = (0..rows.atoms()).flat_map(row).collect();
                found.sort_unstable();
                assert_eq!(found, keys(&build(&builder, &structure)), "step {step} of seed {seed}");
                assert_eq!(rows.len(), found.len());
            }
            let drift: [f64; 3] = [0.01, -0.005, 0.0];
            for (atom, r) in structure.positions.iter_mut().enumerate() {
                let side = if atom % 2 == 0 { 1.0 } else { -1.0 };
                (0..3).for_each(|x| r[x] += side * drift[x] + random.between(-0.004, 0.004));
            }
        }
        assert!(updates[0] > 1 && updates[1] > 5 * updates[0], "{updates:?}");
    }
}

#[test]
fn a_verlet_list_recovers_from_an_error_and_sees_a_new_cell() {
    let structure = structure(1);
    let mut verlet = VerletList::new(3.0, 1.0).unwrap();
    verlet.update(&structure.positions, &structure.cell).unwrap();
    let mut broken = structure.positions.clone();
    broken[7][1] = f64::NAN;
    assert!(matches!(verlet.update(&broken, &structure.cell), Err(Error::NonFinitePosition { atom: 7, .. })));
    assert!(verlet.list().unwrap().is_empty());
    assert_eq!((verlet.rows().unwrap().atoms(), verlet.rows().unwrap().len()), (0, 0));
    assert_eq!(verlet.update(&structure.positions, &structure.cell).unwrap(), Update::Rebuilt);
    assert_eq!(verlet.update(&structure.positions, &structure.cell).unwrap(), Update::Reused);
    let open = structure.cell.with_periodic([false; 3]).unwrap();
    assert_eq!(verlet.update(&structure.positions, &open).unwrap(), Update::Rebuilt);
    assert_eq!(verlet.update(&structure.positions[1..], &open).unwrap(), Update::Rebuilt);
    let truncated = NeighborList::builder(1.0).max_neighbors(3);
    assert!(matches!(VerletList::from_builder(truncated, 1.0), Err(Error::Conflict { .. })));
}

#[test]
fn a_batch_is_its_structures_one_after_the_other() {
    let mut random = Random(8);
    let structures: Vec<Structure> = (0..9)
        .map(|k| match k % 3 {
            0 => structure(k),
            1 => Structure { positions: Vec::new(), cell: Cell::none() },
            _ => liquid(k, 7, Cell::cubic(3.0).unwrap()),
        })
        .collect();
    let systems: Vec<(&[[f64; 3]], &Cell)> =
        structures.iter().map(|structure| (&structure.positions[..], &structure.cell)).collect();
    let atoms = structures.iter().map(|structure| structure.positions.len()).sum();
    let radii: Vec<f64> = (0..atoms).map(|_| random.between(0.5, 2.0)).collect();
    let plain = NeighborList::builder(4.0).shifts().distances().vectors();
    let own = NeighborList::builder(Cutoff::per_atom(&radii))
        .shifts()
        .exclude(&[(1, 2), (0, 55)])
        .centres(&[1, 2, 60]);
    for (builder, is_plain) in [(plain, true), (own, false)] {
        for threads in [1, 2, 3, 20] {
            let mut batch = Batch::new(builder.clone().threads(threads));
            batch.build(&systems).unwrap();
            assert_valid(batch.list(), atoms);
            for (k, structure) in structures.iter().enumerate() {
                let (first, end) = (batch.atom_offsets()[k], batch.atom_offsets()[k + 1]);
                let pairs = batch.pair_offsets()[k]..batch.pair_offsets()[k + 1];
                assert_eq!(batch.list().offsets()[first], pairs.start);
                assert_eq!(batch.list().offsets()[end], pairs.end);
                if is_plain {
                    let alone = build(&builder, structure);
                    let shifted: Vec<u32> = alone.j().iter().map(|j| j + first as u32).collect();
                    assert_eq!(batch.list().j()[pairs.clone()], shifted);
                    assert_eq!(batch.list().shifts()[pairs.clone()], *alone.shifts());
                    assert_eq!(batch.list().vectors()[pairs], *alone.vectors());
                } else {
                    let within = |p: &Pair| {
                        let (i, j) = (p.i as usize + first, p.j as usize + first);
                        let excluded = [(1, 2), (2, 1), (0, 55), (55, 0)].contains(&(i, j));
                        p.distance_squared.sqrt() < radii[i] + radii[j]
                            && [1, 2, 60].contains(&i)
                            && !excluded
                    };
                    let mut found: Vec<Key> = pairs
                        .map(|p| {
                            (
                                batch.list().i()[p] - first as u32,
                                batch.list().j()[p] - first as u32,
                                batch.list().shifts()[p],
                            )
                        })
                        .collect();
                    found.sort_unstable();
                    assert_eq!(found, expected(structure, 4.0, within));
                }
            }
        }
    }
    let short = Batch::new(NeighborList::builder(Cutoff::per_atom(&radii[1..])))
        .build(&systems)
        .map(NeighborList::len);
    assert!(matches!(short, Err(Error::LengthMismatch { argument: "radii", .. })));
    let mut empty = Batch::new(NeighborList::builder(1.0));
    assert_eq!(empty.build(&[] as &[(&[[f64; 3]], &Cell)]).unwrap().atoms(), 0);
}
