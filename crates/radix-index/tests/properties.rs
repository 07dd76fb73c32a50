//! Laws that hold for every index, whatever its keys, hashes and capacity.
#![cfg(not(loom))]

mod common;

use common::Bits;
use radix_index::{Full, RadixIndex};

#[test]
fn a_set_needs_no_value_words() {
    let set = RadixIndex::<u64, ()>::new();
    assert!((0..5000).all(|key| set.upsert(key, ())));
    assert!((0..5000).all(|key| !set.upsert(key, ())));
    assert_eq!(set.keys().max(), Some(4999));
    let nothing = RadixIndex::<(), ()>::new();
    assert_eq!(nothing.insert((), ()), None);
    assert_eq!(nothing.insert((), ()), Some(()));
    assert_eq!((nothing.len(), nothing.iter().count()), (1, 1));
    nothing.clear();
    assert_eq!(nothing.len(), 0);
}

#[test]
fn a_fixed_index_takes_what_it_promised() {
    for bits in [0, 2, 64] {
        for capacity in [0, 1, 5, 100, 1000] {
            let mut index = RadixIndex::<u64, u64>::fixed(capacity);
            let buckets = index.stats().buckets;
            for key in 0..capacity as u64 {
                assert_eq!(index.try_insert(key, key), Ok(None));
            }
            assert_eq!(index.try_insert(1 << 40, 0), Err(Full(1 << 40, 0)));
            assert_eq!(index.remove(&0).is_some(), capacity > 0);
            assert_eq!(index.try_insert(1 << 40, 0).is_ok(), capacity > 0);
            assert_eq!(index.stats().buckets, buckets, "{bits}");
            // What cannot refuse does not panic either.
            (0..200).for_each(|key| _ = index.insert(key << 50, 1));
            assert!((0..200).all(|key| index.contains_key(&(key << 50))));
            index.shrink_to_fit();
            index.clear();
            assert_eq!(index.try_insert(3, 3).is_ok(), capacity > 0);
            let copy = index.clone();
            (1..capacity as u64).for_each(|key| assert_eq!(copy.try_insert(key << 30, key), Ok(None)));
            assert_eq!(copy.try_insert(5 << 55, 5), Err(Full(5 << 55, 5)));
        }
    }
}

#[test]
fn equal_hashes_do_not_drive_the_memory() {
    let index = RadixIndex::<u64, u64, Bits>::with_hasher(Bits(0));
    (0..3000).for_each(|key| _ = index.insert(key, key));
    let stats = index.stats();
    assert!(stats.bytes < 3000 * 64, "{stats:?}");
    assert_eq!(stats.chain_max, 2993_usize.div_ceil(3), "{stats:?}");
    (0..3000).for_each(|key| assert_eq!(index.remove(&key), Some(key)));
    assert_eq!(index.stats().chain_max, 0);
}

#[test]
fn a_capacity_is_kept() {
    for capacity in (0..20_000).step_by(97).chain([7168, 7169, 9411, 9412]) {
        let index = RadixIndex::<u64, u64>::with_capacity(capacity);
        assert!(index.capacity() >= capacity, "{capacity} {}", index.capacity());
        (0..capacity as u64).for_each(|key| _ = index.insert(key, key));
        assert_eq!(index.stats().splits, 0, "{capacity}");
    }
}
