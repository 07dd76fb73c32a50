//! The traits of [`BPlusTreeSet`], as std's set has them.

use core::cmp::Ordering;
use core::fmt::{self, Debug};
use core::hash::{Hash, Hasher};
use core::ops::{BitAnd, BitOr, BitXor, Sub};

use alloc::vec::Vec;

use super::{BPlusTreeSet, IntoIter, Iter};
use crate::map::BPlusTreeMap;
use crate::shape::Shape;

impl<T: Clone, S: Shape> Clone for BPlusTreeSet<T, S> {
    fn clone(&self) -> Self {
        Self { map: self.map.clone() }
    }
}

impl<T> Default for BPlusTreeSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Debug, S: Shape> Debug for BPlusTreeSet<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: PartialEq, S: Shape> PartialEq for BPlusTreeSet<T, S> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Eq, S: Shape> Eq for BPlusTreeSet<T, S> {}

impl<T: PartialOrd, S: Shape> PartialOrd for BPlusTreeSet<T, S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<T: Ord, S: Shape> Ord for BPlusTreeSet<T, S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<T: Hash, S: Shape> Hash for BPlusTreeSet<T, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.map.hash(state);
    }
}

impl<T: Ord> FromIterator<T> for BPlusTreeSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(keys: I) -> Self {
        let entries: Vec<(T, ())> = keys.into_iter().map(|key| (key, ())).collect();
        Self { map: BPlusTreeMap::from_unsorted(entries) }
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for BPlusTreeSet<T> {
    fn from(keys: [T; N]) -> Self {
        Self::from_iter(keys)
    }
}

impl<T: Ord, S: Shape> Extend<T> for BPlusTreeSet<T, S> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, keys: I) {
        keys.into_iter().for_each(|key| {
            self.insert(key);
        });
    }
}

impl<'a, T: Ord + Copy + 'a, S: Shape> Extend<&'a T> for BPlusTreeSet<T, S> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, keys: I) {
        self.extend(keys.into_iter().copied());
    }
}

impl<T, S: Shape> IntoIterator for BPlusTreeSet<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T, S>;

    fn into_iter(self) -> IntoIter<T, S> {
        IntoIter { inner: self.map.into_keys() }
    }
}

impl<'a, T, S: Shape> IntoIterator for &'a BPlusTreeSet<T, S> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T, S>;

    fn into_iter(self) -> Iter<'a, T, S> {
        self.iter()
    }
}

/// A set of keys that ascend.
fn collect<T: Ord, S: Shape>(keys: impl Iterator<Item = T>) -> BPlusTreeSet<T, S> {
    let mut set = BPlusTreeSet::with_shape();
    set.map.tree.push_all(keys.map(|key| (key, ())));
    set
}

impl<T: Ord + Clone, S: Shape> BitAnd for &BPlusTreeSet<T, S> {
    type Output = BPlusTreeSet<T, S>;

    /// The intersection.
    fn bitand(self, other: Self) -> BPlusTreeSet<T, S> {
        collect(self.intersection(other).cloned())
    }
}

impl<T: Ord + Clone, S: Shape> BitOr for &BPlusTreeSet<T, S> {
    type Output = BPlusTreeSet<T, S>;

    /// The union.
    fn bitor(self, other: Self) -> BPlusTreeSet<T, S> {
        collect(self.union(other).cloned())
    }
}

impl<T: Ord + Clone, S: Shape> BitXor for &BPlusTreeSet<T, S> {
    type Output = BPlusTreeSet<T, S>;

    /// The symmetric difference.
    fn bitxor(self, other: Self) -> BPlusTreeSet<T, S> {
        collect(self.symmetric_difference(other).cloned())
    }
}

impl<T: Ord + Clone, S: Shape> Sub for &BPlusTreeSet<T, S> {
    type Output = BPlusTreeSet<T, S>;

    /// The difference.
    fn sub(self, other: Self) -> BPlusTreeSet<T, S> {
        collect(self.difference(other).cloned())
    }
}
