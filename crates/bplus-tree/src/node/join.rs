//! Joining two trees end to end, and cutting one in two; whole subtrees move, entries stay.

use super::branch::Branch;
use super::insert::{Split, add_count};
use super::leaf::Leaf;
use super::tree::{Slot, Tree, Trunk};
use crate::arena::Pool;
use crate::shape::Shape;

/// What is before a gap and what is behind it.
type Halves<K, V> = (Option<Trunk<K, V>>, Option<Trunk<K, V>>);

impl<K, V, S: Shape> Tree<K, V, S> {
    /// Puts all entries of `right` behind this tree's; the caller says that their keys are greater.
    ///
    /// Time: O(log n).
    pub(crate) fn join(&mut self, right: &mut Self) {
        if right.len == 0 {
            return;
        }
        if self.len == 0 {
            core::mem::swap(self, right);
            return;
        }
        for tree in [&mut *self, &mut *right] {
            if tree.trunk.as_ref().is_some_and(|trunk| trunk.height == 0) {
                tree.widen_root(usize::MAX);
            }
        }
        self.leaves.adopt(&mut right.leaves);
        self.branches.adopt(&mut right.branches);
        self.len += core::mem::take(&mut right.len);
        let (left, right) = (self.trunk.take(), right.trunk.take());
        self.trunk = join::<K, V, S>(left, right, &mut self.leaves, &mut self.branches);
        self.appending = false;
    }

    /// Cuts the tree at a gap, and gives what is behind it.
    ///
    /// Time: O(log n), and without counts a walk over the leaves of the smaller side.
    pub(crate) fn cut(&mut self, at: Option<Slot<K, V>>) -> Self {
        let mut tail = Self::new();
        let (Some(at), Some(trunk)) = (at, self.trunk) else { return tail };
        if at.index() == 0 && at.leaf == trunk.first {
            core::mem::swap(self, &mut tail);
            return tail;
        }
        if at.index() == at.leaf.len() && at.leaf == trunk.last {
            return tail;
        }
        // Leaves in trees of several have full size.
        let at = match trunk.height {
            0 => Slot::new(self.widen_root(usize::MAX), at.index(), false),
            _ => at,
        };
        let total = self.len;
        self.trunk = None;
        self.appending = false;
        let (left, right) = self.cut_trunk(at);
        if let Some(left) = &left {
            left.last.set_next(None);
        }
        if let Some(right) = &right {
            right.first.set_prev(None);
        }
        self.len = match (&left, &right) {
            (Some(left), _) if S::COUNTED => left.total::<S>(),
            (Some(left), Some(right)) => count_left(left, right, total),
            (None, _) => 0,
            (_, None) => total,
        };
        tail.len = total - self.len;
        self.trunk = left;
        tail.trunk = right;
        tail
    }

    /// Takes the branches above the gap apart; what is left of the path and what is right of it are joined again.
    fn cut_trunk(&mut self, at: Slot<K, V>) -> Halves<K, V> {
        let leaf = at.leaf;
        let (mut node, mut parent) = (leaf.node(), leaf.node().parent());
        node.set_parent(None);
        let (mut left, mut right) = if at.index() == 0 {
            (None, Some(Trunk::of_leaf(leaf)))
        } else if at.index() == leaf.len() {
            (Some(Trunk::of_leaf(leaf)), None)
        } else {
            let tail = Leaf::alloc::<S>(&mut self.leaves);
            leaf.transfer(at.index(), leaf.len() - at.index(), tail, 0);
            Leaf::link(Some(tail), leaf.next());
            (Some(Trunk::of_leaf(leaf)), Some(Trunk::of_leaf(tail)))
        };
        let mut height = 0;
        while let Some(above) = parent {
            height += 1;
            let branch = Branch::<K, V, S>::of(above);
            parent = above.parent();
            let slot = branch.slot_of(node);
            node = above;
            let behind = match branch.len() - slot {
                0 => None,
                1 => {
                    let only = branch.child(slot + 1);
                    branch.remove(slot + 1);
                    Some(Trunk::below::<S>(only, height - 1))
                }
                _ => {
                    let (_, behind) = branch.split(slot + 1, &mut self.branches);
                    Some(Trunk::below::<S>(behind.node(), height))
                }
            };
            if slot > 0 {
                branch.remove(slot);
            }
            let before = match slot {
                0 | 1 => {
                    let only = (slot == 1).then(|| Trunk::below::<S>(branch.child(0), height - 1));
                    // SAFETY: its parent's handle is not followed but compared (`slot_of`), and its children have left.
                    unsafe { branch.free(&mut self.branches) };
                    only
                }
                _ => Some(Trunk::below::<S>(above, height)),
            };
            left = join::<K, V, S>(before, left, &mut self.leaves, &mut self.branches);
            right = join::<K, V, S>(right, behind, &mut self.leaves, &mut self.branches);
        }
        (left, right)
    }
}

/// Joins two trees end to end; leaves have full size.
fn join<K, V, S: Shape>(
    left: Option<Trunk<K, V>>,
    right: Option<Trunk<K, V>>,
    leaves: &mut Pool,
    branches: &mut Pool,
) -> Option<Trunk<K, V>> {
    let (mut left, mut right) = match (left, right) {
        (left, None) => return left,
        (None, right) => return right,
        (Some(left), Some(right)) => (left, right),
    };
    if left.height == 0 && right.height == 0 && left.first.len() + right.first.len() <= left.first.cap() {
        right.first.transfer(0, right.first.len(), left.first, left.first.len());
        Leaf::link(Some(left.first), right.first.next());
        // SAFETY: a trunk of its own had the handle, and that ends here; its neighbour was linked past it.
        unsafe { right.first.free::<S>(leaves) };
        return Some(left);
    }
    Leaf::link(Some(left.last), Some(right.first));
    let separator = Branch::<K, V, S>::separator_of(right.first);
    if left.height >= right.height {
        // The right tree becomes the last child at its height; the new root, if both are as high, is made on the way.
        let mut spine = left.root;
        for _ in right.height..left.height {
            let branch = Branch::<K, V, S>::of(spine);
            spine = branch.child(branch.len());
        }
        // Its entries are counted as its neighbour's first, as `add_sibling` expects.
        add_count::<K, V, S>(spine, right.total::<S>() as isize);
        left.add_sibling::<S>(spine, right.height, &separator, right.root, Split::Even, branches);
        left.last = right.last;
        return Some(left);
    }
    let mut spine = right.root;
    for _ in left.height + 1..right.height {
        spine = Branch::<K, V, S>::of(spine).child(0);
    }
    let entries = left.total::<S>();
    add_count::<K, V, S>(spine, entries as isize);
    let branch = Branch::<K, V, S>::of(spine);
    right.add_child::<S>(branch, left.height + 1, 0, &separator, left.root, entries, Split::Even, branches);
    right.first = left.first;
    Some(right)
}

/// The number of entries on the left side of a cut, found on whichever side ends sooner.
fn count_left<K, V>(left: &Trunk<K, V>, right: &Trunk<K, V>, total: usize) -> usize {
    let (mut back, mut ahead) = (Some(left.last), Some(right.first));
    let (mut before, mut behind) = (0, 0);
    loop {
        match (back, ahead) {
            (None, _) => return before,
            (_, None) => return total - behind,
            (Some(left), Some(right)) => {
                before += left.len();
                behind += right.len();
                (back, ahead) = (left.prev(), right.next());
            }
        }
    }
}
