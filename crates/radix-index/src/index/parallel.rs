//! Iteration by rayon: each task walks through a part of the buckets.

use std::hash::{BuildHasher, Hash};

use bytemuck::{CheckedBitPattern, NoUninit};
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::RadixIndex;
use super::traits::Iter;

/// The entries of an index, in parallel. See [`RadixIndex::par_iter`].
#[derive(Debug)]
pub struct ParIter<'a, K, V, S>(Iter<'a, K, V, S>);

impl<K, V, S> RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash + Send,
    V: NoUninit + CheckedBitPattern + Send,
    S: BuildHasher + Sync,
{
    /// Every entry, by value, on all threads of the pool; what [`RadixIndex::iter`] promises holds for the whole.
    ///
    /// Time: O(buckets) for all
    pub fn par_iter(&self) -> ParIter<'_, K, V, S> {
        ParIter(self.iter())
    }
}

impl<'a, K, V, S> IntoParallelIterator for &'a RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash + Send,
    V: NoUninit + CheckedBitPattern + Send,
    S: BuildHasher + Sync,
{
    type Item = (K, V);
    type Iter = ParIter<'a, K, V, S>;

    fn into_par_iter(self) -> ParIter<'a, K, V, S> {
        self.par_iter()
    }
}

impl<K, V, S> ParallelIterator for ParIter<'_, K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash + Send,
    V: NoUninit + CheckedBitPattern + Send,
    S: BuildHasher + Sync,
{
    type Item = (K, V);

    fn drive_unindexed<C: UnindexedConsumer<(K, V)>>(self, consumer: C) -> C::Result {
        bridge_unindexed(self, consumer)
    }
}

impl<K, V, S> UnindexedProducer for ParIter<'_, K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash + Send,
    V: NoUninit + CheckedBitPattern + Send,
    S: BuildHasher + Sync,
{
    type Item = (K, V);

    fn split(self) -> (Self, Option<Self>) {
        let (left, right) = self.0.split();
        (Self(left), right.map(Self))
    }

    fn fold_with<F: Folder<(K, V)>>(self, folder: F) -> F {
        folder.consume_iter(self.0)
    }
}
