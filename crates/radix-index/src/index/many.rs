//! Batches: all buckets of a group are fetched from memory at once, and not one after the other.

use std::hash::{BuildHasher, Hash};

use bytemuck::{CheckedBitPattern, NoUninit};

use super::RadixIndex;
use super::entry::{Inline, out_of_memory, read_value, validated};
use crate::bucket::{Bucket, Entry};
use crate::word::Words;

/// Keys whose buckets are fetched together: as many as a core has line fill buffers, or a few more.
pub(super) const GROUP: usize = 16;

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
        let mut places = [(0, 0, None); GROUP];
        for (keys, values) in keys.chunks(GROUP).zip(values.chunks_mut(GROUP)) {
            self.fetch(keys.iter(), &mut places);
            for ((key, value), &(hash, index, bucket)) in keys.iter().zip(values).zip(&places) {
                let is = |entry: Entry<'_>| key.matches(entry);
                let bucket = bucket.map(Bucket::again);
                *value = self.table.find_at(index, bucket, hash, is, read_value::<K, V>).map(validated);
            }
        }
    }

    /// Inserts all `entries`; returns how many keys are new. As `insert` for each in turn, but waits for memory
    /// only once for 16 entries.
    ///
    /// Time: O(entries)
    pub fn insert_many(&self, entries: &[(K, V)]) -> usize {
        let mut new = 0;
        let mut places = [(0, 0, None); GROUP];
        for entries in entries.chunks(GROUP) {
            self.fetch(entries.iter().map(|(key, _)| key), &mut places);
            for ((key, value), &(hash, ..)) in entries.iter().zip(&places) {
                let old = self.put(hash, key, value).unwrap_or_else(out_of_memory);
                new += usize::from(old.is_none());
            }
        }
        new
    }

    /// Hashes up to [`GROUP`] keys, and has their buckets fetched.
    #[inline]
    fn fetch<'t, 'k>(&'t self, keys: impl Iterator<Item = &'k K>, places: &mut [Place<'t, K, V>; GROUP])
    where
        K: 'k,
    {
        for (key, place) in keys.zip(places) {
            let hash = self.hash_of(key);
            let index = self.table.address(hash);
            let bucket = self.table.bucket(index);
            bucket.into_iter().for_each(Bucket::fetch);
            *place = (hash, index, bucket);
        }
    }
}

/// A hash, its address, and the bucket there.
type Place<'t, K, V> = (u64, usize, Option<Bucket<'t, Inline<K, V>>>);
