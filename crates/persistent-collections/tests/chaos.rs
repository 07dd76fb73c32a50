//! Keys whose `Eq`, `Ord` and `Hash` answer by dice: answers are unspecified and a call may panic, but every value is
//! dropped once and no version reads what is gone. An attack of the review (docs/UNSAFE.md) that found nothing, kept so.

#![allow(dropping_copy_types, dropping_references, reason = "one macro throws every answer away in one way")]

use std::cell::RefCell;
use std::cmp::Ordering;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use persistent_collections::builder::{FromBatch, MapBuilder, SequenceBuilder};
use persistent_collections::{Atomic, HashMap, IndexMap, Local, Merge, OrdMap, Sharing, SmallNodes, Vector};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

thread_local!(static DICE: RefCell<Dice> = const { RefCell::new(Dice(1)) });

fn roll(n: u64) -> u64 {
    DICE.with_borrow_mut(|dice| dice.below(n))
}

/// Beyond the alignment of a node's head, with a count of those that are alive.
#[derive(Clone)]
#[repr(align(64))]
struct Chaos(u32, #[expect(dead_code, reason = "its owners are counted")] Arc<()>, String);

impl PartialEq for Chaos {
    fn eq(&self, other: &Self) -> bool {
        if roll(20) == 0 { roll(2) == 0 } else { self.0 == other.0 }
    }
}
impl Eq for Chaos {}
impl PartialOrd for Chaos {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Chaos {
    fn cmp(&self, other: &Self) -> Ordering {
        match roll(40) {
            0 => Ordering::Less,
            1 => Ordering::Equal,
            2 => Ordering::Greater,
            _ => self.0.cmp(&other.0),
        }
    }
}
impl Hash for Chaos {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Few hashes, so that leaves of equal ones are long; now and then another.
        state.write_u32(if roll(30) == 0 { roll(9) as u32 } else { self.0 % 50 });
    }
}

#[derive(Default)]
struct Weak(u64);

impl Hasher for Weak {
    fn finish(&self) -> u64 {
        // The lowest or the highest bits alone differ.
        if self.0.is_multiple_of(2) { self.0 } else { self.0 << 58 }
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.wrapping_mul(31) ^ u64::from(*byte));
    }
}

/// Reads all of what an entry owns.
fn sum<'a>(values: impl Iterator<Item = &'a Chaos>) -> usize {
    values.map(|value| value.2.len() + value.0 as usize).sum()
}

macro_rules! chaos {
    ($name:ident, $map:ty, |$m:ident, $o:ident, $key:ident, $x:ident| $($more:expr),*) => {
        fn $name<P: Sharing>(seed: u64) {
            DICE.set(Dice(seed));
            let alive = Arc::new(());
            let make = |n: u64| Chaos(n as u32, Arc::clone(&alive), n.to_string());
            let mut versions: Vec<$map> = vec![<$map>::default(); 3];
            for _ in 0..400 {
                let mut $m = versions[roll(3) as usize].clone();
                let $o = versions[roll(3) as usize].clone();
                let $key = make(roll(120));
                let $x = || make(roll(120));
                let which = roll(9 + [$(stringify!($more)),*].len() as u64);
                // A broken order may trip an assertion; what is left must be safe to use.
                let _ = catch_unwind(AssertUnwindSafe(|| {
                    let mut edits: Vec<Box<dyn FnOnce(&mut $map) + '_>> = vec![
                        Box::new(|m| (0..20).for_each(|_| drop(m.insert($x(), $x())))),
                        Box::new(|m| (0..9).for_each(|_| drop(m.remove(&$x())))),
                        Box::new(|m| m.extend((0..30).map(|_| ($x(), $x())).collect::<Vec<_>>())),
                        Box::new(|m| m.retain(|k, _| k.0 % 5 > 0)),
                        Box::new(|m| m.iter_mut().for_each(|(_, v)| v.2.push('x'))),
                        Box::new(|m| drop(std::mem::take(m).into_iter().nth(7))),
                        Box::new(|m| m.get_mut(&$key).into_iter().for_each(|v| v.2.clear())),
                        Box::new(|m| m.entry($key.clone()).or_insert_with($x).2.push('y')),
                        Box::new(|m| {
                            let mut builder = MapBuilder::new();
                            (0..40).for_each(|_| drop(builder.set($x(), $x())));
                            *m = builder.filter(|k, _| k.0 % 3 > 0).transform(|_, v| v).build();
                        }),
                    ];
                    $(edits.push(Box::new(|$m: &mut $map| drop($more)));)*
                    edits.swap_remove(which as usize)(&mut $m);
                }));
                assert!(sum($m.keys()) + sum($m.values()) + sum($o.values()) < usize::MAX);
                versions[roll(3) as usize] = $m;
            }
            drop(versions);
            assert_eq!(Arc::strong_count(&alive), 1, "{}: each value is dropped once", stringify!($name));
        }
    };
}

chaos!(hashed, HashMap<Chaos, Chaos, BuildHasherDefault<Weak>, P>, |m, o, key, x|
    *m = m.union(&o),
    *m = o.difference(m),
    *m = m.intersection(&o),
    *m = m.symmetric_difference(&o),
    *m = m.merge_with(&o, |k, _, _| if k.0 % 2 == 0 { Merge::Remove } else { Merge::Right }),
    m.extract_if(|k, _| k.0 % 2 == 0).take(5).count(),
    m.diff(&o).len(),
    m.is_submap(&o),
    m.get_many(&[x(), x(), x()], |_, value| assert!(value.is_none_or(|value| value.2.len() < 1 << 20)))
);
chaos!(ordered, OrdMap<Chaos, Chaos, P>, |m, o, key, x|
    *m = m.union(&o),
    *m = o.difference(m),
    *m = m.intersection(&o),
    *m = m.symmetric_difference(&o),
    *m = m.merge_with(&o, |k, _, _| if k.0 % 2 == 0 { Merge::Remove } else { Merge::Right }),
    m.extract_if(|k, _| k.0 % 2 == 0).take(5).count(),
    m.diff(&o).len(),
    m.is_submap(&o),
    {
        let right = m.split_off(&key);
        m.append(right);
    },
    m.append(o.clone()),
    m.range_mut(key.clone()..).for_each(|(_, v)| v.2.push('z')),
    m.iter_mut().rev().step_by(3).for_each(|(_, v)| v.2.push('z')),
    (m.pop_first(), m.pop_last(), m.remove_nth(3), m.rank(&key))
);
chaos!(indexed, IndexMap<Chaos, Chaos, BuildHasherDefault<Weak>, P>, |m, o, key, x|
    m.remove_index(m.len() / 2),
    (m.pop(), m.pop_first()),
    m.swap_indices(0, m.len() - 1),
    m.sort_by(|_, a, _, b| a.cmp(b)),
    m.insert_full(key.clone(), x()),
    m.remove_full(&key),
    m.truncate(30),
    *m == o
);

#[test]
fn maps() {
    for seed in 0..12 {
        for run in [hashed::<SmallNodes>, hashed::<Local>, ordered::<SmallNodes>, ordered::<Atomic>] {
            run(seed);
        }
        for run in [indexed::<SmallNodes>, indexed::<Local>, hashed::<Atomic>, ordered::<Local>] {
            run(seed);
        }
    }
}

/// Vectors of vectors moved into leaves, for values with and without a size.
#[test]
fn batches_of_every_size() {
    fn run<T: Clone + PartialEq + std::fmt::Debug, P: Sharing>(value: impl Fn(usize) -> T) {
        for len in (0..70).chain([127, 128, 129, 1023, 1024, 1025, 5000]) {
            let mut batch: Vec<T> = Vec::with_capacity(len + len % 7);
            batch.extend((0..len).map(&value));
            let vector = Vector::<T, P>::from_batch(&mut batch);
            vector.validate();
            assert!(batch.is_empty() && batch.capacity() >= len);
            assert!(vector.iter().cloned().eq((0..len).map(&value)));
            let mut builder = SequenceBuilder::new();
            builder.append_slice(&(0..len).map(&value).collect::<Vec<_>>()).filter(|x| *x != value(3));
            let mut shared = builder.build::<Vector<T, P>>();
            let before = shared.clone();
            shared.extend_from_slice(&(0..40).map(&value).collect::<Vec<_>>());
            shared.extend((0..len).map(&value));
            shared.append(before.clone());
            assert!(shared.iter().take(before.len()).eq(before.iter()));
            assert_eq!(shared.len(), 2 * before.len() + 40 + len);
            shared.validate();
        }
    }
    #[derive(Clone, PartialEq, Debug)]
    #[repr(align(128))]
    struct Wide(usize);
    run::<_, SmallNodes>(|n| n.to_string());
    run::<_, Atomic>(|n| n.to_string());
    run::<_, Atomic>(|_| ());
    run::<_, Local>(Wide);
    run::<_, Atomic>(|n| [n; 200]);
    run::<_, Atomic>(|n| n as u8);
}
