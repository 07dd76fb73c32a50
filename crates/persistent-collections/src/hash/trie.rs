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

use core::borrow::Borrow;

use simd_kernels::tag;

use crate::shared::{Block, Either, Own, Sealed, Sharing, Side};

/// Up to [`Shape::LEAF`] entries, with a tag of each one's hash.
pub(crate) type Leaf<K, V, P> = Block<[u8; 32], (K, V), (), P, false>;
/// Up to [`Shape::SLOTS`] children, and which slot leads to which.
pub(crate) type Branch<K, V, P> = Block<[u8; 16], Child<K, V, P>, (), P, true>;
pub(super) type OwnLeaf<'a, K, V, P> = Own<'a, [u8; 32], (K, V), (), P, false>;
pub(super) type OwnBranch<'a, K, V, P> = Own<'a, [u8; 16], Child<K, V, P>, (), P, true>;

/// A leaf or a branch.
pub(crate) struct Child<K, V, P: Sharing>(pub(super) Either<Leaf<K, V, P>, Branch<K, V, P>>);

impl<K, V, P: Sharing> Clone for Child<K, V, P> {
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// In every slot of a branch that is a list.
pub(super) const LIST: u8 = u8::MAX;

/// The right to edit a branch: see [`crate::nodes::own_branch`].
#[inline]
pub(super) fn own_branch<K, V, P: Sharing>(branch: &mut Branch<K, V, P>) -> OwnBranch<'_, K, V, P> {
    match branch.try_own() {
        Ok(own) => own,
        Err(shared) => copy_branch(shared),
    }
}

#[inline(never)]
fn copy_branch<K, V, P: Sharing>(shared: &mut Branch<K, V, P>) -> OwnBranch<'_, K, V, P> {
    shared.a().iter().for_each(|child| child.0.prefetch_counter());
    shared.make_mut()
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
