//! What std's traits say of an index map.

use alloc::vec::Vec;
use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::ops::{Index, IndexMut};

use super::IndexMap;
use crate::reflexive::is_reflexive;
use crate::shared::Sharing;
use crate::vector::out_of_bounds;

impl<K, V, S: Clone, P: Sharing> Clone for IndexMap<K, V, S, P> {
    /// Another owner of the same entries.
    ///
    /// Time: O(1).
    fn clone(&self) -> Self {
        Self { places: self.places.clone(), entries: self.entries.clone(), next: self.next }
    }
}

impl<K, V, S: Default, P: Sharing> Default for IndexMap<K, V, S, P> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S, P: Sharing> fmt::Debug for IndexMap<K, V, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Hash + Eq, V: PartialEq, S: BuildHasher, P: Sharing> PartialEq for IndexMap<K, V, S, P> {
    /// Whether both have the same entries, in whatever order, as for a hash map. One version is equal to itself at once if `V` is known to be
    /// equal to itself.
    ///
    /// Time: O(n).
    fn eq(&self, other: &Self) -> bool {
        if is_reflexive::<V>() && self.ptr_eq(other) {
            return true;
        }
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<K: Hash + Eq, V: Eq, S: BuildHasher, P: Sharing> Eq for IndexMap<K, V, S, P> {}

impl<K: Hash + Eq + Borrow<Q>, Q: Hash + Eq + ?Sized, V, S: BuildHasher, P: Sharing> Index<&Q>
    for IndexMap<K, V, S, P>
{
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

impl<K, Q, V, S, P> IndexMut<&Q> for IndexMap<K, V, S, P>
where
    K: Hash + Eq + Clone + Borrow<Q>,
    Q: Hash + Eq + ?Sized,
    V: Clone,
    S: BuildHasher,
    P: Sharing,
{
    fn index_mut(&mut self, key: &Q) -> &mut V {
        self.get_mut(key).expect("no entry found for key")
    }
}

impl<K, V, S, P: Sharing> Index<usize> for IndexMap<K, V, S, P> {
    type Output = V;

    fn index(&self, index: usize) -> &V {
        match self.get_index(index) {
            Some((_, value)) => value,
            None => out_of_bounds(index, self.len()),
        }
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default, P: Sharing> FromIterator<(K, V)>
    for IndexMap<K, V, S, P>
{
    /// Of several values for one key the last one wins, at the place of the first.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> Extend<(K, V)> for IndexMap<K, V, S, P> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| drop(self.insert(key, value)));
    }
}

impl<'a, K: Hash + Eq + Copy + 'a, V: Copy + 'a, S: BuildHasher, P: Sharing> Extend<(&'a K, &'a V)>
    for IndexMap<K, V, S, P>
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<K: Hash + Eq + Clone, V: Clone, const N: usize> From<[(K, V); N]> for IndexMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> From<Vec<(K, V)>> for IndexMap<K, V> {
    fn from(entries: Vec<(K, V)>) -> Self {
        entries.into_iter().collect()
    }
}
