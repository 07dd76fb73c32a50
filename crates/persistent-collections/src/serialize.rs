//! `Serialize` and `Deserialize`: collections as plain sequences and maps, and several versions as one and its changes.
//!
//! What is read is built by inserting, so no document, however hostile, can break an invariant: it is an error, or a valid collection.

use alloc::vec::Vec;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::shared::Sharing;
use crate::{Change, HashMap, HashSet, IndexMap, OrdMap, OrdSet, Queue, Stack, Vector};

macro_rules! sequence {
    ([$($generics:tt)*] [$($de:tt)*] $name:ty, $item:ident) => {
        impl<$($generics)*> Serialize for $name
        where
            $item: Serialize,
        {
            fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
                serializer.collect_seq(self)
            }
        }

        impl<'de, $($de)*> Deserialize<'de> for $name
        where
            $item: Deserialize<'de>,
        {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_seq(Elements::<Self, T>(PhantomData))
            }
        }
    };
}

macro_rules! map {
    ([$($generics:tt)*] [$($de:tt)*] $name:ty) => {
        impl<$($generics)*> Serialize for $name
        where
            K: Serialize,
            V: Serialize,
        {
            fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
                serializer.collect_map(self)
            }
        }

        impl<'de, $($de)*> Deserialize<'de> for $name
        where
            K: Deserialize<'de>,
            V: Deserialize<'de>,
        {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(Entries::<Self, K, V>(PhantomData))
            }
        }
    };
}

sequence!([T, P: Sharing] [T: Clone, P: Sharing] Vector<T, P>, T);
sequence!([T, P: Sharing] [T: Clone, P: Sharing] Queue<T, P>, T);
sequence!([T, P: Sharing] [T: Ord + Clone, P: Sharing] OrdSet<T, P>, T);
sequence!([T, S, P: Sharing] [T: Hash + Eq + Clone, S: BuildHasher + Default, P: Sharing] HashSet<T, S, P>, T);
map!([K, V, P: Sharing] [K: Ord + Clone, V: Clone, P: Sharing] OrdMap<K, V, P>);
map!([K, V, S, P: Sharing] [K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default, P: Sharing] HashMap<K, V, S, P>);
map!([K, V, S, P: Sharing] [K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default, P: Sharing] IndexMap<K, V, S, P>);

impl<T: Serialize, P: Sharing> Serialize for Stack<T, P> {
    /// Bottom first, so that reading it pushes in the right order.
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.as_vector().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Clone, P: Sharing> Deserialize<'de> for Stack<T, P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Elements::<Self, T>(PhantomData))
    }
}

struct Elements<C, T>(PhantomData<(C, T)>);

impl<'de, T: Deserialize<'de>, C: Default + Extend<T>> Visitor<'de> for Elements<C, T> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<C, A::Error> {
        let mut collection = C::default();
        // The length that a document claims is not believed: leaves are made as elements come.
        while let Some(element) = access.next_element()? {
            collection.extend(Some(element));
        }
        Ok(collection)
    }
}

struct Entries<C, K, V>(PhantomData<(C, K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>, C: Default + Extend<(K, V)>> Visitor<'de>
    for Entries<C, K, V>
{
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<C, A::Error> {
        let mut collection = C::default();
        while let Some(entry) = access.next_entry()? {
            collection.extend(Some(entry));
        }
        Ok(collection)
    }
}

/// Several versions of one collection, serialised as the first one and the changes from each to the next; read back, they
/// share again what did not change.
///
/// ```
/// use persistent_collections::{Footprint, Vector, Versions};
///
/// let old: Vector<u32> = (0..10_000).collect();
/// let text = serde_json::to_string(&Versions(vec![old.clone(), old.with(77, 0)])).unwrap();
/// let Versions(read): Versions<Vector<u32>> = serde_json::from_str(&text).unwrap();
/// assert_eq!((&read[0], read[1][77]), (&old, 0));
/// let mut footprint = Footprint::default();
/// read.iter().for_each(|version| footprint.add(version));
/// assert!(footprint.total() < old.heap_size() * 3 / 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions<C>(pub Vec<C>);

/// A collection that can say what changed, and do it again.
pub trait Replay: Clone + Sized {
    /// The changes from one version to the next.
    type Changes;

    /// What to do to `self` to get `next`.
    fn changes_to(&self, next: &Self) -> Self::Changes;

    /// Does it, or says what makes it impossible.
    ///
    /// # Errors
    ///
    /// A text, if the changes do not fit this version.
    fn replay(&mut self, changes: Self::Changes) -> Result<(), &'static str>;
}

impl<T: Clone + PartialEq, P: Sharing> Replay for Vector<T, P> {
    /// From the back: start and end of what is replaced, and what with.
    type Changes = Vec<(usize, usize, Vec<T>)>;

    fn changes_to(&self, next: &Self) -> Self::Changes {
        let edits = self.diff(next).into_iter().rev();
        edits.map(|edit| (edit.old.start, edit.old.end, next.slice(edit.new).into_iter().collect())).collect()
    }

    fn replay(&mut self, changes: Self::Changes) -> Result<(), &'static str> {
        for (start, end, with) in changes {
            if start > end || end > self.len() {
                return Err("a change outside of the vector");
            }
            drop(self.splice(start..end, with));
        }
        Ok(())
    }
}

macro_rules! replay_map {
    ([$($generics:tt)*] $name:ty) => {
        impl<$($generics)*> Replay for $name {
            /// Keys that go, and entries that come or change.
            type Changes = (Vec<K>, Vec<(K, V)>);

            fn changes_to(&self, next: &Self) -> Self::Changes {
                let mut changes = (Vec::new(), Vec::new());
                self.diff_with(next, |change| match change {
                    Change::Removed { key, .. } => changes.0.push(key.clone()),
                    Change::Added { key, value } | Change::Changed { key, new: value, .. } => {
                        changes.1.push((key.clone(), value.clone()));
                    }
                });
                changes
            }

            fn replay(&mut self, (gone, put): Self::Changes) -> Result<(), &'static str> {
                gone.iter().for_each(|key| drop(self.remove(key)));
                self.extend(put);
                Ok(())
            }
        }
    };
}

replay_map!([K: Ord + Clone, V: Clone + PartialEq, P: Sharing] OrdMap<K, V, P>);
replay_map!([K: Hash + Eq + Clone, V: Clone + PartialEq, S: BuildHasher + Clone, P: Sharing] HashMap<K, V, S, P>);

macro_rules! replay_set {
    ([$($generics:tt)*] $name:ty) => {
        impl<$($generics)*> Replay for $name {
            /// Elements that go, and elements that come.
            type Changes = (Vec<T>, Vec<T>);

            fn changes_to(&self, next: &Self) -> Self::Changes {
                let mut changes = (Vec::new(), Vec::new());
                for change in self.diff(next) {
                    match change {
                        Change::Removed { key, .. } => changes.0.push(key.clone()),
                        Change::Added { key, .. } | Change::Changed { key, .. } => changes.1.push(key.clone()),
                    }
                }
                changes
            }

            fn replay(&mut self, (gone, put): Self::Changes) -> Result<(), &'static str> {
                for value in &gone {
                    self.remove(value);
                }
                self.extend(put);
                Ok(())
            }
        }
    };
}

replay_set!([T: Ord + Clone, P: Sharing] OrdSet<T, P>);
replay_set!([T: Hash + Eq + Clone, S: BuildHasher + Clone, P: Sharing] HashSet<T, S, P>);

impl<C: Replay<Changes: Serialize> + Serialize> Serialize for Versions<C> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let changes: Vec<C::Changes> = self.0.windows(2).map(|pair| pair[0].changes_to(&pair[1])).collect();
        (self.0.first(), changes).serialize(serializer)
    }
}

impl<'de, C: Replay<Changes: Deserialize<'de>> + Deserialize<'de>> Deserialize<'de> for Versions<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (first, changes) = <(Option<C>, Vec<C::Changes>)>::deserialize(deserializer)?;
        let Some(first) = first else {
            return if changes.is_empty() {
                Ok(Self(Vec::new()))
            } else {
                Err(D::Error::custom("changes of nothing"))
            };
        };
        let mut versions = Vec::from([first]);
        for changes in changes {
            let mut next = versions[versions.len() - 1].clone();
            next.replay(changes).map_err(D::Error::custom)?;
            versions.push(next);
        }
        Ok(Self(versions))
    }
}
