//! The entry of a key, there or not.

use core::hash::{BuildHasher, Hash};

use super::{IndexMap, Ticket};
use crate::entry::entry;
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

entry!([S] [K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing]);

impl<'a, K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> Entry<'a, K, V, S, P> {
    pub(super) fn new(map: &'a mut IndexMap<K, V, S, P>, key: K) -> Self {
        match map.find(&key).map(|(ticket, _)| ticket) {
            Some(ticket) => Self::Occupied(OccupiedEntry { map, key, ticket }),
            None => Self::Vacant(VacantEntry { map, key }),
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
    /// Puts `value` there, behind the others.
    ///
    /// Time: O(log n).
    pub fn insert(self, value: V) -> &'a mut V {
        let ticket = self.map.push(self.key, value);
        &mut self.map.entries.get_mut(&ticket).expect("it was just put there").1
    }
}
