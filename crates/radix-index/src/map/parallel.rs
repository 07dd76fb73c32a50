//! Work on a map's entries by rayon.

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator};

use super::RadixMapRef;

impl<K: Sync, V: Sync, S> RadixMapRef<'_, K, V, S> {
    /// Every entry, as [`RadixMapRef::iter`], on all threads of the pool. The entries are collected by this thread
    /// first, because a view belongs to one.
    ///
    /// Time: O(buckets)
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = (&K, &V)> {
        self.iter().collect::<Vec<_>>().into_par_iter()
    }
}
