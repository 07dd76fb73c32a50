//! The contenders behind three small interfaces, so that each row is written once.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

pub(crate) type Hasher = ahash::RandomState;

/// A vector of `u64`.
pub(crate) trait Sequence: Clone {
    fn build(values: impl Iterator<Item = u64>) -> Self;
    fn empty() -> Self;
    fn at(&self, index: usize) -> u64;
    fn put(&mut self, index: usize, value: u64);
    fn add(&mut self, value: u64);
    fn sum(&self) -> u64;
    fn join(&mut self, other: &Self);
    fn insert_at(&mut self, index: usize, value: u64);
    fn size(&self) -> usize;
}

macro_rules! sequence {
    ($type:ty, $push:ident) => {
        impl Sequence for $type {
            fn build(values: impl Iterator<Item = u64>) -> Self {
                values.collect()
            }
            fn empty() -> Self {
                Self::new()
            }
            #[inline]
            fn at(&self, index: usize) -> u64 {
                self[index]
            }
            #[inline]
            fn put(&mut self, index: usize, value: u64) {
                self[index] = value;
            }
            #[inline]
            fn add(&mut self, value: u64) {
                self.$push(value);
            }
            fn sum(&self) -> u64 {
                self.iter().fold(0, |sum, value| sum.wrapping_add(*value))
            }
            fn join(&mut self, other: &Self) {
                #[allow(unused_mut, reason = "only Vec needs it")]
                let mut other = other.clone();
                sequence!(@join self, other, $push);
            }
            fn insert_at(&mut self, index: usize, value: u64) {
                self.insert(index, value);
            }
            fn size(&self) -> usize {
                self.len()
            }
        }
    };
    (@join $self:ident, $other:ident, push) => { Joined::join_to($other, $self) };
    (@join $self:ident, $other:ident, push_back) => { $self.append($other) };
}

/// `append` takes its argument by value or by reference.
trait Joined {
    fn join_to(self, target: &mut Self);
}

impl Joined for Vec<u64> {
    fn join_to(mut self, target: &mut Self) {
        target.append(&mut self);
    }
}

impl Joined for persistent_collections::Vector<u64> {
    fn join_to(self, target: &mut Self) {
        target.append(self);
    }
}

sequence!(Vec<u64>, push);
sequence!(persistent_collections::Vector<u64>, push);
sequence!(imbl::Vector<u64>, push_back);
#[cfg(feature = "persistent-collections-all")]
sequence!(im::Vector<u64>, push_back);

/// A map from `K` to `u64`, hashed or ordered.
pub(crate) trait Map<K>: Clone {
    fn empty() -> Self;
    fn find(&self, key: &K) -> u64;
    fn put(&mut self, key: K, value: u64);
    fn take(&mut self, key: &K);
    fn sum(&self) -> u64;
    fn equal(&self, other: &Self) -> bool;
    /// How many keys the union has, and, so that nobody computes it lazily, one value.
    fn union(&self, other: &Self) -> u64;
    /// How many keys have different values in the two maps, or are in one of them only.
    fn differences(&self, other: &Self) -> u64;
    fn build(entries: &[(K, u64)]) -> Self
    where
        K: Clone,
    {
        let mut map = Self::empty();
        entries.iter().for_each(|(key, value)| map.put(key.clone(), *value));
        map
    }
}

/// An ordered map.
pub(crate) trait Ordered: Map<u64> {
    fn range_sum(&self, range: RangeInclusive<u64>, count: usize) -> u64;
}

macro_rules! map {
    ($type:ty, $key:ty, |$left:ident, $right:ident| $union:expr, $differences:expr) => {
        impl Map<$key> for $type {
            fn empty() -> Self {
                Self::default()
            }
            #[inline]
            fn find(&self, key: &$key) -> u64 {
                self.get(key).copied().unwrap_or(0)
            }
            #[inline]
            fn put(&mut self, key: $key, value: u64) {
                self.insert(key, value);
            }
            fn take(&mut self, key: &$key) {
                self.remove(key);
            }
            fn sum(&self) -> u64 {
                self.iter().fold(0, |sum, (_, value)| sum.wrapping_add(*value))
            }
            fn equal(&self, other: &Self) -> bool {
                self == other
            }
            fn union(&self, other: &Self) -> u64 {
                let ($left, $right) = (self, other);
                let union: Self = $union;
                std::hint::black_box(&union).len() as u64
            }
            fn differences(&self, other: &Self) -> u64 {
                let differences: fn(&Self, &Self) -> u64 = $differences;
                differences(self, other)
            }
        }
    };
}

/// Differences by looking every entry up: what is left to do for maps that cannot do better.
fn look_up<'a, K: 'a>(
    old: impl Iterator<Item = (&'a K, &'a u64)>,
    new: impl Iterator<Item = (&'a K, &'a u64)>,
    in_old: impl Fn(&K) -> Option<&'a u64>,
    in_new: impl Fn(&K) -> Option<&'a u64>,
) -> u64 {
    let changed = old.filter(|(key, value)| in_new(key) != Some(value)).count();
    let added = new.filter(|(key, _)| in_old(key).is_none()).count();
    (changed + added) as u64
}

macro_rules! hash_maps {
    ($key:ty) => {
        map!(HashMap<$key, u64, Hasher>, $key, |l, r| {
            let mut union = l.clone();
            for (key, value) in r {
                union.entry(key.clone()).or_insert(*value);
            }
            union
        }, |old, new| look_up(old.iter(), new.iter(), |k| old.get(k), |k| new.get(k)));
        map!(persistent_collections::HashMap<$key, u64, Hasher>, $key, |l, r| l.union(r), |old, new| {
            let mut count = 0;
            old.diff_with(new, |_| count += 1);
            count
        });
        map!(imbl::GenericHashMap<$key, u64, Hasher, imbl::shared_ptr::DefaultSharedPtr>, $key, |l, r| l.clone().union(r.clone()),
            |old, new| look_up(old.iter(), new.iter(), |k| old.get(k), |k| new.get(k)));
        #[cfg(feature = "persistent-collections-all")]
        map!(im::HashMap<$key, u64, Hasher>, $key, |l, r| l.clone().union(r.clone()),
            |old, new| look_up(old.iter(), new.iter(), |k| old.get(k), |k| new.get(k)));
    };
}

hash_maps!(u64);
hash_maps!(String);

map!(BTreeMap<u64, u64>, u64, |l, r| {
    // `append` lets its argument win; both sides have equal values here.
    let mut union = l.clone();
    union.append(&mut r.clone());
    union
}, |old, new| look_up(old.iter(), new.iter(), |k| old.get(k), |k| new.get(k)));
map!(persistent_collections::OrdMap<u64, u64>, u64, |l, r| l.union(r), |old, new| {
    let mut count = 0;
    old.diff_with(new, |_| count += 1);
    count
});
map!(imbl::OrdMap<u64, u64>, u64, |l, r| l.clone().union(r.clone()), |old, new| old.diff(new).count() as u64);
#[cfg(feature = "persistent-collections-all")]
map!(im::OrdMap<u64, u64>, u64, |l, r| l.clone().union(r.clone()), |old, new| old.diff(new).count() as u64);

macro_rules! ordered {
    ($type:ty) => {
        impl Ordered for $type {
            fn range_sum(&self, range: RangeInclusive<u64>, count: usize) -> u64 {
                self.range(range).take(count).fold(0, |sum, (_, value)| sum.wrapping_add(*value))
            }
        }
    };
}

ordered!(BTreeMap<u64, u64>);
ordered!(persistent_collections::OrdMap<u64, u64>);
ordered!(imbl::OrdMap<u64, u64>);
#[cfg(feature = "persistent-collections-all")]
ordered!(im::OrdMap<u64, u64>);

#[cfg(feature = "persistent-collections-all")]
mod rest {
    use super::{Hasher, Map, Ordered, RangeInclusive, Sequence, look_up};

    pub(crate) type Rpds = rpds::VectorSync<u64>;
    pub(crate) type RpdsHash<K> = rpds::HashTrieMapSync<K, u64, Hasher>;
    pub(crate) type RpdsOrd = rpds::RedBlackTreeMapSync<u64, u64>;
    pub(crate) type Chunk = immutable_chunkmap::map::Map<u64, u64, 512>;

    impl Sequence for Rpds {
        fn build(values: impl Iterator<Item = u64>) -> Self {
            values.collect()
        }
        fn empty() -> Self {
            Self::default()
        }
        fn at(&self, index: usize) -> u64 {
            self[index]
        }
        fn put(&mut self, index: usize, value: u64) {
            self.set_mut(index, value);
        }
        fn add(&mut self, value: u64) {
            self.push_back_mut(value);
        }
        fn sum(&self) -> u64 {
            self.iter().fold(0, |sum, value| sum.wrapping_add(*value))
        }
        fn join(&mut self, other: &Self) {
            other.iter().for_each(|value| self.push_back_mut(*value));
        }
        fn insert_at(&mut self, index: usize, value: u64) {
            let all: Vec<u64> = self.iter().copied().collect();
            *self = all[..index].iter().chain([&value]).chain(&all[index..]).copied().collect();
        }
        fn size(&self) -> usize {
            self.len()
        }
    }

    macro_rules! rpds_map {
        ([$($generics:tt)*] $type:ty, $key:ty) => {
            impl<$($generics)*> Map<$key> for $type {
                fn empty() -> Self {
                    Self::default()
                }
                fn find(&self, key: &$key) -> u64 {
                    self.get(key).copied().unwrap_or(0)
                }
                fn put(&mut self, key: $key, value: u64) {
                    self.insert_mut(key, value);
                }
                fn take(&mut self, key: &$key) {
                    self.remove_mut(key);
                }
                fn sum(&self) -> u64 {
                    self.iter().fold(0, |sum, (_, value)| sum.wrapping_add(*value))
                }
                fn equal(&self, other: &Self) -> bool {
                    self == other
                }
                /// It has no union of its own.
                fn union(&self, other: &Self) -> u64 {
                    let mut union = self.clone();
                    for (key, value) in other {
                        if !self.contains_key(key) {
                            union.insert_mut(key.clone(), *value);
                        }
                    }
                    std::hint::black_box(&union).size() as u64
                }
                fn differences(&self, other: &Self) -> u64 {
                    look_up(self.iter(), other.iter(), |k| self.get(k), |k| other.get(k))
                }
            }
        };
    }

    rpds_map!([K: std::hash::Hash + Eq + Clone] RpdsHash<K>, K);
    rpds_map!([] RpdsOrd, u64);

    impl Ordered for RpdsOrd {
        fn range_sum(&self, range: RangeInclusive<u64>, count: usize) -> u64 {
            self.range(range).take(count).fold(0, |sum, (_, value)| sum.wrapping_add(*value))
        }
    }

    impl Map<u64> for Chunk {
        fn empty() -> Self {
            Self::new()
        }
        fn find(&self, key: &u64) -> u64 {
            self.get(key).copied().unwrap_or(0)
        }
        fn put(&mut self, key: u64, value: u64) {
            self.insert_cow(key, value);
        }
        fn take(&mut self, key: &u64) {
            self.remove_cow(key);
        }
        fn sum(&self) -> u64 {
            self.into_iter().fold(0, |sum, (_, value)| sum.wrapping_add(*value))
        }
        fn equal(&self, other: &Self) -> bool {
            self == other
        }
        fn union(&self, other: &Self) -> u64 {
            std::hint::black_box(self.union(other, |_, left, _| Some(*left))).len() as u64
        }
        fn differences(&self, other: &Self) -> u64 {
            look_up(self.into_iter(), other.into_iter(), |k| self.get(k), |k| other.get(k))
        }
    }

    impl Ordered for Chunk {
        fn range_sum(&self, range: RangeInclusive<u64>, count: usize) -> u64 {
            self.range(range).take(count).fold(0, |sum, (_, value)| sum.wrapping_add(*value))
        }
    }
}
#[cfg(feature = "persistent-collections-all")]
pub(crate) use rest::{Chunk, Rpds, RpdsHash, RpdsOrd};
