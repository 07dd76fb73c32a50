//! Growth: one bucket splits in two, in place, for every few entries that are added.
//!
//! Whoever adds the entry that makes the load too high claims the next bucket, and splits its parent. The
//! claim is only a hint to others (a bucket that is not born yet is looked up in its parent), so claims need
//! no order, a split that a panicking hasher interrupts does no harm, and several threads split at once.
//!
//! Load alone makes the table grow, never a full bucket: keys of equal hashes stay together however often their
//! bucket splits, and whoever sends many of them must not be able to drive the memory.

use crate::address::{self, BUCKETS_MAX};
use crate::bucket::{
    AllocError, Bucket, Chain, Entry, Freed, Header, Locked, NODE_SLOTS, Shape, Spot, Tags, copy, slots_of,
};
use crate::few::Few;
use crate::sync::{Backoff, Ordering, weakened};
use crate::table::Table;

/// Splits that one insertion pays for at most.
const SPLITS_MAX: usize = 2;

/// An entry of a bucket that is to be split.
#[derive(Clone, Copy, Default)]
struct Placed {
    spot: Spot,
    tag: u8,
    moves: bool,
}

/// The entries of a bucket and its chain: nearly always few enough to need no allocation.
type Family = Few<Placed, 14>;

impl Family {
    /// Those that go to the child.
    #[inline]
    fn moving(&self) -> impl Iterator<Item = &Placed> + Clone {
        self.iter().filter(|entry| entry.moves)
    }

    /// Those that stay.
    #[inline]
    fn staying(&self) -> impl Iterator<Item = &Placed> + Clone {
        self.iter().filter(|entry| !entry.moves)
    }
}

impl<L: Shape> Table<L> {
    /// Counts a new entry, and splits if there are too many for the buckets. `hash` is as for
    /// [`Table::added_to_reserve`].
    #[inline]
    pub(crate) fn added<'t>(&'t self, hash: impl Fn(Entry<'t>) -> u64) {
        self.room.take(1);
        self.added_to_reserve(hash);
    }

    /// [`Table::added`] for an entry whose room was reserved.
    ///
    /// `hash` hashes an entry; it may be called with words that do not belong together, and then gives anything.
    #[inline]
    pub(crate) fn added_to_reserve<'t>(&'t self, hash: impl Fn(Entry<'t>) -> u64) {
        if let Some(entries) = self.population.add(1)
            && self.grows
            && entries > Self::entries_for(self.count.load(Ordering::Relaxed))
        {
            self.grow(entries, hash);
        }
    }

    #[inline(never)]
    fn grow<'t>(&'t self, entries: usize, hash: impl Fn(Entry<'t>) -> u64) {
        for _ in 0..SPLITS_MAX {
            if entries <= Self::entries_for(self.count.load(Ordering::Relaxed)) {
                break;
            }
            // Without memory for another bucket, chains get longer, and a later insertion tries again.
            if self.split_next(&hash).is_err() {
                break;
            }
        }
    }

    /// Grows until `entries` fit at the load limit.
    pub(crate) fn reserve<'t>(
        &'t self,
        entries: usize,
        hash: impl Fn(Entry<'t>) -> u64,
    ) -> Result<(), AllocError> {
        let wanted = Self::buckets_for(entries);
        if wanted > BUCKETS_MAX {
            return Err(AllocError);
        }
        if entries == 0 {
            return Ok(());
        }
        self.buckets.ensure_exactly(wanted)?;
        self.plant()?;
        while self.count.load(Ordering::Relaxed) < wanted {
            self.split_next(&hash)?;
        }
        Ok(())
    }

    /// Claims one more bucket and makes it.
    fn split_next<'t>(&'t self, hash: &impl Fn(Entry<'t>) -> u64) -> Result<(), AllocError> {
        let child = self.count.load(Ordering::Relaxed);
        if child >= BUCKETS_MAX {
            return Err(AllocError);
        }
        self.buckets.ensure(child)?;
        if self.count.compare_exchange(child, child + 1, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            let mask = (child + 1).next_power_of_two() - 1;
            if self.mask.load(Ordering::Relaxed) < mask {
                self.mask.fetch_max(mask, Ordering::Relaxed);
            }
            self.birth(child, hash)?;
            // The next two, for whoever splits next: they are neighbours of these.
            self.buckets.prefetch(address::parent(child + 1));
            self.buckets.prefetch(child + 1);
        }
        Ok(())
    }

    /// Splits the parent of `child`, unless that was done already.
    pub(crate) fn birth<'t>(
        &'t self,
        child: usize,
        hash: &impl Fn(Entry<'t>) -> u64,
    ) -> Result<(), AllocError> {
        let parent = address::parent(child);
        let level = address::level(child);
        let mut backoff = Backoff::default();
        loop {
            let bucket = self.bucket(parent).ok_or(AllocError)?;
            let header = bucket.header();
            let tags = bucket.tags();
            if !header.is_born() {
                // The root is born with the first entry; any other bucket by its own split.
                if parent == 0 {
                    self.plant()?
                } else {
                    self.birth(parent, hash)?
                }
                continue;
            }
            if header.depth() == level && !header.has_chain() && !header.is_locked() {
                // No need to validate what is read before the lock is taken: that is what taking it does.
                let moving = self.moving(bucket, header, child, hash);
                if let Some(locked) = bucket.lock(header, tags) {
                    self.split_chainless(locked, child, level, moving);
                    return Ok(());
                }
                continue;
            }
            let entries = self.placed(bucket, header, tags, child, hash);
            if !header.is_locked() && bucket.unchanged(header) {
                if header.depth() > level {
                    return Ok(());
                }
                if header.depth() < level {
                    // An earlier split of this parent was interrupted: its child comes first.
                    self.birth(parent | 1 << header.depth(), hash)?;
                    continue;
                }
                if entries.moving().count().max(entries.staying().count()) <= L::SLOTS as usize {
                    if let Some(locked) = bucket.lock(header, tags) {
                        self.split_chain_up(locked, child, level, &entries);
                        return Ok(());
                    }
                    continue;
                }
                let mut nodes = SpareNodes::stock(self, &entries)?;
                if let Some(locked) = bucket.lock(header, tags) {
                    self.split(locked, child, level, &entries, &mut nodes);
                    return Ok(());
                }
            }
            backoff.wait();
        }
    }

    /// The slots of entries that belong to `child`; yet to be validated.
    #[inline]
    fn moving<'t>(
        &'t self,
        bucket: Bucket<'t, L>,
        header: Header,
        child: usize,
        hash: &impl Fn(Entry<'t>) -> u64,
    ) -> u64 {
        let level = address::level(child);
        slots_of(header.live())
            .filter(|&slot| address::owns(child, level + 1, hash(bucket.entry(slot))))
            .fold(0, |moving, slot| moving | 1 << slot)
    }

    /// Point 7 of the protocol, for nearly all buckets.
    fn split_chainless<'t>(&'t self, mut parent: Locked<'t, L>, child: usize, level: u32, moving: u64) {
        // Only the holder of the parent's lock gives birth to this child.
        let mut newborn = self.bucket(child).expect("memory was ensured").bear(level + 1);
        newborn.adopt(&parent, moving);
        if !weakened("child-first") {
            newborn.publish();
        }
        parent.part_with(moving, level + 1);
        parent.commit();
        newborn.commit();
    }

    /// Point 7 of the protocol, for a chain that is not needed any more: each half has its slots.
    #[inline(never)]
    fn split_chain_up<'t>(&'t self, mut parent: Locked<'t, L>, child: usize, level: u32, entries: &Family) {
        let mut newborn = self.bucket(child).expect("memory was ensured").bear(level + 1);
        let mut leaving = 0;
        for (slot, entry) in (0..).zip(entries.moving()) {
            let from = parent.entry(&self.nodes, entry.spot);
            newborn.fill(slot, entry.tag, |to| copy(from, to));
            if entry.spot.node() == 0 {
                leaving |= 1 << entry.spot.slot();
            }
        }
        newborn.publish();

        parent.part_with(leaving, level + 1);
        // Readers must see the slots dead before others take them. The chain stays whole meanwhile.
        parent.step();
        let mut freed = Freed::new();
        for entry in entries.staying().filter(|entry| entry.spot.node() != 0) {
            let from = parent.entry(&self.nodes, entry.spot);
            let slot = (!parent.header().live()).trailing_zeros();
            parent.fill(slot, entry.tag, |to| copy(from, to));
        }
        parent.end_chain(&self.nodes, &mut freed);
        // Under the locks: once they are released, others may take out what was moved, and free it, and a reader whose
        // link was torn may come to a node that this chain had. It must find nothing alive there.
        parent.step();
        if !weakened("end-chain") {
            self.nodes.free_all(&freed);
        }
        parent.commit();
        newborn.commit();
        if weakened("end-chain") {
            self.nodes.free_all(&freed);
        }
    }

    /// Every entry of a bucket, and whether it belongs to `child`; yet to be validated.
    fn placed<'t>(
        &'t self,
        bucket: Bucket<'t, L>,
        header: Header,
        tags: Tags,
        child: usize,
        hash: &impl Fn(Entry<'t>) -> u64,
    ) -> Family {
        let mut entries = Family::new();
        let mut place = |node, slot, entry| {
            let hash = hash(entry);
            let moves = address::owns(child, address::level(child) + 1, hash);
            entries.push(Placed { spot: Spot::new(node, slot), tag: address::tag(hash), moves });
        };
        slots_of(header.live()).for_each(|slot| place(0, slot, bucket.entry(slot)));
        for (id, node) in Chain::new(&self.nodes, header, tags) {
            slots_of(node.live()).for_each(|slot| place(id, slot, node.entry(slot)));
        }
        entries
    }

    /// Point 7 of the protocol, with a chain.
    #[inline(never)]
    fn split<'t>(
        &'t self,
        mut parent: Locked<'t, L>,
        child: usize,
        level: u32,
        entries: &Family,
        nodes: &mut SpareNodes<'_, L>,
    ) {
        // Only the holder of the parent's lock gives birth to this child.
        let mut newborn = self.bucket(child).expect("memory was ensured").bear(level + 1);
        let moving = entries.moving();
        for (i, entry) in moving.clone().enumerate() {
            let spot = self.nth_spot(&mut newborn, i, nodes);
            let from = parent.entry(&self.nodes, entry.spot);
            newborn.fill_spot(&self.nodes, spot, entry.tag, |to| copy(from, to));
        }
        newborn.step();

        let mut freed = Freed::new();
        parent.set_depth(level + 1);
        for entry in moving.clone().filter(|entry| entry.spot.node() == 0) {
            parent.kill(entry.spot.slot());
        }
        if parent.header().has_chain() {
            parent.step();
            for entry in moving.filter(|entry| entry.spot.node() != 0) {
                parent.kill_spot(&self.nodes, entry.spot, &mut freed);
            }
            if parent.header().has_chain() {
                parent.pull_up(&self.nodes, &mut freed);
            }
        }
        parent.commit();
        newborn.commit();
        self.nodes.free_all(&freed);
    }

    /// The place of a newborn's `i`th entry.
    fn nth_spot<'t>(&'t self, newborn: &mut Locked<'t, L>, i: usize, nodes: &mut SpareNodes<'_, L>) -> Spot {
        if i < L::SLOTS as usize {
            return Spot::new(0, i as u32);
        }
        newborn.room_in_chain(&self.nodes).unwrap_or_else(|| {
            let id = nodes.take();
            newborn.append(&self.nodes, id);
            Spot::new(id, 0)
        })
    }
}

/// Nodes for a newborn's chain, allocated before locks are taken; what is left is given back.
struct SpareNodes<'t, L: Shape> {
    table: &'t Table<L>,
    ids: Vec<u32>,
}

impl<'t, L: Shape> SpareNodes<'t, L> {
    fn stock(table: &'t Table<L>, entries: &Family) -> Result<Self, AllocError> {
        let moving = entries.moving().count();
        let mut nodes = Self { table, ids: Vec::new() };
        for _ in 0..moving.saturating_sub(L::SLOTS as usize).div_ceil(NODE_SLOTS as usize) {
            nodes.ids.push(table.nodes.allocate()?);
        }
        Ok(nodes)
    }

    fn take(&mut self) -> u32 {
        self.ids.pop().expect("as many nodes were stocked as entries need")
    }
}

impl<L: Shape> Drop for SpareNodes<'_, L> {
    fn drop(&mut self) {
        self.ids.drain(..).for_each(|id| self.table.nodes.free(id));
    }
}
