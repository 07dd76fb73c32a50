//! Set operations, equality and differences of hash maps.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use super::HashMap;
use super::walk::{Operation, count, walk};
use crate::nodes::Combine;
use crate::operations::{Change, Merge, MergeAll, MergeWith, by_key, map_operations};
use crate::shared::Sharing;

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P: Sharing> HashMap<K, V, S, P> {
    pub(super) fn combine<C: Combine<K, V>>(&self, other: &Self, mut combine: C) -> Self {
        if !self.is_related(other) {
            let rehashed = self.rehashed(other);
            let combined = self.combine(&rehashed, combine);
            drop(rehashed); // while `combined` is not given yet: rust-lang/rust#47949
            return combined;
        }
        let (left, right) = match (&self.root, &other.root) {
            (None, _) => {
                return if C::RIGHT { self.with_root_of(other) } else { self.with_root_of(&self.emptied()) };
            }
            (_, None) => return if C::LEFT { self.clone() } else { self.emptied() },
            (Some(left), Some(right)) => (left, right),
        };
        let hash_of = |key: &K| self.hasher.hash_one(key);
        let mut operation = Operation { hash_of: &hash_of, combine: &mut combine, more: 0 };
        let root = operation.nodes(left, right, 0);
        // Where shared nodes go, what is left is small and quickly counted; where they stay, they do not change the number.
        let len = match C::SHARED {
            Some(false) => root.as_ref().map_or(0, count),
            _ => self.len.wrapping_add_signed(operation.more),
        };
        Self { root, len, hasher: self.hasher.clone(), family: self.family }
    }

    /// A map of this one's family.
    #[cfg(feature = "rayon")]
    pub(super) fn with_root(&self, root: super::Child<K, V, P>, len: usize) -> Self {
        Self { root: Some(root), len, hasher: self.hasher.clone(), family: self.family }
    }

    fn with_root_of(&self, other: &Self) -> Self {
        Self { root: other.root.clone(), len: other.len, hasher: self.hasher.clone(), family: self.family }
    }

    fn emptied(&self) -> Self {
        Self { root: None, len: 0, hasher: self.hasher.clone(), family: self.family }
    }

    /// `other` under this map's hasher.
    fn rehashed(&self, other: &Self) -> Self {
        let mut rehashed = self.emptied();
        other.iter().for_each(|(key, value)| drop(rehashed.insert(key.clone(), value.clone())));
        rehashed
    }
}

map_operations!([K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P: Sharing] HashMap<K, V, S, P>);

impl<K: Hash + Eq, V, S: BuildHasher, P: Sharing> HashMap<K, V, S, P> {
    /// Calls `each` with every difference to `other`, in an arbitrary order. Values in shared nodes are not compared.
    ///
    /// Time: O(differences · log n) between versions of one map, O(n + m) between others.
    pub fn diff_with<'a>(&'a self, other: &'a Self, mut each: impl FnMut(Change<'a, K, V>))
    where
        V: PartialEq,
    {
        self.compare(other, |old, new| {
            match (old, new) {
                (Some((key, value)), None) => each(Change::Removed { key, value }),
                (None, Some((key, value))) => each(Change::Added { key, value }),
                (Some((key, old)), Some((_, new))) if old != new => each(Change::Changed { key, old, new }),
                _ => {}
            }
            true
        });
    }

    /// Every difference from `self` to `other`, in an arbitrary order. Values in shared nodes are not compared.
    ///
    /// Time: as [`HashMap::diff_with`].
    ///
    /// ```
    /// use persistent_collections::{HashMap, Change};
    ///
    /// let old: HashMap<u32, u32> = (0..10_000).map(|i| (i, i)).collect();
    /// let mut new = old.clone();
    /// new.insert(17, 18);
    /// assert_eq!(old.diff(&new), [Change::Changed { key: &17, old: &17, new: &18 }]);
    /// ```
    pub fn diff<'a>(&'a self, other: &'a Self) -> Vec<Change<'a, K, V>>
    where
        V: PartialEq,
    {
        let mut changes = Vec::new();
        self.diff_with(other, |change| changes.push(change));
        changes
    }

    /// Calls `each` with the entries of both that are not in a shared node, until it says to stop; whether it went through.
    fn compare<'a>(
        &'a self,
        other: &'a Self,
        mut each: impl FnMut(Option<&'a (K, V)>, Option<&'a (K, V)>) -> bool,
    ) -> bool {
        match (&self.root, &other.root) {
            (Some(left), Some(right)) if self.is_related(other) => {
                walk(left, right, 0, &|key| self.hasher.hash_one(key), &mut |(old, new)| each(old, new))
            }
            _ => {
                let get = |map: &'a Self, key: &K| map.root.as_ref()?.get(0, map.hasher.hash_one(key), key);
                self.entries().all(|entry| each(Some(entry), get(other, &entry.0)))
                    && other.entries().all(|entry| get(self, &entry.0).is_some() || each(None, Some(entry)))
            }
        }
    }

    fn entries(&self) -> impl Iterator<Item = &(K, V)> {
        super::iter::Leaves::new(self.root.as_slice()).flatten()
    }

    pub(super) fn equals(&self, other: &Self, skip_shared: bool) -> bool
    where
        V: PartialEq,
    {
        self.len == other.len && self.is_within(other, skip_shared, |value, other| value == other)
    }

    fn is_within(&self, other: &Self, skip_shared: bool, mut agree: impl FnMut(&V, &V) -> bool) -> bool {
        if skip_shared {
            let mut both = |old: Option<&(K, V)>, new: Option<&(K, V)>| match (old, new) {
                (Some((_, value)), Some((_, other))) => agree(value, other),
                (Some(_), None) => false,
                (None, _) => true,
            };
            self.compare(other, &mut both)
        } else {
            self.iter().all(|(key, value)| other.get(key).is_some_and(|other| agree(value, other)))
        }
    }

    /// Equality that skips what both share, for value types that are equal to themselves.
    ///
    /// `==` does the same for integers, strings and the like; for other types it compares every value, as std does, because
    /// `V: PartialEq` alone does not promise that a value equals itself.
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
    /// Time: O(differences · log n) between versions of one map, O(n) between others.
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
        self.len <= other.len && self.is_within(other, false, agree)
    }

    pub(super) fn has_keys_of(&self, other: &Self) -> bool {
        other.len <= self.len && other.is_within(self, true, |_, _| true)
    }
}
