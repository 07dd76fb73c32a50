//! User code that panics at every call in turn, in every operation: nothing is dropped twice or lost, and the map stays
//! valid.

#![allow(
    dropping_copy_types,
    dropping_references,
    clippy::type_complexity,
    clippy::useless_vec,
    reason = "one table holds all operations, and throws every answer away in one way"
)]

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use bplus_tree::{Auto, BPlusTreeMap, Nodes, Shape};

/// Counts live objects by id, and panics when its fuse burns down.
#[derive(Default)]
struct World {
    live: RefCell<HashMap<u64, i32>>,
    next: Cell<u64>,
    fuse: Cell<Option<u32>>,
}

impl World {
    fn burn(&self) {
        if let Some(left) = self.fuse.get() {
            self.fuse.set(left.checked_sub(1));
            assert!(left > 0 || std::thread::panicking(), "the fuse burnt down");
        }
    }

    fn object(self: &Rc<Self>, n: u32) -> Object {
        let id = self.next.get();
        self.next.set(id + 1);
        self.live.borrow_mut().insert(id, 1);
        Object { n, id, world: Rc::clone(self) }
    }
}

/// A key or value whose every comparison, clone and drop burns the fuse.
struct Object {
    n: u32,
    id: u64,
    world: Rc<World>,
}

impl Drop for Object {
    fn drop(&mut self) {
        let left = {
            let mut live = self.world.live.borrow_mut();
            let count = live.get_mut(&self.id).expect("an object that was made");
            *count -= 1;
            *count
        };
        assert_eq!(left, 0, "object {} was dropped twice", self.id);
        self.world.burn();
    }
}
impl Clone for Object {
    fn clone(&self) -> Self {
        self.world.burn();
        self.world.object(self.n)
    }
}
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Object {}
impl PartialOrd for Object {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Object {
    fn cmp(&self, other: &Self) -> Ordering {
        self.world.burn();
        self.n.cmp(&other.n)
    }
}

type Map<S> = BPlusTreeMap<Object, Object, S>;

fn filled<S: Shape>(world: &Rc<World>, keys: impl Iterator<Item = u32>) -> Map<S> {
    let mut map = Map::with_shape();
    for n in keys {
        map.insert(world.object(n), world.object(n));
    }
    map
}

/// Every method that runs user code, as one operation on a map of forty even keys.
fn operations<S: Shape>() -> Vec<(&'static str, fn(&Rc<World>, &mut Map<S>))> {
    vec![
        ("insert", |w, m| drop(m.insert(w.object(21), w.object(0)))),
        ("insert over", |w, m| drop(m.insert(w.object(20), w.object(0)))),
        ("remove", |w, m| drop(m.remove(&w.object(20)))),
        ("get", |w, m| drop(m.get(&w.object(20)))),
        ("entry or_insert_with", |w, m| {
            m.entry(w.object(21)).or_insert_with(|| {
                w.burn();
                w.object(1)
            });
        }),
        ("entry and_modify", |w, m| {
            m.entry(w.object(20))
                .and_modify(|v| {
                    w.burn();
                    v.n += 1;
                })
                .or_insert(w.object(0));
        }),
        ("pop", |_, m| drop((m.pop_first(), m.pop_last()))),
        ("clone", |_, m| drop(m.clone())),
        ("clear", |_, m| m.clear()),
        ("retain", |w, m| {
            m.retain(|k, _| {
                w.burn();
                k.n % 4 == 0
            })
        }),
        ("extract_if", |w, m| {
            drop(
                m.extract_if(w.object(10)..w.object(50), |k, _| {
                    w.burn();
                    k.n % 4 == 0
                })
                .count(),
            )
        }),
        ("split_off", |w, m| drop(m.split_off(&w.object(31)))),
        ("split_off and append", |w, m| {
            let mut tail = m.split_off(&w.object(31));
            m.append(&mut tail);
        }),
        ("append overlapping", |w, m| m.append(&mut filled(w, (11..30).step_by(3)))),
        ("append a few", |w, m| m.append(&mut filled(w, 33..35))),
        ("range", |w, m| drop(m.range(w.object(5)..=w.object(40)).count())),
        ("range_mut", |w, m| m.range_mut(w.object(5)..w.object(40)).for_each(|(_, v)| v.n += 1)),
        ("into_iter", |_, m| drop(std::mem::replace(m, Map::with_shape()).into_iter().nth(9))),
        ("into_iter back", |_, m| drop(std::mem::replace(m, Map::with_shape()).into_iter().nth_back(9))),
        ("extend", |w, m| {
            m.extend((15..25).map(|n| {
                w.burn();
                (w.object(n), w.object(n))
            }))
        }),
        ("append_sorted", |w, m| {
            drop(m.append_sorted((90..140).map(|n| {
                w.burn();
                (w.object(n), w.object(n))
            })))
        }),
        ("append_sorted unsorted", |w, m| {
            drop(m.append_sorted([90, 95, 93].map(|n| (w.object(n), w.object(n)))))
        }),
        ("compact", |_, m| m.compact()),
        ("compare", |w, m| {
            let other: Map<S> = filled(w, 0..3);
            let _ = ((*m).cmp(&*m), *m == other, *m < other);
        }),
        ("insert_many", |w, m| drop(m.insert_many((15..35).map(|n| (w.object(n), w.object(n)))))),
        ("get_many", |w, m| {
            let keys: Vec<Object> = (0..20).map(|n| w.object(n)).collect();
            m.get_many(&keys, &mut vec![None; 20]);
        }),
        ("cursor", |w, m| {
            let key = w.object(21);
            let mut cursor = m.lower_bound_mut(std::ops::Bound::Included(&key));
            let _ = cursor.insert_before(w.object(21), w.object(0));
            let _ = cursor.insert_after(w.object(3), w.object(0));
            drop((cursor.remove_next(), cursor.remove_prev()));
        }),
        ("drop", |_, m| drop(std::mem::replace(m, Map::with_shape()))),
        ("try_insert", |w, m| drop(m.try_insert(w.object(20), w.object(1)).is_ok())),
    ]
}

/// Runs every operation with a fuse of every length until it no longer burns down.
fn inject<S: Shape>() {
    for (name, operation) in operations::<S>() {
        for fuse in 0.. {
            let world = Rc::new(World::default());
            let mut map: Map<S> = filled(&world, (0..40).map(|n| n * 2));
            world.fuse.set(Some(fuse));
            let result = catch_unwind(AssertUnwindSafe(|| operation(&world, &mut map)));
            world.fuse.set(None);
            if let Err(error) = map.validate() {
                panic!("{name} with fuse {fuse}: {error}");
            }
            drop(map);
            let left: i32 = world.live.borrow().values().sum();
            assert_eq!(left, 0, "{name} with fuse {fuse} leaks {left} objects");
            if result.is_ok() {
                break;
            }
        }
    }
}

#[test]
fn faults_in_small_nodes() {
    inject::<Nodes<4, 4>>();
}

#[test]
fn faults_in_counted_nodes() {
    inject::<Nodes<2, 3, true>>();
}

#[test]
fn faults_in_usual_nodes() {
    inject::<Auto>();
}

/// Building from an unsorted sequence: sorting and deduplication run user code as well.
#[test]
fn faults_in_collect() {
    for fuse in 0.. {
        let world = Rc::new(World::default());
        let entries: Vec<_> = (0..50).map(|n| (world.object(n * 7 % 31), world.object(n))).collect();
        world.fuse.set(Some(fuse));
        let result =
            catch_unwind(AssertUnwindSafe(|| drop(entries.into_iter().collect::<BPlusTreeMap<_, _>>())));
        world.fuse.set(None);
        assert_eq!(world.live.borrow().values().sum::<i32>(), 0, "fuse {fuse}");
        if result.is_ok() {
            break;
        }
    }
}
