//! Figures about a table, for tuning and monitoring.

use crate::bucket::{Chain, Shape};
use crate::sync::Ordering;
use crate::table::Table;

/// What an index or a map looks like inside, at about one moment.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// Entries.
    pub entries: usize,
    /// Buckets, without overflow nodes.
    pub buckets: usize,
    /// Entries for each slot of the buckets.
    pub load: f64,
    /// Bytes that the table has allocated; a map's keys and values are not counted.
    pub bytes: usize,
    /// Entries for which their bucket had no slot.
    pub overflowed: usize,
    /// Overflow nodes of the bucket that has most of them. More than three or so tells of a poor hasher.
    pub chain_max: usize,
    /// Reads that had to look again, because their bucket was being changed.
    pub read_retries: u64,
    /// Buckets that were split since the table was made.
    pub splits: u64,
}

impl<L: Shape> Table<L> {
    pub(crate) fn stats(&self) -> Stats {
        let buckets = self.count.load(Ordering::Relaxed);
        let entries = self.population.count();
        let mut stats = Stats {
            entries,
            buckets,
            load: entries as f64 / (buckets * L::SLOTS as usize) as f64,
            bytes: self.bytes(),
            read_retries: self.retries.load(Ordering::Relaxed),
            splits: (buckets - self.planted) as u64,
            ..Stats::default()
        };
        for index in 0..buckets {
            let Some(bucket) = self.bucket(index) else { continue };
            let header = bucket.header();
            if header.has_chain() {
                let nodes = Chain::new(&self.nodes, header, bucket.tags());
                let (nodes, entries) = nodes.fold((0, 0), |(nodes, entries), (_, node)| {
                    (nodes + 1, entries + node.live().count_ones())
                });
                stats.chain_max = stats.chain_max.max(nodes);
                stats.overflowed += entries as usize;
            }
        }
        stats
    }
}
