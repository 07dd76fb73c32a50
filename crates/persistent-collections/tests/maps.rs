//! `HashMap` and `OrdMap` against std's maps.

mod common;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher};

use common::{Random, Subject, live_versions, live_versions_of, scale};
use persistent_collections::{
    Atomic, Change, HashMap, HashSet, Local, Merge, OrdMap, OrdSet, Sharing, SmallNodes,
};

/// A hasher that leaves so many bits of the hash, so that keys collide. A number and not a type: each type is compiled.
#[derive(Clone, Copy, Debug)]
struct FewBits(u32);

struct Few {
    bits: u32,
    state: u64,
}

impl BuildHasher for FewBits {
    type Hasher = Few;
    fn build_hasher(&self) -> Few {
        Few { bits: self.0, state: 0 }
    }
}

impl Hasher for Few {
    fn finish(&self) -> u64 {
        let mixed = self.state.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        mixed & ((1 << self.bits) - 1)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.state = self.state.wrapping_mul(31) ^ u64::from(*byte));
    }
}

/// Maps with a hasher of no size are one family, whether cloned from one another or not.
type NoSize = BuildHasherDefault<DefaultHasher>;

type Model = BTreeMap<u32, u32>;

/// Set operations on the models.
fn model_operation(which: usize, left: &Model, right: &Model) -> Model {
    let (l, r) = (left.clone(), right.clone());
    match which {
        0 => r.into_iter().chain(l).collect(),
        1 => l.into_iter().filter(|(k, _)| right.contains_key(k)).collect(),
        2 => l.into_iter().filter(|(k, _)| !right.contains_key(k)).collect(),
        3 => {
            let only_left = l.into_iter().filter(|(k, _)| !right.contains_key(k));
            only_left.chain(r.into_iter().filter(|(k, _)| !left.contains_key(k))).collect()
        }
        4 => {
            let mut all = r;
            for (k, v) in l {
                let merged = right.get(&k).map_or(v, |other| v.max(*other));
                all.insert(k, merged);
            }
            all
        }
        _ => {
            let mut all = r;
            for (k, v) in l {
                match right.get(&k) {
                    Some(other) if *other == v => {}
                    Some(other) if (v ^ other) % 4 == 0 => drop(all.remove(&k)),
                    Some(other) if (v ^ other) % 4 == 1 => drop(all.insert(k, v.wrapping_add(*other))),
                    Some(_) if v % 2 == 0 => {}
                    _ => drop(all.insert(k, v)),
                }
            }
            all
        }
    }
}

fn decide(left: u32, right: u32) -> Merge<u32> {
    match (left ^ right) % 4 {
        _ if left == right => Merge::Left,
        0 => Merge::Remove,
        1 => Merge::New(left.wrapping_add(right)),
        _ if left.is_multiple_of(2) => Merge::Right,
        _ => Merge::Left,
    }
}

fn model_diff(old: &Model, new: &Model) -> Vec<(u32, Option<u32>, Option<u32>)> {
    let keys: std::collections::BTreeSet<u32> = old.keys().chain(new.keys()).copied().collect();
    let changes = keys.into_iter().map(|k| (k, old.get(&k).copied(), new.get(&k).copied()));
    changes.filter(|(_, old, new)| old != new).collect()
}

fn plain(change: &Change<'_, u32, u32>) -> (u32, Option<u32>, Option<u32>) {
    match *change {
        Change::Added { key, value } => (*key, None, Some(*value)),
        Change::Removed { key, value } => (*key, Some(*value), None),
        Change::Changed { key, old, new } => (*key, Some(*old), Some(*new)),
    }
}

struct Hashed<S, P: Sharing> {
    ours: HashMap<u32, u32, S, P>,
    model: Model,
    /// Keys are below this number.
    keys: usize,
}

impl<S, P: Sharing> Hashed<S, P> {
    fn new(hasher: S, keys: usize) -> Self {
        Self { ours: HashMap::with_hasher(hasher), model: Model::new(), keys }
    }
}

impl<S: Clone, P: Sharing> Clone for Hashed<S, P> {
    fn clone(&self) -> Self {
        Self { ours: self.ours.clone(), model: self.model.clone(), keys: self.keys }
    }
}

impl<S: BuildHasher + Clone, P: Sharing> Subject for Hashed<S, P> {
    fn step(&mut self, random: &mut Random, others: &[Self]) {
        let Self { ours, model, keys } = self;
        let keys = *keys;
        let (key, value) = (random.below(keys) as u32, random.below(8) as u32);
        let other = &others[random.below(others.len())];
        match random.below(20) {
            0..=4 => {
                for step in 0..random.below(60) as u32 {
                    let key = (key + step * 7) % keys as u32;
                    assert_eq!(ours.insert(key, value), model.insert(key, value));
                }
            }
            5..=7 => {
                for step in 0..random.below(30) as u32 {
                    let key = (key + step * 3) % keys as u32;
                    assert_eq!(ours.remove(&key), model.remove(&key));
                }
            }
            8 => assert_eq!(
                ours.get_mut(&key).map(|v| {
                    *v += 1;
                    *v
                }),
                model.get_mut(&key).map(|v| {
                    *v += 1;
                    *v
                })
            ),
            9 => {
                *ours.entry(key).and_modify(|v| *v ^= 1).or_insert(value) += 1;
                *model.entry(key).and_modify(|v| *v ^= 1).or_insert(value) += 1;
            }
            10 if random.below(3) == 0 => {
                ours.retain(|k, v| {
                    *v = v.wrapping_add(1);
                    k % 3 != 0
                });
                model.retain(|k, v| {
                    *v = v.wrapping_add(1);
                    k % 3 != 0
                });
            }
            11 if random.below(3) == 0 => {
                let mut taken: Vec<_> = ours.extract_if(|k, _| k % 5 == 0).collect();
                taken.sort_unstable();
                let expected: Vec<_> =
                    model.iter().filter(|(k, _)| *k % 5 == 0).map(|(k, v)| (*k, *v)).collect();
                assert_eq!(taken, expected);
                model.retain(|k, _| k % 5 != 0);
            }
            12 => {
                ours.values_mut().for_each(|v| *v ^= 2);
                model.values_mut().for_each(|v| *v ^= 2);
            }
            13 | 14 => {
                let which = random.below(6);
                let result = match which {
                    0 => ours.union(&other.ours),
                    1 => ours.intersection(&other.ours),
                    2 => ours.difference(&other.ours),
                    3 => ours.symmetric_difference(&other.ours),
                    4 => ours.union_with(&other.ours, |_, a, b| *a.max(b)),
                    _ => ours.merge_with(&other.ours, |_, a, b| decide(*a, *b)),
                };
                let expected =
                    Self { ours: result, model: model_operation(which, model, &other.model), keys };
                expected.check();
                if random.below(3) == 0 {
                    *self = expected;
                }
            }
            15 | 16 => {
                assert_eq!(*ours == other.ours, *model == other.model);
                let mut diff: Vec<_> = ours.diff(&other.ours).iter().map(plain).collect();
                diff.sort_unstable();
                assert_eq!(diff, model_diff(model, &other.model));
                let within = model.iter().all(|(k, v)| other.model.get(k) == Some(v));
                assert_eq!(ours.is_submap(&other.ours), within);
            }
            17 => {
                let asked: Vec<u32> = (0..random.below(50)).map(|_| random.below(keys * 2) as u32).collect();
                let mut found = Vec::new();
                ours.get_many(&asked, |at, value| found.push((at, value.copied())));
                assert!(found.into_iter().eq(asked.iter().map(|k| model.get(k).copied()).enumerate()));
            }
            18 => {
                let mut all: Vec<_> = ours.clone().into_iter().collect();
                all.sort_unstable();
                assert!(all.into_iter().eq(model.iter().map(|(k, v)| (*k, *v))));
            }
            _ => {
                assert_eq!(ours.get(&(key + keys as u32)), None);
                ours.alter(key, |v| v.filter(|v| v % 2 == 0).map(|v| v + 1));
                match model.get(&key) {
                    Some(v) if v % 2 == 0 => *model.get_mut(&key).unwrap() += 1,
                    _ => drop(model.remove(&key)),
                }
            }
        }
    }

    fn check(&self) {
        self.ours.validate();
        assert_eq!(self.ours.len(), self.model.len());
        assert_eq!(self.ours.iter().len(), self.model.len());
        assert!(self.model.iter().all(|(key, value)| self.ours.get(key) == Some(value)));
        assert!(self.ours.iter().all(|(key, value)| self.model.get(key) == Some(value)));
    }
}

struct Ordered<P: Sharing> {
    ours: OrdMap<u32, u32, P>,
    model: Model,
}

impl<P: Sharing> Clone for Ordered<P> {
    fn clone(&self) -> Self {
        Self { ours: self.ours.clone(), model: self.model.clone() }
    }
}

impl<P: Sharing> Default for Ordered<P> {
    fn default() -> Self {
        Self { ours: OrdMap::default(), model: Model::new() }
    }
}

const KEYS: usize = 900;

impl<P: Sharing> Subject for Ordered<P> {
    fn step(&mut self, random: &mut Random, others: &[Self]) {
        let Self { ours, model } = self;
        let (key, value) = (random.below(KEYS) as u32, random.below(8) as u32);
        let range = random.range(KEYS);
        let range = range.start as u32..range.end as u32;
        let other = &others[random.below(others.len())];
        match random.below(24) {
            0..=4 => {
                for step in 0..random.below(60) as u32 {
                    let key = (key + step * 7) % KEYS as u32;
                    assert_eq!(ours.insert(key, value), model.insert(key, value));
                }
            }
            5..=7 => {
                for step in 0..random.below(30) as u32 {
                    let key = (key + step * 3) % KEYS as u32;
                    assert_eq!(ours.remove(&key), model.remove(&key));
                }
            }
            8 => assert_eq!(
                ours.get_mut(&key).map(|v| {
                    *v += 1;
                    *v
                }),
                model.get_mut(&key).map(|v| {
                    *v += 1;
                    *v
                })
            ),
            9 => {
                *ours.entry(key).and_modify(|v| *v ^= 1).or_insert(value) += 1;
                *model.entry(key).and_modify(|v| *v ^= 1).or_insert(value) += 1;
            }
            10 if random.below(3) == 0 => {
                ours.retain(|k, v| {
                    *v = v.wrapping_add(1);
                    k % 3 != 0
                });
                model.retain(|k, v| {
                    *v = v.wrapping_add(1);
                    k % 3 != 0
                });
            }
            11 if random.below(3) == 0 => {
                let taken: Vec<_> = ours.extract_if(|k, _| k % 5 == 0).collect();
                let expected: Vec<_> =
                    model.iter().filter(|(k, _)| *k % 5 == 0).map(|(k, v)| (*k, *v)).collect();
                assert_eq!(taken, expected);
                model.retain(|k, _| k % 5 != 0);
            }
            12 => {
                ours.range_mut(range.clone()).for_each(|(_, v)| *v ^= 2);
                model.range_mut(range).for_each(|(_, v)| *v ^= 2);
            }
            13 | 14 => {
                let which = random.below(6);
                let result = match which {
                    0 => ours.union(&other.ours),
                    1 => ours.intersection(&other.ours),
                    2 => ours.difference(&other.ours),
                    3 => ours.symmetric_difference(&other.ours),
                    4 => ours.union_with(&other.ours, |_, a, b| *a.max(b)),
                    _ => ours.merge_with(&other.ours, |_, a, b| decide(*a, *b)),
                };
                let expected = Self { ours: result, model: model_operation(which, model, &other.model) };
                expected.check();
                if random.below(3) == 0 {
                    *self = expected;
                }
            }
            15 | 16 => {
                assert_eq!(*ours == other.ours, *model == other.model);
                let diff: Vec<_> = ours.diff(&other.ours).iter().map(plain).collect();
                assert_eq!(diff, model_diff(model, &other.model));
                let within = model.iter().all(|(k, v)| other.model.get(k) == Some(v));
                assert_eq!(ours.is_submap(&other.ours), within);
            }
            17 => {
                let right = Self { ours: ours.split_off(&key), model: model.split_off(&key) };
                right.check();
                if random.below(2) == 0 {
                    *self = right;
                } else {
                    self.check();
                    let mut joined = if random.below(2) == 0 { right.clone() } else { self.clone() };
                    let part = if joined.model == self.model { right } else { self.clone() };
                    joined.ours.append(part.ours);
                    joined.model.extend(part.model);
                    *self = joined;
                }
            }
            18 => {
                assert_eq!(ours.pop_first(), model.pop_first());
                assert_eq!(ours.pop_last(), model.pop_last());
            }
            19 => {
                assert_eq!(ours.rank(&key), model.range(..key).count());
                let at = random.below(model.len() + 1);
                assert_eq!(ours.nth(at), model.iter().nth(at));
                assert_eq!(ours.remove_nth(at), model.iter().nth(at).map(|(k, v)| (*k, *v)));
                if let Some(key) = model.keys().nth(at).copied() {
                    model.remove(&key);
                }
            }
            20 => {
                assert!(ours.range(range.clone()).eq(model.range(range.clone())));
                assert!(
                    ours.range(range.start..=range.end).rev().eq(model.range(range.start..=range.end).rev())
                );
                assert!(
                    ours.range_mut(..range.end)
                        .rev()
                        .map(|(k, _)| *k)
                        .eq(model.range(..range.end).rev().map(|(k, _)| *k))
                );
            }
            21 => {
                let (left, right) = ours.split_at_index(random.below(model.len() + 1));
                left.validate();
                right.validate();
                assert!(left.iter().chain(&right).eq(model.iter()));
            }
            22 => {
                let mut owned = ours.clone().into_iter();
                assert_eq!(owned.next_back(), model.last_key_value().map(|(k, v)| (*k, *v)));
                let left = owned.len();
                assert!(owned.eq(model.iter().take(left).map(|(k, v)| (*k, *v))));
            }
            _ => {
                use std::ops::Bound::{Excluded, Included};
                assert_eq!(ours.lower_bound(Included(&key)), model.range(key..).next());
                assert_eq!(
                    ours.lower_bound(Excluded(&key)),
                    model.range((Excluded(key), std::ops::Bound::Unbounded)).next()
                );
                assert_eq!(ours.upper_bound(Included(&key)), model.range(..=key).next_back());
                assert_eq!(ours.upper_bound(Excluded(&key)), model.range(..key).next_back());
            }
        }
    }

    fn check(&self) {
        self.ours.validate();
        assert_eq!(self.ours.len(), self.model.len());
        assert!(self.ours.iter().eq(&self.model));
    }
}

/// Versions of one map with this hasher.
fn versions<S: BuildHasher + Clone, P: Sharing>(
    hasher: S,
    keys: usize,
    (seed, steps, live): (u64, usize, usize),
) {
    live_versions_of(Hashed::<S, P>::new(hasher, keys), seed, steps, live);
}

#[test]
fn hash_map_with_small_nodes() {
    for seed in 0..4 * scale() as u64 {
        versions::<_, SmallNodes>(NoSize::default(), 700, (seed, 150, 5));
    }
}

#[test]
fn hash_map_with_full_nodes() {
    for seed in 0..3 * scale() as u64 {
        versions::<_, Atomic>(persistent_collections::hash::RandomState, 3000, (seed, 200, 4));
    }
    versions::<_, Local>(NoSize::default(), 3000, (7, 150, 4));
}

/// Hashes of none to eight bits, in nodes of four entries and in full ones.
#[test]
fn hash_map_with_colliding_keys() {
    for seed in 0..scale() as u64 {
        for (bits, keys) in (0..).zip([150, 200, 200, 200, 300, 400, 500, 600, 600]) {
            versions::<_, SmallNodes>(FewBits(bits), keys, (seed, 50, 4));
            versions::<_, Atomic>(FewBits(bits), keys, (seed, 50, 4));
        }
    }
}

#[test]
fn hash_map_with_a_random_hasher_each() {
    // Not one family: the operations must not trust the shapes.
    versions::<_, SmallNodes>(std::hash::RandomState::new(), 300, (3, 100, 4));
}

#[test]
fn ord_map_with_small_nodes() {
    for seed in 0..8 * scale() as u64 {
        live_versions::<Ordered<SmallNodes>>(seed, 200, 5);
    }
}

#[test]
fn ord_map_with_full_nodes() {
    for seed in 0..4 * scale() as u64 {
        live_versions::<Ordered<Atomic>>(seed, 200, 4);
    }
    live_versions::<Ordered<Local>>(5, 150, 4);
}

#[test]
fn sets_agree_with_their_maps() {
    let (a, b): (Vec<u32>, Vec<u32>) = ((0..500).collect(), (250..900).step_by(3).collect());
    let expected: Vec<u32> = a.iter().filter(|x| b.contains(x)).copied().collect();
    let (ha, hb): (HashSet<u32>, HashSet<u32>) = (a.iter().copied().collect(), b.iter().copied().collect());
    let (oa, ob): (OrdSet<u32>, OrdSet<u32>) = (a.iter().copied().collect(), b.iter().copied().collect());
    assert_eq!((&oa & &ob).into_iter().collect::<Vec<_>>(), expected);
    assert_eq!((&ha & &hb).into_iter().collect::<OrdSet<_>>(), expected.iter().copied().collect());
    assert!(ha.intersection(&hb).is_subset(&ha) && oa.intersection(&ob).is_subset(&ob));
    assert!(!ha.is_disjoint(&hb) && oa.difference(&ob).is_disjoint(&ob));
    assert_eq!((&oa - &ob).len() + (&ob - &oa).len(), (&oa ^ &ob).len());
    assert_eq!(&ha | &hb, &hb | &ha);
}

/// Numbers of every type are searched with vector instructions of their own: at the ends of the type, around zero, and between.
#[test]
fn keys_of_every_number_type() {
    macro_rules! number {
        ($($number:ty),*) => {$({
            let mut random = Random::new(size_of::<$number>() as u64);
            let ends = [<$number>::MIN, <$number>::MIN + 1, 0, 1, <$number>::MAX - 1, <$number>::MAX];
            let keys: Vec<$number> = ends.into_iter().chain((0..3000).map(|_| random.next() as $number)).collect();
            let mut ours: OrdMap<$number, usize> = OrdMap::default();
            let mut model = BTreeMap::new();
            for (at, key) in keys.iter().enumerate() {
                assert_eq!(ours.insert(*key, at), model.insert(*key, at));
            }
            ours.validate();
            for key in keys.iter().flat_map(|key| [key.wrapping_sub(1), *key, key.wrapping_add(1)]) {
                assert_eq!(ours.get(&key), model.get(&key));
                assert!(ours.range(key..).next() == model.range(key..).next());
            }
            for (key, rank) in model.keys().zip(0..) {
                assert_eq!(ours.rank(key), rank);
            }
            for key in &keys[..1500] {
                assert_eq!(ours.remove(key), model.remove(key));
            }
            ours.validate();
            assert!(ours.iter().eq(&model));
        })*};
    }
    number!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);
}
