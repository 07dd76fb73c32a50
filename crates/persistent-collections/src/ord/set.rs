//! A persistent ordered set: a map to nothing.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use super::{IntoKeys, Keys, OrdMap};
use crate::nodes::forward_iterator;
use crate::operations::{Change, by_key};
use crate::shared::{Atomic, Sharing};

/// A set in the order of its elements whose clones share what they have in common: see [`OrdMap`].
///
/// # Examples
///
/// ```
/// use persistent_collections::OrdSet;
///
/// let evens: OrdSet<u32> = (0..100).step_by(2).collect();
/// assert_eq!(evens.range(10..15).copied().collect::<Vec<_>>(), [10, 12, 14]);
/// assert_eq!((evens.nth(3), evens.rank(&51)), (Some(&6), 26));
/// ```
pub struct OrdSet<T, P: Sharing = Atomic> {
    pub(super) map: OrdMap<T, (), P>,
}

impl<T> OrdSet<T> {
    /// An empty set. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { map: OrdMap::new() }
    }
}

/// References to the elements in order: see [`OrdSet::iter`].
pub struct SetIter<'a, T, P: Sharing = Atomic>(pub(super) Keys<'a, T, (), P>);
forward_iterator!(['a, T, P: Sharing] SetIter<'a, T, P>, &'a T, |key| key);

impl<T, P: Sharing> Clone for SetIter<'_, T, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The elements by value, in order; those shared with other versions are cloned.
pub struct SetIntoIter<T: Clone, P: Sharing = Atomic>(IntoKeys<T, (), P>);
forward_iterator!([T: Clone, P: Sharing] SetIntoIter<T, P>, T, |key| key);

impl<T, P: Sharing> OrdSet<T, P> {
    /// How many elements there are.
    ///
    /// Time: O(1).
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are no elements.
    ///
    /// Time: O(1).
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Drops all elements.
    ///
    /// Time: O(1), and the time to drop what no other version shares.
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// Whether both are the same version.
    ///
    /// Time: O(1).
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.map.ptr_eq(&other.map)
    }

    /// The elements in order.
    ///
    /// Time: O(1), and O(1) amortised for each element.
    pub fn iter(&self) -> SetIter<'_, T, P> {
        SetIter(self.map.keys())
    }

    /// The element at position `index`.
    ///
    /// Time: O(log n).
    pub fn nth(&self, index: usize) -> Option<&T> {
        self.map.nth(index).map(|(key, ())| key)
    }

    /// The smallest element.
    ///
    /// Time: O(log n).
    pub fn first(&self) -> Option<&T> {
        self.nth(0)
    }

    /// The largest element.
    ///
    /// Time: O(log n).
    pub fn last(&self) -> Option<&T> {
        self.nth(self.len().checked_sub(1)?)
    }

    #[cfg(feature = "rayon")]
    pub(crate) fn from_map(map: OrdMap<T, (), P>) -> Self {
        Self { map }
    }

    /// The map to nothing that this set is.
    #[doc(hidden)]
    pub fn as_map(&self) -> &OrdMap<T, (), P> {
        &self.map
    }
}

impl<T: Ord, P: Sharing> OrdSet<T, P> {
    /// Whether `value` is in the set.
    ///
    /// Time: O(log n).
    pub fn contains<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.contains_key(value)
    }

    /// The element that equals `value`.
    ///
    /// Time: O(log n).
    pub fn get<Q: Ord + ?Sized>(&self, value: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
    {
        self.map.get_key_value(value).map(|(key, ())| key)
    }

    /// How many elements are below `value`.
    ///
    /// Time: O(log n).
    pub fn rank<Q: Ord + ?Sized>(&self, value: &Q) -> usize
    where
        T: Borrow<Q>,
    {
        self.map.rank(value)
    }

    /// The elements in `range`, in order.
    ///
    /// Time: O(log n), and O(1) amortised for each element.
    ///
    /// # Panics
    ///
    /// If the range starts after its end, or at its end with both excluded.
    pub fn range<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R) -> SetIter<'_, T, P>
    where
        T: Borrow<Q>,
    {
        SetIter(self.map.keys_in(range))
    }

    /// Whether `other` has every element of `self`.
    ///
    /// Time: O(differences · log n) between versions of one set, O(n + m) between others.
    pub fn is_subset(&self, other: &Self) -> bool {
        other.map.has_keys_of(&self.map)
    }

    /// Whether `self` has every element of `other`.
    ///
    /// Time: as [`OrdSet::is_subset`].
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Whether no element is in both.
    ///
    /// Time: O(n log m) for the smaller one's n elements.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        let (small, large) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        small.iter().all(|value| !large.contains(value))
    }

    /// Every difference from `self` to `other`, in order.
    ///
    /// Time: O(differences · log n) between versions of one set, O(n + m) between others.
    pub fn diff<'a>(&'a self, other: &'a Self) -> alloc::vec::Vec<Change<'a, T, ()>> {
        self.map.diff(&other.map)
    }

    /// Panics with what is wrong if an invariant does not hold; for tests and fuzzing.
    #[doc(hidden)]
    pub fn validate(&self) {
        self.map.validate();
    }
}

impl<T: Ord + Clone, P: Sharing> OrdSet<T, P> {
    /// Puts `value` in; whether it was not there.
    ///
    /// Time: O(log n).
    pub fn insert(&mut self, value: T) -> bool {
        self.map.insert(value, ()).is_none()
    }

    /// Takes `value` out; whether it was there.
    ///
    /// Time: O(log n).
    pub fn remove<Q: Ord + ?Sized>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.remove(value).is_some()
    }

    /// Takes the element that equals `value` out.
    ///
    /// Time: O(log n).
    pub fn take<Q: Ord + ?Sized>(&mut self, value: &Q) -> Option<T>
    where
        T: Borrow<Q>,
    {
        self.map.remove_entry(value).map(|(key, ())| key)
    }

    /// Takes the smallest element out.
    ///
    /// Time: O(log n).
    pub fn pop_first(&mut self) -> Option<T> {
        self.map.pop_first().map(|(key, ())| key)
    }

    /// Takes the largest element out.
    ///
    /// Time: O(log n).
    pub fn pop_last(&mut self) -> Option<T> {
        self.map.pop_last().map(|(key, ())| key)
    }

    /// Cuts this set at `value`: keeps what is below, gives the rest.
    ///
    /// Time: O(log n).
    #[must_use = "the elements from the value on are given back"]
    pub fn split_off<Q: Ord + ?Sized>(&mut self, value: &Q) -> Self
    where
        T: Borrow<Q>,
    {
        Self { map: self.map.split_off(value) }
    }

    /// Moves all elements of `other` in.
    ///
    /// Time: O(log n) if all elements of one are above those of the other, else as [`OrdSet::union`].
    pub fn append(&mut self, other: Self) {
        self.map.append(other.map);
    }
}

impl<T: Ord + Clone, P: Sharing> OrdSet<T, P> {
    /// A version with `value`; this one stays as it is.
    ///
    /// Time: O(log n).
    #[must_use]
    pub fn with(&self, value: T) -> Self {
        Self { map: self.map.with(value, ()) }
    }

    /// A version without `value`; this one stays as it is.
    ///
    /// Time: O(log n).
    #[must_use]
    pub fn without<Q: Ord + ?Sized>(&self, value: &Q) -> Self
    where
        T: Borrow<Q>,
    {
        Self { map: self.map.without(value) }
    }

    /// Keeps the elements of which `keep` says so.
    ///
    /// Time: O(n).
    pub fn retain<F: FnMut(&T) -> bool>(&mut self, mut keep: F) {
        self.map.retain(|key, ()| keep(key));
    }

    /// The elements of both.
    ///
    /// Time: O(differences · log n) between versions of one set, O(n + m) between others.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { map: self.map.combine(&other.map, by_key::Union) }
    }

    /// The elements that are in both.
    ///
    /// Time: as [`OrdSet::union`].
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { map: self.map.combine(&other.map, by_key::Intersection) }
    }

    /// The elements of `self` that are not in `other`.
    ///
    /// Time: as [`OrdSet::union`].
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self { map: self.map.combine(&other.map, by_key::Difference) }
    }

    /// The elements that are in one of both alone.
    ///
    /// Time: as [`OrdSet::union`].
    #[must_use]
    pub fn symmetric_difference(&self, other: &Self) -> Self {
        Self { map: self.map.combine(&other.map, by_key::SymmetricDifference) }
    }
}

impl<'a, T, P: Sharing> IntoIterator for &'a OrdSet<T, P> {
    type Item = &'a T;
    type IntoIter = SetIter<'a, T, P>;

    fn into_iter(self) -> SetIter<'a, T, P> {
        self.iter()
    }
}

impl<T: Clone, P: Sharing> IntoIterator for OrdSet<T, P> {
    type Item = T;
    type IntoIter = SetIntoIter<T, P>;

    fn into_iter(self) -> SetIntoIter<T, P> {
        SetIntoIter(self.map.into_keys())
    }
}
