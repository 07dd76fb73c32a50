//! Spans: ranges of leaves that know how their entries are held, borrowed, mutably borrowed or owned.

use core::marker::PhantomData;
use core::mem;

use super::range::RawRange;
use super::tree::{Slot, Tree, Trunk};
use crate::shape::Shape;

type Borrowed<'a, K, V, S> = PhantomData<(&'a K, &'a V, fn() -> S)>;
type BorrowedMut<'a, K, V, S> = PhantomData<(&'a K, &'a mut V, fn() -> S)>;
type Owned<K, V, S> = PhantomData<(K, V, fn() -> S)>;

/// A borrowed span: gives `&K` and whatever `V` was borrowed as.
pub(crate) struct Span<'a, K, V, S> {
    raw: RawRange<K, V>,
    tree: Borrowed<'a, K, V, S>,
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
    /// Says how many entries there are, for `len`.
    pub(crate) fn count(self, len: usize) -> Self {
        Self { raw: self.raw.count(len), tree: PhantomData }
    }

    /// Entries not given yet, if `count` was told.
    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let (key, value) = self.raw.next::<S>()?;
        // SAFETY: the range gives initialised entries of a tree that is borrowed for 'a.
        let key = unsafe { &*key };
        // SAFETY: the same.
        Some((key, unsafe { &*value }))
    }

    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<(&'a K, &'a V)> {
        let (key, value) = self.raw.next_back()?;
        // SAFETY: as in `next`.
        let key = unsafe { &*key };
        // SAFETY: the same.
        Some((key, unsafe { &*value }))
    }

    /// Goes past `count` entries at the front.
    pub(crate) fn skip(&mut self, count: usize) {
        self.raw.skip::<S>(count);
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
    tree: BorrowedMut<'a, K, V, S>,
}

impl<K, V, S> Default for SpanMut<'_, K, V, S> {
    fn default() -> Self {
        Self { raw: RawRange::empty(), tree: PhantomData }
    }
}

// SAFETY: a mutable span is a unique reference to its entries: nobody else can reach those that it has not given out.
unsafe impl<K: Send, V: Send, S> Send for SpanMut<'_, K, V, S> {}
// SAFETY: `&SpanMut` gives out shared references only.
unsafe impl<K: Sync, V: Sync, S> Sync for SpanMut<'_, K, V, S> {}

impl<'a, K, V, S: Shape> SpanMut<'a, K, V, S> {
    /// Says how many entries there are, for `len`.
    pub(crate) fn count(self, len: usize) -> Self {
        Self { raw: self.raw.count(len), tree: PhantomData }
    }

    /// Entries not given yet, if `count` was told.
    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<(&'a K, &'a mut V)> {
        let (key, value) = self.raw.next::<S>()?;
        // SAFETY: the range gives each initialised entry once, of a tree that is mutably borrowed for 'a.
        let key = unsafe { &*key };
        // SAFETY: the same.
        Some((key, unsafe { &mut *value }))
    }

    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<(&'a K, &'a mut V)> {
        let (key, value) = self.raw.next_back()?;
        // SAFETY: as in `next`; what the back gives, the front does not.
        let key = unsafe { &*key };
        // SAFETY: the same.
        Some((key, unsafe { &mut *value }))
    }

    /// Goes past `count` entries at the front.
    pub(crate) fn skip(&mut self, count: usize) {
        self.raw.skip::<S>(count);
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
    entries: Owned<K, V, S>,
}

// SAFETY: it owns its entries and nodes.
unsafe impl<K: Send, V: Send, S: Shape> Send for IntoRange<K, V, S> {}
// SAFETY: `&IntoRange` gives out shared references only.
unsafe impl<K: Sync, V: Sync, S: Shape> Sync for IntoRange<K, V, S> {}

impl<K, V, S: Shape> IntoRange<K, V, S> {
    pub(super) fn new(trunk: Trunk<K, V>, len: usize) -> Self {
        let end = Slot::new(trunk.last, trunk.last.len(), false);
        let raw = RawRange::between::<S>(Slot::new(trunk.first, 0, false), end);
        Self { raw: raw.count(len), trunk, entries: PhantomData }
    }

    /// All entries of a tree; `None` if it has no nodes.
    pub(crate) fn of(mut tree: Tree<K, V, S>) -> Option<Self> {
        tree.trunk.take().map(|trunk| Self::new(trunk, tree.len))
    }

    /// Entries not given out yet.
    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    #[inline]
    pub(crate) fn next(&mut self) -> Option<(K, V)> {
        let (key, value) = self.raw.next::<S>()?;
        // SAFETY: initialised, owned, and given by the range once.
        let key = unsafe { key.read() };
        // SAFETY: the same.
        Some((key, unsafe { value.read() }))
    }

    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<(K, V)> {
        let (key, value) = self.raw.next_back()?;
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
        Span { raw: raw_between::<K, V, S>(from, to), tree: PhantomData }
    }

    /// As [`Tree::span`], with values to change.
    pub(crate) fn span_mut(
        &mut self,
        from: Option<Slot<K, V>>,
        to: Option<Slot<K, V>>,
    ) -> SpanMut<'_, K, V, S> {
        SpanMut { raw: raw_between::<K, V, S>(from, to), tree: PhantomData }
    }
}

fn raw_between<K, V, S: Shape>(from: Option<Slot<K, V>>, to: Option<Slot<K, V>>) -> RawRange<K, V> {
    match (from, to) {
        (Some(from), Some(to)) => RawRange::between::<S>(from, to),
        _ => RawRange::empty(),
    }
}
