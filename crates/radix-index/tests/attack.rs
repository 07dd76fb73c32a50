//! Attacks by a reader who did not write the crate: hashers that panic in the middle of splits while others work, and
//! views, iterators and drains that are forgotten.
#![cfg(not(loom))]

mod common;

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicIsize, Ordering};

use common::{Bits, Random, cases, join};
use radix_index::{RadixIndex, RadixMap};

thread_local! {
    /// Hashes that this thread may still make before one panics.
    static FUSE: Cell<u32> = const { Cell::new(u32::MAX) };
}

#[derive(Clone)]
struct Fused(Bits);

struct FusedHasher(<Bits as BuildHasher>::Hasher);

impl BuildHasher for Fused {
    type Hasher = FusedHasher;

    fn build_hasher(&self) -> FusedHasher {
        FusedHasher(self.0.build_hasher())
    }
}

impl Hasher for FusedHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn finish(&self) -> u64 {
        let left = FUSE.get();
        if left == 0 {
            FUSE.set(u32::MAX);
            panic!("a fuse");
        }
        FUSE.set(left.saturating_sub(u32::from(left != u32::MAX)));
        self.0.finish()
    }
}

#[test]
fn hashers_that_panic_in_splits_lose_nothing() {
    std::panic::set_hook(Box::new(|_| ()));
    for seed in 0..u64::from(cases(60, 2000)) {
        let bits = [2, 6, 64][seed as usize % 3];
        let index = RadixIndex::<u64, u64, Fused>::with_hasher(Fused(Bits(bits)));
        let run = |thread: u64| {
            let mut random = Random(seed << 8 | thread);
            let mut mine = HashMap::new();
            for i in 0..150 {
                let key = thread << 32 | random.below(60);
                FUSE.set(random.below(12) as u32);
                let call = || match random.below(4) {
                    0 => (index.remove(&key), None),
                    _ => (index.insert(key, i), Some(i)),
                };
                let done = catch_unwind(AssertUnwindSafe(call));
                FUSE.set(u32::MAX);
                match done {
                    Ok((old, new)) => {
                        assert_eq!(old, mine.remove(&key));
                        mine.extend(new.map(|new| (key, new)));
                    }
                    // It panicked before the insertion or after it; a removal hashes first.
                    Err(_) => {
                        let now = index.get(&key);
                        assert!(now == mine.get(&key).copied() || now == Some(i), "{now:?}");
                        mine.remove(&key);
                        mine.extend(now.map(|now| (key, now)));
                    }
                }
                FUSE.set(random.below(40) as u32);
                let seen =
                    catch_unwind(AssertUnwindSafe(|| index.keys().filter(|key| key >> 32 == thread).count()));
                FUSE.set(u32::MAX);
                assert!(seen.is_err() || seen.is_ok_and(|seen| seen == mine.len()));
            }
            mine
        };
        let all: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|thread| scope.spawn(move || run(thread))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|(key, value)| index.get(key) == Some(*value)));
        assert_eq!((index.len(), index.iter().count()), (all.len(), all.len()));
    }
    _ = std::panic::take_hook();
}

/// Counts the living.
struct Live<'a>(&'a AtomicIsize, u64);

impl<'a> Live<'a> {
    fn new(living: &'a AtomicIsize, number: u64) -> Self {
        living.fetch_add(1, Ordering::Relaxed);
        Live(living, number)
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        assert!(self.1 < 1 << 40, "dropped twice, or never made");
        self.1 = u64::MAX;
        assert!(self.0.fetch_sub(1, Ordering::Relaxed) > 0);
    }
}

/// What is forgotten may leak, and nothing is freed twice or under who still looks at it.
#[test]
fn forgotten_views_iterators_and_drains_free_nothing_twice() {
    for seed in 0..u64::from(cases(150, 5000)) {
        let living = AtomicIsize::new(0);
        let mut forgotten = 0;
        {
            let mut map = RadixMap::<u64, Live<'_>, Bits>::with_hasher(Bits([0, 2, 64][seed as usize % 3]));
            std::thread::scope(|scope| {
                let mut running = Vec::new();
                for thread in 0..3 {
                    let (map, living) = (&map, &living);
                    running.push(scope.spawn(move || {
                        let mut random = Random(seed << 4 | thread);
                        let view = map.pin();
                        let kept: Vec<&Live<'_>> = view.values().collect();
                        for _ in 0..80 {
                            let view = map.pin();
                            let key = random.below(30);
                            match random.below(8) {
                                0..=3 => _ = view.insert(key, Live::new(living, key)),
                                4 | 5 => assert!(view.remove(&key).is_none_or(|old| old.1 == key)),
                                6 if random.below(20) == 0 => view.clear(),
                                _ => assert!(view.iter().all(|(key, value)| *key == value.1)),
                            }
                            if random.below(4) == 0 {
                                std::mem::forget(view.iter());
                            }
                            if random.below(9) == 0 {
                                std::mem::forget(view);
                            }
                        }
                        assert!(kept.iter().all(|value| value.1 < 30));
                    }));
                }
                join(running);
            });
            if seed % 2 == 0 {
                map.shrink_to_fit();
                let mut drain = map.drain();
                drain.next();
                forgotten = drain.len() as isize;
                std::mem::forget(drain);
            }
            assert!(living.load(Ordering::Relaxed) >= map.len() as isize);
            (0..9).for_each(|key| _ = map.pin().insert(key, Live::new(&living, key)));
            assert!(map.pin().iter().all(|(key, value)| *key == value.1));
        }
        assert!(living.load(Ordering::Relaxed) >= forgotten);
    }
}
