//! [`RadixMapRef`]: what is done with a map's entries.

mod closures;

use std::hash::{BuildHasher, Hash};

use super::{Equivalent, MapIter, RadixMap};
use crate::DefaultHashBuilder;
use crate::bucket::AllocError;
use crate::error::{Full, ReserveError};
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
    ///
    /// Time: O(1)
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
    ///
    /// Time: O(1), and what the hasher needs for a key
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
