//! A persistent hash map that keeps the order of insertion.
//!
//! Two collections, each of which shares for itself: every new entry gets the next ticket; `places` leads from a key to its ticket, and
//! `entries` has the entries in the order of tickets. Its ranks are the positions, so an entry is found by position in O(log n), and
//! removed without moving another one.
//!
//! Invariants: every entry's key leads to its ticket in `places`, and no ticket is given twice. A panic in a user's code may leave
//! a key in `places` whose ticket leads nowhere: such a key is not in the map. Hence the order in all edits: `places` first when
//! an entry comes, `entries` first when one goes.

mod entry;
mod iter;
mod traits;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use iter::{IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut};

use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash};

use crate::hash::{HashMap, RandomState};
use crate::nodes::second;
use crate::ord::OrdMap;
use crate::shared::{Atomic, Sharing};

/// The place of an entry in the order of insertion.
type Ticket = u64;

/// A hash map in the order of insertion, whose clones share what they have in common.
///
/// Entries are found by key and by position. A new key goes behind the others; a value that is replaced keeps its place; removing an
/// entry keeps the order of the rest. `clone()` takes constant time, and a map that nobody shares is changed in place.
///
/// A key is held twice: cloning it should be cheap (`Arc<str>` rather than long `String`s).
///
/// # Examples
///
/// ```
/// use persistent_collections::IndexMap;
///
/// let mut columns = IndexMap::from([("id", "u64"), ("name", "text"), ("age", "u8")]);
/// let before = columns.clone();
/// columns.remove("name");
/// columns.insert("email", "text");
/// assert!(columns.keys().eq(&["id", "age", "email"]));
/// assert_eq!((columns.get_index_of("age"), before.get_index(1)), (Some(1), Some((&"name", &"text"))));
/// ```
pub struct IndexMap<K, V, S = RandomState, P: Sharing = Atomic> {
    places: HashMap<K, Ticket, S, P>,
    entries: OrdMap<Ticket, (K, V), P>,
    next: Ticket,
}

impl<K, V> IndexMap<K, V> {
    /// An empty map. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K, V, S, P: Sharing> IndexMap<K, V, S, P> {
    /// An empty map that hashes with `hasher`. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self { places: HashMap::with_hasher(hasher), entries: OrdMap::default(), next: 0 }
    }

    /// The hasher.
    ///
    /// Time: O(1).
    pub fn hasher(&self) -> &S {
        self.places.hasher()
    }

    /// How many entries there are.
    ///
    /// Time: O(1).
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    ///
    /// Time: O(1).
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Drops all entries.
    ///
    /// Time: O(1), and the time to drop what no other version shares.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.places.clear();
    }

    /// Whether both are the same version: equal, and in the same order, without a look at the entries.
    ///
    /// Time: O(1).
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.entries.ptr_eq(&other.entries)
    }

    /// The entry at position `index`.
    ///
    /// Time: O(log n).
    pub fn get_index(&self, index: usize) -> Option<(&K, &V)> {
        self.entries.nth(index).map(|(_, (key, value))| (key, value))
    }

    /// The entry that was put in first.
    ///
    /// Time: O(log n).
    pub fn first(&self) -> Option<(&K, &V)> {
        self.get_index(0)
    }

    /// The entry that was put in last.
    ///
    /// Time: O(log n).
    pub fn last(&self) -> Option<(&K, &V)> {
        self.get_index(self.len().checked_sub(1)?)
    }

    pub(crate) fn places(&self) -> &HashMap<K, Ticket, S, P> {
        &self.places
    }

    pub(crate) fn entries(&self) -> &OrdMap<Ticket, (K, V), P> {
        &self.entries
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, P: Sharing> IndexMap<K, V, S, P> {
    /// The ticket of `key`, and its entry.
    fn find<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<(Ticket, &(K, V))>
    where
        K: Borrow<Q>,
    {
        let ticket = *self.places.get(key)?;
        Some((ticket, self.entries.get(&ticket)?))
    }

    /// The value of `key`.
    ///
    /// Time: O(log n).
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(key).map(|(_, (_, value))| value)
    }

    /// The key as it is in the map, and its value.
    ///
    /// Time: O(log n).
    pub fn get_key_value<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.find(key).map(|(_, (key, value))| (key, value))
    }

    /// The position of `key`, the key as it is in the map, and its value.
    ///
    /// Time: O(log n).
    pub fn get_full<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<(usize, &K, &V)>
    where
        K: Borrow<Q>,
    {
        self.find(key).map(|(ticket, (key, value))| (self.entries.rank(&ticket), key, value))
    }

    /// The position of `key`.
    ///
    /// Time: O(log n).
    pub fn get_index_of<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        self.get_full(key).map(|(index, ..)| index)
    }

    /// Whether there is an entry with `key`.
    ///
    /// Time: O(log n).
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_some()
    }

    /// As `validate`, but keys may be left behind, as a panic in a user's code may leave them.
    #[doc(hidden)]
    pub fn validate_after_panic(&self) {
        self.places.validate();
        self.entries.validate_after_panic();
        for (ticket, (key, _)) in &self.entries {
            assert_eq!(self.places.get(key), Some(ticket), "a key that leads astray");
            assert!(*ticket < self.next, "a ticket that was not given yet");
        }
    }

    /// Panics with what is wrong if an invariant does not hold; for tests and fuzzing.
    #[doc(hidden)]
    pub fn validate(&self) {
        self.validate_after_panic();
        self.entries.validate();
        assert_eq!(self.places.len(), self.entries.len(), "length");
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> IndexMap<K, V, S, P> {
    /// The value of `key`, to be changed. Nodes shared with other versions are copied first.
    ///
    /// Time: O(log n).
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let ticket = *self.places.get(key)?;
        self.entries.get_mut(&ticket).map(|(_, value)| value)
    }

    /// The entry at position `index`, the value to be changed.
    ///
    /// Time: O(log n).
    pub fn get_index_mut(&mut self, index: usize) -> Option<(&K, &mut V)> {
        let ticket = *self.entries.nth(index)?.0;
        self.entries.get_mut(&ticket).map(|(key, value)| (&*key, value))
    }

    /// Puts `value` at `key`; gives the former one back. A key that was there keeps its place, a new one goes behind the others.
    ///
    /// Time: O(log n).
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.get_mut(&key) {
            Some(place) => {
                // Dropping the key may panic, and nothing is changed yet.
                drop(key);
                Some(core::mem::replace(place, value))
            }
            None => {
                self.push(key, value);
                None
            }
        }
    }

    /// Puts `value` at `key`; gives the position of the entry and the former value.
    ///
    /// Time: O(log n).
    pub fn insert_full(&mut self, key: K, value: V) -> (usize, Option<V>) {
        match self.get_index_of(&key) {
            Some(index) => (index, self.insert(key, value)),
            None => {
                self.push(key, value);
                (self.len() - 1, None)
            }
        }
    }

    /// Puts an entry behind the others whose key is not there; gives its ticket.
    fn push(&mut self, key: K, value: V) -> Ticket {
        let ticket = self.next;
        self.next += 1;
        let _left_behind = self.places.insert(key.clone(), ticket);
        self.entries.insert(ticket, (key, value));
        ticket
    }

    /// Takes `key` out; gives its value. The others keep their order.
    ///
    /// Time: O(log n).
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(second)
    }

    /// Takes `key` out; gives the key that was in the map and its value. The others keep their order.
    ///
    /// Time: O(log n).
    pub fn remove_entry<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let ticket = *self.places.get(key)?;
        let entry = self.entries.remove(&ticket)?;
        self.places.remove(key);
        Some(entry)
    }

    /// Takes `key` out; gives its position, the key that was in the map and its value. The others keep their order.
    ///
    /// Time: O(log n).
    pub fn remove_full<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<(usize, K, V)>
    where
        K: Borrow<Q>,
    {
        let index = self.get_index_of(key)?;
        self.remove_entry(key).map(|(key, value)| (index, key, value))
    }

    /// Takes the entry at position `index` out. The others keep their order.
    ///
    /// Time: O(log n).
    pub fn remove_index(&mut self, index: usize) -> Option<(K, V)> {
        let (_, entry) = self.entries.remove_nth(index)?;
        self.places.remove(&entry.0);
        Some(entry)
    }

    /// Takes the entry out that was put in last.
    ///
    /// Time: O(log n).
    pub fn pop(&mut self) -> Option<(K, V)> {
        self.remove_index(self.len().checked_sub(1)?)
    }

    /// Takes the entry out that was put in first.
    ///
    /// Time: O(log n).
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.remove_index(0)
    }

    /// Keeps the entries of which `keep` says so, in their order.
    ///
    /// If `keep` panics, the map has all its entries, with what was changed in them.
    ///
    /// Time: O(n).
    pub fn retain<F: FnMut(&K, &mut V) -> bool>(&mut self, mut keep: F) {
        let mut gone = alloc::vec::Vec::new();
        for (ticket, (key, value)) in self.entries.iter_mut() {
            if !keep(key, value) {
                gone.push((*ticket, key.clone()));
            }
        }
        for (ticket, key) in gone {
            drop(self.entries.remove(&ticket));
            self.places.remove(&key);
        }
    }

    /// Keeps the first `len` entries.
    ///
    /// Time: O(m log n) for m entries that go.
    pub fn truncate(&mut self, len: usize) {
        while self.len() > len {
            drop(self.pop());
        }
    }

    /// The entry of `key`, to be looked at, filled or changed.
    ///
    /// Time: O(log n).
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, S, P> {
        Entry::new(self, key)
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P: Sharing> IndexMap<K, V, S, P> {
    /// A version with `value` at `key`; this one stays as it is.
    ///
    /// Time: O(log n).
    #[must_use]
    pub fn with(&self, key: K, value: V) -> Self {
        let mut new = self.clone();
        new.insert(key, value);
        new
    }

    /// A version without `key`; this one stays as it is.
    ///
    /// Time: O(log n).
    #[must_use]
    pub fn without<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Self
    where
        K: Borrow<Q>,
    {
        let mut new = self.clone();
        new.remove(key);
        new
    }

    /// Exchanges the places of two entries.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If a position is not below the length.
    pub fn swap_indices(&mut self, a: usize, b: usize) {
        let len = self.len();
        let at = |index: usize| match self.entries.nth(index) {
            Some((ticket, entry)) => (*ticket, entry.clone()),
            None => crate::vector::out_of_bounds(index, len),
        };
        let ((first, first_entry), (second, second_entry)) = (at(a), at(b));
        // On a fork, so that a panic in between changes nothing.
        let mut swapped = self.clone();
        swapped.places.insert(first_entry.0.clone(), second);
        swapped.places.insert(second_entry.0.clone(), first);
        swapped.entries.insert(first, second_entry);
        swapped.entries.insert(second, first_entry);
        *self = swapped;
    }

    /// Sorts the entries by a comparison; equal ones keep their order.
    ///
    /// Time: O(n log n).
    pub fn sort_by<F: FnMut(&K, &V, &K, &V) -> core::cmp::Ordering>(&mut self, mut compare: F) {
        let mut entries: alloc::vec::Vec<(K, V)> = self.clone().into_iter().collect();
        entries.sort_by(|(a, x), (b, y)| compare(a, x, b, y));
        let mut sorted = Self::with_hasher(self.hasher().clone());
        sorted.extend(entries);
        *self = sorted;
    }
}
