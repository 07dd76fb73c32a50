//! A persistent hash set: a map to nothing.

use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash};

use super::{HashMap, IntoKeys, Keys, RandomState};
use crate::nodes::forward_iterator;
use crate::operations::{Change, by_key};
use crate::shared::{Atomic, Sharing};

/// A hash set whose clones share what they have in common: see [`HashMap`].
///
/// # Examples
///
/// ```
/// use persistent_collections::HashSet;
///
/// let evens: HashSet<u32> = (0..100).step_by(2).collect();
/// let threes: HashSet<u32> = (0..100).step_by(3).collect();
/// assert_eq!(evens.intersection(&threes).len(), 17);
/// assert!((&evens | &threes).contains(&99));
/// ```
pub struct HashSet<T, S = RandomState, P: Sharing = Atomic> {
    pub(super) map: HashMap<T, (), S, P>,
}

impl<T> HashSet<T> {
    /// An empty set. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { map: HashMap::new() }
    }
}

/// References to the elements: see [`HashSet::iter`].
pub struct SetIter<'a, T, P: Sharing = Atomic>(Keys<'a, T, (), P>);
forward_iterator!(@forward ['a, T, P: Sharing] SetIter<'a, T, P>, &'a T, |key| key);

impl<T, P: Sharing> Clone for SetIter<'_, T, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The elements by value; those shared with other versions are cloned.
pub struct SetIntoIter<T: Clone, P: Sharing = Atomic>(IntoKeys<T, (), P>);
forward_iterator!(@forward [T: Clone, P: Sharing] SetIntoIter<T, P>, T, |key| key);

impl<T, S, P: Sharing> HashSet<T, S, P> {
    /// An empty set that hashes with `hasher`: see [`HashMap::with_hasher`].
    ///
    /// Time: O(1).
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self { map: HashMap::with_hasher(hasher) }
    }

    /// The hasher.
    ///
    /// Time: O(1).
    pub fn hasher(&self) -> &S {
        self.map.hasher()
    }

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

    /// The elements in an arbitrary order.
    ///
    /// Time: O(1), and O(1) amortised for each element.
    pub fn iter(&self) -> SetIter<'_, T, P> {
        SetIter(self.map.keys())
    }

    #[cfg(feature = "rayon")]
    pub(crate) fn from_map(map: HashMap<T, (), S, P>) -> Self {
        Self { map }
    }

    /// The map to nothing that this set is.
    #[doc(hidden)]
    pub fn as_map(&self) -> &HashMap<T, (), S, P> {
        &self.map
    }
}

impl<T: Hash + Eq, S: BuildHasher, P: Sharing> HashSet<T, S, P> {
    /// Whether `value` is in the set.
    ///
    /// Time: O(log n), with a base of 16.
    #[inline]
    pub fn contains<Q: Hash + Eq + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.contains_key(value)
    }

    /// The element that equals `value`.
    ///
    /// Time: O(log n).
    pub fn get<Q: Hash + Eq + ?Sized>(&self, value: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
    {
        self.map.get_key_value(value).map(|(key, ())| key)
    }

    /// Whether `other` has every element of `self`.
    ///
    /// Time: O(differences · log n) between versions of one set, O(n) between others.
    pub fn is_subset(&self, other: &Self) -> bool {
        other.map.has_keys_of(&self.map)
    }

    /// Whether `self` has every element of `other`.
    ///
    /// Time: as [`HashSet::is_subset`].
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Whether no element is in both.
    ///
    /// Time: O(n) for the smaller one.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        let (small, large) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        small.iter().all(|value| !large.contains(value))
    }

    /// Every difference from `self` to `other`, in an arbitrary order.
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

impl<T: Hash + Eq + Clone, S: BuildHasher, P: Sharing> HashSet<T, S, P> {
    /// Puts `value` in; whether it was not there.
    ///
    /// Time: O(log n).
    pub fn insert(&mut self, value: T) -> bool {
        self.map.insert(value, ()).is_none()
    }

    /// Takes `value` out; whether it was there.
    ///
    /// Time: O(log n).
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.remove(value).is_some()
    }

    /// Takes the element that equals `value` out.
    ///
    /// Time: O(log n).
    pub fn take<Q: Hash + Eq + ?Sized>(&mut self, value: &Q) -> Option<T>
    where
        T: Borrow<Q>,
    {
        self.map.remove_entry(value).map(|(key, ())| key)
    }

    /// Puts `value` in; gives the equal element that was there.
    ///
    /// Time: O(log n).
    pub fn replace(&mut self, value: T) -> Option<T> {
        let old = self.take(&value);
        self.insert(value);
        old
    }
}

impl<T: Hash + Eq + Clone, S: BuildHasher + Clone, P: Sharing> HashSet<T, S, P> {
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
    pub fn without<Q: Hash + Eq + ?Sized>(&self, value: &Q) -> Self
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
    /// Time: as [`HashSet::union`].
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { map: self.map.combine(&other.map, by_key::Intersection) }
    }

    /// The elements of `self` that are not in `other`.
    ///
    /// Time: as [`HashSet::union`].
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self { map: self.map.combine(&other.map, by_key::Difference) }
    }

    /// The elements that are in one of both alone.
    ///
    /// Time: as [`HashSet::union`].
    #[must_use]
    pub fn symmetric_difference(&self, other: &Self) -> Self {
        Self { map: self.map.combine(&other.map, by_key::SymmetricDifference) }
    }
}

impl<'a, T, S, P: Sharing> IntoIterator for &'a HashSet<T, S, P> {
    type Item = &'a T;
    type IntoIter = SetIter<'a, T, P>;

    fn into_iter(self) -> SetIter<'a, T, P> {
        self.iter()
    }
}

impl<T: Clone, S, P: Sharing> IntoIterator for HashSet<T, S, P> {
    type Item = T;
    type IntoIter = SetIntoIter<T, P>;

    fn into_iter(self) -> SetIntoIter<T, P> {
        SetIntoIter(self.map.into_keys())
    }
}
