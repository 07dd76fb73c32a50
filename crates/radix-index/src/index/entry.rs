//! The entries of a [`RadixIndex`](super::RadixIndex): how they are read, written, and replaced.

use std::alloc::{Layout, handle_alloc_error};
use std::marker::PhantomData;

use bytemuck::CheckedBitPattern;

use crate::bucket::{AllocError, Entry, Shape, Spot};
use crate::sync::Ordering;
use crate::table::{Place, Seen, Table};
use crate::word::{Raw, Words};

/// Entries of a [`RadixIndex`]: the words of the key, then the words of the value.
pub(super) struct Inline<K, V>(PhantomData<fn() -> (K, V)>);

impl<K: Words, V: Words> Shape for Inline<K, V> {
    const ENTRY: usize = K::WORDS + V::WORDS;
    const KEY: usize = K::WORDS;
    const IN_PLACE: bool = V::WORDS <= 1;
    const LOAD: Ordering = Ordering::Acquire;
}

/// The words of an entry's value.
#[inline(always)]
pub(super) fn value_of<K: Words>(entry: Entry<'_>) -> Entry<'_> {
    &entry[K::WORDS..]
}

/// The value of an entry, unless its words are torn.
#[inline(always)]
pub(super) fn read_value<K: Words, V: Words + CheckedBitPattern>(entry: Entry<'_>) -> Option<V> {
    Raw::load::<V>(value_of::<K>(entry)).try_value()
}

/// The value that was read under a header that has not changed.
#[inline(always)]
pub(super) fn validated<V>(value: Option<V>) -> V {
    value.expect("a validated entry holds the bytes of a value")
}

#[inline]
pub(super) fn put_into<'t, K, V>(
    table: &'t Table<Inline<K, V>>,
    hash: u64,
    key: &K,
    value: &V,
    added: impl Fn(),
) -> Result<Option<V>, AllocError>
where
    K: Words,
    V: Words + CheckedBitPattern,
{
    let attempt = |seen: Option<Seen<'t, _>>| {
        let Some(seen) = seen else { return table.plant().err().map(Err) };
        if let Some((spot, entry)) = seen.spot {
            return swap(table, &seen, spot, entry, None, hash, key, value)
                .transpose()
                .map(|old| old.map(Some));
        }
        match table.insert(seen, hash, |entry| write(entry, key, value)) {
            Ok(true) => {
                added();
                Some(Ok(None))
            }
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    };
    table.seek(hash, |entry| key.matches(entry), attempt)
}

/// Replaces the value of an entry, if its bucket has not changed and (where one is expected) it has the expected
/// value. Returns the old value, none if it has to be tried again.
#[inline]
#[expect(clippy::too_many_arguments, reason = "what a search found, and what is to be written")]
pub(super) fn swap<'t, K: Words, V: Words + CheckedBitPattern>(
    table: &'t Table<Inline<K, V>>,
    seen: &Seen<'t, Inline<K, V>>,
    spot: Spot,
    entry: Entry<'t>,
    expected: Option<&V>,
    hash: u64,
    key: &K,
    value: &V,
) -> Result<Option<V>, AllocError> {
    let place = if Inline::<K, V>::IN_PLACE { None } else { Some(Place::find(table, seen)?) };
    let Some(locked) = seen.lock() else { return Ok(None) };
    let old = Raw::load::<V>(value_of::<K>(entry));
    if expected.is_some_and(|expected| !expected.matches(value_of::<K>(entry))) {
        locked.abandon();
        return Ok(None);
    }
    match place {
        Some(place) => table.replace(locked, spot, place, hash, |entry| write(entry, key, value)),
        None => {
            value.store(value_of::<K>(entry));
            locked.commit();
        }
    }
    Ok(Some(old.value()))
}

#[inline(always)]
pub(super) fn write<K: Words, V: Words>(entry: Entry<'_>, key: &K, value: &V) {
    key.store(entry);
    value.store(value_of::<K>(entry));
}

#[cold]
pub(super) fn out_of_memory<T>(_: AllocError) -> T {
    handle_alloc_error(Layout::new::<[u64; 16]>())
}
