//! Cutting a tree in two, by reference: what neither part changes is shared.

use super::{Branch, Leaf, Limits, Link, Node, Path, Tree};
use crate::shared::{Sharing, Side};

impl<K: Clone, V: Clone, P: Sharing> Tree<K, V, P> {
    /// The elements before `path`, and the others.
    pub(crate) fn split(&self, path: &Path) -> (Self, Self) {
        if path.index == 0 {
            return (Self::new(), self.clone());
        }
        if path.index == self.len {
            return (self.clone(), Self::new());
        }
        split(self.root.as_ref().expect("an index inside"), self.height, path, 0)
    }

    /// The elements before `index`, and the others.
    pub(crate) fn split_at(&self, index: usize) -> (Self, Self) {
        self.split(&self.path_of_index(index))
    }
}

fn split<K: Clone, V: Clone, P: Sharing>(
    node: &Node<K, V, P>,
    height: u32,
    path: &Path,
    depth: usize,
) -> (Tree<K, V, P>, Tree<K, V, P>) {
    match node.side() {
        Side::X(leaf) => split_leaf(leaf, path.leaf),
        Side::Y(branch) => {
            let slot = path.slot(depth);
            let (mut left, mut right) = split(&branch.b()[slot].node, height - 1, path, depth + 1);
            let mut before = part(branch, 0..slot, height);
            before.join(core::mem::replace(&mut left, Tree::new()));
            right.join(part(branch, slot + 1..branch.len(), height));
            (before, right)
        }
    }
}

/// Shares the leaf if it falls to one side as a whole.
fn split_leaf<K: Clone, V: Clone, P: Sharing>(
    leaf: &Leaf<K, V, P>,
    at: usize,
) -> (Tree<K, V, P>, Tree<K, V, P>) {
    let part = |range: core::ops::Range<usize>| match range.len() {
        0 => Tree::new(),
        len if len == leaf.len() => Tree::from_leaf(leaf.clone()),
        len => Tree::from_leaf(leaf.copy_range(range, Limits::<K, V, P>::leaf_room(len))),
    };
    (part(0..at), part(at..leaf.len()))
}

/// The children in `range` as a tree.
fn part<K: Clone, V: Clone, P: Sharing>(
    branch: &Branch<K, V, P>,
    range: core::ops::Range<usize>,
    height: u32,
) -> Tree<K, V, P> {
    match range.len() {
        0 => Tree::new(),
        1 => Tree::from_root(branch.b()[range.start].node.clone(), height - 1),
        len if len == branch.len() => Tree::from_root(Node::from_y(branch.clone()), height),
        _ => {
            let before = if range.start > 0 { branch.b()[range.start - 1].end } else { 0 };
            let mut part = branch.copy_range(range, Limits::<K, V, P>::FANOUT);
            let mut own = part.get_mut().expect("a new block has one owner");
            own.b_mut().iter_mut().for_each(|link: &mut Link<K, V, P>| link.end -= before);
            Tree::from_root(Node::from_y(part), height)
        }
    }
}
