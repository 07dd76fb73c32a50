//! How many entries may still be added to a table that does not grow.

use crate::sync::{AtomicI64, Ordering};

/// Room for entries: so many, or as many as memory has.
#[derive(Debug)]
pub(crate) struct Room(Option<Limited>);

#[derive(Debug)]
struct Limited {
    entries: usize,
    /// Negative if entries of those who cannot be refused exceeded the limit.
    left: AtomicI64,
}

impl Room {
    pub(crate) fn unlimited() -> Self {
        Self(None)
    }

    pub(crate) fn of(entries: usize) -> Self {
        Self(Some(Limited { entries, left: AtomicI64::new(i64::try_from(entries).unwrap_or(i64::MAX)) }))
    }

    /// Entries that there may be, if that is limited.
    pub(crate) fn limit(&self) -> Option<usize> {
        self.0.as_ref().map(|room| room.entries)
    }

    /// What is left of the limit.
    pub(crate) fn left(&self) -> Option<usize> {
        self.0.as_ref().map(|room| usize::try_from(room.left.load(Ordering::Relaxed)).unwrap_or(0))
    }

    /// Counts entries that were added; those that left are negative.
    #[inline]
    pub(crate) fn take(&self, entries: i64) {
        if let Some(room) = &self.0 {
            room.left.fetch_sub(entries, Ordering::Relaxed);
        }
    }

    /// Reserves room for one entry, if there is any: given back on drop, unless an entry [has come](Reserved::used).
    #[inline]
    pub(crate) fn reserve(&self) -> Option<Reserved<'_>> {
        let has_room = self.0.as_ref().is_none_or(|room| room.left.fetch_sub(1, Ordering::Relaxed) > 0);
        // Made in any case: what was taken in vain goes back, too.
        let reserved = Reserved(self);
        has_room.then_some(reserved)
    }
}

/// Room for one entry.
pub(crate) struct Reserved<'r>(&'r Room);

impl Reserved<'_> {
    /// The entry has come.
    #[inline]
    pub(crate) fn used(self) {
        std::mem::forget(self);
    }
}

impl Drop for Reserved<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.take(-1);
    }
}
