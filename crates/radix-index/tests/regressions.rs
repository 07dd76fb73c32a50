//! Errors that were once made, each with its story, and input that must come back as an error.
#![cfg(not(loom))]

use radix_index::RadixIndex;

/// An empty index has one bucket in its count before it has memory for it: room for a few needed no split, and was
/// not made.
#[test]
fn a_reserve_that_needs_one_bucket_makes_it() {
    let index = RadixIndex::<u64, u64>::new();
    index.reserve(1);
    assert!(index.capacity() >= 1);
}

#[test]
fn impossible_capacities_are_errors() {
    let index = RadixIndex::<u64, u64>::new();
    assert!(index.try_reserve(usize::MAX).is_err());
    assert!(index.try_reserve(1 << 45).is_err());
    index.insert(1, 2);
    assert_eq!(index.try_reserve(usize::MAX).unwrap_err().entries, usize::MAX);
    assert_eq!(index.get(&1), Some(2));
    assert_eq!(index.try_reserve(1000), Ok(()));
    let splits = index.stats().splits;
    (0..1000).for_each(|key| _ = index.insert(key, key));
    assert_eq!(index.stats().splits, splits);
}
