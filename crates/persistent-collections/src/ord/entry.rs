//! The entry of a key, there or not; found once, then filled or changed without another comparison.

use core::fmt;

use super::OrdMap;
use crate::nodes::{Path, second};
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

impl<'a, K: Ord + Clone, V: Clone, P: Sharing> Entry<'a, K, V, P> {
    pub(super) fn new(map: &'a mut OrdMap<K, V, P>, key: K) -> Self {
        let path = map.tree.path_of_key(&key);
        if path.found {
            Self::Occupied(OccupiedEntry { map, key, path })
        } else {
            Self::Vacant(VacantEntry { map, key, path })
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

impl<'a, K: Ord + Clone, V: Clone, P: Sharing> OccupiedEntry<'a, K, V, P> {
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
        let Self { map, key, path } = self;
        let entry = map.tree.remove(&path);
        drop(key); // while `entry` is not given yet: rust-lang/rust#47949
        entry
    }
}

impl<'a, K: Ord + Clone, V: Clone, P: Sharing> VacantEntry<'a, K, V, P> {
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
        self.map.tree.insert(&self.path, self.key, value);
        // Splitting may have changed the way there, but not the position.
        self.map.tree.get_mut(self.path.index).expect("it was just inserted").1
    }
}

impl<K: fmt::Debug, V, P: Sharing> fmt::Debug for Entry<'_, K, V, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => entry.fmt(f),
            Self::Vacant(entry) => entry.fmt(f),
        }
    }
}

impl<K: fmt::Debug, V, P: Sharing> fmt::Debug for OccupiedEntry<'_, K, V, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("key", &self.key).finish_non_exhaustive()
    }
}

impl<K: fmt::Debug, V, P: Sharing> fmt::Debug for VacantEntry<'_, K, V, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VacantEntry").field("key", &self.key).finish_non_exhaustive()
    }
}
