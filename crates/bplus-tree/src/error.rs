//! What can go wrong: a key that is there already, a key out of order, no memory.

use core::error::Error;
use core::fmt::{self, Debug, Display};

use crate::entry::OccupiedEntry;
use crate::shape::{Auto, Shape};

/// The error of [`try_insert`](crate::BPlusTreeMap::try_insert): the key is there already.
///
/// It has the occupied entry and the value that was not inserted.
pub struct OccupiedError<'a, K, V, S: Shape = Auto> {
    /// The entry in the map that was already there.
    pub entry: OccupiedEntry<'a, K, V, S>,
    /// The value that was not inserted.
    pub value: V,
}

impl<K: Debug + Ord, V: Debug, S: Shape> Debug for OccupiedError<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedError")
            .field("key", self.entry.key())
            .field("old_value", self.entry.get())
            .field("new_value", &self.value)
            .finish_non_exhaustive()
    }
}

impl<K: Debug + Ord, V: Debug, S: Shape> Display for OccupiedError<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (new, key, old) = (&self.value, self.entry.key(), self.entry.get());
        write!(f, "failed to insert {new:?}, key {key:?} already exists with value {old:?}")
    }
}

impl<K: Debug + Ord, V: Debug, S: Shape> Error for OccupiedError<'_, K, V, S> {}

/// The error of a cursor's insertion: the key does not belong into the cursor's gap.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct UnorderedKeyError {}

impl Display for UnorderedKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key is not properly ordered relative to neighbors")
    }
}

impl Error for UnorderedKeyError {}

/// The error of [`try_reserve`](crate::BPlusTreeMap::try_reserve): there is no memory for so many insertions.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct TryReserveError {
    /// The insertions that were asked for.
    pub additional: usize,
}

impl Display for TryReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no memory for {} additional insertions", self.additional)
    }
}

impl Error for TryReserveError {}

/// The error of [`from_sorted_iter`](crate::BPlusTreeMap::from_sorted_iter) and
/// [`append_sorted`](crate::BPlusTreeMap::append_sorted): an entry whose key is not greater than the one before.
///
/// What came before it is in the map; the entry itself is here.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct UnsortedError<K, V> {
    /// How many entries of the iterator came before.
    pub valid_until: usize,
    /// The key that is not greater than the last one in the map.
    pub key: K,
    /// The value that came with it.
    pub value: V,
}

impl<K: Debug, V> Display for UnsortedError<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "entry {} is not sorted: key {:?} is not greater than the one before",
            self.valid_until, self.key
        )
    }
}

impl<K: Debug, V: Debug> Error for UnsortedError<K, V> {}
