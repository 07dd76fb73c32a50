//! Walking the leaves: a span of entries with two ends, borrowed or by value.

use core::marker::PhantomData;
use core::mem;
use core::ptr;

use simd_kernels::prefetch;

use super::Node;
use super::branch::Branch;
use super::leaf::Leaf;
use super::tree::{Slot, Tree, Trunk};
use crate::shape::Shape;

/// The entries between two gaps, the front gap not behind the back gap. `Copy`, so that shared iterators can be cloned;
/// who gives out `&mut` keeps one only.
///
/// ```text
/// front leaf: key, value -> | ... index | ... end | ...       back leaf: | ... back_index | ...
/// ```
///
/// While both ends are in one leaf, `end` is `back_index`; else it is the front leaf's length. Stepping changes `index`
/// alone, and what is seldom done takes and gives the whole by value: so a loop keeps it in registers.
pub(crate) struct RawRange<K, V> {
    front: Option<Leaf<K, V>>,
    key: *const K,
    value: *const V,
    index: usize,
    end: usize,
    /// Entries behind `end`; only true if it was set by [`RawRange::count`].
    rest: usize,
    back: Option<Leaf<K, V>>,
    back_index: usize,
    /// The branch above the front leaf and its slot there, to ask for leaves further ahead than the links reach.
    above: Option<Node>,
    slot: usize,
    /// The slot there at which nothing more is to be asked for: of the back leaf, which was searched already, or the end.
    stop: usize,
}

/// How many leaves ahead of the front are asked for: the lines in use.
const AHEAD: usize = 4;
/// How many leaves ahead the header is asked for, which says what lines are in use.
const FAR_AHEAD: usize = 8;

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
        Self {
            front: None,
            key: ptr::null(),
            value: ptr::null(),
            index: 0,
            end: 0,
            rest: 0,
            back: None,
            back_index: 0,
            above: None,
            slot: 0,
            stop: 0,
        }
    }

    /// The entries from one gap to another that is not before it, both of a tree as it is.
    pub(crate) fn between<S: Shape>(from: Slot<K, V>, to: Slot<K, V>) -> Self {
        let mut range = Self::empty();
        range.back = Some(to.leaf);
        range.back_index = to.index();
        range.enter(from.leaf, from.index());
        if from.leaf != to.leaf {
            range.look_ahead_anew::<S>(from.leaf);
        }
        range
    }

    /// Sets the front to an index of a leaf that is not behind the back.
    #[inline(always)]
    fn enter(&mut self, leaf: Leaf<K, V>, index: usize) {
        let end = if self.back == Some(leaf) { self.back_index } else { leaf.len() };
        self.front = Some(leaf);
        self.key = leaf.key_ptr(0);
        self.value = leaf.value_ptr(0);
        self.index = index;
        self.end = end.max(index);
        self.rest = self.rest.wrapping_sub(self.end - index);
    }

    /// Says how many entries there are, so that `len` can tell how many are left.
    pub(crate) fn count(mut self, len: usize) -> Self {
        self.rest = len.wrapping_sub(self.end - self.index);
        self
    }

    /// Entries not given yet, if `count` was told.
    pub(crate) fn len(&self) -> usize {
        self.rest.wrapping_add(self.end - self.index)
    }

    /// The next entry from the front.
    #[inline(always)]
    pub(crate) fn next<S: Shape>(&mut self) -> Option<EntryPtr<K, V>> {
        if self.index == self.end {
            *self = self.next_leaf::<S>();
            if self.index == self.end {
                return None;
            }
        }
        let index = self.index;
        self.index += 1;
        Some((self.key.wrapping_add(index).cast_mut(), self.value.wrapping_add(index).cast_mut()))
    }

    /// Goes to the next leaf that has an entry before the back; stays at the back if there is none.
    #[inline(never)]
    fn next_leaf<S: Shape>(mut self) -> Self {
        while self.front != self.back && self.index == self.end {
            let Some(next) = self.front.and_then(Leaf::next) else { break };
            self.enter(next, 0);
            if self.front != self.back {
                self.look_ahead::<S>(next);
            }
        }
        self
    }

    /// Asks for the leaves that come after `leaf`, which the front has just entered from the one before.
    ///
    /// Links alone lead one leaf further for each miss. The branch above names forty leaves at once.
    fn look_ahead<S: Shape>(&mut self, leaf: Leaf<K, V>) {
        let above = leaf.node().parent();
        if self.above != above {
            return self.look_ahead_anew::<S>(leaf);
        }
        self.slot += 1;
        let Some(branch) = above.map(Branch::<K, V, S>::of) else { return };
        let ahead = branch.children().get(self.slot..self.stop).unwrap_or_default();
        if let Some(node) = ahead.get(FAR_AHEAD) {
            prefetch(node.as_ptr().as_ptr());
        }
        if let Some(node) = ahead.get(AHEAD) {
            Leaf::<K, V>::of(*node).prefetch_used();
        }
    }

    /// As [`RawRange::look_ahead`], where the branch above is another than before.
    #[inline(never)]
    fn look_ahead_anew<S: Shape>(&mut self, leaf: Leaf<K, V>) {
        self.above = leaf.node().parent();
        let Some(branch) = self.above.map(Branch::<K, V, S>::of) else { return };
        let children = branch.children();
        let slot_of = |leaf: Leaf<K, V>| children.iter().position(|child| *child == leaf.node());
        self.slot = slot_of(leaf).unwrap_or(0);
        self.stop = self.back.and_then(slot_of).unwrap_or(children.len());
        let ahead = children.get(self.slot + 1..self.stop).unwrap_or_default();
        for node in ahead.iter().take(FAR_AHEAD).skip(AHEAD) {
            prefetch(node.as_ptr().as_ptr());
        }
        for node in ahead.iter().take(AHEAD) {
            Tree::<K, V, S>::prefetch_leaf(*node);
        }
    }

    /// The next entry from the back.
    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<EntryPtr<K, V>> {
        loop {
            let back = self.back?;
            if self.front == Some(back) {
                if self.index == self.end {
                    return None;
                }
                self.end -= 1;
            } else if self.back_index == 0 {
                let prev = back.prev()?;
                self.back = Some(prev);
                self.back_index = prev.len();
                continue;
            } else {
                self.rest = self.rest.wrapping_sub(1);
            }
            self.back_index -= 1;
            return Some((back.key_ptr(self.back_index), back.value_ptr(self.back_index)));
        }
    }

    /// All entries left in the front leaf at once: first key, first value, number.
    #[inline(always)]
    pub(crate) fn next_run<S: Shape>(&mut self) -> Option<(*mut K, *mut V, usize)> {
        if self.index == self.end {
            *self = self.next_leaf::<S>();
            if self.index == self.end {
                return None;
            }
        }
        let from = core::mem::replace(&mut self.index, self.end);
        let run = (
            self.key.wrapping_add(from).cast_mut(),
            self.value.wrapping_add(from).cast_mut(),
            self.end - from,
        );
        Some(run)
    }
}

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
