//! A leaf: its layout, and the moves of entries that keep its prefix initialised.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::slice;

use simd_kernels::prefetch;

use super::plain::{fill_up, lead};
use super::probe::{BLOCK, Probe};
use super::{Header, Node, shift};
use crate::arena::{self, LINE, Pool, Releaser};
use crate::shape::Shape;

/// What a leaf ends with.
#[repr(C)]
struct Links {
    prev: Option<Node>,
    next: Option<Node>,
}

/// The bytes that a leaf of small entries fills.
const LEAF_BYTES: usize = 1024;

/// A handle to a live leaf.
pub(crate) struct Leaf<K, V> {
    node: Node,
    /// Covariant, and owning nothing.
    entries: PhantomData<*const (K, V)>,
}

// SAFETY: a handle is an address. Whoever follows it has the tree, borrowed or owned, and the auto traits of that decide;
// what follows it without (spans, owning iterators) states its own.
unsafe impl<K, V> Send for Leaf<K, V> {}
// SAFETY: the same.
unsafe impl<K, V> Sync for Leaf<K, V> {}

impl<K, V> Clone for Leaf<K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V> Copy for Leaf<K, V> {}
impl<K, V> PartialEq for Leaf<K, V> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}
impl<K, V> Eq for Leaf<K, V> {}

impl<K, V> Leaf<K, V> {
    const KEYS: usize = size_of::<Header>().next_multiple_of(align_of::<K>());
    const ALIGN: usize = {
        let entry = if align_of::<K>() > align_of::<V>() { align_of::<K>() } else { align_of::<V>() };
        if entry > LINE { entry } else { LINE }
    };

    const fn values_offset(cap: usize) -> usize {
        (Self::KEYS + cap * size_of::<K>()).next_multiple_of(align_of::<V>())
    }

    const fn links_offset(cap: usize) -> usize {
        (Self::values_offset(cap) + cap * size_of::<V>()).next_multiple_of(align_of::<Links>())
    }

    const fn bytes(cap: usize) -> usize {
        Self::links_offset(cap) + size_of::<Links>()
    }

    /// Entries in a leaf of full size: as many as fit a kibibyte, but 4..=64 and at least 8 if that takes no more
    /// than 4 KiB (decision 0041).
    pub(crate) const fn full_cap<S: Shape>() -> usize {
        if S::LEAF > 0 {
            // Here, where it is a constant: `bytes` overflows at compile time or nowhere, for no `cap` is greater.
            assert!(Self::bytes(S::LEAF) < isize::MAX as usize - Self::ALIGN, "a leaf is too large");
            return S::LEAF;
        }
        let mut cap = BLOCK - lead::<K>();
        while cap > 8 && Self::bytes(cap) > LEAF_BYTES {
            cap -= 1;
        }
        while cap > 4 && Self::bytes(cap) > 4 * LEAF_BYTES {
            cap -= 1;
        }
        cap
    }

    fn layout(cap: usize) -> Layout {
        let bytes = Self::bytes(cap).next_multiple_of(Self::ALIGN);
        Layout::from_size_align(bytes, Self::ALIGN).expect("a leaf is far below isize::MAX bytes")
    }

    /// Bytes of a full-size leaf, for reports and prefetches.
    pub(crate) const fn full_bytes<S: Shape>() -> usize {
        Self::bytes(Self::full_cap::<S>()).next_multiple_of(Self::ALIGN)
    }

    /// Where the keys of a full-size leaf end.
    pub(crate) const fn keys_end<S: Shape>() -> usize {
        Self::KEYS + Self::full_cap::<S>() * size_of::<K>()
    }

    /// Bytes of this leaf.
    pub(crate) fn size(self) -> usize {
        Self::layout(self.cap()).size()
    }

    /// A new empty leaf of full size.
    pub(super) fn alloc<S: Shape>(pool: &mut Pool) -> Self {
        let cap = const { Self::full_cap::<S>() };
        let node = pool.alloc(Self::layout(cap));
        Self::begin(node, cap)
    }

    /// A new empty leaf in an allocation of its own, for a tree of one leaf.
    pub(super) fn alloc_alone(cap: usize) -> Self {
        Self::begin(arena::alloc_alone(Self::layout(cap)), cap)
    }

    fn begin(node: Node, cap: usize) -> Self {
        // A node from the free list remembers its former life.
        // SAFETY: a prefix of length 0 is initialised.
        unsafe { node.set_len(0) };
        node.set_cap(cap);
        node.set_parent(None);
        let leaf = Self::of(node);
        // SAFETY: the places are within the capacity.
        unsafe { fill_up(leaf.key_ptr(0), cap) };
        leaf.set_prev(None);
        leaf.set_next(None);
        leaf
    }

    /// Frees an emptied leaf, or one whose entries were moved or dropped.
    ///
    /// # Safety
    /// - No copy of this handle is used again.
    pub(super) unsafe fn free<S: Shape>(self, pool: &mut Pool) {
        if self.node.home() == 0 {
            // SAFETY: home 0 says that `alloc_alone` made it; the layout follows from the capacity.
            unsafe { arena::free_alone(self.node, Self::layout(self.cap())) };
        } else {
            debug_assert_eq!(self.cap(), Self::full_cap::<S>());
            // SAFETY: leaves in pools all have the full size; the caller's promise.
            unsafe { pool.free(self.node) };
        }
    }

    /// Gives the leaf back to the allocator, past the pool.
    ///
    /// # Safety
    /// - No copy of this handle is used again.
    pub(super) unsafe fn release(self, releaser: &mut Releaser) {
        if self.node.home() == 0 {
            // SAFETY: as in `free`.
            unsafe { arena::free_alone(self.node, Self::layout(self.cap())) };
        } else {
            // SAFETY: home is not 0; the caller's promise.
            unsafe { releaser.release(self.node) };
        }
    }

    /// The typed view of a node at leaf depth.
    #[inline(always)]
    pub(super) fn of(node: Node) -> Self {
        Self { node, entries: PhantomData }
    }

    #[inline(always)]
    pub(super) fn node(self) -> Node {
        self.node
    }

    #[inline(always)]
    fn links(self) -> *mut Links {
        self.node.at(Self::links_offset(self.cap())).cast()
    }

    #[inline(always)]
    pub(crate) fn prev(self) -> Option<Self> {
        // SAFETY: the leaf is live.
        unsafe { (*self.links()).prev }.map(Self::of)
    }

    #[inline(always)]
    pub(crate) fn next(self) -> Option<Self> {
        // SAFETY: the leaf is live.
        unsafe { (*self.links()).next }.map(Self::of)
    }

    pub(super) fn set_prev(self, prev: Option<Self>) {
        // SAFETY: the leaf is live, and the caller has the tree to itself.
        unsafe { (*self.links()).prev = prev.map(Self::node) };
    }

    pub(super) fn set_next(self, next: Option<Self>) {
        // SAFETY: the leaf is live, and the caller has the tree to itself.
        unsafe { (*self.links()).next = next.map(Self::node) };
    }

    /// Makes `left` and `right` neighbours.
    pub(super) fn link(left: Option<Self>, right: Option<Self>) {
        if let Some(left) = left {
            left.set_next(right);
        }
        if let Some(right) = right {
            right.set_prev(left);
        }
    }

    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.node.len()
    }

    #[inline(always)]
    pub(crate) fn cap(self) -> usize {
        self.node.cap()
    }

    #[inline(always)]
    pub(super) fn key_ptr(self, index: usize) -> *mut K {
        self.node.at(Self::KEYS + index * size_of::<K>()).cast()
    }

    #[inline(always)]
    pub(super) fn value_ptr(self, index: usize) -> *mut V {
        self.node.at(Self::values_offset(self.cap()) + index * size_of::<V>()).cast()
    }

    #[inline(always)]
    pub(super) fn keys(&self) -> &[K] {
        // SAFETY: keys `0..len` are initialised (invariant 2) and change only under `&mut Tree`.
        unsafe { slice::from_raw_parts(self.key_ptr(0), self.len()) }
    }

    /// The number of keys less than the probe's, and whether the next is equal to it.
    #[inline(always)]
    pub(super) fn lower<S: Shape, P: Probe<K>>(self, probe: P) -> (usize, bool) {
        let full = const { Self::full_cap::<S>() };
        if !P::WHOLE || const { Self::full_cap::<S>() + lead::<K>() > BLOCK } || self.cap() != full {
            return probe.lower(self.keys());
        }
        // SAFETY: where a probe wants whole blocks, keys are lanes, initialised up to the capacity (invariant 2).
        let block = unsafe { slice::from_raw_parts(self.key_ptr(0), full) };
        let (index, hit) = probe.lower(block);
        (index, hit && index < self.len())
    }

    /// Asks for the lines that hold entries, and for the links.
    #[inline]
    pub(super) fn prefetch_used(self) {
        const LINES_MAX: usize = 16;
        let len = self.len();
        let ask = |from: usize, to: usize| {
            for line in (from / LINE..to.div_ceil(LINE)).take(LINES_MAX) {
                prefetch(self.node.at(line * LINE));
            }
        };
        let (values, links) = (Self::values_offset(self.cap()), Self::links_offset(self.cap()));
        ask(LINE, Self::KEYS + len * size_of::<K>());
        ask(values, values + len * size_of::<V>());
        ask(links, links + 1);
    }

    /// Puts an entry at `index`; later ones move up.
    #[inline]
    pub(super) fn insert(self, index: usize, key: K, value: V) {
        let len = self.len();
        assert!(index <= len && len < self.cap());
        // SAFETY: `index..len` is initialised, and one more place is within the capacity.
        unsafe { shift(self.key_ptr(index), self.key_ptr(index + 1), len - index) };
        // SAFETY: the same for values.
        unsafe { shift(self.value_ptr(index), self.value_ptr(index + 1), len - index) };
        // SAFETY: the place is within the capacity, and what was there moved up.
        unsafe { self.key_ptr(index).write(key) };
        // SAFETY: the same for values.
        unsafe { self.value_ptr(index).write(value) };
        // SAFETY: `0..=len` is initialised now, and `len < cap` by the assertion.
        unsafe { self.node.set_len(len + 1) };
    }

    /// Puts an entry at the end.
    #[inline]
    pub(super) fn push(self, key: K, value: V) {
        let len = self.len();
        assert!(len < self.cap());
        // SAFETY: the place behind the prefix is within the capacity.
        unsafe { self.key_ptr(len).write(key) };
        // SAFETY: the same for values.
        unsafe { self.value_ptr(len).write(value) };
        // SAFETY: `0..=len` is initialised now, and `len < cap` by the assertion.
        unsafe { self.node.set_len(len + 1) };
    }

    /// Takes the entry at `index` out; later ones move down.
    #[inline]
    pub(super) fn remove(self, index: usize) -> (K, V) {
        let len = self.len();
        assert!(index < len);
        // SAFETY: initialised, and overwritten or cut off below.
        let key = unsafe { self.key_ptr(index).read() };
        // SAFETY: the same for values.
        let value = unsafe { self.value_ptr(index).read() };
        // SAFETY: `index + 1..len` is initialised.
        unsafe { shift(self.key_ptr(index + 1), self.key_ptr(index), len - index - 1) };
        // SAFETY: the same for values.
        unsafe { shift(self.value_ptr(index + 1), self.value_ptr(index), len - index - 1) };
        // SAFETY: one less is in use.
        unsafe { fill_up(self.key_ptr(len - 1), 1) };
        // SAFETY: one less is initialised.
        unsafe { self.node.set_len(len - 1) };
        (key, value)
    }

    /// Moves `count` entries from `from` in this leaf to `at` in `to`, another leaf; entries behind close up or
    /// make room.
    pub(super) fn transfer(self, from: usize, count: usize, to: Self, at: usize) {
        let (len, to_len) = (self.len(), to.len());
        assert!(self != to && from + count <= len && at <= to_len && to_len + count <= to.cap());
        // SAFETY: `at..to_len` is initialised, and `count` more places are within the capacity.
        unsafe { shift(to.key_ptr(at), to.key_ptr(at + count), to_len - at) };
        // SAFETY: the same for values.
        unsafe { shift(to.value_ptr(at), to.value_ptr(at + count), to_len - at) };
        // SAFETY: `from..from + count` is initialised here, and the places there are free.
        unsafe { shift(self.key_ptr(from), to.key_ptr(at), count) };
        // SAFETY: the same for values.
        unsafe { shift(self.value_ptr(from), to.value_ptr(at), count) };
        // SAFETY: `from + count..len` is initialised; what is overwritten was moved out.
        unsafe { shift(self.key_ptr(from + count), self.key_ptr(from), len - from - count) };
        // SAFETY: the same for values.
        unsafe { shift(self.value_ptr(from + count), self.value_ptr(from), len - from - count) };
        // SAFETY: what is behind the rest is not in use any more.
        unsafe { fill_up(self.key_ptr(len - count), count) };
        // SAFETY: `count` entries left, the rest closed up.
        unsafe { self.node.set_len(len - count) };
        // SAFETY: `count` entries came, within the capacity by the assertion.
        unsafe { to.node.set_len(to_len + count) };
    }
}
