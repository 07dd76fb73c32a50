//! Changing a trie: putting entries in, splitting leaves, taking entries out, merging leaves.
//!
//! A user's `Hash` and `Eq` run before anything is edited.

use core::borrow::Borrow;

use super::trie::{Branch, Child, LIST, Leaf, OwnBranch, OwnLeaf, Shape, extent, find, own_branch, tag_of};
use crate::shared::{Sharing, Side, SideMut};

impl<K, V, P: Sharing> Child<K, V, P> {
    /// The value of `key` below the root, to be changed, if it is there and nobody shares a node on the way: the short way of [`Child::insert`].
    #[inline]
    pub(super) fn get_unshared<Q: Eq + ?Sized>(&mut self, hash: u64, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (mut node, mut bits) = (self, hash);
        loop {
            match node.0.side_mut() {
                SideMut::X(leaf) => {
                    let at = find(leaf, tag_of(hash), key)?;
                    return leaf.get_mut()?.into_both_mut().0.get_mut(at).map(|(_, value)| value);
                }
                SideMut::Y(branch) => {
                    let child = usize::from(branch.header()[bits as usize & (Shape::<K, V, P>::SLOTS - 1)]);
                    if child == usize::from(LIST) {
                        return None;
                    }
                    node = branch.get_mut()?.into_both_mut().0.get_mut(child)?;
                    bits >>= Shape::<K, V, P>::BITS;
                }
            }
        }
    }
}

impl<K: Clone, V: Clone, P: Sharing> Child<K, V, P> {
    /// The value of an entry that is there, to be changed.
    pub(super) fn get_mut<Q: Eq + ?Sized>(&mut self, hash: u64, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (mut node, mut level) = (self, 0);
        loop {
            match node.0.side_mut() {
                SideMut::X(leaf) => {
                    let at = find(leaf, tag_of(hash), key)?;
                    return Some(&mut leaf.make_mut().into_both_mut().0[at].1);
                }
                SideMut::Y(branch) => {
                    let child = child_of(branch, level, hash, key)?;
                    node = &mut own_branch(branch).into_both_mut().0[child];
                    level = (level + 1).min(Shape::<K, V, P>::LEVELS);
                }
            }
        }
    }

    /// Puts an entry below a node of `level`; gives its place, and the former value if the key was there.
    pub(super) fn insert(
        &mut self,
        mut level: u32,
        hash: u64,
        key: K,
        value: V,
        hash_of: &impl Fn(&K) -> u64,
    ) -> (&mut V, Option<V>)
    where
        K: Eq,
    {
        let mut node = self;
        loop {
            let beyond = level == Shape::<K, V, P>::LEVELS;
            if let Side::X(leaf) = node.side() {
                // The only look for the key, unless nodes have to be split.
                let found = find(leaf, tag_of(hash), &key);
                if found.is_none() && leaf.len() == Shape::<K, V, P>::LEAF {
                    // A full leaf becomes the only child of a branch, which splits it below, or lists it.
                    let mut branch = Branch::with_capacity(2, if beyond { [LIST; 16] } else { [0; 16] });
                    branch.make_mut().push(Self::from_leaf(leaf.clone()), ());
                    *node = Self::from_branch(branch);
                } else {
                    let SideMut::X(leaf) = node.0.side_mut() else { unreachable!("it was a leaf above") };
                    return put_into_leaf(leaf, found, tag_of(hash), (key, value));
                }
            }
            let SideMut::Y(branch) = node.0.side_mut() else { unreachable!("a leaf was given to above") };
            let child = if beyond {
                child_of(branch, level, hash, &key).unwrap_or_else(|| roomy_leaf(branch))
            } else {
                let child = usize::from(branch.header()[Shape::<K, V, P>::slot(hash, level)]);
                match branch.a()[child].side() {
                    Side::X(leaf) if leaf.len() == Shape::<K, V, P>::LEAF => {
                        make_room(branch, level, hash, &key, hash_of)
                    }
                    _ => child,
                }
            };
            node = &mut own_branch(branch).into_both_mut().0[child];
            level = (level + 1).min(Shape::<K, V, P>::LEVELS);
        }
    }

    /// Takes out an entry that is there, below a node of `level`; also whether its leaf is so small now that [`Child::tidy`] may have
    /// something to merge. Half of what merging asks for: a leaf that comes and goes is not looked at every time.
    pub(super) fn remove<Q: Eq + ?Sized>(
        &mut self,
        mut level: u32,
        hash: u64,
        key: &Q,
    ) -> Option<((K, V), bool)>
    where
        K: Borrow<Q>,
    {
        let mut node = self;
        loop {
            match node.0.side_mut() {
                SideMut::X(leaf) => {
                    let at = find(leaf, tag_of(hash), key)?;
                    let mut own = leaf.make_mut();
                    let entry = remove_at(&mut own, at);
                    return Some((entry, own.len() <= Shape::<K, V, P>::LEAF / 4));
                }
                SideMut::Y(branch) => {
                    let child = child_of(branch, level, hash, key)?;
                    node = &mut own_branch(branch).into_both_mut().0[child];
                    level = (level + 1).min(Shape::<K, V, P>::LEVELS);
                }
            }
        }
    }

    /// Merges leaves on the way to `hash` that have become small.
    pub(super) fn tidy(&mut self, level: u32, hash: u64) {
        let SideMut::Y(branch) = self.0.side_mut() else { return };
        let mut own = branch.make_mut();
        if level == Shape::<K, V, P>::LEVELS {
            while let Some(empty) =
                own.a().iter().position(|leaf| leaf.as_leaf().is_some_and(|leaf| leaf.len() == 0))
            {
                own.remove(empty);
            }
        } else {
            let slot = Shape::<K, V, P>::slot(hash, level);
            let child = usize::from(own.header_mut()[slot]);
            own.a_mut()[child].tidy(level + 1, hash);
            while merge_buddies(&mut own, slot) {}
        }
        if let [only] = own.a()
            && only.as_leaf().is_some()
        {
            *self = only.clone();
        } else if own.len() == 0 {
            *self = Self::with_room(0);
        }
    }
}

/// The child of `branch` that leads to `key`; in a list, the leaf that has it.
#[inline]
fn child_of<K, V, P: Sharing, Q: Eq + ?Sized>(
    branch: &Branch<K, V, P>,
    level: u32,
    hash: u64,
    key: &Q,
) -> Option<usize>
where
    K: Borrow<Q>,
{
    if level < Shape::<K, V, P>::LEVELS {
        Some(usize::from(branch.header()[Shape::<K, V, P>::slot(hash, level)]))
    } else {
        branch.a().iter().position(|leaf| leaf.get(level, hash, key).is_some())
    }
}

/// Puts an entry where its key was `found`, or behind the last one.
#[inline]
fn put_into_leaf<K: Clone, V: Clone, P: Sharing>(
    leaf: &mut Leaf<K, V, P>,
    found: Option<usize>,
    tag: u8,
    (key, value): (K, V),
) -> (&mut V, Option<V>) {
    if let Some(at) = found {
        let place = &mut leaf.make_mut().into_both_mut().0[at].1;
        // The key that is there stays; dropping the other one may panic, and nothing is changed yet.
        drop(key);
        let old = core::mem::replace(place, value);
        return (place, Some(old));
    }
    let len = leaf.len();
    let room = if len < leaf.capacity() { leaf.capacity() } else { Shape::<K, V, P>::room(len + 1) };
    let mut own = leaf.make_mut_with(room);
    push(&mut own, tag, (key, value));
    (&mut own.into_both_mut().0[len].1, None)
}

#[inline]
pub(super) fn push<K, V, P: Sharing>(own: &mut OwnLeaf<'_, K, V, P>, tag: u8, entry: (K, V)) {
    let len = own.len();
    own.header_mut()[len] = tag;
    own.push(entry, ());
}

fn remove_at<K, V, P: Sharing>(own: &mut OwnLeaf<'_, K, V, P>, at: usize) -> (K, V) {
    let last = own.len() - 1;
    let tags = own.header_mut();
    tags[at] = tags[last];
    own.swap_remove(at).0
}

/// A leaf of a list that has room for one more, which is made if there is none.
#[cold]
fn roomy_leaf<K: Clone, V: Clone, P: Sharing>(list: &mut Branch<K, V, P>) -> usize {
    let room = list
        .a()
        .iter()
        .position(|leaf| leaf.as_leaf().is_some_and(|leaf| leaf.len() < Shape::<K, V, P>::LEAF));
    room.unwrap_or_else(|| {
        let len = list.len();
        list.make_mut_with((len + 1).next_power_of_two()).push(Child::with_room(1), ());
        len
    })
}

/// The child of `branch` for `hash`, after splitting it until it has room for one more, has the key, or covers one slot.
#[cold]
fn make_room<K: Clone + Eq, V: Clone, P: Sharing>(
    branch: &mut Branch<K, V, P>,
    level: u32,
    hash: u64,
    key: &K,
    hash_of: &impl Fn(&K) -> u64,
) -> usize {
    let slot = Shape::<K, V, P>::slot(hash, level);
    loop {
        let child = usize::from(branch.header()[slot]);
        let Side::X(leaf) = branch.a()[child].side() else { return child };
        let slots = extent(&branch.header()[..Shape::<K, V, P>::SLOTS], child);
        if slots.len() == 1 || leaf.len() < Shape::<K, V, P>::LEAF || find(leaf, tag_of(hash), key).is_some()
        {
            return child;
        }
        let middle = slots.start + slots.len() / 2;
        // All hashing comes first: a panic in it finds nothing edited.
        let goes_right = leaf.a().iter().enumerate().fold(0_u32, |mask, (at, (key, _))| {
            mask | u32::from(Shape::<K, V, P>::slot(hash_of(key), level) >= middle) << at
        });
        let (left, right) = divide(leaf, goes_right);
        let room = branch.capacity().max((branch.len() + 1).next_power_of_two());
        let mut own = branch.make_mut_with(room);
        own.insert(child + 1, Child::from_leaf(right), ());
        own.header_mut()[middle..].iter_mut().for_each(|child| *child += 1);
        // Dropping the old leaf may panic: it comes last.
        own.a_mut()[child] = Child::from_leaf(left);
    }
}

/// The entries of `leaf` in two new leaves: those not in the mask, and those in it.
pub(super) fn divide<K: Clone, V: Clone, P: Sharing>(
    leaf: &Leaf<K, V, P>,
    mask: u32,
) -> (Leaf<K, V, P>, Leaf<K, V, P>) {
    let right_len = mask.count_ones() as usize;
    let new = |len| Leaf::with_capacity(Shape::<K, V, P>::room(len), [0; 32]);
    let (mut left, mut right) = (new(leaf.len() - right_len), new(right_len));
    let (mut own_left, mut own_right) = (left.make_mut(), right.make_mut());
    for (at, entry) in leaf.a().iter().enumerate() {
        let own = if mask >> at & 1 == 0 { &mut own_left } else { &mut own_right };
        push(own, leaf.header()[at], entry.clone());
    }
    (left, right)
}

/// Merges the leaf at `slot` with its buddy if both together are no more than half full.
pub(super) fn merge_buddies<K: Clone, V: Clone, P: Sharing>(
    own: &mut OwnBranch<'_, K, V, P>,
    slot: usize,
) -> bool {
    let slots = &(*own.header_mut())[..Shape::<K, V, P>::SLOTS];
    let child = usize::from(slots[slot]);
    let covered = extent(slots, child);
    let buddy_start = covered.start ^ covered.len();
    if covered.len() == Shape::<K, V, P>::SLOTS {
        return false;
    }
    let buddy = usize::from(slots[buddy_start]);
    if extent(slots, buddy).len() != covered.len() {
        return false;
    }
    let (Some(leaf), Some(other)) = (own.a()[child].as_leaf(), own.a()[buddy].as_leaf()) else {
        return false;
    };
    if leaf.len() + other.len() > Shape::<K, V, P>::LEAF / 2 {
        return false;
    }
    let mut merged = leaf.copy(Shape::<K, V, P>::room(leaf.len() + other.len()));
    let mut own_merged = merged.make_mut();
    for (at, entry) in other.a().iter().enumerate() {
        push(&mut own_merged, other.header()[at], entry.clone());
    }
    // Dropping the old leaves may panic: it comes when this function is done.
    let _lower = core::mem::replace(&mut own.a_mut()[child.min(buddy)], Child::from_leaf(merged));
    let _upper = own.remove(child.max(buddy));
    let upper = covered.start.max(buddy_start);
    own.header_mut()[upper..].iter_mut().for_each(|child| *child -= 1);
    true
}
