//! [`Tree`]: the trunk, the descent, and the end of a tree.

use core::borrow::Borrow;
use core::marker::PhantomData;
use core::mem;

use alloc::vec;

use simd_kernels::{Isa, Level, prefetch};

use super::Node;
use super::branch::Branch;
use super::bytes::{bytes_of, is_bytes};
use super::heads::ByHeads;
use super::leaf::Leaf;
use super::plain::{read_as, same};
use super::probe::{ByLanes, ByOrd, Probe, Scalar};
use super::range::IntoRange;
use crate::arena::{LINE, Pool, Releaser};
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

/// Calls `$found` for the instruction set of this processor with a probe for it.
macro_rules! per_instruction_set {
    ($tree:expr, |$isa:ident| $probe:expr, $scalar:ident, $avx2:ident, $avx512:ident) => {
        match Level::detect().isa() {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512($isa) => {
                let probe = $probe;
                // SAFETY: the token proves the features that the function enables.
                unsafe { $avx512($tree, probe) }
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2($isa) => {
                let probe = $probe;
                // SAFETY: the token proves the features that the function enables.
                unsafe { $avx2($tree, probe) }
            }
            _ => {
                let $isa = Scalar;
                $scalar($tree, $probe)
            }
        }
    };
}

/// `$run` compiled as a whole for each instruction set, so that kernels are inlined.
macro_rules! instantiate {
    ($run:ident -> $answer:ty: $scalar:ident, $avx2:ident, $avx512:ident) => {
        fn $scalar<K, V, S: Shape, P: Probe<K>>(tree: &Tree<K, V, S>, probe: P) -> $answer {
            tree.$run(probe)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
        fn $avx2<K, V, S: Shape, P: Probe<K>>(tree: &Tree<K, V, S>, probe: P) -> $answer {
            tree.$run(probe)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(
            enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt"
        )]
        fn $avx512<K, V, S: Shape, P: Probe<K>>(tree: &Tree<K, V, S>, probe: P) -> $answer {
            tree.$run(probe)
        }
    };
}

instantiate!(look_up_by -> Option<&V>: look_up_scalar, look_up_avx2, look_up_avx512);
instantiate!(descend -> Option<Slot<K, V>>: descend_scalar, descend_avx2, descend_avx512);
instantiate!(descend_ranked -> (Option<Slot<K, V>>, usize): ranked_scalar, ranked_avx2, ranked_avx512);

/// Tries the primitive types whose keys fit lanes, the wrong sizes of which are not even compiled, then heads.
macro_rules! try_vectors {
    ($tree:expr, $key:expr, $scalar:ident, $avx2:ident, $avx512:ident, |$found:ident| $give:expr) => {
        try_vectors!(
            [u64, u32, usize, i64, i32, isize, u16, i16, u8, i8],
            $tree, $key, $scalar, $avx2, $avx512, |$found| $give
        );
        if is_bytes::<K>() && let Some(sought) = bytes_of($key) {
            return per_instruction_set!($tree, |isa| ByHeads::new(sought, isa), $scalar, $avx2, $avx512);
        }
    };
    ([$($type:ty),+], $tree:expr, $key:expr, $scalar:ident, $avx2:ident, $avx512:ident, |$found:ident| $give:expr) => {$(
        if const { size_of::<K>() == size_of::<$type>() }
            && same::<K, $type>()
            && let Some(sought) = read_as::<Q, $type>($key)
        {
            let tree = $tree.as_keyed::<$type>();
            let $found = per_instruction_set!(tree, |isa| ByLanes { sought, isa }, $scalar, $avx2, $avx512);
            return $give;
        }
    )+};
}

impl<K, V, S: Shape> Tree<K, V, S> {
    /// Where `key` is or belongs; `None` in a tree without nodes.
    ///
    /// Primitive numbers and heads of bytes are compared in vectors, all others by `Ord`.
    #[inline]
    pub(crate) fn find<Q>(&self, key: &Q) -> Option<Slot<K, V>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        try_vectors!(self, key, descend_scalar, descend_avx2, descend_avx512, |found| found.map(Slot::keyed));
        self.descend(ByOrd(key))
    }

    /// The value of `key`: what `find` would lead to, but the whole of it in one instruction set.
    #[inline]
    pub(crate) fn look_up<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        try_vectors!(self, key, look_up_scalar, look_up_avx2, look_up_avx512, |found| found);
        self.look_up_by(ByOrd(key))
    }

    /// As [`Tree::find`], after a look behind the last entry if the last insertion was there.
    #[inline]
    pub(crate) fn find_to_insert(&mut self, key: &K) -> Option<Slot<K, V>>
    where
        K: Ord,
    {
        if self.appending
            && let Some(trunk) = &self.trunk
        {
            let last = trunk.last;
            if last.keys().last().is_some_and(|greatest| greatest < key) {
                return Some(Slot::new(last, last.len(), false));
            }
            self.appending = false;
        }
        self.find(key)
    }

    /// As [`Tree::find`], for a key that may belong into the leaf of `near`, not before it.
    #[inline]
    pub(crate) fn find_near<Q>(&self, key: &Q, near: Option<Slot<K, V>>) -> Option<Slot<K, V>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        if let Some(near) = near
            && near.leaf.keys().last().is_some_and(|last| key <= last.borrow())
        {
            let (index, hit) = near.leaf.lower::<S, _>(&mut ByOrd(key));
            return Some(Slot::new(near.leaf, index, hit));
        }
        self.find(key)
    }

    /// As [`Tree::find`], with the number of entries before the place; in counted shapes.
    pub(crate) fn find_ranked<Q>(&self, key: &Q) -> (Option<Slot<K, V>>, usize)
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        try_vectors!(self, key, ranked_scalar, ranked_avx2, ranked_avx512, |found| (
            found.0.map(Slot::keyed),
            found.1
        ));
        self.descend_ranked(ByOrd(key))
    }

    /// This tree seen as one with keys of type `T`, which `K` is.
    #[inline(always)]
    pub(super) fn as_keyed<T: 'static>(&self) -> &Tree<T, V, S> {
        assert!(same::<K, T>());
        // SAFETY: `K` is `T` by the assertion, so both are one type.
        unsafe { &*core::ptr::from_ref(self).cast::<Tree<T, V, S>>() }
    }

    /// The leaf where a probe's key is or belongs.
    #[inline(always)]
    fn leaf_of<P: Probe<K>>(trunk: &Trunk<K, V>, probe: &mut P) -> Leaf<K, V> {
        let mut node = trunk.root;
        if trunk.height > 1 {
            for _ in 2..trunk.height {
                node = Branch::<K, V, S>::of(node).search(probe);
                Self::prefetch_branch(node);
            }
            node = Branch::<K, V, S>::of(node).search(probe);
            Self::prefetch_branch(node);
            node = Branch::<K, V, S>::of(node).search(probe);
            Self::prefetch_leaf(node);
        } else if trunk.height == 1 {
            node = Branch::<K, V, S>::of(node).search(probe); // small enough for the nearest caches
        }
        Leaf::of(node)
    }

    #[inline(always)]
    fn descend<P: Probe<K>>(&self, mut probe: P) -> Option<Slot<K, V>> {
        let leaf = Self::leaf_of(self.trunk.as_ref()?, &mut probe);
        let (index, hit) = leaf.lower::<S, P>(&mut probe);
        Some(Slot::new(leaf, index, hit))
    }

    #[inline(always)]
    fn look_up_by<P: Probe<K>>(&self, mut probe: P) -> Option<&V> {
        let leaf = Self::leaf_of(self.trunk.as_ref()?, &mut probe);
        let (index, hit) = leaf.lower::<S, P>(&mut probe);
        if !hit || index >= leaf.len() {
            return None;
        }
        // SAFETY: `index < len`, so the value is initialised; nothing changes while `self` is borrowed.
        Some(unsafe { &*leaf.value_ptr(index) })
    }

    #[inline(always)]
    fn descend_ranked<P: Probe<K>>(&self, mut probe: P) -> (Option<Slot<K, V>>, usize) {
        let Some(trunk) = self.trunk.as_ref() else { return (None, 0) };
        let (mut node, mut rank) = (trunk.root, 0);
        for above in (0..trunk.height).rev() {
            let branch = Branch::<K, V, S>::of(node);
            let slot = branch.search_slot(&mut probe);
            node = branch.child(slot);
            if above == 0 {
                Self::prefetch_leaf(node);
            } else {
                Self::prefetch_branch(node);
            }
            rank += branch.count_before(slot);
        }
        let leaf = Leaf::of(node);
        let (index, hit) = leaf.lower::<S, P>(&mut probe);
        (Some(Slot::new(leaf, index, hit)), rank + index)
    }

    /// Asks for the lines of a branch that is about to be searched.
    #[inline(always)]
    pub(super) fn prefetch_branch(node: Node) {
        Self::prefetch_lines(node, Branch::<K, V, S>::searched_bytes());
    }

    /// Asks for the lines of a leaf that is about to be searched, its values included (decision 0043).
    #[inline(always)]
    pub(super) fn prefetch_leaf(node: Node) {
        if S::PREFETCH {
            Self::prefetch_lines(node, Leaf::<K, V>::full_bytes::<S>());
        }
    }

    /// As [`Tree::prefetch_leaf`], without the values.
    #[inline(always)]
    pub(super) fn prefetch_keys(node: Node) {
        Self::prefetch_lines(node, Leaf::<K, V>::keys_end::<S>());
    }

    #[inline(always)]
    fn prefetch_lines(node: Node, bytes: usize) {
        const LINES_MAX: usize = 16;
        for line in 0..bytes.div_ceil(LINE).min(LINES_MAX) {
            prefetch(node.at(line * LINE));
        }
    }

    /// The entry with the given rank; in counted shapes.
    pub(crate) fn select(&self, mut rank: usize) -> Option<Slot<K, V>> {
        let trunk = self.trunk.as_ref()?;
        if rank >= self.len {
            return None;
        }
        let mut node = trunk.root;
        for _ in 0..trunk.height {
            let branch = Branch::<K, V, S>::of(node);
            let slot = branch.slot_at(&mut rank);
            node = branch.child(slot);
        }
        Some(Slot::new(Leaf::of(node), rank, true))
    }

    /// The number of entries before a place; in counted shapes.
    pub(crate) fn rank_at(&self, slot: Slot<K, V>) -> usize {
        let (mut node, mut rank) = (slot.leaf.node(), slot.index());
        while let Some(parent) = node.parent() {
            let branch = Branch::<K, V, S>::of(parent);
            rank += branch.count_before(branch.slot_of(node));
            node = parent;
        }
        rank
    }

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

impl<T: 'static, V> Slot<T, V> {
    /// This slot of a tree whose keys are `K`, which `T` is.
    #[inline(always)]
    pub(super) fn keyed<K>(self) -> Slot<K, V> {
        assert!(same::<K, T>());
        Slot { leaf: Leaf::of(self.leaf.node()), place: self.place }
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
