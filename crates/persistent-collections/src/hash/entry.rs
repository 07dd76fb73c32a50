//! The entry of a key, there or not.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::HashMap;
use crate::nodes::second;
use crate::shared::{Atomic, Sharing};

/// The entry of one key: see [`HashMap::entry`].
pub enum Entry<'a, K, V, S, P: Sharing = Atomic> {
    /// The key is in the map.
    Occupied(OccupiedEntry<'a, K, V, S, P>),
    /// The key is not in the map.
    Vacant(VacantEntry<'a, K, V, S, P>),
}

/// An entry that is there.
pub struct OccupiedEntry<'a, K, V, S, P: Sharing = Atomic> {
    map: &'a mut HashMap<K, V, S, P>,
    key: K,
    hash: u64,
}

/// A place for an entry that is not there.
pub struct VacantEntry<'a, K, V, S, P: Sharing = Atomic> {
    map: &'a mut HashMap<K, V, S, P>,
    key: K,
    hash: u64,
}

impl<'a, K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> Entry<'a, K, V, S, P> {
    pub(super) fn new(map: &'a mut HashMap<K, V, S, P>, key: K) -> Self {
        let hash = map.hasher.hash_one(&key);
        if map.root.as_ref().is_some_and(|root| root.get(0, hash, &key).is_some()) {
            Self::Occupied(OccupiedEntry { map, key, hash })
        } else {
            Self::Vacant(VacantEntry { map, key, hash })
        }
    }

    /// The value, after putting `value` there if there is none.
    ///
    /// Time: O(log n).
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value, after putting what `value` gives there if there is none.
    ///
    /// Time: O(log n).
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
        self.or_insert_with_key(|_| value())
    }

    /// The value, after putting what `value` makes of the key there if there is none.
    ///
    /// Time: O(log n).
    pub fn or_insert_with_key(self, value: impl FnOnce(&K) -> V) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => {
                let value = value(&entry.key);
                entry.insert(value)
            }
        }
    }

    /// The value, after putting a default there if there is none.
    ///
    /// Time: O(log n).
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Changes the value if there is one.
    ///
    /// Time: O(log n).
    #[must_use]
    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let Self::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// The key that was asked for.
    ///
    /// Time: O(1).
    pub fn key(&self) -> &K {
        match self {
            Self::Occupied(entry) => &entry.key,
            Self::Vacant(entry) => &entry.key,
        }
    }
}

impl<'a, K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> OccupiedEntry<'a, K, V, S, P> {
    /// The key that was asked for.
    ///
    /// Time: O(1).
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The value.
    ///
    /// Time: O(log n).
    pub fn get(&self) -> &V {
        let root = self.map.root.as_ref().expect("an occupied entry's map is not empty");
        &root.get(0, self.hash, &self.key).expect("an occupied entry is there").1
    }

    /// The value, to be changed.
    ///
    /// Time: O(log n).
    pub fn get_mut(&mut self) -> &mut V {
        let root = self.map.root.as_mut().expect("an occupied entry's map is not empty");
        root.get_mut(self.hash, &self.key).expect("an occupied entry is there")
    }

    /// The value, to be changed for as long as the map is borrowed.
    ///
    /// Time: O(log n).
    pub fn into_mut(self) -> &'a mut V {
        let root = self.map.root.as_mut().expect("an occupied entry's map is not empty");
        root.get_mut(self.hash, &self.key).expect("an occupied entry is there")
    }

    /// Puts `value` there; gives the former one back.
    ///
    /// Time: O(log n).
    pub fn insert(&mut self, value: V) -> V {
        core::mem::replace(self.get_mut(), value)
    }

    /// Takes the entry out; gives its value.
    ///
    /// Time: O(log n).
    pub fn remove(self) -> V {
        second(self.remove_entry())
    }

    /// Takes the entry out.
    ///
    /// Time: O(log n).
    pub fn remove_entry(self) -> (K, V) {
        let Self { map, key, .. } = self;
        let entry = map.remove_entry(&key).expect("an occupied entry is there");
        drop(key); // while `entry` is not given yet: rust-lang/rust#47949
        entry
    }
}

impl<'a, K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> VacantEntry<'a, K, V, S, P> {
    /// The key that was asked for.
    ///
    /// Time: O(1).
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The key that was asked for, by value.
    ///
    /// Time: O(1).
    pub fn into_key(self) -> K {
        self.key
    }

    /// Puts `value` there.
    ///
    /// Time: O(log n).
    pub fn insert(self, value: V) -> &'a mut V {
        self.map.insert_hashed(self.hash, self.key, value).0
    }
}

impl<K: fmt::Debug, V, S, P: Sharing> fmt::Debug for Entry<'_, K, V, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => entry.fmt(f),
            Self::Vacant(entry) => entry.fmt(f),
        }
    }
}

impl<K: fmt::Debug, V, S, P: Sharing> fmt::Debug for OccupiedEntry<'_, K, V, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("key", &self.key).finish_non_exhaustive()
    }
}

impl<K: fmt::Debug, V, S, P: Sharing> fmt::Debug for VacantEntry<'_, K, V, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VacantEntry").field("key", &self.key).finish_non_exhaustive()
    }
}
