//! The contenders behind one trait, so that a row is written once.

use std::collections::BTreeMap;

use bench_own::bplus_tree::Key;
use bplus_tree::{BPlusTreeMap, Shape};

/// A sorted map of `u64` values.
pub(crate) trait SortedMap<K>: Sized {
    fn empty() -> Self;
    fn insert(&mut self, key: K, value: u64);
    /// Of entries whose keys ascend.
    fn from_sorted(entries: Vec<(K, u64)>) -> Self;
    fn get(&self, key: &K) -> Option<u64>;
    fn remove(&mut self, key: &K) -> Option<u64>;
    /// The wrapping sum of all keys (as `fold` gives them) and values, visited in order.
    fn sum(&self) -> u64;
    /// The same of the keys from `from` to before `to`.
    fn range_sum(&self, from: &K, to: &K) -> u64;
    /// The same of the `count` entries from `from` on.
    fn next_sum(&self, from: &K, count: usize) -> u64;

    fn from_random(keys: &[K]) -> Self
    where
        K: Clone,
    {
        let mut map = Self::empty();
        for (key, value) in keys.iter().zip(0..) {
            map.insert(key.clone(), value);
        }
        map
    }
}

fn total<'a, K: Key>(entries: impl Iterator<Item = (&'a K, &'a u64)>) -> u64 {
    let mut sum = 0_u64;
    for (key, value) in entries {
        sum = sum.wrapping_add(key.fold()).wrapping_add(*value);
    }
    sum
}

impl<K: Key, S: Shape> SortedMap<K> for BPlusTreeMap<K, u64, S> {
    fn empty() -> Self {
        Self::with_shape()
    }
    fn insert(&mut self, key: K, value: u64) {
        self.insert(key, value);
    }
    fn from_sorted(entries: Vec<(K, u64)>) -> Self {
        let mut map = Self::with_shape();
        map.append_sorted(entries).expect("sorted");
        map
    }
    fn get(&self, key: &K) -> Option<u64> {
        self.get(key).copied()
    }
    fn remove(&mut self, key: &K) -> Option<u64> {
        self.remove(key)
    }
    fn sum(&self) -> u64 {
        total(self.iter())
    }
    fn range_sum(&self, from: &K, to: &K) -> u64 {
        total(self.range::<K, _>(from..to))
    }
    fn next_sum(&self, from: &K, count: usize) -> u64 {
        total(self.range::<K, _>(from..).take(count))
    }
}

impl<K: Key> SortedMap<K> for BTreeMap<K, u64> {
    fn empty() -> Self {
        Self::new()
    }
    fn insert(&mut self, key: K, value: u64) {
        self.insert(key, value);
    }
    fn from_sorted(entries: Vec<(K, u64)>) -> Self {
        entries.into_iter().collect()
    }
    fn get(&self, key: &K) -> Option<u64> {
        self.get(key).copied()
    }
    fn remove(&mut self, key: &K) -> Option<u64> {
        self.remove(key)
    }
    fn sum(&self) -> u64 {
        total(self.iter())
    }
    fn range_sum(&self, from: &K, to: &K) -> u64 {
        total(self.range::<K, _>(from..to))
    }
    fn next_sum(&self, from: &K, count: usize) -> u64 {
        total(self.range::<K, _>(from..).take(count))
    }
}

impl<K: Key + brie_tree::BTreeKey> SortedMap<K> for brie_tree::BTree<K, u64> {
    fn empty() -> Self {
        Self::new()
    }
    /// A multimap's insertion: keys of the workloads are distinct.
    fn insert(&mut self, key: K, value: u64) {
        self.insert(key, value);
    }
    fn from_sorted(entries: Vec<(K, u64)>) -> Self {
        Self::from_sorted_iter(entries)
    }
    fn get(&self, key: &K) -> Option<u64> {
        self.get(*key).copied()
    }
    fn remove(&mut self, key: &K) -> Option<u64> {
        self.remove(*key)
    }
    fn sum(&self) -> u64 {
        let mut sum = 0_u64;
        for (key, value) in self.iter() {
            sum = sum.wrapping_add(key.fold()).wrapping_add(*value);
        }
        sum
    }
    fn range_sum(&self, from: &K, to: &K) -> u64 {
        let mut sum = 0_u64;
        for (key, value) in self.range(*from..*to) {
            sum = sum.wrapping_add(key.fold()).wrapping_add(*value);
        }
        sum
    }
    fn next_sum(&self, from: &K, count: usize) -> u64 {
        let mut sum = 0_u64;
        for (key, value) in self.range(*from..).take(count) {
            sum = sum.wrapping_add(key.fold()).wrapping_add(*value);
        }
        sum
    }
}

/// A sorted `Vec`, for reading only.
#[cfg(feature = "bplus-tree-all")]
pub(crate) struct SortedVec<K>(Vec<(K, u64)>);

#[cfg(feature = "bplus-tree-all")]
impl<K: Key> SortedVec<K> {
    fn place(&self, key: &K) -> usize {
        self.0.partition_point(|entry| entry.0 < *key)
    }
}

#[cfg(feature = "bplus-tree-all")]
impl<K: Key> SortedMap<K> for SortedVec<K> {
    fn empty() -> Self {
        Self(Vec::new())
    }
    fn insert(&mut self, key: K, value: u64) {
        self.0.insert(self.place(&key), (key, value));
    }
    fn from_sorted(entries: Vec<(K, u64)>) -> Self {
        Self(entries)
    }
    fn from_random(keys: &[K]) -> Self {
        let mut entries: Vec<_> = keys.iter().cloned().zip(0..).collect();
        entries.sort_unstable();
        Self(entries)
    }
    fn get(&self, key: &K) -> Option<u64> {
        let entry = self.0.get(self.place(key))?;
        (entry.0 == *key).then_some(entry.1)
    }
    fn remove(&mut self, key: &K) -> Option<u64> {
        let place = self.place(key);
        (self.0.get(place)?.0 == *key).then(|| self.0.remove(place).1)
    }
    fn sum(&self) -> u64 {
        total(self.0.iter().map(|(key, value)| (key, value)))
    }
    fn range_sum(&self, from: &K, to: &K) -> u64 {
        total(self.0[self.place(from)..self.place(to)].iter().map(|(key, value)| (key, value)))
    }
    fn next_sum(&self, from: &K, count: usize) -> u64 {
        total(self.0[self.place(from)..].iter().take(count).map(|(key, value)| (key, value)))
    }
}

#[cfg(feature = "bplus-tree-all")]
mod all {
    use sweep_bptree::argument::Argument;

    use super::{Key, SortedMap, total};

    impl<K: Key> SortedMap<K> for embed_btree::BTreeMap<K, u64> {
        fn empty() -> Self {
            Self::new()
        }
        fn insert(&mut self, key: K, value: u64) {
            self.insert(key, value);
        }
        fn from_sorted(entries: Vec<(K, u64)>) -> Self {
            let mut map = Self::new();
            for (key, value) in entries {
                map.insert(key, value);
            }
            map
        }
        fn get(&self, key: &K) -> Option<u64> {
            self.get(key).copied()
        }
        fn remove(&mut self, key: &K) -> Option<u64> {
            self.remove(key)
        }
        fn sum(&self) -> u64 {
            total(self.iter())
        }
        fn range_sum(&self, from: &K, to: &K) -> u64 {
            total(self.range(from.clone()..to.clone()))
        }
        /// 0.4.1 leaves entries out, or panics, where a range has no end; the row says so.
        fn next_sum(&self, from: &K, count: usize) -> u64 {
            let sum = || total(self.range(from.clone()..).take(count));
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(sum)).unwrap_or(0)
        }
    }

    impl<K: Key> SortedMap<K> for indexset::BTreeMap<K, u64> {
        fn empty() -> Self {
            Self::new()
        }
        fn insert(&mut self, key: K, value: u64) {
            self.insert(key, value);
        }
        fn from_sorted(entries: Vec<(K, u64)>) -> Self {
            entries.into_iter().collect()
        }
        fn get(&self, key: &K) -> Option<u64> {
            self.get(key).copied()
        }
        fn remove(&mut self, key: &K) -> Option<u64> {
            self.remove(key)
        }
        fn sum(&self) -> u64 {
            total(self.iter())
        }
        fn range_sum(&self, from: &K, to: &K) -> u64 {
            total(self.range::<K, _>(from.clone()..to.clone()))
        }
        fn next_sum(&self, from: &K, count: usize) -> u64 {
            total(self.range::<K, _>(from.clone()..).take(count))
        }
    }

    impl<K: Key> SortedMap<K> for pstd::collections::BTreeMap<K, u64> {
        fn empty() -> Self {
            Self::new()
        }
        fn insert(&mut self, key: K, value: u64) {
            self.insert(key, value);
        }
        fn from_sorted(entries: Vec<(K, u64)>) -> Self {
            entries.into_iter().collect()
        }
        fn get(&self, key: &K) -> Option<u64> {
            self.get(key).copied()
        }
        fn remove(&mut self, key: &K) -> Option<u64> {
            self.remove(key)
        }
        fn sum(&self) -> u64 {
            total(self.iter())
        }
        fn range_sum(&self, from: &K, to: &K) -> u64 {
            total(self.range::<K, _>(from..to))
        }
        fn next_sum(&self, from: &K, count: usize) -> u64 {
            total(self.range::<K, _>(from..).take(count))
        }
    }

    impl<K: Key, A: Argument<K>> SortedMap<K> for sweep_bptree::BPlusTreeMap<K, u64, A> {
        fn empty() -> Self {
            Self::new()
        }
        fn insert(&mut self, key: K, value: u64) {
            self.insert(key, value);
        }
        fn from_sorted(entries: Vec<(K, u64)>) -> Self {
            entries.into_iter().collect()
        }
        fn get(&self, key: &K) -> Option<u64> {
            self.get(key).copied()
        }
        fn remove(&mut self, key: &K) -> Option<u64> {
            self.remove(key)
        }
        fn sum(&self) -> u64 {
            total(self.iter())
        }
        /// It has no ranges; rows with them leave it out.
        fn range_sum(&self, _: &K, _: &K) -> u64 {
            0
        }
        fn next_sum(&self, _: &K, _: usize) -> u64 {
            0
        }
    }

    impl<K: Key> SortedMap<K> for scc::TreeIndex<K, u64> {
        fn empty() -> Self {
            Self::new()
        }
        fn insert(&mut self, key: K, value: u64) {
            let _ = self.insert_sync(key, value);
        }
        fn from_sorted(entries: Vec<(K, u64)>) -> Self {
            entries.into_iter().fold(Self::new(), |map, (key, value)| {
                let _ = map.insert_sync(key, value);
                map
            })
        }
        fn get(&self, key: &K) -> Option<u64> {
            self.peek_with(key, |_, value| *value)
        }
        fn remove(&mut self, key: &K) -> Option<u64> {
            let value = self.get(key);
            self.remove_sync(key);
            value
        }
        fn sum(&self) -> u64 {
            total(self.iter(&scc::Guard::new()))
        }
        fn range_sum(&self, from: &K, to: &K) -> u64 {
            total(self.range::<K, _>(from.clone()..to.clone(), &scc::Guard::new()))
        }
        fn next_sum(&self, from: &K, count: usize) -> u64 {
            total(self.range::<K, _>(from.clone().., &scc::Guard::new()).take(count))
        }
    }
}
