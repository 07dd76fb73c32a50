//! Leaves in order, from both ends.

use super::{Branch, Node, Path, Tree};
use crate::shared::{Sharing, Side};

/// The leaves of a tree, as slices of keys and of values.
pub(crate) struct Leaves<'a, K, V, P: Sharing> {
    root: Option<&'a Node<K, V, P>>,
    /// Positions of the elements that are not given out yet.
    start: usize,
    end: usize,
    front: Parent<'a, K, V, P>,
    /// Elements of the next leaf below `front` that come before `start`.
    skip: usize,
}

/// The branch above the leaf that was given out last, and the slot of the next one: most leaves are found without
/// going back to the root.
struct Parent<'a, K, V, P: Sharing> {
    branch: Option<&'a Branch<K, V, P>>,
    slot: usize,
}

impl<K, V, P: Sharing> Clone for Parent<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self { branch: self.branch, slot: self.slot }
    }
}

impl<K, V, P: Sharing> Clone for Leaves<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self { root: self.root, start: self.start, end: self.end, front: self.front.clone(), skip: self.skip }
    }
}

type Slices<'a, K, V> = (&'a [K], &'a [V]);

impl<'a, K, V, P: Sharing> Leaves<'a, K, V, P> {
    /// How many elements are not given out yet.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Two iterators: the first `at` elements, and the rest.
    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        let middle = self.start + at;
        let right = Self { start: middle, front: Parent { branch: None, slot: 0 }, skip: 0, ..self.clone() };
        (Self { end: middle, ..self }, right)
    }

    /// The leaf below `root` with position `index`, and where `index` is in it.
    fn find(root: &'a Node<K, V, P>, mut index: usize) -> (Parent<'a, K, V, P>, Slices<'a, K, V>, usize) {
        let mut node = root;
        let mut parent = Parent { branch: None, slot: 0 };
        loop {
            match node.side() {
                Side::X(leaf) => return (parent, (leaf.a(), leaf.b()), index),
                Side::Y(branch) => {
                    let slot = branch.b().iter().take_while(|link| link.end <= index).count();
                    index -= super::path::before(branch.b(), slot);
                    node = &branch.b()[slot].node;
                    parent = Parent { branch: Some(branch), slot: slot + 1 };
                }
            }
        }
    }
}

impl<'a, K, V, P: Sharing> Iterator for Leaves<'a, K, V, P> {
    type Item = Slices<'a, K, V>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let left = self.len();
        if left == 0 {
            return None;
        }
        let next = self.front.branch.and_then(|branch| branch.b().get(self.front.slot));
        let (keys, values) = match next.map(|link| link.node.side()) {
            Some(Side::X(leaf)) => {
                self.front.slot += 1;
                let skip = core::mem::take(&mut self.skip);
                (&leaf.a()[skip..], &leaf.b()[skip..])
            }
            _ => {
                let (parent, (keys, values), at) = Self::find(self.root?, self.start);
                self.front = parent;
                (&keys[at..], &values[at..])
            }
        };
        let count = keys.len().min(left);
        self.start += count;
        Some((&keys[..count], &values[..count]))
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        match self.root {
            Some(root) if self.start < self.end => fold(root, self.start, self.end, init, &mut f),
            _ => init,
        }
    }
}

/// Folds the leaves below `node` with the elements from `start` to below `end`, of which there is at least one.
fn fold<'a, K, V, P: Sharing, B>(
    node: &'a Node<K, V, P>,
    start: usize,
    end: usize,
    init: B,
    f: &mut impl FnMut(B, Slices<'a, K, V>) -> B,
) -> B {
    let branch = match node.side() {
        Side::X(leaf) => return f(init, (&leaf.a()[start..end], &leaf.b()[start..end])),
        Side::Y(branch) => branch,
    };
    let (mut folded, mut before) = (init, 0);
    for link in branch.b() {
        if start < link.end && before < end {
            let (from, to) = (start.saturating_sub(before), end.min(link.end) - before);
            folded = fold(&link.node, from, to, folded, f);
        }
        before = link.end;
    }
    folded
}

impl<K, V, P: Sharing> DoubleEndedIterator for Leaves<'_, K, V, P> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let left = self.len();
        if left == 0 {
            return None;
        }
        let (_, (keys, values), at) = Self::find(self.root?, self.end - 1);
        let count = (at + 1).min(left);
        self.end -= count;
        Some((&keys[at + 1 - count..=at], &values[at + 1 - count..=at]))
    }
}

impl<K, V, P: Sharing> Tree<K, V, P> {
    /// All leaves.
    pub(crate) fn leaves(&self) -> Leaves<'_, K, V, P> {
        self.leaves_in(0, self.len)
    }

    /// The leaves with the elements from `start` to below `end`.
    fn leaves_in(&self, start: usize, end: usize) -> Leaves<'_, K, V, P> {
        Leaves { root: self.root.as_ref(), start, end, front: Parent { branch: None, slot: 0 }, skip: 0 }
    }

    /// The leaves from the element on to which `path`, found in this very tree, leads, to below `end`: without looking for it once more.
    pub(crate) fn leaves_from(&self, path: &Path, end: usize) -> Leaves<'_, K, V, P> {
        let mut leaves = self.leaves_in(path.index, end);
        let Some(mut node) = self.root.as_ref() else { return leaves };
        for depth in 0.. {
            let Side::Y(branch) = node.side() else { break };
            let slot = path.slot(depth);
            leaves.front = Parent { branch: Some(branch), slot };
            leaves.skip = path.leaf;
            node = &branch.b()[slot].node;
        }
        leaves
    }
}
