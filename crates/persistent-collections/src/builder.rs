//! Builders for bulk loads and streams.
//!
//! A collection that nobody shares is changed in place, so a loop of `insert` or `extend` needs no builder. These are for batches: they
//! take values into one flat buffer, where they can still be set, filtered and transformed at the speed of a `Vec`, and build whole leaves
//! of them at the end; ordered maps sort once. The buffer stays, so one builder serves a stream of batches.
//!
//! ```
//! use persistent_collections::builder::{MapBuilder, SequenceBuilder};
//! use persistent_collections::{OrdMap, Vector};
//!
//! let mut batch = SequenceBuilder::new();
//! batch.append(1).append_slice(&[2, 3, 4]).set(0, 7).filter(|x| x % 2 == 1).transform(|x| x * 10);
//! let values: Vector<i32> = batch.build();
//! assert_eq!(values, [70, 30]);
//!
//! let mut batch = MapBuilder::new();
//! batch.set("b", 2).append_slice(&[("a", 1), ("b", 3)]).filter(|_, value| *value > 1);
//! let map: OrdMap<&str, i32> = batch.build();
//! assert_eq!(map, OrdMap::from([("b", 3)]));
//! ```

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use crate::shared::Sharing;
use crate::{HashMap, HashSet, IndexMap, OrdMap, OrdSet, Queue, Stack, Vector};

/// A collection that is built of a batch.
pub trait FromBatch<T>: Sized {
    /// The collection of all of `batch`, which is left empty.
    ///
    /// Time: O(n), O(n log n) for ordered collections whose batch is not sorted.
    fn from_batch(batch: &mut Vec<T>) -> Self;
}

impl<T: Clone, P: Sharing> FromBatch<T> for Vector<T, P> {
    fn from_batch(batch: &mut Vec<T>) -> Self {
        Self::from_vec(batch)
    }
}

macro_rules! from_batch {
    ($([$($generics:tt)*] $name:ty, $item:ty;)*) => {$(
        impl<$($generics)*> FromBatch<$item> for $name {
            fn from_batch(batch: &mut Vec<$item>) -> Self {
                batch.drain(..).collect()
            }
        }
    )*};
}

from_batch! {
    [T: Clone, P: Sharing] Queue<T, P>, T;
    [T: Clone, P: Sharing] Stack<T, P>, T;
    [T: Ord + Clone, P: Sharing] OrdSet<T, P>, T;
    [T: Hash + Eq + Clone, S: BuildHasher + Default, P: Sharing] HashSet<T, S, P>, T;
    [K: Ord + Clone, V: Clone, P: Sharing] OrdMap<K, V, P>, (K, V);
    [K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default, P: Sharing] HashMap<K, V, S, P>, (K, V);
    [K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default, P: Sharing] IndexMap<K, V, S, P>, (K, V);
}

/// Collects elements for a [`Vector`], a set, a [`Queue`] or a [`Stack`]: see the [module](self).
#[derive(Clone, Debug)]
pub struct SequenceBuilder<T> {
    batch: Vec<T>,
}

/// Collects entries for a [`HashMap`], an [`OrdMap`] or an [`IndexMap`]: see the [module](self).
///
/// Of several values for one key the last one wins.
#[derive(Clone, Debug)]
pub struct MapBuilder<K, V> {
    batch: Vec<(K, V)>,
}

/// What both builders do alike; `$item` is what they hold, `$($each: $type),*` how a user's function sees it.
macro_rules! builder {
    ([$($generics:ident),*] $name:ty, $item:ty, |$value:ident| ($($each:expr => $type:ty),*)) => {
        impl<$($generics),*> Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<$($generics),*> Extend<$item> for $name {
            fn extend<I: IntoIterator<Item = $item>>(&mut self, values: I) {
                self.batch.extend(values);
            }
        }

        impl<$($generics),*> $name {
            /// An empty builder. Allocates nothing.
            ///
            /// Time: O(1).
            #[must_use]
            pub const fn new() -> Self {
                Self { batch: Vec::new() }
            }

            /// An empty builder with room for `len`.
            ///
            /// Time: O(1).
            #[must_use]
            pub fn with_capacity(len: usize) -> Self {
                Self { batch: Vec::with_capacity(len) }
            }

            /// An empty builder with room for `len`, which may come from outside.
            ///
            /// Time: O(1).
            ///
            /// # Errors
            ///
            /// If the allocator has no room for as many.
            pub fn try_with_capacity(len: usize) -> Result<Self, alloc::collections::TryReserveError> {
                let mut batch = Vec::new();
                batch.try_reserve_exact(len)?;
                Ok(Self { batch })
            }

            /// How many there are; keys that were put in twice count twice.
            ///
            /// Time: O(1).
            #[must_use]
            pub fn len(&self) -> usize {
                self.batch.len()
            }

            /// Whether there are none.
            ///
            /// Time: O(1).
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.batch.is_empty()
            }

            /// Clones all of `values` behind what is there.
            ///
            /// Time: O(m) for m values.
            pub fn append_slice(&mut self, values: &[$item]) -> &mut Self
            where
                $item: Clone,
            {
                self.batch.extend_from_slice(values);
                self
            }

            /// Keeps those of which `keep` says so.
            ///
            /// Time: O(n).
            pub fn filter(&mut self, mut keep: impl FnMut($(&$type),*) -> bool) -> &mut Self {
                self.batch.retain(|$value| keep($(&$each),*));
                self
            }

            /// Drops what is there, and keeps the room.
            ///
            /// Time: O(n).
            pub fn reset(&mut self) -> &mut Self {
                self.batch.clear();
                self
            }

            /// The collection of all that is there; the builder is empty then, and keeps its room.
            ///
            /// Time: O(n), O(n log n) for ordered collections whose batch is not sorted.
            #[must_use]
            pub fn build<C: FromBatch<$item>>(&mut self) -> C {
                C::from_batch(&mut self.batch)
            }
        }
    };
}

builder!([T] SequenceBuilder<T>, T, |value| (*value => T));
builder!([K, V] MapBuilder<K, V>, (K, V), |entry| (entry.0 => K, entry.1 => V));

impl<T> SequenceBuilder<T> {
    /// Puts `value` behind what is there.
    ///
    /// Time: O(1), amortised.
    pub fn append(&mut self, value: T) -> &mut Self {
        self.batch.push(value);
        self
    }

    /// Replaces what is at `index`.
    ///
    /// Time: O(1).
    ///
    /// # Panics
    ///
    /// If `index` is not below the length.
    pub fn set(&mut self, index: usize, value: T) -> &mut Self {
        let len = self.batch.len();
        match self.batch.get_mut(index) {
            Some(place) => *place = value,
            None => crate::vector::out_of_bounds(index, len),
        }
        self
    }

    /// Replaces every element by what `change` makes of it. If `change` panics, none is left.
    ///
    /// Time: O(n).
    pub fn transform(&mut self, change: impl FnMut(T) -> T) -> &mut Self {
        self.batch = core::mem::take(&mut self.batch).into_iter().map(change).collect();
        self
    }
}

impl<K, V> MapBuilder<K, V> {
    /// Puts an entry behind what is there; it wins over those with an equal key.
    ///
    /// Time: O(1), amortised.
    pub fn set(&mut self, key: K, value: V) -> &mut Self {
        self.batch.push((key, value));
        self
    }

    /// Replaces every value by what `change` makes of it. If `change` panics, no entry is left.
    ///
    /// Time: O(n).
    pub fn transform(&mut self, mut change: impl FnMut(&K, V) -> V) -> &mut Self {
        let batch = core::mem::take(&mut self.batch).into_iter();
        self.batch = batch
            .map(|(key, value)| {
                let value = change(&key, value);
                (key, value)
            })
            .collect();
        self
    }
}
