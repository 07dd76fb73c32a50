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

/// Compares the elements of two runs of leaves: strips what is equal at both ends; what is between is compared by the fewest edits if
/// these are few, else position by position, or as one if the lengths differ.
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
    let (old, new) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    let (old_start, new_start) = (old_start + front, new_start + front);
    let mut each = |from: Range<usize>, to: Range<usize>| {
        each(old_start + from.start..old_start + from.end, new_start + to.start..new_start + to.end);
    };
    if old.is_empty() || new.is_empty() {
        if old.len() != new.len() {
            each(0..old.len(), 0..new.len());
        }
    } else if let Some(steps) = shortest(old, new) {
        for (x, y, step) in steps {
            match step {
                Step::Remove => each(x..x + 1, y..y),
                Step::Insert => each(x..x, y..y + 1),
            }
        }
    } else if old.len() == new.len() {
        for at in (0..old.len()).filter(|&at| old[at] != new[at]) {
            each(at..at + 1, at..at + 1);
        }
    } else {
        each(0..old.len(), 0..new.len());
    }
}

/// What to do at a place in both sequences.
#[derive(Clone, Copy)]
enum Step {
    Remove,
    Insert,
}

/// More elements than this, removed and inserted together, are not compared step by step: it takes their number times the length.
const STEPS_MAX: usize = 64;

/// The fewest elements to remove and insert to make `new` of `old`, in order, if there are at most [`STEPS_MAX`].
///
/// E. Myers, An O(ND) difference algorithm, 1986: `reach[k]` is how far in `old` one gets with `d` steps on the diagonal
/// `k = x - y`, and from there on for as long as both agree. Kept for every `d`, so that the way back can be told.
fn shortest<V: PartialEq>(old: &[&V], new: &[&V]) -> Option<Vec<(usize, usize, Step)>> {
    let steps_max = STEPS_MAX.min(old.len() + new.len());
    // The diagonal `k` lies at `k + middle`.
    let middle = steps_max + 1;
    let mut reach = alloc::vec![0_usize; 2 * middle + 1];
    let mut before: Vec<Vec<usize>> = Vec::new();
    // Whether the way to the diagonal at `at` came down from the one above, by an insertion.
    let inserts = |reach: &[usize], at: usize, d: usize| {
        at == middle - d || (at != middle + d && reach[at - 1] < reach[at + 1])
    };
    for d in 0..=steps_max {
        before.push(reach.clone());
        for at in (middle - d..=middle + d).step_by(2) {
            let mut x = if inserts(&reach, at, d) { reach[at + 1] } else { reach[at - 1] + 1 };
            // May lead out of both sequences: no way back comes from there.
            let mut y = x + middle - at;
            while x < old.len() && y < new.len() && old[x] == new[y] {
                (x, y) = (x + 1, y + 1);
            }
            reach[at] = x;
            if (x, y) == (old.len(), new.len()) {
                return Some(trace(&before, at, middle, inserts));
            }
        }
    }
    None
}

/// The steps on the way that ends on the diagonal at `at`.
fn trace(
    before: &[Vec<usize>],
    mut at: usize,
    middle: usize,
    inserts: impl Fn(&[usize], usize, usize) -> bool,
) -> Vec<(usize, usize, Step)> {
    let mut steps = Vec::with_capacity(before.len());
    for (d, reach) in before.iter().enumerate().skip(1).rev() {
        let step = if inserts(reach, at, d) { Step::Insert } else { Step::Remove };
        at = if matches!(step, Step::Insert) { at + 1 } else { at - 1 };
        steps.push((reach[at], reach[at] + middle - at, step));
    }
    steps.reverse();
    steps
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_steps_are_found() {
        let steps = |old: &str, new: &str| {
            let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
            let (old, new): (Vec<&char>, Vec<&char>) = (old.iter().collect(), new.iter().collect());
            shortest(&old, &new).map(|steps| steps.len())
        };
        assert_eq!(steps("abcabba", "cbabac"), Some(5));
        assert_eq!(steps("same", "same"), Some(0));
        assert_eq!(steps("abcd", "xbcy"), Some(4));
        assert_eq!(steps("a", "b"), Some(2));
        assert_eq!(steps(&"a".repeat(100), &"b".repeat(100)), None);
    }
}
