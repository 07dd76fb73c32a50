//! A union in parts, slot by slot of both roots, so that several threads can share it.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use super::HashMap;
use super::trie::{Branch, Child, Shape};
use super::walk::Operation;
use crate::operations::by_key;
use crate::shared::{Sharing, Side};

type Pair<'a, K, V, P> = (&'a Child<K, V, P>, &'a Child<K, V, P>);

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P: Sharing> HashMap<K, V, S, P> {
    /// The children of both roots, slot by slot, if both have one for each slot.
    pub(crate) fn pairs<'a>(&'a self, other: &'a Self) -> Option<Vec<Pair<'a, K, V, P>>> {
        match (self.root()?.side(), other.root()?.side()) {
            (Side::Y(left), Side::Y(right))
                if self.is_related(other)
                    && left.len() == Shape::<K, V, P>::SLOTS
                    && right.len() == Shape::<K, V, P>::SLOTS =>
            {
                Some(left.a().iter().zip(right.a()).collect())
            }
            _ => None,
        }
    }

    /// The union of two children of roots, and how many entries it has more than the left one.
    pub(crate) fn unite(&self, left: &Child<K, V, P>, right: &Child<K, V, P>) -> (Child<K, V, P>, isize) {
        let hash_of = |key: &K| self.hasher().hash_one(key);
        let mut operation = Operation { hash_of: &hash_of, combine: &mut by_key::Union, more: 0 };
        let united = operation.nodes(left, right, 1).unwrap_or_else(|| Child::with_room(0));
        let more = operation.more;
        (united, more)
    }

    /// The map of all united children, one for each slot.
    pub(crate) fn assemble(&self, children: Vec<(Child<K, V, P>, isize)>) -> Self {
        let mut branch = Branch::with_capacity(children.len(), core::array::from_fn(|slot| slot as u8));
        let mut own = branch.make_mut();
        let mut more = 0;
        for (child, part) in children {
            own.push(child, ());
            more += part;
        }
        self.with_root(Child::from_branch(branch), self.len().wrapping_add_signed(more))
    }
}
