//! Keys with heads under attack: bytes of the least and the greatest value, prefixes that nest, zeros behind the end,
//! keys changed by cursors, every type and every borrowed form. Attacks of the review (docs/UNSAFE.md) that
//! found nothing, kept so that they go on finding nothing.

#![allow(
    dropping_copy_types,
    clippy::type_complexity,
    reason = "one table throws every answer away in one way"
)]

mod common;

use std::borrow::Borrow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::mem::forget;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use bplus_tree::{Auto, BPlusTreeMap, BPlusTreeSet, Counted, Nodes, Shape};
use common::{Choices, Key, Pair, scale};

/// Short keys of few bytes behind prefixes that begin with one another, often equal but for zeros behind the end.
fn hostile(n: u32, letters: &[u8]) -> Vec<u8> {
    let mut choices = Choices(u64::from(n) << 20);
    let mut key = vec![letters[0]; [0, 0, 1, 7, 8, 9, 15, 16, 17, 40][choices.below(10) as usize]];
    if choices.below(3) == 0 {
        key.extend(vec![letters[letters.len() - 1]; choices.below(18) as usize]);
    }
    for _ in 0..choices.below(5) {
        key.push(letters[choices.below(letters.len() as u32) as usize]);
    }
    if choices.below(2) == 0 {
        key.extend(vec![0; choices.below(12) as usize]);
    }
    key
}

const BYTES: &[u8] = &[0x00, 0x01, 0x7f, 0x80, 0xff];
const LETTERS: &[u8] = b"\0\x01a\x7f";

fn text(n: u32) -> String {
    String::from_utf8(hostile(n, LETTERS)).expect("ASCII")
}

/// Keys of one type, made of hostile bytes and seen as those again.
trait Hostile: Ord + Clone + Debug {
    type Form: Ord + ?Sized;
    fn made(n: u32) -> Self;
    fn bytes(&self) -> &[u8];
    fn form(&self) -> &Self::Form;
}

macro_rules! hostile_keys {
    ($form:ty: $($type:ty, $make:expr;)+) => {$(
        impl Hostile for $type {
            type Form = $form;
            fn made(n: u32) -> Self {
                let make: fn(u32) -> $type = $make;
                make(n)
            }
            fn bytes(&self) -> &[u8] {
                self.form().as_ref()
            }
            fn form(&self) -> &$form {
                self
            }
        }
    )+};
}
hostile_keys! { str:
    String, text;
    Box<str>, |n| text(n).into();
    Arc<str>, |n| text(n).into();
    Rc<str>, |n| text(n).into();
    &'static str, |n| text(n).leak();
}
hostile_keys! { [u8]:
    Vec<u8>, |n| hostile(n, BYTES);
    Box<[u8]>, |n| hostile(n, BYTES).into();
    Arc<[u8]>, |n| hostile(n, BYTES).into();
    Rc<[u8]>, |n| hostile(n, BYTES).into();
    &'static [u8], |n| hostile(n, BYTES).leak();
}

/// Random operations, keys changed in order by cursors among them, against std's map; sought by both forms.
fn agrees<K: Hostile + Borrow<K::Form>, S: Shape>(seed: u64, space: u32, steps: u32) {
    let mut choices = Choices(seed);
    let (mut map, mut model) = (BPlusTreeMap::<K, u32, S>::with_shape(), BTreeMap::<K, u32>::new());
    for step in 0..steps {
        let (n, value) = (choices.below(space), step);
        let key = K::made(n);
        let choice = choices.below(20);
        match choice {
            0..=6 => assert_eq!(map.insert(key, value), model.insert(K::made(n), value)),
            7..=9 => assert_eq!(map.remove(key.form()), model.remove(key.form())),
            10 => {
                let many: Vec<K> = (0..50).map(|_| K::made(choices.below(space))).collect();
                assert_eq!(
                    map.insert_many(many.iter().map(|k| (k.clone(), value))),
                    many.iter().filter(|k| model.insert((*k).clone(), value).is_none()).count()
                );
            }
            11 => {
                // Take a run out at its start, so that first keys of leaves go.
                let mut cursor = map.lower_bound_mut(Included(key.form()));
                for _ in 0..choices.below(12) {
                    let Some((removed, _)) = cursor.remove_next() else { break };
                    assert!(model.remove::<K>(&removed).is_some());
                }
            }
            12 | 13 => {
                let mut cursor = map.lower_bound_mut(Included(key.form())).with_mutable_key();
                for _ in 0..choices.below(8) {
                    let new = K::made(choices.below(space));
                    let before = cursor.peek_prev().map(|(k, _)| k.clone());
                    let Some((now, _)) = cursor.next() else { break };
                    let now = now.clone();
                    let after = cursor.peek_next().map(|(k, _)| k.clone());
                    if before.is_none_or(|k| k < new) && after.is_none_or(|k| new < k) {
                        let value = model.remove::<K>(&now).expect("as in the map");
                        model.insert(new.clone(), value);
                        *cursor.peek_prev().expect("it was given").0 = new;
                    }
                }
            }
            14 => {
                let mut cursor = map.upper_bound_mut(Excluded(key.form()));
                if cursor.insert_after(key.clone(), value).is_ok() {
                    assert_eq!(model.insert(key.clone(), value), None);
                }
            }
            15 => {
                let (mut tail, mut rest) = (map.split_off(key.form()), model.split_off(key.form()));
                tail.validate().expect("the part split off");
                if choices.below(2) == 0 {
                    tail.retain(|k, _| k.bytes().len() % 3 > 0);
                    rest.retain(|k, _| k.bytes().len() % 3 > 0);
                }
                map.append(&mut tail);
                model.append(&mut rest);
            }
            16 => {
                let end = K::made(choices.below(space));
                let (from, to) = if key <= end { (key, end) } else { (end, key) };
                for (from, to) in [
                    (Included(from.form()), Included(to.form())),
                    (Included(from.form()), Excluded(to.form())),
                    (Excluded(from.form()), Included(to.form())),
                    (Unbounded, Excluded(to.form())),
                    (Excluded(from.form()), Unbounded),
                ] {
                    assert!(map.range::<K::Form, _>((from, to)).eq(model.range::<K::Form, _>((from, to))));
                    let (mut ours, mut theirs) =
                        (map.range_mut::<K::Form, _>((from, to)), model.range_mut::<K::Form, _>((from, to)));
                    for skipped in [choices.below(9), choices.below(200), 0, 3] {
                        assert_eq!(ours.next_back(), theirs.next_back());
                        assert_eq!(ours.nth(skipped as usize), theirs.nth(skipped as usize));
                    }
                    assert_eq!(ours.count(), theirs.count());
                }
            }
            17 => {
                let many: Vec<K> = (0..70).map(|_| K::made(choices.below(2 * space))).collect();
                let mut found = vec![None; many.len()];
                map.get_many::<K>(&many, &mut found);
                assert!(many.iter().zip(&found).all(|(key, found)| model.get::<K>(key) == *found));
            }
            18 => {
                map.try_reserve(choices.below(9) as usize).expect("memory");
                assert_eq!(map.pop_first(), model.pop_first());
                assert_eq!(map.pop_last(), model.pop_last());
            }
            _ => {
                let mut copy = map.clone();
                copy.compact();
                copy.validate().expect("a packed copy");
                assert!(copy.iter().eq(&model));
            }
        }
        for probe in [n, n + space, choices.below(space)] {
            let key = K::made(probe);
            assert_eq!(map.get(key.form()), model.get(key.form()), "seed {seed}, step {step}");
            assert_eq!(map.get::<K>(&key), model.get::<K>(&key));
        }
        if step % 7 == 0 {
            map.validate().unwrap_or_else(|error| panic!("seed {seed}, step {step}, {choice}: {error}"));
            assert!(map.iter().eq(&model), "seed {seed}, step {step}, {choice}");
        }
    }
}

/// Keys put in no order by cursors that are forgotten: heads lie, and nothing but answers is wrong.
fn lies<K: Hostile + Borrow<K::Form>, S: Shape>(seed: u64) {
    let mut choices = Choices(seed);
    let mut map = BPlusTreeMap::<K, Box<u32>, S>::with_shape();
    map.extend((0..200).map(|n| (K::made(n), Box::new(n))));
    for _ in 0..300 {
        let key = K::made(choices.below(300));
        match choices.below(10) {
            0 | 1 => drop(map.insert(key, Box::default())),
            2 => drop(map.remove(key.form())),
            3 | 4 => {
                let mut cursor = map.lower_bound_mut(Included(key.form())).with_mutable_key();
                for _ in 0..choices.below(6) {
                    if let Some((k, _)) = cursor.next() {
                        *k = K::made(choices.below(300));
                    }
                }
                if choices.below(3) > 0 {
                    forget(cursor);
                }
            }
            5 => {
                let mut tail = map.split_off(key.form());
                map.append(&mut tail);
            }
            6 => {
                let end = K::made(choices.below(300));
                let (from, to) = if key <= end { (key, end) } else { (end, key) };
                let mut range = map.range_mut::<K::Form, _>((Included(from.form()), Excluded(to.form())));
                let mut given: Vec<&mut Box<u32>> = Vec::new();
                while let Some((_, value)) = range.next() {
                    given.push(value);
                    given.extend(range.next_back().map(|(_, value)| value));
                }
                given.iter_mut().for_each(|value| ***value += 1);
                let count = given.len();
                let mut places: Vec<_> = given.into_iter().map(|value| &raw const **value).collect();
                places.sort();
                places.dedup();
                assert_eq!(places.len(), count, "a value was given out twice");
            }
            7 => {
                let many: Vec<K> = (0..40).map(|_| K::made(choices.below(300))).collect();
                map.contains_many::<K>(&many, &mut [false; 40]);
            }
            8 => drop(map.extract_if(.., |k, _| k.bytes().len() % 5 == 0).take(3).count()),
            _ => {
                let mut cursor = map.upper_bound_mut(Included(key.form()));
                let _ = (cursor.insert_before(key.clone(), Box::default()), cursor.remove_prev());
            }
        }
        assert_eq!(map.iter().fold(0, |n, _| n + 1), map.len());
    }
}

fn attack<K: Hostile + Borrow<K::Form>, S: Shape>(space: u32, steps: u32) {
    for seed in 0..2 * scale() {
        agrees::<K, S>(seed, space, steps);
    }
}

#[test]
fn every_type() {
    attack::<String, Nodes<2, 3>>(120, 500);
    attack::<Box<str>, Nodes<3, 4, true>>(300, 500);
    attack::<Arc<str>, Nodes<4, 4>>(300, 500);
    attack::<Rc<str>, Nodes<2, 5>>(150, 500);
    attack::<&'static str, Nodes<7, 5, true>>(600, 700);
    attack::<Vec<u8>, Nodes<2, 3, true>>(120, 500);
    attack::<Box<[u8]>, Nodes<9, 3>>(600, 700);
    attack::<Arc<[u8]>, Nodes<3, 4>>(300, 500);
    attack::<Rc<[u8]>, Counted>(3000, 2000);
    attack::<&'static [u8], Nodes<4, 4, true>>(300, 500);
}

#[test]
fn usual_nodes() {
    attack::<String, Auto>(3000, 4000);
    attack::<Vec<u8>, Auto>(3000, 4000);
}

#[test]
fn heads_that_lie() {
    for seed in 0..4 * scale() {
        lies::<Vec<u8>, Nodes<2, 3>>(seed);
        lies::<Box<str>, Nodes<5, 4, true>>(seed);
        lies::<Rc<[u8]>, Auto>(seed);
    }
}

impl Key for Rc<[u8]> {
    fn of(n: u32) -> Self {
        hostile(n, BYTES).into()
    }
}

/// The operation lists of the oracle, with keys that have no order in their numbers.
#[test]
fn operation_lists() {
    fn run<S: Shape>(space: u32) {
        for seed in 0..10 * scale() {
            let mut choices = Choices(seed);
            let mut pair = Pair::<Rc<[u8]>, u32, S>::new();
            for step in 0..300 {
                let name = pair.step(&mut choices, space);
                pair.check(&format!("step {step} of seed {seed}, {name}"));
            }
        }
    }
    run::<Nodes<4, 4>>(400);
}

/// Borrowed forms of the user's own, with orders of their own: coarser ones answer by them, and wrong ones are safe.
#[test]
#[allow(unsafe_code, reason = "references to transparent wrappers")]
fn borrowed_forms_with_orders_of_their_own() {
    /// Bytes of which the first three count.
    #[repr(transparent)]
    struct Start([u8]);
    /// Bytes backwards.
    #[repr(transparent)]
    struct Backwards([u8]);
    macro_rules! form {
        ($form:ident, |$a:ident, $b:ident| $cmp:expr) => {
            impl Ord for $form {
                fn cmp(&self, other: &Self) -> Ordering {
                    let ($a, $b) = (&self.0, &other.0);
                    $cmp
                }
            }
            impl PartialOrd for $form {
                fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                    Some(self.cmp(other))
                }
            }
            impl PartialEq for $form {
                fn eq(&self, other: &Self) -> bool {
                    self.cmp(other).is_eq()
                }
            }
            impl Eq for $form {}
            impl $form {
                fn of(bytes: &[u8]) -> &Self {
                    // SAFETY: a transparent wrapper.
                    unsafe { &*(std::ptr::from_ref(bytes) as *const Self) }
                }
            }
            impl Borrow<$form> for Vec<u8> {
                fn borrow(&self) -> &$form {
                    $form::of(self)
                }
            }
        };
    }
    form!(Start, |a, b| a[..a.len().min(3)].cmp(&b[..b.len().min(3)]));
    form!(Backwards, |a, b| b.cmp(a));
    fn run<S: Shape>() {
        let mut map = BPlusTreeMap::<Vec<u8>, u32, S>::with_shape();
        map.extend((0..500).map(|n| (hostile(n, BYTES), n)));
        let starts: Vec<Vec<u8>> = map.keys().map(|k| k[..k.len().min(3)].to_vec()).collect();
        for n in 0..900 {
            let key = hostile(n, BYTES);
            let start = &key[..key.len().min(3)];
            assert_eq!(map.contains_key(Start::of(&key)), starts.iter().any(|other| other == start));
            let range = map.range::<Start, _>((Included(Start::of(&key)), Included(Start::of(&key))));
            // How many of several equal ones are in the range is not said, as in std.
            assert!(range.map(|(k, _)| k).all(|k| k[..k.len().min(3)] == *start));
            let _ =
                (map.get(Backwards::of(&key)), map.lower_bound(Included(Backwards::of(&key))).peek_next());
            let backwards = (Included(Backwards::of(&[0xff; 9])), Excluded(Backwards::of(&key)));
            let _ = map.range_or_empty::<Backwards, _>(backwards).count();
        }
        for n in 0..900 {
            let key = hostile(n * 7, BYTES);
            let mut tail = map.split_off(Backwards::of(&key));
            map.append(&mut tail);
            map.remove(Backwards::of(&key));
            assert_eq!(map.iter().fold(0, |n, _| n + 1), map.len());
        }
    }
    run::<Nodes<4, 4, true>>();
    run::<Auto>();
}

thread_local!(static FUSE: Cell<u32> = const { Cell::new(u32::MAX) });
thread_local!(static LIVE: Cell<i32> = const { Cell::new(0) });

fn burn() {
    let left = FUSE.get();
    if left != u32::MAX {
        FUSE.set(left.saturating_sub(1));
        assert!(left > 0 || std::thread::panicking(), "the fuse burnt down");
    }
}

/// A value whose clone and drop burn the fuse.
struct Bomb(u32);

impl Bomb {
    fn new(n: u32) -> Self {
        LIVE.set(LIVE.get() + 1);
        Self(n)
    }
}
impl Clone for Bomb {
    fn clone(&self) -> Self {
        burn();
        Self::new(self.0)
    }
}
impl Drop for Bomb {
    fn drop(&mut self) {
        LIVE.set(LIVE.get() - 1);
        burn();
    }
}

/// Values that panic in every clone and drop, and closures and iterators that panic: heads stay what they should be.
#[test]
fn panics_leave_heads_in_step() {
    type Map<S> = BPlusTreeMap<Vec<u8>, Bomb, S>;
    fn entries(range: std::ops::Range<u32>) -> impl Iterator<Item = (Vec<u8>, Bomb)> {
        range.map(|n| {
            burn();
            (hostile(n, BYTES), Bomb::new(n))
        })
    }
    fn sorted(range: std::ops::Range<u32>) -> impl Iterator<Item = (Vec<u8>, Bomb)> {
        let mut keys: Vec<_> = range.map(|n| [&[0xff; 60][..], &hostile(n, BYTES)].concat()).collect();
        keys.sort();
        keys.dedup();
        keys.into_iter().map(|key| {
            burn();
            (key, Bomb::new(0))
        })
    }
    fn operations<S: Shape>() -> Vec<fn(&mut Map<S>)> {
        vec![
            |m| m.extend(entries(20..60)),
            |m| drop(m.insert_many(entries(20..60))),
            |m| drop(m.append_sorted(sorted(0..60))),
            |m| drop(m.clone()),
            |m| *m = m.clone(),
            |m| m.retain(|k, _| (burn(), k.len() % 3 > 0).1),
            |m| drop(m.extract_if(hostile(1, BYTES).., |k, _| (burn(), k.len() % 2 > 0).1).count()),
            |m| {
                let mut other: Map<S> = entries(30..70).fold(Map::with_shape(), |mut map, (k, v)| {
                    map.insert(k, v);
                    map
                });
                m.append(&mut other);
            },
            |m| {
                let mut tail = m.split_off(&hostile(9, BYTES));
                tail.retain(|_, _| (burn(), false).1);
                m.append(&mut tail);
            },
            |m| m.compact(),
            |m| m.clear(),
            |m| drop(std::mem::replace(m, Map::with_shape()).into_iter().nth(9)),
            |m| {
                m.entry(hostile(900, BYTES)).or_insert_with(|| (burn(), Bomb::new(1)).1);
            },
            |m| (0..50).for_each(|n| drop(m.remove(&hostile(n, BYTES)))),
            |m| {
                let key = hostile(3, BYTES);
                let mut cursor = m.lower_bound_mut(Included(&key)).with_mutable_key();
                while let Some((key, value)) = cursor.next() {
                    key.push(0);
                    key.push(0);
                    key.pop();
                    *value = Bomb::new(0);
                    key.pop();
                }
            },
        ]
    }
    fn inject<S: Shape>() {
        for (which, operation) in operations::<S>().into_iter().enumerate() {
            for fuse in 0.. {
                FUSE.set(u32::MAX);
                LIVE.set(0);
                let mut map = Map::<S>::with_shape();
                map.extend(entries(0..50));
                FUSE.set(fuse);
                let result = catch_unwind(AssertUnwindSafe(|| operation(&mut map)));
                FUSE.set(u32::MAX);
                assert!(map.keys().is_sorted_by(|a, b| a < b) || which == 14, "{which}");
                if which != 14 {
                    map.validate().unwrap_or_else(|error| panic!("{which}, fuse {fuse}: {error}"));
                }
                assert_eq!(map.iter().fold(0, |n, _| n + 1), map.len());
                drop(map);
                assert_eq!(LIVE.get(), 0, "{which}, fuse {fuse}");
                if result.is_ok() {
                    break;
                }
            }
        }
    }
    inject::<Nodes<2, 3, true>>();
    inject::<Auto>();
}

/// Heads before keys and values of every size and alignment; the largest nodes.
#[test]
fn layouts() {
    #[derive(Clone, Copy, PartialEq, Debug)]
    #[repr(align(4096))]
    struct Wide(u32);
    fn run<K: Hostile + Borrow<K::Form>, V: Copy + PartialEq + Debug, S: Shape>(
        count: u32,
        value: fn(u32) -> V,
    ) {
        let mut map = BPlusTreeMap::<K, V, S>::with_shape();
        let mut model = BTreeMap::new();
        for n in 0..count {
            assert_eq!(map.insert(K::made(n), value(n)), model.insert(K::made(n), value(n)));
        }
        map.validate().expect("growth");
        assert!(map.iter().eq(&model));
        assert!(map.values().all(|value| (&raw const *value).addr().is_multiple_of(align_of::<V>())));
        let mut tail = map.split_off(K::made(1).form());
        tail.append(&mut map);
        tail.validate().expect("joined");
        for n in 0..count {
            assert_eq!(tail.remove(K::made(n).form()), model.remove(K::made(n).form()));
        }
        tail.validate().expect("decay");
    }
    run::<String, (), Auto>(900, |_| ());
    run::<Box<str>, u8, Auto>(900, |n| n as u8);
    run::<Vec<u8>, Wide, Counted>(300, Wide);
    run::<&str, Wide, Nodes<2, 3>>(100, Wide);
    run::<Arc<[u8]>, [u64; 300], Auto>(300, |n| [u64::from(n); 300]);
    run::<Rc<str>, u16, Nodes<4096, 4096, true>>(9000, |n| n as u16);
    run::<Vec<u8>, u128, Nodes<65, 4096>>(5000, u128::from);
    let mut set = BPlusTreeSet::<Vec<u8>>::new();
    (0..500).for_each(|n| drop(set.replace(hostile(n, BYTES))));
    set.validate().expect("a set");
}
