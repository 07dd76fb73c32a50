//! Serde: a map as a map, a set as a sequence. Documents need not be sorted: what comes in is inserted, of equal keys
//! the last counts, and so no document can break an invariant.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::shape::Shape;
use crate::{BPlusTreeMap, BPlusTreeSet, RankedMap};

impl<K: Serialize, V: Serialize, S: Shape> Serialize for BPlusTreeMap<K, V, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        serializer.collect_map(self)
    }
}

impl<T: Serialize, S: Shape> Serialize for BPlusTreeSet<T, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        serializer.collect_seq(self)
    }
}

impl<K: Serialize, V: Serialize> Serialize for RankedMap<K, V> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, S: Shape> Deserialize<'de>
    for BPlusTreeMap<K, V, S>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for RankedMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BPlusTreeMap::deserialize(deserializer).map(Self::from)
    }
}

impl<'de, T: Deserialize<'de> + Ord, S: Shape> Deserialize<'de> for BPlusTreeSet<T, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Keys(PhantomData))
    }
}

struct Entries<K, V, S: Shape>(PhantomData<BPlusTreeMap<K, V, S>>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, S: Shape> Visitor<'de> for Entries<K, V, S> {
    type Value = BPlusTreeMap<K, V, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BPlusTreeMap::with_shape();
        while let Some((key, value)) = access.next_entry()? {
            map.insert(key, value); // at the end of the last leaf if the document is sorted
        }
        Ok(map)
    }
}

struct Keys<T, S: Shape>(PhantomData<BPlusTreeSet<T, S>>);

impl<'de, T: Deserialize<'de> + Ord, S: Shape> Visitor<'de> for Keys<T, S> {
    type Value = BPlusTreeSet<T, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut set = BPlusTreeSet::with_shape();
        while let Some(key) = access.next_element()? {
            set.insert(key);
        }
        Ok(set)
    }
}
