//! A branch: separators, children and, in counted shapes, the entries below each child.

mod ends;
mod search;

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::slice;

use super::bytes::{bytes_of, is_bytes};
use super::heads::{Heads, HeadsMut, lanes_for};
use super::leaf::Leaf;
use super::plain::{PLAIN_BYTES_MAX, fill_up, is_filled_up, is_plain, lead};
use super::probe::BLOCK;
use super::{Header, Node, shift};
use crate::arena::{LINE, Pool, Releaser};
use crate::shape::Shape;

/// The bytes that a branch fills.
const BRANCH_BYTES: usize = 1024;

/// A separator on its way between branches: a plain key or a leaf, at the start of 16 bytes.
pub(super) type Separator = MaybeUninit<u128>;

/// A handle to a live branch of a tree of shape `S`.
pub(crate) struct Branch<K, V, S> {
    node: Node,
    tree: PhantomData<*mut (K, V, S)>,
}

impl<K, V, S> Clone for Branch<K, V, S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V, S> Copy for Branch<K, V, S> {}

impl<K, V, S: Shape> Branch<K, V, S> {
    /// Room for a separator. Whether a key is plain is no constant expression, its size is.
    const SEPARATOR: usize = {
        let key = size_of::<K>();
        if key <= PLAIN_BYTES_MAX && key > size_of::<Node>() { PLAIN_BYTES_MAX } else { size_of::<Node>() }
    };
    /// Where the separators begin, or the heads if keys are bytes.
    const SEPARATORS: usize = size_of::<Header>().next_multiple_of(16);
    const END: usize = if S::COUNTED { size_of::<usize>() } else { 0 };

    pub(super) const CAP: usize = if S::BRANCH > 0 {
        S::BRANCH
    } else {
        let fit = (BRANCH_BYTES - Self::SEPARATORS - size_of::<Node>() - Self::END)
            / (Self::SEPARATOR + size_of::<Node>() + Self::END);
        let searched = BLOCK - lead::<K>();
        if fit < searched { fit } else { searched }
    };
    const CHILDREN: usize =
        (Self::SEPARATORS + Self::CAP * Self::SEPARATOR).next_multiple_of(align_of::<Node>());
    const ENDS: usize = Self::CHILDREN + (Self::CAP + 1) * size_of::<Node>();
    const BYTES: usize = Self::ENDS + (Self::CAP + 1) * Self::END;

    /// How far heads push the other parts back, if keys are bytes.
    #[inline(always)]
    fn heads_bytes() -> usize {
        if is_bytes::<K>() { lanes_for(Self::CAP) * size_of::<u64>() } else { 0 }
    }

    pub(super) fn bytes() -> usize {
        (Self::BYTES + Self::heads_bytes()).next_multiple_of(LINE)
    }

    /// Where the parts that a search reads first end.
    #[inline(always)]
    pub(super) fn searched_bytes() -> usize {
        Self::SEPARATORS
            + if is_bytes::<K>() { Self::heads_bytes() } else { const { Self::CAP * Self::SEPARATOR } }
    }

    pub(super) fn layout() -> Layout {
        Layout::from_size_align(Self::bytes(), LINE).expect("a branch is far below isize::MAX bytes")
    }

    /// A new branch with one child and no separator; the caller adds another at once.
    pub(super) fn alloc(pool: &mut Pool, child: Node, count: usize) -> Self {
        let node = pool.alloc(Self::layout());
        // SAFETY: of a node from the free list, no separator is kept; the one child is written below.
        unsafe { node.set_len(0) };
        node.set_cap(Self::CAP);
        node.set_parent(None);
        let branch = Self::of(node);
        // SAFETY: the places are within the capacity; of lanes, separators are keys.
        unsafe { fill_up(branch.separator_ptr(0).cast::<K>(), Self::CAP) };
        if is_bytes::<K>() {
            // SAFETY: the layout has so many lanes there, aligned for them as the header is.
            unsafe { branch.lanes_ptr().write_bytes(u8::MAX, lanes_for(Self::CAP)) };
            branch.heads_mut().cut_anew(0, |_| &[]);
        }
        branch.write_child(0, child);
        for slot in 1..=Self::CAP {
            branch.write_end(slot, usize::MAX);
        }
        branch.write_end(0, count);
        branch
    }

    /// # Safety
    /// - No copy of this handle is used again.
    pub(super) unsafe fn free(self, pool: &mut Pool) {
        // SAFETY: branches in this pool all have one size; the caller's promise.
        unsafe { pool.free(self.node) };
    }

    /// # Safety
    /// - No copy of this handle is used again.
    pub(super) unsafe fn release(self, releaser: &mut Releaser) {
        // SAFETY: branches always come from pools; the caller's promise.
        unsafe { releaser.release(self.node) };
    }

    /// The typed view of a node above leaf depth.
    #[inline(always)]
    pub(super) fn of(node: Node) -> Self {
        Self { node, tree: PhantomData }
    }

    #[inline(always)]
    pub(super) fn node(self) -> Node {
        self.node
    }

    /// The branch above, if this is not the root.
    pub(super) fn parent(self) -> Option<Self> {
        self.node.parent().map(Self::of)
    }

    /// Number of separators; there is one child more.
    #[inline(always)]
    pub(super) fn len(self) -> usize {
        self.node.len()
    }

    #[inline(always)]
    fn separator_bytes() -> usize {
        if is_plain::<K>() { size_of::<K>() } else { size_of::<Node>() }
    }

    #[inline(always)]
    fn separator_ptr(self, index: usize) -> *mut u8 {
        self.node.at(Self::SEPARATORS + Self::heads_bytes() + index * Self::separator_bytes())
    }

    #[inline(always)]
    fn child_ptr(self, slot: usize) -> *mut Node {
        self.node.at(Self::CHILDREN + Self::heads_bytes() + slot * size_of::<Node>()).cast()
    }

    #[inline(always)]
    fn end_ptr(self, slot: usize) -> *mut usize {
        self.node.at(Self::ENDS + Self::heads_bytes() + slot * size_of::<usize>()).cast()
    }

    #[inline(always)]
    pub(super) fn children(&self) -> &[Node] {
        // SAFETY: children `0..=len` are initialised (invariant 2).
        unsafe { slice::from_raw_parts(self.child_ptr(0), self.len() + 1) }
    }

    #[inline(always)]
    pub(super) fn child(self, slot: usize) -> Node {
        debug_assert!(slot <= self.len());
        self.children()[slot]
    }

    #[inline(always)]
    fn lanes_ptr(self) -> *mut u64 {
        const { assert!(Self::SEPARATORS.is_multiple_of(align_of::<u64>())) };
        self.node.at(Self::SEPARATORS).cast()
    }

    /// The heads, where keys are bytes.
    #[inline(always)]
    fn heads(&self) -> Heads<'_> {
        assert!(is_bytes::<K>());
        // SAFETY: of such keys a branch has these lanes, initialised (invariant 2), and they change under `&mut Tree` only.
        Heads::new(unsafe { slice::from_raw_parts(self.lanes_ptr(), lanes_for(Self::CAP)) }, self.len())
    }

    /// The heads, to be changed; the caller has the tree to itself.
    fn heads_mut(&self) -> HeadsMut<'_> {
        assert!(is_bytes::<K>());
        // SAFETY: as in `heads`; there is no other reference to them while the caller uses this one.
        HeadsMut::new(unsafe { slice::from_raw_parts_mut(self.lanes_ptr(), lanes_for(Self::CAP)) })
    }

    /// The bytes of a separator, where keys are bytes: of the first key in the leaf that it is the address of.
    #[inline(always)]
    fn first_bytes(&self, index: usize) -> &[u8] {
        assert!(is_bytes::<K>() && index < self.len());
        // SAFETY: initialised by the assertion (invariant 2), and of a type that is not plain a node.
        let first = unsafe { *self.separator_ptr(index).cast::<Node>() };
        let first = Leaf::<K, V>::of(first);
        // SAFETY: key 0 is initialised if there is one; nothing changes while a caller compares bytes.
        let key = if first.len() > 0 { unsafe { &*first.key_ptr(0) } } else { return &[] };
        bytes_of(key).unwrap_or_default()
    }

    /// Whether separators not in use are the greatest key, if keys are lanes, for `validate`.
    pub(super) fn is_filled_up(self) -> bool {
        // SAFETY: of lanes, separators are keys, initialised up to the capacity (invariant 2).
        let separators =
            unsafe { is_filled_up(self.separator_ptr(self.len()).cast::<K>(), Self::CAP - self.len()) };
        separators && self.ends_and_room()[self.ends().len()..].iter().all(|end| *end == usize::MAX)
    }

    /// Whether heads are what they should be, for `validate`.
    pub(super) fn heads_fit(self) -> bool {
        !is_bytes::<K>() || self.heads().are_of(|index| self.first_bytes(index))
    }

    /// The slot of `child`, which is one of this branch's children.
    pub(super) fn slot_of(self, child: Node) -> usize {
        self.children()
            .iter()
            .position(|other| *other == child)
            .expect("a child is among its parent's children")
    }

    /// The separator that stands before the subtree whose first leaf is `first` (which is not empty).
    pub(super) fn separator_of(first: Leaf<K, V>) -> Separator {
        let mut separator = Separator::uninit();
        if is_plain::<K>() {
            assert!(first.len() > 0);
            // SAFETY: key 0 is initialised, and a plain key has at most 16 bytes.
            unsafe { shift(first.key_ptr(0), separator.as_mut_ptr().cast::<K>(), 1) };
        } else {
            // SAFETY: a node handle has at most 16 bytes.
            unsafe { separator.as_mut_ptr().cast::<Node>().write(first.node()) };
        }
        separator
    }

    fn separator(self, index: usize) -> Separator {
        assert!(index < self.len());
        let mut separator = Separator::uninit();
        // SAFETY: separator `index` is initialised, and of `separator_bytes() <= 16` bytes.
        unsafe {
            shift(self.separator_ptr(index), separator.as_mut_ptr().cast::<u8>(), Self::separator_bytes())
        };
        separator
    }

    /// Writes into room that is within the capacity.
    fn write_separator(self, index: usize, separator: &Separator) {
        assert!(index < self.node.cap());
        // SAFETY: within the capacity; both sides have `separator_bytes()`.
        unsafe { shift(separator.as_ptr().cast::<u8>(), self.separator_ptr(index), Self::separator_bytes()) };
    }

    /// Replaces a separator.
    pub(super) fn set_separator(self, index: usize, separator: &Separator) {
        assert!(index < self.len());
        self.write_separator(index, separator);
        if is_bytes::<K>() {
            self.heads_mut().set(index, self.len(), |index| self.first_bytes(index));
        }
    }

    fn write_child(self, slot: usize, child: Node) {
        assert!(slot <= self.node.cap());
        // SAFETY: within the capacity of children, which is one more than that of separators.
        unsafe { self.child_ptr(slot).write(child) };
        child.set_parent(Some(self.node));
    }

    /// Puts a child at `slot`, and the separator between it and its left neighbour (its right one if `slot` is 0).
    pub(super) fn insert(self, slot: usize, separator: &Separator, child: Node, count: usize) {
        let len = self.len();
        assert!(slot <= len + 1 && len < Self::CAP);
        let index = slot.saturating_sub(1);
        // SAFETY: `index..len` is initialised, and one more place is within the capacity.
        unsafe {
            shift(
                self.separator_ptr(index),
                self.separator_ptr(index + 1),
                (len - index) * Self::separator_bytes(),
            )
        };
        // SAFETY: `slot..=len` is initialised, and one more place is within the capacity.
        unsafe { shift(self.child_ptr(slot), self.child_ptr(slot + 1), len + 1 - slot) };
        self.move_ends(slot, slot + 1, count);
        self.write_separator(index, separator);
        self.write_child(slot, child);
        self.write_end(slot, self.count_before(slot).wrapping_add(count));
        // SAFETY: one more separator and child are initialised, `len < CAP` by the assertion.
        unsafe { self.node.set_len(len + 1) };
        if is_bytes::<K>() {
            self.heads_mut().insert(index, len + 1, |index| self.first_bytes(index));
        }
    }

    /// Takes out the child at `slot >= 1` and the separator before it.
    pub(super) fn remove(self, slot: usize) {
        let len = self.len();
        assert!(slot >= 1 && slot <= len);
        // SAFETY: `slot..len` is initialised.
        unsafe {
            shift(
                self.separator_ptr(slot),
                self.separator_ptr(slot - 1),
                (len - slot) * Self::separator_bytes(),
            )
        };
        // SAFETY: `slot + 1..=len` is initialised.
        unsafe { shift(self.child_ptr(slot + 1), self.child_ptr(slot), len - slot) };
        self.move_ends(slot + 1, slot, self.count(slot).wrapping_neg());
        if is_bytes::<K>() {
            self.heads_mut().remove(slot - 1, len);
        }
        // SAFETY: one less is initialised.
        unsafe { self.shorten(len - 1) };
    }

    /// Takes out the leftmost child and the separator behind it.
    pub(super) fn remove_first(self) {
        let len = self.len();
        assert!(len >= 1);
        // SAFETY: separators `1..len` are initialised.
        unsafe { shift(self.separator_ptr(1), self.separator_ptr(0), (len - 1) * Self::separator_bytes()) };
        // SAFETY: children `1..=len` are initialised.
        unsafe { shift(self.child_ptr(1), self.child_ptr(0), len) };
        self.move_ends(1, 0, self.count(0).wrapping_neg());
        if is_bytes::<K>() {
            self.heads_mut().remove(0, len);
        }
        // SAFETY: one less is initialised.
        unsafe { self.shorten(len - 1) };
    }

    /// Moves the end of the initialised prefix to the left.
    ///
    /// # Safety
    /// - `len` is less than the length; what the prefix had behind is elsewhere now.
    unsafe fn shorten(self, len: usize) {
        // SAFETY: the places are within the capacity; of lanes, separators are keys.
        unsafe { fill_up(self.separator_ptr(len).cast::<K>(), self.len() - len) };
        if is_bytes::<K>() {
            self.heads_mut().remove_range(len, self.len() - len, self.len());
        }
        for slot in len + 1..=self.len() {
            self.write_end(slot, usize::MAX);
        }
        // SAFETY: the caller's promise.
        unsafe { self.node.set_len(len) };
    }

    /// Splits off the children from `slot >= 1` on into a new branch, and gives the separator between the two.
    pub(super) fn split(self, slot: usize, pool: &mut Pool) -> (Separator, Self) {
        let len = self.len();
        assert!(slot >= 1 && slot <= len);
        let between = self.separator(slot - 1);
        let right = Self::alloc(pool, self.child(slot), self.count(slot));
        let moved = len - slot;
        // SAFETY: separators `slot..len` are initialised, and the new branch has room for all that this one has.
        unsafe { shift(self.separator_ptr(slot), right.separator_ptr(0), moved * Self::separator_bytes()) };
        for to in 1..=moved {
            right.write_child(to, self.child(slot + to));
            right.write_end(to, self.count_before(slot + to + 1).wrapping_sub(self.count_before(slot)));
        }
        // SAFETY: so many separators and one child more are initialised now.
        unsafe { right.node.set_len(moved) };
        if is_bytes::<K>() {
            right.heads_mut().take_over(&self.heads_mut(), slot, moved);
            right.heads_mut().sharpen(moved, |index| right.first_bytes(index));
        }
        // SAFETY: a shorter prefix of what is initialised.
        unsafe { self.shorten(slot - 1) };
        (between, right)
    }

    /// Moves all children of `right`, the next sibling, behind this branch's; `between` is the separator of the two.
    ///
    /// # Safety
    /// - No copy of `right` is used again: it is freed.
    pub(super) unsafe fn absorb(self, between: &Separator, right: Self, pool: &mut Pool) {
        let len = self.len();
        self.insert(len + 1, between, right.child(0), right.count(0));
        for slot in 1..=right.len() {
            self.insert(len + 1 + slot, &right.separator(slot - 1), right.child(slot), right.count(slot));
        }
        // SAFETY: the caller's promise, and the children have a new parent.
        unsafe { right.free(pool) };
    }

    /// Moves children between the neighbours `left` and `right`, children `slot` and `slot + 1` of this branch, until
    /// both have about as many.
    pub(super) fn balance(self, slot: usize, left: Self, right: Self) {
        let target = (left.len() + right.len()) / 2;
        while left.len() < target && right.len() > 1 {
            let between = self.separator(slot);
            left.insert(left.len() + 1, &between, right.child(0), right.count(0));
            self.set_separator(slot, &right.separator(0));
            right.remove_first();
        }
        while right.len() < target && left.len() > 1 {
            let last = left.len();
            let between = self.separator(slot);
            right.insert(0, &between, left.child(last), left.count(last));
            self.set_separator(slot, &left.separator(last - 1));
            left.remove(last);
        }
        self.divide_count(slot, left.total());
    }

    /// The separator before the child at `slot >= 1`.
    pub(super) fn separator_before(self, slot: usize) -> Separator {
        self.separator(slot - 1)
    }

    /// Whether the separator before `slot >= 1` is in order with the first leaf below that child, for `validate`.
    pub(super) fn separator_fits(self, slot: usize, last_left: &K, first: Leaf<K, V>) -> bool
    where
        K: Ord,
    {
        if is_plain::<K>() {
            assert!(slot <= self.len());
            // SAFETY: separator `slot - 1` is initialised and a key.
            let key = unsafe { &*self.separator_ptr(slot - 1).cast::<K>() };
            last_left < key && first.keys().first().is_some_and(|first| key <= first)
        } else {
            // SAFETY: separator `slot - 1` is initialised and a node.
            unsafe { *self.separator_ptr(slot - 1).cast::<Node>() == first.node() }
        }
    }
}
