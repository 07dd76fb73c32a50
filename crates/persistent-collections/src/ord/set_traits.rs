//! What std's traits say of an ordered set.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use super::OrdSet;
use crate::shared::Sharing;

impl<T, P: Sharing> Clone for OrdSet<T, P> {
    /// Another owner of the same elements.
    ///
    /// Time: O(1).
    fn clone(&self) -> Self {
        Self { map: self.map.clone() }
    }
}

impl<T, P: Sharing> Default for OrdSet<T, P> {
    fn default() -> Self {
        Self { map: Default::default() }
    }
}

impl<T: fmt::Debug, P: Sharing> fmt::Debug for OrdSet<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<T: PartialEq, P: Sharing> PartialEq for OrdSet<T, P> {
    /// Answers as `BTreeSet` does.
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<T: Eq, P: Sharing> Eq for OrdSet<T, P> {}

impl<T: PartialOrd, P: Sharing> PartialOrd for OrdSet<T, P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<T: Ord, P: Sharing> Ord for OrdSet<T, P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<T: Hash, P: Sharing> Hash for OrdSet<T, P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|value| value.hash(state));
    }
}

impl<T: Ord + Clone, P: Sharing> FromIterator<T> for OrdSet<T, P> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self { map: values.into_iter().map(|value| (value, ())).collect() }
    }
}

impl<T: Ord + Clone, P: Sharing> Extend<T> for OrdSet<T, P> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.map.extend(values.into_iter().map(|value| (value, ())));
    }
}

impl<'a, T: Ord + Copy + 'a, P: Sharing> Extend<&'a T> for OrdSet<T, P> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        self.extend(values.into_iter().copied());
    }
}

impl<T: Ord + Clone, const N: usize> From<[T; N]> for OrdSet<T> {
    fn from(values: [T; N]) -> Self {
        values.into_iter().collect()
    }
}
