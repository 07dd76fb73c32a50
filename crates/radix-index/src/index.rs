//! [`RadixIndex`]: plain-old-data keys and values, stored in the buckets themselves.

mod closures;
mod entry;
mod many;
#[cfg(feature = "rayon")]
mod parallel;
#[cfg(feature = "serde")]
mod serial;
mod traits;

#[cfg(feature = "rayon")]
pub use parallel::ParIter;
pub use traits::{Drain, IntoIter, Iter};

use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::sync::Mutex;

use bytemuck::{CheckedBitPattern, NoUninit};

use crate::DefaultHashBuilder;
use crate::bucket::{AllocError, Entry};
use crate::error::{Full, ReserveError};
use crate::table::{Seen, Table};
use crate::word::{Raw, Words};
use entry::{Inline, out_of_memory, put_into, read_value, swap, validated, value_of};

/// A concurrent hash index for plain-old-data keys and values.
///
/// Values come back by value: there is no guard, no epoch, and nothing to reclaim. Reads take no lock and never
/// wait for a writer; writers lock one bucket for a few nanoseconds, and run none of your code meanwhile. What
/// iteration, `len`, `clear` and `get_many` promise is in [`crate::guarantees`].
///
/// Keys are compared by their bytes. That is what `Eq` says for every type of the standard library that these
/// bounds admit; a type whose `Eq` calls keys with different bytes equal belongs into a
/// [`RadixMap`](crate::RadixMap), and so do keys or values of more than 128 bytes.
///
/// # Examples
///
/// ```
/// use radix_index::RadixIndex;
///
/// let index = RadixIndex::new();
/// std::thread::scope(|scope| {
///     for thread in 0..4_u64 {
///         let index = &index;
///         scope.spawn(move || (0..1000).for_each(|i| _ = index.insert(4 * i + thread, i)));
///     }
/// });
/// assert_eq!(index.len(), 4000);
/// assert_eq!(index.get(&4), Some(1));
/// ```
pub struct RadixIndex<K, V, S = DefaultHashBuilder> {
    table: Table<Inline<K, V>>,
    hasher: S,
    /// Like a mutex: sharing an index among threads sends keys and values from one to another.
    entries: PhantomData<Mutex<(K, V)>>,
}

impl<K, V> RadixIndex<K, V>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
{
    /// An empty index; allocates its buckets with the first entry.
    ///
    /// Time: O(1)
    pub fn new() -> Self {
        Self::with_hasher(DefaultHashBuilder::default())
    }

    /// An empty index with room for `capacity` entries.
    ///
    /// Time: O(capacity)
    ///
    /// # Panics
    ///
    /// If there is no memory for so many; see [`RadixIndex::try_reserve`].
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, DefaultHashBuilder::default())
    }

    /// An empty index with room for exactly `capacity` entries, that never grows.
    ///
    /// [`RadixIndex::try_insert`] refuses further ones. [`RadixIndex::insert`] and the other methods that cannot
    /// refuse make the chains of full buckets longer instead.
    ///
    /// Time: O(capacity)
    ///
    /// # Panics
    ///
    /// If there is no memory for so many.
    ///
    /// # Examples
    ///
    /// ```
    /// use radix_index::{Full, RadixIndex};
    ///
    /// let index = RadixIndex::fixed(2);
    /// assert!(index.try_insert(1, 10).is_ok());
    /// assert!(index.try_insert(2, 20).is_ok());
    /// assert_eq!(index.try_insert(3, 30), Err(Full(3, 30)));
    /// assert_eq!(index.try_insert(2, 22), Ok(Some(20)));
    /// ```
    pub fn fixed(capacity: usize) -> Self {
        let table = Table::fixed(capacity)
            .unwrap_or_else(|AllocError| panic!("no memory for a capacity of {capacity} entries"));
        Self::of_table(table, DefaultHashBuilder::default())
    }
}

impl<K, V, S> RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    /// An empty index whose keys are hashed by `hasher`.
    ///
    /// The hasher's low bits choose the bucket and its high bits the tag; a poor one makes the index slow, not
    /// wrong.
    ///
    /// Time: O(1)
    pub fn with_hasher(hasher: S) -> Self {
        Self::of_table(Table::new(true), hasher)
    }

    /// An empty index with room for `capacity` entries, whose keys are hashed by `hasher`.
    ///
    /// Time: O(capacity)
    ///
    /// # Panics
    ///
    /// If there is no memory for so many.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        let table = Table::with_capacity(capacity, true)
            .unwrap_or_else(|AllocError| panic!("no memory for a capacity of {capacity} entries"));
        Self::of_table(table, hasher)
    }

    fn of_table(table: Table<Inline<K, V>>, hasher: S) -> Self {
        Self { table, hasher, entries: PhantomData }
    }

    /// The index's hasher.
    ///
    /// Time: O(1)
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The hash under which `key` is stored.
    ///
    /// Time: O(1), and what the hasher needs for a key
    #[inline]
    pub fn hash_of(&self, key: &K) -> u64 {
        self.hasher.hash_one(key)
    }

    /// The value of `key`.
    ///
    /// Time: O(1), and at most one wait for memory unless the bucket has a chain
    #[doc(alias = "get_copy")]
    #[inline]
    pub fn get(&self, key: &K) -> Option<V> {
        self.get_hashed(self.hash_of(key), key)
    }

    /// The value of `key`, whose hash is known: that of [`RadixIndex::hash_of`]. With any other hash the answer
    /// is `None` (or the value, by chance).
    ///
    /// Time: O(1)
    #[doc(alias = "get_with_hash")]
    #[inline]
    pub fn get_hashed(&self, hash: u64, key: &K) -> Option<V> {
        self.table.find(hash, |entry| key.matches(entry), read_value::<K, V>).map(validated)
    }

    /// Whether `key` has a value.
    ///
    /// Time: O(1)
    #[inline]
    pub fn contains_key(&self, key: &K) -> bool {
        self.table.find(self.hash_of(key), |entry| key.matches(entry), |_| ()).is_some()
    }

    /// Sets the value of `key`; returns the one it had.
    ///
    /// Time: O(1); pays for at most two bucket splits when the index grows
    ///
    /// # Panics
    ///
    /// Aborts like any allocation if there is no memory for an overflow node; see [`RadixIndex::try_insert`].
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        self.put(self.hash_of(&key), &key, &value).unwrap_or_else(out_of_memory)
    }

    /// Sets the value of `key`; returns whether the key is new.
    ///
    /// Time: O(1)
    #[inline]
    pub fn upsert(&self, key: K, value: V) -> bool {
        self.insert(key, value).is_none()
    }

    /// Sets the value of `key` if there is room, and returns the one it had.
    ///
    /// Time: O(1)
    ///
    /// # Errors
    ///
    /// If `key` is new and a [fixed](RadixIndex::fixed) index is full, or memory is exhausted: nothing is changed,
    /// and key and value come back.
    #[inline]
    pub fn try_insert(&self, key: K, value: V) -> Result<Option<V>, Full<K, V>> {
        let hash = self.hash_of(&key);
        let Some(reserved) = self.table.room.reserve() else {
            // Full, but an entry that is there may still be changed.
            return self.replace_hashed(hash, &key, &value).map(Some).ok_or(Full(key, value));
        };
        let added = || self.table.added_to_reserve(self.entry_hasher());
        let result = put_into(&self.table, hash, &key, &value, added);
        if matches!(result, Ok(None)) {
            reserved.used();
        }
        result.map_err(|AllocError| Full(key, value))
    }

    /// Removes `key`; returns its value.
    ///
    /// Time: O(1)
    #[doc(alias = "delete")]
    #[inline]
    pub fn remove(&self, key: &K) -> Option<V> {
        self.seek(self.hash_of(key), key, |seen| {
            let Some((seen, (spot, entry))) = seen.and_then(|seen| Some((seen, seen.spot?))) else {
                return Some(None);
            };
            let locked = seen.lock()?;
            // Values do not change under the lock.
            let old = Raw::load::<V>(value_of::<K>(entry));
            self.table.remove(locked, spot);
            self.table.removed(1);
            Some(Some(old.value()))
        })
    }

    /// Removes every entry, each key at one moment. Keeps the memory. See [`crate::guarantees`].
    ///
    /// Time: O(buckets)
    #[doc(alias = "clear_all")]
    pub fn clear(&self) {
        self.table.clear(self.entry_hasher(), |_, _| ());
    }

    /// The number of entries: exact if no other thread is writing. See [`crate::guarantees`].
    ///
    /// Time: O(1), for a fixed number of counters
    #[inline]
    pub fn len(&self) -> usize {
        self.table.population.count()
    }

    /// Whether there are no entries.
    ///
    /// Time: O(1)
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entries that the index holds before it grows.
    ///
    /// Time: O(1)
    pub fn capacity(&self) -> usize {
        self.table.capacity()
    }

    /// Makes room for `additional` entries, so that inserting them splits no bucket.
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
    /// If there is no memory for so many; the index is as usable as before. A [fixed](RadixIndex::fixed) index
    /// has the room it has.
    pub fn try_reserve(&self, additional: usize) -> Result<(), ReserveError> {
        let entries = self.len().checked_add(additional).ok_or(ReserveError { entries: usize::MAX })?;
        if let Some(left) = self.table.room.left() {
            return if additional <= left { Ok(()) } else { Err(ReserveError { entries }) };
        }
        self.table.reserve(entries, self.entry_hasher()).map_err(|AllocError| ReserveError { entries })
    }

    /// Gives memory back that the entries do not need: moves them to a table of the right size.
    ///
    /// Time: O(buckets); allocates the new table before it frees the old one, and does nothing if it cannot
    pub fn shrink_to_fit(&mut self) {
        self.shrink_to(0);
    }

    /// Gives memory back, but keeps room for `capacity` entries.
    ///
    /// Time: O(buckets)
    pub fn shrink_to(&mut self, capacity: usize) {
        let wanted = capacity.max(self.len());
        // A fixed index keeps its size.
        if self.table.room.limit().is_some() || !self.table.is_too_large_for(wanted) {
            return;
        }
        let Ok(table) = Table::fit(wanted) else { return };
        for (key, value) in self.iter() {
            let added = || table.added(self.entry_hasher());
            if put_into(&table, self.hash_of(&key), &key, &value, added).is_err() {
                return;
            }
        }
        self.table = table;
    }

    /// Figures about the table inside.
    ///
    /// Time: O(buckets)
    #[doc(alias = "collect_stats")]
    pub fn stats(&self) -> crate::Stats {
        self.table.stats()
    }

    /// Searches for a writer; see [`Table::seek`].
    #[inline(always)]
    fn seek<'t, R>(
        &'t self,
        hash: u64,
        key: &K,
        attempt: impl FnMut(Option<Seen<'t, Inline<K, V>>>) -> Option<R>,
    ) -> R {
        self.table.seek(hash, |entry| key.matches(entry), attempt)
    }

    /// Hashes an entry of this index. Torn words may be no key; what they hash to is never used.
    fn entry_hasher<'t>(&'t self) -> impl Fn(Entry<'t>) -> u64 {
        |entry| Raw::load::<K>(entry).try_value::<K>().map_or(0, |key| self.hash_of(&key))
    }

    #[inline]
    fn put(&self, hash: u64, key: &K, value: &V) -> Result<Option<V>, AllocError> {
        put_into(&self.table, hash, key, value, || self.table.added(self.entry_hasher()))
    }

    /// Sets the value of a key that is there.
    fn replace_hashed(&self, hash: u64, key: &K, value: &V) -> Option<V> {
        self.seek(hash, key, |seen| {
            let Some((seen, (spot, entry))) = seen.and_then(|seen| Some((seen, seen.spot?))) else {
                return Some(None);
            };
            let swapped = swap(&self.table, &seen, spot, entry, None, hash, key, value);
            swapped.unwrap_or_else(out_of_memory).map(Some)
        })
    }
}
