//! A persistent hash map and hash set.

mod bulk;
mod edit;
mod entry;
mod iter;
mod map_traits;
mod operations;
#[cfg(feature = "rayon")]
mod parts;
mod set;
mod set_traits;
mod state;
mod trie;
mod validate;
mod walk;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
#[cfg(feature = "rayon")]
pub(crate) use iter::Leaves;
pub use iter::{IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut};
pub use set::{HashSet, SetIntoIter, SetIter};
pub use state::RandomState;

use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash};
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::nodes::second;
use crate::shared::{Atomic, Sharing};
pub(crate) use trie::Child;

/// A hash map whose clones share what they have in common.
///
/// `clone()` takes constant time. Changing a clone copies the nodes on the way to the change, and only those that it shares with other
/// versions: a map that nobody shares is changed in place, like std's. `==`, [`HashMap::diff`], [`HashMap::union`] and the
/// other set operations skip what two versions share: their time follows the number of differences.
///
/// Entries lie in leaves of up to 32 with a tag byte each, below branches that are indexed by four bits of the hash. Iteration order
/// is arbitrary. The default hasher is seeded once per process: see [`RandomState`].
///
/// # Examples
///
/// ```
/// use persistent_collections::HashMap;
///
/// let mut stock = HashMap::from([("pears", 3), ("plums", 5)]);
/// let yesterday = stock.clone();
/// stock.insert("figs", 1);
/// *stock.entry("pears").or_insert(0) += 1;
/// assert_eq!((stock["pears"], yesterday["pears"], yesterday.len()), (4, 3, 2));
/// ```
pub struct HashMap<K, V, S = RandomState, P: Sharing = Atomic> {
    root: Option<Child<K, V, P>>,
    len: usize,
    hasher: S,
    /// Maps of one family were cloned from one another, so their hashers agree.
    family: usize,
}

impl<K, V> HashMap<K, V> {
    /// An empty map. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { root: None, len: 0, hasher: RandomState, family: 0 }
    }
}

impl<K, V, S, P: Sharing> HashMap<K, V, S, P> {
    /// An empty map that hashes with `hasher`. Allocates nothing.
    ///
    /// Only maps cloned from one another, and maps with a hasher of no size, are combined and compared node by node.
    ///
    /// Time: O(1).
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        static FAMILIES: AtomicUsize = AtomicUsize::new(1);
        // Relaxed: only that the numbers differ matters.
        let family = if size_of::<S>() == 0 { 0 } else { FAMILIES.fetch_add(1, Ordering::Relaxed) };
        Self { root: None, len: 0, hasher, family }
    }

    /// The hasher.
    ///
    /// Time: O(1).
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// How many entries there are.
    ///
    /// Time: O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no entries.
    ///
    /// Time: O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Drops all entries.
    ///
    /// Time: O(1), and the time to drop what no other version shares.
    pub fn clear(&mut self) {
        self.len = 0;
        self.root = None;
    }

    /// Whether both are the same version: equal without a look at the entries.
    ///
    /// Time: O(1).
    pub fn ptr_eq(&self, other: &Self) -> bool {
        match (&self.root, &other.root) {
            (None, None) => true,
            (Some(left), Some(right)) => left.0.ptr_eq(&right.0),
            _ => false,
        }
    }

    pub(crate) fn root(&self) -> Option<&Child<K, V, P>> {
        self.root.as_ref()
    }

    /// Whether both hashers give the same hashes, because one was cloned from the other or neither has any state.
    fn is_related(&self, other: &Self) -> bool {
        self.family == other.family
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, P: Sharing> HashMap<K, V, S, P> {
    /// The value of `key`.
    ///
    /// Time: O(log n), with a base of 16.
    #[inline]
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The key as it is in the map, and its value.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn get_key_value<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let root = self.root.as_ref()?;
        root.get(0, self.hasher.hash_one(key), key).map(|(key, value)| (key, value))
    }

    /// Whether there is an entry with `key`.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).is_some()
    }

    /// Panics with what is wrong if an invariant does not hold; for tests and fuzzing.
    #[doc(hidden)]
    pub fn validate(&self) {
        let count = self
            .root
            .as_ref()
            .map_or(0, |root| validate::validate(root, 0, &|key| self.hasher.hash_one(key)));
        assert_eq!(count, self.len, "length");
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> HashMap<K, V, S, P> {
    /// The value of `key`, to be changed. Nodes shared with other versions are copied first.
    ///
    /// Time: O(log n).
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let root = self.root.as_mut()?;
        root.get(0, hash, key)?;
        root.get_mut(hash, key)
    }

    /// Puts `value` at `key`; gives the former one back. A key that was there stays, as in std.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let hash = self.hasher.hash_one(&key);
        if let Some(place) = self.root.as_mut().and_then(|root| root.get_unshared(hash, &key)) {
            // The key that is there stays; dropping the other one may panic, and nothing is changed yet.
            drop(key);
            return Some(core::mem::replace(place, value));
        }
        self.insert_hashed(hash, key, value).1
    }

    fn insert_hashed(&mut self, hash: u64, key: K, value: V) -> (&mut V, Option<V>) {
        let root = self.root.get_or_insert_with(|| Child::with_room(1));
        let (place, old) = root.insert(0, hash, key, value, &|key| self.hasher.hash_one(key));
        self.len += usize::from(old.is_none());
        (place, old)
    }

    /// Takes `key` out; gives its value.
    ///
    /// Time: O(log n).
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(second)
    }

    /// Takes `key` out; gives the key that was in the map and its value.
    ///
    /// Time: O(log n).
    pub fn remove_entry<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let root = self.root.as_mut()?;
        // Looked up first: a key that is not there copies nothing.
        root.get(0, hash, key)?;
        let (removed, is_small) = root.remove(0, hash, key)?;
        self.len -= 1;
        if self.len == 0 {
            self.root = None;
        } else if is_small {
            root.tidy(0, hash);
        }
        Some(removed)
    }

    /// A version with `value` at `key`; this one stays as it is.
    ///
    /// Time: O(log n).
    #[must_use]
    pub fn with(&self, key: K, value: V) -> Self
    where
        S: Clone,
    {
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
        S: Clone,
    {
        let mut new = self.clone();
        new.remove(key);
        new
    }

    /// Changes, inserts or removes the value of `key`: `f` gets the present value and says what it is to be.
    ///
    /// Time: O(log n).
    pub fn alter(&mut self, key: K, f: impl FnOnce(Option<V>) -> Option<V>) {
        let present = self.get(&key).cloned();
        match f(present) {
            Some(value) => drop(self.insert(key, value)),
            None => drop(self.remove(&key)),
        }
    }

    /// The entry of `key`, to be looked at, filled or changed.
    ///
    /// Time: O(log n).
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, S, P> {
        Entry::new(self, key)
    }
}
