//! The iterator over a map, and the traits of the standard library.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter::FusedIterator;

use super::{RadixMap, RadixMapRef};
use crate::iter::Walk;
use crate::reclaim::{Node, NodeTable, Pinned, Unpublished};

/// The entries of a map. See [`RadixMapRef::iter`].
pub struct MapIter<'g, 'm, K, V> {
    pinned: &'g Pinned<'m, K, V>,
    walk: Walk,
    bucket: Vec<&'g Node<K, V>>,
}

impl<'g, 'm, K, V> MapIter<'g, 'm, K, V> {
    pub(super) fn new(pinned: &'g Pinned<'m, K, V>) -> Self {
        Self { pinned, walk: Walk::new(&pinned.nodes.table), bucket: Vec::new() }
    }
}

impl<K, V> Clone for MapIter<'_, '_, K, V> {
    fn clone(&self) -> Self {
        Self { pinned: self.pinned, walk: self.walk.clone(), bucket: self.bucket.clone() }
    }
}

impl<K, V> fmt::Debug for MapIter<'_, '_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapIter").field("walk", &self.walk).finish_non_exhaustive()
    }
}

impl<'g, K, V> Iterator for MapIter<'g, '_, K, V> {
    type Item = (&'g K, &'g V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.bucket.is_empty() && !self.pinned.next_bucket(&mut self.walk, &mut self.bucket) {
            return None;
        }
        self.bucket.pop().map(|node| (&node.key, &node.value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.bucket.len(), None)
    }
}

impl<K, V> FusedIterator for MapIter<'_, '_, K, V> {}

/// Entries that were taken out of a map, by value. See [`RadixMap::drain`] and [`RadixMap::into_iter`].
pub struct MapIntoIter<K, V>(std::vec::IntoIter<Unpublished<K, V>>);

impl<K, V> MapIntoIter<K, V> {
    pub(super) fn new(nodes: &mut NodeTable<K, V>) -> Self {
        let mut taken = Vec::with_capacity(nodes.table.population.count());
        nodes.take(|node| taken.push(node));
        Self(taken.into_iter())
    }
}

impl<K, V> fmt::Debug for MapIntoIter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapIntoIter").field("left", &self.0.len()).finish_non_exhaustive()
    }
}

impl<K, V> Iterator for MapIntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.0.next().map(Unpublished::into_parts)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> ExactSizeIterator for MapIntoIter<K, V> {}

impl<K, V> FusedIterator for MapIntoIter<K, V> {}

impl<K, V, S> IntoIterator for RadixMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = MapIntoIter<K, V>;

    fn into_iter(mut self) -> MapIntoIter<K, V> {
        self.drain()
    }
}

impl<'g, 'm, K, V, S> IntoIterator for &'g RadixMapRef<'m, K, V, S> {
    type Item = (&'g K, &'g V);
    type IntoIter = MapIter<'g, 'm, K, V>;

    fn into_iter(self) -> MapIter<'g, 'm, K, V> {
        self.iter()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Extend<(K, V)> for RadixMap<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        let map = self.pin();
        entries.into_iter().for_each(|(key, value)| _ = map.insert(key, value));
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> FromIterator<(K, V)> for RadixMap<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut map = Self::with_capacity_and_hasher(entries.size_hint().0, S::default());
        map.extend(entries);
        map
    }
}

impl<K, V, S: Default> Default for RadixMap<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

/// The entries of the clone are those that [`RadixMapRef::iter`] gives.
impl<K: Clone + Eq + Hash, V: Clone, S: BuildHasher + Clone> Clone for RadixMap<K, V, S> {
    fn clone(&self) -> Self {
        let mut clone = Self::with_capacity_and_hasher(self.len(), self.hasher.clone());
        clone.extend(self.pin().iter().map(|(key, value)| (key.clone(), value.clone())));
        clone
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for RadixMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pin().fmt(f)
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for RadixMapRef<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
