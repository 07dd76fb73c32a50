//! `Serialize` and `Deserialize`, as a map.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use bytemuck::{CheckedBitPattern, NoUninit};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::RadixIndex;

/// Entries to make room for before the first one was read, whatever the input promises.
const TRUSTED: usize = 1 << 12;

impl<K, V, S> Serialize for RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash + Serialize,
    V: NoUninit + CheckedBitPattern + Serialize,
    S: BuildHasher,
{
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        // Counted first, because formats want the length first, and others may be writing.
        serializer.collect_map(self.iter().collect::<Vec<_>>())
    }
}

impl<'de, K, V, S> Deserialize<'de> for RadixIndex<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash + Deserialize<'de>,
    V: NoUninit + CheckedBitPattern + Deserialize<'de>,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<K, V, S>(PhantomData<RadixIndex<K, V, S>>);

impl<'de, K, V, S> Visitor<'de> for Entries<K, V, S>
where
    K: NoUninit + CheckedBitPattern + Eq + Hash + Deserialize<'de>,
    V: NoUninit + CheckedBitPattern + Deserialize<'de>,
    S: BuildHasher + Default,
{
    type Value = RadixIndex<K, V, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let capacity = entries.size_hint().unwrap_or(0).min(TRUSTED);
        let index = RadixIndex::with_capacity_and_hasher(capacity, S::default());
        while let Some((key, value)) = entries.next_entry()? {
            index.insert(key, value);
        }
        Ok(index)
    }
}
