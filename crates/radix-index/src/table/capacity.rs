//! How many buckets entries need, and tables that have them from the beginning.

use super::Table;
use crate::address::{self, BUCKETS_MAX};
use crate::bucket::{AllocError, Shape};
use crate::room::Room;
use crate::sync::Ordering;

/// Entries for 32 buckets above which the table grows: two thirds of the slots, half of them as long as it is small. A
/// lower load wastes memory (32 bytes an entry is the limit), a higher one makes chains; decision 0052 has the figures.
const fn load_limit<L: Shape>(buckets: usize) -> usize {
    L::SLOTS as usize * if buckets <= SMALL { 16 } else { 21 }
}

/// Buckets of a table whose memory does not matter: it has hardly any chains.
const SMALL: usize = 2048;

/// Entries for 16 buckets for which room is made beforehand: 4 1/4 of seven slots. Who says how many entries will
/// come pays at most 32 bytes for each, and gets fewer chains for it; decision 0056.
const fn comfortable_load<L: Shape>() -> usize {
    L::SLOTS as usize * 39 / 4
}

impl<L: Shape> Table<L> {
    /// A table with room for `entries`.
    pub(crate) fn with_capacity(entries: usize, grows: bool) -> Result<Self, AllocError> {
        let count = Self::buckets_for(entries);
        // A power of two has no buckets that are not split yet, and twice as full.
        Self::with_buckets(if count <= SMALL { count.next_power_of_two() } else { count }, entries, grows)
    }

    /// A table with room for exactly `entries`, that never grows.
    pub(crate) fn fixed(entries: usize) -> Result<Self, AllocError> {
        Ok(Self { room: Room::of(entries), ..Self::with_capacity(entries, false)? })
    }

    /// A table that is no larger than `entries` need.
    pub(crate) fn fit(entries: usize) -> Result<Self, AllocError> {
        Self::with_buckets(Self::buckets_for(entries), entries, true)
    }

    fn with_buckets(count: usize, entries: usize, grows: bool) -> Result<Self, AllocError> {
        let mut table = Self::new(grows);
        if entries == 0 {
            return Ok(table);
        }
        if count > BUCKETS_MAX {
            return Err(AllocError);
        }
        table.buckets.ensure_exactly(count)?;
        for index in 0..count {
            let bucket = table.bucket(index).expect("memory was ensured");
            bucket.init(address::natural_depth(index, count));
        }
        table.planted = count;
        table.count.store(count, Ordering::Relaxed);
        table.mask.store(count.next_power_of_two() - 1, Ordering::Relaxed);
        Ok(table)
    }

    /// The buckets to hold `entries`.
    pub(crate) fn buckets_for(entries: usize) -> usize {
        if entries <= Self::entries_for(SMALL) {
            return (entries * 32).div_ceil(load_limit::<L>(SMALL)).max(1);
        }
        let limit = comfortable_load::<L>();
        // Of parts, so that it does not overflow.
        (entries / limit * 16 + (entries % limit * 16).div_ceil(limit)).max(SMALL + 1)
    }

    /// Whether the table is laid out for hardly any chains.
    pub(crate) fn is_small(&self) -> bool {
        self.count.load(Ordering::Relaxed) <= SMALL
    }

    /// Whether fewer buckets would do for `entries`.
    pub(crate) fn is_too_large_for(&self, entries: usize) -> bool {
        Self::buckets_for(entries) < self.count.load(Ordering::Relaxed)
    }

    /// Entries that `count` buckets hold at the load limit.
    pub(crate) fn entries_for(count: usize) -> usize {
        count * load_limit::<L>(count) / 32
    }

    /// Entries that the table holds before it grows.
    pub(crate) fn capacity(&self) -> usize {
        if self.bucket(0).is_none() { 0 } else { Self::entries_for(self.count.load(Ordering::Relaxed)) }
    }
}
