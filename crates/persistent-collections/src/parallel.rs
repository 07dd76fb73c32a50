//! Parallel iterators, parallel builds and parallel set operations.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use rayon::iter::plumbing::{Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge};
use rayon::prelude::*;

use crate::shared::{Atomic, Side};
use crate::{HashMap, HashSet, IndexMap, OrdMap, OrdSet, Queue, Stack, Vector, hash, ord, vector};

macro_rules! indexed {
    ($(#[$doc:meta])* $name:ident<$($param:ident),*>, $chunks:ty, $item:ty, $iter:ty) => {
        $(#[$doc])*
        pub struct $name<'a, $($param),*>($chunks, usize);

        impl<$($param),*> core::fmt::Debug for $name<'_, $($param),*> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).field("left", &self.1).finish_non_exhaustive()
            }
        }

        impl<'a, $($param: Sync + Send + 'a),*> ParallelIterator for $name<'a, $($param),*> {
            type Item = $item;

            fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
                bridge(self, consumer)
            }

            fn opt_len(&self) -> Option<usize> {
                Some(self.1)
            }
        }

        impl<'a, $($param: Sync + Send + 'a),*> IndexedParallelIterator for $name<'a, $($param),*> {
            fn len(&self) -> usize {
                self.1
            }

            fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
                bridge(self, consumer)
            }

            fn with_producer<B: ProducerCallback<Self::Item>>(self, callback: B) -> B::Output {
                callback.callback(self)
            }
        }

        impl<'a, $($param: Sync + Send + 'a),*> Producer for $name<'a, $($param),*> {
            type Item = $item;
            type IntoIter = $iter;

            fn into_iter(self) -> $iter {
                self.0.elements()
            }

            fn split_at(self, index: usize) -> (Self, Self) {
                let (left, right) = self.0.split_at(index);
                (Self(left, index), Self(right, self.1 - index))
            }
        }
    };
}

indexed!(
    /// The elements of a [`Vector`] in parallel.
    VectorParIter<T>, vector::Chunks<'a, T, Atomic>, &'a T, vector::Iter<'a, T>);
indexed!(
    /// The entries of an [`OrdMap`] in parallel, in order.
    OrdMapParIter<K, V>, ord::Chunks<'a, K, V, Atomic>, (&'a K, &'a V), ord::Iter<'a, K, V>);

impl<'a, T: Sync + Send + 'a> IntoParallelIterator for &'a Vector<T> {
    type Item = &'a T;
    type Iter = VectorParIter<'a, T>;

    fn into_par_iter(self) -> VectorParIter<'a, T> {
        VectorParIter(self.chunks(), self.len())
    }
}

impl<'a, K: Sync + Send + 'a, V: Sync + Send + 'a> IntoParallelIterator for &'a OrdMap<K, V> {
    type Item = (&'a K, &'a V);
    type Iter = OrdMapParIter<'a, K, V>;

    fn into_par_iter(self) -> OrdMapParIter<'a, K, V> {
        OrdMapParIter(self.chunks(), self.len())
    }
}

impl<T: Sync + Send> OrdSet<T> {
    /// The elements in parallel, in order.
    ///
    /// Time: O(n / threads).
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &T> {
        self.as_map().into_par_iter().map(|(key, ())| key)
    }
}

impl<K: Sync + Send, V: Sync + Send, S: Sync> HashMap<K, V, S> {
    /// The entries in parallel, in an arbitrary order.
    ///
    /// Time: O(n / threads).
    pub fn par_iter(&self) -> impl ParallelIterator<Item = (&K, &V)> {
        // The nodes two levels down: up to 256 pieces of work.
        let mut nodes: Vec<&hash::Child<K, V, Atomic>> = self.root().into_iter().collect();
        for _ in 0..2 {
            nodes = nodes
                .into_iter()
                .flat_map(|node| match node.side() {
                    Side::X(_) => core::slice::from_ref(node),
                    Side::Y(branch) => branch.a(),
                })
                .collect();
        }
        nodes.into_par_iter().flat_map_iter(|node| {
            hash::Leaves::new(core::slice::from_ref(node)).flatten().map(|(key, value)| (key, value))
        })
    }
}

impl<T: Sync + Send, S: Sync> HashSet<T, S> {
    /// The elements in parallel, in an arbitrary order.
    ///
    /// Time: O(n / threads).
    pub fn par_iter(&self) -> impl ParallelIterator<Item = &T> {
        self.as_map().par_iter().map(|(key, ())| key)
    }
}

impl<T: Sync + Send> Queue<T> {
    /// The elements in parallel, in the order in which they come out.
    ///
    /// Time: O(n / threads).
    pub fn par_iter(&self) -> VectorParIter<'_, T> {
        self.as_vector().into_par_iter()
    }
}

impl<T: Sync + Send> Stack<T> {
    /// The elements in parallel, the one on top first.
    ///
    /// Time: O(n / threads).
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &T> {
        self.as_vector().into_par_iter().rev()
    }
}

impl<K: Sync + Send, V: Sync + Send, S> IndexMap<K, V, S> {
    /// The entries in parallel, in order.
    ///
    /// Time: O(n / threads).
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = (&K, &V)> {
        self.entries().into_par_iter().map(|(_, (key, value))| (key, value))
    }
}

/// Elements that one thread turns into a collection of its own before these are joined.
const PIECE: usize = 1 << 13;

impl<T: Clone + Send + Sync> FromParallelIterator<T> for Vector<T> {
    /// Builds pieces in parallel and joins them.
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(values: I) -> Self {
        let pieces = values.into_par_iter().fold(Vec::new, |mut piece, value| {
            piece.push(value);
            piece
        });
        pieces.map(Self::from).reduce(Self::new, |mut left, right| {
            left.append(right);
            left
        })
    }
}

impl<K: Ord + Clone + Send + Sync, V: Clone + Send + Sync> FromParallelIterator<(K, V)> for OrdMap<K, V> {
    /// Sorts in parallel; the last of several values for one key wins.
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut entries: Vec<(K, V)> = entries.into_par_iter().collect();
        entries.par_sort_by(|(left, _), (right, _)| left.cmp(right));
        entries.into_iter().collect()
    }
}

impl<K, V, S> FromParallelIterator<(K, V)> for HashMap<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync,
    V: Clone + Send + Sync,
    S: BuildHasher + Clone + Default + Send + Sync,
{
    /// Builds maps in parallel and unites them; the last of several values for one key wins.
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries: Vec<(K, V)> = entries.into_par_iter().collect();
        let empty = Self::default();
        let pieces = entries.par_chunks(PIECE).map(|piece| {
            let mut map = empty.clone();
            map.extend(piece.iter().cloned());
            map
        });
        pieces.reduce(|| empty.clone(), |left, right| right.union(&left))
    }
}

impl<K, V, S> FromParallelIterator<(K, V)> for IndexMap<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync,
    V: Clone + Send + Sync,
    S: BuildHasher + Default,
{
    /// Computes the entries in parallel and puts them in in order; of several values for one key the last one wins.
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        entries.into_par_iter().collect::<Vec<_>>().into_iter().collect()
    }
}

/// Collections whose elements are collected as those of `$inner`.
macro_rules! collect_as {
    ($([$($bounds:tt)*] $name:ty, $inner:ty, $map:expr, $wrap:expr;)*) => {$(
        impl<$($bounds)*> FromParallelIterator<T> for $name {
            /// As the collection below.
            fn from_par_iter<I: IntoParallelIterator<Item = T>>(values: I) -> Self {
                let inner: $inner = values.into_par_iter().map($map).collect();
                $wrap(inner)
            }
        }
    )*};
}

collect_as! {
    [T: Clone + Send + Sync] Queue<T>, Vector<T>, |value| value, Queue::from_vector;
    [T: Clone + Send + Sync] Stack<T>, Vector<T>, |value| value, Stack::from_vector;
    [T: Ord + Clone + Send + Sync] OrdSet<T>, OrdMap<T, ()>, |value| (value, ()), OrdSet::from_map;
    [T: Hash + Eq + Clone + Send + Sync, S: BuildHasher + Clone + Default + Send + Sync]
        HashSet<T, S>, HashMap<T, (), S>, |value| (value, ()), HashSet::from_map;
}

/// `par_extend`: collects in parallel, then joins what was there and what is new.
macro_rules! par_extend {
    ($([$($bounds:tt)*] $name:ty, $item:ty, |$all:ident, $new:ident| $join:expr;)*) => {$(
        impl<$($bounds)*> ParallelExtend<$item> for $name {
            fn par_extend<I: IntoParallelIterator<Item = $item>>(&mut self, values: I) {
                let ($all, $new) = (self, values.into_par_iter().collect::<$name>());
                $join;
            }
        }
    )*};
}

par_extend! {
    [T: Clone + Send + Sync] Vector<T>, T, |all, new| all.append(new);
    [K: Ord + Clone + Send + Sync, V: Clone + Send + Sync] OrdMap<K, V>, (K, V), |all, new| *all = new.par_union(all);
    [K: Hash + Eq + Clone + Send + Sync, V: Clone + Send + Sync, S: BuildHasher + Clone + Default + Send + Sync]
        HashMap<K, V, S>, (K, V), |all, new| *all = new.par_union(all);
    [T: Ord + Clone + Send + Sync] OrdSet<T>, T, |all, new| *all = all.par_union(&new);
    [T: Hash + Eq + Clone + Send + Sync, S: BuildHasher + Clone + Default + Send + Sync]
        HashSet<T, S>, T, |all, new| *all = all.par_union(&new);
}

impl<K, V, S> HashMap<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync,
    V: Clone + Send + Sync,
    S: BuildHasher + Clone + Sync,
{
    /// [`HashMap::union`] on all threads, sixteen at most.
    ///
    /// Time: as [`HashMap::union`], divided by the threads.
    #[must_use]
    pub fn par_union(&self, other: &Self) -> Self {
        // Where both are small there is nothing to divide.
        let parts = if self.len() + other.len() < PIECE { None } else { self.pairs(other) };
        let Some(parts) = parts else { return self.union(other) };
        let parts: Vec<_> = parts.into_par_iter().map(|(left, right)| self.unite(left, right)).collect();
        self.assemble(parts)
    }
}

impl<T: Hash + Eq + Clone + Send + Sync, S: BuildHasher + Clone + Sync> HashSet<T, S> {
    /// [`HashSet::union`] on all threads, sixteen at most.
    ///
    /// Time: as [`HashSet::union`], divided by the threads.
    #[must_use]
    pub fn par_union(&self, other: &Self) -> Self {
        Self::from_map(self.as_map().par_union(other.as_map()))
    }
}

impl<T: Ord + Clone + Send + Sync> OrdSet<T> {
    /// [`OrdSet::union`] on all threads.
    ///
    /// Time: as [`OrdSet::union`], divided by the threads.
    #[must_use]
    pub fn par_union(&self, other: &Self) -> Self {
        Self::from_map(self.as_map().par_union(other.as_map()))
    }
}

impl<K: Ord + Clone + Send + Sync, V: Clone + Send + Sync> OrdMap<K, V> {
    /// [`OrdMap::union`] on all threads.
    ///
    /// Time: as [`OrdMap::union`], divided by the threads.
    #[must_use]
    pub fn par_union(&self, other: &Self) -> Self {
        // Where both are small or one is the other, there is nothing to divide.
        if self.len() + other.len() < PIECE || self.ptr_eq(other) {
            return self.union(other);
        }
        let (large, small) = if self.len() < other.len() { (other, self) } else { (self, other) };
        let Some((middle, _)) = large.nth(large.len() / 2) else { return small.clone() };
        let cut = |map: &Self| map.split_at_index(map.rank(middle));
        let ((left, right), (other_left, other_right)) = (cut(self), cut(other));
        let (mut left, right) = rayon::join(|| left.par_union(&other_left), || right.par_union(&other_right));
        left.append(right);
        left
    }
}
