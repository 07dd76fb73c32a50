//! Walking the leaves: a span of entries with two ends, borrowed or by value.

use core::marker::PhantomData;
use core::mem;
use core::ptr;

use super::leaf::Leaf;
use super::tree::{Slot, Tree, Trunk};
use crate::shape::Shape;

/// The entries between two gaps, the front gap not behind the back gap. `Copy`, so that shared iterators can be cloned;
/// who gives out `&mut` keeps one only.
///
/// ```text
/// front leaf: | ... | key -> left entries | ...       back leaf: | ... back_index entries | gap | ...
/// ```
///
/// While both ends are in one leaf, `left` is the number of entries between them; else those left in the front leaf.
pub(crate) struct RawRange<K, V> {
    front: Option<Leaf<K, V>>,
    key: *const K,
    value: *const V,
    left: usize,
    back: Option<Leaf<K, V>>,
    back_index: usize,
}

impl<K, V> Clone for RawRange<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V> Copy for RawRange<K, V> {}

/// The place of one entry.
pub(crate) type EntryPtr<K, V> = (*mut K, *mut V);

impl<K, V> RawRange<K, V> {
    pub(crate) const fn empty() -> Self {
        Self { front: None, key: ptr::null(), value: ptr::null(), left: 0, back: None, back_index: 0 }
    }

    /// The entries from one gap to another that is not before it, both of a tree as it is.
    pub(crate) fn between(from: Slot<K, V>, to: Slot<K, V>) -> Self {
        let mut range = Self::empty();
        range.back = Some(to.leaf);
        range.back_index = to.index();
        range.enter(from.leaf, from.index());
        range
    }

    /// Sets the front to an index of a leaf that is not behind the back.
    #[inline(always)]
    fn enter(&mut self, leaf: Leaf<K, V>, index: usize) {
        let end = if self.back == Some(leaf) { self.back_index } else { leaf.len() };
        self.front = Some(leaf);
        self.key = leaf.key_ptr(index);
        self.value = leaf.value_ptr(index);
        self.left = end.saturating_sub(index);
    }

    /// The next entry from the front.
    #[inline(always)]
    pub(crate) fn next<S: Shape>(&mut self) -> Option<EntryPtr<K, V>> {
        if self.left == 0 && !self.next_leaf::<S>() {
            return None;
        }
        self.left -= 1;
        let entry = (self.key.cast_mut(), self.value.cast_mut());
        self.key = self.key.wrapping_add(1);
        self.value = self.value.wrapping_add(1);
        Some(entry)
    }

    /// Goes to the next leaf that has an entry before the back.
    #[inline(never)]
    fn next_leaf<S: Shape>(&mut self) -> bool {
        while self.front != self.back {
            let Some(next) = self.front.and_then(Leaf::next) else { return false };
            self.enter(next, 0);
            if self.front != self.back && let Some(after) = next.next() {
                Tree::<K, V, S>::prefetch(after.node(), 0);
            }
            if self.left > 0 {
                return true;
            }
        }
        false
    }

    /// The next entry from the back.
    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<EntryPtr<K, V>> {
        loop {
            let back = self.back?;
            if self.front == Some(back) {
                self.left = self.left.checked_sub(1)?;
            } else if self.back_index == 0 {
                let prev = back.prev()?;
                self.back = Some(prev);
                self.back_index = prev.len();
                continue;
            }
            self.back_index -= 1;
            return Some((back.key_ptr(self.back_index), back.value_ptr(self.back_index)));
        }
    }

    /// All entries left in the front leaf at once: first key, first value, number.
    pub(crate) fn next_run<S: Shape>(&mut self) -> Option<(*mut K, *mut V, usize)> {
        if self.left == 0 && !self.next_leaf::<S>() {
            return None;
        }
        let run = (self.key.cast_mut(), self.value.cast_mut(), mem::take(&mut self.left));
        self.key = self.key.wrapping_add(run.2);
        self.value = self.value.wrapping_add(run.2);
        Some(run)
    }
}

/// A borrowed span: gives `&K` and whatever `V` was borrowed as.
pub(crate) struct Span<'a, K, V, S> {
    raw: RawRange<K, V>,
    tree: PhantomData<(&'a K, &'a V, fn() -> S)>,
}

impl<K, V, S> Clone for Span<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { raw: self.raw, tree: PhantomData }
    }
}

impl<K, V, S> Default for Span<'_, K, V, S> {
    fn default() -> Self {
        Self { raw: RawRange::empty(), tree: PhantomData }
    }
}

// SAFETY: a span is shared references to entries and nodes that nobody changes meanwhile.
unsafe impl<K: Sync, V: Sync, S> Send for Span<'_, K, V, S> {}
// SAFETY: the same.
unsafe impl<K: Sync, V: Sync, S> Sync for Span<'_, K, V, S> {}

impl<'a, K, V, S: Shape> Span<'a, K, V, S> {
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<(&'a K, &'a V)> {
        // SAFETY: the range gives initialised entries of a tree that is borrowed for 'a.
        self.raw.next::<S>().map(|(key, value)| unsafe { (&*key, &*value) })
    }

    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<(&'a K, &'a V)> {
        // SAFETY: as in `next`.
        self.raw.next_back().map(|(key, value)| unsafe { (&*key, &*value) })
    }

    /// The rest of the front leaf.
    #[inline]
    pub(crate) fn next_run(&mut self) -> Option<(&'a [K], &'a [V])> {
        let (keys, values, count) = self.raw.next_run::<S>()?;
        // SAFETY: the range gives `count` initialised keys in a row of a tree that is borrowed for 'a.
        let keys = unsafe { core::slice::from_raw_parts(keys, count) };
        // SAFETY: the same for values.
        Some((keys, unsafe { core::slice::from_raw_parts(values, count) }))
    }
}

/// A mutably borrowed span: gives `&K` and `&mut V`, each entry once.
pub(crate) struct SpanMut<'a, K, V, S> {
    raw: RawRange<K, V>,
    tree: PhantomData<(&'a K, &'a mut V, fn() -> S)>,
}

impl<K, V, S> Default for SpanMut<'_, K, V, S> {
    fn default() -> Self {
        Self { raw: RawRange::empty(), tree: PhantomData }
    }
}

// SAFETY: a mutable span is shared references to keys and unique ones to values.
unsafe impl<K: Sync, V: Send, S> Send for SpanMut<'_, K, V, S> {}
// SAFETY: `&SpanMut` gives out shared references only.
unsafe impl<K: Sync, V: Sync, S> Sync for SpanMut<'_, K, V, S> {}

impl<'a, K, V, S: Shape> SpanMut<'a, K, V, S> {
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<(&'a K, &'a mut V)> {
        // SAFETY: the range gives each initialised entry once, of a tree that is mutably borrowed for 'a.
        self.raw.next::<S>().map(|(key, value)| unsafe { (&*key, &mut *value) })
    }

    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<(&'a K, &'a mut V)> {
        // SAFETY: as in `next`; what the back gives, the front does not.
        self.raw.next_back().map(|(key, value)| unsafe { (&*key, &mut *value) })
    }

    /// The rest of the front leaf.
    #[inline]
    pub(crate) fn next_run(&mut self) -> Option<(&'a [K], &'a mut [V])> {
        let (keys, values, count) = self.raw.next_run::<S>()?;
        // SAFETY: the range gives `count` initialised keys in a row, of a tree that is mutably borrowed for 'a.
        let keys = unsafe { core::slice::from_raw_parts(keys, count) };
        // SAFETY: the same for values, each given once.
        Some((keys, unsafe { core::slice::from_raw_parts_mut(values, count) }))
    }

    /// The same entries, shared.
    pub(crate) fn as_span(&self) -> Span<'_, K, V, S> {
        Span { raw: self.raw, tree: PhantomData }
    }
}

/// An owning span: entries that were not given out are dropped with it, then the nodes are freed.
pub(crate) struct IntoRange<K, V, S: Shape> {
    raw: RawRange<K, V>,
    trunk: Trunk<K, V>,
    left: usize,
    entries: PhantomData<(K, V, fn() -> S)>,
}

// SAFETY: it owns its entries and nodes.
unsafe impl<K: Send, V: Send, S: Shape> Send for IntoRange<K, V, S> {}
// SAFETY: `&IntoRange` gives out shared references only.
unsafe impl<K: Sync, V: Sync, S: Shape> Sync for IntoRange<K, V, S> {}

impl<K, V, S: Shape> IntoRange<K, V, S> {
    pub(super) fn new(trunk: Trunk<K, V>, len: usize) -> Self {
        let end = Slot::new(trunk.last, trunk.last.len(), false);
        let raw = RawRange::between(Slot::new(trunk.first, 0, false), end);
        Self { raw, trunk, left: len, entries: PhantomData }
    }

    /// All entries of a tree; `None` if it has no nodes.
    pub(crate) fn of(mut tree: Tree<K, V, S>) -> Option<Self> {
        tree.trunk.take().map(|trunk| Self::new(trunk, tree.len))
    }

    /// Entries not given out yet.
    pub(crate) fn len(&self) -> usize {
        self.left
    }

    #[inline]
    pub(crate) fn next(&mut self) -> Option<(K, V)> {
        let (key, value) = self.raw.next::<S>()?;
        self.left -= 1;
        // SAFETY: initialised, owned, and given by the range once.
        let key = unsafe { key.read() };
        // SAFETY: the same.
        Some((key, unsafe { value.read() }))
    }

    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<(K, V)> {
        let (key, value) = self.raw.next_back()?;
        self.left -= 1;
        // SAFETY: initialised, owned, and given by the range once.
        let key = unsafe { key.read() };
        // SAFETY: the same.
        Some((key, unsafe { value.read() }))
    }

    /// The entries that are left, shared.
    pub(crate) fn as_span(&self) -> Span<'_, K, V, S> {
        Span { raw: self.raw, tree: PhantomData }
    }
}

impl<K, V, S: Shape> Drop for IntoRange<K, V, S> {
    fn drop(&mut self) {
        /// Goes on dropping entries when one of them panicked, and frees the nodes in any case.
        struct Rest<'r, K, V, S: Shape>(&'r mut IntoRange<K, V, S>);
        impl<K, V, S: Shape> Drop for Rest<'_, K, V, S> {
            fn drop(&mut self) {
                if mem::needs_drop::<(K, V)>() {
                    while self.0.next().is_some() {}
                }
                // SAFETY: the owner is being dropped, the last one to have the trunk.
                unsafe { self.0.trunk.release::<S>() };
            }
        }
        let rest = Rest(self);
        if mem::needs_drop::<(K, V)>() {
            while rest.0.next().is_some() {}
        }
    }
}

impl<K, V, S: Shape> Tree<K, V, S> {
    /// The entries between two gaps of this tree, the first not behind the second; nothing if there are no nodes.
    pub(crate) fn span(&self, from: Option<Slot<K, V>>, to: Option<Slot<K, V>>) -> Span<'_, K, V, S> {
        Span { raw: raw_between(from, to), tree: PhantomData }
    }

    /// As [`Tree::span`], with values to change.
    pub(crate) fn span_mut(&mut self, from: Option<Slot<K, V>>, to: Option<Slot<K, V>>) -> SpanMut<'_, K, V, S> {
        SpanMut { raw: raw_between(from, to), tree: PhantomData }
    }
}

fn raw_between<K, V>(from: Option<Slot<K, V>>, to: Option<Slot<K, V>>) -> RawRange<K, V> {
    match (from, to) {
        (Some(from), Some(to)) => RawRange::between(from, to),
        _ => RawRange::empty(),
    }
}
