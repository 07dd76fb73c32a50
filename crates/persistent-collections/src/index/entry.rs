//! The entry of a key, there or not.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::{IndexMap, Ticket};
use crate::nodes::second;
use crate::shared::{Atomic, Sharing};

/// The entry of one key: see [`IndexMap::entry`].
pub enum Entry<'a, K, V, S, P: Sharing = Atomic> {
    /// The key is in the map.
    Occupied(OccupiedEntry<'a, K, V, S, P>),
    /// The key is not in the map.
    Vacant(VacantEntry<'a, K, V, S, P>),
}

/// An entry that is there.
pub struct OccupiedEntry<'a, K, V, S, P: Sharing = Atomic> {
    map: &'a mut IndexMap<K, V, S, P>,
    key: K,
    ticket: Ticket,
}

/// A place for an entry that is not there.
pub struct VacantEntry<'a, K, V, S, P: Sharing = Atomic> {
    map: &'a mut IndexMap<K, V, S, P>,
    key: K,
}

const THERE: &str = "an occupied entry is there";

impl<'a, K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> Entry<'a, K, V, S, P> {
    pub(super) fn new(map: &'a mut IndexMap<K, V, S, P>, key: K) -> Self {
        match map.find(&key).map(|(ticket, _)| ticket) {
            Some(ticket) => Self::Occupied(OccupiedEntry { map, key, ticket }),
            None => Self::Vacant(VacantEntry { map, key }),
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

    /// The position of the entry, or that which it would have.
    ///
    /// Time: O(log n).
    pub fn index(&self) -> usize {
        match self {
            Self::Occupied(entry) => entry.index(),
            Self::Vacant(entry) => entry.map.len(),
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

    /// The position of the entry.
    ///
    /// Time: O(log n).
    pub fn index(&self) -> usize {
        self.map.entries.rank(&self.ticket)
    }

    /// The value.
    ///
    /// Time: O(log n).
    pub fn get(&self) -> &V {
        &self.map.entries.get(&self.ticket).expect(THERE).1
    }

    /// The value, to be changed.
    ///
    /// Time: O(log n).
    pub fn get_mut(&mut self) -> &mut V {
        &mut self.map.entries.get_mut(&self.ticket).expect(THERE).1
    }

    /// The value, to be changed for as long as the map is borrowed.
    ///
    /// Time: O(log n).
    pub fn into_mut(self) -> &'a mut V {
        &mut self.map.entries.get_mut(&self.ticket).expect(THERE).1
    }

    /// Puts `value` there; gives the former one back.
    ///
    /// Time: O(log n).
    pub fn insert(&mut self, value: V) -> V {
        core::mem::replace(self.get_mut(), value)
    }

    /// Takes the entry out; gives its value. The others keep their order.
    ///
    /// Time: O(log n).
    pub fn remove(self) -> V {
        second(self.remove_entry())
    }

    /// Takes the entry out. The others keep their order.
    ///
    /// Time: O(log n).
    pub fn remove_entry(self) -> (K, V) {
        let Self { map, key, .. } = self;
        let entry = map.remove_entry(&key).expect(THERE);
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

    /// Puts `value` there, behind the others.
    ///
    /// Time: O(log n).
    pub fn insert(self, value: V) -> &'a mut V {
        let ticket = self.map.push(self.key, value);
        &mut self.map.entries.get_mut(&ticket).expect("it was just put there").1
    }
}

macro_rules! debug {
    ($($name:ident),*) => {
        $(impl<K: fmt::Debug, V, S, P: Sharing> fmt::Debug for $name<'_, K, V, S, P> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("key", &self.key).finish_non_exhaustive()
            }
        })*
    };
}
debug!(OccupiedEntry, VacantEntry);

impl<K: fmt::Debug, V, S, P: Sharing> fmt::Debug for Entry<'_, K, V, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => entry.fmt(f),
            Self::Vacant(entry) => entry.fmt(f),
        }
    }
}
