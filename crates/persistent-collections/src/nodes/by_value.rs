//! Leaves in order, to be changed or taken apart, from both ends.

use alloc::collections::VecDeque;

use super::{Leaf, Node, Tree};
use crate::shared::{Sharing, SideMut, SideOwned};

/// The leaves of a tree as mutable slices; shared nodes are copied when they are reached.
pub(crate) struct LeavesMut<'a, K, V, P: Sharing> {
    /// Subtrees in order whose leaves are not given out yet.
    nodes: VecDeque<&'a mut Node<K, V, P>>,
    /// Elements in `nodes` before and behind the ones asked for.
    skip_front: usize,
    skip_back: usize,
    /// Elements that are not given out yet.
    left: usize,
}

impl<'a, K: Clone, V: Clone, P: Sharing> LeavesMut<'a, K, V, P> {
    /// Replaces the subtree at one end by its children until it is a leaf with elements to give out; subtrees without any
    /// are not copied.
    fn expand(&mut self, back: bool) -> Option<&'a mut Leaf<K, V, P>> {
        while self.left > 0 {
            let node = if back { self.nodes.pop_back() } else { self.nodes.pop_front() }?;
            let skip = if back { &mut self.skip_back } else { &mut self.skip_front };
            let count = node.count();
            if count <= *skip {
                *skip -= count;
                continue;
            }
            match node.side_mut() {
                SideMut::X(leaf) => return Some(leaf),
                SideMut::Y(branch) => {
                    let links = branch.make_mut().into_both_mut().1.iter_mut().map(|link| &mut link.node);
                    if back {
                        self.nodes.extend(links);
                    } else {
                        links.rev().for_each(|node| self.nodes.push_front(node));
                    }
                }
            }
        }
        None
    }
}

impl<'a, K: Clone, V: Clone, P: Sharing> Iterator for LeavesMut<'a, K, V, P> {
    type Item = (&'a mut [K], &'a mut [V]);

    fn next(&mut self) -> Option<Self::Item> {
        let (keys, values) = self.expand(false)?.make_mut().into_both_mut();
        let start = core::mem::take(&mut self.skip_front);
        let end = (start + self.left).min(keys.len());
        self.left -= end - start;
        Some((&mut keys[start..end], &mut values[start..end]))
    }
}

impl<K: Clone, V: Clone, P: Sharing> DoubleEndedIterator for LeavesMut<'_, K, V, P> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (keys, values) = self.expand(true)?.make_mut().into_both_mut();
        let end = keys.len() - core::mem::take(&mut self.skip_back);
        let start = end.saturating_sub(self.left);
        self.left -= end - start;
        Some((&mut keys[start..end], &mut values[start..end]))
    }
}

/// The leaves of a tree by value.
pub(crate) struct IntoLeaves<K, V, P: Sharing> {
    nodes: VecDeque<Node<K, V, P>>,
}

impl<K: Clone, V: Clone, P: Sharing> IntoLeaves<K, V, P> {
    fn expand(&mut self, back: bool) -> Option<Leaf<K, V, P>> {
        loop {
            let node = if back { self.nodes.pop_back() } else { self.nodes.pop_front() }?;
            match node.into_side() {
                SideOwned::X(leaf) => return Some(leaf),
                SideOwned::Y(branch) => {
                    let nodes = branch.into_elements().map(|(key, link)| {
                        drop(key); // first: if this panics, the node is dropped too
                        link.node
                    });
                    if back {
                        self.nodes.extend(nodes);
                    } else {
                        nodes.rev().for_each(|node| self.nodes.push_front(node));
                    }
                }
            }
        }
    }
}

impl<K: Clone, V: Clone, P: Sharing> Iterator for IntoLeaves<K, V, P> {
    type Item = Leaf<K, V, P>;

    fn next(&mut self) -> Option<Self::Item> {
        self.expand(false)
    }
}

impl<K: Clone, V: Clone, P: Sharing> DoubleEndedIterator for IntoLeaves<K, V, P> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.expand(true)
    }
}

impl<K: Clone, V: Clone, P: Sharing> Tree<K, V, P> {
    /// The leaves with the elements from `start` to below `end`, to be changed.
    pub(crate) fn leaves_mut(&mut self, start: usize, end: usize) -> LeavesMut<'_, K, V, P> {
        let (skip_back, left) = (self.len - end, end - start);
        LeavesMut { nodes: self.root.as_mut().into_iter().collect(), skip_front: start, skip_back, left }
    }

    pub(crate) fn into_leaves(self) -> IntoLeaves<K, V, P> {
        IntoLeaves { nodes: self.root.into_iter().collect() }
    }
}
