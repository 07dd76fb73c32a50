//! `RadixMap`: random operation lists against `HashMap`, nothing leaked or freed twice, and user code that panics
//! or comes back.
#![cfg(not(loom))]

mod common;

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Bits, Random, cases, join};
use radix_index::{Computed, Operation, RadixMap};

#[test]
fn agrees_with_hash_map() {
    for bits in [0, 1, 3, 8, 64] {
        for seed in 0..u64::from(cases(4, 60)) {
            let mut random = Random(seed ^ u64::from(bits) << 32);
            let mut map = RadixMap::<String, Arc<u64>, Bits>::with_hasher(Bits(bits));
            let mut model = HashMap::<String, u64>::new();
            for _ in 0..1500 {
                let key = format!("key {}", random.below(200));
                let number = random.below(10);
                let pinned = map.pin();
                match random.below(13) {
                    0..=4 => {
                        let old = pinned.insert(key.clone(), Arc::new(number)).map(|v| **v);
                        assert_eq!(old, model.insert(key, number));
                    }
                    5 | 6 => assert_eq!(pinned.remove(key.as_str()).map(|v| **v), model.remove(&key)),
                    7 => {
                        let new = pinned.update(&key, |v| Arc::new(**v + 1)).map(|v| **v);
                        assert_eq!(
                            new,
                            model.get_mut(&key).map(|v| {
                                *v += 1;
                                *v
                            })
                        );
                    }
                    8 => {
                        let value = **pinned.get_or_insert(key.clone(), Arc::new(number));
                        assert_eq!(value, *model.entry(key).or_insert(number));
                    }
                    9 => {
                        let decided = pinned.compute(key.clone(), |old| match old {
                            Some(old) if **old == number => Operation::Remove,
                            Some(old) => Operation::Insert(Arc::new(**old / 2)),
                            None => Operation::Keep,
                        });
                        match model.get(&key).copied() {
                            None => assert_eq!(decided, Computed::Kept(None)),
                            Some(old) if old == number => {
                                assert_eq!(decided, Computed::Removed(&Arc::new(old)));
                                model.remove(&key);
                            }
                            Some(old) => {
                                let (old, new) = (Arc::new(old), Arc::new(old / 2));
                                assert_eq!(decided, Computed::Updated { old: &old, new: &new });
                                model.insert(key, *new);
                            }
                        }
                    }
                    10 if number == 0 => {
                        pinned.retain(|_, v| **v % 3 != 0);
                        model.retain(|_, v| *v % 3 != 0);
                    }
                    11 if number == 0 => {
                        pinned.clear();
                        model.clear();
                    }
                    12 if number < 3 => {
                        drop(pinned);
                        if number == 0 { map.shrink_to_fit() } else { map = map.clone() }
                    }
                    _ => assert_eq!(pinned.get(&key).map(|v| **v), model.get(&key).copied()),
                }
                assert_eq!(map.len(), model.len());
            }
            let pinned = map.pin();
            let entries: HashMap<String, u64> = pinned.iter().map(|(k, v)| (k.clone(), **v)).collect();
            assert_eq!(entries, model);
            assert_eq!(pinned.iter().count(), model.len());
        }
    }
}

/// Counts how many of it there are.
struct Counted(Arc<AtomicUsize>, u64);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>, number: u64) -> Self {
        alive.fetch_add(1, Ordering::Relaxed);
        Self(alive.clone(), number)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn nothing_leaks_and_nothing_is_freed_under_a_reader() {
    let alive = Arc::new(AtomicUsize::new(0));
    let map = RadixMap::new();
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for thread in 0..4 {
            let (map, alive) = (&map, &alive);
            running.push(scope.spawn(move || {
                let mut random = Random(thread);
                for _ in 0..cases(20_000, 1_000_000) {
                    let (map, key) = (map.pin(), random.below(300));
                    match random.below(4) {
                        0 => {
                            if let Some(old) = map.insert(key, Counted::new(alive, key)) {
                                assert_eq!(old.1, key);
                            }
                        }
                        1 => assert!(map.remove(&key).is_none_or(|value| value.1 == key)),
                        _ => assert!(map.get(&key).is_none_or(|value| value.1 == key)),
                    }
                }
            }));
        }
        join(running);
    });
    assert!(map.pin().iter().all(|(key, value)| *key == value.1));
    drop(map);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

thread_local! {
    static FUSE: Cell<i64> = const { Cell::new(i64::MAX) };
}

/// Burns the fuse; panics at its end.
fn burn() {
    FUSE.set(FUSE.get().saturating_sub(1));
    if FUSE.get() == 0 {
        panic!("planned");
    }
}

/// A key whose every operation may panic.
#[derive(Debug)]
struct Touchy(u64);

impl PartialEq for Touchy {
    fn eq(&self, other: &Self) -> bool {
        burn();
        self.0 == other.0
    }
}

impl Eq for Touchy {}

impl Hash for Touchy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        burn();
        (self.0 / 4).hash(state);
    }
}

impl Clone for Touchy {
    fn clone(&self) -> Self {
        burn();
        Self(self.0)
    }
}

#[test]
fn panics_in_user_code_leave_a_map_that_works() {
    let alive = Arc::new(AtomicUsize::new(0));
    let map = RadixMap::<Touchy, Counted, Bits>::with_hasher(Bits(4));
    let mut random = Random(3);
    let mut panics = 0;
    for round in 0..cases(4000, 100_000) {
        FUSE.set(1 + random.below(12) as i64);
        let key = random.below(64);
        let result = catch_unwind(AssertUnwindSafe(|| {
            let map = map.pin();
            match round % 6 {
                0 | 1 => _ = map.insert(Touchy(key), Counted::new(&alive, key)),
                2 => _ = map.remove(&Touchy(key)),
                3 => _ = map.update(&Touchy(key), |value| Counted::new(&alive, value.1)),
                4 => {
                    _ = map.compute(Touchy(key), |_| {
                        burn();
                        Operation::Insert(Counted::new(&alive, key))
                    });
                }
                _ => map.retain(|_, _| {
                    burn();
                    true
                }),
            }
        }));
        panics += u32::from(result.is_err());
        FUSE.set(i64::MAX);
        let map = map.pin();
        assert_eq!(map.iter().count(), map.len());
        assert!(map.iter().all(|(key, value)| key.0 == value.1 && map.get(key).is_some()));
    }
    assert!(panics > 100);
    drop(map);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

/// A value whose destructor panics, or uses the map it came from.
struct Bomb(bool, Option<Arc<RadixMap<u64, Bomb>>>);

impl Drop for Bomb {
    fn drop(&mut self) {
        if let Some(map) = self.1.take() {
            let map = map.pin();
            map.insert(1 << 40, Bomb(false, None));
            map.remove(&(1 << 40));
            assert!(map.get(&7).is_some());
        }
        if self.0 {
            panic!("planned");
        }
    }
}

#[test]
fn destructors_may_panic_or_come_back() {
    let map = Arc::new(RadixMap::new());
    map.pin().insert(7, Bomb(false, None));
    for key in 100..1000 {
        map.pin().insert(key, Bomb(key % 5 == 0, Some(map.clone())));
        assert!(map.pin().remove(&key).is_some());
    }
    assert_eq!(map.len(), 1);
    let map: RadixMap<_, _> = RadixMap::from_iter((0..100_u64).map(|key| (key, Bomb(key == 50, None))));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map))).is_err());
}

#[test]
fn a_removed_value_lives_as_long_as_the_view() {
    let map = RadixMap::new();
    let view = map.pin();
    view.insert(1, "one".to_owned());
    let one = view.get(&1).unwrap();
    for i in 0..10_000 {
        map.pin().insert(1, format!("{i}"));
    }
    map.pin().remove(&1);
    assert_eq!(one, "one");
}

#[test]
fn eq_and_closures_may_use_the_map() {
    let map = RadixMap::<u64, u64>::from_iter([(1, 1)]);
    let map = map.pin();
    let made = map.get_or_insert_with(2, || *map.get_or_insert_with(3, || *map.get(&1).unwrap() + 1) + 1);
    assert_eq!(*made, 3);
    map.retain(|key, _| map.remove(key).is_none());
    assert!(map.is_empty());
}

#[test]
fn compare_exchange_gives_back_what_it_did_not_need() {
    let map = RadixMap::<String, String>::new();
    let map = map.pin();
    let word = |text: &str| text.to_owned();
    assert_eq!(map.insert_many([(word("a"), word("1")), (word("b"), word("2")), (word("a"), word("3"))]), 2);
    assert_eq!(map.compare_exchange("a", &word("3"), word("4")), Ok(&word("3")));
    assert_eq!(map.compare_exchange("a", &word("3"), word("5")), Err((Some(&word("4")), word("5"))));
    assert_eq!(map.compare_exchange("c", &word("3"), word("6")), Err((None, word("6"))));
    assert_eq!(map.get("a"), Some(&word("4")));
}
