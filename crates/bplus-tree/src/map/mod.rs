//! [`BPlusTreeMap`]: the methods that std's `BTreeMap` has. Further ones are in `extra`, traits in `traits`.

mod extra;
mod extract;
mod iter;
mod traits;

use core::borrow::Borrow;
use core::mem;
use core::ops::RangeBounds;

use alloc::vec::Vec;

pub use extra::Chunks;
pub use extract::ExtractIf;
pub(crate) use extract::Extractor;
pub use iter::{IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Range, RangeMut, Values, ValuesMut};

use crate::bounds;
use crate::entry::{Entry, OccupiedEntry, VacantEntry};
use crate::node::Tree;
use crate::shape::{Auto, Shape};

/// A sorted map with the interface of std's [`BTreeMap`](alloc::collections::BTreeMap), on a B+ tree of cache-line nodes.
///
/// Everything stable of `BTreeMap` is here with the same contract, so
/// `use bplus_tree::BPlusTreeMap as BTreeMap;` is all it takes. Keys need `Ord`, nothing else; as in std, an order
/// that changes while a key is in the map gives unspecified answers but no undefined behaviour. The third parameter
/// chooses the sizes of nodes and is [`Auto`] in all normal use.
///
/// # Examples
/// ```
/// use bplus_tree::BPlusTreeMap;
///
/// let mut releases = BPlusTreeMap::from([(2015, "1.0"), (2018, "1.31"), (2021, "1.56")]);
/// releases.insert(2024, "1.85");
/// assert_eq!(releases.range(2016..).next(), Some((&2018, &"1.31")));
/// assert_eq!(releases.last_key_value(), Some((&2024, &"1.85")));
/// // Leaves are slices.
/// let years: usize = releases.chunks().map(|(years, _)| years.len()).sum();
/// assert_eq!(years, 4);
/// ```
pub struct BPlusTreeMap<K, V, S: Shape = Auto> {
    pub(crate) tree: Tree<K, V, S>,
}

impl<K, V> BPlusTreeMap<K, V> {
    /// An empty map; allocates nothing until the first insertion.
    ///
    /// Time: O(1).
    ///
    /// # Examples
    /// ```
    /// use bplus_tree::BPlusTreeMap;
    /// static EMPTY: BPlusTreeMap<u8, u8> = BPlusTreeMap::new();
    /// assert!(EMPTY.is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::with_shape()
    }
}

impl<K, V, S: Shape> BPlusTreeMap<K, V, S> {
    /// An empty map of the shape that its type names; [`BPlusTreeMap::new`] is this for the usual shape.
    ///
    /// Time: O(1).
    ///
    /// # Examples
    /// ```
    /// use bplus_tree::{BPlusTreeMap, Nodes};
    /// let mut wide = BPlusTreeMap::<u32, u32, Nodes<256, 62>>::with_shape();
    /// wide.insert(1, 2);
    /// assert_eq!(wide[&1], 2);
    /// ```
    #[must_use]
    pub const fn with_shape() -> Self {
        Self { tree: Tree::new() }
    }

    /// Removes all entries and gives the memory back.
    ///
    /// Time: O(n).
    pub fn clear(&mut self) {
        drop(self.tree.take());
    }

    /// The value of `key`.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.tree.look_up(key)
    }

    /// The stored key and the value of `key`.
    ///
    /// Time: O(log n).
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let slot = self.tree.find(key).filter(|slot| slot.hit())?;
        Some((self.tree.key_at(slot), self.tree.value_at(slot)))
    }

    /// The entry with the least key.
    ///
    /// Time: O(1).
    pub fn first_key_value(&self) -> Option<(&K, &V)>
    where
        K: Ord,
    {
        let slot = self.tree.first()?;
        Some((self.tree.key_at(slot), self.tree.value_at(slot)))
    }

    /// The entry with the least key, to change or remove.
    ///
    /// Time: O(1).
    pub fn first_entry(&mut self) -> Option<OccupiedEntry<'_, K, V, S>>
    where
        K: Ord,
    {
        let slot = self.tree.first()?;
        Some(OccupiedEntry { tree: &mut self.tree, slot })
    }

    /// Removes and gives the entry with the least key.
    ///
    /// Time: O(log n) in the worst case, O(1) amortised.
    pub fn pop_first(&mut self) -> Option<(K, V)>
    where
        K: Ord,
    {
        let slot = self.tree.first()?;
        Some(self.tree.remove_at(slot).0)
    }

    /// The entry with the greatest key.
    ///
    /// Time: O(1).
    pub fn last_key_value(&self) -> Option<(&K, &V)>
    where
        K: Ord,
    {
        let slot = self.tree.last()?;
        Some((self.tree.key_at(slot), self.tree.value_at(slot)))
    }

    /// The entry with the greatest key, to change or remove.
    ///
    /// Time: O(1).
    pub fn last_entry(&mut self) -> Option<OccupiedEntry<'_, K, V, S>>
    where
        K: Ord,
    {
        let slot = self.tree.last()?;
        Some(OccupiedEntry { tree: &mut self.tree, slot })
    }

    /// Removes and gives the entry with the greatest key.
    ///
    /// Time: O(log n) in the worst case, O(1) amortised.
    pub fn pop_last(&mut self) -> Option<(K, V)>
    where
        K: Ord,
    {
        let slot = self.tree.last()?;
        Some(self.tree.remove_at(slot).0)
    }

    /// Whether `key` is in the map.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.tree.find(key).is_some_and(|slot| slot.hit())
    }

    /// The value of `key`, to change.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let slot = self.tree.find(key).filter(|slot| slot.hit())?;
        Some(self.tree.entry_at_mut(slot).1)
    }

    /// Sets the value of `key`, and gives the former one; a key that is there stays as it is.
    ///
    /// Time: O(log n); O(1) amortised for keys that come in ascending order.
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V>
    where
        K: Ord,
    {
        let at = self.tree.find_to_insert(&key);
        match at {
            Some(slot) if slot.hit() => {
                drop(key); // first: if this panics, the former value is still in the map
                Some(mem::replace(self.tree.entry_at_mut(slot).1, value))
            }
            _ => {
                self.tree.insert_at(at, key, value);
                None
            }
        }
    }

    /// Removes `key`, and gives its value.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let (stored, value) = self.remove_entry(key)?;
        drop(stored); // here, where a panic still drops the value
        Some(value)
    }

    /// Removes `key`, and gives the stored key and value.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let slot = self.tree.find(key).filter(|slot| slot.hit())?;
        Some(self.tree.remove_at(slot).0)
    }

    /// Keeps the entries for which `keep` gives true; visits them in ascending order.
    ///
    /// Time: O(n).
    pub fn retain<F>(&mut self, mut keep: F)
    where
        K: Ord,
        F: FnMut(&K, &mut V) -> bool,
    {
        self.extract_if(.., |key, value| !keep(key, value)).for_each(drop);
    }

    /// Moves all entries of `other` here; where both have a key, the key stays and gets
    /// `other`'s value.
    ///
    /// Time: O(log n) if all keys of one are less than all of the other, without a walk over entries. Else
    /// O(m log n) for a small `other` and O(n + m) for a large one.
    pub fn append(&mut self, other: &mut Self)
    where
        K: Ord,
    {
        let (Some((first, _)), Some((last, _))) = (self.first_key_value(), self.last_key_value()) else {
            return mem::swap(self, other);
        };
        let (Some((other_first, _)), Some((other_last, _))) =
            (other.first_key_value(), other.last_key_value())
        else {
            return;
        };
        if last < other_first {
            self.tree.join(&mut other.tree);
        } else if other_last < first {
            other.tree.join(&mut self.tree);
            mem::swap(self, other);
        } else if other.len() < self.len() / 16 {
            for (key, value) in mem::replace(other, Self::with_shape()) {
                self.insert(key, value);
            }
        } else {
            let left = mem::replace(self, Self::with_shape());
            let right = mem::replace(other, Self::with_shape());
            self.tree.push_all(traits::Merge::new(left.into_iter(), right.into_iter()));
        }
    }

    /// The entries with keys in `range`, ascending.
    ///
    /// Time: O(log n), then O(1) an entry.
    ///
    /// # Panics
    /// If the range's start is greater than its end, or both are equal and excluded.
    /// [`range_or_empty`](BPlusTreeMap::range_or_empty) gives an empty iterator then.
    pub fn range<T, R>(&self, range: R) -> Range<'_, K, V, S>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        bounds::check(&range, "BTreeMap");
        let (from, to) = bounds::gaps(&self.tree, &range);
        Range::new(self.tree.span(from, to))
    }

    /// The entries with keys in `range`, ascending, with values to change.
    ///
    /// Time: O(log n), then O(1) an entry.
    ///
    /// # Panics
    /// As [`range`](BPlusTreeMap::range).
    pub fn range_mut<T, R>(&mut self, range: R) -> RangeMut<'_, K, V, S>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        bounds::check(&range, "BTreeMap");
        let (from, to) = bounds::gaps(&self.tree, &range);
        RangeMut::new(self.tree.span_mut(from, to))
    }

    /// The place of `key`, to look at, fill or empty with one search.
    ///
    /// Time: O(log n).
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, S>
    where
        K: Ord,
    {
        match self.tree.find_to_insert(&key) {
            Some(slot) if slot.hit() => Entry::Occupied(OccupiedEntry { tree: &mut self.tree, slot }),
            at => Entry::Vacant(VacantEntry { key, tree: &mut self.tree, at }),
        }
    }

    /// Cuts the map in two at `key`: gives the entries from `key` on, the others stay.
    ///
    /// Time: O(log n) to move the subtrees, and to keep `len` a walk over the leaves of the smaller side (never over
    /// entries); O(log n) in all in a [`RankedMap`](crate::RankedMap).
    pub fn split_off<Q>(&mut self, key: &Q) -> Self
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let at = self.tree.find(key);
        Self { tree: self.tree.cut(at) }
    }

    /// Removes the entries with keys in `range` for which `pred` gives true, as the iterator comes to them.
    ///
    /// An iterator that is dropped early leaves the rest in the map.
    ///
    /// Time: O(log n), then O(1) amortised an entry.
    ///
    /// # Panics
    /// As [`range`](BPlusTreeMap::range).
    pub fn extract_if<F, R>(&mut self, range: R, pred: F) -> ExtractIf<'_, K, V, R, F, S>
    where
        K: Ord,
        R: RangeBounds<K>,
        F: FnMut(&K, &mut V) -> bool,
    {
        bounds::check(&range, "BTreeMap");
        ExtractIf::new(&mut self.tree, range, pred)
    }

    /// The keys, ascending, by value.
    ///
    /// Time: O(1), then O(1) an entry.
    #[inline]
    pub fn into_keys(self) -> IntoKeys<K, V, S> {
        IntoKeys { inner: self.into_iter() }
    }

    /// The values in ascending order of keys, by value.
    ///
    /// Time: O(1), then O(1) an entry.
    #[inline]
    pub fn into_values(self) -> IntoValues<K, V, S> {
        IntoValues { inner: self.into_iter() }
    }

    /// The entries in ascending order of keys.
    ///
    /// Time: O(1), then O(1) an entry.
    #[inline]
    pub fn iter(&self) -> Iter<'_, K, V, S> {
        Iter::new(self.tree.span(self.tree.start(), self.tree.end()), self.tree.len())
    }

    /// The entries in ascending order of keys, with values to change.
    ///
    /// Time: O(1), then O(1) an entry.
    #[inline]
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V, S> {
        let (start, end, len) = (self.tree.start(), self.tree.end(), self.tree.len());
        IterMut::new(self.tree.span_mut(start, end), len)
    }

    /// The keys, ascending.
    ///
    /// Time: O(1), then O(1) an entry.
    #[inline]
    pub fn keys(&self) -> Keys<'_, K, V, S> {
        Keys { inner: self.iter() }
    }

    /// The values in ascending order of keys.
    ///
    /// Time: O(1), then O(1) an entry.
    #[inline]
    pub fn values(&self) -> Values<'_, K, V, S> {
        Values { inner: self.iter() }
    }

    /// The values in ascending order of keys, to change.
    ///
    /// Time: O(1), then O(1) an entry.
    #[inline]
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V, S> {
        ValuesMut { inner: self.iter_mut() }
    }

    /// The number of entries.
    ///
    /// Time: O(1).
    #[must_use]
    #[inline]
    pub const fn len(&self) -> usize {
        self.tree.len()
    }

    /// Whether there is no entry.
    ///
    /// Time: O(1).
    #[must_use]
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts an entry in; gives the key that was there, and the new key takes its place.
    pub(crate) fn replace_key(&mut self, key: K, value: V) -> Option<K>
    where
        K: Ord,
    {
        let at = self.tree.find_to_insert(&key);
        match at {
            Some(slot) if slot.hit() => Some(mem::replace(self.tree.entry_at_mut(slot).0, key)),
            _ => {
                self.tree.insert_at(at, key, value);
                None
            }
        }
    }

    /// A map of unsorted entries; of equal keys the last counts.
    pub(crate) fn from_unsorted(mut entries: Vec<(K, V)>) -> Self
    where
        K: Ord,
    {
        entries.sort_by(|a, b| a.0.cmp(&b.0)); // stable, so that the last of equals is last
        let mut map = Self::with_shape();
        map.tree.push_all(traits::LastOfEquals::new(entries.into_iter()));
        map
    }
}
