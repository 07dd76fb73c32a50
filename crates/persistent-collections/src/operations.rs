//! What the set operations of all maps have in common.

use core::hash::{BuildHasher, Hash};

use crate::nodes::{Both, Combine};
use crate::shared::Sharing;
use crate::{HashSet, OrdSet};

/// What a merge makes of a key that both sides have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge<V> {
    /// The left value; costs nothing where both sides share.
    Left,
    /// The right value.
    Right,
    /// Another value.
    New(V),
    /// The key goes.
    Remove,
}

/// One difference between two maps or sets: what `diff` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change<'a, K, V> {
    /// Only the new map has the key.
    Added {
        /// The key.
        key: &'a K,
        /// Its value.
        value: &'a V,
    },
    /// Only the old map has the key.
    Removed {
        /// The key.
        key: &'a K,
        /// Its value.
        value: &'a V,
    },
    /// Both have the key, with different values.
    Changed {
        /// The key.
        key: &'a K,
        /// The value in the old map.
        old: &'a V,
        /// The value in the new map.
        new: &'a V,
    },
}

/// The operations that need nothing but the keys.
pub(crate) mod by_key {
    use super::{Both, Combine};

    macro_rules! operation {
        ($(#[$doc:meta])* $name:ident, $left:expr, $right:expr, $shared:expr, $both:ident) => {
            $(#[$doc])*
            #[derive(Clone, Copy)]
            pub(crate) struct $name;

            impl<K, V> Combine<K, V> for $name {
                const LEFT: bool = $left;
                const RIGHT: bool = $right;
                const SHARED: Option<bool> = Some($shared);

                #[inline]
                fn both(&mut self, _: &K, _: &V, _: &V) -> Both<V> {
                    Both::$both
                }
            }
        };
    }

    operation!(/** All keys, the left values first. */ Union, true, true, true, Left);
    operation!(/** The keys of both, with the left values. */ Intersection, false, false, true, Left);
    operation!(/** The keys of the left side alone. */ Difference, true, false, false, Neither);
    operation!(/** The keys of one side alone. */ SymmetricDifference, true, true, false, Neither);
}

/// A merge by a user's function.
pub(crate) struct MergeWith<F>(pub(crate) F);

impl<K, V, F: FnMut(&K, &V, &V) -> Merge<V>> Combine<K, V> for MergeWith<F> {
    const LEFT: bool = true;
    const RIGHT: bool = true;
    const SHARED: Option<bool> = Some(true);

    fn both(&mut self, key: &K, left: &V, right: &V) -> Both<V> {
        match (self.0)(key, left, right) {
            Merge::Left => Both::Left,
            Merge::Right => Both::Right,
            Merge::New(value) => Both::New(value),
            Merge::Remove => Both::Neither,
        }
    }
}

/// As [`MergeWith`], but shown every key of both sides.
pub(crate) struct MergeAll<F>(pub(crate) MergeWith<F>);

impl<K, V, F: FnMut(&K, &V, &V) -> Merge<V>> Combine<K, V> for MergeAll<F> {
    const LEFT: bool = true;
    const RIGHT: bool = true;
    const SHARED: Option<bool> = None;

    fn both(&mut self, key: &K, left: &V, right: &V) -> Both<V> {
        self.0.both(key, left, right)
    }
}

/// The set operations of a map, which its `combine` does.
///
/// A macro, because a trait's methods would have to be imported to be called.
macro_rules! map_operations {
    ([$($generics:tt)*] $map:ty) => {
        impl<$($generics)*> $map {
            /// The entries of both; for keys of both, the value of `self`.
            ///
            /// Time: O(differences · log n) between versions of one map, O(n + m) between others.
            #[must_use]
            pub fn union(&self, other: &Self) -> Self {
                self.combine(other, by_key::Union)
            }

            /// The entries of `self` whose keys `other` has too.
            ///
            /// Time: as [`Self::union`].
            #[must_use]
            pub fn intersection(&self, other: &Self) -> Self {
                self.combine(other, by_key::Intersection)
            }

            /// The entries of `self` whose keys `other` does not have.
            ///
            /// Time: as [`Self::union`].
            #[must_use]
            pub fn difference(&self, other: &Self) -> Self {
                self.combine(other, by_key::Difference)
            }

            /// The entries of both whose keys the other one does not have.
            ///
            /// Time: as [`Self::union`].
            #[must_use]
            pub fn symmetric_difference(&self, other: &Self) -> Self {
                self.combine(other, by_key::SymmetricDifference)
            }

            /// The entries of both; `merge` decides over keys of both. It is **not asked** where both sides share a node: there
            /// the left value, which is also the right one, stays. See [`Self::union_with`] for a function that must see all.
            ///
            /// Time: as [`Self::union`].
            #[must_use]
            pub fn merge_with<F: FnMut(&K, &V, &V) -> Merge<V>>(&self, other: &Self, merge: F) -> Self {
                self.combine(other, MergeWith(merge))
            }

            /// The entries of both; `with` makes one value out of two. It sees every key of both, shared or not.
            ///
            /// Time: O(n + m).
            #[must_use]
            pub fn union_with<F: FnMut(&K, &V, &V) -> V>(&self, other: &Self, mut with: F) -> Self {
                self.combine(
                    other,
                    MergeAll(MergeWith(|key: &K, left: &V, right: &V| Merge::New(with(key, left, right)))),
                )
            }
        }
    };
}
pub(crate) use map_operations;

/// `|`, `&`, `-` and `^` of two references to sets.
macro_rules! set_operators {
    ($([$($generics:tt)*] $name:ty),*) => {$(
        set_operators!(@one [$($generics)*] $name, BitOr, bitor, union);
        set_operators!(@one [$($generics)*] $name, BitAnd, bitand, intersection);
        set_operators!(@one [$($generics)*] $name, Sub, sub, difference);
        set_operators!(@one [$($generics)*] $name, BitXor, bitxor, symmetric_difference);
    )*};
    (@one [$($generics:tt)*] $name:ty, $operator:ident, $method:ident, $operation:ident) => {
        impl<$($generics)*> core::ops::$operator for &$name {
            type Output = $name;

            fn $method(self, other: Self) -> $name {
                self.$operation(other)
            }
        }
    };
}

set_operators!(
    [T: Ord + Clone, P: Sharing] OrdSet<T, P>,
    [T: Hash + Eq + Clone, S: BuildHasher + Clone, P: Sharing] HashSet<T, S, P>
);
