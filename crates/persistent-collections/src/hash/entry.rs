//! The entry of a key, there or not.

use core::hash::{BuildHasher, Hash};

use super::HashMap;
use crate::entry::entry;
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

entry!([S] [K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing]);

impl<'a, K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> Entry<'a, K, V, S, P> {
    pub(super) fn new(map: &'a mut HashMap<K, V, S, P>, key: K) -> Self {
        let hash = map.hasher.hash_one(&key);
        if map.root.as_ref().is_some_and(|root| root.get(0, hash, &key).is_some()) {
            Self::Occupied(OccupiedEntry { map, key, hash })
        } else {
            Self::Vacant(VacantEntry { map, key, hash })
        }
    }
}

impl<'a, K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> OccupiedEntry<'a, K, V, S, P> {
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
    /// Puts `value` there.
    ///
    /// Time: O(log n).
    pub fn insert(self, value: V) -> &'a mut V {
        self.map.insert_hashed(self.hash, self.key, value).0
    }
}
