//! The allocator of `memory`: dhat's, which counts blocks and bytes, and beside it where the blocks lie among cache lines.
#![allow(unsafe_code, reason = "a global allocator; it counts and hands every call on as it came")]

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use serde::Serialize;

/// Bytes of a cache line.
const LINE: usize = 64;

#[global_allocator]
static ALLOCATOR: Counting = Counting(dhat::Alloc);

static BLOCKS: AtomicI64 = AtomicI64::new(0);
static ALIGNED: AtomicI64 = AtomicI64::new(0);
static SMALL: AtomicI64 = AtomicI64::new(0);
static SPLIT: AtomicI64 = AtomicI64::new(0);

/// Live blocks by where they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Lines {
    /// Blocks of a line or more, and those of them that start where a line starts.
    blocks: i64,
    aligned: i64,
    /// Blocks of less than a line, and those of them that lie across the border of two lines.
    small: i64,
    split: i64,
}

impl Lines {
    /// As it is now.
    pub(crate) fn now() -> Self {
        let [blocks, aligned, small, split] =
            [&BLOCKS, &ALIGNED, &SMALL, &SPLIT].map(|count| count.load(Relaxed));
        Self { blocks, aligned, small, split }
    }

    /// What has come since `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            blocks: self.blocks - before.blocks,
            aligned: self.aligned - before.aligned,
            small: self.small - before.small,
            split: self.split - before.split,
        }
    }
}

/// Counts a block in (`by` = 1) or out (-1).
fn count(address: usize, size: usize, by: i64) {
    let offset = address % LINE;
    if size < LINE {
        SMALL.fetch_add(by, Relaxed);
        SPLIT.fetch_add(by * i64::from(offset + size > LINE), Relaxed);
    } else {
        BLOCKS.fetch_add(by, Relaxed);
        ALIGNED.fetch_add(by * i64::from(offset == 0), Relaxed);
    }
}

struct Counting(dhat::Alloc);

// SAFETY: every call goes to dhat's allocator with the same arguments, and its answer goes back; counting allocates
// nothing and cannot panic.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        let block = unsafe { self.0.alloc(layout) };
        if !block.is_null() {
            count(block.addr(), layout.size(), 1);
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(block.addr(), layout.size(), -1);
        // SAFETY: the caller's promises are passed on.
        unsafe { self.0.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let old = block.addr();
        // SAFETY: the caller's promises are passed on.
        let block = unsafe { self.0.realloc(block, layout, size) };
        // On failure the old block stays as it was.
        if !block.is_null() {
            count(old, layout.size(), -1);
            count(block.addr(), size, 1);
        }
        block
    }
}
