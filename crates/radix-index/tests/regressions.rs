//! Errors that were once made, each with its story, and input that must come back as an error.
#![cfg(not(loom))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering, fence};

use radix_index::{RadixIndex, RadixMap};

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

/// A map was covariant in its keys and values: a map of `'static` strings could be lent as one of short-lived strings,
/// and kept what was inserted into that. That this does not compile any more is an example of `RadixMap`.
#[test]
fn a_map_of_borrowed_entries_is_usable() {
    let text = String::from("a b");
    let map = RadixMap::<&str, &str>::new();
    text.split(' ').for_each(|word| _ = map.pin().insert(word, word));
    assert_eq!(map.pin().get("b"), Some(&"b"));
}

/// Room was reserved before the user's code ran, and what panicked never gave it back.
#[test]
fn panics_do_not_use_up_the_room_of_a_fixed_map() {
    #[derive(PartialEq, Eq)]
    struct Bomb(bool);
    impl std::hash::Hash for Bomb {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {
            assert!(!self.0, "boom");
        }
    }
    let map = RadixMap::fixed(1);
    for _ in 0..3 {
        let insert = || map.pin().try_insert(Bomb(true), 1).is_ok();
        assert!(catch_unwind(AssertUnwindSafe(insert)).is_err());
    }
    assert!(map.pin().try_insert(Bomb(false), 2).is_ok());
    assert!(map.pin().try_insert(Bomb(false), 3).is_ok());
    map.pin().remove(&Bomb(false));
    assert!(map.pin().try_insert(Bomb(false), 4).is_ok());
}

/// The guarantees once promised one order for all keys. There is none between a thread's insertion of one key and its
/// look for another, as for release and acquire, unless a fence is put between them: then one of the two is seen.
#[test]
fn of_two_insertions_with_a_fence_one_is_seen() {
    let rounds = 2000;
    let index = RadixIndex::<u64, u64>::with_capacity(2 * rounds as usize);
    let turns = [const { AtomicU64::new(0) }; 2];
    let run = |me: u64| {
        let (mine, theirs) = (&turns[me as usize], &turns[1 - me as usize]);
        let mut missed = Vec::new();
        for round in 0..rounds {
            mine.store(round + 1, Ordering::Release);
            for waited in 0.. {
                if theirs.load(Ordering::Acquire) > round {
                    break;
                }
                if waited > 200 {
                    std::thread::yield_now();
                }
            }
            index.insert(2 * round + me, round);
            fence(Ordering::SeqCst);
            missed.push(index.get(&(2 * round + 1 - me)).is_none());
        }
        missed
    };
    let (a, b) = std::thread::scope(|scope| {
        let other = scope.spawn(|| run(1));
        (run(0), other.join().unwrap())
    });
    assert!(a.iter().zip(&b).all(|(a, b)| !(a & b)));
}
