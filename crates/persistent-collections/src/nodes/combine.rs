//! Union, intersection, difference: merging two sorted trees and keeping whole what they share.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::join::{Piece, assemble, parents};
use super::runs::{Seen, elements, is_shared, level, open, segments};
use super::{Leaf, Limits, Node, Tree};
use crate::shared::{Sharing, Side};

/// What becomes of a key that both sides have.
#[derive(Debug)]
pub(crate) enum Both<V> {
    /// The left value.
    Left,
    /// The right value.
    Right,
    /// Another value.
    New(V),
    /// Nothing.
    Neither,
}

/// A set operation.
pub(crate) trait Combine<K, V> {
    /// Whether keys of the left side alone stay.
    const LEFT: bool;
    /// Whether keys of the right side alone stay.
    const RIGHT: bool;
    /// What becomes of a subtree that both sides share: stays whole, goes whole, or, if none, is looked at.
    const SHARED: Option<bool>;

    /// Decides over a key of both sides.
    fn both(&mut self, key: &K, left: &V, right: &V) -> Both<V>;
}

/// Combines two trees that are sorted by key.
pub(crate) fn combine<K: Ord + Clone, V: Clone, P: Sharing, C: Combine<K, V>>(
    left: &Tree<K, V, P>,
    right: &Tree<K, V, P>,
    combine: &mut C,
) -> Tree<K, V, P> {
    match (left.len, right.len) {
        (0, _) => return if C::RIGHT { right.clone() } else { Tree::new() },
        (_, 0) => return if C::LEFT { left.clone() } else { Tree::new() },
        _ => {}
    }
    // A right edge may end up inside.
    let sealed = (left.sealed(), right.sealed());
    let (left, right, height) = level(&sealed.0, &sealed.1);
    let combined = assemble(even(merge_runs(&left, &right, height, combine), height), height);
    drop(sealed); // while `combined` is not given yet: rust-lang/rust#47949
    combined
}

/// Nodes of `height` with what becomes of both runs; some may be underfull.
fn merge_runs<K: Ord + Clone, V: Clone, P: Sharing, C: Combine<K, V>>(
    left: &[Seen<'_, K, V, P>],
    right: &[Seen<'_, K, V, P>],
    height: u32,
    combine: &mut C,
) -> Vec<Piece<K, V, P>> {
    let mut pieces = Vec::with_capacity(left.len().max(right.len()) + 1);
    // Most nodes will be looked at, and get an owner more: all are asked for before the first is waited for.
    left.iter().for_each(|seen| seen.node.prefetch_counter());
    segments(
        left,
        right,
        |seen| seen.key,
        |left, right| match C::SHARED {
            Some(stays) if is_shared(left, right) => {
                if stays {
                    pieces.push(whole(&left[0]));
                }
            }
            _ if height == 0 => merge_leaves(left, right, combine, &mut pieces),
            _ => {
                let below = even(merge_runs(&open(left), &open(right), height - 1, combine), height - 1);
                if let [only] = left
                    && is_unchanged(only.node, &below)
                {
                    pieces.push(whole(only));
                } else {
                    let groups = below.len().div_ceil(Limits::<K, V, P>::FANOUT).max(1);
                    let width = below.len().div_ceil(groups).max(1);
                    pieces.extend(parents(below, width));
                }
            }
        },
    );
    pieces
}

/// The node as it is, with another owner.
fn whole<K: Clone, V, P: Sharing>(seen: &Seen<'_, K, V, P>) -> Piece<K, V, P> {
    Piece { key: seen.key.unwrap_or_else(|| seen.node.first_key()).clone(), node: seen.node.clone() }
}

/// Whether `pieces` are the children of `node`.
fn is_unchanged<K, V, P: Sharing>(node: &Node<K, V, P>, pieces: &[Piece<K, V, P>]) -> bool {
    match node.side() {
        Side::X(_) => false,
        Side::Y(branch) => {
            branch.len() == pieces.len()
                && branch.b().iter().zip(pieces).all(|(link, piece)| link.node.ptr_eq(&piece.node))
        }
    }
}

/// The same elements in nodes of `height` that are half full or more, unless there is only one of them.
fn even<K: Clone, V: Clone, P: Sharing>(pieces: Vec<Piece<K, V, P>>, height: u32) -> Vec<Piece<K, V, P>> {
    if !pieces.iter().any(|piece| piece.node.is_underfull()) {
        return pieces;
    }
    let mut joined = Tree::new();
    for piece in pieces {
        let mut tree = Tree::from_root(piece.node, height);
        tree.collapse();
        joined.join(tree);
    }
    joined.into_pieces(height)
}

/// Collects elements into leaves: full ones while more come, two half full ones rather than a small one at the end.
struct Filler<'p, K, V, P: Sharing> {
    /// Has room for one leaf and a half.
    buffer: Leaf<K, V, P>,
    pieces: &'p mut Vec<Piece<K, V, P>>,
    emitted: bool,
}

impl<'p, K: Clone, V: Clone, P: Sharing> Filler<'p, K, V, P> {
    const LEAF: usize = Limits::<K, V, P>::LEAF;

    fn new(pieces: &'p mut Vec<Piece<K, V, P>>) -> Self {
        Self { buffer: Leaf::with_capacity(Self::LEAF + Self::LEAF / 2, ()), pieces, emitted: false }
    }

    #[inline]
    fn push(&mut self, key: K, value: V) {
        if self.buffer.len() == Self::LEAF + Self::LEAF / 2 {
            self.emit(Self::LEAF);
        }
        self.buffer.make_mut().push(key, value);
    }

    /// Makes the first `count` elements a leaf.
    fn emit(&mut self, count: usize) {
        if count > 0 {
            let mut leaf = Leaf::with_capacity(Self::LEAF, ());
            leaf.make_mut().append_range(&mut self.buffer.make_mut(), 0..count);
            self.pieces.push(Piece { key: leaf.a()[0].clone(), node: Node::from_x(leaf) });
            self.emitted = true;
        }
    }

    fn finish(&mut self) {
        let len = self.buffer.len();
        if len > Self::LEAF {
            self.emit(len.div_ceil(2));
        }
        self.emit(self.buffer.len());
    }

    /// Passes a leaf on as it is.
    fn share(&mut self, seen: &Seen<'_, K, V, P>) {
        self.finish();
        self.pieces.push(Piece { key: seen.node.first_key().clone(), node: seen.node.clone() });
        self.emitted = true;
    }
}

/// One side of a merge of leaves: the leaf at hand, and where in it.
struct Side1<'r, 'a, K, V, P: Sharing> {
    run: &'r [Seen<'a, K, V, P>],
    at: usize,
}

impl<'r, 'a, K, V, P: Sharing> Side1<'r, 'a, K, V, P> {
    #[inline]
    fn leaf(&self) -> Option<&'a Leaf<K, V, P>> {
        match self.run.first()?.node.side() {
            Side::X(leaf) => Some(leaf),
            Side::Y(_) => None,
        }
    }

    #[inline]
    fn step(&mut self, leaf: &Leaf<K, V, P>) {
        self.at += 1;
        if self.at == leaf.len() {
            self.step_leaf();
        }
    }

    fn step_leaf(&mut self) -> &'r Seen<'a, K, V, P> {
        let (first, rest) = self.run.split_first().expect("there is a leaf at hand");
        (self.run, self.at) = (rest, 0);
        first
    }

    /// Whether all of the leaf at hand comes before `key`.
    fn is_before(&self, leaf: &Leaf<K, V, P>, key: &K) -> bool
    where
        K: Ord,
    {
        self.at == 0 && leaf.a().last().is_some_and(|last| last < key)
    }

    /// Sends what is left through `filler`.
    fn drain(&mut self, filler: &mut Filler<'_, K, V, P>)
    where
        K: Clone,
        V: Clone,
    {
        while let Some(leaf) = self.leaf() {
            if self.at == 0 && leaf.len() >= Limits::<K, V, P>::LEAF / 2 {
                filler.share(self.step_leaf());
            } else {
                filler.push(leaf.a()[self.at].clone(), leaf.b()[self.at].clone());
                self.step(leaf);
            }
        }
    }
}

/// Merges two runs of leaves into `pieces`.
fn merge_leaves<K: Ord + Clone, V: Clone, P: Sharing, C: Combine<K, V>>(
    left_run: &[Seen<'_, K, V, P>],
    right_run: &[Seen<'_, K, V, P>],
    combine: &mut C,
    pieces: &mut Vec<Piece<K, V, P>>,
) {
    let mut filler = Filler::new(pieces);
    let (mut left, mut right) = (Side1 { run: left_run, at: 0 }, Side1 { run: right_run, at: 0 });
    // Whether the result is the left run so far.
    let mut unchanged = true;
    while let (Some(left_leaf), Some(right_leaf)) = (left.leaf(), right.leaf()) {
        let (left_key, left_value) = (&left_leaf.a()[left.at], &left_leaf.b()[left.at]);
        let (right_key, right_value) = (&right_leaf.a()[right.at], &right_leaf.b()[right.at]);
        match left_key.cmp(right_key) {
            Ordering::Less if left.is_before(left_leaf, right_key) => {
                unchanged &= C::LEFT;
                let seen = left.step_leaf();
                if C::LEFT {
                    filler.share(seen);
                }
            }
            Ordering::Less => {
                unchanged &= C::LEFT;
                if C::LEFT {
                    filler.push(left_key.clone(), left_value.clone());
                }
                left.step(left_leaf);
            }
            Ordering::Greater if right.is_before(right_leaf, left_key) => {
                unchanged &= !C::RIGHT;
                let seen = right.step_leaf();
                if C::RIGHT {
                    filler.share(seen);
                }
            }
            Ordering::Greater => {
                unchanged &= !C::RIGHT;
                if C::RIGHT {
                    filler.push(right_key.clone(), right_value.clone());
                }
                right.step(right_leaf);
            }
            Ordering::Equal => {
                let value = match combine.both(left_key, left_value, right_value) {
                    Both::Left => Some(left_value.clone()),
                    other => {
                        unchanged = false;
                        match other {
                            Both::Right => Some(right_value.clone()),
                            Both::New(value) => Some(value),
                            _ => None,
                        }
                    }
                };
                if let Some(value) = value {
                    filler.push(left_key.clone(), value);
                }
                left.step(left_leaf);
                right.step(right_leaf);
            }
        }
    }
    unchanged &= (C::LEFT || left.run.is_empty()) && (!C::RIGHT || right.run.is_empty());
    if unchanged && let ([only], false) = (left_run, filler.emitted) {
        pieces.push(whole(only));
        return;
    }
    if C::LEFT {
        left.drain(&mut filler);
    }
    if C::RIGHT {
        right.drain(&mut filler);
    }
    filler.finish();
}

/// Whether every key of `left` is in `right` and `each` agrees to both values.
pub(crate) fn is_subset<K: Ord, V, P: Sharing>(
    left: &Tree<K, V, P>,
    right: &Tree<K, V, P>,
    skip_shared: bool,
    mut each: impl FnMut(&V, &V) -> bool,
) -> bool {
    fn runs<K: Ord, V, P: Sharing>(
        left: &[Seen<'_, K, V, P>],
        right: &[Seen<'_, K, V, P>],
        height: u32,
        skip_shared: bool,
        each: &mut impl FnMut(&V, &V) -> bool,
    ) -> bool {
        let mut all = true;
        segments(
            left,
            right,
            |seen| seen.key,
            |left, right| {
                if !all || skip_shared && is_shared(left, right) {
                    return;
                }
                if height > 0 {
                    all = runs(&open(left), &open(right), height - 1, skip_shared, each);
                    return;
                }
                let mut right = elements(right);
                all = elements(left).all(|(key, value)| {
                    right
                        .find(|(other, _)| *other >= key)
                        .is_some_and(|(other, other_value)| other == key && each(value, other_value))
                });
            },
        );
        all
    }
    if left.len > right.len {
        return false;
    }
    let (left, right, height) = level(left, right);
    left.is_empty() || runs(&left, &right, height, skip_shared, &mut each)
}
