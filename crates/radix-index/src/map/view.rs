//! [`RadixMapRef`]: what is done with a map's entries.

use std::hash::{BuildHasher, Hash};

use super::{Equivalent, MapIter, RadixMap};
use crate::DefaultHashBuilder;
use crate::bucket::AllocError;
use crate::error::{Full, ReserveError};
use crate::operation::{Computed, Operation};
use crate::reclaim::{Pinned, SeenNode, Unpublished};

/// A map and a guard that keeps alive what is read through it. See [`RadixMap::pin`].
pub struct RadixMapRef<'m, K, V, S = DefaultHashBuilder> {
    map: &'m RadixMap<K, V, S>,
    pinned: Pinned<'m, K, V>,
}

impl<'m, K, V, S> RadixMapRef<'m, K, V, S> {
    pub(super) fn new(map: &'m RadixMap<K, V, S>, pinned: Pinned<'m, K, V>) -> Self {
        Self { map, pinned }
    }

    /// The map that is viewed.
    pub fn map(&self) -> &'m RadixMap<K, V, S> {
        self.map
    }

    /// The number of entries; see [`RadixMap::len`].
    ///
    /// Time: O(1)
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are no entries.
    ///
    /// Time: O(1)
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Removes every entry, each key at one moment. See [`crate::guarantees`].
    ///
    /// Time: O(buckets)
    #[doc(alias = "clear_all")]
    pub fn clear(&self) {
        self.pinned.clear();
    }

    /// Every entry, in no order. Each that is there throughout comes exactly once; see [`crate::guarantees`].
    ///
    /// Time: O(buckets) for all
    #[doc(alias = "iter_with_keys")]
    pub fn iter(&self) -> MapIter<'_, 'm, K, V> {
        MapIter::new(&self.pinned)
    }

    /// Every key, as [`RadixMapRef::iter`].
    ///
    /// Time: O(buckets) for all
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// Every value, as [`RadixMapRef::iter`].
    ///
    /// Time: O(buckets) for all
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// Makes room for `additional` entries.
    ///
    /// Time: O(buckets added)
    ///
    /// # Panics
    ///
    /// If there is no memory for so many.
    pub fn reserve(&self, additional: usize) {
        self.try_reserve(additional).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Makes room for `additional` entries.
    ///
    /// Time: O(buckets added)
    ///
    /// # Errors
    ///
    /// If there is no memory for so many; the map is as usable as before. A [fixed](RadixMap::fixed) map has the room
    /// it has.
    pub fn try_reserve(&self, additional: usize) -> Result<(), ReserveError> {
        let entries = self.len().checked_add(additional).ok_or(ReserveError { entries: usize::MAX })?;
        if let Some(left) = self.map.nodes.table.room.left() {
            return if additional <= left { Ok(()) } else { Err(ReserveError { entries }) };
        }
        self.pinned.reserve(entries).map_err(|AllocError| ReserveError { entries })
    }
}

impl<'m, K: Eq + Hash, V, S: BuildHasher> RadixMapRef<'m, K, V, S> {
    /// The hash under which `key` is stored.
    #[inline]
    pub fn hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.map.hasher.hash_one(key)
    }

    /// The value of `key`, whose hash is known: that of [`RadixMapRef::hash_of`]. With any other hash the answer is
    /// `None`.
    ///
    /// Time: O(1)
    #[doc(alias = "get_with_hash")]
    #[inline]
    pub fn get_hashed<Q: Equivalent<K> + ?Sized>(&self, hash: u64, key: &Q) -> Option<&V> {
        self.pinned.find(hash, |found| key.equivalent(found)).map(|node| &node.value)
    }

    /// The value of `key`.
    ///
    /// Time: O(1)
    #[doc(alias = "get_copy")]
    #[inline]
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The key that is stored, and its value.
    ///
    /// Time: O(1)
    #[inline]
    pub fn get_key_value<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<(&K, &V)> {
        let node = self.pinned.find(self.hash_of(key), |found| key.equivalent(found))?;
        Some((&node.key, &node.value))
    }

    /// Whether `key` has a value.
    ///
    /// Time: O(1)
    #[inline]
    pub fn contains_key<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> bool {
        self.get(key).is_some()
    }

    /// Puts the value of `keys[i]`, or `None`, to `values[i]`; as `get` for each in turn.
    ///
    /// Time: O(keys)
    ///
    /// # Panics
    ///
    /// If `keys` and `values` differ in length.
    pub fn get_many<'g, Q: Hash + Equivalent<K>>(&'g self, keys: &[Q], values: &mut [Option<&'g V>]) {
        assert_eq!(keys.len(), values.len(), "get_many: `keys` and `values` differ in length");
        keys.iter().zip(values).for_each(|(key, value)| *value = self.get(key));
    }

    /// Sets the value of `key`; returns the one it had.
    ///
    /// Time: O(1); pays for at most two bucket splits when the map grows
    #[doc(alias = "upsert")]
    pub fn insert(&self, key: K, value: V) -> Option<&V> {
        let mut node = Unpublished::new(self.hash_of(&key), key, value);
        loop {
            let seen = self.seek(node.hash(), node.key());
            let old = seen.node.map(|old| &old.value);
            let put = if old.is_some() {
                seen.replace(node)
            } else {
                out_of_memory(seen.insert(node).map_err(drop_node))
            };
            match put {
                Ok(_) => return old,
                Err(unpublished) => node = unpublished,
            }
        }
    }

    /// Sets the value of `key` if there is room, and returns the one it had.
    ///
    /// Time: O(1)
    ///
    /// # Errors
    ///
    /// If `key` is new and a [fixed](RadixMap::fixed) map is full, or memory for the table is exhausted: nothing is
    /// changed, and key and value come back.
    pub fn try_insert(&self, key: K, value: V) -> Result<Option<&V>, Full<K, V>> {
        // Given back if no entry comes of it, be it because `Hash` or `Eq` panics.
        let reserved = self.map.nodes.table.room.reserve();
        let mut node = Unpublished::new(self.hash_of(&key), key, value);
        let result = loop {
            let Ok(seen) = self.pinned.seek(node.hash(), |found| *node.key() == *found) else {
                break Err(node);
            };
            let put = match seen.node {
                Some(_) => seen.replace(node),
                None if reserved.is_none() => break Err(node),
                None => match seen.insert_reserved(node) {
                    Ok(put) => put,
                    Err(node) => break Err(node),
                },
            };
            match put {
                Ok(_) => break Ok(seen.node.map(|old| &old.value)),
                Err(unpublished) => node = unpublished,
            }
        };
        if let (Ok(None), Some(reserved)) = (&result, reserved) {
            reserved.used();
        }
        result.map_err(|node| {
            let (key, value) = node.into_parts();
            Full(key, value)
        })
    }

    /// Inserts all `entries`, as `insert` for each in turn; returns how many keys are new.
    ///
    /// Time: O(entries)
    pub fn insert_many(&self, entries: impl IntoIterator<Item = (K, V)>) -> usize {
        entries.into_iter().filter_map(|(key, value)| self.insert(key, value).is_none().then_some(())).count()
    }

    /// Removes `key`; returns its value.
    ///
    /// Time: O(1)
    #[doc(alias = "delete")]
    pub fn remove<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        self.remove_if(key, |_, _| true)
    }

    /// Removes `key` if `wanted` says so of it and its value; returns the value.
    ///
    /// `wanted` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    pub fn remove_if<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        mut wanted: impl FnMut(&K, &V) -> bool,
    ) -> Option<&V> {
        let hash = self.hash_of(key);
        loop {
            let seen = self.seek(hash, key);
            let node = seen.node?;
            if !wanted(&node.key, &node.value) {
                return None;
            }
            if seen.remove() {
                return Some(&node.value);
            }
        }
    }

    /// Decides from the current value of `key`, if it has one, what is done with it, as one step for all other
    /// threads.
    ///
    /// `decide` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    pub fn compute<'g>(
        &'g self,
        key: K,
        mut decide: impl FnMut(Option<&'g V>) -> Operation<V>,
    ) -> Computed<&'g V> {
        let hash = self.hash_of(&key);
        let mut key = key;
        loop {
            let seen = self.seek(hash, &key);
            let old = seen.node.map(|node| &node.value);
            match (decide(old), old) {
                (Operation::Keep, old) | (Operation::Remove, old @ None) => return Computed::Kept(old),
                (Operation::Remove, Some(old)) => {
                    if seen.remove() {
                        return Computed::Removed(old);
                    }
                }
                (Operation::Insert(value), old) => {
                    let node = Unpublished::new(hash, key, value);
                    let put = if old.is_some() {
                        seen.replace(node)
                    } else {
                        out_of_memory(seen.insert(node).map_err(drop_node))
                    };
                    match (put, old) {
                        (Ok(node), None) => return Computed::Inserted(&node.value),
                        (Ok(node), Some(old)) => return Computed::Updated { old, new: &node.value },
                        (Err(unpublished), _) => (key, _) = unpublished.into_parts(),
                    }
                }
            }
        }
    }

    /// Replaces the value of `key` by what `change` makes of it; returns the new value, or none if there is no
    /// such key.
    ///
    /// `change` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    pub fn update<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        mut change: impl FnMut(&V) -> V,
    ) -> Option<&V>
    where
        K: Clone,
    {
        self.fetch_update(key, |value| Some(change(value))).ok().map(|(_, new)| new)
    }

    /// Replaces the value of `key` by what `change` makes of it, unless that is none; returns the old value and
    /// the new one.
    ///
    /// `change` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    ///
    /// # Errors
    ///
    /// The value that `change` declined to replace, or none if there is no such key.
    pub fn fetch_update<'g, Q: Hash + Equivalent<K> + ?Sized>(
        &'g self,
        key: &Q,
        mut change: impl FnMut(&'g V) -> Option<V>,
    ) -> Result<(&'g V, &'g V), Option<&'g V>>
    where
        K: Clone,
    {
        let hash = self.hash_of(key);
        loop {
            let seen = self.seek(hash, key);
            let old = seen.node.ok_or(None)?;
            let new = change(&old.value).ok_or(Some(&old.value))?;
            if let Ok(new) = seen.replace(Unpublished::new(hash, old.key.clone(), new)) {
                return Ok((&old.value, &new.value));
            }
        }
    }

    /// Replaces the value of `key` by `new` if it equals `current`; returns the old value.
    ///
    /// Time: O(1)
    ///
    /// # Errors
    ///
    /// The value that `key` has instead, or none if there is no such key; and `new`, which was not needed.
    pub fn compare_exchange<'g, Q: Hash + Equivalent<K> + ?Sized>(
        &'g self,
        key: &Q,
        current: &V,
        new: V,
    ) -> Result<&'g V, (Option<&'g V>, V)>
    where
        K: Clone,
        V: PartialEq,
    {
        let hash = self.hash_of(key);
        let mut new = new;
        loop {
            let seen = self.seek(hash, key);
            let Some(old) = seen.node else { return Err((None, new)) };
            if old.value != *current {
                return Err((Some(&old.value), new));
            }
            match seen.replace(Unpublished::new(hash, old.key.clone(), new)) {
                Ok(_) => return Ok(&old.value),
                Err(unpublished) => (_, new) = unpublished.into_parts(),
            }
        }
    }

    /// The value of `key`; if it has none, that is `value` from now on.
    ///
    /// Time: O(1)
    pub fn get_or_insert(&self, key: K, value: V) -> &V {
        let mut node = Unpublished::new(self.hash_of(&key), key, value);
        loop {
            let seen = self.seek(node.hash(), node.key());
            if let Some(found) = seen.node {
                return &found.value;
            }
            match out_of_memory(seen.insert(node).map_err(drop_node)) {
                Ok(new) => return &new.value,
                Err(unpublished) => node = unpublished,
            }
        }
    }

    /// The value of `key`; if it has none, that is what `make` makes from now on.
    ///
    /// `make` may run more than once, and in vain, and never runs under a lock.
    ///
    /// Time: O(1)
    pub fn get_or_insert_with(&self, key: K, mut make: impl FnMut() -> V) -> &V {
        let computed = self.compute(key, |value| match value {
            Some(_) => Operation::Keep,
            None => Operation::Insert(make()),
        });
        match computed {
            Computed::Kept(Some(value)) | Computed::Inserted(value) => value,
            _ => unreachable!("a value is kept or inserted"),
        }
    }

    /// Keeps the entries of which `keep` says so. Each decision is one step, the whole is not; see
    /// [`crate::guarantees`].
    ///
    /// `keep` may run more than once for an entry, and never runs under a lock.
    ///
    /// Time: O(buckets)
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) {
        for (key, value) in self.iter() {
            if !keep(key, value) {
                let mut decided = Some(value);
                // The value may have changed meanwhile.
                let gone = |key: &K, now: &V| {
                    decided.take().is_some_and(|value| std::ptr::eq(value, now)) || !keep(key, now)
                };
                self.remove_if(key, gone);
            }
        }
    }

    fn seek<'g, Q: Equivalent<K> + ?Sized>(&'g self, hash: u64, key: &Q) -> SeenNode<'g, 'm, K, V> {
        out_of_memory(self.pinned.seek(hash, |found| key.equivalent(found)))
    }
}

fn drop_node<K, V>(_: Unpublished<K, V>) -> AllocError {
    AllocError
}

fn out_of_memory<T>(result: Result<T, AllocError>) -> T {
    result.unwrap_or_else(|AllocError| std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u64; 8]>()))
}
