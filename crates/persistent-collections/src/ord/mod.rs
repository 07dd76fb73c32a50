//! A persistent ordered map and ordered set.

mod edit;
mod entry;
mod iter;
mod map_traits;
mod operations;
mod set;
mod set_traits;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
#[cfg(feature = "rayon")]
pub(crate) use iter::Chunks;
pub use iter::{IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut};
pub use set::{OrdSet, SetIntoIter, SetIter};

use core::borrow::Borrow;
use core::ops::{Bound, RangeBounds};

use crate::nodes::{Path, Tree};
use crate::shared::{Atomic, Sharing};

/// A map in the order of its keys whose clones share what they have in common.
///
/// `clone()` takes constant time. Changing a clone copies the nodes on the way to the change, and only those that it shares with other
/// versions: a map that nobody shares is changed in place, like a `BTreeMap`. `==`, [`OrdMap::diff`], [`OrdMap::union`] and the
/// other set operations skip what two versions share: their time follows the number of differences.
///
/// A B+ tree with keys and values in separate arrays of wide leaves, below narrow branches that count what is below them: so there
/// are [`OrdMap::nth`] and [`OrdMap::rank`] in O(log n).
///
/// # Examples
///
/// ```
/// use persistent_collections::OrdMap;
///
/// let mut prices: OrdMap<u32, &str> = (1..=100).map(|day| (day, "steady")).collect();
/// let before = prices.clone();
/// prices.insert(42, "up");
/// assert_eq!(prices.range(41..=43).map(|(_, p)| *p).collect::<Vec<_>>(), ["steady", "up", "steady"]);
/// assert_eq!((before[&42], prices.rank(&42), prices.nth(99)), ("steady", 41, Some((&100, &"steady"))));
/// ```
pub struct OrdMap<K, V, P: Sharing = Atomic> {
    tree: Tree<K, V, P>,
}

impl<K, V> OrdMap<K, V> {
    /// An empty map. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { tree: Tree::new() }
    }
}

impl<K, V, P: Sharing> OrdMap<K, V, P> {
    /// How many entries there are.
    ///
    /// Time: O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.tree.len()
    }

    /// Whether there are no entries.
    ///
    /// Time: O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops all entries.
    ///
    /// Time: O(1), and the time to drop what no other version shares.
    pub fn clear(&mut self) {
        self.tree = Tree::new();
    }

    /// Whether both are the same version: equal without a look at the entries.
    ///
    /// Time: O(1).
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.tree.ptr_eq(&other.tree)
    }

    /// The entry at position `index` in the order of keys.
    ///
    /// Time: O(log n).
    pub fn nth(&self, index: usize) -> Option<(&K, &V)> {
        self.tree.get(index)
    }

    /// The entry with the smallest key.
    ///
    /// Time: O(log n).
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.nth(0)
    }

    /// The entry with the largest key.
    ///
    /// Time: O(log n).
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.nth(self.len().checked_sub(1)?)
    }

    pub(crate) fn tree(&self) -> &Tree<K, V, P> {
        &self.tree
    }
}

impl<K: Ord, V, P: Sharing> OrdMap<K, V, P> {
    /// The value of `key`.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.tree.get_by_key(key).map(|(_, value)| value)
    }

    /// The key as it is in the map, and its value.
    ///
    /// Time: O(log n).
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.tree.get_by_key(key)
    }

    /// Whether there is an entry with `key`.
    ///
    /// Time: O(log n).
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.tree.get_by_key(key).is_some()
    }

    /// How many keys are below `key`, whether or not it is there itself.
    ///
    /// Time: O(log n).
    pub fn rank<Q: Ord + ?Sized>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        self.tree.path_of_key(key).index
    }

    /// The entry with the smallest key within a lower bound: `Included(k)` for "at least k", `Excluded(k)` for "above k".
    ///
    /// Time: O(log n).
    pub fn lower_bound<Q: Ord + ?Sized>(&self, bound: Bound<&Q>) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.nth(self.start_of(bound, &mut Path::new()))
    }

    /// The entry with the largest key within an upper bound: `Included(k)` for "at most k", `Excluded(k)` for "below k".
    ///
    /// Time: O(log n).
    pub fn upper_bound<Q: Ord + ?Sized>(&self, bound: Bound<&Q>) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.nth(self.end_of(bound).checked_sub(1)?)
    }

    /// The position of the first entry within a lower bound; makes `path`, which is new, the way there.
    #[inline]
    fn start_of<Q: Ord + ?Sized>(&self, bound: Bound<&Q>, path: &mut Path) -> usize
    where
        K: Borrow<Q>,
    {
        if let Bound::Included(key) | Bound::Excluded(key) = bound {
            self.tree.find(key, path);
            if path.found && matches!(bound, Bound::Excluded(_)) {
                path.leaf += 1;
                path.index += 1;
            }
        }
        path.index
    }

    fn end_of<Q: Ord + ?Sized>(&self, bound: Bound<&Q>) -> usize
    where
        K: Borrow<Q>,
    {
        match bound {
            Bound::Unbounded => self.len(),
            Bound::Included(key) => self.start_of(Bound::Excluded(key), &mut Path::new()),
            Bound::Excluded(key) => self.rank(key),
        }
    }

    /// Positions of the first entry in `range` and of the one behind the last; makes `path`, which is new, the way to the first. Takes the range by value: its keys are dropped before
    /// the caller gives anything (rust-lang/rust#47949).
    ///
    /// # Panics
    ///
    /// As `BTreeMap::range`: if the range starts after its end, or at its end with both excluded.
    fn positions<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R, path: &mut Path) -> (usize, usize)
    where
        K: Borrow<Q>,
    {
        match (range.start_bound(), range.end_bound()) {
            (Bound::Excluded(start), Bound::Excluded(end)) if start == end => {
                panic!("range start and end are equal and excluded in OrdMap")
            }
            (
                Bound::Included(start) | Bound::Excluded(start),
                Bound::Included(end) | Bound::Excluded(end),
            ) if start > end => {
                panic!("range start is greater than range end in OrdMap")
            }
            _ => {}
        }
        let start = self.start_of(range.start_bound(), path);
        // `max`, because an `Ord` that contradicts itself may say that the range ends before it starts.
        (start, self.end_of(range.end_bound()).max(start))
    }

    /// As `validate`, but nodes may be too small, as a panic in `Clone` or `Drop` may leave them.
    #[doc(hidden)]
    pub fn validate_after_panic(&self) {
        self.tree.validate_with(false);
    }

    /// Panics with what is wrong if an invariant does not hold; for tests and fuzzing.
    #[doc(hidden)]
    pub fn validate(&self) {
        self.tree.validate();
    }
}
