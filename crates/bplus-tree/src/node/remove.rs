//! Taking an entry out; poor nodes merge with a sibling or borrow from it.

use super::branch::Branch;
use super::bytes::is_bytes;
use super::leaf::Leaf;
use super::tree::{Slot, Tree};
use crate::shape::Shape;

impl<K, V, S: Shape> Tree<K, V, S> {
    /// Leaves with fewer entries look to their siblings. A third, not a half: then neither a merged nor a balanced
    /// node is near its next split or merge.
    const LEAF_POOR: usize = at_least_one(Leaf::<K, V>::full_cap::<S>() / 3);
    const BRANCH_POOR: usize = at_least_one(Branch::<K, V, S>::CAP / 3);

    /// Takes out the entry at `at`; gives also the gap where it was.
    pub(crate) fn remove_at(&mut self, at: Slot<K, V>) -> ((K, V), Slot<K, V>) {
        let leaf = at.leaf;
        let entry = leaf.remove(at.index());
        self.len -= 1;
        self.add_count(leaf.node(), -1);
        let is_rich = leaf.len() >= Self::LEAF_POOR || leaf.node().parent().is_none();
        let gap = if is_rich { at } else { self.enrich_leaf(at) };
        if is_bytes::<K>() && at.index() == 0 {
            self.first_changed(gap.leaf);
        }
        (entry, gap)
    }

    /// Merges a poor leaf with a sibling, or moves entries over from it; gives where the gap `at` is now.
    #[inline(never)]
    fn enrich_leaf(&mut self, at: Slot<K, V>) -> Slot<K, V> {
        let leaf = at.leaf;
        let parent = Branch::<K, V, S>::of(leaf.node().parent().expect("a poor leaf has a parent"));
        let slot = parent.slot_of(leaf.node());
        // The pair of neighbours, and the slot of its right one.
        let right_slot = if slot < parent.len() { slot + 1 } else { slot };
        let left = Leaf::of(parent.child(right_slot - 1));
        let right = Leaf::of(parent.child(right_slot));
        let (left_len, right_len) = (left.len(), right.len());

        if left_len + right_len <= left.cap() {
            right.transfer(0, right_len, left, left_len);
            parent.divide_count(right_slot - 1, left.len());
            parent.remove(right_slot);
            Leaf::link(Some(left), right.next());
            let trunk = self.trunk.as_mut().expect("the leaf is in a tree");
            if trunk.last == right {
                trunk.last = left;
            }
            // SAFETY: the parent, the links and the trunk no longer have the handle; its entries moved out.
            unsafe { right.free::<S>(&mut self.leaves) };
            self.enrich_branch(parent);
            let index = if leaf == right { left_len + at.index() } else { at.index() };
            return Slot::new(left, index, false);
        }

        Self::even_out(parent, right_slot, at)
    }

    /// Merges a poor branch with a sibling or balances the two, up to the root, which goes if it has one child.
    pub(super) fn enrich_branch(&mut self, mut branch: Branch<K, V, S>) {
        while branch.len() < Self::BRANCH_POOR {
            let Some(parent) = branch.parent() else { return self.lower_root(branch) };
            let slot = parent.slot_of(branch.node());
            let right_slot = if slot < parent.len() { slot + 1 } else { slot };
            let left = Branch::<K, V, S>::of(parent.child(right_slot - 1));
            let right = Branch::<K, V, S>::of(parent.child(right_slot));
            if left.len() + right.len() + 1 > Branch::<K, V, S>::CAP {
                return parent.balance(right_slot - 1, left, right);
            }
            let between = parent.separator_before(right_slot);
            parent.divide_count(right_slot - 1, left.total() + right.total());
            parent.remove(right_slot);
            // SAFETY: the parent no longer has the handle, and this is the last use.
            unsafe { left.absorb(&between, right, &mut self.branches) };
            branch = parent;
        }
    }

    fn lower_root(&mut self, root: Branch<K, V, S>) {
        if root.len() > 0 {
            return;
        }
        let trunk = self.trunk.as_mut().expect("the branch is in a tree");
        trunk.root = root.child(0);
        trunk.root.set_parent(None);
        trunk.height -= 1;
        // SAFETY: the trunk and the child no longer have the handle.
        unsafe { root.free(&mut self.branches) };
    }
}

const fn at_least_one(n: usize) -> usize {
    if n == 0 { 1 } else { n }
}
