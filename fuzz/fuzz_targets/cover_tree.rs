//! Inserts, removals and searches against brute force; then the saved bytes, damaged at one place.
#![cfg_attr(fuzzing, no_main)]

use arbitrary::Arbitrary;
use cover_tree::{CoverTree, Euclidean, Index, Rows, Search, brute_force};
use locality_fuzz::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    points: Vec<[i8; 2]>,
    operations: Vec<Operation>,
    damage: (u16, u8),
}

#[derive(Arbitrary, Debug)]
enum Operation {
    Insert([i8; 2]),
    Remove(u8),
    Search { query: [i8; 2], k: u8, before: u8, radius: u8 },
}

fuzz_target!(|input: Input| {
    let real = |point: [i8; 2]| point.map(|x| f32::from(x) / 4.0);
    let mut live: Vec<Option<[f32; 2]>> = input.points.iter().map(|&point| Some(real(point))).collect();
    let values: Vec<f32> = live.iter().flatten().flatten().copied().collect();
    let mut tree = CoverTree::new(Rows::new(values, 2).expect("integers are finite"), Euclidean).expect("few points");
    for operation in input.operations {
        match operation {
            Operation::Insert(point) => {
                assert_eq!(tree.insert(&real(point)).expect("finite") as usize, live.len());
                live.push(Some(real(point)));
            }
            Operation::Remove(index) => {
                let was = live.get_mut(usize::from(index)).and_then(Option::take).is_some();
                assert_eq!(tree.remove(u32::from(index)).is_ok(), was);
            }
            Operation::Search { query, k, before, radius } => {
                let all: Vec<f32> = live.iter().flat_map(|point| point.unwrap_or_default()).collect();
                let alive = |index: u32| live[index as usize].is_some();
                let search = Search::nearest(k.into()).before(before.into()).within(f64::from(radius) / 4.0);
                let expected = brute_force(
                    &Rows::new(all, 2).expect("finite"),
                    &Euclidean,
                    &real(query),
                    &search.filter(&alive),
                );
                assert_eq!(tree.search(&real(query), &search).expect("finite"), expected);
            }
        }
    }
    assert_eq!(tree.validate(), Ok(()));
    let mut bytes = Vec::new();
    tree.save(&mut bytes).expect("memory takes all");
    let at = usize::from(input.damage.0) % bytes.len();
    bytes[at] ^= input.damage.1;
    if let Ok(tree) = CoverTree::<Rows<f32>, _>::load(&bytes[..], Euclidean) {
        let _ = tree.knn(&[0.0, 0.0], 3);
    }
});
