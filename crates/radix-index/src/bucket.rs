//! The bucket and the protocol of its readers and writers.
//!
//! ```text
//!  word 0       word 1        words 2..
//! ┌────────────┬─────────────┬─────────┬─────────┬───   ───┬─────────┐
//! │   header   │    tags     │ entry 0 │ entry 1 │   ...   │ entry 6 │     u64 -> u64: 16 words, two lines
//! └────────────┴─────────────┴─────────┴─────────┴───   ───┴─────────┘
//! header:  63 version 32 │ 31 link, high part 13 │ 12 depth 8 │ 7 lock │ 6 live 0
//! tags:    63 link, low part 56 │ 55 filter │ 54 tag of slot 6 48 │ ... │ 7 filter │ 6 tag of slot 0 0
//! ```
//!
//! A slot holds an entry if its *live* bit is set. Entries for which there is no slot are in a chain of
//! overflow nodes (see [`Node`]) that starts at *link*. The bits of the *filter* tell which tags the chain may
//! have, so that most misses need not follow it. A header of zero means that the bucket was not born
//! yet; its keys are in its parent (see [`crate::address`]).
//!
//! # Protocol
//!
//! *A reader* loads the header (Acquire), then tags and entries (Relaxed), and then asks whether the header is
//! [unchanged](Bucket::unchanged) but for its lock bit: an Acquire fence and one more load. If it is, whatever
//! was found is the truth, a miss as much as a hit; if not, the reader starts again. It never waits for a lock.
//!
//! *A writer* searches as a reader does, and then sets the lock bit by a compare-and-swap from the very header
//! that it searched under. If that succeeds, what the search found still holds: no search, and so no code of
//! the user's, ever runs under a lock. A Release fence follows; then the writer changes tags and dead slots at
//! will, and [publishes](Locked::commit) by one Release store of a header with the next version and no lock.
//!
//! Why this is right:
//!
//! 1. *Words of a dead slot are no reader's concern.* If a reader did load one that was overwritten, its Acquire
//!    fence pairs with the writer's Release fence, so its second load sees the writer's locked header or a later
//!    one. The writer found the slot dead, so a header with another version was stored before.
//! 2. *A header never comes back*, because every change but a value's replacement in place increments the
//!    version (32 bits: a reader would have to sleep through exactly a multiple of 2^32 - 1 changes of one bucket).
//! 3. *A value of at most one word is replaced by one store*, with no new version. A reader sees the old or the
//!    new value; both belong to its key, because the slot is live with that key under an unchanged header.
//! 4. *A wider value* is written to a free place, and then the old place dies.
//! 5. *Nodes of a chain belong to the bucket*: every change of a chain also increments the bucket's version. A
//!    change that only adds is visible by the Release store of one node's meta word. Before anything is taken
//!    away that was added elsewhere, the writer stores a header with a new version, still locked
//!    ([`Locked::step`]): so no reader combines a "not yet there" with an "already gone".
//! 6. *The first link never changes from one node to another*, only from none to one and back, because its two
//!    parts are in two words: the low part is written while the high part is still zero.
//!    The filter begins empty with the first link. A bit is set before an entry in the chain becomes visible that
//!    needs it, and taken away when no entry needs it any more: to those that died, a miss is the truth.
//! 7. *A split* copies entries to the newborn child, publishes the child, still locked, and then takes them from
//!    the parent together with the parent's new depth, which is why the depth is in the header. A reader that
//!    comes to an unborn child goes to the parent; one that misses in a parent whose depth tells that the key is
//!    not its own goes to the child, which the Acquire load of that parent's header made visible. Both stay locked
//!    until the parent has its last header, so the two copies of an entry are equal.
//! 8. *Who counts entries* (an iterator) may see both copies of one that moves, from the chain to a slot or to the child,
//!    because of point 5. Of a bucket with a chain it therefore wants the lock bit unchanged as well, and if it is
//!    set, passes over the second copy.
//!
//! The loom models in `src/models.rs` check it, and check that they notice when a fence, a validation, a
//! depth check or a version is left out (`WEAKEN=..`).

mod chain;
mod header;
mod store;

use std::marker::PhantomData;

use crate::sync::{AtomicU64, Ordering, fence, interleave, linger, weakened};

pub(crate) use chain::{Chain, Freed, Nodes, SLOTS as NODE_SLOTS, copy};
pub(crate) use header::{Header, Tags, link, slots_of};
pub(crate) use store::{AllocError, Store, Width};

/// What a bucket's entries are; the words of a key come first in an entry.
pub(crate) trait Shape: Sized {
    /// Words of one entry.
    const ENTRY: usize;
    /// Words at the beginning of an entry that no other entry of the table has.
    const KEY: usize;
    /// Whether a value is one word or none, and so can be replaced in place.
    const IN_PLACE: bool;
    /// How a reader loads headers: Acquire, or SeqCst if its entries are pointers that a collector guards.
    const LOAD: Ordering;

    /// Slots of a bucket: as many as two cache lines hold of 16-byte entries, one line of pointers.
    const SLOTS: u32 = if Self::ENTRY <= 1 { 6 } else { 7 };
    /// Words of a bucket, a multiple of a cache line.
    const BUCKET: usize = (2 + Self::SLOTS as usize * Self::ENTRY).next_multiple_of(8);
    /// Words of an overflow node.
    const NODE: usize = (1 + chain::SLOTS as usize * Self::ENTRY).next_multiple_of(4);
    /// A live mask with every slot.
    const FULL: u64 = (1 << Self::SLOTS) - 1;
}

/// The words of one entry.
pub(crate) type Entry<'t> = &'t [AtomicU64];

/// The bucket array's element, for [`Store`].
pub(crate) struct Buckets<L>(PhantomData<L>);

impl<L: Shape> Width for Buckets<L> {
    const WORDS: usize = L::BUCKET;
}

/// Where an entry lies, or may be put: the node above, the slot below.
///
/// One word, because two halves that are stored apart cannot be forwarded to one load: the processor waits until both are in
/// the cache, just before a lock is taken (decision 0108).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot(u64);

impl Spot {
    #[inline]
    pub(crate) fn new(node: u32, slot: u32) -> Self {
        Self(u64::from(node) << 32 | u64::from(slot))
    }

    /// The overflow node, or 0 for the bucket itself.
    #[inline]
    pub(crate) fn node(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline]
    pub(crate) fn slot(self) -> u32 {
        self.0 as u32
    }
}

/// A bucket in its array.
pub(crate) struct Bucket<'t, L> {
    words: &'t [AtomicU64],
    shape: PhantomData<L>,
}

impl<L> Clone for Bucket<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Bucket<'_, L> {}

impl<'t, L: Shape> Bucket<'t, L> {
    #[inline]
    pub(crate) fn new(words: &'t [AtomicU64]) -> Self {
        debug_assert_eq!(words.len(), L::BUCKET);
        Self { words, shape: PhantomData }
    }

    /// The same, for a compiler that forgot how many words there are.
    #[inline]
    pub(crate) fn again(self) -> Self {
        Self::new(&self.words[..L::BUCKET])
    }

    /// Pairs with the Release store in [`Locked::commit`].
    #[inline]
    pub(crate) fn header(self) -> Header {
        interleave();
        let order = if weakened("header") { Ordering::Relaxed } else { L::LOAD };
        Header(self.words[0].load(order))
    }

    /// Has the second cache line fetched while the first one is waited for.
    #[inline]
    pub(crate) fn fetch_rest(self) {
        if let Some(word) = self.words.get(8) {
            store::prefetch(word);
        }
    }

    /// Has the first two cache lines fetched, while others are.
    #[inline]
    pub(crate) fn fetch(self) {
        store::prefetch(&self.words[0]);
        self.fetch_rest();
    }

    #[inline]
    pub(crate) fn tags(self) -> Tags {
        linger();
        Tags(self.words[1].load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn entry(self, slot: u32) -> Entry<'t> {
        let first = 2 + slot as usize * L::ENTRY;
        &self.words[first..first + L::ENTRY]
    }

    /// Copies the words of the live slots, one entry after the other, and gives how many; yet to be validated.
    ///
    /// Copies the dead ones too, and writes over them: that is cheaper than to foresee which ones are alive. Only the
    /// slots from `NEAR` on are passed over if all of them are dead.
    #[inline]
    pub(crate) fn copy_slots<const NEAR: u32>(self, header: Header, to: &mut [u64]) -> usize {
        let mut count = 0;
        let (near, all) = (NEAR.min(L::SLOTS), L::SLOTS);
        for slots in [0..near, near..all] {
            if header.live() >> slots.start == 0 {
                break;
            }
            for slot in slots {
                for (from, to) in self.entry(slot).iter().zip(&mut to[count * L::ENTRY..]) {
                    *to = from.load(Ordering::Relaxed);
                }
                count += (header.live() >> slot & 1) as usize;
            }
        }
        count
    }

    /// Whether everything that was loaded since `header` was, belongs together. Pairs with the Release fence
    /// in [`Bucket::lock`].
    #[inline]
    pub(crate) fn unchanged(self, header: Header) -> bool {
        self.header_after().unlocked() == header.unlocked()
    }

    /// Whether, in addition, nobody took or released the lock.
    #[inline]
    pub(crate) fn untouched(self, header: Header) -> bool {
        self.header_after() == header
    }

    #[inline]
    fn header_after(self) -> Header {
        interleave();
        if !weakened("reader-fence") {
            fence(Ordering::Acquire);
        }
        Header(self.words[0].load(Ordering::Relaxed))
    }

    /// Locks the bucket if its header is still the unlocked `header`.
    #[inline]
    pub(crate) fn lock(self, header: Header, tags: Tags) -> Option<Locked<'t, L>> {
        debug_assert!(!header.is_locked());
        interleave();
        // Acquire pairs with the Release store in `commit`: we see what the last writer wrote.
        let order = if weakened("lock") { Ordering::Relaxed } else { Ordering::Acquire };
        self.words[0].compare_exchange(header.0, header.locked().0, order, Ordering::Relaxed).ok()?;
        writer_fence();
        Some(Locked { bucket: self, header: header.locked(), tags })
    }

    /// Makes an empty bucket of a table that no other thread sees yet.
    pub(crate) fn init(self, depth: u32) {
        self.words[0].store(Header::born(depth).0, Ordering::Relaxed);
    }

    /// Makes the root of an empty table, unless another thread did.
    pub(crate) fn init_root(self) {
        // Release: as any header.
        _ = self.words[0].compare_exchange(0, Header::born(0).0, Ordering::Release, Ordering::Relaxed);
    }

    /// Begins the child of a split: it is locked, and only the holder of its parent's lock can tell.
    pub(crate) fn bear(self, depth: u32) -> Locked<'t, L> {
        debug_assert!(!self.header().is_born());
        Locked { bucket: self, header: Header::born(depth).locked(), tags: Tags(0) }
    }
}

/// What is written after it is seen only by readers that also see the header before it.
#[inline]
fn writer_fence() {
    if !weakened("writer-fence") {
        fence(Ordering::Release);
    }
}

/// A bucket under its lock. No code of the user's runs while there is one, so it is not lost to a panic.
#[must_use = "a bucket stays locked until `commit` or `abandon`"]
pub(crate) struct Locked<'t, L: Shape> {
    bucket: Bucket<'t, L>,
    /// The header to be stored next, with the lock bit.
    header: Header,
    tags: Tags,
}

impl<'t, L: Shape> Locked<'t, L> {
    #[inline]
    pub(crate) fn header(&self) -> Header {
        self.header
    }

    /// Unlocks and leaves everything as it was.
    #[inline]
    pub(crate) fn abandon(self) {
        self.store(self.header.unlocked());
    }

    /// Unlocks and publishes what was changed.
    #[inline]
    pub(crate) fn commit(self) {
        self.store(self.header.unlocked());
    }

    /// Publishes what was changed so far, and keeps the lock.
    #[inline]
    pub(crate) fn publish(&self) {
        self.store(self.header);
    }

    /// Publishes what was changed so far, and keeps the lock; after it, what was added may be taken away elsewhere.
    pub(crate) fn step(&mut self) {
        self.touch();
        self.publish();
        if !weakened("step") {
            writer_fence();
        }
    }

    /// Pairs with the Acquire load in [`Bucket::header`].
    #[inline]
    fn store(&self, header: Header) {
        interleave();
        let order = if weakened("publish") { Ordering::Relaxed } else { Ordering::Release };
        self.bucket.words[0].store(header.0, order);
    }

    /// Fills the dead `slot`; seen from the next publication on.
    #[inline]
    pub(crate) fn fill(&mut self, slot: u32, tag: u8, write: impl FnOnce(Entry<'t>)) {
        debug_assert_eq!(self.header.live() >> slot & 1, 0);
        write(self.bucket.entry(slot));
        self.set_tags(self.tags.with_tag(slot, tag));
        self.header = self.header.next(self.header.live() | 1 << slot);
    }

    /// Takes the entry from `slot`; seen from the next publication on.
    #[inline]
    pub(crate) fn kill(&mut self, slot: u32) {
        debug_assert_ne!(self.header.live() >> slot & 1, 0);
        self.header = self.header.next(self.header.live() & !(1 << slot));
    }

    /// Takes copies of another bucket's `entries` to the first slots of this one, which is empty.
    #[inline]
    pub(crate) fn adopt(&mut self, from: &Self, entries: u64) {
        let mut tags = self.tags;
        for (slot, old) in (0..).zip(slots_of(entries)) {
            copy(from.bucket.entry(old), self.bucket.entry(slot));
            tags = tags.with_tag(slot, from.tags.tag(old));
        }
        self.set_tags(tags);
        self.header = self.header.next((1 << entries.count_ones()) - 1);
    }

    /// Takes `entries` away, which another bucket has adopted, by this one's new depth.
    #[inline]
    pub(crate) fn part_with(&mut self, entries: u64, depth: u32) {
        self.header = self.header.next(self.header.live() & !entries).with_depth(depth);
    }

    /// Makes readers look again, though no slot changed.
    fn touch(&mut self) {
        self.header = self.header.next(self.header.live());
    }

    pub(crate) fn set_depth(&mut self, depth: u32) {
        self.header = self.header.next(self.header.live()).with_depth(depth);
    }

    #[inline]
    fn set_tags(&mut self, tags: Tags) {
        self.tags = tags;
        linger();
        self.bucket.words[1].store(tags.0, Ordering::Relaxed);
    }

    /// Takes every entry and the chain away; seen from the next publication on.
    pub(crate) fn kill_all(&mut self) {
        self.header = self.header.next(0).with_link(0);
    }

    /// The first node of the chain, 0 if there is none.
    pub(crate) fn link(&self) -> u32 {
        link(self.header, self.tags)
    }

    /// Begins or ends the chain; see point 6 of the protocol.
    fn set_link(&mut self, node: u32) {
        debug_assert!(node == 0 || !self.header.has_chain());
        if node != 0 {
            self.set_tags(self.tags.with_link(node).without_filter());
        }
        self.header = self.header.next(self.header.live()).with_link(node);
    }
}
