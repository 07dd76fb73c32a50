//! Checks a trie against its invariants, for tests and fuzzing.

use super::trie::{Child, LIST, Shape, entries_below, extent, tag_of};
use crate::shared::{Sharing, Side};

/// Panics with what is wrong if an invariant does not hold; gives the number of entries.
pub(super) fn validate<K, V, P: Sharing>(
    node: &Child<K, V, P>,
    level: u32,
    hash_of: &impl Fn(&K) -> u64,
) -> usize {
    match node.side() {
        Side::X(leaf) => {
            assert!(leaf.len() <= Shape::<K, V, P>::LEAF, "a leaf beyond its capacity");
            for (tag, (key, _)) in leaf.header().iter().zip(leaf.a()) {
                assert_eq!(*tag, tag_of(hash_of(key)), "a tag that is not its entry's");
            }
            leaf.len()
        }
        Side::Y(branch) if level < Shape::<K, V, P>::LEVELS => {
            let slots = &branch.header()[..Shape::<K, V, P>::SLOTS];
            let mut count = 0;
            for (at, child) in branch.a().iter().enumerate() {
                let covered = extent(slots, at);
                let len = covered.len();
                assert!(
                    len.is_power_of_two() && covered.start.is_multiple_of(len),
                    "child {at} covers {covered:?}"
                );
                assert!(child.as_leaf().is_some() || len == 1, "a branch below {len} slots");
                entries_below(child, &mut |(key, _)| {
                    assert!(
                        covered.contains(&Shape::<K, V, P>::slot(hash_of(key), level)),
                        "an entry astray"
                    );
                });
                count += validate(child, level + 1, hash_of);
            }
            assert_eq!(usize::from(slots[slots.len() - 1]), branch.len() - 1, "slots lead to all children");
            count
        }
        Side::Y(list) => {
            assert_eq!(*list.header(), [LIST; 16], "a list that does not say so");
            list.a().iter().map(|leaf| validate(leaf, level, hash_of)).sum()
        }
    }
}
