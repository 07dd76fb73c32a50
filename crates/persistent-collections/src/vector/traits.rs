//! What std's traits say of a vector.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::Sum;
use core::ops::{Add, Index, IndexMut};

use super::{Vector, is_reflexive, out_of_bounds};
use crate::shared::Sharing;

impl<T, P: Sharing> Clone for Vector<T, P> {
    /// Another owner of the same elements.
    ///
    /// Time: O(1).
    #[inline]
    fn clone(&self) -> Self {
        Self { tree: self.tree.clone(), tail: self.tail.clone() }
    }
}

impl<T, P: Sharing> Default for Vector<T, P> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: fmt::Debug, P: Sharing> fmt::Debug for Vector<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: PartialEq, P: Sharing> PartialEq for Vector<T, P> {
    /// Answers as `Vec` does. Skips what both share if `T` is known to be equal to itself; see [`Vector::eq_shared`].
    fn eq(&self, other: &Self) -> bool {
        self.equals(other, is_reflexive::<T>())
    }
}

impl<T: Eq, P: Sharing> Eq for Vector<T, P> {}

impl<T: PartialEq, P: Sharing> PartialEq<[T]> for Vector<T, P> {
    fn eq(&self, other: &[T]) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<T: PartialEq, P: Sharing> PartialEq<Vec<T>> for Vector<T, P> {
    fn eq(&self, other: &Vec<T>) -> bool {
        *self == **other
    }
}

impl<T: PartialEq, P: Sharing, const N: usize> PartialEq<[T; N]> for Vector<T, P> {
    fn eq(&self, other: &[T; N]) -> bool {
        *self == *other.as_slice()
    }
}

impl<T: PartialOrd, P: Sharing> PartialOrd for Vector<T, P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<T: Ord, P: Sharing> Ord for Vector<T, P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<T: Hash, P: Sharing> Hash for Vector<T, P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|value| value.hash(state));
    }
}

impl<T, P: Sharing> Index<usize> for Vector<T, P> {
    type Output = T;

    #[inline]
    fn index(&self, index: usize) -> &T {
        match self.get(index) {
            Some(value) => value,
            None => out_of_bounds(index, self.len()),
        }
    }
}

impl<T: Clone, P: Sharing> IndexMut<usize> for Vector<T, P> {
    #[inline]
    fn index_mut(&mut self, index: usize) -> &mut T {
        let len = self.len();
        match self.get_mut(index) {
            Some(value) => value,
            None => out_of_bounds(index, len),
        }
    }
}

impl<T: Clone, P: Sharing> FromIterator<T> for Vector<T, P> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::from_values(values.into_iter())
    }
}

impl<T: Clone, P: Sharing> FromIterator<Self> for Vector<T, P> {
    /// Joins all vectors.
    ///
    /// Time: O(log n) for each.
    fn from_iter<I: IntoIterator<Item = Self>>(vectors: I) -> Self {
        let mut joined = Self::empty();
        vectors.into_iter().for_each(|vector| joined.append(vector));
        joined
    }
}

impl<T: Clone, P: Sharing> Extend<T> for Vector<T, P> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        let mut values = values.into_iter();
        // First fill the tail up, then build leaves as from nothing.
        if let Some(tail) = &mut self.tail
            && tail.len() < Self::LEAF
        {
            let wanted = tail.len().saturating_add(values.size_hint().0).min(Self::LEAF);
            tail.make_mut_with(wanted.max(tail.capacity())).extend(&mut values);
        }
        // The iterator may have more than it promised: one by one until the tail is full.
        while self.tail.as_ref().is_some_and(|tail| tail.len() < Self::LEAF) {
            let Some(value) = values.next() else { return };
            self.push(value);
        }
        self.append(Self::from_values(values));
    }
}

impl<'a, T: Clone + 'a, P: Sharing> Extend<&'a T> for Vector<T, P> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        self.extend(values.into_iter().cloned());
    }
}

impl<T: Clone> From<Vec<T>> for Vector<T> {
    /// Moves the values over, a leaf at a time.
    ///
    /// Time: O(n), at the speed of copying bytes.
    fn from(mut values: Vec<T>) -> Self {
        Self::from_vec(&mut values)
    }
}

impl<T: Clone, const N: usize> From<[T; N]> for Vector<T> {
    fn from(values: [T; N]) -> Self {
        values.into_iter().collect()
    }
}

impl<T: Clone> From<&[T]> for Vector<T> {
    /// Clones the values, a leaf at a time.
    ///
    /// Time: O(n).
    fn from(values: &[T]) -> Self {
        let mut vector = Self::empty();
        vector.extend_from_slice(values);
        vector
    }
}

impl<T: Clone, P: Sharing> From<Vector<T, P>> for Vec<T> {
    fn from(values: Vector<T, P>) -> Self {
        let mut all = Self::with_capacity(values.len());
        values.chunks().for_each(|chunk| all.extend_from_slice(chunk));
        all
    }
}

impl<T: Clone, P: Sharing> Add for Vector<T, P> {
    type Output = Self;

    /// Both, one behind the other.
    ///
    /// Time: O(log n).
    fn add(mut self, other: Self) -> Self {
        self.append(other);
        self
    }
}

impl<T: Clone, P: Sharing> Sum for Vector<T, P> {
    fn sum<I: Iterator<Item = Self>>(vectors: I) -> Self {
        vectors.collect()
    }
}

impl<T, P: Sharing> AsRef<Self> for Vector<T, P> {
    fn as_ref(&self) -> &Self {
        self
    }
}
