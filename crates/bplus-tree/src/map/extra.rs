//! What [`BPlusTreeMap`] has beyond std: sorted building, leaf slices, batches, packing, reports.

use core::borrow::Borrow;
use core::fmt::{self, Debug};
use core::iter::FusedIterator;
use core::ops::RangeBounds;

use alloc::string::String;

use super::{BPlusTreeMap, Range};
use crate::bounds;
use crate::entry::Entry;
use crate::error::{OccupiedError, TryReserveError, UnsortedError};
use crate::node::Span;
use crate::shape::{Auto, Shape};

impl<K: Ord, V> BPlusTreeMap<K, V> {
    /// A map of entries whose keys ascend, with full leaves.
    ///
    /// Time: O(n).
    ///
    /// # Errors
    /// At the first key that is not greater than the one before.
    ///
    /// # Examples
    /// ```
    /// use bplus_tree::BPlusTreeMap;
    /// let squares = BPlusTreeMap::from_sorted_iter((0..1000).map(|n| (n * n, n)))?;
    /// assert_eq!(squares[&81], 9);
    /// # Ok::<(), bplus_tree::UnsortedError<i32, i32>>(())
    /// ```
    pub fn from_sorted_iter<I>(entries: I) -> Result<Self, UnsortedError<K, V>>
    where
        I: IntoIterator<Item = (K, V)>,
    {
        let mut map = Self::new();
        map.append_sorted(entries)?;
        Ok(map)
    }
}

impl<K, V, S: Shape> BPlusTreeMap<K, V, S> {
    /// Inserts an entry, unless the key is there already.
    ///
    /// Time: O(log n).
    ///
    /// # Errors
    /// If the key is there already; the map is not changed then.
    pub fn try_insert(&mut self, key: K, value: V) -> Result<&mut V, OccupiedError<'_, K, V, S>>
    where
        K: Ord,
    {
        match self.entry(key) {
            Entry::Occupied(entry) => Err(OccupiedError { entry, value }),
            Entry::Vacant(entry) => Ok(entry.insert(value)),
        }
    }

    /// Asks for the memory of the next `additional` insertions, which then allocate nothing (until an entry is removed).
    ///
    /// Without it, memory that runs out ends the process, as in std. What is asked for is the worst case, a split for
    /// each insertion: a kibibyte or two. So it is meant for few, again and again; what is not used serves the next call.
    ///
    /// Time: O(1), but for what the allocator takes.
    ///
    /// # Errors
    /// If there is no memory for it; the entries are not touched.
    ///
    /// # Examples
    /// ```
    /// use bplus_tree::{BPlusTreeMap, TryReserveError};
    /// fn insert_all(map: &mut BPlusTreeMap<u32, u32>, keys: &[u32]) -> Result<(), TryReserveError> {
    ///     for key in keys {
    ///         map.try_reserve(1)?;
    ///         map.insert(*key, 0);
    ///     }
    ///     Ok(())
    /// }
    /// let mut map = BPlusTreeMap::new();
    /// assert_eq!(insert_all(&mut map, &[3, 1, 2]), Ok(()));
    /// assert!(map.try_reserve(usize::MAX).is_err());
    /// ```
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.tree.try_reserve(additional)
    }

    /// Puts entries whose keys ascend behind the last; new leaves are full.
    ///
    /// Time: O(1) amortised an entry.
    ///
    /// # Errors
    /// At the first key that is not greater than the one before it or the last of the map. The entries before it are
    /// in the map.
    pub fn append_sorted<I>(&mut self, entries: I) -> Result<(), UnsortedError<K, V>>
    where
        K: Ord,
        I: IntoIterator<Item = (K, V)>,
    {
        let mut entries = entries.into_iter();
        let before = self.len();
        let Some((key, value)) = entries.next() else { return Ok(()) };
        if self.tree.last().is_some_and(|last| *self.tree.key_at(last) >= key) {
            return Err(UnsortedError { valid_until: 0, key, value });
        }
        let mut ascending = Ascending { held: Some((key, value)), entries, unsorted: None };
        self.tree.push_all(&mut ascending);
        match ascending.unsorted {
            None => Ok(()),
            Some((key, value)) => Err(UnsortedError { valid_until: self.len() - before, key, value }),
        }
    }

    /// As [`range`](BPlusTreeMap::range), but a reversed range is empty instead of a panic.
    ///
    /// Time: O(log n), then O(1) an entry.
    ///
    /// # Examples
    /// ```
    /// use bplus_tree::BPlusTreeMap;
    /// let map = BPlusTreeMap::from([(1, 'a'), (2, 'b')]);
    /// let (from, to) = (9, 1);
    /// assert_eq!(map.range_or_empty(from..to).count(), 0);
    /// ```
    pub fn range_or_empty<T, R>(&self, range: R) -> Range<'_, K, V, S>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        if bounds::is_reversed(&range) {
            return Range::default();
        }
        let (from, to) = bounds::gaps(&self.tree, &range);
        Range::new(self.tree.span(from, to))
    }

    /// The entries leaf by leaf: keys and values as slices of equal length, ascending, none empty.
    ///
    /// Time: O(1), then O(1) a leaf.
    ///
    /// # Examples
    /// ```
    /// use bplus_tree::BPlusTreeMap;
    /// let map: BPlusTreeMap<u32, f32> = (0..1000).map(|n| (n, n as f32)).collect();
    /// let sum: f32 = map.chunks().map(|(_, values)| values.iter().sum::<f32>()).sum();
    /// assert_eq!(sum, 499_500.0);
    /// ```
    pub fn chunks(&self) -> Chunks<'_, K, V, S> {
        Chunks { span: self.tree.span(self.tree.start(), self.tree.end()) }
    }

    /// As [`chunks`](BPlusTreeMap::chunks), of the entries with keys in `range`.
    ///
    /// Time: O(log n), then O(1) a leaf.
    ///
    /// # Panics
    /// As [`range`](BPlusTreeMap::range).
    pub fn range_chunks<T, R>(&self, range: R) -> Chunks<'_, K, V, S>
    where
        T: Ord + ?Sized,
        K: Borrow<T> + Ord,
        R: RangeBounds<T>,
    {
        bounds::check(&range, "BPlusTreeMap");
        let (from, to) = bounds::gaps(&self.tree, &range);
        Chunks { span: self.tree.span(from, to) }
    }

    /// Looks up many keys at once: `found[i]` becomes the value of `keys[i]`.
    ///
    /// 32 searches are under way together, so that their cache misses overlap: several times faster than one
    /// [`get`](BPlusTreeMap::get) after another in a map larger than the caches. Keys in any order, repeats welcome.
    ///
    /// Time: O(m log n).
    ///
    /// # Panics
    /// If `found` and `keys` have different lengths.
    ///
    /// # Examples
    /// ```
    /// use bplus_tree::BPlusTreeMap;
    /// let map: BPlusTreeMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
    /// let mut found = [None; 3];
    /// map.get_many(&[9, 5000, 3], &mut found);
    /// assert_eq!(found, [Some(&81), None, Some(&9)]);
    /// ```
    pub fn get_many<'a, Q>(&'a self, keys: &[Q], found: &mut [Option<&'a V>])
    where
        K: Borrow<Q> + Ord,
        Q: Ord,
    {
        assert_eq!(keys.len(), found.len(), "get_many: as many places in `found` as `keys`");
        self.tree.find_many(keys, |index, slot| {
            found[index] = slot.filter(|slot| slot.hit()).map(|slot| self.tree.value_at(slot));
        });
    }

    /// Looks up many keys at once: `found[i]` becomes whether `keys[i]` is in the map. See
    /// [`get_many`](BPlusTreeMap::get_many).
    ///
    /// Time: O(m log n).
    ///
    /// # Panics
    /// If `found` and `keys` have different lengths.
    pub fn contains_many<Q>(&self, keys: &[Q], found: &mut [bool])
    where
        K: Borrow<Q> + Ord,
        Q: Ord,
    {
        assert_eq!(keys.len(), found.len(), "contains_many: as many places in `found` as `keys`");
        self.tree.find_many(keys, |index, slot| found[index] = slot.is_some_and(|slot| slot.hit()));
    }

    /// Inserts many entries, in any order; of equal keys the last counts. Gives how many keys were new.
    ///
    /// The leaves of 32 entries are brought into the caches together before the first of them is inserted.
    ///
    /// Time: O(m log n).
    pub fn insert_many<I>(&mut self, entries: I) -> usize
    where
        K: Ord,
        I: IntoIterator<Item = (K, V)>,
    {
        let before = self.len();
        let mut entries = entries.into_iter();
        let mut batch = alloc::vec::Vec::with_capacity(crate::node::BATCH);
        loop {
            batch.extend(entries.by_ref().take(crate::node::BATCH));
            if batch.is_empty() {
                return self.len() - before;
            }
            self.tree.prefetch_many(&batch);
            for (key, value) in batch.drain(..) {
                self.insert(key, value);
            }
        }
    }

    /// Packs all entries into full leaves next to each other, and gives spare memory back.
    ///
    /// For maps that are read for long: about a third less memory after random insertions, and faster iteration.
    ///
    /// Time: O(n).
    pub fn compact(&mut self) {
        let mut packed = Self::with_shape();
        let entries = core::mem::replace(self, Self::with_shape());
        packed.tree.push_all(entries.into_iter());
        *self = packed;
    }

    /// Bytes of all nodes, with those kept for later; without what keys and values own themselves.
    ///
    /// Time: O(n / 2000).
    ///
    /// # Examples
    /// ```
    /// use bplus_tree::BPlusTreeMap;
    /// let map = BPlusTreeMap::from_sorted_iter((0..100_000_u64).map(|n| (n, n)))?;
    /// assert!(map.memory_usage() <= 17 * map.len());
    /// # Ok::<(), bplus_tree::UnsortedError<u64, u64>>(())
    /// ```
    pub fn memory_usage(&self) -> usize {
        self.tree.memory()
    }

    /// Checks every invariant of the tree by a walk over it; for tests.
    ///
    /// Time: O(n).
    ///
    /// # Errors
    /// With a sentence on what is wrong: an order of keys that changes, or an error in this crate.
    pub fn validate(&self) -> Result<(), String>
    where
        K: Ord,
    {
        self.tree.validate()
    }
}

/// Passes entries on as long as their keys ascend. It is one entry behind, to have a key to compare with.
struct Ascending<K, V, I> {
    held: Option<(K, V)>,
    entries: I,
    /// The entry that ended it.
    unsorted: Option<(K, V)>,
}

impl<K: Ord, V, I: Iterator<Item = (K, V)>> Iterator for Ascending<K, V, I> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        let held = self.held.take()?;
        match self.entries.next() {
            Some(entry) if held.0 < entry.0 => self.held = Some(entry),
            unsorted => self.unsorted = unsorted,
        }
        Some(held)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.entries.size_hint();
        let held = usize::from(self.held.is_some());
        (held * least.saturating_add(1), most.and_then(|most| most.checked_add(held)))
    }
}

/// The entries of a map leaf by leaf, of [`chunks`](BPlusTreeMap::chunks).
pub struct Chunks<'a, K, V, S = Auto> {
    span: Span<'a, K, V, S>,
}

impl<'a, K, V, S: Shape> Iterator for Chunks<'a, K, V, S> {
    type Item = (&'a [K], &'a [V]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.span.next_run()
    }
}

impl<K, V, S: Shape> FusedIterator for Chunks<'_, K, V, S> {}

impl<K, V, S: Shape> Clone for Chunks<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { span: self.span.clone() }
    }
}

impl<K: Debug, V: Debug, S: Shape> Debug for Chunks<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
