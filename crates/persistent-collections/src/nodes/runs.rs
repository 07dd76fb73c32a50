//! Walking two trees side by side, and skipping what they share.
//!
//! Both trees are opened level by level. On each level the nodes of either side are a run; where both runs have a border at
//! the same key (or position) they are cut into segments. A segment of one and the same node on both sides is shared. In two
//! versions of one tree nearly all segments are, so the walk costs what the versions differ in; two unrelated trees
//! make one long segment, and the walk is a merge.

use alloc::vec::Vec;

use super::{Node, Tree};
use crate::shared::{Sharing, Side};

/// A node on the way down, and where it begins.
pub(super) struct Seen<'a, K, V, P: Sharing> {
    pub(super) node: &'a Node<K, V, P>,
    /// At most the first key; none for the first node of a tree.
    pub(super) key: Option<&'a K>,
    /// Position of the first element in the whole tree.
    pub(super) start: usize,
}

impl<K, V, P: Sharing> Clone for Seen<'_, K, V, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, P: Sharing> Copy for Seen<'_, K, V, P> {}

pub(super) type Run<'a, K, V, P> = Vec<Seen<'a, K, V, P>>;

/// The children of all branches in `run`, or nothing if they are leaves.
pub(super) fn open<'a, K, V, P: Sharing>(run: &[Seen<'a, K, V, P>]) -> Run<'a, K, V, P> {
    let mut children = Vec::with_capacity(run.iter().map(|seen| seen.node.width()).sum());
    for seen in run {
        if let Side::Y(branch) = seen.node.side() {
            let mut start = seen.start;
            for (slot, (key, link)) in branch.a().iter().zip(branch.b()).enumerate() {
                children.push(Seen {
                    node: &link.node,
                    key: if slot == 0 { seen.key } else { Some(key) },
                    start,
                });
                start = seen.start + link.end;
            }
        }
    }
    children
}

/// The roots of two trees, the higher one opened until both runs have the same height; and that height.
pub(super) fn level<'a, K, V, P: Sharing>(
    left: &'a Tree<K, V, P>,
    right: &'a Tree<K, V, P>,
) -> (Run<'a, K, V, P>, Run<'a, K, V, P>, u32) {
    let height = match (left.len, right.len) {
        (0, _) => right.height,
        (_, 0) => left.height,
        _ => left.height.min(right.height),
    };
    let run = |tree: &'a Tree<K, V, P>| {
        let mut run: Run<'a, K, V, P> =
            tree.root.iter().map(|node| Seen { node, key: None, start: 0 }).collect();
        for _ in height..tree.height {
            run = open(&run);
        }
        run
    };
    (run(left), run(right), height)
}

/// Cuts two runs wherever both have a node that begins at the same border, and calls `each` with every pair of parts.
pub(super) fn segments<'r, 'a, K, V, P: Sharing, B: Ord>(
    left: &'r [Seen<'a, K, V, P>],
    right: &'r [Seen<'a, K, V, P>],
    border: impl Fn(&Seen<'a, K, V, P>) -> B,
    mut each: impl FnMut(&'r [Seen<'a, K, V, P>], &'r [Seen<'a, K, V, P>]),
) {
    let (mut left_start, mut right_start) = (0, 0);
    let (mut i, mut j) = (1, 1);
    while i < left.len() && j < right.len() {
        match border(&left[i]).cmp(&border(&right[j])) {
            core::cmp::Ordering::Less => i += 1,
            core::cmp::Ordering::Greater => j += 1,
            core::cmp::Ordering::Equal => {
                each(&left[left_start..i], &right[right_start..j]);
                (left_start, right_start) = (i, j);
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    if left_start < left.len() || right_start < right.len() {
        each(&left[left_start..], &right[right_start..]);
    }
}

/// Whether both parts are one and the same node.
pub(super) fn is_shared<K, V, P: Sharing>(left: &[Seen<'_, K, V, P>], right: &[Seen<'_, K, V, P>]) -> bool {
    matches!((left, right), ([left], [right]) if left.node.ptr_eq(right.node))
}

/// The elements of a run of leaves.
pub(super) fn elements<'a, K, V, P: Sharing>(
    run: &[Seen<'a, K, V, P>],
) -> impl Iterator<Item = (&'a K, &'a V)> {
    run.iter().flat_map(|seen| match seen.node.side() {
        Side::X(leaf) => leaf.a().iter().zip(leaf.b()),
        Side::Y(_) => [].iter().zip(&[]),
    })
}
