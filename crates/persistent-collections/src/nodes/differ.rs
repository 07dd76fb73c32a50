//! Equality and differences of two trees; what they share is skipped.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::Range;

use super::Tree;
use super::runs::{Seen, elements, is_shared, level, open, segments};
use crate::shared::Sharing;

/// Whether both have the same elements in the same order, by `equal`; shared subtrees count as equal if `skip_shared`.
pub(crate) fn same<K, V, P: Sharing>(
    left: &Tree<K, V, P>,
    right: &Tree<K, V, P>,
    skip_shared: bool,
    mut equal: impl FnMut((&K, &V), (&K, &V)) -> bool,
) -> bool {
    fn runs<K, V, P: Sharing>(
        left: &[Seen<'_, K, V, P>],
        right: &[Seen<'_, K, V, P>],
        height: u32,
        skip_shared: bool,
        equal: &mut impl FnMut((&K, &V), (&K, &V)) -> bool,
    ) -> bool {
        let mut all = true;
        segments(
            left,
            right,
            |seen| seen.start,
            |left, right| {
                if !all || skip_shared && is_shared(left, right) {
                    return;
                }
                all = if height > 0 {
                    runs(&open(left), &open(right), height - 1, skip_shared, equal)
                } else {
                    elements(left).zip(elements(right)).all(|(left, right)| equal(left, right))
                };
            },
        );
        all
    }
    if left.len != right.len {
        return false;
    }
    let (left, right, height) = level(left, right);
    runs(&left, &right, height, skip_shared, &mut equal)
}

/// One difference between two maps.
#[derive(Debug)]
pub(crate) enum KeyChange<'a, K, V> {
    Removed(&'a K, &'a V),
    Added(&'a K, &'a V),
    Both(&'a K, &'a V, &'a V),
}

/// Calls `each` in order with every key that one side lacks, and with every key of both sides that is not in a shared node.
pub(crate) fn diff_by_key<'a, K: Ord, V, P: Sharing>(
    old: &'a Tree<K, V, P>,
    new: &'a Tree<K, V, P>,
    each: &mut impl FnMut(KeyChange<'a, K, V>),
) {
    fn runs<'a, K: Ord, V, P: Sharing>(
        old: &[Seen<'a, K, V, P>],
        new: &[Seen<'a, K, V, P>],
        height: u32,
        each: &mut impl FnMut(KeyChange<'a, K, V>),
    ) {
        segments(
            old,
            new,
            |seen| seen.key,
            |old, new| {
                if is_shared(old, new) {
                    return;
                }
                if height > 0 {
                    runs(&open(old), &open(new), height - 1, each);
                } else {
                    merge(elements(old), elements(new), each);
                }
            },
        );
    }
    let (old, new, height) = level(old, new);
    runs(&old, &new, height, each);
}

fn merge<'a, K: Ord + 'a, V: 'a>(
    old: impl Iterator<Item = (&'a K, &'a V)>,
    new: impl Iterator<Item = (&'a K, &'a V)>,
    each: &mut impl FnMut(KeyChange<'a, K, V>),
) {
    let (mut old, mut new) = (old.peekable(), new.peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let removed = if order.is_le() { old.next() } else { None };
        let added = if order.is_ge() { new.next() } else { None };
        match (removed, added) {
            (Some((key, old)), Some((_, new))) => each(KeyChange::Both(key, old, new)),
            (Some((key, value)), None) => each(KeyChange::Removed(key, value)),
            (None, Some((key, value))) => each(KeyChange::Added(key, value)),
            (None, None) => {}
        }
    }
}

/// Calls `each` in order with ranges of positions, in the old and in the new tree, between which all is shared or equal.
///
/// Nodes are recognised wherever they have moved to: an element inserted in front does not make all that follows differ.
pub(crate) fn diff_by_position<K, V: PartialEq, P: Sharing>(
    old: &Tree<K, V, P>,
    new: &Tree<K, V, P>,
    each: &mut impl FnMut(Range<usize>, Range<usize>),
) {
    let (old_run, new_run, height) = level(old, new);
    diff_runs(
        &old_run,
        &new_run,
        height,
        &mut |old_part, new_part, starts| {
            diff_elements(old_part, new_part, starts, each);
        },
        (0, 0),
    );
}

/// Finds the nodes that two runs share, and goes down between them; `starts` are the positions where the runs begin.
fn diff_runs<'a, K, V, P: Sharing>(
    old: &[Seen<'a, K, V, P>],
    new: &[Seen<'a, K, V, P>],
    height: u32,
    each: &mut impl FnMut(&[Seen<'a, K, V, P>], &[Seen<'a, K, V, P>], (usize, usize)),
    starts: (usize, usize),
) {
    let mut between = |old: &[Seen<'a, K, V, P>], new: &[Seen<'a, K, V, P>], starts| {
        if old.is_empty() && new.is_empty() {
        } else if height == 0 {
            each(old, new, starts);
        } else {
            diff_runs(&open(old), &open(new), height - 1, each, starts);
        }
    };
    let places: BTreeMap<usize, usize> =
        new.iter().enumerate().map(|(at, seen)| (seen.node.address(), at)).collect();
    let (mut old_done, mut new_done, mut starts) = (0, 0, starts);
    for (at, seen) in old.iter().enumerate() {
        let Some(&place) = places.get(&seen.node.address()).filter(|&&place| place >= new_done) else {
            continue;
        };
        between(&old[old_done..at], &new[new_done..place], starts);
        (old_done, new_done) = (at + 1, place + 1);
        let count = seen.node.count();
        starts = (seen.start + count, new[place].start + count);
    }
    between(&old[old_done..], &new[new_done..], starts);
}

/// Compares the elements of two runs of leaves: strips what is equal at both ends, then goes position by position.
fn diff_elements<'a, K, V: PartialEq, P: Sharing>(
    old: &[Seen<'a, K, V, P>],
    new: &[Seen<'a, K, V, P>],
    (old_start, new_start): (usize, usize),
    each: &mut impl FnMut(Range<usize>, Range<usize>),
) {
    let old: Vec<&V> = elements(old).map(|(_, value)| value).collect();
    let new: Vec<&V> = elements(new).map(|(_, value)| value).collect();
    let front = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let back =
        old[front..].iter().rev().zip(new[front..].iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_end, new_end) = (old.len() - back, new.len() - back);
    if old_end != new_end {
        each(old_start + front..old_start + old_end, new_start + front..new_start + new_end);
        return;
    }
    let mut at = front;
    while at < old_end {
        let len = (at..old_end).take_while(|&at| old[at] != new[at]).count();
        if len > 0 {
            each(old_start + at..old_start + at + len, new_start + at..new_start + at + len);
        }
        at += len.max(1);
    }
}
