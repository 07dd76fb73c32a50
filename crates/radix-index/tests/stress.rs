//! Threads on one index: nothing may be lost while the table grows and shrinks. See `histories.rs` for single keys.
#![cfg(not(loom))]

mod common;

use std::collections::BTreeSet;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{Bits, Random, cases, join};
use radix_index::{Computed, Full, Operation, RadixIndex, RadixMap};

#[test]
fn stable_entries_are_always_found_while_the_table_grows() {
    let (stable, threads) = (2000_u64, 3);
    for round in 0..cases(3, 50) {
        let index = RadixIndex::new();
        (0..stable).for_each(|key| _ = index.insert(key, !key));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            let writers: Vec<_> = (1..=threads)
                .map(|thread| {
                    let index = &index;
                    scope.spawn(move || {
                        for i in 0..40_000 {
                            assert_eq!(index.insert(thread << 32 | i, i), None);
                            if i % 2 == 0 {
                                assert_eq!(index.remove(&(thread << 32 | i)), Some(i));
                            }
                        }
                    })
                })
                .collect();
            let (index, done) = (&index, &done);
            running.push(scope.spawn(move || {
                let mut random = Random(u64::from(round));
                while !done.load(Ordering::Relaxed) {
                    let key = random.below(stable);
                    assert_eq!(index.get(&key), Some(!key));
                    assert_eq!(index.get(&(key | 1 << 60)), None);
                }
            }));
            running.push(scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let mut seen = vec![0; stable as usize];
                    index
                        .iter()
                        .filter(|(key, _)| *key < stable)
                        .for_each(|(key, _)| seen[key as usize] += 1);
                    assert!(seen.iter().all(|&times| times == 1), "each stable entry exactly once");
                }
            }));
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            done.store(true, Ordering::Relaxed);
            join(running);
        });
        assert_eq!(index.len(), 2000 + 3 * 20_000);
        assert_eq!(index.iter().count(), index.len());
    }
}

/// Chains grow, shrink and move up under readers: with bad hashers, nearly all entries are in chains.
#[test]
fn stable_entries_of_few_hashes_are_found_once() {
    for (round, bits) in [0, 1, 2, 0, 1, 2].into_iter().enumerate() {
        let index = RadixIndex::<u64, [u64; 2], Bits>::with_hasher(Bits(bits));
        let narrow = RadixIndex::<u64, u64, Bits>::with_hasher(Bits(bits));
        let stable = 20;
        for key in 0..stable {
            index.insert(key, [key; 2]);
            narrow.insert(key, key);
        }
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            let (index, narrow, done) = (&index, &narrow, &done);
            running.push(scope.spawn(move || {
                let mut random = Random(round as u64);
                for i in 0..u64::from(cases(20_000, 1_000_000)) {
                    let key = stable + random.below(40);
                    // Growing first, so that chains have as many nodes as there are.
                    if i < 60 || random.below(2) == 0 {
                        index.insert(key, [i; 2]);
                        narrow.insert(key, i);
                    } else {
                        index.remove(&key);
                        narrow.remove(&key);
                    }
                    // Too wide to be replaced in place.
                    let key = random.below(stable);
                    index.insert(key, [key; 2]);
                }
                done.store(true, Ordering::Relaxed);
            }));
            running.push(scope.spawn(move || {
                let mut random = Random(round as u64);
                while !done.load(Ordering::Relaxed) {
                    let key = random.below(stable);
                    assert_eq!(narrow.get(&key), Some(key));
                    assert_eq!(index.get(&key), Some([key; 2]));
                }
            }));
            while !done.load(Ordering::Relaxed) {
                let mut keys: Vec<u64> = index.keys().filter(|&key| key < stable).collect();
                keys.sort_unstable();
                assert_eq!(keys, (0..stable).collect::<Vec<_>>(), "each stable entry once");
                let mut keys: Vec<u64> = narrow.keys().filter(|&key| key < stable).collect();
                keys.sort_unstable();
                assert_eq!(keys, (0..stable).collect::<Vec<_>>(), "each stable entry once");
            }
            join(running);
        });
    }
}

#[test]
fn wide_values_are_never_torn() {
    let index = RadixIndex::<u64, [u64; 5], Bits>::with_hasher(Bits(2));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        let writers: Vec<_> = (0..2)
            .map(|thread| {
                let index = &index;
                scope.spawn(move || {
                    let mut random = Random(thread);
                    for i in 0..cases(40_000, 2_000_000) {
                        match random.below(5) {
                            0 => _ = index.remove(&random.below(40)),
                            1 => {
                                _ = index.compute(random.below(40), |_| Operation::Insert([u64::from(i); 5]))
                            }
                            _ => _ = index.insert(random.below(40), [u64::from(i); 5]),
                        }
                    }
                })
            })
            .collect();
        running.push(scope.spawn(|| {
            let mut random = Random(9);
            while !done.load(Ordering::Relaxed) {
                let value = index.get(&random.below(40)).unwrap_or_default();
                assert!(value.iter().all(|&word| word == value[0]), "{value:?}");
                assert!(index.values().all(|value| value.iter().all(|&word| word == value[0])));
            }
        }));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::Relaxed);
        join(running);
    });
    assert_eq!(index.iter().count(), index.len());
}

#[test]
fn increments_are_not_lost() {
    let index = RadixIndex::<u64, u64>::new();
    let each = u64::from(cases(20_000, 500_000));
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for _ in 0..4 {
            running.push(scope.spawn(|| {
                for i in 0..each {
                    let count = |old: Option<u64>| Operation::Insert(old.unwrap_or(0) + 1);
                    assert!(!matches!(index.compute(i % 5, count), Computed::Removed(_) | Computed::Kept(_)));
                }
            }));
        }
        join(running);
    });
    assert_eq!(index.values().sum::<u64>(), 4 * each);
}

/// How many calls have begun and ended.
#[derive(Default)]
struct Calls {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Calls {
    fn run<T>(&self, call: impl FnOnce() -> T) -> T {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let answer = call();
        self.ended.fetch_add(1, Ordering::SeqCst);
        answer
    }
}

/// More threads than there are counters of their own.
#[test]
fn len_counts_what_ended_and_nothing_that_has_not_begun() {
    let index = RadixIndex::<u64, u64>::new();
    let (insertions, removals, done) = (Calls::default(), Calls::default(), AtomicUsize::new(0));
    let threads = 2 * std::thread::available_parallelism().map_or(4, usize::from) as u64 + 4;
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for thread in 0..threads {
            let (index, insertions, removals, done) = (&index, &insertions, &removals, &done);
            running.push(scope.spawn(move || {
                for i in 0..u64::from(cases(2000, 100_000)) {
                    insertions.run(|| index.insert(thread << 32 | i, i));
                    if i % 4 > 0 {
                        let removed = removals.run(|| index.remove(&(thread << 32 | (i - 1))));
                        assert_eq!(removed, Some(i - 1));
                    }
                }
                done.fetch_add(1, Ordering::SeqCst);
            }));
        }
        while done.load(Ordering::SeqCst) < threads as usize {
            let (inserted, removed) =
                (insertions.ended.load(Ordering::SeqCst), removals.ended.load(Ordering::SeqCst));
            let len = index.len();
            let (may_be_inserted, may_be_removed) =
                (insertions.begun.load(Ordering::SeqCst), removals.begun.load(Ordering::SeqCst));
            assert!(len >= inserted.saturating_sub(may_be_removed), "{len}, {inserted} - {may_be_removed}");
            assert!(len <= may_be_inserted.saturating_sub(removed), "{len}, {may_be_inserted} - {removed}");
        }
        join(running);
    });
    assert_eq!(index.len(), index.iter().count());
}

/// However many insert at once: one entry more than there is room for is one too many.
#[test]
fn a_fixed_index_is_never_too_full() {
    let room = 50;
    let (index, map) = (RadixIndex::<u64, u64>::fixed(room), RadixMap::<u64, u64>::fixed(room));
    // At most as many as there are: counted after an insertion, and before a removal.
    let entries = [const { AtomicUsize::new(0) }; 2];
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for thread in 0..4 {
            let (index, map, entries) = (&index, &map, &entries);
            running.push(scope.spawn(move || {
                let (mut random, mut mine) = (Random(thread), [const { BTreeSet::new() }; 2]);
                for _ in 0..cases(20_000, 1_000_000) {
                    let (key, which) = (thread << 32 | random.below(30), random.below(2) as usize);
                    let (mine, entries) = (&mut mine[which], &entries[which]);
                    if mine.remove(&key) {
                        entries.fetch_sub(1, Ordering::SeqCst);
                        let removed =
                            if which == 0 { index.remove(&key) } else { map.pin().remove(&key).copied() };
                        assert_eq!(removed, Some(key));
                        continue;
                    }
                    let inserted = match which {
                        0 => index.try_insert(key, key).map_err(|Full(key, _)| key),
                        _ => {
                            map.pin().try_insert(key, key).map(|old| old.copied()).map_err(|Full(key, _)| key)
                        }
                    };
                    match inserted {
                        Ok(old) => {
                            assert_eq!(old, None);
                            mine.insert(key);
                            assert!(entries.fetch_add(1, Ordering::SeqCst) < room);
                        }
                        Err(refused) => assert_eq!(refused, key),
                    }
                }
            }));
        }
        join(running);
    });
    assert_eq!([index.len(), map.len()], entries.map(AtomicUsize::into_inner));
    // What was refused used no room up.
    let fill = |insert: &dyn Fn(u64) -> bool| (1..).take_while(|&key| insert(key << 48)).count();
    let left = [room - index.len(), room - map.len()];
    assert_eq!(fill(&|key| index.try_insert(key, key).is_ok()), left[0]);
    assert_eq!(fill(&|key| map.pin().try_insert(key, key).is_ok()), left[1]);
}

/// Grows and shrinks under writers and readers; `LOCALITY_LONG=1` makes it a minute.
#[test]
fn soak() {
    let index = RwLock::new(RadixIndex::<u64, u64>::new());
    let seconds = Duration::from_secs(u64::from(cases(2, 60)));
    let start = Instant::now();
    let mut peaks = Vec::new();
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for thread in 0..3_u64 {
            let index = &index;
            running.push(scope.spawn(move || {
                while start.elapsed() < seconds {
                    // Fills and empties its own range, and checks every answer.
                    for i in 0..20_000 {
                        assert_eq!(index.read().unwrap().insert(thread << 32 | i, i), None);
                    }
                    for i in 0..20_000 {
                        assert_eq!(index.read().unwrap().get(&(thread << 32 | i)), Some(i));
                        assert_eq!(index.read().unwrap().remove(&(thread << 32 | i)), Some(i));
                    }
                }
            }));
        }
        while start.elapsed() < seconds {
            std::thread::sleep(Duration::from_millis(50));
            index.write().unwrap().shrink_to_fit();
            peaks.push(index.read().unwrap().stats().bytes);
        }
        join(running);
    });
    assert_eq!(index.read().unwrap().len(), 0);
    let bound = RadixIndex::<u64, u64>::with_capacity(60_000).stats().bytes * 3 / 2;
    assert!(peaks.iter().all(|&bytes| bytes < bound), "{peaks:?}, {bound}");
}
