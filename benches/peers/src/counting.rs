//! Bytes, counted at the allocator.
#![allow(unsafe_code, reason = "a global allocator that counts and hands every call on to the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};

/// The system's allocator, which counts live bytes while it is asked to and otherwise only asks whether it is.
#[derive(Debug, Default)]
pub struct Counting {
    on: AtomicBool,
    live: AtomicIsize,
}

impl Counting {
    /// An allocator that does not count yet.
    pub const fn new() -> Self {
        Self { on: AtomicBool::new(false), live: AtomicIsize::new(0) }
    }

    /// The bytes that are live after `build` and were not before; what it built is dropped.
    pub fn bytes_of<T>(&self, build: impl FnOnce() -> T) -> isize {
        self.live.store(0, Relaxed);
        self.on.store(true, Relaxed);
        let built = build();
        self.on.store(false, Relaxed);
        drop(built);
        self.live.load(Relaxed)
    }

    fn add(&self, bytes: isize) {
        if self.on.load(Relaxed) {
            self.live.fetch_add(bytes, Relaxed);
        }
    }
}

// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.add(layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        self.add(-(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.add(size as isize - layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(memory, layout, size) }
    }
}
