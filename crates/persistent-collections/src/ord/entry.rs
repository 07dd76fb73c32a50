//! The entry of a key, there or not; found once, then filled or changed without another comparison.

use super::OrdMap;
use crate::entry::entry;
use crate::nodes::Path;
use crate::shared::{Atomic, Sharing};

/// The entry of one key: see [`OrdMap::entry`].
pub enum Entry<'a, K, V, P: Sharing = Atomic> {
    /// The key is in the map.
    Occupied(OccupiedEntry<'a, K, V, P>),
    /// The key is not in the map.
    Vacant(VacantEntry<'a, K, V, P>),
}

/// An entry that is there.
pub struct OccupiedEntry<'a, K, V, P: Sharing = Atomic> {
    map: &'a mut OrdMap<K, V, P>,
    key: K,
    path: Path,
}

/// A place for an entry that is not there.
pub struct VacantEntry<'a, K, V, P: Sharing = Atomic> {
    map: &'a mut OrdMap<K, V, P>,
    key: K,
    path: Path,
}

entry!([] [K: Ord + Clone, V: Clone, P: Sharing]);

impl<'a, K: Ord + Clone, V: Clone, P: Sharing> Entry<'a, K, V, P> {
    pub(super) fn new(map: &'a mut OrdMap<K, V, P>, key: K) -> Self {
        let path = map.tree.path_of_key(&key);
        if path.found {
            Self::Occupied(OccupiedEntry { map, key, path })
        } else {
            Self::Vacant(VacantEntry { map, key, path })
        }
    }
}

impl<'a, K: Ord + Clone, V: Clone, P: Sharing> OccupiedEntry<'a, K, V, P> {
    /// The value.
    ///
    /// Time: O(log n).
    pub fn get(&self) -> &V {
        self.map.nth(self.path.index).expect("an occupied entry is there").1
    }

    /// The value, to be changed.
    ///
    /// Time: O(log n).
    pub fn get_mut(&mut self) -> &mut V {
        self.map.tree.get_mut_at(&self.path).1
    }

    /// The value, to be changed for as long as the map is borrowed.
    ///
    /// Time: O(log n).
    pub fn into_mut(self) -> &'a mut V {
        self.map.tree.get_mut_at(&self.path).1
    }

    /// Takes the entry out.
    ///
    /// Time: O(log n).
    pub fn remove_entry(self) -> (K, V) {
        let Self { map, key, path } = self;
        let entry = map.tree.remove(&path);
        drop(key); // while `entry` is not given yet: rust-lang/rust#47949
        entry
    }
}

impl<'a, K: Ord + Clone, V: Clone, P: Sharing> VacantEntry<'a, K, V, P> {
    /// Puts `value` there.
    ///
    /// Time: O(log n).
    pub fn insert(self, value: V) -> &'a mut V {
        self.map.tree.insert(&self.path, self.key, value);
        // Splitting may have changed the way there, but not the position.
        self.map.tree.get_mut(self.path.index).expect("it was just inserted").1
    }
}
