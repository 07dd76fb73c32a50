//! The entry interface: one search, then look at, fill or empty the place.

use core::fmt::{self, Debug};
use core::mem;

use crate::node::{Slot, Tree};
use crate::shape::{Auto, Shape};

/// A place in a map: with an entry, or free for one. Of [`entry`](crate::BPlusTreeMap::entry).
pub enum Entry<'a, K, V, S: Shape = Auto> {
    /// The key is not in the map.
    Vacant(VacantEntry<'a, K, V, S>),
    /// The key is in the map.
    Occupied(OccupiedEntry<'a, K, V, S>),
}

/// A place for a key that is not in the map.
pub struct VacantEntry<'a, K, V, S: Shape = Auto> {
    pub(crate) key: K,
    pub(crate) tree: &'a mut Tree<K, V, S>,
    pub(crate) at: Option<Slot<K, V>>,
}

/// The place of a key that is in the map.
pub struct OccupiedEntry<'a, K, V, S: Shape = Auto> {
    pub(crate) tree: &'a mut Tree<K, V, S>,
    pub(crate) slot: Slot<K, V>,
}

impl<'a, K: Ord, V, S: Shape> Entry<'a, K, V, S> {
    /// The value, after putting `default` in if there is none.
    ///
    /// Time: O(1) amortised.
    #[inline]
    pub fn or_insert(self, default: V) -> &'a mut V {
        self.or_insert_with(|| default)
    }

    /// The value, after putting in what `default` gives if there is none.
    ///
    /// Time: O(1) amortised, and the call.
    #[inline]
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        self.or_insert_with_key(|_| default())
    }

    /// The value, after putting in what `default` makes of the key if there is none.
    ///
    /// Time: O(1) amortised, and the call.
    #[inline]
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, default: F) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => {
                let value = default(entry.key());
                entry.insert(value)
            }
        }
    }

    /// The value, after putting the default in if there is none.
    ///
    /// Time: O(1) amortised.
    #[inline]
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The key: the stored one if there is an entry.
    ///
    /// Time: O(1).
    #[inline]
    pub fn key(&self) -> &K {
        match self {
            Self::Occupied(entry) => entry.key(),
            Self::Vacant(entry) => entry.key(),
        }
    }

    /// Changes the value by `f` if there is one.
    ///
    /// Time: O(1), and the call.
    #[inline]
    #[must_use = "this gives the entry back for an `or_insert`; use `if let Occupied` to change only"]
    pub fn and_modify<F: FnOnce(&mut V)>(self, f: F) -> Self {
        match self {
            Self::Occupied(mut entry) => {
                f(entry.get_mut());
                Self::Occupied(entry)
            }
            vacant => vacant,
        }
    }

    /// Sets the value, and gives the entry.
    ///
    /// Time: O(1) amortised.
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, S> {
        match self {
            Self::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Self::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

impl<'a, K: Ord, V, S: Shape> VacantEntry<'a, K, V, S> {
    /// The key that would be put in.
    ///
    /// Time: O(1).
    #[inline]
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Gives the key back.
    ///
    /// Time: O(1).
    #[inline]
    pub fn into_key(self) -> K {
        self.key
    }

    /// Puts the key in with `value`, and gives the value to change.
    ///
    /// Time: O(1) amortised, the search being done.
    #[inline]
    pub fn insert(self, value: V) -> &'a mut V {
        self.insert_entry(value).into_mut()
    }

    /// Puts the key in with `value`, and gives the entry.
    ///
    /// Time: O(1) amortised.
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, S> {
        let slot = self.tree.insert_at(self.at, self.key, value);
        OccupiedEntry { tree: self.tree, slot }
    }
}

impl<'a, K: Ord, V, S: Shape> OccupiedEntry<'a, K, V, S> {
    /// The stored key.
    ///
    /// Time: O(1).
    #[inline]
    pub fn key(&self) -> &K {
        self.tree.key_at(self.slot)
    }

    /// Takes the entry out of the map.
    ///
    /// Time: O(1) amortised, the search being done.
    #[inline]
    pub fn remove_entry(self) -> (K, V) {
        self.tree.remove_at(self.slot).0
    }

    /// The value.
    ///
    /// Time: O(1).
    #[inline]
    pub fn get(&self) -> &V {
        self.tree.value_at(self.slot)
    }

    /// The value to change, as long as the entry is borrowed; see [`OccupiedEntry::into_mut`].
    ///
    /// Time: O(1).
    #[inline]
    pub fn get_mut(&mut self) -> &mut V {
        self.tree.entry_at_mut(self.slot).1
    }

    /// The value to change, as long as the map is borrowed.
    ///
    /// Time: O(1).
    #[inline]
    pub fn into_mut(self) -> &'a mut V {
        self.tree.entry_at_mut(self.slot).1
    }

    /// Sets the value, and gives the former one.
    ///
    /// Time: O(1).
    #[inline]
    pub fn insert(&mut self, value: V) -> V {
        mem::replace(self.get_mut(), value)
    }

    /// Takes the entry out of the map, and gives its value.
    ///
    /// Time: O(1) amortised.
    #[inline]
    pub fn remove(self) -> V {
        let (key, value) = self.remove_entry();
        drop(key); // here, where a panic still drops the value
        value
    }
}

impl<K: Debug + Ord, V: Debug, S: Shape> Debug for Entry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Self::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<K: Debug + Ord, V, S: Shape> Debug for VacantEntry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.key()).finish()
    }
}

impl<K: Debug + Ord, V: Debug, S: Shape> Debug for OccupiedEntry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("key", self.key()).field("value", self.get()).finish()
    }
}
