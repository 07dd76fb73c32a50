//! The table under both maps: buckets of words, found by a hash and a test on an entry's words.
//!
//! Knows neither keys nor values. [`Table::find`] is the readers' way, [`Table::seek`] the writers'.

mod capacity;
mod place;

use crate::address;
use crate::bucket::{
    AllocError, Bucket, Buckets, Chain, Entry, Freed, Header, Locked, Nodes, Shape, Spot, Store, Tags,
};
use crate::population::Population;
use crate::room::Room;
use crate::sync::{AtomicU64, AtomicUsize, Backoff, Ordering, weakened};

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

    /// Reads the entry that `is` accepts, if there is one.
    ///
    /// Both closures may be called more than once, and with words that do not belong together; what `read`
    /// returned last is returned if its words did.
    #[inline]
    pub(crate) fn find<'t, R>(
        &'t self,
        hash: u64,
        is: impl Fn(Entry<'t>) -> bool,
        read: impl Fn(Entry<'t>) -> R,
    ) -> Option<R> {
        let index = self.address(hash);
        let bucket = self.bucket(index);
        bucket.into_iter().for_each(Bucket::fetch_rest);
        self.find_at(index, bucket, hash, is, read)
    }

    /// [`Table::find`] for who knows the address and the bucket there.
    #[inline(always)]
    pub(crate) fn find_at<'t, R>(
        &'t self,
        index: usize,
        bucket: Option<Bucket<'t, L>>,
        hash: u64,
        is: impl Fn(Entry<'t>) -> bool,
        read: impl Fn(Entry<'t>) -> R,
    ) -> Option<R> {
        if let Some(bucket) = bucket {
            let header = bucket.header();
            let tags = bucket.tags();
            let tag = address::tag(hash);
            for slot in tags.candidates(header, tag) {
                if is(bucket.entry(slot)) {
                    let found = read(bucket.entry(slot));
                    if weakened("hit") || bucket.unchanged(header) {
                        return Some(found);
                    }
                    return self.find_slowly(hash, is, read);
                }
            }
            if header.is_born()
                && !(header.has_chain() && tags.chain_may_have(tag))
                && owns(index, header, hash)
                && unchanged_miss(bucket, header)
            {
                return None;
            }
        }
        self.find_slowly(hash, is, read)
    }

    /// [`Table::find`] where a chain, a split or another writer is in the way.
    #[inline(never)]
    fn find_slowly<'t, R>(
        &'t self,
        hash: u64,
        is: impl Fn(Entry<'t>) -> bool,
        read: impl Fn(Entry<'t>) -> R,
    ) -> Option<R> {
        let mut index = self.address(hash);
        loop {
            let (born, bucket, header) = self.born(index)?;
            index = born;
            let tags = bucket.tags();
            if let Some((_, entry)) = self.probe(bucket, header, tags, hash, &is) {
                let found = read(entry);
                if weakened("hit") || bucket.unchanged(header) {
                    return Some(found);
                }
            } else if unchanged_miss(bucket, header) {
                if owns(index, header, hash) {
                    return None;
                }
                index = address::bucket_at(hash, header.depth());
                continue;
            }
            self.retry();
        }
    }

    /// The writers' way: finds the entry that `is` accepts, or the bucket where it would be, and hands that to
    /// `attempt`, again and again until it gives an answer. It is handed none if there are no buckets.
    #[inline(always)]
    pub(crate) fn seek<'t, R>(
        &'t self,
        hash: u64,
        is: impl Fn(Entry<'t>) -> bool,
        mut attempt: impl FnMut(Option<Seen<'t, L>>) -> Option<R>,
    ) -> R {
        // Once without a chain, a split or another writer in the way. What was found stays in registers that way:
        // passed through memory it costs more than all the rest (decision 0055).
        if let Some(seen) = self.seek_at_once(hash, &is)
            && let Some(answer) = attempt(Some(seen))
        {
            return answer;
        }
        self.seek_slowly(hash, is, attempt)
    }

    #[inline(never)]
    fn seek_slowly<'t, R>(
        &'t self,
        hash: u64,
        is: impl Fn(Entry<'t>) -> bool,
        mut attempt: impl FnMut(Option<Seen<'t, L>>) -> Option<R>,
    ) -> R {
        loop {
            if let Some(answer) = attempt(self.seek_everywhere(hash, &is)) {
                return answer;
            }
        }
    }

    #[inline(always)]
    fn seek_at_once<'t>(&'t self, hash: u64, is: &impl Fn(Entry<'t>) -> bool) -> Option<Seen<'t, L>> {
        let index = self.address(hash);
        let bucket = self.bucket(index)?;
        bucket.fetch_rest();
        let header = bucket.header();
        let tags = bucket.tags();
        let tag = address::tag(hash);
        if !header.is_born() || header.is_locked() {
            return None;
        }
        for slot in tags.candidates(header, tag) {
            let entry = bucket.entry(slot);
            if is(entry) {
                let spot = Some((Spot { node: 0, slot }, entry));
                return bucket.unchanged(header).then_some(Seen { bucket, header, tags, spot });
            }
        }
        let is_certain = !(header.has_chain() && tags.chain_may_have(tag))
            && owns(index, header, hash)
            && bucket.unchanged(header);
        is_certain.then_some(Seen { bucket, header, tags, spot: None })
    }

    /// Finds the entry that `is` accepts and the bucket where it is or would be; none if there are no buckets.
    /// Waits for a writer in that bucket.
    fn seek_everywhere<'t>(&'t self, hash: u64, is: &impl Fn(Entry<'t>) -> bool) -> Option<Seen<'t, L>> {
        let mut index = self.address(hash);
        let mut backoff = Backoff::default();
        loop {
            let (born, bucket, header) = self.born(index)?;
            bucket.fetch_rest();
            index = born;
            let tags = bucket.tags();
            let spot = self.probe(bucket, header, tags, hash, is);
            if bucket.unchanged(header) {
                if spot.is_none() && !owns(index, header, hash) {
                    index = address::bucket_at(hash, header.depth());
                    continue;
                }
                if !header.is_locked() {
                    return Some(Seen { bucket, header, tags, spot });
                }
            }
            backoff.wait();
        }
    }

    /// The bucket at `index`, or the nearest ancestor that is born; none if not even the root is.
    #[inline]
    pub(crate) fn born(&self, mut index: usize) -> Option<(usize, Bucket<'_, L>, Header)> {
        loop {
            if let Some(bucket) = self.bucket(index) {
                let header = bucket.header();
                if header.is_born() {
                    return Some((index, bucket, header));
                }
            }
            if index == 0 {
                return None;
            }
            index = address::parent(index);
        }
    }

    /// The live entry of a bucket or its chain that `is` accepts; yet to be validated.
    #[inline]
    fn probe<'t>(
        &'t self,
        bucket: Bucket<'t, L>,
        header: Header,
        tags: Tags,
        hash: u64,
        is: &impl Fn(Entry<'t>) -> bool,
    ) -> Option<(Spot, Entry<'t>)> {
        let tag = address::tag(hash);
        for slot in tags.candidates(header, tag) {
            if is(bucket.entry(slot)) {
                return Some((Spot { node: 0, slot }, bucket.entry(slot)));
            }
        }
        if header.has_chain() && tags.chain_may_have(tag) {
            return Chain::new(&self.nodes, header, tags).find(tag, is);
        }
        None
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
        if spot.node != 0 {
            return self.remove_from_chain(locked, spot);
        }
        // Entries of a chain stay there until the bucket splits: the next insertion takes the slot.
        locked.kill(spot.slot);
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
        if (new.node, old.node) != (0, 0) {
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

#[inline]
fn owns(index: usize, header: Header, hash: u64) -> bool {
    weakened("depth") || address::owns(index, header.depth(), hash)
}

#[inline]
fn unchanged_miss<L: Shape>(bucket: Bucket<'_, L>, header: Header) -> bool {
    weakened("miss") || bucket.unchanged(header)
}
