//! Changing an ordered map.

use core::borrow::Borrow;

use super::{Entry, IntoIter, OrdMap};
use crate::nodes::{Assembler, Leaf, Limits, Path, second};
use crate::shared::Sharing;

impl<K: Ord + Clone, V: Clone, P: Sharing> OrdMap<K, V, P> {
    /// The value of `key`, to be changed. Nodes shared with other versions are copied first.
    ///
    /// Time: O(log n).
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let path = self.tree.path_of_key(key);
        if path.found { Some(self.tree.get_mut_at(&path).1) } else { None }
    }

    /// Puts `value` at `key`; gives the former one back. A key that was there stays, as in std.
    ///
    /// Time: O(log n).
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let mut path = Path::new();
        if let Some(place) = self.tree.find_mut(&key, &mut path) {
            // The key that is there stays; dropping the other one may panic, and nothing is changed yet.
            drop(key);
            return Some(core::mem::replace(place, value));
        }
        if path.found {
            drop(key);
            return Some(core::mem::replace(self.tree.get_mut_at(&path).1, value));
        }
        self.tree.insert(&path, key, value);
        None
    }

    /// Takes `key` out; gives its value.
    ///
    /// Time: O(log n).
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(second)
    }

    /// Takes `key` out; gives the key that was in the map and its value.
    ///
    /// Time: O(log n).
    pub fn remove_entry<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let path = self.tree.path_of_key(key);
        if path.found { Some(self.tree.remove(&path)) } else { None }
    }

    /// Takes the entry at position `index` out.
    ///
    /// Time: O(log n).
    pub fn remove_nth(&mut self, index: usize) -> Option<(K, V)> {
        if index >= self.len() {
            return None;
        }
        let path = self.tree.path_of_index(index);
        Some(self.tree.remove(&path))
    }

    /// Takes the entry with the smallest key out.
    ///
    /// Time: O(log n).
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.remove_nth(0)
    }

    /// Takes the entry with the largest key out.
    ///
    /// Time: O(log n).
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        self.remove_nth(self.len().checked_sub(1)?)
    }

    /// A version with `value` at `key`; this one stays as it is.
    ///
    /// Time: O(log n).
    #[must_use]
    pub fn with(&self, key: K, value: V) -> Self {
        let mut new = self.clone();
        new.insert(key, value);
        new
    }

    /// A version without `key`; this one stays as it is.
    ///
    /// Time: O(log n).
    #[must_use]
    pub fn without<Q: Ord + ?Sized>(&self, key: &Q) -> Self
    where
        K: Borrow<Q>,
    {
        let mut new = self.clone();
        new.remove(key);
        new
    }

    /// Changes, inserts or removes the value of `key`: `f` gets the present value and says what it is to be.
    ///
    /// Time: O(log n).
    pub fn alter(&mut self, key: K, f: impl FnOnce(Option<V>) -> Option<V>) {
        match f(self.get(&key).cloned()) {
            Some(value) => drop(self.insert(key, value)),
            None => drop(self.remove(&key)),
        }
    }

    /// The entry of `key`, to be looked at, filled or changed. The key is searched for once.
    ///
    /// Time: O(log n).
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, P> {
        Entry::new(self, key)
    }

    /// Cuts this map at `key`: keeps what is below, gives the rest.
    ///
    /// Time: O(log n).
    #[must_use = "the entries from the key on are given back"]
    pub fn split_off<Q: Ord + ?Sized>(&mut self, key: &Q) -> Self
    where
        K: Borrow<Q>,
    {
        let (left, right) = self.tree.split(&self.tree.path_of_key(key));
        self.tree = left;
        Self { tree: right }
    }

    /// The entries at positions below `index`, and the others; both share with this map what they have in common.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `index` is beyond the length.
    #[must_use]
    pub fn split_at_index(&self, index: usize) -> (Self, Self) {
        let len = self.len();
        assert!(index <= len, "`index` (is {index}) should be <= len (is {len})");
        let (left, right) = self.tree.split_at(index);
        (Self { tree: left }, Self { tree: right })
    }

    /// Moves all entries of `other` in; for keys of both, the value of `other` wins, as in std.
    ///
    /// Time: O(log n) if all keys of one are above those of the other, else as [`OrdMap::union`].
    pub fn append(&mut self, other: Self) {
        let ends = |left: &Self, right: &Self| match (left.last_key_value(), right.first_key_value()) {
            (Some((last, _)), Some((first, _))) => last < first,
            _ => true,
        };
        if ends(self, &other) {
            self.tree.join(other.tree);
        } else if ends(&other, self) {
            let mut joined = other;
            joined.tree.join(self.tree.clone());
            *self = joined;
        } else {
            *self = other.union(self);
        }
    }

    /// Keeps the entries of which `keep` says so.
    ///
    /// If `keep` panics, the map has all its entries, with what was changed in them.
    ///
    /// Time: O(n).
    pub fn retain<F: FnMut(&K, &mut V) -> bool>(&mut self, mut keep: F) {
        let kept: alloc::vec::Vec<bool> = self.iter_mut().map(|(key, value)| keep(key, value)).collect();
        if kept.iter().all(|keep| *keep) {
            return;
        }
        let mut kept = kept.into_iter();
        *self = Self::from_sorted(self.clone().into_iter().filter(|_| kept.next().unwrap_or(false)));
    }

    /// Takes the entries of which `take` says so out, and gives them in order. They are gone even if the iterator is leaked.
    ///
    /// Time: O(n).
    pub fn extract_if<F: FnMut(&K, &mut V) -> bool>(&mut self, mut take: F) -> IntoIter<K, V, P> {
        let mut taken = alloc::vec::Vec::new();
        self.iter_mut().for_each(|(key, value)| taken.push(take(key, value)));
        let (mut all, mut flags) = (self.clone(), taken.iter());
        all.retain(|_, _| *flags.next().unwrap_or(&false));
        let mut flags = taken.iter();
        self.retain(|_, _| !*flags.next().unwrap_or(&false));
        all.into_iter()
    }

    /// Builds full leaves from entries whose keys rise strictly.
    pub(super) fn from_sorted<I: Iterator<Item = (K, V)>>(entries: I) -> Self {
        let (mut leaves, room) = (Assembler::new(), Limits::<K, V, P>::LEAF);
        let mut leaf = Leaf::with_capacity(Limits::<K, V, P>::leaf_room(entries.size_hint().0.min(room)), ());
        for (key, value) in entries {
            if leaf.len() == room {
                leaves.push(core::mem::replace(&mut leaf, Leaf::with_capacity(room, ())));
            }
            let wanted =
                if leaf.len() < leaf.capacity() { 0 } else { Limits::<K, V, P>::leaf_room(leaf.len() + 1) };
            leaf.make_mut_with(wanted).push(key, value);
        }
        leaves.push(leaf);
        Self { tree: leaves.finish() }
    }
}
