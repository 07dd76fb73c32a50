//! What two sets have together: difference, symmetric difference, intersection, union.

use core::cmp::Ordering;
use core::fmt::{self, Debug};
use core::iter::{FusedIterator, Peekable};

use super::{BPlusTreeSet, Iter};
use crate::shape::{Auto, Shape};

/// From how many times larger a set is searched instead of walked along.
const SEARCH_FROM: usize = 16;

/// The keys of one set that are not in another, of [`difference`](BPlusTreeSet::difference).
pub struct Difference<'a, T, S: Shape = Auto> {
    keys: Iter<'a, T, S>,
    other: Other<'a, T, S>,
}

/// The keys in one of two sets only, of [`symmetric_difference`](BPlusTreeSet::symmetric_difference).
pub struct SymmetricDifference<'a, T, S: Shape = Auto> {
    left: Peekable<Iter<'a, T, S>>,
    right: Peekable<Iter<'a, T, S>>,
}

/// The keys in both sets, of [`intersection`](BPlusTreeSet::intersection).
pub struct Intersection<'a, T, S: Shape = Auto> {
    keys: Iter<'a, T, S>,
    other: Other<'a, T, S>,
}

/// The keys in one of two sets or both, of [`union`](BPlusTreeSet::union).
pub struct Union<'a, T, S: Shape = Auto> {
    left: Peekable<Iter<'a, T, S>>,
    right: Peekable<Iter<'a, T, S>>,
}

/// The set that keys are looked up in, keys that ascend.
enum Other<'a, T, S: Shape> {
    Walk(Peekable<Iter<'a, T, S>>),
    Search(&'a BPlusTreeSet<T, S>),
}

impl<'a, T: Ord, S: Shape> Other<'a, T, S> {
    fn new(set: &'a BPlusTreeSet<T, S>, lookups: usize) -> Self {
        if set.len() / SEARCH_FROM > lookups { Self::Search(set) } else { Self::Walk(set.iter().peekable()) }
    }

    fn contains(&mut self, key: &T) -> bool {
        match self {
            Self::Search(set) => set.contains(key),
            Self::Walk(keys) => {
                while keys.next_if(|other| *other < key).is_some() {}
                keys.peek().is_some_and(|other| *other == key)
            }
        }
    }
}

impl<T, S: Shape> Other<'_, T, S> {
    fn len(&self) -> usize {
        match self {
            Self::Walk(keys) => keys.len(),
            Self::Search(set) => set.len(),
        }
    }
}

impl<'a, T: Ord, S: Shape> Difference<'a, T, S> {
    pub(super) fn new(set: &'a BPlusTreeSet<T, S>, other: &'a BPlusTreeSet<T, S>) -> Self {
        Self { keys: set.iter(), other: Other::new(other, set.len()) }
    }
}

impl<'a, T: Ord, S: Shape> Intersection<'a, T, S> {
    pub(super) fn new(set: &'a BPlusTreeSet<T, S>, other: &'a BPlusTreeSet<T, S>) -> Self {
        // As in std, of equal keys those of the first set are given, unless that is searched.
        if set.len() / SEARCH_FROM > other.len() {
            Self { keys: other.iter(), other: Other::Search(set) }
        } else {
            Self { keys: set.iter(), other: Other::new(other, set.len()) }
        }
    }
}

impl<'a, T: Ord, S: Shape> SymmetricDifference<'a, T, S> {
    pub(super) fn new(set: &'a BPlusTreeSet<T, S>, other: &'a BPlusTreeSet<T, S>) -> Self {
        Self { left: set.iter().peekable(), right: other.iter().peekable() }
    }
}

impl<'a, T: Ord, S: Shape> Union<'a, T, S> {
    pub(super) fn new(set: &'a BPlusTreeSet<T, S>, other: &'a BPlusTreeSet<T, S>) -> Self {
        Self { left: set.iter().peekable(), right: other.iter().peekable() }
    }
}

impl<'a, T: Ord, S: Shape> Iterator for Difference<'a, T, S> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.keys.find(|key| !self.other.contains(key))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.keys.len();
        (len.saturating_sub(self.other.len()), Some(len))
    }

    fn min(mut self) -> Option<&'a T> {
        self.next()
    }
}

impl<'a, T: Ord, S: Shape> Iterator for Intersection<'a, T, S> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.keys.find(|key| self.other.contains(key))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.keys.len().min(self.other.len())))
    }

    fn min(mut self) -> Option<&'a T> {
        self.next()
    }
}

/// The lesser of the next keys of both sides, or both if they are equal.
fn next_of_both<'a, T: Ord, S: Shape>(
    left: &mut Peekable<Iter<'a, T, S>>,
    right: &mut Peekable<Iter<'a, T, S>>,
) -> (Option<&'a T>, Option<&'a T>) {
    let order = match (left.peek(), right.peek()) {
        (Some(l), Some(r)) => l.cmp(r),
        (Some(_), None) => Ordering::Less,
        (None, _) => Ordering::Greater,
    };
    let left = if order.is_le() { left.next() } else { None };
    let right = if order.is_ge() { right.next() } else { None };
    (left, right)
}

impl<'a, T: Ord, S: Shape> Iterator for SymmetricDifference<'a, T, S> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            match next_of_both(&mut self.left, &mut self.right) {
                (Some(_), Some(_)) => {}
                (left, right) => return left.or(right),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.left.len().checked_add(self.right.len()))
    }

    fn min(mut self) -> Option<&'a T> {
        self.next()
    }
}

impl<'a, T: Ord, S: Shape> Iterator for Union<'a, T, S> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let (left, right) = next_of_both(&mut self.left, &mut self.right);
        left.or(right)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (left, right) = (self.left.len(), self.right.len());
        (left.max(right), left.checked_add(right))
    }

    fn min(mut self) -> Option<&'a T> {
        self.next()
    }
}

impl<T: Ord, S: Shape> FusedIterator for Difference<'_, T, S> {}
impl<T: Ord, S: Shape> FusedIterator for Intersection<'_, T, S> {}
impl<T: Ord, S: Shape> FusedIterator for SymmetricDifference<'_, T, S> {}
impl<T: Ord, S: Shape> FusedIterator for Union<'_, T, S> {}

impl<T, S: Shape> Clone for Other<'_, T, S> {
    fn clone(&self) -> Self {
        match self {
            Self::Walk(keys) => Self::Walk(keys.clone()),
            Self::Search(set) => Self::Search(set),
        }
    }
}
impl<T, S: Shape> Clone for Difference<'_, T, S> {
    fn clone(&self) -> Self {
        Self { keys: self.keys.clone(), other: self.other.clone() }
    }
}
impl<T, S: Shape> Clone for Intersection<'_, T, S> {
    fn clone(&self) -> Self {
        Self { keys: self.keys.clone(), other: self.other.clone() }
    }
}
impl<T, S: Shape> Clone for SymmetricDifference<'_, T, S> {
    fn clone(&self) -> Self {
        Self { left: self.left.clone(), right: self.right.clone() }
    }
}
impl<T, S: Shape> Clone for Union<'_, T, S> {
    fn clone(&self) -> Self {
        Self { left: self.left.clone(), right: self.right.clone() }
    }
}

impl<T: Debug + Ord, S: Shape> Debug for Difference<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
impl<T: Debug + Ord, S: Shape> Debug for Intersection<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
impl<T: Debug + Ord, S: Shape> Debug for SymmetricDifference<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
impl<T: Debug + Ord, S: Shape> Debug for Union<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
