//! What std's traits say of a hash set.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::HashSet;
use crate::shared::Sharing;

impl<T, S: Clone, P: Sharing> Clone for HashSet<T, S, P> {
    /// Another owner of the same elements.
    ///
    /// Time: O(1).
    fn clone(&self) -> Self {
        Self { map: self.map.clone() }
    }
}

impl<T, S: Default, P: Sharing> Default for HashSet<T, S, P> {
    fn default() -> Self {
        Self { map: Default::default() }
    }
}

impl<T: fmt::Debug, S, P: Sharing> fmt::Debug for HashSet<T, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<T: Hash + Eq, S: BuildHasher, P: Sharing> PartialEq for HashSet<T, S, P> {
    /// Skips what both share.
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<T: Hash + Eq, S: BuildHasher, P: Sharing> Eq for HashSet<T, S, P> {}

impl<T: Hash + Eq + Clone, S: BuildHasher + Default, P: Sharing> FromIterator<T> for HashSet<T, S, P> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self { map: values.into_iter().map(|value| (value, ())).collect() }
    }
}

impl<T: Hash + Eq + Clone, S: BuildHasher, P: Sharing> Extend<T> for HashSet<T, S, P> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.map.extend(values.into_iter().map(|value| (value, ())));
    }
}

impl<'a, T: Hash + Eq + Copy + 'a, S: BuildHasher, P: Sharing> Extend<&'a T> for HashSet<T, S, P> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        self.extend(values.into_iter().copied());
    }
}

impl<T: Hash + Eq + Clone, const N: usize> From<[T; N]> for HashSet<T> {
    fn from(values: [T; N]) -> Self {
        values.into_iter().collect()
    }
}
