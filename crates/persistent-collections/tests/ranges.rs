//! A range begins where the search for its start ended, perhaps behind the last key of a leaf; and it is taken from both
//! ends, in any mixture, with clones and folds on the way. An attack of the review that found nothing, kept so.

mod common;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Bound::{self, Excluded, Included, Unbounded};

use common::{Random, scale};
use persistent_collections::{Atomic, OrdMap, Sharing, SmallNodes};

/// A bound at one of the keys below `end`, or none.
fn bound<K>(random: &mut Random, end: usize, of: impl Fn(usize) -> K) -> Bound<K> {
    let key = of(random.below(end));
    match random.below(5) {
        0 | 1 => Included(key),
        2 | 3 => Excluded(key),
        _ => Unbounded,
    }
}

/// Whether `BTreeMap::range` would panic.
fn is_reversed<K: Ord>(bounds: &(Bound<K>, Bound<K>)) -> bool {
    match bounds {
        (Excluded(start), Excluded(end)) => start >= end,
        (Included(start) | Excluded(start), Included(end) | Excluded(end)) => start > end,
        _ => false,
    }
}

fn run<K: Ord + Clone + Debug, P: Sharing>(of: impl Fn(usize) -> K + Copy, len: usize, seed: u64)
where
    OrdMap<K, usize, P>: Default,
{
    let mut random = Random::new(seed);
    let (mut ours, mut model) = (OrdMap::<K, usize, P>::default(), BTreeMap::new());
    for step in 0..3 * len {
        let n = random.below(len);
        // Even keys, so that bounds are between them as often as at them.
        if random.below(5) < 3 {
            assert_eq!(ours.insert(of(2 * n), n), model.insert(of(2 * n), n));
        } else {
            assert_eq!(ours.remove(&of(2 * n)), model.remove(&of(2 * n)));
        }
        let bounds = (bound(&mut random, 2 * len + 2, of), bound(&mut random, 2 * len + 2, of));
        if step % 4 != 0 || is_reversed(&bounds) {
            continue;
        }
        let (mut left, mut right) = (ours.range(bounds.clone()), model.range(bounds.clone()));
        assert_eq!(left.len(), right.clone().count(), "{bounds:?}");
        for _ in 0..random.below(20) {
            match random.below(5) {
                0 | 1 => assert_eq!(left.next(), right.next(), "{bounds:?}"),
                2 | 3 => assert_eq!(left.next_back(), right.next_back(), "{bounds:?}"),
                _ => assert!(left.clone().eq(right.clone()), "{bounds:?}"),
            }
            assert_eq!(left.len(), right.clone().count());
        }
        let mut all = Vec::new();
        match random.below(2) {
            0 => left.for_each(|entry| all.push(entry)),
            _ => left.rev().for_each(|entry| all.insert(0, entry)),
        }
        assert!(all.into_iter().eq(right), "{bounds:?}");
    }
}

#[test]
fn ranges_from_both_ends() {
    for seed in 0..3 * scale() as u64 {
        run::<u32, SmallNodes>(|n| n as u32, 200, seed);
        run::<u64, Atomic>(|n| n as u64, 1000, seed);
        run::<String, SmallNodes>(|n| format!("{n:05}"), 100, seed);
        run::<(u32, u32), SmallNodes>(|n| (n as u32 / 3, n as u32 % 3), 150, seed);
    }
}
