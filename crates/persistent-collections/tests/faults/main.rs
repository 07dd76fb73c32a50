//! Fault injection: the i-th call of a user's `Clone`, `Drop`, `Eq`, `Ord` or `Hash` panics, for every i. Whatever happens, no value is
//! dropped twice, no value and no byte is leaked, and all collections, old versions included, stay valid.
#![allow(unsafe_code, reason = "a counting allocator has to be one")]

mod index;
mod maps;
mod sets;
mod vectors;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::HashSet as StdSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use maps::{check_ordered, entries, ordered};
use persistent_collections::builder::{FromBatch, MapBuilder, SequenceBuilder};
use persistent_collections::hash::Entry as HashEntry;
use persistent_collections::ord::Entry as OrdEntry;
use persistent_collections::{
    HashMap, HashSet, IndexMap, Merge, OrdMap, OrdSet, Queue, Sharing, SmallNodes, Stack, Vector,
};
use vectors::check_sequence;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Clone,
    Drop,
    Compare,
    Hash,
}

struct Counting;

// SAFETY: hands everything to `System`, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.set(BYTES.get() + layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get() - layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// What this thread has allocated and not given back.
    static BYTES: Cell<isize> = const { Cell::new(0) };
    static FUSE: Cell<Option<(Call, usize)>> = const { Cell::new(None) };
    static LIVE: RefCell<StdSet<u64>> = RefCell::new(StdSet::new());
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// Counts a call down, and panics when it is its turn.
fn call(kind: Call) {
    let burn = FUSE.get().is_some_and(|(fuse, left)| {
        if fuse != kind {
            return false;
        }
        FUSE.set(if left == 0 { None } else { Some((fuse, left - 1)) });
        left == 0
    });
    if burn && !std::thread::panicking() {
        panic!("injected fault");
    }
}

/// A value that knows whether it is alive.
#[derive(Debug)]
struct Probe {
    value: u32,
    id: u64,
}

fn probe(value: u32) -> Probe {
    let id = NEXT.replace(NEXT.get() + 1);
    LIVE.with_borrow_mut(|live| live.insert(id));
    Probe { value, id }
}

impl Clone for Probe {
    fn clone(&self) -> Self {
        call(Call::Clone);
        assert!(LIVE.with_borrow(|live| live.contains(&self.id)), "a clone of a dropped value");
        probe(self.value)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let was_live = LIVE.with_borrow_mut(|live| live.remove(&self.id));
        if !was_live {
            // A panic could be swallowed.
            eprintln!("double drop of {}", self.value);
            std::process::abort();
        }
        call(Call::Drop);
    }
}

impl Default for Probe {
    fn default() -> Self {
        probe(0)
    }
}

impl PartialEq for Probe {
    fn eq(&self, other: &Self) -> bool {
        call(Call::Compare);
        self.value == other.value
    }
}

impl Eq for Probe {}

impl PartialOrd for Probe {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Probe {
    fn cmp(&self, other: &Self) -> Ordering {
        call(Call::Compare);
        self.value.cmp(&other.value)
    }
}

impl Hash for Probe {
    fn hash<H: Hasher>(&self, state: &mut H) {
        call(Call::Hash);
        state.write_u32(self.value);
    }
}

#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.wrapping_mul(257) ^ u64::from(*byte));
    }
}

type Seq = Vector<Probe, SmallNodes>;
type Hashed = HashMap<Probe, Probe, BuildHasherDefault<Mixed>, SmallNodes>;
type Ordered = OrdMap<Probe, Probe, SmallNodes>;

/// Runs `edit` on a fork of what `make` makes, with every call of every kind failing in turn.
fn inject<C: Clone, R>(name: &str, make: impl Fn() -> C, edit: impl Fn(&mut C, &C) -> R, check: impl Fn(&C)) {
    for kind in [Call::Clone, Call::Drop, Call::Compare, Call::Hash] {
        for shared in [true, false] {
            for turn in 0.. {
                LIVE.with_borrow_mut(|live| {
                    live.clear();
                    live.reserve(1 << 12);
                });
                let bytes = BYTES.get();
                let (mut subject, other) = (make(), make());
                let kept = if shared { Some(subject.clone()) } else { None };
                FUSE.set(Some((kind, turn)));
                let outcome = catch_unwind(AssertUnwindSafe(|| drop(edit(&mut subject, &other))));
                let burnt = FUSE.replace(None).is_none();
                assert_eq!(burnt, outcome.is_err(), "{name}: {kind:?} {turn}: only the injected panic");
                check(&subject);
                check(&other);
                kept.iter().for_each(&check);
                drop((subject, other, kept, outcome));
                assert_eq!(BYTES.get(), bytes, "{name}: {kind:?} {turn}, shared {shared}: bytes leaked");
                let left = LIVE.with_borrow(|live| live.len());
                assert_eq!(left, 0, "{name}: {kind:?} {turn}, shared {shared}: values leaked");
                if !burnt {
                    break;
                }
            }
        }
    }
}

fn silent(test: impl FnOnce()) {
    std::panic::set_hook(Box::new(|info| {
        let text = info.payload().downcast_ref::<&str>().copied().unwrap_or("");
        if text != "injected fault" {
            eprintln!("{info}");
        }
    }));
    test();
}

/// A new probe; the old one is dropped before there is one that could leak.
fn raised(old: Probe) -> Probe {
    let value = old.value + 1;
    drop(old);
    probe(value)
}

/// Each public method is called in the file with its type's cases. By their text: a method that is new fails here until it has a case.
#[test]
fn no_method_is_left_out() {
    let vectors = include_str!("vectors.rs");
    let (maps, sets, index) = (include_str!("maps.rs"), include_str!("sets.rs"), include_str!("index.rs"));
    let cases: [(&[&str], &str); 5] = [
        (&["vector/mod", "vector/edit", "vector/iter", "vector/order", "vector/checked", "builder"], vectors),
        (
            &["hash/mod", "hash/bulk", "hash/iter", "hash/operations", "hash/entry", "entry", "operations"],
            maps,
        ),
        (&["ord/mod", "ord/edit", "ord/iter", "ord/operations", "ord/entry"], maps),
        (&["set", "hash/set", "ord/set", "queue", "stack"], sets),
        (&["index/mod", "index/iter", "index/entry", "entry"], index),
    ];
    let mut methods = 0;
    for (sources, cases) in cases {
        for source in sources {
            let path = format!("{}/src/{source}.rs", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).unwrap();
            let lines = text.lines().map(|line| {
                line.trim_start().trim_start_matches("pub const fn ").trim_start_matches("pub fn ")
            });
            for (name, line) in lines.zip(text.lines()) {
                if !line.trim_start().starts_with("pub fn ")
                    && !line.trim_start().starts_with("pub const fn ")
                {
                    continue;
                }
                let name = name.split(['(', '<']).next().unwrap();
                let is_called = [".", "::"].iter().any(|dot| cases.contains(&format!("{dot}{name}(")));
                assert!(is_called || name.starts_with("validate"), "{source}: no fault hits `{name}`");
                methods += 1;
            }
        }
    }
    assert!(methods > 250, "{methods} public methods were found");
}
