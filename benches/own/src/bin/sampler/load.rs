//! A load: what one pass does, at which sizes.
#![allow(
    dead_code,
    reason = "the program is compiled with one structure, or none, which uses its part of this"
)]

use std::fmt;
use std::ops::Range;

/// What a load is built from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// Entries, atoms, points or items.
    pub(crate) size: usize,
    /// Threads; only loads that are `parallel` get more than one.
    pub(crate) threads: usize,
    pub(crate) seed: u64,
}

/// A load that was set up.
pub(crate) struct Work {
    /// Does the work once and gives the answer, which is the same whenever it is the same pass of the same input.
    pub(crate) pass: Box<dyn FnMut() -> u64>,
    /// Operations in a pass.
    pub(crate) operations: u64,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("operations", &self.operations).finish_non_exhaustive()
    }
}

impl Work {
    pub(crate) fn new(operations: usize, pass: impl FnMut() -> u64 + 'static) -> Self {
        Self { pass: Box::new(pass), operations: operations as u64 }
    }
}

/// Takes turns through data that is larger than a pass needs, so that no branch predictor learns it.
#[derive(Debug)]
pub(crate) struct Window {
    of: usize,
    length: usize,
    start: usize,
}

impl Window {
    /// Windows of `length` within `0..of`, or all of it if that is less.
    pub(crate) fn new(of: usize, length: usize) -> Self {
        Self { of, length: length.min(of), start: 0 }
    }

    pub(crate) fn next(&mut self) -> Range<usize> {
        let start = if self.start + self.length > self.of { 0 } else { self.start };
        self.start = start + self.length;
        start..self.start
    }
}

/// One load of a structure.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) name: &'static str,
    /// The size that the gate measures.
    pub(crate) size: usize,
    /// Sizes that `scale` measures.
    pub(crate) sizes: &'static [usize],
    /// Whether `threads` of its setup means anything.
    pub(crate) parallel: bool,
    pub(crate) build: fn(Setup) -> Work,
}

impl Load {
    /// The work as the gate measures it.
    pub(crate) fn measured(&self, seed: u64) -> Work {
        (self.build)(Setup { size: self.size, threads: 1, seed })
    }

    /// The load as `list` tells it.
    pub(crate) fn print(&self) {
        println!(
            "{}",
            serde_json::json!({
                "name": self.name, "size": self.size, "sizes": self.sizes, "parallel": self.parallel,
            })
        );
    }
}
