//! Laws of neighbour lists, one test a law, on random structures in random cells.

mod common;

use common::random::Random;
use common::{Key, Structure, check, keys};
use neighbor_list::{Builder, Cell, NeighborList, Search};
use proptest::prelude::*;
use simd_kernels::Level;

/// 100 cases a law, more than 1,000 in all; `LOCALITY_LONG=1` makes it 2,000 a law.
fn config() -> ProptestConfig {
    let cases = if std::env::var_os("LOCALITY_LONG").is_some() { 2000 } else { 100 };
    ProptestConfig { cases, ..ProptestConfig::default() }
}

/// A lattice vector of length 2 to 9 in any direction; three of them make any cell, left-handed ones too.
fn vectors() -> impl Strategy<Value = [[f64; 3]; 3]> {
    let row = prop::array::uniform3(-9.0..9.0_f64);
    prop::array::uniform3(row).prop_filter("not too flat and not too small", |v| {
        let volume = determinant(*v).abs();
        let lengths = v.map(|r| r.iter().map(|x| x * x).sum::<f64>().sqrt());
        volume > 0.05 * lengths.iter().product::<f64>() && lengths.iter().all(|&l| l > 2.0)
    })
}

fn determinant([a, b, c]: [[f64; 3]; 3]) -> f64 {
    a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
}

/// Up to 40 atoms, inside of the cell and around it, some of them on the same spot.
fn structure() -> impl Strategy<Value = Structure> {
    (vectors(), prop::array::uniform3(any::<bool>()), 1..40_usize, any::<u64>()).prop_map(
        |(vectors, periodic, atoms, seed)| {
            let mut random = Random(seed);
            let mut positions: Vec<[f64; 3]> = Vec::new();
            for _ in 0..atoms {
                let fraction = [(); 3].map(|()| random.between(-0.5, 1.5));
                let twin = positions.last().copied().filter(|_| random.unit() < 0.05);
                positions.push(twin.unwrap_or_else(|| {
                    core::array::from_fn(|x| (0..3).map(|axis| fraction[axis] * vectors[axis][x]).sum())
                }));
            }
            Structure { positions, cell: Cell::new(vectors, periodic).expect("the filter keeps good cells") }
        },
    )
}

fn build(builder: &Builder, structure: &Structure) -> NeighborList {
    builder.build(&structure.positions, &structure.cell).expect("the input is good")
}

/// The pairs whose distance is not within rounding of the cutoff.
fn certain(list: &NeighborList, cutoff: f64) -> Vec<Key> {
    let mut keys: Vec<Key> = (0..list.len())
        .filter(|&pair| list.distances()[pair] < cutoff - 1e-9)
        .map(|pair| (list.i()[pair], list.j()[pair], list.shifts()[pair]))
        .collect();
    keys.sort_unstable();
    keys
}

/// Every pair of `a` that is not on the cutoff is in `b`, and the reverse.
fn same_within_rounding(a: &NeighborList, b: &NeighborList, cutoff: f64) -> bool {
    let (all_a, all_b) = (keys(a), keys(b));
    certain(a, cutoff).iter().all(|key| all_b.binary_search(key).is_ok())
        && certain(b, cutoff).iter().all(|key| all_a.binary_search(key).is_ok())
}

fn everything(cutoff: f64) -> Builder {
    NeighborList::builder(cutoff).shifts().distances().vectors()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn equals_the_oracle(structure in structure(), cutoff in 0.1..9.0) {
        check(&structure, cutoff);
    }

    #[test]
    fn translation_leaves_the_list(structure in structure(), cutoff in 0.1..7.0, by in prop::array::uniform3(-50.0..50.0)) {
        let mut moved = structure.clone();
        moved.positions.iter_mut().for_each(|r| (0..3).for_each(|x| r[x] += by[x]));
        let (here, there) = (build(&everything(cutoff), &structure), build(&everything(cutoff), &moved));
        prop_assert!(same_within_rounding(&here, &there, cutoff));
    }

    #[test]
    fn rotation_leaves_the_list(structure in structure(), cutoff in 0.1..7.0, angles in prop::array::uniform3(0.0..6.3_f64)) {
        let turn = |r: [f64; 3]| angles.iter().enumerate().fold(r, |mut r, (axis, angle)| {
            let (p, q, (sin, cos)) = ((axis + 1) % 3, (axis + 2) % 3, angle.sin_cos());
            (r[p], r[q]) = (cos * r[p] - sin * r[q], sin * r[p] + cos * r[q]);
            r
        });
        let turned = Structure {
            positions: structure.positions.iter().map(|&r| turn(r)).collect(),
            cell: Cell::new(structure.cell.vectors().map(turn), structure.cell.periodic()).unwrap(),
        };
        let (here, there) = (build(&everything(cutoff), &structure), build(&everything(cutoff), &turned));
        prop_assert!(same_within_rounding(&here, &there, cutoff));
    }

    #[test]
    fn wrapping_an_atom_moves_its_shifts(structure in structure(), cutoff in 0.1..7.0, seed in any::<u64>()) {
        let mut random = Random(seed);
        let periodic = structure.cell.periodic();
        let cells: Vec<[i32; 3]> = structure.positions.iter()
            .map(|_| core::array::from_fn(|x| if periodic[x] { random.between(-4.0, 4.0) as i32 } else { 0 }))
            .collect();
        let mut moved = structure.clone();
        for (r, &cells) in moved.positions.iter_mut().zip(&cells) {
            let t = structure.cell.translation(cells);
            (0..3).for_each(|x| r[x] += t[x]);
        }
        let here = build(&everything(cutoff), &structure);
        let mut back = build(&everything(cutoff), &moved);
        // D = r[j] − r[i] + S · cell stays, so what was added to j and not to i comes off S.
        let shifts: Vec<[i32; 3]> = (0..back.len())
            .map(|p| core::array::from_fn(|x| {
                back.shifts()[p][x] + cells[back.j()[p] as usize][x] - cells[back.i()[p] as usize][x]
            }))
            .collect();
        let moved_keys = |list: &NeighborList, shifts: &[[i32; 3]], limit: f64| {
            let mut keys: Vec<Key> = (0..list.len()).filter(|&p| list.distances()[p] < limit)
                .map(|p| (list.i()[p], list.j()[p], shifts[p])).collect();
            keys.sort_unstable();
            keys
        };
        let all_here = keys(&here);
        prop_assert!(moved_keys(&back, &shifts, cutoff - 1e-9).iter().all(|key| all_here.binary_search(key).is_ok()));
        let all_back = moved_keys(&back, &shifts, f64::INFINITY);
        prop_assert!(certain(&here, cutoff).iter().all(|key| all_back.binary_search(key).is_ok()));
        back.clear();
        prop_assert!(back.is_empty());
    }

    #[test]
    fn relabelling_relabels_the_list(structure in structure(), cutoff in 0.1..7.0, seed in any::<u64>()) {
        let mut random = Random(seed);
        let mut new: Vec<u32> = (0..structure.positions.len() as u32).collect();
        for i in (1..new.len()).rev() {
            new.swap(i, random.next() as usize % (i + 1));
        }
        let mut relabelled = structure.clone();
        for (old, &new) in new.iter().enumerate() {
            relabelled.positions[new as usize] = structure.positions[old];
        }
        let mut expected: Vec<Key> = keys(&build(&everything(cutoff), &structure)).into_iter()
            .map(|(i, j, s)| (new[i as usize], new[j as usize], s)).collect();
        expected.sort_unstable();
        prop_assert_eq!(keys(&build(&everything(cutoff), &relabelled)), expected);
    }

    #[test]
    fn a_supercell_has_the_same_distances(structure in structure(), cutoff in 0.1..5.0, axis in 0..3_usize) {
        // Made periodic rather than refused where it is not: proptest gives up after 1,024 refusals.
        let mut periodic = structure.cell.periodic();
        periodic[axis] = true;
        let structure = Structure { cell: structure.cell.with_periodic(periodic).unwrap(), ..structure };
        let mut vectors = structure.cell.vectors();
        let step = vectors[axis];
        vectors[axis] = step.map(|x| 2.0 * x);
        let images = structure.positions.iter().flat_map(|r| [*r, core::array::from_fn(|x| r[x] + step[x])]);
        let double = Structure { positions: images.collect(), cell: Cell::new(vectors, periodic).unwrap() };
        let (single, double) = (build(&everything(cutoff), &structure), build(&everything(cutoff), &double));
        let sorted = |list: &NeighborList, times: usize| {
            let mut d: Vec<f64> = list.distances().iter().flat_map(|&d| std::iter::repeat_n(d, times)).collect();
            d.retain(|d| *d < cutoff - 1e-6);
            d.sort_unstable_by(f64::total_cmp);
            d
        };
        let (single, double) = (sorted(&single, 2), sorted(&double, 1));
        let near = |d: &f64| (*d - (cutoff - 1e-6)).abs() < 2e-9;
        if !single.iter().chain(&double).any(near) {
            prop_assert_eq!(single.len(), double.len());
            prop_assert!(single.iter().zip(&double).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }

    #[test]
    fn half_and_its_mirror_are_the_full_list(structure in structure(), cutoff in 0.1..9.0) {
        let full = keys(&build(&everything(cutoff), &structure));
        let half = keys(&build(&everything(cutoff).half(), &structure));
        let mut both: Vec<Key> = half.iter().flat_map(|&(i, j, s)| [(i, j, s), (j, i, s.map(|s| -s))]).collect();
        both.sort_unstable();
        prop_assert_eq!(both, full);
        prop_assert!(half.iter().all(|&(i, j, s)| i < j || (i == j && s > [0; 3])));
    }

    #[test]
    fn f32_positions_give_the_list_of_the_same_numbers(structure in structure(), cutoff in 0.1..9.0) {
        let narrow: Vec<[f32; 3]> = structure.positions.iter().map(|r| r.map(|x| x as f32)).collect();
        let wide: Vec<[f64; 3]> = narrow.iter().map(|r| r.map(f64::from)).collect();
        let builder = everything(cutoff);
        prop_assert_eq!(builder.build(&narrow, &structure.cell).unwrap(), builder.build(&wide, &structure.cell).unwrap());
    }

    #[test]
    fn threads_and_levels_give_the_same_bytes(structure in structure(), cutoff in 0.1..7.0) {
        // Several copies side by side, so that there is more than one chunk to share out.
        let copies = (0..12).flat_map(|k| structure.positions.iter().map(move |r| [r[0] + 0.1 * f64::from(k), r[1], r[2]]));
        let many = Structure { positions: copies.collect(), cell: structure.cell };
        let expected = build(&everything(cutoff).level(Level::scalar()), &many);
        for level in Level::available() {
            for threads in [1, 2, 3] {
                let list = build(&everything(cutoff).level(level).threads_always(threads), &many);
                prop_assert_eq!(bits(&list), bits(&expected), "{} with {} threads", level, threads);
            }
        }
    }

    #[test]
    fn a_search_knows_its_size_and_visits_its_list(structure in structure(), cutoff in 0.1..7.0) {
        let list = build(&everything(cutoff), &structure);
        let search = Search::new(&structure.positions, &structure.cell, cutoff).unwrap();
        prop_assert_eq!(search.offsets(), list.offsets());
        let mut visited = Vec::new();
        search.for_each(|pair| visited.push((pair.i, pair.j, pair.shift)));
        visited.sort_unstable();
        prop_assert_eq!(visited, keys(&list));
    }

    #[test]
    fn several_cutoffs_are_several_lists(structure in structure(), cutoffs in prop::collection::vec(0.1..7.0, 0..4)) {
        let builder = everything(1.0);
        let lists = builder.build_cutoffs(&structure.positions, &structure.cell, &cutoffs).unwrap();
        prop_assert_eq!(lists.len(), cutoffs.len());
        for (list, &cutoff) in lists.iter().zip(&cutoffs) {
            prop_assert_eq!(keys(list), keys(&build(&everything(cutoff), &structure)));
        }
    }

    #[test]
    fn memory_used_again_leaves_no_trace(first in structure(), second in structure(), cutoff in 0.1..6.0) {
        let (mut workspace, mut list) = Default::default();
        let builder = everything(cutoff);
        for structure in [&first, &second, &first] {
            builder.build_into(&structure.positions, &structure.cell, &mut workspace, &mut list).unwrap();
            prop_assert_eq!(bits(&list), bits(&build(&builder, structure)));
        }
    }
}

/// Everything in a list, comparable bit by bit.
type Bits = (Vec<usize>, Vec<u32>, Vec<u32>, Vec<[i32; 3]>, Vec<u64>, Vec<[u64; 3]>);

fn bits(list: &NeighborList) -> Bits {
    (
        list.offsets().to_vec(),
        list.i().to_vec(),
        list.j().to_vec(),
        list.shifts().to_vec(),
        list.distances().iter().map(|d| d.to_bits()).collect(),
        list.vectors().iter().map(|v| v.map(f64::to_bits)).collect(),
    )
}
