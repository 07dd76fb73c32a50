//! What std's traits say of an ordered map.

use alloc::vec::Vec;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Add, Index, IndexMut};

use super::OrdMap;
use crate::nodes::Tree;
use crate::reflexive::is_reflexive;
use crate::shared::Sharing;

impl<K, V, P: Sharing> Clone for OrdMap<K, V, P> {
    /// Another owner of the same entries.
    ///
    /// Time: O(1).
    #[inline]
    fn clone(&self) -> Self {
        Self { tree: self.tree.clone() }
    }
}

impl<K, V, P: Sharing> Default for OrdMap<K, V, P> {
    fn default() -> Self {
        Self { tree: Tree::new() }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, P: Sharing> fmt::Debug for OrdMap<K, V, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: PartialEq, V: PartialEq, P: Sharing> PartialEq for OrdMap<K, V, P> {
    /// Answers as `BTreeMap` does. Skips what both share if `K` and `V` are known to be equal to themselves; see
    /// [`OrdMap::eq_shared`].
    fn eq(&self, other: &Self) -> bool {
        self.equals(other, is_reflexive::<K>() && is_reflexive::<V>())
    }
}

impl<K: Eq, V: Eq, P: Sharing> Eq for OrdMap<K, V, P> {}

impl<K: PartialOrd, V: PartialOrd, P: Sharing> PartialOrd for OrdMap<K, V, P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<K: Ord, V: Ord, P: Sharing> Ord for OrdMap<K, V, P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<K: Hash, V: Hash, P: Sharing> Hash for OrdMap<K, V, P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|entry| entry.hash(state));
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V, P: Sharing> Index<&Q> for OrdMap<K, V, P> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

impl<K: Ord + Clone + Borrow<Q>, Q: Ord + ?Sized, V: Clone, P: Sharing> IndexMut<&Q> for OrdMap<K, V, P> {
    fn index_mut(&mut self, key: &Q) -> &mut V {
        self.get_mut(key).expect("no entry found for key")
    }
}

impl<K: Ord + Clone, V: Clone, P: Sharing> FromIterator<(K, V)> for OrdMap<K, V, P> {
    /// Sorts once and builds full leaves; the last of several values for one key wins.
    ///
    /// Time: O(n log n), O(n) if the keys are sorted already.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut entries: Vec<(K, V)> = entries.into_iter().collect();
        if !entries.is_sorted_by(|(left, _), (right, _)| left < right) {
            // Stable, so that of equal keys the one that came last stays last.
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            entries.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    core::mem::swap(&mut later.1, &mut earlier.1);
                }
                same
            });
        }
        Self::from_sorted(entries.into_iter())
    }
}

impl<K: Ord + Clone, V: Clone, P: Sharing> Extend<(K, V)> for OrdMap<K, V, P> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        if self.is_empty() {
            *self = entries.into_iter().collect();
        } else {
            entries.into_iter().for_each(|(key, value)| drop(self.insert(key, value)));
        }
    }
}

impl<'a, K: Ord + Copy + 'a, V: Copy + 'a, P: Sharing> Extend<(&'a K, &'a V)> for OrdMap<K, V, P> {
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<K: Ord + Clone, V: Clone, const N: usize> From<[(K, V); N]> for OrdMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Ord + Clone, V: Clone> From<Vec<(K, V)>> for OrdMap<K, V> {
    fn from(entries: Vec<(K, V)>) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Ord + Clone, V: Clone> From<alloc::collections::BTreeMap<K, V>> for OrdMap<K, V> {
    fn from(entries: alloc::collections::BTreeMap<K, V>) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Ord + Clone, V: Clone, P: Sharing> Add for OrdMap<K, V, P> {
    type Output = Self;

    /// The union: for keys of both, the left value.
    fn add(self, other: Self) -> Self {
        self.union(&other)
    }
}
