//! [`BPlusTreeSet`]: a map of keys to nothing, with the interface of std's `BTreeSet`.

mod cursor;
mod iter;
mod ops;
mod traits;

use core::borrow::Borrow;
use core::ops::RangeBounds;

use alloc::string::String;

pub use cursor::{Cursor, CursorMut, CursorMutKey};
pub use iter::{ExtractIf, IntoIter, Iter, Range};
pub use ops::{Difference, Intersection, SymmetricDifference, Union};

use crate::bounds;
use crate::error::{TryReserveError, UnsortedError};
use crate::map::BPlusTreeMap;
use crate::shape::{Auto, Shape};

/// A sorted set with the interface of std's [`BTreeSet`](alloc::collections::BTreeSet).
///
/// # Examples
/// ```
/// use bplus_tree::BPlusTreeSet;
///
/// let primes = BPlusTreeSet::from([2, 3, 5, 7, 11]);
/// let odd: BPlusTreeSet<i32> = (1..12).step_by(2).collect();
/// assert!((&primes & &odd).into_iter().eq([3, 5, 7, 11]));
/// assert_eq!(primes.range(4..).next(), Some(&5));
/// ```
pub struct BPlusTreeSet<T, S: Shape = Auto> {
    map: BPlusTreeMap<T, (), S>,
}

impl<T> BPlusTreeSet<T> {
    /// An empty set; allocates nothing until the first insertion.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self::with_shape()
    }

    /// A set of keys that ascend, with full leaves.
    ///
    /// Time: O(n).
    ///
    /// # Errors
    /// At the first key that is not greater than the one before.
    pub fn from_sorted_iter<I>(keys: I) -> Result<Self, UnsortedError<T, ()>>
    where
        T: Ord,
        I: IntoIterator<Item = T>,
    {
        let map = BPlusTreeMap::from_sorted_iter(keys.into_iter().map(|key| (key, ())))?;
        Ok(Self { map })
    }
}

impl<T, S: Shape> BPlusTreeSet<T, S> {
    /// An empty set of the shape that its type names.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn with_shape() -> Self {
        Self { map: BPlusTreeMap::with_shape() }
    }

    /// The keys in `range`, ascending.
    ///
    /// Time: O(log n), then O(1) a key.
    ///
    /// # Panics
    /// If the range's start is greater than its end, or both are equal and excluded.
    pub fn range<K, R>(&self, range: R) -> Range<'_, T, S>
    where
        K: Ord + ?Sized,
        T: Borrow<K> + Ord,
        R: RangeBounds<K>,
    {
        bounds::check(&range, "BTreeSet");
        let (from, to) = bounds::gaps(&self.map.tree, &range);
        Range::new(self.map.tree.span(from, to))
    }

    /// As [`range`](BPlusTreeSet::range), but a reversed range is empty instead of a panic.
    ///
    /// Time: O(log n), then O(1) a key.
    pub fn range_or_empty<K, R>(&self, range: R) -> Range<'_, T, S>
    where
        K: Ord + ?Sized,
        T: Borrow<K> + Ord,
        R: RangeBounds<K>,
    {
        if bounds::is_reversed(&range) { Range::default() } else { self.range(range) }
    }

    /// The keys that are here and not in `other`, ascending.
    ///
    /// Time: O(n + m), or O(n log m) if `other` is much larger.
    pub fn difference<'a>(&'a self, other: &'a Self) -> Difference<'a, T, S>
    where
        T: Ord,
    {
        Difference::new(self, other)
    }

    /// The keys that are in one of the two sets only, ascending.
    ///
    /// Time: O(n + m).
    pub fn symmetric_difference<'a>(&'a self, other: &'a Self) -> SymmetricDifference<'a, T, S>
    where
        T: Ord,
    {
        SymmetricDifference::new(self, other)
    }

    /// The keys that are in both sets, ascending.
    ///
    /// Time: O(n + m), or O(n log m) if one is much smaller.
    pub fn intersection<'a>(&'a self, other: &'a Self) -> Intersection<'a, T, S>
    where
        T: Ord,
    {
        Intersection::new(self, other)
    }

    /// The keys that are in one of the sets or both, ascending.
    ///
    /// Time: O(n + m).
    pub fn union<'a>(&'a self, other: &'a Self) -> Union<'a, T, S>
    where
        T: Ord,
    {
        Union::new(self, other)
    }

    /// Removes all keys and gives the memory back.
    ///
    /// Time: O(n).
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// Whether `key` is in the set.
    ///
    /// Time: O(log n).
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.contains_key(key)
    }

    /// The stored key equal to `key`.
    ///
    /// Time: O(log n).
    pub fn get<Q>(&self, key: &Q) -> Option<&T>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.get_key_value(key).map(|(key, ())| key)
    }

    /// Whether no key is in both sets.
    ///
    /// Time: O(n + m).
    pub fn is_disjoint(&self, other: &Self) -> bool
    where
        T: Ord,
    {
        self.intersection(other).next().is_none()
    }

    /// Whether all keys are in `other` too.
    ///
    /// Time: O(n + m).
    pub fn is_subset(&self, other: &Self) -> bool
    where
        T: Ord,
    {
        self.len() <= other.len() && self.difference(other).next().is_none()
    }

    /// Whether all keys of `other` are here too.
    ///
    /// Time: O(n + m).
    pub fn is_superset(&self, other: &Self) -> bool
    where
        T: Ord,
    {
        other.is_subset(self)
    }

    /// The least key.
    ///
    /// Time: O(1).
    #[must_use]
    pub fn first(&self) -> Option<&T>
    where
        T: Ord,
    {
        self.map.first_key_value().map(|(key, ())| key)
    }

    /// The greatest key.
    ///
    /// Time: O(1).
    #[must_use]
    pub fn last(&self) -> Option<&T>
    where
        T: Ord,
    {
        self.map.last_key_value().map(|(key, ())| key)
    }

    /// Removes and gives the least key.
    ///
    /// Time: O(1) amortised.
    pub fn pop_first(&mut self) -> Option<T>
    where
        T: Ord,
    {
        self.map.pop_first().map(|(key, ())| key)
    }

    /// Removes and gives the greatest key.
    ///
    /// Time: O(1) amortised.
    pub fn pop_last(&mut self) -> Option<T>
    where
        T: Ord,
    {
        self.map.pop_last().map(|(key, ())| key)
    }

    /// Puts a key in; gives whether it is new. A key that is there stays as it is.
    ///
    /// Time: O(log n).
    pub fn insert(&mut self, key: T) -> bool
    where
        T: Ord,
    {
        self.map.insert(key, ()).is_none()
    }

    /// Puts a key in, in place of an equal one, which it gives back.
    ///
    /// Time: O(log n).
    pub fn replace(&mut self, key: T) -> Option<T>
    where
        T: Ord,
    {
        self.map.replace_key(key, ())
    }

    /// Removes a key; gives whether it was there.
    ///
    /// Time: O(log n).
    pub fn remove<Q>(&mut self, key: &Q) -> bool
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.remove(key).is_some()
    }

    /// Removes and gives the stored key equal to `key`.
    ///
    /// Time: O(log n).
    pub fn take<Q>(&mut self, key: &Q) -> Option<T>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.remove_entry(key).map(|(key, ())| key)
    }

    /// Keeps the keys for which `keep` gives true; visits them in ascending order.
    ///
    /// Time: O(n).
    pub fn retain<F>(&mut self, mut keep: F)
    where
        T: Ord,
        F: FnMut(&T) -> bool,
    {
        self.map.retain(|key, ()| keep(key));
    }

    /// Moves all keys of `other` here; see [`BPlusTreeMap::append`].
    ///
    /// Time: as [`BPlusTreeMap::append`].
    pub fn append(&mut self, other: &mut Self)
    where
        T: Ord,
    {
        self.map.append(&mut other.map);
    }

    /// Cuts the set in two at `key`; see [`BPlusTreeMap::split_off`].
    ///
    /// Time: as [`BPlusTreeMap::split_off`].
    pub fn split_off<Q>(&mut self, key: &Q) -> Self
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Self { map: self.map.split_off(key) }
    }

    /// Removes the keys in `range` for which `pred` gives true, as the iterator comes to them.
    ///
    /// Time: O(log n), then O(1) amortised a key.
    ///
    /// # Panics
    /// As [`range`](BPlusTreeSet::range).
    pub fn extract_if<F, R>(&mut self, range: R, pred: F) -> ExtractIf<'_, T, R, F, S>
    where
        T: Ord,
        R: RangeBounds<T>,
        F: FnMut(&T) -> bool,
    {
        bounds::check(&range, "BTreeSet");
        ExtractIf::new(&mut self.map.tree, range, pred)
    }

    /// The keys, ascending.
    ///
    /// Time: O(1), then O(1) a key.
    pub fn iter(&self) -> Iter<'_, T, S> {
        Iter { inner: self.map.keys() }
    }

    /// The number of keys.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is no key.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The keys leaf by leaf, as slices.
    ///
    /// Time: O(1), then O(1) a leaf.
    pub fn chunks(&self) -> impl Iterator<Item = &[T]> {
        self.map.chunks().map(|(keys, _)| keys)
    }

    /// Looks up many keys at once; see [`BPlusTreeMap::contains_many`].
    ///
    /// Time: O(m log n).
    ///
    /// # Panics
    /// If `found` and `keys` have different lengths.
    pub fn contains_many<Q>(&self, keys: &[Q], found: &mut [bool])
    where
        T: Borrow<Q> + Ord,
        Q: Ord,
    {
        self.map.contains_many(keys, found);
    }

    /// As [`BPlusTreeMap::try_reserve`].
    ///
    /// Time: O(1), but for what the allocator takes.
    ///
    /// # Errors
    /// If there is no memory for it; the keys are not touched.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.map.try_reserve(additional)
    }

    /// Packs all keys into full leaves; see [`BPlusTreeMap::compact`].
    ///
    /// Time: O(n).
    pub fn compact(&mut self) {
        self.map.compact();
    }

    /// Bytes of all nodes; see [`BPlusTreeMap::memory_usage`].
    ///
    /// Time: O(n / 2000).
    pub fn memory_usage(&self) -> usize {
        self.map.memory_usage()
    }

    /// The set as a map of its keys to nothing: cursors, entries and batches are there.
    ///
    /// Time: O(1).
    pub fn as_map(&self) -> &BPlusTreeMap<T, (), S> {
        &self.map
    }

    /// As [`as_map`](BPlusTreeSet::as_map), to change.
    ///
    /// Time: O(1).
    pub fn as_map_mut(&mut self) -> &mut BPlusTreeMap<T, (), S> {
        &mut self.map
    }

    /// Checks every invariant; see [`BPlusTreeMap::validate`].
    ///
    /// Time: O(n).
    ///
    /// # Errors
    /// With a sentence on what is wrong.
    pub fn validate(&self) -> Result<(), String>
    where
        T: Ord,
    {
        self.map.validate()
    }
}
