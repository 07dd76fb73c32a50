//! Sorting, searching, and keeping some of the elements.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::Vector;
use crate::shared::Sharing;

/// The elements of a vector while they are sorted; goes back into it even if a comparison panics.
struct Unpacked<'a, T: Clone, P: Sharing> {
    values: Vec<T>,
    target: &'a mut Vector<T, P>,
}

impl<'a, T: Clone, P: Sharing> Unpacked<'a, T, P> {
    fn new(target: &'a mut Vector<T, P>) -> Self {
        // Cloned before they are dropped, so that a clone that panics loses nothing.
        let values = if target.is_empty() { Vec::new() } else { target.clone().into_iter().collect() };
        target.clear();
        Self { values, target }
    }
}

impl<T: Clone, P: Sharing> Drop for Unpacked<'_, T, P> {
    fn drop(&mut self) {
        *self.target = Vector::from_vec(&mut self.values);
    }
}

impl<T: Clone, P: Sharing> Vector<T, P> {
    /// Sorts; equal elements keep their order.
    ///
    /// Time: O(n log n).
    pub fn sort(&mut self)
    where
        T: Ord,
    {
        Unpacked::new(self).values.sort();
    }

    /// Sorts by a comparison; equal elements keep their order.
    ///
    /// Time: O(n log n).
    pub fn sort_by<F: FnMut(&T, &T) -> Ordering>(&mut self, compare: F) {
        Unpacked::new(self).values.sort_by(compare);
    }

    /// Sorts by a key; equal elements keep their order.
    ///
    /// Time: O(n log n).
    pub fn sort_by_key<K: Ord, F: FnMut(&T) -> K>(&mut self, key: F) {
        Unpacked::new(self).values.sort_by_key(key);
    }

    /// Sorts; equal elements may change places.
    ///
    /// Time: O(n log n).
    pub fn sort_unstable(&mut self)
    where
        T: Ord,
    {
        Unpacked::new(self).values.sort_unstable();
    }

    /// Sorts by a comparison; equal elements may change places.
    ///
    /// Time: O(n log n).
    pub fn sort_unstable_by<F: FnMut(&T, &T) -> Ordering>(&mut self, compare: F) {
        Unpacked::new(self).values.sort_unstable_by(compare);
    }

    /// Reverses the order.
    ///
    /// Time: O(n).
    pub fn reverse(&mut self) {
        Unpacked::new(self).values.reverse();
    }

    /// Keeps the elements of which `keep` says so.
    ///
    /// Time: O(n).
    pub fn retain<F: FnMut(&T) -> bool>(&mut self, mut keep: F) {
        self.retain_mut(|value| keep(value));
    }

    /// Keeps the elements of which `keep` says so; it may change them.
    ///
    /// Time: O(n).
    pub fn retain_mut<F: FnMut(&mut T) -> bool>(&mut self, keep: F) {
        Unpacked::new(self).values.retain_mut(keep);
    }

    /// Drops all but the first of consecutive equal elements.
    ///
    /// Time: O(n).
    pub fn dedup(&mut self)
    where
        T: PartialEq,
    {
        Unpacked::new(self).values.dedup();
    }

    /// Drops all but the first of consecutive elements that `same` calls equal.
    ///
    /// Time: O(n).
    pub fn dedup_by<F: FnMut(&mut T, &mut T) -> bool>(&mut self, same: F) {
        Unpacked::new(self).values.dedup_by(same);
    }

    /// Drops all but the first of consecutive elements with equal keys.
    ///
    /// Time: O(n).
    pub fn dedup_by_key<K: PartialEq, F: FnMut(&mut T) -> K>(&mut self, key: F) {
        Unpacked::new(self).values.dedup_by_key(key);
    }
}

impl<T, P: Sharing> Vector<T, P> {
    /// Whether an element equals `value`.
    ///
    /// Time: O(n).
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        self.chunks().any(|chunk| chunk.contains(value))
    }

    /// The position of the first element that equals `value`.
    ///
    /// Time: O(n).
    pub fn index_of(&self, value: &T) -> Option<usize>
    where
        T: PartialEq,
    {
        self.iter().position(|other| other == value)
    }

    /// The position of `value` in a sorted vector, or where it belongs.
    ///
    /// Time: O(log² n).
    ///
    /// # Errors
    ///
    /// The position where `value` can be inserted, if it is not there.
    pub fn binary_search(&self, value: &T) -> Result<usize, usize>
    where
        T: Ord,
    {
        self.binary_search_by(|other| other.cmp(value))
    }

    /// The position of an element that `compare` calls equal, in a vector sorted that way, or where it belongs.
    ///
    /// Time: O(log² n).
    ///
    /// # Errors
    ///
    /// The position where such an element can be inserted, if there is none.
    pub fn binary_search_by<F: FnMut(&T) -> Ordering>(&self, mut compare: F) -> Result<usize, usize> {
        let (mut start, mut end) = (0, self.len());
        while start < end {
            let middle = start + (end - start) / 2;
            match compare(&self[middle]) {
                Ordering::Less => start = middle + 1,
                Ordering::Greater => end = middle,
                Ordering::Equal => return Ok(middle),
            }
        }
        Err(start)
    }

    /// The position of an element with `key`, in a vector sorted by that key, or where it belongs.
    ///
    /// Time: O(log² n).
    ///
    /// # Errors
    ///
    /// The position where such an element can be inserted, if there is none.
    pub fn binary_search_by_key<K: Ord, F: FnMut(&T) -> K>(&self, key: &K, mut f: F) -> Result<usize, usize> {
        self.binary_search_by(|value| f(value).cmp(key))
    }

    /// The position of the first element of which `before` is false, in a vector where it is true up to some point.
    ///
    /// Time: O(log² n).
    pub fn partition_point<F: FnMut(&T) -> bool>(&self, mut before: F) -> usize {
        let found =
            self.binary_search_by(|value| if before(value) { Ordering::Less } else { Ordering::Greater });
        found.unwrap_or_else(|at| at)
    }
}
