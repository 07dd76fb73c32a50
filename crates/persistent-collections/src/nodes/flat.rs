//! Elements one by one, out of chunks of them.

use core::iter::{Flatten, FusedIterator};

/// Flattens chunks and knows how many elements are left.
pub(crate) struct Flat<C: Iterator<Item: IntoIterator>> {
    inner: Flatten<C>,
    left: usize,
}

impl<C: Iterator<Item: IntoIterator>> Flat<C> {
    /// The elements of `chunks`, of which there are `left`.
    pub(crate) fn new(chunks: C, left: usize) -> Self {
        Self { inner: chunks.flatten(), left }
    }
}

impl<C: Iterator<Item: IntoIterator<IntoIter: Clone>> + Clone> Clone for Flat<C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), left: self.left }
    }
}

impl<C: Iterator<Item: IntoIterator>> Iterator for Flat<C> {
    type Item = <C::Item as IntoIterator>::Item;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let next = self.inner.next();
        self.left -= usize::from(next.is_some());
        next
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, f: F) -> B {
        self.inner.fold(init, f)
    }
}

impl<C> DoubleEndedIterator for Flat<C>
where
    C: DoubleEndedIterator<Item: IntoIterator<IntoIter: DoubleEndedIterator>>,
{
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let next = self.inner.next_back();
        self.left -= usize::from(next.is_some());
        next
    }

    #[inline]
    fn rfold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, f: F) -> B {
        self.inner.rfold(init, f)
    }
}

impl<C: Iterator<Item: IntoIterator>> ExactSizeIterator for Flat<C> {}
impl<C: Iterator<Item: IntoIterator>> FusedIterator for Flat<C> {}

/// The first of two; the other one is dropped before anything is given, so that a panic there leaks nothing
/// (rust-lang/rust#47949).
pub(crate) fn first<A, B>((a, b): (A, B)) -> A {
    drop(b);
    a
}

/// The second of two; as [`first`].
pub(crate) fn second<A, B>((a, b): (A, B)) -> B {
    drop(a);
    b
}

/// Forwards the iterator traits of a newtype to its only field, through `$map`.
///
/// A macro, because each iterator of each collection is a type of its own that differs in nothing but this.
macro_rules! forward_iterator {
    ([$($generics:tt)*] $name:ty, $item:ty, $map:expr $(, where $($bounds:tt)*)?) => {
        forward_iterator!(@forward [$($generics)*] $name, $item, $map $(, where $($bounds)*)?);

        impl<$($generics)*> DoubleEndedIterator for $name $(where $($bounds)*)? {
            #[inline]
            fn next_back(&mut self) -> Option<$item> {
                self.0.next_back().map($map)
            }

            #[inline]
            fn rfold<B, F: FnMut(B, $item) -> B>(self, init: B, mut f: F) -> B {
                self.0.rfold(init, |sum, item| f(sum, $map(item)))
            }
        }
    };
    (@forward [$($generics:tt)*] $name:ty, $item:ty, $map:expr $(, where $($bounds:tt)*)?) => {
        impl<$($generics)*> Iterator for $name $(where $($bounds)*)? {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<$item> {
                self.0.next().map($map)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }

            #[inline]
            fn fold<B, F: FnMut(B, $item) -> B>(self, init: B, mut f: F) -> B {
                self.0.fold(init, |sum, item| f(sum, $map(item)))
            }
        }

        impl<$($generics)*> ExactSizeIterator for $name $(where $($bounds)*)? {}
        impl<$($generics)*> core::iter::FusedIterator for $name $(where $($bounds)*)? {}

        impl<$($generics)*> core::fmt::Debug for $name $(where $($bounds)*)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).field("left", &self.0.size_hint().0).finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use forward_iterator;
