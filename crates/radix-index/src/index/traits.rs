//! Iterators over an index, and the traits of the standard library.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter::FusedIterator;

use bytemuck::{CheckedBitPattern, NoUninit};

use super::RadixIndex;
use super::entry::{out_of_memory, value_of};
use super::many::GROUP;
use crate::DefaultHashBuilder;
use crate::bucket::Entry;
use crate::iter::Walk;
use crate::table::Table;
use crate::word::{Raw, Words};

impl<K, V, S> RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    /// Every entry, by value, in no order. Each that is there throughout comes exactly once; see
    /// [`crate::guarantees`].
    ///
    /// Time: O(buckets) for all
    #[doc(alias = "iter_with_keys")]
    pub fn iter(&self) -> Iter<'_, K, V, S> {
        Iter { index: self, cursor: Cursor::new(self) }
    }

    /// Every key, as [`RadixIndex::iter`].
    ///
    /// Time: O(buckets) for all
    pub fn keys(&self) -> impl FusedIterator<Item = K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// Every value, as [`RadixIndex::iter`].
    ///
    /// Time: O(buckets) for all
    pub fn values(&self) -> impl FusedIterator<Item = V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// Removes and yields every entry. What is not taken is removed when the iterator is dropped.
    ///
    /// Time: O(buckets) for all
    pub fn drain(&mut self) -> Drain<'_, K, V, S> {
        let cursor = Cursor::new(self);
        Drain { index: self, cursor }
    }
}

#[inline]
fn read_entry<K, V>(entry: Entry<'_>) -> Option<(K, V)>
where
    K: NoUninit + CheckedBitPattern,
    V: NoUninit + CheckedBitPattern,
{
    Some((Raw::load::<K>(entry).try_value()?, Raw::load::<V>(value_of::<K>(entry)).try_value()?))
}

/// A walk through an index, and the entries of the bucket that it read last.
#[derive(Clone)]
struct Cursor<K, V> {
    walk: Walk,
    bucket: Vec<(K, V)>,
}

impl<K, V> Cursor<K, V>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
{
    fn new<S>(index: &RadixIndex<K, V, S>) -> Self {
        Self { walk: Walk::new(&index.table), bucket: Vec::new() }
    }

    #[inline]
    fn next_bucket<S: BuildHasher>(&mut self, index: &RadixIndex<K, V, S>) -> bool {
        self.walk.next_bucket(&index.table, &mut self.bucket, read_entry, index.entry_hasher())
    }

    #[inline]
    fn next<S: BuildHasher>(&mut self, index: &RadixIndex<K, V, S>) -> Option<(K, V)> {
        if self.bucket.is_empty() && !self.next_bucket(index) {
            return None;
        }
        self.bucket.pop()
    }

    #[inline]
    fn fold<S: BuildHasher, A>(
        self,
        index: &RadixIndex<K, V, S>,
        init: A,
        mut f: impl FnMut(A, (K, V)) -> A,
    ) -> A {
        let init = self.bucket.into_iter().fold(init, &mut f);
        let value = |words: &[u64]| {
            let (key, value) = words.split_at(K::WORDS);
            (Raw::from_words::<K>(|i| key[i]).value(), Raw::from_words::<V>(|i| value[i]).value())
        };
        self.walk.fold(&index.table, init, read_entry, value, index.entry_hasher(), f)
    }
}

/// The entries of an index, by value. See [`RadixIndex::iter`].
pub struct Iter<'a, K, V, S = DefaultHashBuilder> {
    index: &'a RadixIndex<K, V, S>,
    cursor: Cursor<K, V>,
}

#[cfg(feature = "rayon")]
impl<K, V, S> Iter<'_, K, V, S> {
    /// Two iterators of half of the buckets each, unless there are too few of them.
    pub(super) fn split(self) -> (Self, Option<Self>) {
        if !self.cursor.bucket.is_empty() {
            return (self, None);
        }
        let iter = |walk| Iter { index: self.index, cursor: Cursor { walk, bucket: Vec::new() } };
        let (left, right) = self.cursor.walk.split();
        (iter(left), right.map(iter))
    }
}

impl<K: Clone, V: Clone, S> Clone for Iter<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { index: self.index, cursor: self.cursor.clone() }
    }
}

impl<K, V, S> fmt::Debug for Iter<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("walk", &self.cursor.walk).finish_non_exhaustive()
    }
}

impl<K, V, S> Iterator for Iter<'_, K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        self.cursor.next(self.index)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.cursor.bucket.len(), None)
    }

    fn fold<A, F: FnMut(A, (K, V)) -> A>(self, init: A, f: F) -> A {
        self.cursor.fold(self.index, init, f)
    }
}

impl<K, V, S> FusedIterator for Iter<'_, K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
}

/// The entries of an index that was given away. See [`RadixIndex::into_iter`].
pub struct IntoIter<K, V, S = DefaultHashBuilder> {
    index: RadixIndex<K, V, S>,
    cursor: Cursor<K, V>,
}

impl<K, V, S> fmt::Debug for IntoIter<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").field("walk", &self.cursor.walk).finish_non_exhaustive()
    }
}

impl<K, V, S> Iterator for IntoIter<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        self.cursor.next(&self.index)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.cursor.bucket.len(), None)
    }

    fn fold<A, F: FnMut(A, (K, V)) -> A>(self, init: A, f: F) -> A {
        self.cursor.fold(&self.index, init, f)
    }
}

impl<K, V, S> FusedIterator for IntoIter<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
}

/// The entries of an index that is empty afterwards. See [`RadixIndex::drain`].
pub struct Drain<'a, K, V, S = DefaultHashBuilder>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    index: &'a mut RadixIndex<K, V, S>,
    cursor: Cursor<K, V>,
}

impl<K, V, S> fmt::Debug for Drain<'_, K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("walk", &self.cursor.walk).finish_non_exhaustive()
    }
}

impl<K, V, S> Iterator for Drain<'_, K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        self.cursor.next(self.index)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.cursor.bucket.len(), None)
    }
}

impl<K, V, S> FusedIterator for Drain<'_, K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
}

impl<K, V, S> Drop for Drain<'_, K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    fn drop(&mut self) {
        self.index.clear();
    }
}

impl<'a, K, V, S> IntoIterator for &'a RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    type Item = (K, V);
    type IntoIter = Iter<'a, K, V, S>;

    fn into_iter(self) -> Iter<'a, K, V, S> {
        self.iter()
    }
}

impl<K, V, S> IntoIterator for RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, S>;

    fn into_iter(self) -> IntoIter<K, V, S> {
        let cursor = Cursor::new(&self);
        IntoIter { index: self, cursor }
    }
}

impl<K, V, S> Extend<(K, V)> for RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

/// Inserts in groups of 16, as [`RadixIndex::insert_many`] does.
impl<K, V, S> Extend<(K, V)> for &RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        let mut group = Vec::with_capacity(GROUP);
        for entry in entries {
            group.push(entry);
            if group.len() == GROUP {
                self.insert_many(&group);
                group.clear();
            }
        }
        self.insert_many(&group);
    }
}

impl<K, V, S> FromIterator<(K, V)> for RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut index = Self::with_capacity_and_hasher(entries.size_hint().0, S::default());
        index.extend(entries);
        index
    }
}

impl<K, V, S> Default for RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher + Default,
{
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

/// The entries of the clone are those that [`RadixIndex::iter`] gives; the clone of a fixed index is fixed.
impl<K, V, S> Clone for RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher + Clone,
{
    fn clone(&self) -> Self {
        let table = match self.table.room.limit() {
            Some(entries) => Table::fixed(entries),
            None => Table::with_capacity(self.len(), true),
        };
        let mut clone = Self::of_table(table.unwrap_or_else(out_of_memory), self.hasher.clone());
        clone.extend(self);
        clone
    }
}

impl<K, V, S> fmt::Debug for RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash + fmt::Debug,
    V: NoUninit + CheckedBitPattern + fmt::Debug,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}
