//! Gap cursors, with the names that std's have on nightly: a cursor stands between two entries.

use core::borrow::Borrow;
use core::fmt::{self, Debug};
use core::ops::Bound;

use crate::bounds;
use crate::error::UnorderedKeyError;
use crate::map::BPlusTreeMap;
use crate::node::{Leaf, Slot, Tree};
use crate::shape::{Auto, Shape};

/// A gap between two entries of a map that is not changed meanwhile.
///
/// Of [`lower_bound`](BPlusTreeMap::lower_bound) and [`upper_bound`](BPlusTreeMap::upper_bound).
pub struct Cursor<'a, K, V, S: Shape = Auto> {
    tree: &'a Tree<K, V, S>,
    /// `None` in a tree without nodes.
    gap: Option<Slot<K, V>>,
}

/// A gap between two entries, to change values, insert and remove at.
///
/// Of [`lower_bound_mut`](BPlusTreeMap::lower_bound_mut) and [`upper_bound_mut`](BPlusTreeMap::upper_bound_mut).
pub struct CursorMut<'a, K, V, S: Shape = Auto> {
    place: Place<'a, K, V, S>,
}

/// A gap between two entries, to change keys as well.
///
/// Of [`CursorMut::with_mutable_key`].
pub struct CursorMutKey<'a, K, V, S: Shape = Auto> {
    place: Place<'a, K, V, S>,
    /// A leaf whose first key was given out to change; branches have to hear of it.
    exposed: Option<Leaf<K, V>>,
}

/// A gap in a tree that this cursor alone may change.
struct Place<'a, K, V, S: Shape> {
    tree: &'a mut Tree<K, V, S>,
    gap: Option<Slot<K, V>>,
}

impl<K, V, S: Shape> BPlusTreeMap<K, V, S> {
    /// The gap before the first entry that is not below `bound`.
    ///
    /// Time: O(log n).
    ///
    /// # Examples
    /// ```
    /// use std::ops::Bound;
    /// use bplus_tree::BPlusTreeMap;
    ///
    /// let map = BPlusTreeMap::from([(10, 'a'), (20, 'b'), (30, 'c')]);
    /// let mut cursor = map.lower_bound(Bound::Included(&20));
    /// assert_eq!(cursor.peek_prev(), Some((&10, &'a')));
    /// assert_eq!(cursor.next(), Some((&20, &'b')));
    /// assert_eq!(cursor.peek_next(), Some((&30, &'c')));
    /// ```
    pub fn lower_bound<Q>(&self, bound: Bound<&Q>) -> Cursor<'_, K, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Cursor { gap: bounds::lower(&self.tree, bound), tree: &self.tree }
    }

    /// The gap behind the last entry that is not above `bound`.
    ///
    /// Time: O(log n).
    pub fn upper_bound<Q>(&self, bound: Bound<&Q>) -> Cursor<'_, K, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Cursor { gap: bounds::upper(&self.tree, bound, None), tree: &self.tree }
    }

    /// As [`lower_bound`](BPlusTreeMap::lower_bound), to change the map there.
    ///
    /// Time: O(log n).
    ///
    /// # Examples
    /// ```
    /// use std::ops::Bound;
    /// use bplus_tree::BPlusTreeMap;
    ///
    /// let mut map = BPlusTreeMap::from([(1, 'a'), (5, 'e')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Excluded(&1));
    /// cursor.insert_before(2, 'b')?;
    /// cursor.insert_after(3, 'c')?;
    /// assert!(cursor.insert_after(9, 'i').is_err(), "9 does not belong between 2 and 3");
    /// assert_eq!(cursor.remove_prev(), Some((2, 'b')));
    /// assert!(map.into_keys().eq([1, 3, 5]));
    /// # Ok::<(), bplus_tree::UnorderedKeyError>(())
    /// ```
    pub fn lower_bound_mut<Q>(&mut self, bound: Bound<&Q>) -> CursorMut<'_, K, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let gap = bounds::lower(&self.tree, bound);
        CursorMut { place: Place { tree: &mut self.tree, gap } }
    }

    /// As [`upper_bound`](BPlusTreeMap::upper_bound), to change the map there.
    ///
    /// Time: O(log n).
    pub fn upper_bound_mut<Q>(&mut self, bound: Bound<&Q>) -> CursorMut<'_, K, V, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let gap = bounds::upper(&self.tree, bound, None);
        CursorMut { place: Place { tree: &mut self.tree, gap } }
    }
}

impl<K, V, S: Shape> Clone for Cursor<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { tree: self.tree, gap: self.gap }
    }
}

impl<'a, K, V, S: Shape> Cursor<'a, K, V, S> {
    /// Goes past the next entry, and gives it; stays at the end of the map.
    ///
    /// Time: O(1).
    #[expect(clippy::should_implement_trait, reason = "the name in std")]
    pub fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let entry = self.tree.after(self.gap?)?;
        self.gap = Some(entry.behind());
        Some((self.tree.key_at(entry), self.tree.value_at(entry)))
    }

    /// Goes back past the previous entry, and gives it; stays at the start of the map.
    ///
    /// Time: O(1).
    pub fn prev(&mut self) -> Option<(&'a K, &'a V)> {
        let entry = self.tree.before(self.gap?)?;
        self.gap = Some(entry);
        Some((self.tree.key_at(entry), self.tree.value_at(entry)))
    }

    /// The entry behind the gap.
    ///
    /// Time: O(1).
    pub fn peek_next(&self) -> Option<(&'a K, &'a V)> {
        self.clone().next()
    }

    /// The entry before the gap.
    ///
    /// Time: O(1).
    pub fn peek_prev(&self) -> Option<(&'a K, &'a V)> {
        self.clone().prev()
    }
}

impl<'a, K, V, S: Shape> Place<'a, K, V, S> {
    fn entry_after(&self) -> Option<Slot<K, V>> {
        self.tree.after(self.gap?)
    }

    fn entry_before(&self) -> Option<Slot<K, V>> {
        self.tree.before(self.gap?)
    }

    fn next_slot(&mut self) -> Option<Slot<K, V>> {
        let entry = self.entry_after()?;
        self.gap = Some(entry.behind());
        Some(entry)
    }

    fn prev_slot(&mut self) -> Option<Slot<K, V>> {
        let entry = self.entry_before()?;
        self.gap = Some(entry);
        Some(entry)
    }

    /// Whether `key` belongs into the gap.
    fn fits(&self, key: &K) -> bool
    where
        K: Ord,
    {
        self.entry_before().is_none_or(|before| self.tree.key_at(before) < key)
            && self.entry_after().is_none_or(|after| key < self.tree.key_at(after))
    }

    fn insert(&mut self, key: K, value: V) -> Slot<K, V> {
        // Between two leaves the separator is on one side of the key or on the other; the key becomes the first of the
        // right leaf, and the separator is set by it.
        let slot = self.tree.insert_at(self.gap.map(Slot::forward), key, value);
        if slot.index() == 0 {
            self.tree.first_changed(slot.leaf);
        }
        slot
    }

    fn remove(&mut self, entry: Slot<K, V>) -> (K, V) {
        let (entry, gap) = self.tree.remove_at(entry);
        self.gap = Some(gap);
        entry
    }

    fn as_cursor(&self) -> Cursor<'_, K, V, S> {
        Cursor { tree: self.tree, gap: self.gap }
    }
}

impl<'a, K, V, S: Shape> CursorMut<'a, K, V, S> {
    /// Goes past the next entry, and gives it; stays at the end of the map.
    ///
    /// Time: O(1).
    #[expect(clippy::should_implement_trait, reason = "the name in std")]
    pub fn next(&mut self) -> Option<(&K, &mut V)> {
        let entry = self.place.next_slot()?;
        let (key, value) = self.place.tree.entry_at_mut(entry);
        Some((key, value))
    }

    /// Goes back past the previous entry, and gives it; stays at the start of the map.
    ///
    /// Time: O(1).
    pub fn prev(&mut self) -> Option<(&K, &mut V)> {
        let entry = self.place.prev_slot()?;
        let (key, value) = self.place.tree.entry_at_mut(entry);
        Some((key, value))
    }

    /// The entry behind the gap.
    ///
    /// Time: O(1).
    pub fn peek_next(&mut self) -> Option<(&K, &mut V)> {
        let entry = self.place.entry_after()?;
        let (key, value) = self.place.tree.entry_at_mut(entry);
        Some((key, value))
    }

    /// The entry before the gap.
    ///
    /// Time: O(1).
    pub fn peek_prev(&mut self) -> Option<(&K, &mut V)> {
        let entry = self.place.entry_before()?;
        let (key, value) = self.place.tree.entry_at_mut(entry);
        Some((key, value))
    }

    /// A shared cursor at the same gap.
    ///
    /// Time: O(1).
    pub fn as_cursor(&self) -> Cursor<'_, K, V, S> {
        self.place.as_cursor()
    }

    /// Lets keys be changed as well.
    ///
    /// In std this is `unsafe`. Here it is safe: a key that is changed out of order, or to one that is there already,
    /// is not found again, but memory stays safe whatever the order.
    ///
    /// Time: O(1).
    pub fn with_mutable_key(self) -> CursorMutKey<'a, K, V, S> {
        CursorMutKey { place: self.place, exposed: None }
    }

    /// Inserts an entry into the gap; the cursor is before it then.
    ///
    /// Time: O(1) amortised.
    ///
    /// # Errors
    /// If the key is not between its neighbours' keys.
    pub fn insert_after(&mut self, key: K, value: V) -> Result<(), UnorderedKeyError>
    where
        K: Ord,
    {
        if !self.place.fits(&key) {
            return Err(UnorderedKeyError {});
        }
        self.place.gap = Some(self.place.insert(key, value));
        Ok(())
    }

    /// Inserts an entry into the gap; the cursor is behind it then.
    ///
    /// Time: O(1) amortised.
    ///
    /// # Errors
    /// If the key is not between its neighbours' keys.
    pub fn insert_before(&mut self, key: K, value: V) -> Result<(), UnorderedKeyError>
    where
        K: Ord,
    {
        if !self.place.fits(&key) {
            return Err(UnorderedKeyError {});
        }
        self.place.gap = Some(self.place.insert(key, value).behind());
        Ok(())
    }

    /// Removes and gives the entry behind the gap.
    ///
    /// Time: O(1) amortised.
    pub fn remove_next(&mut self) -> Option<(K, V)> {
        let entry = self.place.entry_after()?;
        Some(self.place.remove(entry))
    }

    /// Removes and gives the entry before the gap.
    ///
    /// Time: O(1) amortised.
    pub fn remove_prev(&mut self) -> Option<(K, V)> {
        let entry = self.place.entry_before()?;
        Some(self.place.remove(entry))
    }
}

impl<'a, K, V, S: Shape> CursorMutKey<'a, K, V, S> {
    /// Tells the tree of a key that was given out and may have changed.
    fn settle(&mut self) {
        if let Some(leaf) = self.exposed.take() {
            self.place.tree.keys_changed(leaf);
        }
    }

    fn expose(&mut self, entry: Option<Slot<K, V>>) -> Option<(&mut K, &mut V)> {
        let entry = entry?;
        self.exposed = Some(entry.leaf);
        Some(self.place.tree.entry_at_mut(entry))
    }

    /// Goes past the next entry, and gives it; stays at the end of the map.
    ///
    /// Time: O(1).
    #[expect(clippy::should_implement_trait, reason = "the name in std")]
    pub fn next(&mut self) -> Option<(&mut K, &mut V)> {
        self.settle();
        let entry = self.place.next_slot();
        self.expose(entry)
    }

    /// Goes back past the previous entry, and gives it; stays at the start of the map.
    ///
    /// Time: O(1).
    pub fn prev(&mut self) -> Option<(&mut K, &mut V)> {
        self.settle();
        let entry = self.place.prev_slot();
        self.expose(entry)
    }

    /// The entry behind the gap.
    ///
    /// Time: O(1).
    pub fn peek_next(&mut self) -> Option<(&mut K, &mut V)> {
        self.settle();
        let entry = self.place.entry_after();
        self.expose(entry)
    }

    /// The entry before the gap.
    ///
    /// Time: O(1).
    pub fn peek_prev(&mut self) -> Option<(&mut K, &mut V)> {
        self.settle();
        let entry = self.place.entry_before();
        self.expose(entry)
    }

    /// A shared cursor at the same gap.
    ///
    /// Time: O(1).
    pub fn as_cursor(&self) -> Cursor<'_, K, V, S> {
        self.place.as_cursor()
    }

    /// As [`CursorMut::insert_after`].
    ///
    /// Time: O(1) amortised.
    ///
    /// # Errors
    /// If the key is not between its neighbours' keys.
    pub fn insert_after(&mut self, key: K, value: V) -> Result<(), UnorderedKeyError>
    where
        K: Ord,
    {
        self.settle();
        if !self.place.fits(&key) {
            return Err(UnorderedKeyError {});
        }
        self.place.gap = Some(self.place.insert(key, value));
        Ok(())
    }

    /// As [`CursorMut::insert_before`].
    ///
    /// Time: O(1) amortised.
    ///
    /// # Errors
    /// If the key is not between its neighbours' keys.
    pub fn insert_before(&mut self, key: K, value: V) -> Result<(), UnorderedKeyError>
    where
        K: Ord,
    {
        self.settle();
        if !self.place.fits(&key) {
            return Err(UnorderedKeyError {});
        }
        self.place.gap = Some(self.place.insert(key, value).behind());
        Ok(())
    }

    /// As [`CursorMut::remove_next`].
    ///
    /// Time: O(1) amortised.
    pub fn remove_next(&mut self) -> Option<(K, V)> {
        self.settle();
        let entry = self.place.entry_after()?;
        Some(self.place.remove(entry))
    }

    /// As [`CursorMut::remove_prev`].
    ///
    /// Time: O(1) amortised.
    pub fn remove_prev(&mut self) -> Option<(K, V)> {
        self.settle();
        let entry = self.place.entry_before()?;
        Some(self.place.remove(entry))
    }
}

impl<K, V, S: Shape> Drop for CursorMutKey<'_, K, V, S> {
    fn drop(&mut self) {
        self.settle();
    }
}

impl<K: Debug, V: Debug, S: Shape> Debug for Cursor<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({:?}, {:?})", self.peek_prev(), self.peek_next())
    }
}
impl<K: Debug, V: Debug, S: Shape> Debug for CursorMut<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cursor = self.as_cursor();
        write!(f, "CursorMut({:?}, {:?})", cursor.peek_prev(), cursor.peek_next())
    }
}
impl<K: Debug, V: Debug, S: Shape> Debug for CursorMutKey<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cursor = self.as_cursor();
        write!(f, "CursorMutKey({:?}, {:?})", cursor.peek_prev(), cursor.peek_next())
    }
}
