//! The iterators over one set.

use core::fmt::{self, Debug};
use core::iter::FusedIterator;
use core::ops::RangeBounds;

use crate::map::{self, Extractor};
use crate::node::{Span, Tree};
use crate::shape::{Auto, Shape};

/// The keys of a set, of [`iter`](crate::BPlusTreeSet::iter).
pub struct Iter<'a, T, S = Auto> {
    pub(super) inner: map::Keys<'a, T, (), S>,
}

/// The keys of a set in a range, of [`range`](crate::BPlusTreeSet::range).
pub struct Range<'a, T, S = Auto> {
    inner: map::Range<'a, T, (), S>,
}

/// The keys of a set by value, of `into_iter`.
pub struct IntoIter<T, S: Shape = Auto> {
    pub(super) inner: map::IntoKeys<T, (), S>,
}

/// The keys removed by [`extract_if`](crate::BPlusTreeSet::extract_if), as they are removed.
#[must_use = "iterators are lazy and do nothing unless consumed; use `retain` to remove without looking"]
pub struct ExtractIf<'a, T, R, F, S: Shape = Auto> {
    inner: Extractor<'a, T, (), R, S>,
    pred: F,
}

impl<'a, T, S: Shape> Range<'a, T, S> {
    pub(super) fn new(span: Span<'a, T, (), S>) -> Self {
        Self { inner: map::Range::new(span) }
    }
}

impl<'a, T: Ord, R: RangeBounds<T>, F, S: Shape> ExtractIf<'a, T, R, F, S> {
    pub(super) fn new(tree: &'a mut Tree<T, (), S>, range: R, pred: F) -> Self {
        Self { inner: Extractor::new(tree, range), pred }
    }
}

impl<'a, T, S: Shape> Iterator for Iter<'a, T, S> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.inner.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, &'a T) -> B>(self, init: B, f: F) -> B {
        self.inner.fold(init, f)
    }

    fn nth(&mut self, n: usize) -> Option<&'a T> {
        self.inner.nth(n)
    }

    fn count(self) -> usize {
        self.inner.count()
    }

    fn last(mut self) -> Option<&'a T> {
        self.next_back()
    }

    fn min(mut self) -> Option<&'a T>
    where
        &'a T: Ord,
    {
        self.next()
    }

    fn max(mut self) -> Option<&'a T>
    where
        &'a T: Ord,
    {
        self.next_back()
    }
}

impl<T, S: Shape> DoubleEndedIterator for Iter<'_, T, S> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back()
    }
}

impl<T, S: Shape> ExactSizeIterator for Iter<'_, T, S> {}
impl<T, S: Shape> FusedIterator for Iter<'_, T, S> {}

impl<'a, T, S: Shape> Iterator for Range<'a, T, S> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.inner.next().map(|(key, ())| key)
    }

    #[inline]
    fn fold<B, F: FnMut(B, &'a T) -> B>(self, init: B, mut f: F) -> B {
        self.inner.fold(init, |folded, (key, ())| f(folded, key))
    }

    fn nth(&mut self, n: usize) -> Option<&'a T> {
        self.inner.nth(n).map(|(key, ())| key)
    }

    fn count(self) -> usize {
        self.inner.count()
    }

    fn last(mut self) -> Option<&'a T> {
        self.next_back()
    }
}

impl<T, S: Shape> DoubleEndedIterator for Range<'_, T, S> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back().map(|(key, ())| key)
    }
}

impl<T, S: Shape> FusedIterator for Range<'_, T, S> {}

impl<T, S: Shape> Iterator for IntoIter<T, S> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.inner.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<T, S: Shape> DoubleEndedIterator for IntoIter<T, S> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.inner.next_back()
    }
}

impl<T, S: Shape> ExactSizeIterator for IntoIter<T, S> {}
impl<T, S: Shape> FusedIterator for IntoIter<T, S> {}

impl<T, R, F, S> Iterator for ExtractIf<'_, T, R, F, S>
where
    T: Ord,
    R: RangeBounds<T>,
    F: FnMut(&T) -> bool,
    S: Shape,
{
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.inner.next(|key, ()| (self.pred)(key)).map(|(key, ())| key)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<T, R, F, S> FusedIterator for ExtractIf<'_, T, R, F, S>
where
    T: Ord,
    R: RangeBounds<T>,
    F: FnMut(&T) -> bool,
    S: Shape,
{
}

impl<T, S: Shape> Clone for Iter<'_, T, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}
impl<T, S: Shape> Clone for Range<'_, T, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T, S: Shape> Default for Iter<'_, T, S> {
    fn default() -> Self {
        Self { inner: map::Keys::default() }
    }
}
impl<T, S: Shape> Default for Range<'_, T, S> {
    fn default() -> Self {
        Self { inner: map::Range::default() }
    }
}
impl<T, S: Shape> Default for IntoIter<T, S> {
    fn default() -> Self {
        Self { inner: map::IntoKeys::default() }
    }
}

impl<T: Debug, S: Shape> Debug for Iter<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&self.inner).finish()
    }
}
impl<T: Debug, S: Shape> Debug for Range<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Range").field("iter", &self.inner).finish()
    }
}
impl<T: Debug, S: Shape> Debug for IntoIter<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").field("iter", &self.inner).finish()
    }
}
impl<T: Debug, R, F, S: Shape> Debug for ExtractIf<'_, T, R, F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peek = self.inner.peeked().map(|(key, ())| key);
        f.debug_struct("ExtractIf").field("peek", &peek).finish_non_exhaustive()
    }
}
