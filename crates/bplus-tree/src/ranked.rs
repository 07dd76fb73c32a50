//! [`RankedMap`]: a map whose branches count, so that positions are searched as fast as keys.

use core::borrow::Borrow;
use core::fmt::{self, Debug};
use core::ops::{Deref, DerefMut, Index, RangeBounds};

use crate::bounds;
use crate::error::UnsortedError;
use crate::map::{BPlusTreeMap, IntoIter, Iter, IterMut};
use crate::shape::Counted;

/// A sorted map that also finds entries by rank, and ranks by key, in O(log n): an order-statistic tree.
///
/// It is a [`BPlusTreeMap`] whose branches hold the number of entries below each child, and it dereferences to one:
/// all of its methods are here. Insertions and removals update a count at each level, so a plain map is somewhat
/// faster where ranks are not needed; [`split_off`](RankedMap::split_off) is faster here, for the sizes are known.
///
/// # Examples
/// ```
/// use bplus_tree::RankedMap;
///
/// let latencies: RankedMap<u32, &str> = [(90, "c"), (10, "a"), (40, "b"), (250, "d")].into();
/// assert_eq!(latencies.rank(&90), 2); // two are less
/// assert_eq!(latencies.nth(latencies.len() / 2), Some((&90, &"c")));
/// assert_eq!(latencies.range_len(10..=90), 3);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RankedMap<K, V> {
    map: BPlusTreeMap<K, V, Counted>,
}

impl<K, V> RankedMap<K, V> {
    /// An empty map.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { map: BPlusTreeMap::with_shape() }
    }

    /// A map of entries whose keys ascend, with full leaves.
    ///
    /// Time: O(n).
    ///
    /// # Errors
    /// At the first key that is not greater than the one before.
    pub fn from_sorted_iter<I>(entries: I) -> Result<Self, UnsortedError<K, V>>
    where
        K: Ord,
        I: IntoIterator<Item = (K, V)>,
    {
        let mut map = Self::new();
        map.append_sorted(entries)?;
        Ok(map)
    }

    /// The number of entries with keys less than `key`, which need not be in the map.
    ///
    /// Time: O(log n).
    pub fn rank<Q>(&self, key: &Q) -> usize
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.tree.find_ranked(key).1
    }

    /// The rank of `key` if it is in the map.
    ///
    /// Time: O(log n).
    pub fn position<Q>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let (slot, rank) = self.map.tree.find_ranked(key);
        slot.filter(|slot| slot.hit()).map(|_| rank)
    }

    /// The entry that `rank` entries are less than.
    ///
    /// Time: O(log n).
    #[doc(alias("select", "get_index", "peekitem"))]
    pub fn nth(&self, rank: usize) -> Option<(&K, &V)> {
        let tree = &self.map.tree;
        let slot = tree.select(rank)?;
        Some((tree.key_at(slot), tree.value_at(slot)))
    }

    /// As [`nth`](RankedMap::nth), with the value to change.
    ///
    /// Time: O(log n).
    pub fn nth_mut(&mut self, rank: usize) -> Option<(&K, &mut V)> {
        let slot = self.map.tree.select(rank)?;
        let (key, value) = self.map.tree.entry_at_mut(slot);
        Some((key, value))
    }

    /// Removes and gives the entry that `rank` entries are less than.
    ///
    /// Time: O(log n).
    pub fn pop_nth(&mut self, rank: usize) -> Option<(K, V)> {
        let slot = self.map.tree.select(rank)?;
        Some(self.map.tree.remove_at(slot).0)
    }

    /// The number of entries with keys in `range`; 0 if the range is reversed.
    ///
    /// Time: O(log n).
    pub fn range_len<T, R>(&self, range: R) -> usize
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        if bounds::is_reversed(&range) {
            return 0;
        }
        let tree = &self.map.tree;
        match bounds::gaps(tree, &range) {
            (Some(from), Some(to)) => tree.rank_at(to).saturating_sub(tree.rank_at(from)),
            _ => 0,
        }
    }

    /// As [`BPlusTreeMap::split_off`], in O(log n) throughout.
    ///
    /// Time: O(log n).
    pub fn split_off<Q>(&mut self, key: &Q) -> Self
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Self { map: self.map.split_off(key) }
    }

    /// The same map with [`BPlusTreeMap`]'s type.
    ///
    /// Time: O(1).
    pub fn into_map(self) -> BPlusTreeMap<K, V, Counted> {
        self.map
    }
}

impl<K, V> Deref for RankedMap<K, V> {
    type Target = BPlusTreeMap<K, V, Counted>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.map
    }
}

impl<K, V> DerefMut for RankedMap<K, V> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.map
    }
}

impl<K, V> Default for RankedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Debug, V: Debug> Debug for RankedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}

impl<K, V> From<BPlusTreeMap<K, V, Counted>> for RankedMap<K, V> {
    fn from(map: BPlusTreeMap<K, V, Counted>) -> Self {
        Self { map }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for RankedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self { map: BPlusTreeMap::from_unsorted(entries.into_iter().collect()) }
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for RankedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        Self::from_iter(entries)
    }
}

impl<K: Ord, V> Extend<(K, V)> for RankedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.map.extend(entries);
    }
}

impl<K, Q, V> Index<&Q> for RankedMap<K, V>
where
    K: Borrow<Q> + Ord,
    Q: Ord + ?Sized,
{
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        &self.map[key]
    }
}

impl<K, V> IntoIterator for RankedMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, Counted>;

    fn into_iter(self) -> Self::IntoIter {
        self.map.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a RankedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V, Counted>;

    fn into_iter(self) -> Self::IntoIter {
        self.map.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut RankedMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V, Counted>;

    fn into_iter(self) -> Self::IntoIter {
        self.map.iter_mut()
    }
}
