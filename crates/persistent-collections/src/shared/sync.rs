//! The one door to atomics, so that loom sees them all.

#[cfg(not(loom))]
pub(super) use core::sync::atomic::{AtomicU32, Ordering, fence};

#[cfg(loom)]
pub(super) use loom::sync::atomic::{AtomicU32, Ordering, fence};
