//! What std's traits say of a hash map.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::ops::{Add, Index, IndexMut};

use super::HashMap;
use crate::reflexive::is_reflexive;
use crate::shared::Sharing;

impl<K, V, S: Clone, P: Sharing> Clone for HashMap<K, V, S, P> {
    /// Another owner of the same entries.
    ///
    /// Time: O(1).
    #[inline]
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len, hasher: self.hasher.clone(), family: self.family }
    }
}

impl<K, V, S: Default, P: Sharing> Default for HashMap<K, V, S, P> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S, P: Sharing> fmt::Debug for HashMap<K, V, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Hash + Eq, V: PartialEq, S: BuildHasher, P: Sharing> PartialEq for HashMap<K, V, S, P> {
    /// Answers as std's map does. Skips what both share if `V` is known to be equal to itself; see [`HashMap::eq_shared`].
    fn eq(&self, other: &Self) -> bool {
        self.equals(other, is_reflexive::<V>())
    }
}

impl<K: Hash + Eq, V: Eq, S: BuildHasher, P: Sharing> Eq for HashMap<K, V, S, P> {}

impl<K: Hash + Eq + Borrow<Q>, Q: Hash + Eq + ?Sized, V, S: BuildHasher, P: Sharing> Index<&Q>
    for HashMap<K, V, S, P>
{
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

impl<K, Q, V, S, P> IndexMut<&Q> for HashMap<K, V, S, P>
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

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default, P: Sharing> FromIterator<(K, V)>
    for HashMap<K, V, S, P>
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher, P: Sharing> Extend<(K, V)> for HashMap<K, V, S, P> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| drop(self.insert(key, value)));
    }
}

impl<'a, K: Hash + Eq + Copy + 'a, V: Copy + 'a, S: BuildHasher, P: Sharing> Extend<(&'a K, &'a V)>
    for HashMap<K, V, S, P>
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<K: Hash + Eq + Clone, V: Clone, const N: usize> From<[(K, V); N]> for HashMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> From<alloc::vec::Vec<(K, V)>> for HashMap<K, V> {
    fn from(entries: alloc::vec::Vec<(K, V)>) -> Self {
        entries.into_iter().collect()
    }
}

#[cfg(feature = "std")]
impl<K: Hash + Eq + Clone, V: Clone, S> From<std::collections::HashMap<K, V, S>> for HashMap<K, V> {
    fn from(entries: std::collections::HashMap<K, V, S>) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P: Sharing> Add for HashMap<K, V, S, P> {
    type Output = Self;

    /// The union: for keys of both, the left value.
    fn add(self, other: Self) -> Self {
        self.union(&other)
    }
}
