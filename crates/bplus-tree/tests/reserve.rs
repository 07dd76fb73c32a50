//! Memory that runs out: `try_reserve` says so, and what it gave is enough.

#![allow(unsafe_code, reason = "a global allocator that refuses")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bplus_tree::{BPlusTreeMap, Counted, Nodes, Shape};

thread_local! {
    /// Allocations of this thread that are still granted.
    static GRANTED: Cell<usize> = const { Cell::new(usize::MAX) };
}

struct Refusing;

// SAFETY: calls are handed on to the system's allocator, or refused by null, as `alloc` may.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let granted = GRANTED.get();
        if granted == 0 {
            return std::ptr::null_mut();
        }
        GRANTED.set(granted - usize::from(granted != usize::MAX));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static REFUSING: Refusing = Refusing;

/// What `then` gives while no more than `count` allocations are granted.
fn granted<T>(count: usize, then: impl FnOnce() -> T) -> T {
    GRANTED.set(count);
    let answer = then();
    GRANTED.set(usize::MAX);
    answer
}

fn reserved_insertions_allocate_nothing<S: Shape>() {
    // The first search of all asks for the instruction set, and with `SIMD_KERNELS` that reads the environment.
    assert_eq!(BPlusTreeMap::from([(1_u64, 2)]).get(&1), Some(&2));
    for additional in [1, 2, 3, 7, 40, 300] {
        let mut map = BPlusTreeMap::<u64, u64, S>::with_shape();
        for round in 0..200_u64 {
            map.try_reserve(additional).expect("memory is there");
            granted(0, || {
                for i in 0..additional as u64 {
                    let n = round * additional as u64 + i;
                    // In no order, ascending and descending.
                    map.insert(
                        [n.wrapping_mul(0x9e37_79b9_7f4a_7c15), n, u64::MAX - n][round as usize % 3],
                        n,
                    );
                }
            });
            if round % 20 == 0 {
                map.validate().expect("after reserved insertions");
            }
        }
        map.validate().expect("after all insertions");
    }
}

#[test]
fn enough_is_reserved() {
    reserved_insertions_allocate_nothing::<Nodes<2, 3>>();
    reserved_insertions_allocate_nothing::<Nodes<4, 4, true>>();
    reserved_insertions_allocate_nothing::<bplus_tree::Auto>();
    reserved_insertions_allocate_nothing::<Counted>();
}

#[test]
fn refused_memory_is_an_error_and_changes_nothing() {
    for entries in [0, 1, 3, 5, 62, 63, 1000] {
        let mut map: BPlusTreeMap<u64, u64> = (0..entries).map(|n| (n, n)).collect();
        // A chunk of leaves and one of branches at least: one allocation is not enough.
        for count in [0, 1] {
            let answer = granted(count, || map.try_reserve(100_000));
            assert_eq!(answer.map_err(|error| error.additional), Err(100_000));
            map.validate().expect("after a refusal");
            assert!(map.keys().copied().eq(0..entries));
        }
        assert!(map.try_reserve(usize::MAX).is_err());
        assert!(map.try_reserve(usize::MAX / 8).is_err());
        map.insert(entries, 0);
        map.validate().expect("after an insertion");
    }
}
