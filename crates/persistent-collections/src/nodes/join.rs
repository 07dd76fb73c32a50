//! Putting trees behind one another, and building them from whole nodes.

use alloc::vec::Vec;

use super::edit::{Overflow, even_out, place, spare_key, split_branch};
use super::{Branch, Leaf, Limits, Link, Node, OwnBranch, Tree};
use crate::shared::{Sharing, Side, SideMut, SideOwned};

impl<K: Clone, V: Clone, P: Sharing> Tree<K, V, P> {
    /// Appends `right`, whose keys, if there are any, are all above the ones here.
    ///
    /// # Panics
    ///
    /// If the sum of both lengths exceeds `LEN_MAX`.
    pub(crate) fn join(&mut self, right: Self) {
        let regular = self.regular && right.height == 0 && self.len.is_multiple_of(Limits::<K, V, P>::LEAF);
        let Self { root: Some(right_root), len: right_len, height: right_height, .. } = right else { return };
        if self.root.is_none() {
            *self =
                Self { root: Some(right_root), len: right_len, height: right_height, regular: right.regular };
            return;
        }
        let Some(len) = self.len.checked_add(right_len).filter(|&len| len <= Self::LEN_MAX) else {
            panic!("capacity overflow: {} and {right_len} elements are more than {}", self.len, Self::LEN_MAX)
        };
        self.regular = regular;
        self.seal(right_height);
        let key = right_root.first_key().clone();
        if self.height < right_height {
            self.join_below(right_root, right_height, key, len);
        } else {
            self.join_above(Overflow { key, node: right_root, count: right_len }, right_height, len);
        }
    }

    /// Hangs a tree that is not higher on the right edge.
    fn join_above(&mut self, right: Overflow<K, V, P>, right_height: u32, len: usize) {
        let root = self.root.as_mut().expect("the caller found one");
        let spare = root.keys()[0].clone();
        let equal = self.height == right_height;
        let mut spares = Vec::new();
        let overflow = hang_right(root, self.height, right_height, right, &mut spares);
        self.len = len;
        if let Some(overflow) = overflow {
            self.grow(spare, overflow);
        }
        if equal && let Some(SideMut::Y(branch)) = self.root.as_mut().map(Node::side_mut) {
            // What was a root may be too small for the inside.
            let mut own = branch.make_mut();
            if own.b()[0].node.is_underfull() {
                even_out(&mut own, 1);
            }
            self.collapse();
        }
    }

    /// Hangs this tree on the left edge of a higher one.
    fn join_below(&mut self, mut right: Node<K, V, P>, right_height: u32, key: K, len: usize) {
        let (spare, left_len) = (right.keys()[0].clone(), self.len);
        let depth = (right_height - self.height) as usize;
        // Owners of this tree's nodes are kept until the right one has taken all, so that a panic loses nothing.
        let left = self.root.clone().expect("the caller found one");
        let overflow = hang_left(&mut right, depth, left, left_len, key);
        *self = Self { root: Some(right), len, height: right_height, regular: false };
        if let Some(overflow) = overflow {
            self.grow(spare, overflow);
        }
        // The tree may have grown a level.
        let depth = depth + (self.height - right_height) as usize;
        mend_left(self.root.as_mut().expect("just put there"), depth);
        self.collapse();
    }

    /// Fills up the right edge from `height` down, which is about to be inside.
    fn seal(&mut self, height: u32) {
        // Evening out leaves nodes that are not full; a regular tree has none to even out below a full last leaf.
        self.regular &= height == 0 && self.len.is_multiple_of(Limits::<K, V, P>::LEAF);
        if let Some(root) = &mut self.root {
            seal(root, self.height, height);
            self.collapse();
        }
    }

    /// This tree with no node on its right edge but the root underfull.
    pub(super) fn sealed(&self) -> Self {
        let mut sealed = self.clone();
        let mut node = self.root.as_ref();
        while let Some(Side::Y(branch)) = node.map(Node::side) {
            node = branch.b().last().map(|link| &link.node);
            if node.is_some_and(Node::is_underfull) {
                sealed.seal(self.height);
                break;
            }
        }
        sealed
    }

    /// The nodes of `height`; a lower tree is put below branches with one child.
    pub(super) fn into_pieces(mut self, height: u32) -> Vec<Piece<K, V, P>> {
        self.seal(self.height);
        let Some(root) = self.root else { return Vec::new() };
        let mut pieces = Vec::from([Piece { key: root.first_key().clone(), node: root }]);
        for _ in self.height..height {
            pieces = parents(pieces, 1);
        }
        for _ in height..self.height {
            pieces = pieces.into_iter().flat_map(children).collect();
        }
        pieces
    }

    /// Takes the last leaf off a tree without keys.
    pub(crate) fn pop_leaf(&mut self) -> Option<Leaf<K, V, P>> {
        let leaf = pop_leaf(self.root.as_mut()?);
        self.len -= leaf.len();
        self.collapse();
        Some(leaf)
    }
}

fn seal<K: Clone, V: Clone, P: Sharing>(node: &mut Node<K, V, P>, height: u32, limit: u32) {
    let SideMut::Y(branch) = node.side_mut() else { return };
    let mut own = branch.make_mut();
    loop {
        if is_last_short(&own, height, limit) {
            let last = own.len() - 1;
            even_out(&mut own, last);
        }
        let last = own.len() - 1;
        seal(&mut own.b_mut()[last].node, height - 1, limit);
        // The child may have merged some of its children.
        if !is_last_short(&own, height, limit) {
            break;
        }
    }
}

/// Whether the last child must take from its sibling, for its own sake or for that of an only child below.
fn is_last_short<K, V, P: Sharing>(own: &OwnBranch<'_, K, V, P>, height: u32, limit: u32) -> bool {
    let Some((last, _)) = own.b().split_last().filter(|(_, others)| !others.is_empty()) else { return false };
    last.node.is_underfull() && (height <= limit + 1 || is_lonely(&last.node, height - 1, limit))
}

/// Whether a node that must be filled up hangs below `node` without a sibling to take from.
fn is_lonely<K, V, P: Sharing>(node: &Node<K, V, P>, height: u32, limit: u32) -> bool {
    match node.side() {
        Side::Y(branch) if branch.len() == 1 => {
            let only = &branch.b()[0].node;
            height <= limit + 1 && only.is_underfull() || is_lonely(only, height - 1, limit)
        }
        _ => false,
    }
}

fn hang_right<K: Clone, V: Clone, P: Sharing>(
    node: &mut Node<K, V, P>,
    height: u32,
    right_height: u32,
    right: Overflow<K, V, P>,
    spares: &mut Vec<K>,
) -> Option<Overflow<K, V, P>> {
    let SideMut::Y(branch) = node.side_mut() else { return Some(right) };
    if height == right_height {
        return Some(right);
    }
    let mut own = branch.make_mut();
    let slot = own.len() - 1;
    let (count, spare) = (right.count, spare_key(&own, true));
    let overflow = hang_right(&mut own.b_mut()[slot].node, height - 1, right_height, right, spares);
    own.b_mut()[slot].end += count;
    place(own, slot, overflow, spare, true, spares)
}

/// Makes `left` the first child of the leftmost branch, `depth` levels above `left`; what follows it begins with `key`.
fn hang_left<K: Clone, V: Clone, P: Sharing>(
    node: &mut Node<K, V, P>,
    depth: usize,
    left: Node<K, V, P>,
    left_len: usize,
    key: K,
) -> Option<Overflow<K, V, P>> {
    let SideMut::Y(branch) = node.side_mut() else { unreachable!("the caller counted the levels") };
    let mut own = branch.make_mut();
    let spare = spare_key(&own, false);
    let first = own.a()[0].clone();
    let (node, key) = if depth == 1 {
        (left, key)
    } else {
        let overflow = hang_left(&mut own.b_mut()[0].node, depth - 1, left, left_len, key);
        own.b_mut().iter_mut().for_each(|link| link.end += left_len);
        // Nothing but the right tree is edited here, and a panic drops that whole.
        return place(own, 0, overflow, spare, false, &mut Vec::new());
    };
    own.b_mut().iter_mut().for_each(|link| link.end += left_len);
    let right = spare.map(|spare| {
        let mut right = split_branch(&mut own, Limits::<K, V, P>::FANOUT / 2);
        let count = right.make_mut().b().last().map_or(0, |link| link.end);
        Overflow { key: spare, node: Node::from_y(right), count }
    });
    own.insert(0, first, Link { node, end: left_len });
    own.a_mut()[1] = key;
    right
}

/// Fills up the node that [`hang_left`] hung at `depth`, and those above it.
fn mend_left<K: Clone, V: Clone, P: Sharing>(node: &mut Node<K, V, P>, depth: usize) {
    if let SideMut::Y(branch) = node.side_mut() {
        let mut own = branch.make_mut();
        if depth > 0 {
            mend_left(&mut own.b_mut()[0].node, depth - 1);
            if own.len() > 1 && own.b()[0].node.is_underfull() {
                even_out(&mut own, 1);
            }
        }
    }
}

fn pop_leaf<K: Clone, V: Clone, P: Sharing>(node: &mut Node<K, V, P>) -> Leaf<K, V, P> {
    match node.side_mut() {
        SideMut::X(leaf) => core::mem::replace(leaf, Leaf::with_capacity(0, ())),
        SideMut::Y(branch) => {
            let mut own = branch.make_mut();
            let last = own.len() - 1;
            let leaf = pop_leaf(&mut own.b_mut()[last].node);
            own.b_mut()[last].end -= leaf.len();
            if own.b()[last].node.width() == 0 {
                own.pop();
            }
            leaf
        }
    }
}

/// A node that waits for a parent.
pub(crate) struct Piece<K, V, P: Sharing> {
    pub(super) key: K,
    pub(super) node: Node<K, V, P>,
}

/// The children of a branch.
fn children<K: Clone, V: Clone, P: Sharing>(piece: Piece<K, V, P>) -> impl Iterator<Item = Piece<K, V, P>> {
    let SideOwned::Y(branch) = piece.node.into_side() else { unreachable!("the caller counted the levels") };
    // The first key of a branch means nothing; that of the branch itself takes its place.
    let mut first = Some(piece.key);
    branch.into_elements().map(move |(key, link)| {
        let key = match first.take() {
            Some(first) => super::second((key, first)),
            None => key,
        };
        Piece { key, node: link.node }
    })
}

/// Builds a tree from leaves in order.
pub(crate) struct Assembler<K, V, P: Sharing> {
    pieces: Vec<Piece<K, V, P>>,
}

impl<K: Clone, V: Clone, P: Sharing> Assembler<K, V, P> {
    pub(crate) const fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    /// The next leaf; an empty one is dropped.
    pub(crate) fn push(&mut self, leaf: Leaf<K, V, P>) {
        if let Some(key) = leaf.a().first() {
            self.pieces.push(Piece { key: key.clone(), node: Node::from_x(leaf) });
        }
    }

    /// The tree of all leaves, of which all but the last are full.
    pub(crate) fn finish(self) -> Tree<K, V, P> {
        let mut tree = assemble(self.pieces, 0);
        tree.regular = true;
        tree
    }
}

/// The tree of `pieces`, all of `height`, all but the last at least half full.
pub(super) fn assemble<K: Clone, V: Clone, P: Sharing>(
    mut pieces: Vec<Piece<K, V, P>>,
    mut height: u32,
) -> Tree<K, V, P> {
    while pieces.len() > 1 {
        pieces = parents(pieces, Limits::<K, V, P>::FANOUT);
        height += 1;
    }
    let Some(Piece { key, node }) = pieces.pop() else { return Tree::new() };
    drop(key); // while the tree is not given yet: rust-lang/rust#47949
    let mut tree = Tree::from_root(node, height);
    tree.collapse();
    tree
}

/// Branches of `width` children each over `pieces`; the last may get fewer.
pub(super) fn parents<K: Clone, V, P: Sharing>(
    pieces: Vec<Piece<K, V, P>>,
    width: usize,
) -> Vec<Piece<K, V, P>> {
    let mut above = Vec::with_capacity(pieces.len().div_ceil(width));
    let mut pieces = pieces.into_iter().peekable();
    while let Some(first) = pieces.peek() {
        let key = first.key.clone();
        let mut branch = Branch::with_capacity(Limits::<K, V, P>::FANOUT, ());
        let mut own = branch.get_mut().expect("a new block has one owner");
        let mut end: usize = 0;
        for piece in pieces.by_ref().take(width) {
            end = end.checked_add(piece.node.count()).expect("capacity overflow");
            own.push(piece.key, Link { node: piece.node, end });
        }
        above.push(Piece { key, node: Node::from_y(branch) });
    }
    above
}
