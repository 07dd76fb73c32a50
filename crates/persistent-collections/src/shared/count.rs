//! Who counts the owners of a node: atomically, or within one thread.

use super::sync;

/// How nodes are shared: [`Atomic`] between threads, or [`Local`] within one.
///
/// Sealed: these two are all there is.
pub trait Sharing: sealed::Sealed + 'static {}

/// Counts owners atomically, as `Arc` does: collections are `Send` and `Sync` if their contents are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Atomic;

/// Counts owners without atomics, as `Rc` does: path copies cost less, and collections stay in one thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

/// [`Atomic`] with nodes of four entries, so that tests reach deep trees with few entries.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SmallNodes;

impl Sharing for Atomic {}
impl Sharing for Local {}
impl Sharing for SmallNodes {}

/// The flavours whose counter may be touched by several threads.
pub(super) trait ThreadSafe: Sharing {}
impl ThreadSafe for Atomic {}
impl ThreadSafe for SmallNodes {}

pub(crate) mod sealed {
    /// What a flavour decides; out of reach for users, so that nobody can forge a counter.
    pub trait Sealed {
        /// The counter in each node.
        type Count: super::Counter;
        /// Nodes of four entries, for tests.
        const SMALL: bool;
    }
}

impl sealed::Sealed for Atomic {
    type Count = AtomicCount;
    const SMALL: bool = false;
}

impl sealed::Sealed for Local {
    type Count = LocalCount;
    const SMALL: bool = false;
}

impl sealed::Sealed for SmallNodes {
    type Count = AtomicCount;
    const SMALL: bool = true;
}

/// More owners than this abort the process: between this and a wrap lie two billion concurrent increments.
const OWNERS_MAX: u32 = u32::MAX / 2;

/// The number of owners of one node.
pub trait Counter {
    /// A counter with one owner.
    fn one() -> Self;
    /// Adds an owner; aborts the process rather than wrap.
    fn increment(&self);
    /// Takes an owner away; true if it was the last, and then all that other owners did is visible.
    fn decrement(&self) -> bool;
    /// Whether the caller is the only owner, and then all that former owners did is visible.
    fn is_one(&self) -> bool;
}

/// Owners on any thread.
#[derive(Debug)]
pub struct AtomicCount(sync::AtomicU32);

impl Counter for AtomicCount {
    #[inline]
    fn one() -> Self {
        Self(sync::AtomicU32::new(1))
    }

    #[inline]
    fn increment(&self) {
        // Relaxed: a new owner is made from a reference that this thread already has.
        if self.0.fetch_add(1, sync::Ordering::Relaxed) > OWNERS_MAX {
            abort();
        }
    }

    #[inline]
    fn decrement(&self) -> bool {
        // The sole owner needs no read-modify-write: nobody else is left who could change the count.
        if self.is_one() {
            return true;
        }
        // Release pairs with the Acquire in `is_one` and in the fence below: what this owner read and wrote
        // happens before the last owner frees or edits the node.
        if self.0.fetch_sub(1, sync::Ordering::Release) != 1 {
            return false;
        }
        sync::fence(sync::Ordering::Acquire);
        true
    }

    #[inline]
    fn is_one(&self) -> bool {
        // Acquire pairs with the Release decrement of owners that are gone. There are no weak owners.
        self.0.load(sync::Ordering::Acquire) == 1
    }
}

/// Owners on one thread.
#[derive(Debug)]
pub struct LocalCount(core::cell::Cell<u32>);

impl Counter for LocalCount {
    #[inline]
    fn one() -> Self {
        Self(core::cell::Cell::new(1))
    }

    #[inline]
    fn increment(&self) {
        let owners = self.0.get();
        if owners > OWNERS_MAX {
            abort();
        }
        self.0.set(owners + 1);
    }

    #[inline]
    fn decrement(&self) -> bool {
        let owners = self.0.get();
        self.0.set(owners.wrapping_sub(1));
        owners == 1
    }

    #[inline]
    fn is_one(&self) -> bool {
        self.0.get() == 1
    }
}

/// Ends the process without `std`: a panic while panicking aborts.
#[cold]
#[inline(never)]
fn abort() -> ! {
    struct PanicAgain;
    impl Drop for PanicAgain {
        fn drop(&mut self) {
            panic!("a node has more than {OWNERS_MAX} owners");
        }
    }
    let _again = PanicAgain;
    panic!("a node has more than {OWNERS_MAX} owners");
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn counts<C: Counter>() {
        let count = C::one();
        assert!(count.is_one());
        count.increment();
        assert!(!count.is_one());
        assert!(!count.decrement());
        assert!(count.is_one());
        assert!(count.decrement());
    }

    #[test]
    fn both_counters_count() {
        counts::<AtomicCount>();
        counts::<LocalCount>();
    }
}
