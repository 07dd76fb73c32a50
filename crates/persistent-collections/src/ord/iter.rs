//! Iterators over an ordered map.

use core::borrow::Borrow;
use core::iter::Zip;
use core::ops::RangeBounds;
use core::slice;

use super::OrdMap;
use crate::nodes::{Flat, IntoLeaves, Leaf, Leaves, LeavesMut, Path, first, forward_iterator, second};
use crate::shared::{self, Atomic, Sharing};

pub(crate) struct Chunks<'a, K, V, P: Sharing>(Leaves<'a, K, V, P>);

impl<'a, K, V, P: Sharing> Chunks<'a, K, V, P> {
    #[cfg_attr(not(feature = "rayon"), allow(dead_code, reason = "only parallel iterators split"))]
    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        let (left, right) = self.0.split_at(at);
        (Self(left), Self(right))
    }

    pub(crate) fn elements(self) -> Iter<'a, K, V, P> {
        let len = self.0.len();
        Iter(Flat::new(self, len))
    }
}

impl<K, V, P: Sharing> Clone for Chunks<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<'a, K, V, P: Sharing> Iterator for Chunks<'a, K, V, P> {
    type Item = Zip<slice::Iter<'a, K>, slice::Iter<'a, V>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(keys, values)| keys.iter().zip(values))
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        self.0.fold(init, |folded, (keys, values)| f(folded, keys.iter().zip(values)))
    }
}

impl<K, V, P: Sharing> DoubleEndedIterator for Chunks<'_, K, V, P> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(keys, values)| keys.iter().zip(values))
    }
}

struct ChunksMut<'a, K, V, P: Sharing>(LeavesMut<'a, K, V, P>);

impl<'a, K: Clone, V: Clone, P: Sharing> Iterator for ChunksMut<'a, K, V, P> {
    type Item = Zip<slice::Iter<'a, K>, slice::IterMut<'a, V>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(keys, values)| keys.iter().zip(values))
    }
}

impl<K: Clone, V: Clone, P: Sharing> DoubleEndedIterator for ChunksMut<'_, K, V, P> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(keys, values)| keys.iter().zip(values))
    }
}

struct IntoChunks<K, V, P: Sharing>(IntoLeaves<K, V, P>);

impl<K: Clone, V: Clone, P: Sharing> Iterator for IntoChunks<K, V, P> {
    type Item = shared::IntoIter<(), K, V, P, false>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Leaf::into_elements)
    }
}

impl<K: Clone, V: Clone, P: Sharing> DoubleEndedIterator for IntoChunks<K, V, P> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(Leaf::into_elements)
    }
}

/// References to the entries in order: see [`OrdMap::iter`].
pub struct Iter<'a, K, V, P: Sharing = Atomic>(Flat<Chunks<'a, K, V, P>>);
forward_iterator!(['a, K, V, P: Sharing] Iter<'a, K, V, P>, (&'a K, &'a V), |entry| entry);

/// References to the entries in order, the values to be changed: see [`OrdMap::iter_mut`].
pub struct IterMut<'a, K: Clone, V: Clone, P: Sharing = Atomic>(Flat<ChunksMut<'a, K, V, P>>);
forward_iterator!(['a, K: Clone, V: Clone, P: Sharing] IterMut<'a, K, V, P>, (&'a K, &'a mut V), |entry| entry);

/// The entries by value, in order; those shared with other versions are cloned.
pub struct IntoIter<K: Clone, V: Clone, P: Sharing = Atomic>(Flat<IntoChunks<K, V, P>>);
forward_iterator!([K: Clone, V: Clone, P: Sharing] IntoIter<K, V, P>, (K, V), |entry| entry);

/// References to the keys in order: see [`OrdMap::keys`].
pub struct Keys<'a, K, V, P: Sharing = Atomic>(Iter<'a, K, V, P>);
forward_iterator!(['a, K, V, P: Sharing] Keys<'a, K, V, P>, &'a K, |(key, _)| key);

/// References to the values in the order of keys: see [`OrdMap::values`].
pub struct Values<'a, K, V, P: Sharing = Atomic>(Iter<'a, K, V, P>);
forward_iterator!(['a, K, V, P: Sharing] Values<'a, K, V, P>, &'a V, |(_, value)| value);

/// The values in the order of keys, to be changed: see [`OrdMap::values_mut`].
pub struct ValuesMut<'a, K: Clone, V: Clone, P: Sharing = Atomic>(IterMut<'a, K, V, P>);
forward_iterator!(['a, K: Clone, V: Clone, P: Sharing] ValuesMut<'a, K, V, P>, &'a mut V, |(_, value)| value);

/// The keys by value, in order: see [`OrdMap::into_keys`].
pub struct IntoKeys<K: Clone, V: Clone, P: Sharing = Atomic>(IntoIter<K, V, P>);
forward_iterator!([K: Clone, V: Clone, P: Sharing] IntoKeys<K, V, P>, K, first);

/// The values by value, in the order of keys: see [`OrdMap::into_values`].
pub struct IntoValues<K: Clone, V: Clone, P: Sharing = Atomic>(IntoIter<K, V, P>);
forward_iterator!([K: Clone, V: Clone, P: Sharing] IntoValues<K, V, P>, V, second);

impl<K, V, P: Sharing> Clone for Iter<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self(Flat::clone(&self.0))
    }
}

impl<K, V, P: Sharing> Clone for Keys<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, P: Sharing> Clone for Values<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, P: Sharing> OrdMap<K, V, P> {
    /// The entries in order.
    ///
    /// Time: O(1), and O(1) amortised for each entry.
    pub fn iter(&self) -> Iter<'_, K, V, P> {
        Chunks(self.tree.leaves()).elements()
    }

    /// The keys in order.
    ///
    /// Time: O(1), and O(1) amortised for each key.
    pub fn keys(&self) -> Keys<'_, K, V, P> {
        Keys(self.iter())
    }

    /// The values in the order of keys.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn values(&self) -> Values<'_, K, V, P> {
        Values(self.iter())
    }

    #[cfg(feature = "rayon")]
    pub(crate) fn chunks(&self) -> Chunks<'_, K, V, P> {
        Chunks(self.tree.leaves())
    }
}

impl<K: Ord, V, P: Sharing> OrdMap<K, V, P> {
    /// The entries with keys in `range`, in order.
    ///
    /// Time: O(log n), and O(1) amortised for each entry.
    ///
    /// # Panics
    ///
    /// If the range starts after its end, or at its end with both excluded.
    pub fn range<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R) -> Iter<'_, K, V, P>
    where
        K: Borrow<Q>,
    {
        let mut path = Path::new();
        let (_, end) = self.positions(range, &mut path);
        Chunks(self.tree.leaves_from(&path, end)).elements()
    }

    pub(super) fn keys_in<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R) -> Keys<'_, K, V, P>
    where
        K: Borrow<Q>,
    {
        Keys(self.range(range))
    }
}

impl<K: Clone, V: Clone, P: Sharing> OrdMap<K, V, P> {
    /// The entries in order, the values to be changed. Shared nodes are copied when the iterator reaches them.
    ///
    /// Time: O(1), and O(1) amortised for each entry.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V, P> {
        self.iter_mut_in(0, self.len())
    }

    fn iter_mut_in(&mut self, start: usize, end: usize) -> IterMut<'_, K, V, P> {
        IterMut(Flat::new(ChunksMut(self.tree.leaves_mut(start, end)), end - start))
    }

    /// The entries with keys in `range`, in order, the values to be changed. Nodes outside the range are not copied.
    ///
    /// Time: O(log n), and O(1) amortised for each entry.
    ///
    /// # Panics
    ///
    /// If the range starts after its end, or at its end with both excluded.
    pub fn range_mut<Q: Ord + ?Sized, R: RangeBounds<Q>>(&mut self, range: R) -> IterMut<'_, K, V, P>
    where
        K: Ord + Borrow<Q>,
    {
        let (start, end) = self.positions(range, &mut Path::new());
        self.iter_mut_in(start, end)
    }

    /// The values in the order of keys, to be changed.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V, P> {
        ValuesMut(self.iter_mut())
    }

    /// The keys by value, in order.
    ///
    /// Time: O(1), and O(1) amortised for each key.
    pub fn into_keys(self) -> IntoKeys<K, V, P> {
        IntoKeys(self.into_iter())
    }

    /// The values by value, in the order of keys.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn into_values(self) -> IntoValues<K, V, P> {
        IntoValues(self.into_iter())
    }
}

impl<K: Clone, V: Clone, P: Sharing> IntoIterator for OrdMap<K, V, P> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, P>;

    fn into_iter(self) -> IntoIter<K, V, P> {
        let len = self.len();
        IntoIter(Flat::new(IntoChunks(self.tree.into_leaves()), len))
    }
}

impl<'a, K, V, P: Sharing> IntoIterator for &'a OrdMap<K, V, P> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V, P>;

    fn into_iter(self) -> Iter<'a, K, V, P> {
        self.iter()
    }
}

impl<'a, K: Clone, V: Clone, P: Sharing> IntoIterator for &'a mut OrdMap<K, V, P> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V, P>;

    fn into_iter(self) -> IterMut<'a, K, V, P> {
        self.iter_mut()
    }
}
