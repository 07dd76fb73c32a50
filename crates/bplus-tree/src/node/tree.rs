//! [`Tree`]: the trunk, the entries at its slots, and the end of a tree.

use core::marker::PhantomData;
use core::mem;

use alloc::vec;

use super::Node;
use super::branch::Branch;
use super::leaf::Leaf;
use super::span::IntoRange;
use crate::arena::{Pool, Releaser};
use crate::shape::Shape;

/// A tree with at least a leaf.
pub(super) struct Trunk<K, V> {
    pub(super) root: Node,
    /// Levels of branches above the leaves.
    pub(super) height: usize,
    pub(super) first: Leaf<K, V>,
    pub(super) last: Leaf<K, V>,
}

impl<K, V> Clone for Trunk<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V> Copy for Trunk<K, V> {}

impl<K, V> Trunk<K, V> {
    /// A tree of one leaf.
    pub(super) fn of_leaf(leaf: Leaf<K, V>) -> Self {
        Self { root: leaf.node(), height: 0, first: leaf, last: leaf }
    }

    /// The tree below `root`, cut off from any parent.
    pub(super) fn below<S: Shape>(root: Node, height: usize) -> Self {
        root.set_parent(None);
        let (mut first, mut last) = (root, root);
        for _ in 0..height {
            first = Branch::<K, V, S>::of(first).child(0);
            let branch = Branch::<K, V, S>::of(last);
            last = branch.child(branch.len());
        }
        Self { root, height, first: Leaf::of(first), last: Leaf::of(last) }
    }

    /// Entries; only in counted shapes, where it takes no walk.
    pub(super) fn total<S: Shape>(&self) -> usize {
        total::<K, V, S>(self.root, self.height)
    }
}

/// Entries below a node `height` levels above the leaves, in counted shapes.
pub(super) fn total<K, V, S: Shape>(node: Node, height: usize) -> usize {
    if height == 0 { node.len() } else { Branch::<K, V, S>::of(node).total() }
}

/// A place in a leaf: an entry, or the gap before it. Two words, so that it is returned in registers.
///
/// Made by a search, and good until the tree changes.
pub(crate) struct Slot<K, V> {
    pub(crate) leaf: Leaf<K, V>,
    /// Twice the index; one more if the entry there is the one that was sought.
    place: u32,
}

impl<K, V> Clone for Slot<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V> Copy for Slot<K, V> {}

impl<K, V> Slot<K, V> {
    #[inline(always)]
    pub(super) fn new(leaf: Leaf<K, V>, index: usize, hit: bool) -> Self {
        Self { leaf, place: (index as u32) << 1 | u32::from(hit) }
    }

    #[inline(always)]
    pub(crate) fn index(self) -> usize {
        (self.place >> 1) as usize
    }

    /// Whether the entry at the index is the one that was sought.
    #[inline(always)]
    pub(crate) fn hit(self) -> bool {
        self.place & 1 == 1
    }

    /// The gap behind the entry at this slot.
    pub(crate) fn behind(self) -> Self {
        Self::new(self.leaf, self.index() + 1, false)
    }

    /// The same gap before an entry, if there is a further one: an end of a leaf becomes the start of the next.
    pub(crate) fn forward(self) -> Self {
        match self.leaf.next() {
            Some(next) if self.index() == self.leaf.len() => Self::new(next, 0, self.hit()),
            _ => self,
        }
    }
}

/// A sorted map of entries in nodes; all that the public types do, they do by this.
///
/// `S` decides the nodes' sizes and whether branches count.
pub(crate) struct Tree<K, V, S: Shape> {
    pub(super) trunk: Option<Trunk<K, V>>,
    pub(super) len: usize,
    /// Whether the last insertion was at the very end, so that the next is worth a try there.
    pub(super) appending: bool,
    pub(super) leaves: Pool,
    pub(super) branches: Pool,
    /// The trunk names `K` and `V`, covariantly.
    pub(super) shape: PhantomData<fn() -> S>,
}

// SAFETY: the tree owns its entries and nodes; nothing in it is shared but chunks, which are counted atomically.
unsafe impl<K: Send, V: Send, S: Shape> Send for Tree<K, V, S> {}
// SAFETY: `&Tree` gives out `&K` and `&V` only, and changes nothing.
unsafe impl<K: Sync, V: Sync, S: Shape> Sync for Tree<K, V, S> {}

impl<K, V, S: Shape> Tree<K, V, S> {
    pub(crate) const fn new() -> Self {
        Self {
            trunk: None,
            len: 0,
            appending: false,
            leaves: Pool::new(),
            branches: Pool::new(),
            shape: PhantomData,
        }
    }

    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }
}

impl<K, V, S: Shape> Tree<K, V, S> {
    /// The gap before the first entry.
    pub(crate) fn start(&self) -> Option<Slot<K, V>> {
        self.trunk.as_ref().map(|trunk| Slot::new(trunk.first, 0, false))
    }

    /// The gap behind the last entry.
    pub(crate) fn end(&self) -> Option<Slot<K, V>> {
        self.trunk.as_ref().map(|trunk| Slot::new(trunk.last, trunk.last.len(), false))
    }

    /// The entry behind a gap.
    pub(crate) fn after(&self, gap: Slot<K, V>) -> Option<Slot<K, V>> {
        let entry = gap.forward();
        (entry.index() < entry.leaf.len()).then_some(entry)
    }

    /// The entry before a gap.
    pub(crate) fn before(&self, gap: Slot<K, V>) -> Option<Slot<K, V>> {
        let (leaf, end) = match gap.index() {
            0 => gap.leaf.prev().map(|prev| (prev, prev.len()))?,
            index => (gap.leaf, index),
        };
        Some(Slot::new(leaf, end - 1, true))
    }

    /// The first entry.
    pub(crate) fn first(&self) -> Option<Slot<K, V>> {
        self.start().filter(|_| self.len > 0)
    }

    /// The last entry.
    pub(crate) fn last(&self) -> Option<Slot<K, V>> {
        let trunk = self.trunk.as_ref().filter(|_| self.len > 0)?;
        Some(Slot::new(trunk.last, trunk.last.len() - 1, true))
    }

    /// The key at `slot`, an entry of this tree.
    #[inline]
    pub(crate) fn key_at(&self, slot: Slot<K, V>) -> &K {
        assert!(slot.index() < slot.leaf.len());
        // SAFETY: initialised by the assertion; nothing changes while `self` is borrowed.
        unsafe { &*slot.leaf.key_ptr(slot.index()) }
    }

    /// The value at `slot`, an entry of this tree.
    #[inline]
    pub(crate) fn value_at(&self, slot: Slot<K, V>) -> &V {
        assert!(slot.index() < slot.leaf.len());
        // SAFETY: initialised by the assertion; nothing changes while `self` is borrowed.
        unsafe { &*slot.leaf.value_ptr(slot.index()) }
    }

    /// The key and the value at `slot`, an entry of this tree.
    ///
    /// A changed key leaves memory safe, but a key out of order is not found again; see `Tree::keys_changed`.
    #[inline]
    pub(crate) fn entry_at_mut(&mut self, slot: Slot<K, V>) -> (&mut K, &mut V) {
        assert!(slot.index() < slot.leaf.len());
        // SAFETY: initialised by the assertion, and borrowed as long as the tree.
        let key = unsafe { &mut *slot.leaf.key_ptr(slot.index()) };
        // SAFETY: the same; another object than the key.
        let value = unsafe { &mut *slot.leaf.value_ptr(slot.index()) };
        (key, value)
    }

    /// Takes up that keys of `leaf` were changed in place.
    pub(crate) fn keys_changed(&mut self, leaf: Leaf<K, V>) {
        leaf.keys_changed();
        self.first_changed(leaf);
    }

    /// Takes the separators' word for the first key of `leaf` anew.
    pub(crate) fn first_changed(&mut self, leaf: Leaf<K, V>) {
        if leaf.prev().is_none() {
            return; // No separator stands before the first leaf.
        }
        let mut node = leaf.node();
        while let Some(parent) = node.parent() {
            let branch = Branch::<K, V, S>::of(parent);
            let slot = branch.slot_of(node);
            if slot > 0 {
                return branch.set_separator(slot - 1, &Branch::<K, V, S>::separator_of(leaf));
            }
            node = parent;
        }
    }

    /// Bytes of all nodes, those kept for later included.
    pub(crate) fn memory(&self) -> usize {
        let Some(trunk) = &self.trunk else { return self.spare_bytes() };
        if trunk.height == 0 {
            return trunk.first.size() + self.spare_bytes();
        }
        let mut bytes = 0;
        let mut level = vec![trunk.root];
        for height in (1..=trunk.height).rev() {
            bytes += level.len() * Branch::<K, V, S>::bytes();
            if height == 1 {
                let leaves: usize = level.iter().map(|node| Branch::<K, V, S>::of(*node).len() + 1).sum();
                bytes += leaves * Leaf::<K, V>::full_bytes::<S>();
            } else {
                level =
                    level.iter().flat_map(|node| Branch::<K, V, S>::of(*node).children().to_vec()).collect();
            }
        }
        bytes + self.spare_bytes()
    }

    fn spare_bytes(&self) -> usize {
        self.leaves.spare() * Leaf::<K, V>::full_bytes::<S>()
            + self.branches.spare() * Branch::<K, V, S>::bytes()
    }
}

impl<K, V> Trunk<K, V> {
    /// Frees every node; entries that are still there are leaked.
    ///
    /// # Safety
    /// - No handle to a node of this trunk is used again.
    pub(super) unsafe fn release<S: Shape>(self) {
        // SAFETY: the caller's promise.
        unsafe {
            release_below::<K, V, S>(self.root, self.height, &mut Releaser::new(), &mut Releaser::new())
        };
    }
}

/// Frees `node` and all nodes below it.
///
/// # Safety
/// - As [`Trunk::release`].
unsafe fn release_below<K, V, S: Shape>(
    node: Node,
    height: usize,
    leaves: &mut Releaser,
    branches: &mut Releaser,
) {
    if height == 0 {
        // SAFETY: each node is reached once, by its one parent.
        return unsafe { Leaf::<K, V>::of(node).release(leaves) };
    }
    let branch = Branch::<K, V, S>::of(node);
    for child in branch.children() {
        // SAFETY: the same.
        unsafe { release_below::<K, V, S>(*child, height - 1, leaves, branches) };
    }
    // SAFETY: the same, and its children are gone.
    unsafe { branch.release(branches) };
}

impl<K, V, S: Shape> Tree<K, V, S> {
    /// Takes everything out at once, to be iterated by value; the tree is empty then.
    pub(crate) fn take(&mut self) -> Self {
        mem::replace(self, Self::new())
    }
}

impl<K, V, S: Shape> Drop for Tree<K, V, S> {
    fn drop(&mut self) {
        if let Some(trunk) = self.trunk.take() {
            drop(IntoRange::<K, V, S>::new(trunk, self.len));
        }
    }
}
