//! Verbs that take a closure: read, ask the closure, and write if nothing has changed; else once more.

use std::hash::{BuildHasher, Hash};

use bytemuck::{CheckedBitPattern, NoUninit};

use super::RadixIndex;
use super::entry::{Inline, out_of_memory, swap, value_of, write};
use crate::bucket::AllocError;
use crate::operation::{Computed, Operation};
use crate::table::Seen;
use crate::word::{Raw, Words};

/// All closures here run outside of any lock and may use the index itself. They may run more than once, if
/// another thread changes the entry at the same time; only the last answer counts.
impl<K, V, S> RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    /// Decides from the current value of `key`, if it has one, what is done with it, as one step for all other
    /// threads.
    ///
    /// `decide` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    ///
    /// # Examples
    ///
    /// ```
    /// use radix_index::{Computed, Operation, RadixIndex};
    ///
    /// let stock: RadixIndex<u64, u32> = RadixIndex::from_iter([(6, 1)]);
    /// // Takes one, and forgets what is sold out.
    /// let take = |count: Option<u32>| match count {
    ///     Some(1) => Operation::Remove,
    ///     Some(n) => Operation::Insert(n - 1),
    ///     None => Operation::Keep,
    /// };
    /// assert_eq!(stock.compute(6, take), Computed::Removed(1));
    /// assert_eq!(stock.compute(6, take), Computed::Kept(None));
    /// ```
    pub fn compute(&self, key: K, decide: impl FnMut(Option<V>) -> Operation<V>) -> Computed<V> {
        self.alter(&key, decide).unwrap_or_else(out_of_memory)
    }

    /// Replaces the value of `key` by what `change` makes of it; returns the new value, or none if there is no
    /// such key.
    ///
    /// `change` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    #[inline]
    pub fn update(&self, key: &K, mut change: impl FnMut(V) -> V) -> Option<V> {
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
    #[inline]
    pub fn fetch_update(&self, key: &K, mut change: impl FnMut(V) -> Option<V>) -> Result<(V, V), Option<V>> {
        let altered = self.alter(key, |value| match value.and_then(&mut change) {
            Some(new) => Operation::Insert(new),
            None => Operation::Keep,
        });
        match altered.unwrap_or_else(out_of_memory) {
            Computed::Updated { old, new } => Ok((old, new)),
            Computed::Kept(value) => Err(value),
            Computed::Inserted(_) | Computed::Removed(_) => {
                unreachable!("only values that exist are replaced")
            }
        }
    }

    /// Replaces the value of `key` by `new` if it is `current`, byte for byte; returns the old value.
    ///
    /// Time: O(1)
    ///
    /// # Errors
    ///
    /// The value that `key` has instead, or none if there is no such key.
    #[inline]
    pub fn compare_exchange(&self, key: &K, current: V, new: V) -> Result<V, Option<V>> {
        self.fetch_update(key, |value| current.same(&value).then_some(new)).map(|(old, _)| old)
    }

    /// The value of `key`; if it has none, that is `value` from now on.
    ///
    /// Time: O(1)
    #[inline]
    pub fn get_or_insert(&self, key: K, value: V) -> V {
        self.get_or_insert_with(key, || value)
    }

    /// The value of `key`; if it has none, that is what `make` makes from now on.
    ///
    /// `make` may run more than once, and in vain, and never runs under a lock.
    ///
    /// Time: O(1)
    #[inline]
    pub fn get_or_insert_with(&self, key: K, mut make: impl FnMut() -> V) -> V {
        let computed = self.compute(key, |value| match value {
            Some(_) => Operation::Keep,
            None => Operation::Insert(make()),
        });
        match computed {
            Computed::Kept(Some(value)) | Computed::Inserted(value) => value,
            _ => unreachable!("a value is kept or inserted"),
        }
    }

    /// Removes `key` if `wanted` says so of its value; returns the value.
    ///
    /// `wanted` may run more than once, and never runs under a lock.
    ///
    /// Time: O(1)
    #[inline]
    pub fn remove_if(&self, key: &K, mut wanted: impl FnMut(&V) -> bool) -> Option<V> {
        let altered = self.alter(key, |value| match value {
            Some(value) if wanted(&value) => Operation::Remove,
            _ => Operation::Keep,
        });
        match altered.unwrap_or_else(out_of_memory) {
            Computed::Removed(old) => Some(old),
            _ => None,
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
            if !keep(&key, &value) {
                // The value may have changed meanwhile.
                let mut seen = Some(value);
                self.remove_if(&key, |now| seen.take().is_some_and(|old| old.same(now)) || !keep(&key, now));
            }
        }
    }

    #[inline]
    fn alter(
        &self,
        key: &K,
        mut decide: impl FnMut(Option<V>) -> Operation<V>,
    ) -> Result<Computed<V>, AllocError> {
        let hash = self.hash_of(key);
        self.seek(hash, key, |seen| self.attempt(seen, hash, key, &mut decide).transpose())
    }

    /// One attempt; none if the entry has changed meanwhile.
    #[inline]
    fn attempt(
        &self,
        seen: Option<Seen<'_, Inline<K, V>>>,
        hash: u64,
        key: &K,
        decide: &mut impl FnMut(Option<V>) -> Operation<V>,
    ) -> Result<Option<Computed<V>>, AllocError> {
        let Some((seen, (spot, entry))) = seen.and_then(|seen| Some((seen, seen.spot?))) else {
            let Operation::Insert(new) = decide(None) else { return Ok(Some(Computed::Kept(None))) };
            let Some(seen) = seen else {
                self.table.plant()?;
                return Ok(None);
            };
            if !self.table.insert(seen, hash, |entry| write(entry, key, &new))? {
                return Ok(None);
            }
            self.table.added(self.entry_hasher());
            return Ok(Some(Computed::Inserted(new)));
        };
        let raw = Raw::load::<V>(value_of::<K>(entry));
        if !seen.bucket.unchanged(seen.header) {
            return Ok(None);
        }
        let old = raw.value::<V>();
        match decide(Some(old)) {
            Operation::Keep => Ok(Some(Computed::Kept(Some(old)))),
            Operation::Insert(new) => {
                let swapped = swap(&self.table, &seen, spot, entry, Some(&old), hash, key, &new)?;
                Ok(swapped.map(|old| Computed::Updated { old, new }))
            }
            Operation::Remove => {
                let Some(locked) = seen.lock() else { return Ok(None) };
                if !old.matches(value_of::<K>(entry)) {
                    locked.abandon();
                    return Ok(None);
                }
                self.table.remove(locked, spot);
                self.table.removed(1);
                Ok(Some(Computed::Removed(old)))
            }
        }
    }
}
