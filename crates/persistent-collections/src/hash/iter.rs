//! Iterators over a hash map: leaf by leaf, in an arbitrary order.

use alloc::vec::Vec;

use super::HashMap;
use super::trie::{Child, Leaf};
use crate::nodes::{Flat, first, forward_iterator, second};
use crate::shared::{self, Atomic, Sharing, Side, SideMut, SideOwned};

/// The leaves below some nodes.
pub(crate) struct Leaves<'a, K, V, P: Sharing> {
    /// Children still to be visited, those of the deepest branch last.
    open: Vec<core::slice::Iter<'a, Child<K, V, P>>>,
}

impl<'a, K, V, P: Sharing> Leaves<'a, K, V, P> {
    pub(crate) fn new(nodes: &'a [Child<K, V, P>]) -> Self {
        Self { open: Vec::from([nodes.iter()]) }
    }
}

impl<K, V, P: Sharing> Clone for Leaves<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self { open: self.open.clone() }
    }
}

impl<'a, K, V, P: Sharing> Iterator for Leaves<'a, K, V, P> {
    type Item = &'a [(K, V)];

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let siblings = self.open.last_mut()?;
            match siblings.next().map(Child::side) {
                None => drop(self.open.pop()),
                Some(Side::Y(branch)) => self.open.push(branch.a().iter()),
                Some(Side::X(leaf)) => {
                    // Leaves lie all over memory; ask for the next but one while this one is read.
                    if let Some(next) = siblings.as_slice().get(1) {
                        let address: *const u8 = core::ptr::without_provenance(next.0.address());
                        simd_kernels::prefetch(address);
                    }
                    return Some(leaf.a());
                }
            }
        }
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        self.open.into_iter().rev().fold(init, |folded, nodes| fold(nodes.as_slice(), folded, &mut f))
    }
}

/// Folds the leaves below `nodes`. A leaf read whole in a tight loop is worth asking for whole, two ahead.
fn fold<'a, K, V, P: Sharing, B>(
    nodes: &'a [Child<K, V, P>],
    init: B,
    f: &mut impl FnMut(B, &'a [(K, V)]) -> B,
) -> B {
    const AHEAD: usize = 2;
    nodes.iter().take(AHEAD).for_each(Child::prefetch_node);
    let mut folded = init;
    for (at, node) in nodes.iter().enumerate() {
        if let Some(next) = nodes.get(at + AHEAD) {
            next.prefetch_node();
        }
        folded = match node.side() {
            Side::X(leaf) => f(folded, leaf.a()),
            Side::Y(branch) => fold(branch.a(), folded, f),
        };
    }
    folded
}

struct LeavesMut<'a, K, V, P: Sharing> {
    open: Vec<core::slice::IterMut<'a, Child<K, V, P>>>,
}

impl<'a, K: Clone, V: Clone, P: Sharing> Iterator for LeavesMut<'a, K, V, P> {
    type Item = &'a mut [(K, V)];

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.open.last_mut()?.next().map(|node| node.0.side_mut()) {
                None => drop(self.open.pop()),
                Some(SideMut::Y(branch)) => self.open.push(branch.make_mut().into_both_mut().0.iter_mut()),
                Some(SideMut::X(leaf)) => return Some(leaf.make_mut().into_both_mut().0),
            }
        }
    }
}

struct IntoLeaves<K, V, P: Sharing> {
    open: Vec<Child<K, V, P>>,
}

/// One leaf's entries by value.
struct Entries<K, V, P: Sharing>(shared::IntoIter<[u8; 32], (K, V), (), P, false>);

impl<K, V, P: Sharing> Iterator for Entries<K, V, P> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        self.0.next().map(|(entry, ())| entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K: Clone, V: Clone, P: Sharing> Iterator for IntoLeaves<K, V, P> {
    type Item = Entries<K, V, P>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.open.pop()?.0.into_side() {
                SideOwned::X(leaf) => return Some(Entries(Leaf::into_elements(leaf))),
                SideOwned::Y(branch) => self.open.extend(branch.into_elements().map(|(child, ())| child)),
            }
        }
    }
}

/// References to the entries: see [`HashMap::iter`].
pub struct Iter<'a, K, V, P: Sharing = Atomic>(Flat<Leaves<'a, K, V, P>>);
forward_iterator!(@forward ['a, K, V, P: Sharing] Iter<'a, K, V, P>, (&'a K, &'a V), |(key, value): &'a (K, V)| (key, value));

/// References to the entries, the values to be changed: see [`HashMap::iter_mut`].
pub struct IterMut<'a, K: Clone, V: Clone, P: Sharing = Atomic>(Flat<LeavesMut<'a, K, V, P>>);
forward_iterator!(@forward ['a, K: Clone, V: Clone, P: Sharing] IterMut<'a, K, V, P>, (&'a K, &'a mut V), |(key, value): &'a mut (K, V)| (&*key, value));

/// The entries by value; those shared with other versions are cloned.
pub struct IntoIter<K: Clone, V: Clone, P: Sharing = Atomic>(Flat<IntoLeaves<K, V, P>>);
forward_iterator!(@forward [K: Clone, V: Clone, P: Sharing] IntoIter<K, V, P>, (K, V), |entry| entry);

/// References to the keys: see [`HashMap::keys`].
pub struct Keys<'a, K, V, P: Sharing = Atomic>(Iter<'a, K, V, P>);
forward_iterator!(@forward ['a, K, V, P: Sharing] Keys<'a, K, V, P>, &'a K, |(key, _)| key);

/// References to the values: see [`HashMap::values`].
pub struct Values<'a, K, V, P: Sharing = Atomic>(Iter<'a, K, V, P>);
forward_iterator!(@forward ['a, K, V, P: Sharing] Values<'a, K, V, P>, &'a V, |(_, value)| value);

/// The values, to be changed: see [`HashMap::values_mut`].
pub struct ValuesMut<'a, K: Clone, V: Clone, P: Sharing = Atomic>(IterMut<'a, K, V, P>);
forward_iterator!(@forward ['a, K: Clone, V: Clone, P: Sharing] ValuesMut<'a, K, V, P>, &'a mut V, |(_, value)| value);

/// The keys by value: see [`HashMap::into_keys`].
pub struct IntoKeys<K: Clone, V: Clone, P: Sharing = Atomic>(IntoIter<K, V, P>);
forward_iterator!(@forward [K: Clone, V: Clone, P: Sharing] IntoKeys<K, V, P>, K, first);

/// The values by value: see [`HashMap::into_values`].
pub struct IntoValues<K: Clone, V: Clone, P: Sharing = Atomic>(IntoIter<K, V, P>);
forward_iterator!(@forward [K: Clone, V: Clone, P: Sharing] IntoValues<K, V, P>, V, second);

impl<K, V, P: Sharing> Clone for Iter<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, P: Sharing> Clone for Keys<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, P: Sharing> Clone for Values<'_, K, V, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, S, P: Sharing> HashMap<K, V, S, P> {
    /// The entries in an arbitrary order.
    ///
    /// Time: O(1), and O(1) amortised for each entry.
    pub fn iter(&self) -> Iter<'_, K, V, P> {
        Iter(Flat::new(Leaves::new(self.root.as_slice()), self.len))
    }

    /// The keys in an arbitrary order.
    ///
    /// Time: O(1), and O(1) amortised for each key.
    pub fn keys(&self) -> Keys<'_, K, V, P> {
        Keys(self.iter())
    }

    /// The values in an arbitrary order.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn values(&self) -> Values<'_, K, V, P> {
        Values(self.iter())
    }
}

impl<K: Clone, V: Clone, S, P: Sharing> HashMap<K, V, S, P> {
    /// The entries in an arbitrary order, the values to be changed. Shared nodes are copied when the iterator reaches them.
    ///
    /// Time: O(1), and O(1) amortised for each entry.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V, P> {
        IterMut(Flat::new(LeavesMut { open: Vec::from([self.root.as_mut_slice().iter_mut()]) }, self.len))
    }

    /// The values in an arbitrary order, to be changed.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V, P> {
        ValuesMut(self.iter_mut())
    }

    /// The keys by value, in an arbitrary order.
    ///
    /// Time: O(1), and O(1) amortised for each key.
    pub fn into_keys(self) -> IntoKeys<K, V, P> {
        IntoKeys(self.into_iter())
    }

    /// The values by value, in an arbitrary order.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn into_values(self) -> IntoValues<K, V, P> {
        IntoValues(self.into_iter())
    }
}

impl<K: Clone, V: Clone, S, P: Sharing> IntoIterator for HashMap<K, V, S, P> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, P>;

    fn into_iter(self) -> IntoIter<K, V, P> {
        IntoIter(Flat::new(IntoLeaves { open: self.root.into_iter().collect() }, self.len))
    }
}

impl<'a, K, V, S, P: Sharing> IntoIterator for &'a HashMap<K, V, S, P> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V, P>;

    fn into_iter(self) -> Iter<'a, K, V, P> {
        self.iter()
    }
}

impl<'a, K: Clone, V: Clone, S, P: Sharing> IntoIterator for &'a mut HashMap<K, V, S, P> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V, P>;

    fn into_iter(self) -> IterMut<'a, K, V, P> {
        self.iter_mut()
    }
}
