//! `Serialize` and `Deserialize`, as a map.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::RadixMap;

/// Entries to make room for before the first one was read, whatever the input promises.
const TRUSTED: usize = 1 << 12;

impl<K: Eq + Hash + Serialize, V: Serialize, S: BuildHasher> Serialize for RadixMap<K, V, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        // Counted first, because formats want the length first, and others may be writing.
        serializer.collect_map(self.pin().iter().collect::<Vec<_>>())
    }
}

impl<'de, K, V, S> Deserialize<'de> for RadixMap<K, V, S>
where
    K: Eq + Hash + Deserialize<'de>,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<K, V, S>(PhantomData<RadixMap<K, V, S>>);

impl<'de, K, V, S> Visitor<'de> for Entries<K, V, S>
where
    K: Eq + Hash + Deserialize<'de>,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    type Value = RadixMap<K, V, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let capacity = entries.size_hint().unwrap_or(0).min(TRUSTED);
        let map = RadixMap::with_capacity_and_hasher(capacity, S::default());
        let view = map.pin();
        while let Some((key, value)) = entries.next_entry()? {
            view.insert(key, value);
        }
        drop(view);
        Ok(map)
    }
}
