//! Fault injection: the i-th call of a user's `Clone`, `Drop`, `Eq`, `Ord` or `Hash` panics, for every i. Whatever happens, no value is
//! dropped twice, none is leaked, and all collections, old versions included, stay valid.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::HashSet as StdSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use persistent_collections::builder::{FromBatch, MapBuilder, SequenceBuilder};
use persistent_collections::hash::Entry as HashEntry;
use persistent_collections::ord::Entry as OrdEntry;
use persistent_collections::{HashMap, IndexMap, Merge, OrdMap, Sharing, SmallNodes, Vector};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Clone,
    Drop,
    Compare,
    Hash,
}

thread_local! {
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
                LIVE.with_borrow_mut(StdSet::clear);
                let (mut subject, other) = (make(), make());
                let kept = if shared { Some(subject.clone()) } else { None };
                FUSE.set(Some((kind, turn)));
                let outcome = catch_unwind(AssertUnwindSafe(|| drop(edit(&mut subject, &other))));
                let burnt = FUSE.replace(None).is_none();
                assert_eq!(burnt, outcome.is_err(), "{name}: {kind:?} {turn}: only the injected panic");
                check(&subject);
                check(&other);
                kept.iter().for_each(&check);
                drop((subject, other, kept));
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

fn sequence() -> Seq {
    (0..37).map(probe).collect()
}

fn check_sequence<P: Sharing>(v: &Vector<Probe, P>) {
    v.validate_after_panic();
    assert_eq!(v.iter().count(), v.len());
    assert!(v.iter().all(|x| LIVE.with_borrow(|live| live.contains(&x.id))));
}

#[test]
fn vector_survives_every_fault() {
    silent(|| {
        let go =
            |name, edit: &dyn Fn(&mut Seq, &Seq)| inject(name, sequence, |v, o| edit(v, o), check_sequence);
        go("push", &|v, _| (0..6).for_each(|i| v.push(probe(i))));
        go("pop", &|v, _| (0..9).for_each(|_| drop(v.pop())));
        go("push_front", &|v, _| (0..6).for_each(|i| v.push_front(probe(i))));
        go("pop_front", &|v, _| (0..9).for_each(|_| drop(v.pop_front())));
        go("insert", &|v, _| (0..9).for_each(|i| v.insert(i * 3, probe(7))));
        go("remove", &|v, _| (0..9).for_each(|i| drop(v.remove(i * 3))));
        go("swap_remove", &|v, _| (0..9).for_each(|i| drop(v.swap_remove(i * 2))));
        go("set", &|v, _| (0..9).for_each(|i| drop(v.set(i * 4, probe(9)))));
        go("split_off", &|v, _| drop(v.split_off(13)));
        go("append", &|v, o| v.append(o.clone()));
        go("prepend", &|v, o| v.append(o.slice(3..5)));
        go("truncate", &|v, _| v.truncate(11));
        go("clear", &|v, _| v.clear());
        go("drain", &|v, _| drop(v.drain(5..20).next()));
        go("drain some", &|v, _| v.drain(5..20).take(7).for_each(drop));
        go("slice", &|v, _| *v = v.slice(7..30));
        go("splice", &|v, _| drop(v.splice(5..20, (0..9).map(probe))));
        go("retain", &|v, _| v.retain(|x| x.value % 2 == 0));
        go("dedup", &|v, _| v.dedup());
        go("sort", &|v, _| v.sort_by(|a, b| b.cmp(a)));
        go("sort_unstable", &|v, _| v.sort_unstable_by(|a, b| b.cmp(a)));
        go("reverse", &|v, _| v.reverse());
        go("extend", &|v, _| v.extend((0..20).map(probe)));
        go("resize", &|v, _| v.resize(50, probe(1)));
        go("rotate", &|v, _| v.rotate_left(10));
        go("iter_mut", &|v, _| v.iter_mut().for_each(|x| x.value += 1));
        go("into_iter", &|v, _| drop(v.clone().into_iter().nth(20)));
        go("into_iter back", &|v, _| drop(std::mem::take(v).into_iter().rev().nth(20)));
        go("eq", &|v, o| assert!(v == o));
        go("diff", &|v, o| drop(v.diff(o)));
        go("contains", &|v, _| assert!(!v.contains(&probe(99))));
        go("binary_search", &|v, _| assert!(v.binary_search(&probe(20)).is_ok()));
        go("collect", &|v, _| *v = std::mem::take(v).into_iter().filter(|x| x.value % 3 > 0).collect());
        go("swap", &|v, _| v.swap(3, 30));
    });
}

fn entries() -> impl Iterator<Item = (Probe, Probe)> {
    (0..30).map(|i| (probe(i * 2), probe(i)))
}

fn hashed() -> Hashed {
    entries().collect()
}

fn ordered() -> Ordered {
    entries().collect()
}

fn check_hashed(m: &Hashed) {
    m.validate();
    assert_eq!(m.iter().count(), m.len());
    assert!(m.iter().all(|(k, v)| LIVE.with_borrow(|live| live.contains(&k.id) && live.contains(&v.id))));
}

fn check_ordered(m: &Ordered) {
    m.validate_after_panic();
    assert_eq!(m.iter().count(), m.len());
    assert!(m.iter().all(|(k, v)| LIVE.with_borrow(|live| live.contains(&k.id) && live.contains(&v.id))));
}

/// The same edits on both maps, which have the same names for everything.
macro_rules! survives {
    ($name:ident, $map:ty, $entry:ident, $make:ident, $check:ident) => {
        #[test]
        fn $name() {
            silent(|| {
                let go =
                    |name, edit: &dyn Fn(&mut $map, &$map)| inject(name, $make, |m, o| edit(m, o), $check);
                go("insert", &|m, _| (0..8).for_each(|i| drop(m.insert(probe(i * 7 + 1), probe(i)))));
                go("replace", &|m, _| (0..8).for_each(|i| drop(m.insert(probe(i * 6), probe(i)))));
                go("remove", &|m, _| (0..12).for_each(|i| drop(m.remove(&probe(i * 4)))));
                go("get_mut", &|m, _| m.get_mut(&probe(8)).into_iter().for_each(|v| v.value += 1));
                go("entry", &|m, _| m.entry(probe(3)).or_insert_with(|| probe(1)).value += 1);
                go("entry modify", &|m, _| {
                    m.entry(probe(4)).and_modify(|v| v.value += 1).or_insert(probe(2)).value += 1;
                });
                go("entry remove", &|m, _| match m.entry(probe(4)) {
                    $entry::Occupied(entry) => drop(entry.remove()),
                    $entry::Vacant(_) => unreachable!("4 is there"),
                });
                go("alter", &|m, _| m.alter(probe(4), |_| None));
                go("retain", &|m, _| m.retain(|k, _| k.value % 3 == 0));
                go("extract_if", &|m, _| drop(m.extract_if(|k, _| k.value % 3 == 0).next()));
                go("clear", &|m, _| m.clear());
                go("iter_mut", &|m, _| m.iter_mut().for_each(|(_, v)| v.value += 1));
                go("into_iter", &|m, _| drop(m.clone().into_iter().nth(10)));
                go("into_iter unique", &|m, _| drop(std::mem::take(m).into_iter().nth(10)));
                go("into_keys", &|m, _| drop(std::mem::take(m).into_keys().nth(10)));
                go("into_values", &|m, _| drop(std::mem::take(m).into_values().nth(10)));
                go("union_with", &|m, o| drop(m.union_with(o, |_, _, v| v.clone())));
                go("extend", &|m, _| m.extend((0..9).map(|i| (probe(i), probe(i)))));
                go("union", &|m, o| drop(m.with(probe(5), probe(5)).union(&o.with(probe(7), probe(7)))));
                go("intersection", &|m, o| drop(m.intersection(&o.without(&probe(8)))));
                go("difference", &|m, o| drop(m.with(probe(5), probe(5)).difference(o)));
                go("symmetric_difference", &|m, o| drop(m.with(probe(5), probe(5)).symmetric_difference(o)));
                go("merge_with", &|m, o| {
                    drop(
                        m.merge_with(
                            o,
                            |k, _, _| if k.value % 4 == 0 { Merge::Remove } else { Merge::Right },
                        ),
                    )
                });
                go("eq", &|m, o| assert!(m == o));
                go("diff", &|m, o| assert!(m.diff(o).is_empty()));
                go("collect", &|m, _| *m = (0..20).rev().map(|i| (probe(i), probe(i))).collect());
            });
        }
    };
}

survives!(hash_map_survives_every_fault, Hashed, HashEntry, hashed, check_hashed);
survives!(ord_map_survives_every_fault, Ordered, OrdEntry, ordered, check_ordered);

#[test]
fn ordered_cuts_survive_every_fault() {
    silent(|| {
        let go = |name, edit: &dyn Fn(&mut Ordered, &Ordered)| {
            inject(name, ordered, |m, o| edit(m, o), check_ordered)
        };
        go("split_off", &|m, _| drop(m.split_off(&probe(21))));
        go("append", &|m, _| {
            let mut right = m.split_off(&probe(21));
            right.append(std::mem::take(m));
            *m = right;
        });
        go("pop", &|m, _| drop((m.pop_first(), m.pop_last())));
        go("range_mut", &|m, _| m.range_mut(probe(5)..probe(40)).for_each(|(_, v)| v.value += 1));
    });
}

/// A new probe; the old one is dropped before there is one that could leak.
fn raised(old: Probe) -> Probe {
    let value = old.value + 1;
    drop(old);
    probe(value)
}

type Indexed = IndexMap<Probe, Probe, BuildHasherDefault<Mixed>, SmallNodes>;

#[test]
fn index_map_survives_every_fault() {
    silent(|| {
        let make = || entries().collect::<Indexed>();
        let check = |m: &Indexed| {
            m.validate_after_panic();
            assert_eq!(m.iter().count(), m.len());
            let live = |x: &Probe| LIVE.with_borrow(|live| live.contains(&x.id));
            assert!(m.iter().all(|(k, v)| live(k) && live(v) && m.get(k).is_some_and(|w| w.id == v.id)));
        };
        let go = |name, edit: &dyn Fn(&mut Indexed, &Indexed)| inject(name, make, |m, o| edit(m, o), check);
        go("insert", &|m, _| (0..8).for_each(|i| drop(m.insert(probe(i * 7 + 1), probe(i)))));
        go("insert_full", &|m, _| (0..4).for_each(|i| drop(m.insert_full(probe(i * 7 + 1), probe(i)))));
        go("remove", &|m, _| (0..12).for_each(|i| drop(m.remove(&probe(i * 4)))));
        go("remove_index", &|m, _| (0..6).for_each(|i| drop(m.remove_index(i * 3))));
        go("entry", &|m, _| m.entry(probe(3)).or_insert_with(|| probe(1)).value += 1);
        go("retain", &|m, _| m.retain(|k, _| k.value % 3 == 0));
        go("truncate", &|m, _| m.truncate(20));
        go("swap_indices", &|m, _| m.swap_indices(3, 20));
        go("sort_by", &|m, _| m.sort_by(|_, a, _, b| b.cmp(a)));
        go("into_iter", &|m, _| drop(std::mem::take(m).into_iter().nth(10)));
        go("eq", &|m, o| assert!(m == o));
        go("iter_mut", &|m, _| m.iter_mut().for_each(|(_, v)| v.value += 1));
    });
}

#[test]
fn builders_survive_every_fault() {
    silent(|| {
        let go =
            |name, edit: &dyn Fn(&mut Seq, &Seq)| inject(name, sequence, |v, o| edit(v, o), check_sequence);
        go("extend_from_slice", &|v, _| v.extend_from_slice(&(0..20).map(probe).collect::<Vec<_>>()));
        go("from_batch", &|v, _| *v = Seq::from_batch(&mut (0..20).map(probe).collect()));
        go("sequence builder", &|v, _| {
            let mut builder = SequenceBuilder::new();
            builder.append_slice(&(0..20).map(probe).collect::<Vec<_>>());
            builder.set(3, probe(9)).filter(|x| x.value % 3 > 0).transform(raised);
            *v = builder.build();
        });
        let go = |name, edit: &dyn Fn(&mut Ordered, &Ordered)| {
            inject(name, ordered, |m, o| edit(m, o), check_ordered)
        };
        go("map builder", &|m, _| {
            let mut builder = MapBuilder::new();
            builder.append_slice(&entries().collect::<Vec<_>>()).set(probe(4), probe(4));
            builder.filter(|k, _| k.value % 4 == 0).transform(|_, v| raised(v));
            *m = builder.build();
        });
    });
}
