//! A leaf: its layout, and the moves of entries that keep its prefix initialised.

mod search;

use core::alloc::Layout;
use core::marker::PhantomData;
use core::slice;

use super::bytes::{bytes_of, is_bytes};
use super::heads::{Heads, HeadsMut, lanes_for};
use super::plain::{fill_up, is_filled_up, lead};
use super::probe::BLOCK;
use super::{Header, Node, shift};
use crate::arena::{self, LINE, Pool, Releaser};
use crate::shape::Shape;

/// What a leaf ends with.
#[repr(C)]
struct Links {
    prev: Option<Node>,
    next: Option<Node>,
}

/// Where heads begin, in leaves that have them. A header of 32-bit addresses ends between two lanes: heads stood there,
/// misaligned, on targets that align `u64` to eight bytes.
const HEADS: usize = size_of::<Header>().next_multiple_of(align_of::<u64>());

/// Where the parts of a leaf begin, counted in bytes from its start.
struct Parts {
    keys: usize,
    values: usize,
    links: usize,
    end: usize,
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
    const ALIGN: usize = {
        let entry = if align_of::<K>() > align_of::<V>() { align_of::<K>() } else { align_of::<V>() };
        if entry > LINE { entry } else { LINE }
    };

    /// Where the parts of a leaf begin, if `lanes` lanes of heads come before the keys.
    const fn parts(cap: usize, lanes: usize) -> Parts {
        let heads_end = if lanes > 0 { HEADS + lanes * size_of::<u64>() } else { size_of::<Header>() };
        let keys = heads_end.next_multiple_of(align_of::<K>());
        let values = (keys + cap * size_of::<K>()).next_multiple_of(align_of::<V>());
        let links = (values + cap * size_of::<V>()).next_multiple_of(align_of::<Links>());
        Parts { keys, values, links, end: links + size_of::<Links>() }
    }

    #[inline(always)]
    fn parts_of(cap: usize) -> Parts {
        Self::parts(cap, if is_bytes::<K>() { lanes_for(cap) } else { 0 })
    }

    /// Bytes of a leaf without heads.
    const fn bytes(cap: usize) -> usize {
        Self::parts(cap, 0).end
    }

    /// Entries in a leaf of full size: as many as fit a kibibyte, but 4..=64 and at least 8 if that takes no more
    /// than 4 KiB (decision 0041).
    pub(crate) const fn full_cap<S: Shape>() -> usize {
        if S::LEAF > 0 {
            // Here, where it is a constant: `bytes` overflows at compile time or nowhere, for no `cap` is greater.
            let largest = Self::parts(S::LEAF, lanes_for(S::LEAF)).end;
            assert!(largest < isize::MAX as usize - Self::ALIGN, "a leaf is too large");
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

    pub(super) fn layout(cap: usize) -> Layout {
        let bytes = Self::parts_of(cap).end.next_multiple_of(Self::ALIGN);
        Layout::from_size_align(bytes, Self::ALIGN).expect("a leaf is far below isize::MAX bytes")
    }

    /// Bytes of a full-size leaf, for reports and prefetches.
    #[inline(always)]
    pub(crate) fn full_bytes<S: Shape>() -> usize {
        Self::parts_of(const { Self::full_cap::<S>() }).end.next_multiple_of(Self::ALIGN)
    }

    /// Where the keys of a full-size leaf end.
    #[inline(always)]
    pub(crate) fn keys_end<S: Shape>() -> usize {
        let cap = const { Self::full_cap::<S>() };
        Self::parts_of(cap).keys + cap * size_of::<K>()
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

    /// As [`Leaf::alloc_alone`], or the layout that there is no memory for.
    pub(super) fn try_alloc_alone(cap: usize) -> Result<Self, Layout> {
        Ok(Self::begin(arena::try_alloc_alone(Self::layout(cap))?, cap))
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
        if is_bytes::<K>() {
            // SAFETY: the layout has so many lanes there, aligned for them as the header is.
            unsafe { leaf.lanes_ptr().write_bytes(u8::MAX, lanes_for(cap)) };
            leaf.heads_mut().cut_anew(0, |_| &[]);
        }
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
        self.node.at(Self::parts_of(self.cap()).links).cast()
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
        self.node.at(Self::parts_of(self.cap()).keys + index * size_of::<K>()).cast()
    }

    #[inline(always)]
    pub(super) fn value_ptr(self, index: usize) -> *mut V {
        self.node.at(Self::parts_of(self.cap()).values + index * size_of::<V>()).cast()
    }

    #[inline(always)]
    pub(super) fn keys(&self) -> &[K] {
        // SAFETY: keys `0..len` are initialised (invariant 2) and change only under `&mut Tree`.
        unsafe { slice::from_raw_parts(self.key_ptr(0), self.len()) }
    }

    #[inline(always)]
    fn lanes_ptr(self) -> *mut u64 {
        const { assert!(HEADS.is_multiple_of(align_of::<u64>())) };
        self.node.at(HEADS).cast()
    }

    /// The heads of a leaf of `cap` places, where keys are bytes.
    #[inline(always)]
    fn heads(&self, cap: usize) -> Heads<'_> {
        assert!(is_bytes::<K>() && cap == self.cap());
        // SAFETY: of such keys a leaf has these lanes, initialised (invariant 2), and they change under `&mut Tree` only.
        Heads::new(unsafe { slice::from_raw_parts(self.lanes_ptr(), lanes_for(cap)) }, self.len())
    }

    /// The heads, to be changed; the caller has the tree to itself.
    fn heads_mut(&self) -> HeadsMut<'_> {
        assert!(is_bytes::<K>());
        // SAFETY: as in `heads`; there is no other reference to them while the caller uses this one.
        HeadsMut::new(unsafe { slice::from_raw_parts_mut(self.lanes_ptr(), lanes_for(self.cap())) })
    }

    /// The bytes of a key, where keys are bytes.
    #[inline(always)]
    pub(super) fn key_bytes(&self, index: usize) -> &[u8] {
        self.keys().get(index).and_then(bytes_of).unwrap_or_default()
    }

    /// Takes the heads anew, after keys were changed in place.
    pub(super) fn keys_changed(self) {
        if is_bytes::<K>() {
            self.heads_mut().cut_anew(self.len(), |index| self.key_bytes(index));
        }
    }

    /// Whether places not in use hold the greatest key, if keys are lanes, for `validate`.
    pub(super) fn is_filled_up(self) -> bool {
        // SAFETY: of lanes, places up to the capacity are initialised (invariant 2).
        unsafe { is_filled_up(self.key_ptr(self.len()), self.cap() - self.len()) }
    }

    /// Whether heads are what they should be, for `validate`.
    pub(super) fn heads_fit(self) -> bool {
        !is_bytes::<K>() || self.heads(self.cap()).are_of(|index| self.key_bytes(index))
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
        if is_bytes::<K>() {
            self.heads_mut().insert(index, len + 1, |index| self.key_bytes(index));
        }
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
        if is_bytes::<K>() {
            self.heads_mut().set(len, len + 1, |index| self.key_bytes(index));
        }
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
        if is_bytes::<K>() {
            self.heads_mut().remove(index, len);
        }
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
        if is_bytes::<K>() {
            self.transfer_heads(from, count, to);
        }
    }

    /// The heads' part of a transfer, after the keys'.
    fn transfer_heads(self, from: usize, count: usize, to: Self) {
        let (len, mut heads, mut heads_to) = (self.len(), self.heads_mut(), to.heads_mut());
        if to.len() == count {
            heads_to.take_over(&heads, from, count);
            heads_to.sharpen(count, |index| to.key_bytes(index));
        } else {
            heads_to.cut_anew(to.len(), |index| to.key_bytes(index));
        }
        heads.remove_range(from, count, len + count);
        heads.sharpen(len, |index| self.key_bytes(index));
    }
}
