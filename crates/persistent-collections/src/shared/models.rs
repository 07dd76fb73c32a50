//! Loom models of the uniqueness check, on real nodes: `cargo xtask loom`, or
//! `RUSTFLAGS="--cfg loom" cargo test -p persistent-collections --release --lib models`.

use super::{Atomic, Block};

/// A payload whose accesses loom watches.
struct Watched(loom::cell::UnsafeCell<u32>);

impl Clone for Watched {
    fn clone(&self) -> Self {
        // SAFETY: readers hold an owner, and writers have been counted as the only one; loom checks that.
        Self(loom::cell::UnsafeCell::new(self.0.with(|value| unsafe { *value })))
    }
}

// SAFETY: as for `clone`.
unsafe impl Send for Watched {}
// SAFETY: as for `clone`.
unsafe impl Sync for Watched {}

type Node = Block<(), (), Watched, Atomic, false>;

fn node() -> Node {
    let mut node = Node::with_capacity(1, ());
    node.make_mut_with(1).push((), Watched(loom::cell::UnsafeCell::new(0)));
    node
}

/// Whoever finds itself the only owner writes in place: never while another one still reads.
#[test]
fn an_edit_in_place_comes_after_all_reads() {
    loom::model(|| {
        let mut first = node();
        let second = first.clone();
        let reader = loom::thread::spawn(move || {
            // SAFETY: loom checks that nobody writes at the same time.
            second.b()[0].0.with(|value| unsafe { *value })
        });
        first.make_mut().b_mut()[0].0.with_mut(|value| {
            // SAFETY: loom checks that nobody reads at the same time.
            unsafe { *value += 1 };
        });
        assert_eq!(reader.join().unwrap(), 0);
    });
}

/// Two forks edit at the same time: each ends up with its own.
#[test]
fn forking_writers_do_not_meet() {
    loom::model(|| {
        let first = node();
        let second = first.clone();
        let write = |mut node: Node| {
            node.make_mut().b_mut()[0].0.with_mut(|value| {
                // SAFETY: loom checks that nobody else is there.
                unsafe { *value += 1 };
            });
            // SAFETY: loom checks that nobody writes at the same time.
            node.b()[0].0.with(|value| unsafe { *value })
        };
        let other = loom::thread::spawn(move || write(second));
        assert_eq!((write(first), other.join().unwrap()), (1, 1));
    });
}

/// The last of two owners that go at the same time frees the node, once.
#[test]
fn the_last_owner_frees() {
    loom::model(|| {
        let first = node();
        let second = first.clone();
        let other = loom::thread::spawn(move || drop(second));
        drop(first);
        other.join().unwrap();
    });
}
