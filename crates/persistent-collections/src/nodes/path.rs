//! Where an element is: the slot taken at each branch, and the position in the leaf.

use core::borrow::Borrow;

use super::{Limits, Link, Node, Tree, own_branch};
use crate::shared::{Probe, Search, Sharing, Side, SideMut, search_numbers};

/// More levels than any tree of `usize::MAX` elements has: each branch but those on the right edge has two children or more.
const HEIGHT_MAX: usize = 64;

/// The way from the root to an element, or to where one would be.
pub(crate) struct Path {
    slots: [u8; HEIGHT_MAX],
    /// Position in the leaf; may be its length.
    pub(crate) leaf: usize,
    /// Whether the key was found there.
    pub(crate) found: bool,
    /// How many elements come before; not counted by [`Tree::find_mut`].
    pub(crate) index: usize,
}

impl Path {
    pub(crate) const fn new() -> Self {
        Self { slots: [0; HEIGHT_MAX], leaf: 0, found: false, index: 0 }
    }

    /// The slot taken at `depth`, counted from the root.
    #[inline]
    pub(crate) fn slot(&self, depth: usize) -> usize {
        usize::from(self.slots[depth])
    }
}

/// A key of any type, compared by its `Ord`.
struct ByOrd<'q, Q: ?Sized>(&'q Q);

impl<K: Borrow<Q>, Q: Ord + ?Sized> Probe<K> for ByOrd<'_, Q> {
    #[inline]
    fn upper_bound(&self, keys: &[K]) -> usize {
        if is_plain::<K>() && keys.len() <= 16 {
            keys.iter().map(|k| usize::from(k.borrow() <= self.0)).sum()
        } else {
            keys.partition_point(|k| k.borrow() <= self.0)
        }
    }

    #[inline]
    fn lower_bound(&self, keys: &[K]) -> (usize, bool) {
        if is_plain::<K>() {
            let at = lower_bound_plain(keys, self.0);
            (at, keys.get(at).is_some_and(|k| k.borrow() == self.0))
        } else {
            match keys.binary_search_by(|k| k.borrow().cmp(self.0)) {
                Ok(at) => (at, true),
                Err(at) => (at, false),
            }
        }
    }
}

/// Whether comparing two `K` is so cheap that counting beats halving.
const fn is_plain<K>() -> bool {
    size_of::<K>() <= 16 && !core::mem::needs_drop::<K>()
}

/// Halves down to eight keys without a branch, then counts.
#[inline]
fn lower_bound_plain<K: Borrow<Q>, Q: Ord + ?Sized>(keys: &[K], key: &Q) -> usize {
    let (mut start, mut len) = (0, keys.len());
    while len > 8 {
        let half = len / 2;
        // A conditional move: which half it is cannot be predicted.
        start = core::hint::select_unpredictable(keys[start + half].borrow() < key, start + half, start);
        len -= half;
    }
    start + keys[start..start + len].iter().map(|k| usize::from(k.borrow() < key)).sum::<usize>()
}

/// The element with a key.
struct Get<'t, K, V, P: Sharing>(&'t Node<K, V, P>);

impl<'t, K, V, P: Sharing> Search<K> for Get<'t, K, V, P> {
    type Output = Option<(&'t K, &'t V)>;

    #[inline(always)]
    fn run(self, probe: impl Probe<K>) -> Self::Output {
        let mut node = self.0;
        loop {
            match node.side() {
                Side::X(leaf) => {
                    let (at, found) = probe.lower_bound(leaf.a());
                    return if found { Some((leaf.a().get(at)?, leaf.b().get(at)?)) } else { None };
                }
                Side::Y(branch) => {
                    node = &branch.b()[probe.upper_bound(&branch.a()[1..])].node;
                    node.prefetch_keys();
                }
            }
        }
    }
}

/// The way to a key, or to where it belongs: written to a new path, because giving it would copy it.
struct Find<'t, K, V, P: Sharing>(&'t Node<K, V, P>, &'t mut Path);

impl<K, V, P: Sharing> Search<K> for Find<'_, K, V, P> {
    type Output = ();

    #[inline(always)]
    fn run(self, probe: impl Probe<K>) {
        find_from(self.0, 0, self.1, &probe);
    }
}

/// Goes on from `node`, at `depth`.
#[inline(always)]
fn find_from<K, V, P: Sharing>(
    mut node: &Node<K, V, P>,
    mut depth: usize,
    path: &mut Path,
    probe: &impl Probe<K>,
) {
    loop {
        match node.side() {
            Side::X(leaf) => return path.end_in(leaf.a(), probe),
            Side::Y(branch) => {
                let slot = path.step(depth, branch.a(), probe);
                path.index += before(branch.b(), slot);
                node = &branch.b()[slot].node;
                node.prefetch_keys();
                depth += 1;
            }
        }
    }
}

/// As [`Find`]; and the value, to be changed, if the key is there and nobody shares a node on the way. So that replacing takes one
/// descent in a tree of its own, and no more than before in any other.
struct FindMut<'t, 'p, K, V, P: Sharing>(&'t mut Node<K, V, P>, &'p mut Path);

impl<'t, K, V, P: Sharing> Search<K> for FindMut<'t, '_, K, V, P> {
    type Output = Option<&'t mut V>;

    #[inline(always)]
    fn run(self, probe: impl Probe<K>) -> Self::Output {
        let Self(mut node, path) = self;
        let mut depth = 0;
        loop {
            match node.side_mut() {
                SideMut::X(leaf) => {
                    path.end_in(leaf.a(), &probe);
                    return if path.found {
                        leaf.get_mut()?.into_both_mut().1.get_mut(path.leaf)
                    } else {
                        None
                    };
                }
                SideMut::Y(branch) => {
                    let slot = path.step(depth, branch.a(), &probe);
                    depth += 1;
                    node = match branch.try_own() {
                        Ok(own) => &mut own.into_both_mut().1[slot].node,
                        Err(branch) => {
                            find_from(&branch.b()[slot].node, depth, path, &probe);
                            return None;
                        }
                    };
                    node.prefetch_keys();
                }
            }
        }
    }
}

impl Path {
    /// Notes the child of a branch that leads to the key.
    #[inline(always)]
    fn step<K>(&mut self, depth: usize, keys: &[K], probe: &impl Probe<K>) -> usize {
        let slot = probe.upper_bound(&keys[1..]);
        self.slots[depth] = slot as u8;
        slot
    }

    /// Notes where in a leaf the key is.
    #[inline(always)]
    fn end_in<K>(&mut self, keys: &[K], probe: &impl Probe<K>) {
        (self.leaf, self.found) = probe.lower_bound(keys);
        self.index += self.leaf;
    }
}

impl<K, V, P: Sharing> Node<K, V, P> {
    /// Asks for all lines with keys if this is a leaf: halving would wait for them one after another.
    #[inline(always)]
    fn prefetch_keys(&self) {
        if is_plain::<K>()
            && let Side::X(leaf) = self.side()
        {
            let address: *const u8 = core::ptr::without_provenance(leaf.address());
            simd_kernels::prefetch_bytes(address, 8 + size_of::<K>() * Limits::<K, V, P>::LEAF);
        }
    }
}

/// Runs `search` for `key`, with vector instructions where they know its type.
#[inline]
fn search_key<K: Borrow<Q>, Q: Ord + ?Sized, S: Search<K>>(search: S, key: &Q) -> S::Output {
    match search_numbers(search, key) {
        Ok(output) => output,
        Err(search) => search.run(ByOrd(key)),
    }
}

impl<K, V, P: Sharing> Tree<K, V, P> {
    /// The way to `index`, which may be the number of elements: then it ends behind the last one.
    pub(crate) fn path_of_index(&self, index: usize) -> Path {
        assert!(index <= self.len, "position {index} of {}", self.len);
        let mut path = Path { index, ..Path::new() };
        let Some(mut node) = self.root.as_ref() else { return path };
        let mut left = index;
        for depth in 0.. {
            match node.side() {
                Side::X(_) => {
                    path.leaf = left;
                    break;
                }
                Side::Y(branch) => {
                    let links = branch.b();
                    let slot = links.iter().take_while(|link| link.end <= left).count().min(links.len() - 1);
                    left -= before(links, slot);
                    path.slots[depth] = slot as u8;
                    node = &links[slot].node;
                }
            }
        }
        path
    }

    /// The way to `key`, or to where it belongs.
    #[inline]
    pub(crate) fn path_of_key<Q: Ord + ?Sized>(&self, key: &Q) -> Path
    where
        K: Borrow<Q>,
    {
        let mut path = Path::new();
        self.find(key, &mut path);
        path
    }

    /// Makes `path`, which is new, the way to `key`, or to where it belongs.
    #[inline]
    pub(crate) fn find<Q: Ord + ?Sized>(&self, key: &Q, path: &mut Path)
    where
        K: Borrow<Q>,
    {
        if let Some(root) = &self.root {
            search_key(Find(root, path), key);
        }
    }

    /// Makes `path`, which is new, the way to `key`; gives its value if it is there and nobody shares a node on the way.
    #[inline]
    pub(crate) fn find_mut<Q: Ord + ?Sized>(&mut self, key: &Q, path: &mut Path) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        search_key(FindMut(self.root.as_mut()?, path), key)
    }

    /// The element with `key`.
    #[inline]
    pub(crate) fn get_by_key<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        search_key(Get(self.root.as_ref()?), key)
    }

    /// The element at `index`.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<(&K, &V)> {
        if index >= self.len {
            return None;
        }
        // The other way is apart, so that this one is short enough to be inlined.
        if !self.regular {
            return self.get_counted(index);
        }
        let mut node = self.root.as_ref()?;
        let mut shift = Limits::<K, V, P>::LEAF_SHIFT + Limits::<K, V, P>::FANOUT_SHIFT * self.height;
        loop {
            match node.side() {
                Side::X(leaf) => {
                    let at = index % Limits::<K, V, P>::LEAF;
                    return Some((leaf.a().get(at)?, leaf.b().get(at)?));
                }
                Side::Y(branch) => {
                    shift -= Limits::<K, V, P>::FANOUT_SHIFT;
                    node = &branch.b().get(index.wrapping_shr(shift) % Limits::<K, V, P>::FANOUT)?.node;
                }
            }
        }
    }

    #[inline(never)]
    fn get_counted(&self, mut index: usize) -> Option<(&K, &V)> {
        let mut node = self.root.as_ref()?;
        let mut shift = Limits::<K, V, P>::LEAF_SHIFT + Limits::<K, V, P>::FANOUT_SHIFT * self.height;
        loop {
            match node.side() {
                Side::X(leaf) => return Some((leaf.a().get(index)?, leaf.b().get(index)?)),
                Side::Y(branch) => {
                    shift -= Limits::<K, V, P>::FANOUT_SHIFT;
                    let slot = slot_of(branch.b(), index, shift);
                    index -= before(branch.b(), slot);
                    node = &branch.b()[slot].node;
                }
            }
        }
    }

    /// The element at `index`, to be changed: shared nodes on the way are copied.
    #[inline]
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<(&mut K, &mut V)>
    where
        K: Clone,
        V: Clone,
    {
        if index >= self.len {
            return None;
        }
        if !self.regular {
            return self.get_mut_counted(index);
        }
        let mut node = self.root.as_mut()?;
        let mut shift = Limits::<K, V, P>::LEAF_SHIFT + Limits::<K, V, P>::FANOUT_SHIFT * self.height;
        loop {
            match node.side_mut() {
                SideMut::X(leaf) => {
                    let at = index % Limits::<K, V, P>::LEAF;
                    let (keys, values) = leaf.make_mut().into_both_mut();
                    return Some((keys.get_mut(at)?, values.get_mut(at)?));
                }
                SideMut::Y(branch) => {
                    shift -= Limits::<K, V, P>::FANOUT_SHIFT;
                    let slot = index.wrapping_shr(shift) % Limits::<K, V, P>::FANOUT;
                    node = &mut own_branch(branch).into_both_mut().1.get_mut(slot)?.node;
                }
            }
        }
    }

    #[inline(never)]
    fn get_mut_counted(&mut self, mut index: usize) -> Option<(&mut K, &mut V)>
    where
        K: Clone,
        V: Clone,
    {
        let mut node = self.root.as_mut()?;
        let mut shift = Limits::<K, V, P>::LEAF_SHIFT + Limits::<K, V, P>::FANOUT_SHIFT * self.height;
        loop {
            match node.side_mut() {
                SideMut::X(leaf) => {
                    let (keys, values) = leaf.make_mut().into_both_mut();
                    return Some((keys.get_mut(index)?, values.get_mut(index)?));
                }
                SideMut::Y(branch) => {
                    shift -= Limits::<K, V, P>::FANOUT_SHIFT;
                    let links = own_branch(branch).into_both_mut().1;
                    let slot = slot_of(links, index, shift);
                    index -= before(links, slot);
                    node = &mut links[slot].node;
                }
            }
        }
    }

    /// The element to which `path`, found in this very tree, leads, to be changed.
    #[inline]
    pub(crate) fn get_mut_at(&mut self, path: &Path) -> (&mut K, &mut V)
    where
        K: Clone,
        V: Clone,
    {
        let mut node = self.root.as_mut().expect("the path leads to an element");
        for depth in 0.. {
            match node.side_mut() {
                SideMut::X(leaf) => {
                    let (keys, values) = leaf.make_mut().into_both_mut();
                    return (&mut keys[path.leaf], &mut values[path.leaf]);
                }
                SideMut::Y(branch) => node = &mut own_branch(branch).into_both_mut().1[path.slot(depth)].node,
            }
        }
        unreachable!("a tree ends in leaves")
    }
}

/// How many elements the children before `slot` have. Without a branch: which child it is cannot be predicted.
#[inline]
pub(super) fn before<K, V, P: Sharing>(links: &[Link<K, V, P>], slot: usize) -> usize {
    core::hint::select_unpredictable(slot > 0, links[slot.saturating_sub(1)].end, 0)
}

/// The child that has the element at `index`.
///
/// A child holds at most `1 << shift` elements, so it is never before `index >> shift`, and is just that in a tree
/// whose nodes are full up to there: then the loop ends at once, and its branch is predicted.
#[inline]
fn slot_of<K, V, P: Sharing>(links: &[Link<K, V, P>], index: usize, shift: u32) -> usize {
    let mut slot = if shift < usize::BITS { index >> shift } else { 0 };
    while links[slot].end <= index {
        slot += 1;
    }
    slot
}
