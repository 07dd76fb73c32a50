//! A leak soak: versions come, fork and go for a while, and then every byte is back.
#![allow(unsafe_code, reason = "a counting allocator has to be one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::{Duration, Instant};

use persistent_collections::hash::RandomState;
use persistent_collections::{Atomic, HashMap, IndexMap, Local, OrdMap, Sharing, SmallNodes, Vector};

struct Counting;

thread_local! {
    /// Bytes that this thread has allocated and not given back. Its own alone: the test harness makes notes on another
    /// thread, whenever it gets to it.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: hands everything to `System`, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.set(LIVE.get() + layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One version of each collection.
type Version<P> = (
    Vector<String, P>,
    HashMap<String, usize, RandomState, P>,
    OrdMap<usize, String, P>,
    IndexMap<String, usize, RandomState, P>,
);

/// A round of edits on forks of the last eight versions.
fn round<P: Sharing>(random: &mut u64) {
    let mut next = || {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*random >> 33) as usize
    };
    let mut versions: Vec<Version<P>> = vec![Default::default()];
    for step in 0..400 {
        let (mut list, mut hashed, mut sorted, mut indexed) = versions[next() % versions.len()].clone();
        let key = next() % 200;
        match next() % 6 {
            0 => (0..40).for_each(|i| list.push((i + step).to_string())),
            1 => drop(list.drain(list.len() / 3..list.len() / 2).next()),
            2 => list.append(versions[0].0.clone()),
            3 => {
                hashed = hashed.union(&versions[0].1);
                sorted = sorted.union(&versions[0].2);
            }
            4 => {
                hashed.retain(|_, value| *value % 3 > 0);
                sorted.retain(|key, _| *key % 3 > 0);
                indexed.retain(|_, value| *value % 3 > 0);
            }
            _ => list.truncate(key * 3),
        }
        (key..key + 20).for_each(|key| {
            hashed.insert(key.to_string(), step);
            sorted.insert(key, step.to_string());
            indexed.insert(key.to_string(), step);
        });
        hashed.remove(&(key + 7).to_string());
        sorted.remove(&(key + 7));
        indexed.remove(&(key + 7).to_string());
        if list.len() > 5000 {
            list.truncate(100);
        }
        if versions.len() == 8 {
            versions.remove(next() % 8);
        }
        versions.push((list, hashed, sorted, indexed));
    }
}

#[test]
fn every_byte_comes_back() {
    let (mut random, start) = (7, Instant::now());
    // One round first: the process-wide seed and the test's own output may allocate.
    round::<SmallNodes>(&mut random);
    let before = LIVE.get();
    let long = std::env::var_os("LOCALITY_LONG").is_some();
    let time = Duration::from_secs(if long { 60 } else { 2 });
    let mut rounds = 0;
    while start.elapsed() < time || rounds < 4 {
        round::<SmallNodes>(&mut random);
        round::<Atomic>(&mut random);
        round::<Local>(&mut random);
        rounds += 1;
    }
    assert_eq!(LIVE.get(), before, "live bytes after {rounds} rounds");
}
