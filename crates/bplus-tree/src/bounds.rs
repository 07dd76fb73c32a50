//! From the bounds of a range to gaps between entries.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::ops::{Bound, RangeBounds};

use crate::node::{Slot, Tree};
use crate::shape::Shape;

/// Panics as std does if the range is reversed; `what` is std's name of the collection.
pub(crate) fn check<T: Ord + ?Sized>(range: &impl RangeBounds<T>, what: &str) {
    match order(range) {
        Some(Ordering::Greater) => panic!("range start is greater than range end in {what}"),
        Some(Ordering::Equal) if excludes_both(range) => {
            panic!("range start and end are equal and excluded in {what}")
        }
        _ => {}
    }
}

/// Whether no key can be in the range because its bounds are reversed.
pub(crate) fn is_reversed<T: Ord + ?Sized>(range: &impl RangeBounds<T>) -> bool {
    match order(range) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => excludes_both(range),
        _ => false,
    }
}

fn order<T: Ord + ?Sized>(range: &impl RangeBounds<T>) -> Option<Ordering> {
    match (range.start_bound(), range.end_bound()) {
        (Bound::Included(start) | Bound::Excluded(start), Bound::Included(end) | Bound::Excluded(end)) => {
            Some(start.cmp(end))
        }
        _ => None,
    }
}

fn excludes_both<T: ?Sized>(range: &impl RangeBounds<T>) -> bool {
    matches!((range.start_bound(), range.end_bound()), (Bound::Excluded(_), Bound::Excluded(_)))
}

/// The gap before the first entry that is not below the bound.
pub(crate) fn lower<K, V, S, Q>(tree: &Tree<K, V, S>, bound: Bound<&Q>) -> Option<Slot<K, V>>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    match bound {
        Bound::Unbounded => tree.start(),
        Bound::Included(key) => tree.find(key),
        Bound::Excluded(key) => tree.find(key).map(|slot| if slot.hit() { slot.behind() } else { slot }),
    }
}

/// The gap behind the last entry that is not above the bound; `near` is a gap that may be in the same leaf.
pub(crate) fn upper<K, V, S, Q>(
    tree: &Tree<K, V, S>,
    bound: Bound<&Q>,
    near: Option<Slot<K, V>>,
) -> Option<Slot<K, V>>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    match bound {
        Bound::Unbounded => tree.end(),
        Bound::Excluded(key) => tree.find_near(key, near),
        Bound::Included(key) => {
            tree.find_near(key, near).map(|slot| if slot.hit() { slot.behind() } else { slot })
        }
    }
}

/// Two gaps, the first not behind the second; `None` in a tree without nodes.
type Gaps<K, V> = (Option<Slot<K, V>>, Option<Slot<K, V>>);

/// The gaps at both ends of a range that is not reversed.
pub(crate) fn gaps<K, V, S, Q>(tree: &Tree<K, V, S>, range: &impl RangeBounds<Q>) -> Gaps<K, V>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    let from = lower(tree, range.start_bound());
    let to = upper(tree, range.end_bound(), from);
    (from, to)
}
