//! [`ExtractIf`]: removes entries as it passes them.

use core::fmt::{self, Debug};
use core::iter::FusedIterator;
use core::ops::{Bound, RangeBounds};

use crate::bounds;
use crate::node::{Slot, Tree};
use crate::shape::{Auto, Shape};

/// The entries removed by [`extract_if`](crate::BPlusTreeMap::extract_if), as they are removed.
#[must_use = "iterators are lazy and do nothing unless consumed; use `retain` to remove without looking"]
pub struct ExtractIf<'a, K, V, R, F, S: Shape = Auto> {
    inner: Extractor<'a, K, V, R, S>,
    pred: F,
}

/// The walk of [`ExtractIf`], for maps and for sets.
pub(crate) struct Extractor<'a, K, V, R, S: Shape> {
    tree: &'a mut Tree<K, V, S>,
    /// The gap before the next entry to look at; `None` at the end.
    gap: Option<Slot<K, V>>,
    range: R,
}

impl<'a, K: Ord, V, R: RangeBounds<K>, S: Shape> Extractor<'a, K, V, R, S> {
    pub(crate) fn new(tree: &'a mut Tree<K, V, S>, range: R) -> Self {
        let gap = bounds::lower(tree, range.start_bound());
        Self { tree, gap, range }
    }

    /// The entry behind the gap, if the range reaches it.
    fn peek(&self) -> Option<Slot<K, V>> {
        let slot = self.tree.after(self.gap?)?;
        let key = self.tree.key_at(slot);
        let inside = match self.range.end_bound() {
            Bound::Unbounded => true,
            Bound::Included(end) => key <= end,
            Bound::Excluded(end) => key < end,
        };
        inside.then_some(slot)
    }

    /// Removes the next entry for which `pred` gives true.
    pub(crate) fn next(&mut self, mut pred: impl FnMut(&K, &mut V) -> bool) -> Option<(K, V)> {
        loop {
            let Some(slot) = self.peek() else {
                self.gap = None;
                return None;
            };
            // Past the entry first: if the predicate panics, it is not asked about this entry again.
            self.gap = Some(slot.behind());
            let (key, value) = self.tree.entry_at_mut(slot);
            if pred(key, value) {
                let (entry, gap) = self.tree.remove_at(slot);
                self.gap = Some(gap);
                return Some(entry);
            }
        }
    }

    pub(crate) fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.tree.len()))
    }
}

impl<K: Debug, V: Debug, R, S: Shape> Extractor<'_, K, V, R, S> {
    pub(crate) fn peeked(&self) -> Option<(&K, &V)> {
        let slot = self.gap.and_then(|gap| self.tree.after(gap))?;
        Some((self.tree.key_at(slot), self.tree.value_at(slot)))
    }
}

impl<'a, K: Ord, V, R: RangeBounds<K>, F, S: Shape> ExtractIf<'a, K, V, R, F, S> {
    pub(super) fn new(tree: &'a mut Tree<K, V, S>, range: R, pred: F) -> Self {
        Self { inner: Extractor::new(tree, range), pred }
    }
}

impl<K, V, R, F, S> Iterator for ExtractIf<'_, K, V, R, F, S>
where
    K: Ord,
    R: RangeBounds<K>,
    F: FnMut(&K, &mut V) -> bool,
    S: Shape,
{
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.inner.next(&mut self.pred)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<K, V, R, F, S> FusedIterator for ExtractIf<'_, K, V, R, F, S>
where
    K: Ord,
    R: RangeBounds<K>,
    F: FnMut(&K, &mut V) -> bool,
    S: Shape,
{
}

impl<K: Debug, V: Debug, R, F, S: Shape> Debug for ExtractIf<'_, K, V, R, F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("peek", &self.inner.peeked()).finish_non_exhaustive()
    }
}
