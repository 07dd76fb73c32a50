//! Entries that come in ascending order: pushed at the end, leaves packed full.

use super::insert::Split;
use super::leaf::Leaf;
use super::tree::{Slot, Tree};
use crate::shape::Shape;

impl<K, V, S: Shape> Tree<K, V, S> {
    /// Puts an entry behind the last; the caller says that its key is greater.
    pub(crate) fn push_last(&mut self, key: K, value: V) {
        let Some(trunk) = &self.trunk else {
            self.insert_at(None, key, value);
            return;
        };
        let last = trunk.last;
        if last.len() < last.cap() {
            self.len += 1;
            last.push(key, value);
            self.add_count(last.node(), 1);
        } else if last.cap() < const { Leaf::<K, V>::full_cap::<S>() } {
            self.insert_at(Some(Slot::new(last, last.len(), false)), key, value);
        } else {
            self.len += 1;
            self.insert_split(last, last.len(), key, value, Split::Packed);
        }
    }

    /// Puts entries behind the last; the caller says that their keys ascend and are greater.
    ///
    /// A panic of the iterator leaves a tree with the entries so far.
    pub(crate) fn push_all(&mut self, mut entries: impl Iterator<Item = (K, V)>) {
        if self.trunk.is_none() && entries.size_hint().0 > 4 {
            // More than a small leaf: begin with a whole one.
            let Some((key, value)) = entries.next() else { return };
            self.insert_at(None, key, value);
            self.widen_root(entries.size_hint().0.saturating_add(1));
        }
        while let Some((key, value)) = entries.next() {
            self.push_last(key, value);
            let Some(trunk) = &self.trunk else { continue };
            let last = trunk.last;
            let before = last.len();
            let mut filler = Filler { tree: self, leaf: last, before };
            filler.fill(&mut entries);
        }
    }
}

/// Counts what was pushed to one leaf once for the run, also when the iterator panics.
struct Filler<'t, K, V, S: Shape> {
    tree: &'t mut Tree<K, V, S>,
    leaf: Leaf<K, V>,
    before: usize,
}

impl<K, V, S: Shape> Filler<'_, K, V, S> {
    #[inline]
    fn fill(&mut self, entries: &mut impl Iterator<Item = (K, V)>) {
        for _ in self.before..self.leaf.cap() {
            let Some((key, value)) = entries.next() else { return };
            self.leaf.push(key, value);
        }
    }
}

impl<K, V, S: Shape> Drop for Filler<'_, K, V, S> {
    fn drop(&mut self) {
        let pushed = self.leaf.len() - self.before;
        self.tree.len += pushed;
        self.tree.add_count(self.leaf.node(), pushed as isize);
    }
}
