//! Verbs that take a closure: read, ask the closure, and write if nothing has changed; else once more.

use std::hash::{BuildHasher, Hash};

use super::{RadixMapRef, drop_node, out_of_memory};
use crate::map::Equivalent;
use crate::operation::{Computed, Operation};
use crate::reclaim::Unpublished;

/// All closures here run outside of any lock and may use the map itself. They may run more than once, if
/// another thread changes the entry at the same time; only the last answer counts.
impl<K: Eq + Hash, V, S: BuildHasher> RadixMapRef<'_, K, V, S> {
    /// Removes `key` if `wanted` says so of it and its value; returns the value.
    ///
    /// `wanted` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    pub fn remove_if<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        mut wanted: impl FnMut(&K, &V) -> bool,
    ) -> Option<&V> {
        let hash = self.hash_of(key);
        loop {
            let seen = self.seek(hash, key);
            let node = seen.node?;
            if !wanted(&node.key, &node.value) {
                return None;
            }
            if seen.remove() {
                return Some(&node.value);
            }
        }
    }

    /// Decides from the current value of `key`, if it has one, what is done with it, as one step for all other
    /// threads.
    ///
    /// `decide` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    pub fn compute<'g>(
        &'g self,
        key: K,
        mut decide: impl FnMut(Option<&'g V>) -> Operation<V>,
    ) -> Computed<&'g V> {
        let hash = self.hash_of(&key);
        let mut key = key;
        loop {
            let seen = self.seek(hash, &key);
            let old = seen.node.map(|node| &node.value);
            match (decide(old), old) {
                (Operation::Keep, old) | (Operation::Remove, old @ None) => return Computed::Kept(old),
                (Operation::Remove, Some(old)) => {
                    if seen.remove() {
                        return Computed::Removed(old);
                    }
                }
                (Operation::Insert(value), old) => {
                    let node = Unpublished::new(hash, key, value);
                    let put = if old.is_some() {
                        seen.replace(node)
                    } else {
                        out_of_memory(seen.insert(node).map_err(drop_node))
                    };
                    match (put, old) {
                        (Ok(node), None) => return Computed::Inserted(&node.value),
                        (Ok(node), Some(old)) => return Computed::Updated { old, new: &node.value },
                        (Err(unpublished), _) => (key, _) = unpublished.into_parts(),
                    }
                }
            }
        }
    }

    /// Replaces the value of `key` by what `change` makes of it; returns the new value, or none if there is no
    /// such key.
    ///
    /// `change` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    pub fn update<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        mut change: impl FnMut(&V) -> V,
    ) -> Option<&V>
    where
        K: Clone,
    {
        self.fetch_update(key, |value| Some(change(value))).ok().map(|(_, new)| new)
    }

    /// Replaces the value of `key` by what `change` makes of it, unless that is none; returns the old value and
    /// the new one.
    ///
    /// `change` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    ///
    /// # Errors
    ///
    /// The value that `change` declined to replace, or none if there is no such key.
    pub fn fetch_update<'g, Q: Hash + Equivalent<K> + ?Sized>(
        &'g self,
        key: &Q,
        mut change: impl FnMut(&'g V) -> Option<V>,
    ) -> Result<(&'g V, &'g V), Option<&'g V>>
    where
        K: Clone,
    {
        let hash = self.hash_of(key);
        loop {
            let seen = self.seek(hash, key);
            let old = seen.node.ok_or(None)?;
            let new = change(&old.value).ok_or(Some(&old.value))?;
            if let Ok(new) = seen.replace(Unpublished::new(hash, old.key.clone(), new)) {
                return Ok((&old.value, &new.value));
            }
        }
    }

    /// Replaces the value of `key` by `new` if it equals `current`; returns the old value.
    ///
    /// Time: O(1)
    ///
    /// # Errors
    ///
    /// The value that `key` has instead, or none if there is no such key; and `new`, which was not needed.
    pub fn compare_exchange<'g, Q: Hash + Equivalent<K> + ?Sized>(
        &'g self,
        key: &Q,
        current: &V,
        new: V,
    ) -> Result<&'g V, (Option<&'g V>, V)>
    where
        K: Clone,
        V: PartialEq,
    {
        let hash = self.hash_of(key);
        let mut new = new;
        loop {
            let seen = self.seek(hash, key);
            let Some(old) = seen.node else { return Err((None, new)) };
            if old.value != *current {
                return Err((Some(&old.value), new));
            }
            match seen.replace(Unpublished::new(hash, old.key.clone(), new)) {
                Ok(_) => return Ok(&old.value),
                Err(unpublished) => (_, new) = unpublished.into_parts(),
            }
        }
    }

    /// The value of `key`; if it has none, that is `value` from now on.
    ///
    /// Time: O(1)
    pub fn get_or_insert(&self, key: K, value: V) -> &V {
        let mut node = Unpublished::new(self.hash_of(&key), key, value);
        loop {
            let seen = self.seek(node.hash(), node.key());
            if let Some(found) = seen.node {
                return &found.value;
            }
            match out_of_memory(seen.insert(node).map_err(drop_node)) {
                Ok(new) => return &new.value,
                Err(unpublished) => node = unpublished,
            }
        }
    }

    /// The value of `key`; if it has none, that is what `make` makes from now on.
    ///
    /// `make` may run more than once, and in vain, and never runs under a lock.
    ///
    /// Time: O(1)
    pub fn get_or_insert_with(&self, key: K, mut make: impl FnMut() -> V) -> &V {
        let computed = self.compute(key, |value| match value {
            Some(_) => Operation::Keep,
            None => Operation::Insert(make()),
        });
        match computed {
            Computed::Kept(Some(value)) | Computed::Inserted(value) => value,
            _ => unreachable!("a value is kept or inserted"),
        }
    }

    /// Keeps the entries of which `keep` says so. Each decision is one step, the whole is not; see
    /// [`crate::guarantees`].
    ///
    /// `keep` may run more than once for an entry, and never runs under a lock.
    ///
    /// Time: O(buckets)
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) {
        for (key, value) in self.iter() {
            if !keep(key, value) {
                let mut decided = Some(value);
                // The value may have changed meanwhile.
                let gone = |key: &K, now: &V| {
                    decided.take().is_some_and(|value| std::ptr::eq(value, now)) || !keep(key, now)
                };
                self.remove_if(key, gone);
            }
        }
    }
}
