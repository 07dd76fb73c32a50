//! Batches: all buckets of a group are fetched from memory at once, and not one after the other.

use std::hash::{BuildHasher, Hash};

use bytemuck::{CheckedBitPattern, NoUninit};

use super::RadixIndex;

/// Keys whose buckets are fetched together: as many as a core has line fill buffers, or a few more.
const GROUP: usize = 16;

impl<K, V, S> RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash,
    V: NoUninit + CheckedBitPattern,
    S: BuildHasher,
{
    /// Puts the value of `keys[i]`, or `None`, to `values[i]`.
    ///
    /// As `get` for each key in turn, but waits for memory only once for 16 keys: several times as fast once the
    /// index is larger than the cache.
    ///
    /// Time: O(keys)
    ///
    /// # Panics
    ///
    /// If `keys` and `values` differ in length.
    ///
    /// # Examples
    ///
    /// ```
    /// # use radix_index::RadixIndex;
    /// let squares: RadixIndex<u64, u64> = RadixIndex::from_iter((0..100_u64).map(|i| (i, i * i)));
    /// let mut found = [None; 3];
    /// squares.get_many(&[5, 200, 7], &mut found);
    /// assert_eq!(found, [Some(25), None, Some(49)]);
    /// ```
    pub fn get_many(&self, keys: &[K], values: &mut [Option<V>]) {
        assert_eq!(keys.len(), values.len(), "get_many: `keys` and `values` differ in length");
        for (keys, values) in keys.chunks(GROUP).zip(values.chunks_mut(GROUP)) {
            let hashes = self.fetch(keys.iter());
            for ((key, value), &hash) in keys.iter().zip(values).zip(&hashes) {
                *value = self.get_hashed(hash, key);
            }
        }
    }

    /// Inserts all `entries`; returns how many keys are new. As `insert` for each in turn, but waits for memory
    /// only once for 16 entries.
    ///
    /// Time: O(entries)
    pub fn insert_many(&self, entries: &[(K, V)]) -> usize {
        let mut new = 0;
        for entries in entries.chunks(GROUP) {
            let hashes = self.fetch(entries.iter().map(|(key, _)| key));
            for ((key, value), &hash) in entries.iter().zip(&hashes) {
                let old = self.put(hash, key, value).unwrap_or_else(super::out_of_memory);
                if old.is_none() {
                    self.take_room(1);
                    new += 1;
                }
            }
        }
        new
    }

    /// Hashes up to [`GROUP`] keys and has their buckets fetched.
    #[inline]
    fn fetch<'k>(&self, keys: impl Iterator<Item = &'k K>) -> [u64; GROUP]
    where
        K: 'k,
    {
        let mut hashes = [0; GROUP];
        for (key, hash) in keys.zip(&mut hashes) {
            *hash = self.hash_of(key);
            self.table.buckets.prefetch(self.table.address(*hash));
        }
        hashes
    }
}
