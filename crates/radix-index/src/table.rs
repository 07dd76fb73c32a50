//! The table under both maps: buckets of words, found by a hash and a test on an entry's words.
//!
//! Knows neither keys nor values. [`Table::find`] is the readers' way, [`Table::seek`] the writers': see `search`.

mod capacity;
mod place;
mod search;

use crate::address;
use crate::bucket::{
    AllocError, Bucket, Buckets, Entry, Freed, Header, Locked, Nodes, Shape, Spot, Store, Tags,
};
use crate::population::Population;
use crate::room::Room;
use crate::sync::{AtomicU64, AtomicUsize, Backoff, Ordering};

pub(crate) use place::Place;

/// A linear hash table of buckets.
pub(crate) struct Table<L> {
    /// Buckets claimed so far. A bucket below may not be born yet; then its parent has its entries.
    pub(crate) count: AtomicUsize,
    /// The least `2^k - 1` that is not below `count - 1`. Like `count` a hint: a reader that starts at the wrong
    /// bucket is led on by the depths.
    pub(crate) mask: AtomicUsize,
    pub(crate) buckets: Store<Buckets<L>>,
    pub(crate) nodes: Nodes<L>,
    pub(crate) population: Population,
    pub(crate) room: Room,
    pub(crate) grows: bool,
    /// Buckets that were made without a split.
    pub(crate) planted: usize,
    pub(crate) retries: AtomicU64,
}

/// What a search found; true as long as the header stays.
pub(crate) struct Seen<'t, L> {
    pub(crate) bucket: Bucket<'t, L>,
    pub(crate) header: Header,
    pub(crate) tags: Tags,
    pub(crate) spot: Option<(Spot, Entry<'t>)>,
}

impl<L> Clone for Seen<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Seen<'_, L> {}

impl<'t, L: Shape> Seen<'t, L> {
    /// Locks the bucket, if it has not changed.
    #[inline]
    pub(crate) fn lock(&self) -> Option<Locked<'t, L>> {
        self.bucket.lock(self.header, self.tags)
    }
}

impl<L: Shape> Table<L> {
    pub(crate) fn new(grows: bool) -> Self {
        Self {
            count: AtomicUsize::new(1),
            mask: AtomicUsize::new(0),
            buckets: Store::new(),
            nodes: Nodes::new(),
            population: Population::new(),
            room: Room::unlimited(),
            grows,
            planted: 1,
            retries: AtomicU64::new(0),
        }
    }

    #[inline]
    pub(crate) fn bucket(&self, index: usize) -> Option<Bucket<'_, L>> {
        self.buckets.get(index).map(Bucket::new)
    }

    /// Where `hash` probably lies.
    #[inline]
    pub(crate) fn address(&self, hash: u64) -> usize {
        let mask = self.mask.load(Ordering::Relaxed);
        let index = hash as usize & mask;
        if index < self.count.load(Ordering::Relaxed) { index } else { index & mask >> 1 }
    }

    /// Inserts an entry for which [`Table::seek`] found none. None if the bucket has changed since.
    #[inline]
    pub(crate) fn insert<'t>(
        &'t self,
        seen: Seen<'t, L>,
        hash: u64,
        write: impl FnOnce(Entry<'t>),
    ) -> Result<bool, AllocError> {
        debug_assert!(seen.spot.is_none());
        let free = !seen.header.live() & L::FULL;
        if free == 0 {
            return self.insert_in_chain(seen, hash, write);
        }
        let Some(mut locked) = seen.lock() else { return Ok(false) };
        // The lowest one: the first three slots share the header's cache line.
        locked.fill(free.trailing_zeros(), address::tag(hash), write);
        locked.commit();
        Ok(true)
    }

    #[inline(never)]
    fn insert_in_chain<'t>(
        &'t self,
        seen: Seen<'t, L>,
        hash: u64,
        write: impl FnOnce(Entry<'t>),
    ) -> Result<bool, AllocError> {
        let place = Place::find(self, &seen)?;
        let Some(mut locked) = seen.lock() else { return Ok(false) };
        let spot = place.take(&mut locked);
        locked.fill_spot(&self.nodes, spot, address::tag(hash), write);
        locked.commit();
        Ok(true)
    }

    /// Takes the entry at `spot` out of a locked bucket.
    #[inline]
    pub(crate) fn remove<'t>(&'t self, mut locked: Locked<'t, L>, spot: Spot) {
        if spot.node() != 0 {
            return self.remove_from_chain(locked, spot);
        }
        // Entries of a chain stay there until the bucket splits: the next insertion takes the slot.
        locked.kill(spot.slot());
        locked.commit();
    }

    #[inline(never)]
    fn remove_from_chain<'t>(&'t self, mut locked: Locked<'t, L>, spot: Spot) {
        let mut freed = Freed::new();
        locked.kill_spot(&self.nodes, spot, &mut freed);
        locked.commit();
        self.nodes.free_all(&freed);
    }

    /// Replaces an entry by a copy of it with another value, which `write` fills in: one that is too wide to be
    /// replaced in place.
    pub(crate) fn replace<'t>(
        &'t self,
        mut locked: Locked<'t, L>,
        old: Spot,
        new: Place<'t, L>,
        hash: u64,
        write: impl FnOnce(Entry<'t>),
    ) {
        let new = new.take(&mut locked);
        locked.fill_spot(&self.nodes, new, address::tag(hash), write);
        if (new.node(), old.node()) != (0, 0) {
            locked.step();
        }
        self.remove(locked, old);
    }

    /// Counts entries that were taken out.
    #[inline]
    pub(crate) fn removed(&self, entries: i64) {
        self.population.add(-entries);
        self.room.take(-entries);
    }

    /// Waits for the lock of a bucket; none if it is not born.
    pub(crate) fn lock_if_born<'t>(&'t self, bucket: Bucket<'t, L>) -> Option<Locked<'t, L>> {
        let mut backoff = Backoff::default();
        loop {
            let header = bucket.header();
            if !header.is_born() {
                return None;
            }
            let tags = bucket.tags();
            if !header.is_locked()
                && bucket.unchanged(header)
                && let Some(locked) = bucket.lock(header, tags)
            {
                return Some(locked);
            }
            backoff.wait();
        }
    }

    /// Makes the root bucket of an empty table.
    #[cold]
    pub(crate) fn plant(&self) -> Result<(), AllocError> {
        self.buckets.ensure(0)?;
        self.bucket(0).expect("memory was ensured").init_root();
        Ok(())
    }

    #[cold]
    pub(crate) fn retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        #[cfg(loom)]
        loom::thread::yield_now();
    }

    /// Bytes that the table has allocated.
    pub(crate) fn bytes(&self) -> usize {
        self.buckets.bytes() + self.nodes.bytes()
    }
}
