//! The trie below a hash map: direct-indexed branches over small tagged leaves.
//!
//! ```text
//! Branch, 4 hash bits    slots  0 0 0 0 1 1 2 3 4 4 4 4 4 4 4 4    slot ─► child
//!                                  │       │   │ │        │
//! children                       Leaf    Leaf │ Leaf    Leaf       each leaf: up to 32 tags │ entries
//!                                           Branch
//! ```
//!
//! Neighbouring slots may share one leaf, which splits in two when it is full. A leaf that owned all its slots alone would split
//! into sixteen nearly empty ones, all at the same size of the map: that is the saw-tooth in other tries' memory.
//!
//! Invariants, which `validate` checks:
//!
//! 1. A child covers `2^j` slots, beginning at a multiple of `2^j`; a branch covers one.
//! 2. An entry lies below the slot that its key's hash names on each level, as long as `Hash` keeps its contract.
//! 3. Below the last level, where all hash bits are used up, a branch is a plain list of leaves whose keys have one hash; its slots say so.
//!
//! A user's `Hash` and `Eq` run before anything is edited.

use core::borrow::Borrow;

use simd_kernels::tag;

use crate::shared::{Block, Either, Own, Sealed, Sharing, Side, SideMut};

/// Up to [`Shape::LEAF`] entries, with a tag of each one's hash.
pub(crate) type Leaf<K, V, P> = Block<[u8; 32], (K, V), (), P, false>;
/// Up to [`Shape::SLOTS`] children, and which slot leads to which.
pub(crate) type Branch<K, V, P> = Block<[u8; 16], Child<K, V, P>, (), P, true>;
type OwnLeaf<'a, K, V, P> = Own<'a, [u8; 32], (K, V), (), P, false>;
type OwnBranch<'a, K, V, P> = Own<'a, [u8; 16], Child<K, V, P>, (), P, true>;

/// A leaf or a branch.
pub(crate) struct Child<K, V, P: Sharing>(pub(super) Either<Leaf<K, V, P>, Branch<K, V, P>>);

impl<K, V, P: Sharing> Clone for Child<K, V, P> {
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// In every slot of a branch that is a list.
const LIST: u8 = u8::MAX;

/// The right to edit a branch: see [`crate::nodes::own_branch`].
#[inline]
fn own_branch<K, V, P: Sharing>(branch: &mut Branch<K, V, P>) -> OwnBranch<'_, K, V, P> {
    if !branch.is_unique() {
        branch.a().iter().for_each(|child| child.0.prefetch_counter());
    }
    branch.make_mut()
}

/// How wide nodes are.
pub(super) struct Shape<K, V, P>(core::marker::PhantomData<(K, V, P)>);

impl<K, V, P: Sharing> Shape<K, V, P> {
    /// Entries in a leaf; fewer of large ones, so that copying a leaf stays cheap.
    pub(super) const LEAF: usize = match (<P as Sealed>::SMALL, size_of::<(K, V)>()) {
        (true, _) | (_, 129..) => 4,
        (_, 0..=32) => 32,
        (_, 33..=64) => 16,
        _ => 8,
    };
    pub(super) const BITS: u32 = if <P as Sealed>::SMALL { 2 } else { 4 };
    pub(super) const SLOTS: usize = 1 << Self::BITS;
    /// The level where no hash bits are left.
    pub(super) const LEVELS: u32 = u64::BITS / Self::BITS;

    #[inline]
    pub(super) fn slot(hash: u64, level: u32) -> usize {
        (hash >> (Self::BITS * level)) as usize & (Self::SLOTS - 1)
    }

    /// Room for a leaf of `len` entries that may grow.
    pub(super) fn room(len: usize) -> usize {
        if len <= 8 {
            len.next_power_of_two().clamp(2, Self::LEAF)
        } else {
            len.next_multiple_of(8).min(Self::LEAF)
        }
    }
}

/// The bits of a hash that a leaf keeps of each entry: those that the levels above use last.
#[inline]
pub(super) fn tag_of(hash: u64) -> u8 {
    (hash >> 56) as u8
}

/// The position in `leaf` of the entry with `key`.
#[inline]
pub(super) fn find<K, V, P: Sharing, Q: Eq + ?Sized>(leaf: &Leaf<K, V, P>, tag: u8, key: &Q) -> Option<usize>
where
    K: Borrow<Q>,
{
    find_entry(leaf, tag, key).map(|(at, _)| at)
}

/// As [`find`], with the entry.
#[inline]
fn find_entry<'a, K, V, P: Sharing, Q: Eq + ?Sized>(
    leaf: &'a Leaf<K, V, P>,
    tag: u8,
    key: &Q,
) -> Option<(usize, &'a (K, V))>
where
    K: Borrow<Q>,
{
    let entries = leaf.a();
    let mut hits = tag::match_32(leaf.header(), tag);
    while hits != 0 {
        let at = hits.trailing_zeros() as usize;
        // Tags past the length are left-overs.
        let entry = entries.get(at)?;
        if entry.0.borrow() == key {
            return Some((at, entry));
        }
        hits &= hits - 1;
    }
    None
}

/// The entry with `key` in a list of leaves. Apart from the way down, which so stays free of recursion and is inlined.
#[cold]
#[inline(never)]
fn find_in_list<'a, K, V, P: Sharing, Q: Eq + ?Sized>(
    list: &'a Branch<K, V, P>,
    tag: u8,
    key: &Q,
) -> Option<&'a (K, V)>
where
    K: Borrow<Q>,
{
    list.a().iter().find_map(|leaf| find_entry(leaf.as_leaf()?, tag, key)).map(|(_, entry)| entry)
}

impl<K, V, P: Sharing> Child<K, V, P> {
    pub(super) fn from_leaf(leaf: Leaf<K, V, P>) -> Self {
        Self(Either::from_x(leaf))
    }

    pub(super) fn from_branch(branch: Branch<K, V, P>) -> Self {
        Self(Either::from_y(branch))
    }

    #[inline]
    pub(crate) fn side(&self) -> Side<'_, Leaf<K, V, P>, Branch<K, V, P>> {
        self.0.side()
    }

    pub(super) fn as_leaf(&self) -> Option<&Leaf<K, V, P>> {
        match self.side() {
            Side::X(leaf) => Some(leaf),
            Side::Y(_) => None,
        }
    }

    /// An empty leaf with room for `len` entries.
    pub(super) fn with_room(len: usize) -> Self {
        Self::from_leaf(Leaf::with_capacity(Shape::<K, V, P>::room(len), [0; 32]))
    }

    /// The entry with `key`, below a node of `level`.
    #[inline]
    pub(super) fn get<Q: Eq + ?Sized>(&self, level: u32, hash: u64, key: &Q) -> Option<&(K, V)>
    where
        K: Borrow<Q>,
    {
        let mut node = self;
        let mut bits = hash.wrapping_shr(Shape::<K, V, P>::BITS * level);
        loop {
            match node.side() {
                Side::X(leaf) => return find_entry(leaf, tag_of(hash), key).map(|(_, entry)| entry),
                Side::Y(branch) => {
                    let child = branch.header()[bits as usize & (Shape::<K, V, P>::SLOTS - 1)];
                    if child == LIST {
                        return find_in_list(branch, tag_of(hash), key);
                    }
                    node = &branch.a()[usize::from(child)];
                    bits >>= Shape::<K, V, P>::BITS;
                }
            }
        }
    }
}

impl<K, V, P: Sharing> Child<K, V, P> {
    /// Asks for the line of the first entry that has the tag of `hash`, if this is a leaf.
    #[inline]
    pub(super) fn prefetch_entry(&self, hash: u64) {
        if let Side::X(leaf) = self.side() {
            let hits = tag::match_32(leaf.header(), tag_of(hash));
            if let Some(entry) = leaf.a().get(hits.trailing_zeros() as usize) {
                simd_kernels::prefetch(entry);
            }
        }
    }

    /// Asks for a branch, or for most of a leaf.
    #[inline]
    pub(super) fn prefetch_node(&self) {
        let address: *const u8 = core::ptr::without_provenance(self.0.address());
        simd_kernels::prefetch_bytes(address, 320);
    }

    /// Calls `each` with the address and the bytes of every node; goes below it if `each` says so.
    pub(crate) fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        match self.side() {
            Side::X(leaf) => drop(each(leaf.address(), leaf.bytes())),
            Side::Y(branch) => {
                if each(branch.address(), branch.bytes()) {
                    branch.a().iter().for_each(|child| child.visit_nodes(each));
                }
            }
        }
    }
}

/// Which of `slots` a child covers.
pub(super) fn extent(slots: &[u8], child: usize) -> core::ops::Range<usize> {
    let start = slots.iter().take_while(|&&other| usize::from(other) < child).count();
    let len = slots[start..].iter().take_while(|&&other| usize::from(other) == child).count();
    start..start + len
}

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

    /// Takes out an entry that is there, below a node of `level`.
    pub(super) fn remove<Q: Eq + ?Sized>(&mut self, mut level: u32, hash: u64, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let mut node = self;
        loop {
            match node.0.side_mut() {
                SideMut::X(leaf) => {
                    let at = find(leaf, tag_of(hash), key)?;
                    return Some(remove_at(&mut leaf.make_mut(), at));
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

/// Panics with what is wrong if an invariant does not hold; gives the number of entries.
pub(super) fn validate<K, V, P: Sharing>(
    node: &Child<K, V, P>,
    level: u32,
    hash_of: &impl Fn(&K) -> u64,
) -> usize {
    match node.side() {
        Side::X(leaf) => {
            assert!(leaf.len() <= Shape::<K, V, P>::LEAF, "a leaf beyond its capacity");
            for (tag, (key, _)) in leaf.header().iter().zip(leaf.a()) {
                assert_eq!(*tag, tag_of(hash_of(key)), "a tag that is not its entry's");
            }
            leaf.len()
        }
        Side::Y(branch) if level < Shape::<K, V, P>::LEVELS => {
            let slots = &branch.header()[..Shape::<K, V, P>::SLOTS];
            let mut count = 0;
            for (at, child) in branch.a().iter().enumerate() {
                let covered = extent(slots, at);
                let len = covered.len();
                assert!(
                    len.is_power_of_two() && covered.start.is_multiple_of(len),
                    "child {at} covers {covered:?}"
                );
                assert!(child.as_leaf().is_some() || len == 1, "a branch below {len} slots");
                entries_below(child, &mut |(key, _)| {
                    assert!(
                        covered.contains(&Shape::<K, V, P>::slot(hash_of(key), level)),
                        "an entry astray"
                    );
                });
                count += validate(child, level + 1, hash_of);
            }
            assert_eq!(usize::from(slots[slots.len() - 1]), branch.len() - 1, "slots lead to all children");
            count
        }
        Side::Y(list) => {
            assert_eq!(*list.header(), [LIST; 16], "a list that does not say so");
            list.a().iter().map(|leaf| validate(leaf, level, hash_of)).sum()
        }
    }
}

/// Calls `each` with every entry below `node`.
pub(super) fn entries_below<'a, K, V, P: Sharing>(
    node: &'a Child<K, V, P>,
    each: &mut impl FnMut(&'a (K, V)),
) {
    match node.side() {
        Side::X(leaf) => leaf.a().iter().for_each(each),
        Side::Y(branch) => branch.a().iter().for_each(|child| entries_below(child, each)),
    }
}
