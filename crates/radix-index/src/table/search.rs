//! Searches: [`Table::find`] is the readers' way, [`Table::seek`] the writers'.

use super::{Seen, Table};
use crate::address;
use crate::bucket::{Bucket, Chain, Entry, Header, Shape, Spot, Tags};
use crate::sync::{Backoff, weakened};

impl<L: Shape> Table<L> {
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
                let spot = Some((Spot::new(0, slot), entry));
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
                return Some((Spot::new(0, slot), bucket.entry(slot)));
            }
        }
        if header.has_chain() && tags.chain_may_have(tag) {
            return Chain::new(&self.nodes, header, tags).find(tag, is);
        }
        None
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
