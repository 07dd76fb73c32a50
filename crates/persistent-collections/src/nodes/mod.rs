//! A counted B+ tree with shared nodes: what `Vector` and `OrdMap` are made of.
//!
//! ```text
//! Tree ─► Branch  A: k₀ │ k₁ │ k₂          B: (node, end) …   end = elements up to and with this child
//!            ├──────┘    │    └──────────┐
//!          Leaf        Leaf            Leaf   A: keys   B: values
//! ```
//!
//! A vector is a tree whose keys are `()`: searched by position alone. All leaves have the same depth.
//!
//! Invariants, which `Tree::validate` checks:
//!
//! 1. `ends` grow strictly, and the last one is the number of elements below.
//! 2. For every slot but the first: `kᵢ` is at most every key below child `i`, and above every key below child `i - 1`. `k₀` means
//!    nothing; it stands there so that both arrays have one length.
//! 3. Every node but the root and those on the right edge is at least half full. On the right edge one element or one child will
//!    do, so that appending leaves full nodes behind; [`Tree::join`] fills that edge up before it hides it inside.
//! 4. A branch at the root has two children or more.
//!
//! What a user's code does in here is cloning, and comparing while a [`Path`] is found. Editing functions clone first
//! and edit then: a panic leaves a tree with all its elements, or with all but those that were being moved in.

mod by_value;
mod combine;
mod differ;
mod edit;
mod flat;
mod join;
mod path;
mod read;
mod runs;
mod split;
mod validate;

pub(crate) use by_value::{IntoLeaves, LeavesMut};
pub(crate) use combine::{Both, Combine, combine, is_subset};
pub(crate) use differ::{KeyChange, diff_by_key, diff_by_position, same};
pub(crate) use flat::{Flat, first, forward_iterator, second};
pub(crate) use join::Assembler;
pub(crate) use path::Path;
pub(crate) use read::Leaves;

use crate::shared::{Block, Either, Own, Sealed, Sharing, Side};

/// Elements: keys and values.
pub(crate) type Leaf<K, V, P> = Block<(), K, V, P, false>;
/// Children, each with the key that it begins with.
pub(crate) type Branch<K, V, P> = Block<(), K, Link<K, V, P>, P, true>;
pub(crate) type OwnBranch<'a, K, V, P> = Own<'a, (), K, Link<K, V, P>, P, true>;
/// A leaf or a branch.
pub(crate) type Node<K, V, P> = Either<Leaf<K, V, P>, Branch<K, V, P>>;

/// A child of a branch.
pub(crate) struct Link<K, V, P: Sharing> {
    pub(crate) node: Node<K, V, P>,
    /// How many elements this child and those before it have.
    pub(crate) end: usize,
}

impl<K, V, P: Sharing> Clone for Link<K, V, P> {
    #[inline]
    fn clone(&self) -> Self {
        Self { node: self.node.clone(), end: self.end }
    }
}

/// The right to edit a branch. Whether it is shared is asked once: a branch with one owner is passed on a way down in place.
#[inline]
pub(crate) fn own_branch<K: Clone, V, P: Sharing>(branch: &mut Branch<K, V, P>) -> OwnBranch<'_, K, V, P> {
    match branch.try_own() {
        Ok(own) => own,
        Err(shared) => copy_branch(shared),
    }
}

/// Copying a branch adds an owner to each child: all counters are asked for first, or each increment would wait for its line in turn.
#[inline(never)]
fn copy_branch<K: Clone, V, P: Sharing>(shared: &mut Branch<K, V, P>) -> OwnBranch<'_, K, V, P> {
    shared.b().iter().for_each(|link| link.node.prefetch_counter());
    shared.make_mut()
}

/// A sequence of elements, found by position and, if the keys are sorted, by key.
pub(crate) struct Tree<K, V, P: Sharing> {
    root: Option<Node<K, V, P>>,
    len: usize,
    /// Branches above each leaf.
    height: u32,
    /// Whether every node but those on the right edge is full: then an index says by itself which way to go.
    regular: bool,
}

impl<K, V, P: Sharing> Clone for Tree<K, V, P> {
    #[inline]
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len, height: self.height, regular: self.regular }
    }
}

/// How many elements and children a node has room for.
pub(crate) struct Limits<K, V, P>(core::marker::PhantomData<(K, V, P)>);

impl<K, V, P: Sharing> Limits<K, V, P> {
    /// Elements in a leaf: about 1 KiB of them, which with the head stays in malloc's cheap sizes. A power of two.
    pub(crate) const LEAF: usize = {
        let bytes = size_of::<K>() + size_of::<V>();
        match (<P as Sealed>::SMALL, bytes) {
            (true, _) => 4,
            (_, 0..=4) => 256,
            (_, 5..=256) => 1 << (1024 / bytes).ilog2(),
            _ => 4,
        }
    };
    /// Children of a branch. Copying one counts an owner more for each child, so narrow is fast to change; a tree without
    /// keys computes the child from the position, so width costs its reader nothing. A power of two.
    pub(crate) const FANOUT: usize = match (<P as Sealed>::SMALL, size_of::<K>()) {
        (true, _) => 4,
        (_, 0..=8) => 16,
        _ => 8,
    };
    pub(crate) const LEAF_SHIFT: u32 = Self::LEAF.ilog2();
    pub(crate) const FANOUT_SHIFT: u32 = Self::FANOUT.ilog2();

    /// Room for a leaf of `len` elements that may grow.
    pub(crate) fn leaf_room(len: usize) -> usize {
        len.next_power_of_two().clamp(4, Self::LEAF)
    }
}

impl<K, V, P: Sharing> Node<K, V, P> {
    /// Elements of a leaf, children of a branch.
    #[inline]
    pub(crate) fn width(&self) -> usize {
        match self.side() {
            Side::X(leaf) => leaf.len(),
            Side::Y(branch) => branch.len(),
        }
    }

    /// The most that [`Node::width`] can be.
    pub(crate) fn width_max(&self) -> usize {
        match self.side() {
            Side::X(_) => Limits::<K, V, P>::LEAF,
            Side::Y(_) => Limits::<K, V, P>::FANOUT,
        }
    }

    /// Whether this node has too few elements or children for the inside of a tree.
    pub(crate) fn is_underfull(&self) -> bool {
        self.width() < self.width_max() / 2
    }

    /// How many elements are below.
    pub(crate) fn count(&self) -> usize {
        match self.side() {
            Side::X(leaf) => leaf.len(),
            Side::Y(branch) => branch.b().last().map_or(0, |link| link.end),
        }
    }

    /// The keys of this node.
    pub(crate) fn keys(&self) -> &[K] {
        match self.side() {
            Side::X(leaf) => leaf.a(),
            Side::Y(branch) => branch.a(),
        }
    }

    /// The smallest key below; the node is not empty.
    pub(crate) fn first_key(&self) -> &K {
        let mut node = self;
        loop {
            match node.side() {
                Side::X(leaf) => return &leaf.a()[0],
                Side::Y(branch) => node = &branch.b()[0].node,
            }
        }
    }
}

impl<K, V, P: Sharing> Tree<K, V, P> {
    /// The most elements a tree may have: an `isize`, less what a vector keeps beside its tree.
    pub(crate) const LEN_MAX: usize = isize::MAX as usize - 0xffff;

    pub(crate) const fn new() -> Self {
        Self { root: None, len: 0, height: 0, regular: true }
    }

    /// A tree of `root` alone.
    pub(crate) fn from_root(root: Node<K, V, P>, height: u32) -> Self {
        let len = root.count();
        if len == 0 { Self::new() } else { Self { root: Some(root), len, height, regular: height == 0 } }
    }

    /// A tree of one leaf.
    pub(crate) fn from_leaf(leaf: Leaf<K, V, P>) -> Self {
        Self::from_root(Node::from_x(leaf), 0)
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Calls `each` with the address and the bytes of every node; goes below it if `each` says so.
    pub(crate) fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        fn visit<K, V, P: Sharing>(node: &Node<K, V, P>, each: &mut dyn FnMut(usize, usize) -> bool) {
            match node.side() {
                Side::X(leaf) => drop(each(leaf.address(), leaf.bytes())),
                Side::Y(branch) => {
                    if each(branch.address(), branch.bytes()) {
                        branch.b().iter().for_each(|link| visit(&link.node, each));
                    }
                }
            }
        }
        if let Some(root) = &self.root {
            visit(root, each);
        }
    }

    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        match (&self.root, &other.root) {
            (None, None) => true,
            (Some(left), Some(right)) => left.ptr_eq(right),
            _ => false,
        }
    }

    /// Removes levels that have one child only, after an edit.
    fn collapse(&mut self) {
        while let Some(root) = &self.root {
            let only = match root.side() {
                _ if root.width() == 0 => None,
                Side::Y(branch) if branch.len() == 1 => Some(branch.b()[0].node.clone()),
                _ => return,
            };
            self.height = if only.is_some() { self.height - 1 } else { 0 };
            self.root = only;
        }
    }
}
