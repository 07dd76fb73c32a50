//! A persistent ordered set: a map to nothing.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use super::{IntoKeys, Keys, OrdMap};
use crate::nodes::forward_iterator;
use crate::operations::{Change, by_key};
use crate::set::set;
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
}

impl<T: Ord, P: Sharing> OrdSet<T, P> {
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
}

impl<T: Ord + Clone, P: Sharing> OrdSet<T, P> {
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

set!(OrdSet of OrdMap [Ord]);
