//! Iteration: bucket after bucket, each copied out as of one moment.
//!
//! Why every entry that is there throughout comes exactly once, whatever is inserted, removed or split
//! meanwhile: a bucket of depth `d` holds just the hashes that agree with its index in `d` bits. The walk starts
//! from `2^level` buckets, the *roots*, which divide the hashes among them. When it reads root `b` and finds depth
//! `d`, then it has read the hashes of `b` at depth `d`; those of `b` that are missing are the hashes of the
//! children `b + 2^level`, .., `b + 2^(d-1)`, and those it reads next, in the same way. So each hash is read
//! once, in one validated copy of one bucket, and an entry never changes its hash. A split that comes after a
//! bucket was read moves entries that were read already to a child that is not visited.

use std::marker::PhantomData;

use crate::address;
use crate::bucket::{AllocError, Bucket, Chain, Entry, Header, Shape, slots_of};
use crate::sync::{AtomicU64, Ordering, weakened};
use crate::table::Table;

/// Where a walk through a table is; holds no reference to it.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    roots: std::ops::Range<usize>,
    level: u32,
    /// Children of buckets that were read, and their levels.
    children: Vec<(usize, u32)>,
}

impl Walk {
    /// A walk through the whole table.
    pub(crate) fn new<L: Shape>(table: &Table<L>) -> Self {
        // Acquire pairs with the claim in `Table::split_next`: a bucket that is counted has memory, for us too, if it is
        // to be born now.
        let order = if weakened("claim") { Ordering::Relaxed } else { Ordering::Acquire };
        let level = table.count.load(order).ilog2();
        Self { roots: 0..1 << level, level, children: Vec::new() }
    }

    /// Two walks, each through half of the roots; none if there is but one.
    #[cfg(feature = "rayon")]
    pub(crate) fn split(self) -> (Self, Option<Self>) {
        let middle = self.roots.start + self.roots.len() / 2;
        // Below that, a bucket's entries are not worth another thread.
        if self.roots.len() < 64 || !self.children.is_empty() {
            return (self, None);
        }
        let right = Self { roots: middle..self.roots.end, ..self.clone() };
        (Self { roots: self.roots.start..middle, ..self }, Some(right))
    }

    /// The second half of the roots, as `split` gives it.
    #[cfg(loom)]
    pub(crate) fn right_half(self) -> Self {
        Self { roots: self.roots.end / 2..self.roots.end, ..self }
    }

    /// Appends the next bucket that is not empty to `entries`; false at the end.
    ///
    /// `read` gives none for words that do not belong together; `hash` is as for [`Table::added`].
    #[inline]
    pub(crate) fn next_bucket<'t, L: Shape, T>(
        &mut self,
        table: &'t Table<L>,
        entries: &mut Vec<T>,
        read: impl Fn(Entry<'t>) -> Option<T>,
        hash: impl Fn(Entry<'t>) -> u64,
    ) -> bool {
        debug_assert!(entries.is_empty());
        while entries.is_empty() {
            let Some((bucket, level)) = self.next_index() else { return false };
            if let Some(depth) = table.copy_bucket(bucket, level, entries, &read, &hash) {
                self.add_children(bucket, level, depth);
            }
        }
        true
    }

    /// Folds all the entries that are left: for entries of plain words, with less ado than bucket by bucket.
    #[inline]
    pub(crate) fn fold<'t, L: Shape, T, A, F: FnMut(A, T) -> A>(
        self,
        table: &'t Table<L>,
        init: A,
        read: impl Fn(Entry<'t>) -> Option<T>,
        value: impl Fn(&[u64]) -> T,
        hash: impl Fn(Entry<'t>) -> u64,
        f: F,
    ) -> A {
        // A small table has two entries a bucket, nearly always in the header's line; a larger one has three to five, and
        // whether any is in the other line is a coin toss.
        if table.is_small() {
            self.fold_near::<3, L, T, A, F>(table, init, read, value, hash, f)
        } else {
            self.fold_near::<5, L, T, A, F>(table, init, read, value, hash, f)
        }
    }

    /// [`Walk::fold`], with the slots that are copied in any case.
    #[inline]
    fn fold_near<'t, const NEAR: u32, L: Shape, T, A, F: FnMut(A, T) -> A>(
        mut self,
        table: &'t Table<L>,
        init: A,
        read: impl Fn(Entry<'t>) -> Option<T>,
        value: impl Fn(&[u64]) -> T,
        hash: impl Fn(Entry<'t>) -> u64,
        mut f: F,
    ) -> A {
        let mut entries = Vec::new();
        // Of many buckets: how many entries one has is hard to foresee for a processor.
        let (mut words, mut count) = ([0; WORDS], 0);
        let capacity = WORDS / L::ENTRY.max(1);
        let flush = |sum, words: &[u64], count, f: &mut F| {
            words.chunks_exact(L::ENTRY.max(1)).take(count).fold(sum, |sum, entry| f(sum, value(entry)))
        };
        let mut sum = init;
        while let Some((index, level)) = self.next_index() {
            table.buckets.prefetch(index + AHEAD);
            if count + L::SLOTS as usize > capacity {
                sum = flush(sum, &words, std::mem::take(&mut count), &mut f);
            }
            if let Some((more, depth)) =
                table.copy_words::<NEAR>(index, level, &mut words[count * L::ENTRY..])
            {
                count += more;
                self.add_children(index, level, depth);
            } else if let Some(depth) = table.copy_bucket(index, level, &mut entries, &read, &hash) {
                self.add_children(index, level, depth);
                sum = entries.drain(..).fold(sum, &mut f);
            }
        }
        flush(sum, &words, count, &mut f)
    }

    /// The next bucket to be read, and the least depth it must have.
    #[inline]
    pub(crate) fn next_index(&mut self) -> Option<(usize, u32)> {
        self.children.pop().or_else(|| Some((self.roots.next()?, self.level)))
    }

    /// The hashes that a bucket which was read at `level` does not have at `depth`.
    #[inline]
    pub(crate) fn add_children(&mut self, bucket: usize, level: u32, depth: u32) {
        for below in level..depth {
            self.children.push((bucket | 1 << below, below + 1));
        }
    }
}

/// Buckets that are fetched ahead.
const AHEAD: usize = 8;

/// Words that are copied before they are looked at: at least two buckets of the largest entries.
const WORDS: usize = 512;

impl<L: Shape> Table<L> {
    /// Copies the words of a bucket's entries, as of one moment; gives how many entries, and the bucket's depth. None
    /// if that is not so simple: for a chain, a split or a writer in the way.
    #[inline]
    fn copy_words<const NEAR: u32>(
        &self,
        index: usize,
        level: u32,
        words: &mut [u64],
    ) -> Option<(usize, u32)> {
        let bucket = self.bucket(index)?;
        let header = bucket.header();
        if !header.is_born() || header.has_chain() || header.depth() < level {
            return None;
        }
        let count = bucket.copy_slots::<NEAR>(header, words);
        bucket.unchanged(header).then_some((count, header.depth()))
    }

    /// Appends the entries of a bucket, as of one moment, and gives the depth that it had; at least `level`. None
    /// if the table is empty.
    #[inline(never)]
    fn copy_bucket<'t, T>(
        &'t self,
        index: usize,
        level: u32,
        entries: &mut Vec<T>,
        read: &impl Fn(Entry<'t>) -> Option<T>,
        hash: &impl Fn(Entry<'t>) -> u64,
    ) -> Option<u32> {
        loop {
            let Some((bucket, header)) = self
                .bucket(index)
                .map(|bucket| (bucket, bucket.header()))
                .filter(|(_, header)| header.is_born())
            else {
                if index == 0 {
                    return None;
                }
                self.settle(index, hash);
                continue;
            };
            let tags = bucket.tags();
            let mut whole = true;
            for slot in slots_of(header.live()) {
                match read(bucket.entry(slot)) {
                    Some(entry) => entries.push(entry),
                    None => whole = false,
                }
            }
            if header.has_chain() {
                let mut passed = Passed::new(bucket, header);
                for (_, node) in Chain::new(&self.nodes, header, tags) {
                    for slot in slots_of(node.live()) {
                        if passed.is_moving(index, header, node.entry(slot), hash) {
                            continue;
                        }
                        match read(node.entry(slot)) {
                            Some(entry) => entries.push(entry),
                            None => whole = false,
                        }
                    }
                }
            }
            // In a chain, copies that a writer makes are visible before it commits: who has not passed them with
            // care must know that there was no writer.
            let is_true = match header.has_chain() && !weakened("untouched") {
                true => bucket.untouched(header),
                false => bucket.unchanged(header),
            };
            if is_true && whole {
                if header.depth() >= level {
                    return Some(header.depth());
                }
                // A child was claimed and is not born yet; its entries would be read here and there.
                self.settle(index | 1 << header.depth(), hash);
            }
            entries.clear();
            self.retry();
        }
    }

    /// Has a claimed bucket born now.
    #[cold]
    pub(crate) fn settle<'t>(&'t self, child: usize, hash: &impl Fn(Entry<'t>) -> u64) {
        if let Err(AllocError) = self.birth(child, hash) {
            std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u64; 8]>());
        }
    }
}

/// The entries of a bucket that a reader has passed, if a writer holds its lock: one that moves an entry makes the new
/// copy visible before it takes the old one away, and who counts entries sees both. A reader who looks for the key
/// finds the first one, and so does this.
struct Passed<'t, L> {
    entries: Option<Vec<Entry<'t>>>,
    shape: PhantomData<L>,
}

impl<'t, L: Shape> Passed<'t, L> {
    fn new(bucket: Bucket<'t, L>, header: Header) -> Self {
        let is_moving = header.is_locked() && !weakened("moving");
        let entries = is_moving.then(|| slots_of(header.live()).map(|slot| bucket.entry(slot)).collect());
        Self { entries, shape: PhantomData }
    }

    /// Whether an entry of the chain has a copy: one that was passed before, or in the child that the bucket of this
    /// index is being split from.
    fn is_moving(
        &mut self,
        index: usize,
        header: Header,
        entry: Entry<'t>,
        hash: &impl Fn(Entry<'t>) -> u64,
    ) -> bool {
        let Some(entries) = &mut self.entries else { return false };
        let same = |a: &AtomicU64, b: &AtomicU64| a.load(Ordering::Relaxed) == b.load(Ordering::Relaxed);
        let is_copy = |other: &Entry<'t>| other[..L::KEY].iter().zip(entry.iter()).all(|(a, b)| same(a, b));
        if entries.iter().any(is_copy) || !address::owns(index, header.depth(), hash(entry)) {
            return true;
        }
        entries.push(entry);
        false
    }
}
