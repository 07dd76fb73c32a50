//! Inserting and removing one element.

use alloc::vec::Vec;

use super::{Branch, Leaf, Limits, Link, Node, OwnBranch, Path, Tree, own_branch};
use crate::shared::{Sharing, SideMut};

/// A node that did not fit below its parent: it belongs just after the one that was edited.
pub(super) struct Overflow<K, V, P: Sharing> {
    pub(super) key: K,
    pub(super) node: Node<K, V, P>,
    pub(super) count: usize,
}

impl<K: Clone, V: Clone, P: Sharing> Tree<K, V, P> {
    /// Puts an element where `path`, found in this very tree, leads.
    pub(crate) fn insert(&mut self, path: &Path, key: K, value: V) {
        let len = self.len + 1;
        assert!(len <= Self::LEN_MAX, "capacity overflow: {len} elements are more than {}", Self::LEN_MAX);
        let Some(root) = &mut self.root else {
            let mut leaf = Leaf::with_capacity(Limits::<K, V, P>::leaf_room(1), ());
            leaf.make_mut().push(key, value);
            *self = Self::from_leaf(leaf);
            return;
        };
        // The key that means nothing in a new root; cloned before anything is edited.
        let spare = (root.width() == root.width_max()).then(|| root.keys()[0].clone());
        self.regular &= self.height == 0 && self.len < Limits::<K, V, P>::LEAF;
        let mut spares = Vec::new();
        let overflow = insert(root, path, 0, true, (key, value), &mut spares);
        self.len = len;
        if let Some(overflow) = overflow {
            self.grow(spare.expect("only a full root overflows"), overflow);
        }
    }

    /// Makes a new root of the old one and `overflow`.
    pub(super) fn grow(&mut self, spare: K, overflow: Overflow<K, V, P>) {
        let root = self.root.take().expect("a tree that overflows has a root");
        let mut branch = Branch::with_capacity(Limits::<K, V, P>::FANOUT, ());
        let mut own = branch.make_mut();
        own.push(spare, Link { end: root.count(), node: root });
        own.push(overflow.key, Link { node: overflow.node, end: self.len });
        self.root = Some(Node::from_y(branch));
        self.height += 1;
    }

    /// Takes the element out to which `path`, found in this very tree, leads.
    pub(crate) fn remove(&mut self, path: &Path) -> (K, V) {
        let root = self.root.as_mut().expect("there is an element to remove");
        self.regular &= self.height == 0;
        let (element, underfull) = remove(root, path, 0);
        self.len -= 1;
        if underfull {
            mend(self.root.as_mut().expect("it was there above"), path, 0);
            self.collapse();
        }
        element
    }
}

/// Inserts below `node`; `last` says that it is on the right edge. Keys cloned in vain go to `spares`: dropping them may
/// panic, so it has to wait until all counts are right again.
fn insert<K: Clone, V: Clone, P: Sharing>(
    node: &mut Node<K, V, P>,
    path: &Path,
    depth: usize,
    last: bool,
    (key, value): (K, V),
    spares: &mut Vec<K>,
) -> Option<Overflow<K, V, P>> {
    match node.side_mut() {
        SideMut::X(leaf) => insert_into_leaf(leaf, path.leaf, last, key, value),
        SideMut::Y(branch) => {
            let slot = path.slot(depth);
            let mut own = own_branch(branch);
            let last = last && slot + 1 == own.len();
            let spare = spare_key(&own, last);
            let overflow = insert(&mut own.b_mut()[slot].node, path, depth + 1, last, (key, value), spares);
            for link in &mut own.b_mut()[slot..] {
                link.end += 1;
            }
            place(own, slot, overflow, spare, last, spares)
        }
    }
}

fn insert_into_leaf<K: Clone, V: Clone, P: Sharing>(
    leaf: &mut Leaf<K, V, P>,
    at: usize,
    last: bool,
    key: K,
    value: V,
) -> Option<Overflow<K, V, P>> {
    let (len, max) = (leaf.len(), Limits::<K, V, P>::LEAF);
    if len < max {
        let room =
            if leaf.capacity() > len { leaf.capacity() } else { Limits::<K, V, P>::leaf_room(len + 1) };
        leaf.make_mut_with(room).insert(at, key, value);
        return None;
    }
    if last && at == len {
        let mut right = Leaf::with_capacity(max, ());
        let separator = key.clone();
        right.make_mut().push(key, value);
        return Some(Overflow { key: separator, node: Node::from_x(right), count: 1 });
    }
    let middle = max / 2;
    let mut own = leaf.make_mut();
    let separator = own.a()[middle].clone();
    let mut right = own.split_off(middle, max);
    if at <= middle {
        own.insert(at, key, value);
    } else {
        right.make_mut().insert(at - middle, key, value);
    }
    Some(Overflow { key: separator, count: right.len(), node: Node::from_x(right) })
}

/// The key that [`place`] needs if it has to split `own`, cloned while nothing is edited yet.
pub(super) fn spare_key<K: Clone, V, P: Sharing>(own: &OwnBranch<'_, K, V, P>, last: bool) -> Option<K> {
    let max = Limits::<K, V, P>::FANOUT;
    (own.len() == max).then(|| own.a()[if last { 0 } else { max / 2 }].clone())
}

/// Links `overflow`, if there is any, behind `slot`, whose `end` still counts both.
pub(super) fn place<K: Clone, V: Clone, P: Sharing>(
    mut own: OwnBranch<'_, K, V, P>,
    slot: usize,
    overflow: Option<Overflow<K, V, P>>,
    spare: Option<K>,
    last: bool,
    spares: &mut Vec<K>,
) -> Option<Overflow<K, V, P>> {
    let Some(overflow) = overflow else {
        if core::mem::needs_drop::<K>() {
            spares.extend(spare);
        }
        return None;
    };
    let Some(spare) = spare else {
        link_after(&mut own, slot, overflow);
        return None;
    };
    let max = Limits::<K, V, P>::FANOUT;
    if last {
        let Overflow { key, node, count } = overflow;
        own.b_mut()[slot].end -= count;
        let mut right = Branch::with_capacity(max, ());
        right.make_mut().push(spare, Link { node, end: count });
        return Some(Overflow { key, node: Node::from_y(right), count });
    }
    let middle = max / 2;
    let mut right = split_branch(&mut own, middle);
    if slot < middle {
        link_after(&mut own, slot, overflow);
    } else {
        link_after(&mut right.make_mut(), slot - middle, overflow);
    }
    let count = right.b().last().map_or(0, |link| link.end);
    Some(Overflow { key: spare, node: Node::from_y(right), count })
}

fn link_after<K, V, P: Sharing>(own: &mut OwnBranch<'_, K, V, P>, slot: usize, overflow: Overflow<K, V, P>) {
    let end = own.b()[slot].end;
    own.b_mut()[slot].end -= overflow.count;
    own.insert(slot + 1, overflow.key, Link { node: overflow.node, end });
}

/// Moves the children from `at` on to a new branch.
pub(super) fn split_branch<K, V, P: Sharing>(own: &mut OwnBranch<'_, K, V, P>, at: usize) -> Branch<K, V, P> {
    let before = if at > 0 { own.b()[at - 1].end } else { 0 };
    for link in &mut own.b_mut()[at..] {
        link.end -= before;
    }
    own.split_off(at, Limits::<K, V, P>::FANOUT)
}

/// Removes below `node`; also whether a node on the way has become too small.
fn remove<K: Clone, V: Clone, P: Sharing>(
    node: &mut Node<K, V, P>,
    path: &Path,
    depth: usize,
) -> ((K, V), bool) {
    match node.side_mut() {
        SideMut::X(leaf) => {
            let mut own = leaf.make_mut();
            let element = own.remove(path.leaf);
            (element, own.len() < Limits::<K, V, P>::LEAF / 2)
        }
        SideMut::Y(branch) => {
            let slot = path.slot(depth);
            let links = own_branch(branch).into_both_mut().1;
            let removed = remove(&mut links[slot].node, path, depth + 1);
            for link in &mut links[slot..] {
                link.end -= 1;
            }
            removed
        }
    }
}

/// Fills up the nodes along `path` that have become too small, from the leaf upwards.
fn mend<K: Clone, V: Clone, P: Sharing>(node: &mut Node<K, V, P>, path: &Path, depth: usize) {
    if let SideMut::Y(branch) = node.side_mut() {
        let slot = path.slot(depth);
        let mut own = branch.make_mut();
        mend(&mut own.b_mut()[slot].node, path, depth + 1);
        if own.len() > 1 && own.b()[slot].node.is_underfull() {
            even_out(&mut own, slot.max(1));
        } else if own.b()[slot].node.width() == 0 {
            own.remove(slot);
        }
    }
}

/// Merges the children `slot - 1` and `slot` if one node can hold both, else shares their contents evenly.
pub(super) fn even_out<K: Clone, V: Clone, P: Sharing>(own: &mut OwnBranch<'_, K, V, P>, slot: usize) {
    let (keys, links) = own.both_mut();
    let [left, right] = &mut links[slot - 1..=slot] else { unreachable!("two children") };
    make_unique(&mut left.node);
    make_unique(&mut right.node);
    if left.node.width() + right.node.width() <= left.node.width_max() {
        let (key, link) = own.remove(slot);
        let left = &mut own.b_mut()[slot - 1];
        left.end = link.end;
        append(&mut left.node, key, link.node);
    } else {
        let before = left.end - left.node.count();
        // Dropping a key may panic: that comes when the count is right.
        let _spare = share(&mut left.node, &mut keys[slot], &mut right.node);
        left.end = before + left.node.count();
    }
}

/// Moves the border `key` between two nodes, which together fill more than one, to the middle; gives a key to drop.
fn share<K: Clone, V: Clone, P: Sharing>(
    left: &mut Node<K, V, P>,
    key: &mut K,
    right: &mut Node<K, V, P>,
) -> Option<K> {
    make_unique(left);
    make_unique(right);
    let width = left.width();
    let at = (width + right.width()).div_ceil(2);
    if at == width {
        return None;
    }
    let border = if at < width { &left.keys()[at] } else { &right.keys()[at - width] }.clone();
    let pulled = core::mem::replace(key, border);
    if at < width {
        let moved = split(left, at);
        let old_right = core::mem::replace(right, moved);
        Some(append(right, pulled, old_right))
    } else {
        let rest = split(right, at - width);
        let moved = core::mem::replace(right, rest);
        Some(append(left, pulled, moved))
    }
}

fn make_unique<K: Clone, V: Clone, P: Sharing>(node: &mut Node<K, V, P>) {
    match node.side_mut() {
        SideMut::X(leaf) => drop(leaf.make_mut()),
        SideMut::Y(branch) => drop(branch.make_mut()),
    }
}

/// Moves what `node` has from `at` on to a new node.
fn split<K: Clone, V: Clone, P: Sharing>(node: &mut Node<K, V, P>, at: usize) -> Node<K, V, P> {
    match node.side_mut() {
        SideMut::X(leaf) => Node::from_x(leaf.make_mut().split_off(at, Limits::<K, V, P>::LEAF)),
        SideMut::Y(branch) => Node::from_y(split_branch(&mut branch.make_mut(), at)),
    }
}

/// Moves all that `right` has to the end of `left`, of the same height; `key` separates the two. Gives a key to drop.
fn append<K: Clone, V: Clone, P: Sharing>(left: &mut Node<K, V, P>, key: K, mut right: Node<K, V, P>) -> K {
    let before = left.count();
    match (left.side_mut(), right.side_mut()) {
        (SideMut::X(left), SideMut::X(right)) => {
            let room = Limits::<K, V, P>::leaf_room(left.len() + right.len());
            let mut right = right.make_mut();
            left.make_mut_with(room).append(&mut right);
            key
        }
        (SideMut::Y(left), SideMut::Y(right)) => {
            let (mut left, mut right) = (left.make_mut(), right.make_mut());
            for link in right.b_mut() {
                link.end += before;
            }
            let spare = match right.a_mut().first_mut() {
                Some(first) => core::mem::replace(first, key),
                None => key,
            };
            left.append(&mut right);
            spare
        }
        _ => unreachable!("siblings have one height"),
    }
}
