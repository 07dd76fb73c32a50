//! The iterators of [`BPlusTreeMap`](crate::BPlusTreeMap): spans of the tree with a length.

use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use crate::node::{IntoRange, Span, SpanMut};
use crate::shape::{Auto, Shape};

/// The entries of a map in ascending order of keys, of [`iter`](crate::BPlusTreeMap::iter).
pub struct Iter<'a, K, V, S = Auto> {
    span: Span<'a, K, V, S>,
}

/// The entries of a map with values to change, of [`iter_mut`](crate::BPlusTreeMap::iter_mut).
///
/// Invariant in `V`: a shorter-lived value cannot be put into a map of longer-lived ones.
/// ```compile_fail
/// use bplus_tree::map::IterMut;
/// fn shorter<'a, 'b>(iter: IterMut<'b, u32, &'static str>) -> IterMut<'b, u32, &'a str> {
///     iter
/// }
/// ```
pub struct IterMut<'a, K, V, S = Auto> {
    span: SpanMut<'a, K, V, S>,
}

/// The entries in a range of keys, of [`range`](crate::BPlusTreeMap::range).
pub struct Range<'a, K, V, S = Auto> {
    span: Span<'a, K, V, S>,
}

/// The entries in a range of keys with values to change, of [`range_mut`](crate::BPlusTreeMap::range_mut).
pub struct RangeMut<'a, K, V, S = Auto> {
    span: SpanMut<'a, K, V, S>,
}

/// The entries of a map by value, of `into_iter`.
pub struct IntoIter<K, V, S: Shape = Auto> {
    pub(super) span: Option<IntoRange<K, V, S>>,
}

/// The keys of a map, of [`keys`](crate::BPlusTreeMap::keys).
pub struct Keys<'a, K, V, S = Auto> {
    pub(super) inner: Iter<'a, K, V, S>,
}

/// The values of a map, of [`values`](crate::BPlusTreeMap::values).
pub struct Values<'a, K, V, S = Auto> {
    pub(super) inner: Iter<'a, K, V, S>,
}

/// The values of a map, to change, of [`values_mut`](crate::BPlusTreeMap::values_mut).
pub struct ValuesMut<'a, K, V, S = Auto> {
    pub(super) inner: IterMut<'a, K, V, S>,
}

/// The keys of a map by value, of [`into_keys`](crate::BPlusTreeMap::into_keys).
pub struct IntoKeys<K, V, S: Shape = Auto> {
    pub(super) inner: IntoIter<K, V, S>,
}

/// The values of a map by value, of [`into_values`](crate::BPlusTreeMap::into_values).
pub struct IntoValues<K, V, S: Shape = Auto> {
    pub(super) inner: IntoIter<K, V, S>,
}

impl<'a, K, V, S: Shape> Iter<'a, K, V, S> {
    pub(crate) fn new(span: Span<'a, K, V, S>, len: usize) -> Self {
        Self { span: span.count(len) }
    }
}

impl<'a, K, V, S: Shape> IterMut<'a, K, V, S> {
    pub(super) fn new(span: SpanMut<'a, K, V, S>, len: usize) -> Self {
        Self { span: span.count(len) }
    }

    fn as_iter(&self) -> Iter<'_, K, V, S> {
        Iter { span: self.span.as_span() }
    }
}

impl<'a, K, V, S: Shape> Range<'a, K, V, S> {
    pub(crate) fn new(span: Span<'a, K, V, S>) -> Self {
        Self { span }
    }
}

impl<'a, K, V, S: Shape> RangeMut<'a, K, V, S> {
    pub(super) fn new(span: SpanMut<'a, K, V, S>) -> Self {
        Self { span }
    }
}

impl<K, V, S: Shape> IntoIter<K, V, S> {
    fn as_range(&self) -> Range<'_, K, V, S> {
        Range { span: self.span.as_ref().map(IntoRange::as_span).unwrap_or_default() }
    }
}

/// An iterator over a borrowed span, with what the last block says beside.
macro_rules! borrowed {
    ($name:ident, $item:ty, { $($more:tt)* }) => {
        impl<'a, K, V, S: Shape> Iterator for $name<'a, K, V, S> {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.span.next()
            }

            /// Leaf by leaf.
            #[inline]
            fn fold<B, F: FnMut(B, Self::Item) -> B>(mut self, init: B, mut f: F) -> B {
                let mut folded = init;
                while let Some((keys, values)) = self.span.next_run() {
                    folded = keys.iter().zip(values).fold(folded, &mut f);
                }
                folded
            }

            /// Time: O(1) a leaf that is passed.
            fn nth(&mut self, n: usize) -> Option<Self::Item> {
                self.span.skip(n);
                self.span.next()
            }

            fn last(mut self) -> Option<Self::Item> {
                self.next_back()
            }

            $($more)*
        }

        impl<K, V, S: Shape> DoubleEndedIterator for $name<'_, K, V, S> {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                self.span.next_back()
            }
        }
    };
}

/// The methods of iterators that know their length.
macro_rules! length {
    () => {
        fn size_hint(&self) -> (usize, Option<usize>) {
            let len = self.span.len();
            (len, Some(len))
        }

        fn count(self) -> usize {
            self.span.len()
        }
    };
}

/// The methods of iterators that have to look for their length.
macro_rules! no_length {
    () => {
        /// Time: O(1) a leaf.
        fn count(mut self) -> usize {
            let mut count = 0;
            while let Some((keys, _)) = self.span.next_run() {
                count += keys.len();
            }
            count
        }
    };
}

/// The methods of iterators whose items ascend.
macro_rules! ascending {
    () => {
        fn min(mut self) -> Option<Self::Item>
        where
            Self::Item: Ord,
        {
            self.next()
        }

        fn max(mut self) -> Option<Self::Item>
        where
            Self::Item: Ord,
        {
            self.next_back()
        }
    };
}

borrowed!(Iter, (&'a K, &'a V), {
    length!();
    ascending!();
});
borrowed!(IterMut, (&'a K, &'a mut V), {
    length!();
});
borrowed!(Range, (&'a K, &'a V), {
    no_length!();
    ascending!();
});
borrowed!(RangeMut, (&'a K, &'a mut V), {
    no_length!();
});

impl<K, V, S: Shape> Iterator for IntoIter<K, V, S> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.span.as_mut()?.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.span.as_ref().map_or(0, IntoRange::len);
        (len, Some(len))
    }
}

impl<K, V, S: Shape> DoubleEndedIterator for IntoIter<K, V, S> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.span.as_mut()?.next_back()
    }
}

/// An iterator over one part of what `inner` gives.
macro_rules! part {
    ($name:ident<$($lifetime:lifetime,)? K, V, S>, $item:ty, |$entry:pat_param| $part:expr) => {
        impl<$($lifetime,)? K, V, S: Shape> Iterator for $name<$($lifetime,)? K, V, S> {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<$item> {
                self.inner.next().map(|$entry| $part)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.inner.size_hint()
            }

            #[inline]
            fn fold<B, F: FnMut(B, $item) -> B>(self, init: B, mut f: F) -> B {
                self.inner.fold(init, |folded, $entry| f(folded, $part))
            }

            fn nth(&mut self, n: usize) -> Option<$item> {
                self.inner.nth(n).map(|$entry| $part)
            }

            fn count(self) -> usize {
                self.inner.count()
            }

            fn last(mut self) -> Option<$item> {
                self.next_back()
            }
        }

        impl<$($lifetime,)? K, V, S: Shape> DoubleEndedIterator for $name<$($lifetime,)? K, V, S> {
            #[inline]
            fn next_back(&mut self) -> Option<$item> {
                self.inner.next_back().map(|$entry| $part)
            }
        }
    };
}

part!(Keys<'a, K, V, S>, &'a K, |(key, _)| key);
part!(Values<'a, K, V, S>, &'a V, |(_, value)| value);
part!(ValuesMut<'a, K, V, S>, &'a mut V, |(_, value)| value);
part!(IntoKeys<K, V, S>, K, |(key, value)| {
    drop(value); // here, where a panic still drops the key
    key
});
part!(IntoValues<K, V, S>, V, |(key, value)| {
    drop(key); // here, where a panic still drops the value
    value
});

/// What every iterator with a length has.
macro_rules! sized {
    ($($name:ident<$($lifetime:lifetime,)? K, V, S>),+) => {$(
        impl<$($lifetime,)? K, V, S: Shape> ExactSizeIterator for $name<$($lifetime,)? K, V, S> {}
        impl<$($lifetime,)? K, V, S: Shape> FusedIterator for $name<$($lifetime,)? K, V, S> {}
    )+};
}

sized!(
    Iter<'a, K, V, S>,
    IterMut<'a, K, V, S>,
    Keys<'a, K, V, S>,
    Values<'a, K, V, S>,
    ValuesMut<'a, K, V, S>
);
sized!(IntoIter<K, V, S>, IntoKeys<K, V, S>, IntoValues<K, V, S>);
impl<K, V, S: Shape> FusedIterator for Range<'_, K, V, S> {}
impl<K, V, S: Shape> FusedIterator for RangeMut<'_, K, V, S> {}

impl<K, V, S: Shape> Clone for Iter<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { span: self.span.clone() }
    }
}
impl<K, V, S: Shape> Clone for Range<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { span: self.span.clone() }
    }
}
impl<K, V, S: Shape> Clone for Keys<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}
impl<K, V, S: Shape> Clone for Values<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V, S: Shape> Default for Iter<'_, K, V, S> {
    fn default() -> Self {
        Self { span: Span::default() }
    }
}
impl<K, V, S: Shape> Default for IterMut<'_, K, V, S> {
    fn default() -> Self {
        Self { span: SpanMut::default() }
    }
}
impl<K, V, S: Shape> Default for Range<'_, K, V, S> {
    fn default() -> Self {
        Self { span: Span::default() }
    }
}
impl<K, V, S: Shape> Default for Keys<'_, K, V, S> {
    fn default() -> Self {
        Self { inner: Iter::default() }
    }
}
impl<K, V, S: Shape> Default for Values<'_, K, V, S> {
    fn default() -> Self {
        Self { inner: Iter::default() }
    }
}
impl<K, V, S: Shape> Default for ValuesMut<'_, K, V, S> {
    fn default() -> Self {
        Self { inner: IterMut::default() }
    }
}
impl<K, V, S: Shape> Default for IntoIter<K, V, S> {
    fn default() -> Self {
        Self { span: None }
    }
}
impl<K, V, S: Shape> Default for IntoKeys<K, V, S> {
    fn default() -> Self {
        Self { inner: IntoIter::default() }
    }
}
impl<K, V, S: Shape> Default for IntoValues<K, V, S> {
    fn default() -> Self {
        Self { inner: IntoIter::default() }
    }
}

impl<K: Debug, V: Debug, S: Shape> Debug for Iter<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
impl<K: Debug, V: Debug, S: Shape> Debug for IterMut<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_iter()).finish()
    }
}
impl<K: Debug, V: Debug, S: Shape> Debug for Range<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
impl<K: Debug, V: Debug, S: Shape> Debug for RangeMut<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(Range::new(self.span.as_span())).finish()
    }
}
impl<K: Debug, V: Debug, S: Shape> Debug for IntoIter<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_range()).finish()
    }
}
impl<K: Debug, V, S: Shape> Debug for Keys<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
impl<K, V: Debug, S: Shape> Debug for Values<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
impl<K, V: Debug, S: Shape> Debug for ValuesMut<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.as_iter().map(|(_, value)| value)).finish()
    }
}
impl<K: Debug, V, S: Shape> Debug for IntoKeys<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.as_range().map(|(key, _)| key)).finish()
    }
}
impl<K, V: Debug, S: Shape> Debug for IntoValues<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.as_range().map(|(_, value)| value)).finish()
    }
}
