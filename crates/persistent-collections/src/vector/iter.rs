//! Iterators over a vector.

use core::ops::Range;

use super::Vector;
use crate::nodes::{Flat, IntoLeaves, Leaf, Leaves, LeavesMut, forward_iterator};
use crate::shared::{self, Atomic, Sharing};

/// One difference between two vectors: see [`Vector::diff`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// Positions in the old vector.
    pub old: Range<usize>,
    /// Positions in the new vector.
    pub new: Range<usize>,
}

/// The elements in slices: see [`Vector::chunks`].
pub struct Chunks<'a, T, P: Sharing = Atomic> {
    leaves: Leaves<'a, (), T, P>,
    tail: &'a [T],
}

impl<'a, T, P: Sharing> Chunks<'a, T, P> {
    fn len(&self) -> usize {
        self.leaves.len() + self.tail.len()
    }

    /// Two iterators: the first `at` elements, and the rest.
    #[cfg_attr(not(feature = "rayon"), allow(dead_code, reason = "only parallel iterators split"))]
    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        match at.checked_sub(self.leaves.len()) {
            None => {
                let (left, right) = self.leaves.split_at(at);
                (Self { leaves: left, tail: &[] }, Self { leaves: right, tail: self.tail })
            }
            Some(at) => {
                let (left, right) = self.tail.split_at(at);
                let (before, after) = {
                    let len = self.leaves.len();
                    self.leaves.split_at(len)
                };
                (Self { leaves: before, tail: left }, Self { leaves: after, tail: right })
            }
        }
    }

    pub(crate) fn elements(self) -> Iter<'a, T, P> {
        let len = self.len();
        Iter(Flat::new(self, len))
    }
}

impl<T, P: Sharing> Clone for Chunks<'_, T, P> {
    fn clone(&self) -> Self {
        Self { leaves: self.leaves.clone(), tail: self.tail }
    }
}

impl<T, P: Sharing> core::fmt::Debug for Chunks<'_, T, P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Chunks").field("elements", &self.len()).finish_non_exhaustive()
    }
}

impl<'a, T, P: Sharing> Iterator for Chunks<'a, T, P> {
    type Item = &'a [T];

    #[inline]
    fn next(&mut self) -> Option<&'a [T]> {
        if let Some((_, values)) = self.leaves.next() {
            return Some(values);
        }
        let tail = core::mem::take(&mut self.tail);
        if tail.is_empty() { None } else { Some(tail) }
    }

    #[inline]
    fn fold<B, F: FnMut(B, &'a [T]) -> B>(self, init: B, mut f: F) -> B {
        let folded = self.leaves.fold(init, |folded, (_, values)| f(folded, values));
        if self.tail.is_empty() { folded } else { f(folded, self.tail) }
    }
}

impl<'a, T, P: Sharing> DoubleEndedIterator for Chunks<'a, T, P> {
    fn next_back(&mut self) -> Option<&'a [T]> {
        let tail = core::mem::take(&mut self.tail);
        if tail.is_empty() { self.leaves.next_back().map(|(_, values)| values) } else { Some(tail) }
    }
}

impl<T, P: Sharing> core::iter::FusedIterator for Chunks<'_, T, P> {}

/// References to the elements in order: see [`Vector::iter`].
pub struct Iter<'a, T, P: Sharing = Atomic>(Flat<Chunks<'a, T, P>>);
forward_iterator!(['a, T, P: Sharing] Iter<'a, T, P>, &'a T, |value| value);

impl<T, P: Sharing> Clone for Iter<'_, T, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct ChunksMut<'a, T, P: Sharing> {
    leaves: LeavesMut<'a, (), T, P>,
    tail: Option<&'a mut [T]>,
}

impl<'a, T: Clone, P: Sharing> Iterator for ChunksMut<'a, T, P> {
    type Item = &'a mut [T];

    fn next(&mut self) -> Option<&'a mut [T]> {
        self.leaves.next().map(|(_, values)| values).or_else(|| self.tail.take())
    }
}

impl<'a, T: Clone, P: Sharing> DoubleEndedIterator for ChunksMut<'a, T, P> {
    fn next_back(&mut self) -> Option<&'a mut [T]> {
        self.tail.take().or_else(|| self.leaves.next_back().map(|(_, values)| values))
    }
}

/// Mutable references to the elements in order: see [`Vector::iter_mut`].
pub struct IterMut<'a, T: Clone, P: Sharing = Atomic>(Flat<ChunksMut<'a, T, P>>);
forward_iterator!(['a, T: Clone, P: Sharing] IterMut<'a, T, P>, &'a mut T, |value| value);

struct IntoChunks<T, P: Sharing> {
    leaves: IntoLeaves<(), T, P>,
    tail: Option<Leaf<(), T, P>>,
}

/// One leaf's elements by value.
struct Values<T, P: Sharing>(shared::IntoIter<(), (), T, P, false>);

impl<T, P: Sharing> Iterator for Values<T, P> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.0.next().map(|((), value)| value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T, P: Sharing> DoubleEndedIterator for Values<T, P> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.0.next_back().map(|((), value)| value)
    }
}

impl<T: Clone, P: Sharing> Iterator for IntoChunks<T, P> {
    type Item = Values<T, P>;

    fn next(&mut self) -> Option<Values<T, P>> {
        self.leaves.next().or_else(|| self.tail.take()).map(|leaf| Values(leaf.into_elements()))
    }
}

impl<T: Clone, P: Sharing> DoubleEndedIterator for IntoChunks<T, P> {
    fn next_back(&mut self) -> Option<Values<T, P>> {
        self.tail.take().or_else(|| self.leaves.next_back()).map(|leaf| Values(leaf.into_elements()))
    }
}

/// The elements by value, in order; those shared with other versions are cloned.
pub struct IntoIter<T: Clone, P: Sharing = Atomic>(Flat<IntoChunks<T, P>>);
forward_iterator!([T: Clone, P: Sharing] IntoIter<T, P>, T, |value| value);

/// Elements taken out of a vector: see [`Vector::drain`].
pub struct Drain<T: Clone, P: Sharing = Atomic>(pub(super) IntoIter<T, P>);
forward_iterator!([T: Clone, P: Sharing] Drain<T, P>, T, |value| value);

impl<T, P: Sharing> Vector<T, P> {
    /// The elements in order.
    ///
    /// Time: O(1), and O(1) amortised for each element.
    pub fn iter(&self) -> Iter<'_, T, P> {
        self.chunks().elements()
    }

    /// The elements in order, in slices of at most one leaf: the way to loops that the compiler can vectorise.
    ///
    /// Time: O(1), and O(1) amortised for each slice.
    pub fn chunks(&self) -> Chunks<'_, T, P> {
        Chunks { leaves: self.tree.leaves(), tail: self.tail.as_ref().map_or(&[], Leaf::b) }
    }
}

impl<T: Clone, P: Sharing> Vector<T, P> {
    /// The elements in order, to be changed. Nodes shared with other versions are copied when the iterator reaches them.
    ///
    /// Time: O(1), and O(1) amortised for each element.
    pub fn iter_mut(&mut self) -> IterMut<'_, T, P> {
        let (len, tree_len) = (self.len(), self.tree.len());
        let tail = self.tail.as_mut().map(|tail| tail.make_mut().into_both_mut().1);
        IterMut(Flat::new(ChunksMut { leaves: self.tree.leaves_mut(0, tree_len), tail }, len))
    }
}

impl<T: Clone, P: Sharing> IntoIterator for Vector<T, P> {
    type Item = T;
    type IntoIter = IntoIter<T, P>;

    fn into_iter(self) -> IntoIter<T, P> {
        let len = self.len();
        IntoIter(Flat::new(IntoChunks { leaves: self.tree.into_leaves(), tail: self.tail }, len))
    }
}

impl<'a, T, P: Sharing> IntoIterator for &'a Vector<T, P> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T, P>;

    fn into_iter(self) -> Iter<'a, T, P> {
        self.iter()
    }
}

impl<'a, T: Clone, P: Sharing> IntoIterator for &'a mut Vector<T, P> {
    type Item = &'a mut T;
    type IntoIter = IterMut<'a, T, P>;

    fn into_iter(self) -> IterMut<'a, T, P> {
        self.iter_mut()
    }
}
