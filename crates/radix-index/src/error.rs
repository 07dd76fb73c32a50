//! What can go wrong, and the values that came with it.

use std::error::Error;
use std::fmt;

/// There was no room for an entry: a [fixed](crate::RadixIndex::fixed) index has all it may have, or memory is
/// exhausted. Gives the key and the value back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Full<K, V>(pub K, pub V);

impl<K, V> fmt::Debug for Full<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Full").finish_non_exhaustive()
    }
}

impl<K, V> fmt::Display for Full<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no room for another entry")
    }
}

impl<K, V> Error for Full<K, V> {}

/// Room for so many entries cannot be had: memory is exhausted, or no index may be so large.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReserveError {
    /// Entries that were asked for, counting those that were there; `usize::MAX` if that overflowed.
    pub entries: usize,
}

impl fmt::Display for ReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no room for {} entries", self.entries)
    }
}

impl Error for ReserveError {}
