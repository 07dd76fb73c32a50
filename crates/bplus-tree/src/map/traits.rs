//! The traits of [`BPlusTreeMap`], as std's map has them.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt::{self, Debug};
use core::hash::{Hash, Hasher};
use core::iter::Peekable;
use core::ops::Index;
use core::panic::UnwindSafe;

use super::{BPlusTreeMap, IntoIter, Iter, IterMut};
use crate::node::IntoRange;
use crate::shape::Shape;

/// The clone's leaves are full.
impl<K: Clone, V: Clone, S: Shape> Clone for BPlusTreeMap<K, V, S> {
    fn clone(&self) -> Self {
        let mut copy = Self::with_shape();
        copy.tree.push_all(self.iter().map(|(key, value)| (key.clone(), value.clone())));
        copy
    }
}

impl<K, V> Default for BPlusTreeMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Debug, V: Debug, S: Shape> Debug for BPlusTreeMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: PartialEq, V: PartialEq, S: Shape> PartialEq for BPlusTreeMap<K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq, S: Shape> Eq for BPlusTreeMap<K, V, S> {}

impl<K: PartialOrd, V: PartialOrd, S: Shape> PartialOrd for BPlusTreeMap<K, V, S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<K: Ord, V: Ord, S: Shape> Ord for BPlusTreeMap<K, V, S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<K: Hash, V: Hash, S: Shape> Hash for BPlusTreeMap<K, V, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|entry| entry.hash(state));
    }
}

/// # Panics
/// If the key is not in the map.
impl<K, Q, V, S> Index<&Q> for BPlusTreeMap<K, V, S>
where
    K: Borrow<Q> + Ord,
    Q: Ord + ?Sized,
    S: Shape,
{
    type Output = V;

    #[inline]
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for BPlusTreeMap<K, V> {
    /// Of equal keys the last counts. Time: O(n log n), O(n) for sorted entries.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::from_unsorted(entries.into_iter().collect())
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for BPlusTreeMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        Self::from_iter(entries)
    }
}

impl<K: Ord, V, S: Shape> Extend<(K, V)> for BPlusTreeMap<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(key, value);
        });
    }
}

impl<'a, K: Ord + Copy, V: Copy, S: Shape> Extend<(&'a K, &'a V)> for BPlusTreeMap<K, V, S> {
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<K, V, S: Shape> IntoIterator for BPlusTreeMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, S>;

    fn into_iter(self) -> IntoIter<K, V, S> {
        IntoIter { span: IntoRange::of(self.tree) }
    }
}

impl<'a, K, V, S: Shape> IntoIterator for &'a BPlusTreeMap<K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V, S>;

    fn into_iter(self) -> Iter<'a, K, V, S> {
        self.iter()
    }
}

impl<'a, K, V, S: Shape> IntoIterator for &'a mut BPlusTreeMap<K, V, S> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V, S>;

    fn into_iter(self) -> IterMut<'a, K, V, S> {
        self.iter_mut()
    }
}

/// Of sorted entries with equal keys, the last.
pub(super) struct LastOfEquals<I: Iterator> {
    entries: Peekable<I>,
}

impl<I: Iterator> LastOfEquals<I> {
    pub(super) fn new(entries: I) -> Self {
        Self { entries: entries.peekable() }
    }
}

impl<K: Eq, V, I: Iterator<Item = (K, V)>> Iterator for LastOfEquals<I> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        loop {
            let entry = self.entries.next()?;
            match self.entries.peek() {
                Some(after) if after.0 == entry.0 => {}
                _ => return Some(entry),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // A guess from below is what `push_all` sizes the first leaf by.
        let (least, most) = self.entries.size_hint();
        (least.min(1), most)
    }
}

/// Two ascending sequences as one; of equal keys the first's key with the second's value.
pub(super) struct Merge<I: Iterator> {
    first: Peekable<I>,
    second: Peekable<I>,
}

impl<I: Iterator> Merge<I> {
    pub(super) fn new(first: I, second: I) -> Self {
        Self { first: first.peekable(), second: second.peekable() }
    }
}

impl<K: Ord, V, I: Iterator<Item = (K, V)>> Iterator for Merge<I> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        match (self.first.peek(), self.second.peek()) {
            (Some(first), Some(second)) => match first.0.cmp(&second.0) {
                Ordering::Less => self.first.next(),
                Ordering::Greater => self.second.next(),
                Ordering::Equal => {
                    let (key, _) = self.first.next()?;
                    let (_, value) = self.second.next()?;
                    Some((key, value))
                }
            },
            (Some(_), None) => self.first.next(),
            _ => self.second.next(),
        }
    }
}

// As std's map: what a panic may leave behind it is seen through shared references only.
impl<K, V, S: Shape> UnwindSafe for BPlusTreeMap<K, V, S>
where
    K: core::panic::RefUnwindSafe,
    V: core::panic::RefUnwindSafe,
{
}
