//! Emptying a table.
//!
//! While others use it, buckets are visited as by an iteration, and for its reason: each hash is read once, in one
//! bucket. A loop over all buckets would take some keys twice, first from a bucket and then, inserted anew and moved by a
//! split, from its child; a `clear` that removes what was inserted after it had removed that key is not linearizable.

use crate::bucket::{Entry, Freed, Locked, Shape, Spot, slots_of};
use crate::iter::Walk;
use crate::sync::Ordering;
use crate::table::Table;

impl<L: Shape> Table<L> {
    /// Takes every entry away, each key at one moment; calls `each` with the number and the words of a bucket's entries,
    /// outside its lock. `hash` is as for [`Table::added`].
    pub(crate) fn clear<'t>(&'t self, hash: impl Fn(Entry<'t>) -> u64, mut each: impl FnMut(usize, &[u64])) {
        let (mut walk, mut words) = (Walk::new(self), Vec::new());
        while let Some((index, level)) = walk.next_index() {
            let Some(locked) = self.lock_from(index, level, &hash) else { return };
            walk.add_children(index, level, locked.header().depth());
            self.empty(locked, &mut words, &mut each);
        }
    }

    /// [`Table::clear`] without calling a hasher, for who has the table for himself.
    pub(crate) fn clear_mut(&mut self, mut each: impl FnMut(usize, &[u64])) {
        let mut words = Vec::new();
        for index in 0..self.count.load(Ordering::Relaxed) {
            // Not born if its split was interrupted: then its parent has its entries.
            if let Some(locked) = self.bucket(index).and_then(|bucket| self.lock_if_born(bucket)) {
                self.empty(locked, &mut words, &mut each);
            }
        }
    }

    /// Locks the bucket at `index` as soon as it has at least the depth `level`; none if the table is empty.
    fn lock_from<'t>(
        &'t self,
        index: usize,
        level: u32,
        hash: &impl Fn(Entry<'t>) -> u64,
    ) -> Option<Locked<'t, L>> {
        loop {
            match self.bucket(index).and_then(|bucket| self.lock_if_born(bucket)) {
                Some(locked) if locked.header().depth() >= level => return Some(locked),
                Some(locked) => {
                    let depth = locked.header().depth();
                    locked.abandon();
                    self.settle(index | 1 << depth, hash);
                }
                None if index == 0 => return None,
                None => self.settle(index, hash),
            }
        }
    }

    /// Takes every entry out of a bucket and unlocks it.
    fn empty<'t>(
        &'t self,
        mut locked: Locked<'t, L>,
        words: &mut Vec<u64>,
        each: &mut impl FnMut(usize, &[u64]),
    ) {
        if locked.header().live() == 0 && !locked.header().has_chain() {
            return locked.abandon();
        }
        let mut freed = Freed::new();
        let mut entries = 0;
        let mut take = |entry: Entry<'t>| {
            entries += 1;
            words.extend(entry.iter().map(|word| word.load(Ordering::Relaxed)));
        };
        slots_of(locked.header().live()).for_each(|slot| take(locked.entry(&self.nodes, Spot::new(0, slot))));
        for (id, node) in locked.chain(&self.nodes) {
            slots_of(node.live()).for_each(|slot| take(node.entry(slot)));
            freed.push(id);
        }
        locked.kill_all();
        locked.commit();
        self.nodes.free_all(&freed);
        self.removed(entries as i64);
        each(entries, words);
        words.clear();
    }
}
