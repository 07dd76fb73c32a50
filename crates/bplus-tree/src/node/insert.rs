//! Putting an entry or a child in at a place already found; full nodes split.

use super::Node;
use super::branch::{Branch, Separator};
use super::bytes::is_bytes;
use super::leaf::Leaf;
use super::tree::{Slot, Tree, Trunk, total};
use crate::arena::Pool;
use crate::shape::Shape;

/// Where a full node splits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// Keys come in no order: in the middle.
    Even,
    /// Keys come in ascending order: behind 15/16, so that leaves stay nearly full and a straggler still finds room.
    Ascending,
    /// Keys come in descending order: behind 1/16.
    Descending,
    /// Sorted keys, and nothing else to come between: at the very end.
    Packed,
}

impl Split {
    /// How many of `len` elements stay left, at least one.
    fn stay(self, len: usize) -> usize {
        match self {
            Self::Even => len.div_ceil(2),
            Self::Ascending => len - len / 16,
            Self::Descending => len / 16,
            Self::Packed => len,
        }
        .max(1)
    }
}

impl<K, V, S: Shape> Tree<K, V, S> {
    /// Free places in a neighbour that are worth moving entries to; less would move them again too soon.
    const LEAF_ROOM: usize = {
        let room = Leaf::<K, V>::full_cap::<S>() / 4;
        if room < 2 { 2 } else { room }
    };

    /// Puts an entry into the gap `at`, which `find` gave for the tree as it is; gives its place.
    #[inline]
    pub(crate) fn insert_at(&mut self, at: Option<Slot<K, V>>, key: K, value: V) -> Slot<K, V> {
        let Some(at) = at else { return self.plant(key, value) };
        let (leaf, index) = (at.leaf, at.index());
        self.len += 1;
        if leaf.len() < leaf.cap() {
            self.appending = leaf.next().is_none() && index == leaf.len();
            leaf.insert(index, key, value);
            self.add_count(leaf.node(), 1);
            return Slot::new(leaf, index, true);
        }
        self.insert_full(leaf, index, key, value)
    }

    /// The first entry of all, in a leaf of few.
    #[cold]
    fn plant(&mut self, key: K, value: V) -> Slot<K, V> {
        let leaf = Leaf::alloc_alone(const { Leaf::<K, V>::full_cap::<S>() }.min(4));
        leaf.insert(0, key, value);
        self.trunk = Some(Trunk::of_leaf(leaf));
        self.len = 1;
        Slot::new(leaf, 0, true)
    }

    #[inline(never)]
    fn insert_full(&mut self, leaf: Leaf<K, V>, index: usize, key: K, value: V) -> Slot<K, V> {
        if leaf.cap() < const { Leaf::<K, V>::full_cap::<S>() } {
            let leaf = self.widen_root(leaf.cap() * 2);
            leaf.insert(index, key, value);
            return Slot::new(leaf, index, true);
        }
        let last = leaf.next().is_none() && index == leaf.len();
        let first = leaf.prev().is_none() && index == 0;
        let split = match (last, first) {
            (true, _) if self.appending => Split::Ascending,
            (_, true) => Split::Descending,
            _ => Split::Even,
        };
        self.appending = last;
        if split == Split::Even
            && let Some(at) = Self::pour_over(leaf, index)
        {
            at.leaf.insert(at.index(), key, value);
            self.add_count(at.leaf.node(), 1);
            return Slot::new(at.leaf, at.index(), true);
        }
        self.insert_split(leaf, index, key, value, split)
    }

    /// Moves entries of a full leaf over to the emptier of its neighbours below the same parent, if there is room worth
    /// the move; gives where the gap before `index` is now. So leaves split only among full ones (decision 0094).
    fn pour_over(leaf: Leaf<K, V>, index: usize) -> Option<Slot<K, V>> {
        // Of heads, the neighbour's would have to be cut anew, from bytes all over the memory.
        if is_bytes::<K>() {
            return None;
        }
        let parent = Branch::<K, V, S>::of(leaf.node().parent()?);
        // A map of one branch is in the nearest caches, however full its leaves are.
        parent.parent()?;
        let slot = parent.slot_of(leaf.node());
        let len_at = |slot: usize| if slot <= parent.len() { parent.child(slot).len() } else { usize::MAX };
        let (left, right) = (len_at(slot.wrapping_sub(1)), len_at(slot + 1));
        if left.min(right) > leaf.cap() - Self::LEAF_ROOM {
            return None;
        }
        let right_slot = if left < right { slot } else { slot + 1 };
        Some(Self::even_out(parent, right_slot, Slot::new(leaf, index, false)))
    }

    /// Moves entries between the leaves at `right_slot - 1` and `right_slot` of `parent` until both have about as many;
    /// gives where the gap `at`, in one of the two, is now.
    pub(super) fn even_out(parent: Branch<K, V, S>, right_slot: usize, at: Slot<K, V>) -> Slot<K, V> {
        let left = Leaf::of(parent.child(right_slot - 1));
        let right = Leaf::of(parent.child(right_slot));
        let (left_len, right_len) = (left.len(), right.len());
        let half = (left_len + right_len) / 2;
        if left_len < half {
            right.transfer(0, half - left_len, left, left_len);
        } else {
            left.transfer(half, left_len - half, right, 0);
        }
        parent.set_separator(right_slot - 1, &Branch::<K, V, S>::separator_of(right));
        parent.divide_count(right_slot - 1, half);
        // Counted from the start of the left leaf.
        let place = if at.leaf == right { left_len + at.index() } else { at.index() };
        if place <= half { Slot::new(left, place, false) } else { Slot::new(right, place - half, false) }
    }

    /// Moves the root leaf, the tree's only node, into a larger one of at most full size.
    pub(super) fn widen_root(&mut self, cap: usize) -> Leaf<K, V> {
        let leaf = Leaf::alloc_alone(cap.min(const { Leaf::<K, V>::full_cap::<S>() }));
        self.replace_root(leaf);
        leaf
    }

    /// Moves the entries of the root leaf, the tree's only node, into `leaf`, which is empty and large enough.
    pub(super) fn replace_root(&mut self, leaf: Leaf<K, V>) {
        let trunk = self.trunk.take().expect("the root leaf is there");
        assert!(trunk.height == 0);
        let old = trunk.first;
        old.transfer(0, old.len(), leaf, 0);
        self.trunk = Some(Trunk::of_leaf(leaf));
        // SAFETY: the trunk that had the handle was replaced, and the entries moved out.
        unsafe { old.free::<S>(&mut self.leaves) };
    }

    /// Splits a full leaf and puts the entry into one of the halves.
    pub(super) fn insert_split(
        &mut self,
        leaf: Leaf<K, V>,
        index: usize,
        key: K,
        value: V,
        split: Split,
    ) -> Slot<K, V> {
        let stay = split.stay(leaf.len());
        let right = Leaf::alloc::<S>(&mut self.leaves);
        leaf.transfer(stay, leaf.len() - stay, right, 0);
        let slot = if index > stay || right.len() == 0 {
            Slot::new(right, index - stay, true)
        } else {
            Slot::new(leaf, index, true)
        };
        slot.leaf.insert(slot.index(), key, value);
        Leaf::link(Some(right), leaf.next());
        Leaf::link(Some(leaf), Some(right));
        // The leaf's old place counts the new entry too, until `add_sibling` takes the right half away.
        self.add_count(leaf.node(), 1);
        let trunk = self.trunk.as_mut().expect("the leaf is in a tree");
        if trunk.last == leaf {
            trunk.last = right;
        }
        let separator = Branch::<K, V, S>::separator_of(right);
        trunk.add_sibling::<S>(leaf.node(), 0, &separator, right.node(), split, &mut self.branches);
        slot
    }

    /// Adds to the counts of all branches above `node`; in counted shapes.
    #[inline]
    pub(super) fn add_count(&mut self, node: Node, entries: isize) {
        add_count::<K, V, S>(node, entries);
    }
}

/// Adds to the counts of all branches above `node`; in counted shapes.
#[inline]
pub(super) fn add_count<K, V, S: Shape>(mut node: Node, entries: isize) {
    if !S::COUNTED {
        return;
    }
    while let Some(parent) = node.parent() {
        let branch = Branch::<K, V, S>::of(parent);
        let slot = branch.slot_of(node);
        branch.add_count(slot, entries);
        node = parent;
    }
}

impl<K, V> Trunk<K, V> {
    /// Puts `right`, whose entries were counted as `left`'s so far, next to `left`, `height` levels above the leaves.
    pub(super) fn add_sibling<S: Shape>(
        &mut self,
        left: Node,
        height: usize,
        separator: &Separator,
        right: Node,
        split: Split,
        pool: &mut Pool,
    ) {
        let entries = total::<K, V, S>(right, height);
        let Some(parent) = left.parent() else {
            let root = Branch::<K, V, S>::alloc(pool, left, total::<K, V, S>(left, height));
            root.insert(1, separator, right, entries);
            self.root = root.node();
            self.height += 1;
            return;
        };
        let parent = Branch::<K, V, S>::of(parent);
        let slot = parent.slot_of(left);
        parent.add_count(slot, (entries as isize).wrapping_neg());
        self.add_child::<S>(parent, height + 1, slot + 1, separator, right, entries, split, pool);
    }

    /// Puts `child` at `slot` of `branch`, which splits if it is full.
    #[expect(
        clippy::too_many_arguments,
        reason = "the whole of one insertion; a struct would only name it again"
    )]
    pub(super) fn add_child<S: Shape>(
        &mut self,
        branch: Branch<K, V, S>,
        height: usize,
        slot: usize,
        separator: &Separator,
        child: Node,
        entries: usize,
        split: Split,
        pool: &mut Pool,
    ) {
        if branch.len() < Branch::<K, V, S>::CAP {
            return branch.insert(slot, separator, child, entries);
        }
        // `stay` of CAP + 1 children; the right part has at least one, and gets the new one if it is behind.
        let split = if slot > branch.len() || split == Split::Descending { split } else { Split::Even };
        let stay = split.stay(branch.len());
        let (between, right) = branch.split(stay, pool);
        if slot > stay {
            right.insert(slot - stay, separator, child, entries);
        } else {
            branch.insert(slot, separator, child, entries);
        }
        self.add_sibling::<S>(branch.node(), height, &between, right.node(), split, pool);
    }
}
