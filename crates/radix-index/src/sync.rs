//! The one door to atomics: `core`'s, or loom's under `cfg(loom)`, so that a model sees every access.

#[cfg(not(loom))]
pub(crate) use std::sync::{
    Mutex,
    atomic::{AtomicI64, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence},
};

#[cfg(loom)]
pub(crate) use loom::sync::{
    Mutex,
    atomic::{AtomicI64, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence},
};

/// Waits for another thread, longer each time: a bucket's lock is held for a few nanoseconds, unless its
/// holder was descheduled.
#[derive(Default)]
pub(crate) struct Backoff {
    #[cfg(not(loom))]
    rounds: u32,
}

impl Backoff {
    /// Rounds of spinning before the processor is offered to others.
    #[cfg(not(loom))]
    const SPINS: u32 = 6;

    #[cfg(not(loom))]
    pub(crate) fn wait(&mut self) {
        if self.rounds < Self::SPINS {
            for _ in 0..1 << self.rounds {
                std::hint::spin_loop();
            }
            self.rounds += 1;
        } else {
            std::thread::yield_now();
        }
    }

    #[cfg(loom)]
    pub(crate) fn wait(&mut self) {
        loom::thread::yield_now();
    }
}
