//! Two tries side by side: differences and set operations that skip what both share.

use alloc::vec::Vec;

use super::edit::{divide, merge_buddies, push};
use super::trie::{Branch, Child, Leaf, Shape, entries_below, find};
use crate::nodes::{Both, Combine};
use crate::shared::{Sharing, Side};

/// What a walk finds: an entry on one side, or one with the same key on both.
pub(super) type Found<'a, K, V> = (Option<&'a (K, V)>, Option<&'a (K, V)>);

/// Calls `each` with every entry of both sides that is not in a node which both share, until it says to stop; whether it
/// went through.
pub(super) fn walk<'a, K: Eq, V, P: Sharing>(
    left: &'a Child<K, V, P>,
    right: &'a Child<K, V, P>,
    level: u32,
    hash_of: &impl Fn(&K) -> u64,
    each: &mut impl FnMut(Found<'a, K, V>) -> bool,
) -> bool {
    if left.0.ptr_eq(&right.0) {
        return true;
    }
    match (left.side(), right.side()) {
        (Side::Y(left_branch), Side::Y(right_branch)) if level < Shape::<K, V, P>::LEVELS => {
            let mut slot = 0;
            while slot < Shape::<K, V, P>::SLOTS {
                let (l, r) = (Cover::at(left_branch, slot), Cover::at(right_branch, slot));
                // Where one side's leaf covers several children of the other, its entries are looked up one by one.
                let end = l.end.max(r.end);
                let all = if l.end == r.end {
                    walk(l.child, r.child, level + 1, hash_of, each)
                } else {
                    let lefts = Cover::all(left_branch, slot, end).map(|cover| cover.child);
                    let rights = Cover::all(right_branch, slot, end).map(|cover| cover.child);
                    look_up(lefts, right, level, hash_of, &mut |l, r| each((Some(l), r)))
                        && look_up(rights, left, level, hash_of, &mut |r, l| {
                            l.is_some() || each((None, Some(r)))
                        })
                };
                if !all {
                    return false;
                }
                slot = end;
            }
            true
        }
        (Side::X(left), Side::X(right)) => walk_leaves(left, right, each),
        _ => {
            look_up([left], right, level, hash_of, &mut |l, r| each((Some(l), r)))
                && look_up([right], left, level, hash_of, &mut |r, l| l.is_some() || each((None, Some(r))))
        }
    }
}

/// A child and the slots that it covers.
struct Cover<'a, K, V, P: Sharing> {
    child: &'a Child<K, V, P>,
    start: usize,
    end: usize,
}

impl<'a, K, V, P: Sharing> Cover<'a, K, V, P> {
    fn at(branch: &'a Branch<K, V, P>, slot: usize) -> Self {
        let slots = &branch.header()[..Shape::<K, V, P>::SLOTS];
        let child = slots[slot];
        let before = slots[..slot].iter().rev().take_while(|&&other| other == child).count();
        let after = slots[slot..].iter().take_while(|&&other| other == child).count();
        Self { child: &branch.a()[usize::from(child)], start: slot - before, end: slot + after }
    }

    /// The children that cover the slots from `slot` to below `end`.
    fn all(branch: &'a Branch<K, V, P>, mut slot: usize, end: usize) -> impl Iterator<Item = Self> {
        core::iter::from_fn(move || {
            let cover = (slot < end).then(|| Self::at(branch, slot))?;
            slot = cover.end;
            Some(cover)
        })
    }
}

/// Looks every entry below `nodes` up below `other`, a node of `level`, until `each` says to stop.
fn look_up<'a, K: Eq, V, P: Sharing>(
    nodes: impl IntoIterator<Item = &'a Child<K, V, P>>,
    other: &'a Child<K, V, P>,
    level: u32,
    hash_of: &impl Fn(&K) -> u64,
    each: &mut impl FnMut(&'a (K, V), Option<&'a (K, V)>) -> bool,
) -> bool {
    let mut all = true;
    for node in nodes {
        entries_below(node, &mut |entry| {
            all = all && each(entry, other.get(level, hash_of(&entry.0), &entry.0));
        });
    }
    all
}

/// Which entry of `right` has the key of entry `at` of `left`: in versions of one leaf mostly the one at the same place.
#[inline]
fn partner<K: Eq, V, P: Sharing>(left: &Leaf<K, V, P>, at: usize, right: &Leaf<K, V, P>) -> Option<usize> {
    let (tag, key) = (left.header()[at], &left.a()[at].0);
    if right.header()[at] == tag && right.a().get(at).is_some_and(|(other, _)| other == key) {
        return Some(at);
    }
    find(right, tag, key)
}

fn walk_leaves<'a, K: Eq, V, P: Sharing>(
    left: &'a Leaf<K, V, P>,
    right: &'a Leaf<K, V, P>,
    each: &mut impl FnMut(Found<'a, K, V>) -> bool,
) -> bool {
    let mut met = 0_u32;
    for (at, entry) in left.a().iter().enumerate() {
        let partner = partner(left, at, right);
        met |= partner.map_or(0, |at| 1 << at);
        if !each((Some(entry), partner.map(|at| &right.a()[at]))) {
            return false;
        }
    }
    right.a().iter().enumerate().all(|(at, entry)| met >> at & 1 == 1 || each((None, Some(entry))))
}

/// A set operation under way.
pub(super) struct Operation<'c, H, C> {
    pub(super) hash_of: &'c H,
    pub(super) combine: &'c mut C,
    /// Entries that the result has more than the left side, where shared nodes stay.
    pub(super) more: isize,
}

impl<H, C> Operation<'_, H, C> {
    /// What becomes of two nodes of one level; none if nothing is left.
    pub(super) fn nodes<K, V, P: Sharing>(
        &mut self,
        left: &Child<K, V, P>,
        right: &Child<K, V, P>,
        level: u32,
    ) -> Option<Child<K, V, P>>
    where
        K: Clone + Eq,
        V: Clone,
        H: Fn(&K) -> u64,
        C: Combine<K, V>,
    {
        if let Some(stays) = C::SHARED
            && left.0.ptr_eq(&right.0)
        {
            return stays.then(|| left.clone());
        }
        match (left.side(), right.side()) {
            (Side::X(left), Side::X(right)) => self.leaves(left, right, level),
            (Side::Y(left), Side::Y(right)) if level < Shape::<K, V, P>::LEVELS => {
                self.branches(left, right, level)
            }
            (Side::X(_), _) => self.by_entry(right, left, level, Big::Right),
            _ => self.by_entry(left, right, level, Big::Left),
        }
    }

    fn branches<K, V, P: Sharing>(
        &mut self,
        left: &Branch<K, V, P>,
        right: &Branch<K, V, P>,
        level: u32,
    ) -> Option<Child<K, V, P>>
    where
        K: Clone + Eq,
        V: Clone,
        H: Fn(&K) -> u64,
        C: Combine<K, V>,
    {
        // Most children are shared and get an owner more; the others are read. All are asked for before the first is waited for.
        for (left, right) in left.a().iter().zip(right.a()) {
            left.0.prefetch_counter();
            if !left.0.ptr_eq(&right.0) {
                left.prefetch_node();
                right.prefetch_node();
            }
        }
        let mut result = Branch::with_capacity(Shape::<K, V, P>::SLOTS, [0; 16]);
        let mut own = result.make_mut();
        let (mut slot, mut all_left, mut all_right, mut any) = (0, true, true, false);
        while slot < Shape::<K, V, P>::SLOTS {
            let (l, r) = (Cover::at(left, slot), Cover::at(right, slot));
            let (left_part, right_part) =
                (self.part(&l, slot, r.end, level), self.part(&r, slot, l.end, level));
            let end = l.end.min(r.end);
            let (l, r) = (left_part.as_ref().unwrap_or(l.child), right_part.as_ref().unwrap_or(r.child));
            let child = self.nodes(l, r, level + 1);
            any |= child.is_some();
            let child = child.unwrap_or_else(|| Child::with_room(0));
            all_left &= left_part.is_none() && child.0.ptr_eq(&l.0);
            all_right &= right_part.is_none() && child.0.ptr_eq(&r.0);
            if end - slot > 1 && child.as_leaf().is_none() {
                // Two leaves over several slots have become too many entries for one.
                let spread = self.spread(&child, level);
                for child in Cover::all(&spread, slot, end) {
                    let at = own.len() as u8;
                    own.header_mut()[child.start..].fill(at);
                    own.push(child.child.clone(), ());
                }
            } else {
                let at = own.len() as u8;
                own.header_mut()[slot..].fill(at);
                own.push(child, ());
            }
            slot = end;
        }
        if all_left || all_right {
            drop(result); // before anything is given: rust-lang/rust#47949
            return Some(Child::from_branch(if all_left { left } else { right }.clone()));
        }
        if !any {
            return None;
        }
        for slot in 0..Shape::<K, V, P>::SLOTS {
            while merge_buddies(&mut own, slot) {}
        }
        match own.a() {
            [only] if only.as_leaf().is_some() => {
                let only = only.clone();
                drop(result);
                Some(only)
            }
            _ => Some(Child::from_branch(result)),
        }
    }

    /// The entries below `node` in a branch of `level`.
    fn spread<K, V, P: Sharing>(&self, node: &Child<K, V, P>, level: u32) -> Branch<K, V, P>
    where
        K: Clone + Eq,
        V: Clone,
        H: Fn(&K) -> u64,
    {
        let mut branch = Branch::with_capacity(1, [0; 16]);
        branch.make_mut().push(Child::with_room(Shape::<K, V, P>::LEAF), ());
        let mut spread = Child::from_branch(branch);
        entries_below(node, &mut |(key, value)| {
            spread.insert(level, (self.hash_of)(key), key.clone(), value.clone(), self.hash_of);
        });
        match spread.side() {
            Side::Y(branch) => branch.clone(),
            Side::X(_) => unreachable!("inserting makes no leaf of a branch"),
        }
    }

    /// The entries in `slot..end` of a leaf that covers more than that; none if it covers no more.
    fn part<K, V, P: Sharing>(
        &self,
        cover: &Cover<'_, K, V, P>,
        slot: usize,
        end: usize,
        level: u32,
    ) -> Option<Child<K, V, P>>
    where
        K: Clone,
        V: Clone,
        H: Fn(&K) -> u64,
    {
        if cover.start == slot && cover.end <= end {
            return None;
        }
        let leaf = cover.child.as_leaf()?;
        let inside = |key: &K| (slot..end).contains(&Shape::<K, V, P>::slot((self.hash_of)(key), level));
        let mask = leaf
            .a()
            .iter()
            .enumerate()
            .fold(0_u32, |mask, (at, (key, _))| mask | u32::from(inside(key)) << at);
        let (outside, inside) = divide(leaf, mask);
        drop(outside); // while `inside` is not given yet: rust-lang/rust#47949
        Some(Child::from_leaf(inside))
    }

    fn leaves<K, V, P: Sharing>(
        &mut self,
        left: &Leaf<K, V, P>,
        right: &Leaf<K, V, P>,
        level: u32,
    ) -> Option<Child<K, V, P>>
    where
        K: Clone + Eq,
        V: Clone,
        H: Fn(&K) -> u64,
        C: Combine<K, V>,
    {
        let (mut from_left, mut from_right, mut met) = (0_u32, 0_u32, 0_u32);
        let mut new: Vec<(u8, (K, V))> = Vec::new();
        for (at, (key, value)) in left.a().iter().enumerate() {
            let Some(partner) = partner(left, at, right) else {
                from_left |= u32::from(C::LEFT) << at;
                continue;
            };
            met |= 1 << partner;
            match self.combine.both(key, value, &right.a()[partner].1) {
                Both::Left => from_left |= 1 << at,
                Both::Right => from_right |= 1 << partner,
                Both::New(value) => new.push((left.header()[at], (key.clone(), value))),
                Both::Neither => {}
            }
        }
        if C::RIGHT {
            from_right |= all(right.len()) & !met;
        }
        let len = (from_left.count_ones() + from_right.count_ones()) as usize + new.len();
        self.more += len as isize - left.len() as isize;
        if len == 0 {
            return None;
        }
        if new.is_empty() && from_right == 0 && len == left.len() {
            return Some(Child::from_leaf(left.clone()));
        }
        if new.is_empty() && from_left == 0 && len == right.len() {
            return Some(Child::from_leaf(right.clone()));
        }
        let chosen = |leaf: &Leaf<K, V, P>, mask: u32| {
            let mut at = 0;
            let entries = leaf.a().iter().zip(leaf.header()).filter(move |_| {
                at += 1;
                mask >> (at - 1) & 1 == 1
            });
            entries.map(|(entry, tag)| (*tag, entry.clone())).collect::<Vec<_>>()
        };
        if len <= Shape::<K, V, P>::LEAF {
            let mut merged = if from_left == all(left.len()) {
                left.copy(Shape::<K, V, P>::room(len))
            } else {
                let mut leaf = Leaf::with_capacity(Shape::<K, V, P>::room(len), [0; 32]);
                let mut own = leaf.make_mut();
                chosen(left, from_left).into_iter().for_each(|(tag, entry)| push(&mut own, tag, entry));
                leaf
            };
            let mut own = merged.make_mut();
            new.into_iter()
                .chain(chosen(right, from_right))
                .for_each(|(tag, entry)| push(&mut own, tag, entry));
            return Some(Child::from_leaf(merged));
        }
        let mut node = Child::with_room(Shape::<K, V, P>::LEAF);
        for (_, (key, value)) in
            chosen(left, from_left).into_iter().chain(new).chain(chosen(right, from_right))
        {
            let hash = (self.hash_of)(&key);
            node.insert(level, hash, key, value, self.hash_of);
        }
        Some(node)
    }

    /// Where shapes differ: looks every entry of `small` up in `big`, and edits a copy of `big`.
    fn by_entry<K, V, P: Sharing>(
        &mut self,
        big: &Child<K, V, P>,
        small: &Child<K, V, P>,
        level: u32,
        side: Big,
    ) -> Option<Child<K, V, P>>
    where
        K: Clone + Eq,
        V: Clone,
        H: Fn(&K) -> u64,
        C: Combine<K, V>,
    {
        let (keep_big, keep_small) = match side {
            Big::Left => (C::LEFT, C::RIGHT),
            Big::Right => (C::RIGHT, C::LEFT),
        };
        let (big_len, mut entries) = (count(big), Vec::new());
        entries_below(small, &mut |entry| entries.push(entry));
        let mut result = if keep_big { big.clone() } else { Child::with_room(0) };
        let mut len = if keep_big { big_len as isize } else { 0 };
        for (key, value) in &entries {
            let hash = (self.hash_of)(key);
            let chosen = match (big.get(level, hash, key), &side) {
                (None, _) => keep_small.then(|| value.clone()),
                (Some((key, other)), Big::Left) => choose(self.combine.both(key, other, value), other, value),
                (Some((_, other)), Big::Right) => choose(self.combine.both(key, value, other), value, other),
            };
            if let Some(chosen) = chosen {
                let (_, old) = result.insert(level, hash, key.clone(), chosen, self.hash_of);
                len += isize::from(old.is_none());
            } else if let Some((_, is_small)) = result.remove(level, hash, key) {
                len -= 1;
                if is_small {
                    result.tidy(level, hash);
                }
            }
        }
        self.more += len - if matches!(side, Big::Left) { big_len } else { entries.len() } as isize;
        (len > 0).then_some(result)
    }
}

/// Which side is the big one in [`Operation::by_entry`].
enum Big {
    Left,
    Right,
}

fn choose<V: Clone>(both: Both<V>, left: &V, right: &V) -> Option<V> {
    match both {
        Both::Left => Some(left.clone()),
        Both::Right => Some(right.clone()),
        Both::New(value) => Some(value),
        Both::Neither => None,
    }
}

/// How many entries are below `node`.
pub(super) fn count<K, V, P: Sharing>(node: &Child<K, V, P>) -> usize {
    match node.side() {
        Side::X(leaf) => leaf.len(),
        Side::Y(branch) => branch.a().iter().map(count).sum(),
    }
}

/// A mask of the first `len` bits.
fn all(len: usize) -> u32 {
    if len == 32 { u32::MAX } else { (1 << len) - 1 }
}
