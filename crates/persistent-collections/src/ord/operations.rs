//! Set operations, equality and differences of ordered maps.

use alloc::vec::Vec;

use super::OrdMap;
use crate::nodes::{Combine, KeyChange, combine, diff_by_key, is_subset, same};
use crate::operations::{Change, Merge, MergeAll, MergeWith, by_key, map_operations};
use crate::shared::Sharing;

impl<K: Ord + Clone, V: Clone, P: Sharing> OrdMap<K, V, P> {
    pub(super) fn combine<C: Combine<K, V>>(&self, other: &Self, mut operation: C) -> Self {
        Self { tree: combine(&self.tree, &other.tree, &mut operation) }
    }
}

map_operations!([K: Ord + Clone, V: Clone, P: Sharing] OrdMap<K, V, P>);

impl<K: Ord, V, P: Sharing> OrdMap<K, V, P> {
    /// Calls `each` with every difference to `other`, in the order of keys. Values in shared nodes are not compared.
    ///
    /// Time: O(differences · log n) between versions of one map, O(n + m) between others.
    pub fn diff_with<'a>(&'a self, other: &'a Self, mut each: impl FnMut(Change<'a, K, V>))
    where
        V: PartialEq,
    {
        diff_by_key(&self.tree, &other.tree, &mut |change| match change {
            KeyChange::Removed(key, value) => each(Change::Removed { key, value }),
            KeyChange::Added(key, value) => each(Change::Added { key, value }),
            KeyChange::Both(key, old, new) if old != new => each(Change::Changed { key, old, new }),
            KeyChange::Both(..) => {}
        });
    }

    /// Every difference from `self` to `other`, in the order of keys. Values in shared nodes are not compared.
    ///
    /// Time: as [`OrdMap::diff_with`].
    ///
    /// ```
    /// use persistent_collections::{Change, OrdMap};
    ///
    /// let old: OrdMap<u32, u32> = (0..10_000).map(|i| (i, i)).collect();
    /// let new = old.without(&5).with(17, 18);
    /// let changed = Change::Changed { key: &17, old: &17, new: &18 };
    /// assert_eq!(old.diff(&new), [Change::Removed { key: &5, value: &5 }, changed]);
    /// ```
    pub fn diff<'a>(&'a self, other: &'a Self) -> Vec<Change<'a, K, V>>
    where
        V: PartialEq,
    {
        let mut changes = Vec::new();
        self.diff_with(other, |change| changes.push(change));
        changes
    }

    /// Equality that skips what both share, for value types that are equal to themselves.
    ///
    /// `==` does the same for integers, strings and the like; for other types it compares every entry, as std does, because
    /// `PartialEq` alone does not promise that a value equals itself.
    ///
    /// Time: O(differences · log n) between versions of one map.
    pub fn eq_shared(&self, other: &Self) -> bool
    where
        V: Eq,
    {
        self.equals(other, true)
    }

    /// Whether `other` has every key of `self`, with an equal value.
    ///
    /// Time: O(n).
    pub fn is_submap(&self, other: &Self) -> bool
    where
        V: PartialEq,
    {
        self.is_submap_by(other, |value, other| value == other)
    }

    /// Whether `other` has every key of `self`, with values that `agree`. It sees every value, shared or not.
    ///
    /// Time: O(n).
    pub fn is_submap_by(&self, other: &Self, agree: impl FnMut(&V, &V) -> bool) -> bool {
        is_subset(&self.tree, &other.tree, false, agree)
    }

    pub(super) fn has_keys_of(&self, other: &Self) -> bool {
        is_subset(&other.tree, &self.tree, true, |_, _| true)
    }
}

impl<K, V, P: Sharing> OrdMap<K, V, P> {
    pub(super) fn equals(&self, other: &Self, skip_shared: bool) -> bool
    where
        K: PartialEq,
        V: PartialEq,
    {
        same(&self.tree, &other.tree, skip_shared, |left, right| left == right)
    }
}
