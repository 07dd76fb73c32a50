//! Iterators over an index map, in the order of insertion.

use super::{IndexMap, Ticket};
use crate::nodes::{first, forward_iterator, second};
use crate::ord;
use crate::shared::{Atomic, Sharing};

/// References to the entries in order: see [`IndexMap::iter`].
pub struct Iter<'a, K, V, P: Sharing = Atomic>(ord::Values<'a, Ticket, (K, V), P>);
forward_iterator!(['a, K, V, P: Sharing] Iter<'a, K, V, P>, (&'a K, &'a V), |(key, value): &'a (K, V)| (key, value));

/// References to the entries in order, the values to be changed: see [`IndexMap::iter_mut`].
pub struct IterMut<'a, K: Clone, V: Clone, P: Sharing = Atomic>(ord::ValuesMut<'a, Ticket, (K, V), P>);
forward_iterator!(['a, K: Clone, V: Clone, P: Sharing] IterMut<'a, K, V, P>, (&'a K, &'a mut V), |(key, value): &'a mut (K, V)| (&*key, value));

/// The entries by value, in order; those shared with other versions are cloned.
pub struct IntoIter<K: Clone, V: Clone, P: Sharing = Atomic>(ord::IntoValues<Ticket, (K, V), P>);
forward_iterator!([K: Clone, V: Clone, P: Sharing] IntoIter<K, V, P>, (K, V), |entry| entry);

/// References to the keys in order: see [`IndexMap::keys`].
pub struct Keys<'a, K, V, P: Sharing = Atomic>(Iter<'a, K, V, P>);
forward_iterator!(['a, K, V, P: Sharing] Keys<'a, K, V, P>, &'a K, |(key, _)| key);

/// References to the values in order: see [`IndexMap::values`].
pub struct Values<'a, K, V, P: Sharing = Atomic>(Iter<'a, K, V, P>);
forward_iterator!(['a, K, V, P: Sharing] Values<'a, K, V, P>, &'a V, |(_, value)| value);

/// The values in order, to be changed: see [`IndexMap::values_mut`].
pub struct ValuesMut<'a, K: Clone, V: Clone, P: Sharing = Atomic>(IterMut<'a, K, V, P>);
forward_iterator!(['a, K: Clone, V: Clone, P: Sharing] ValuesMut<'a, K, V, P>, &'a mut V, |(_, value)| value);

/// The keys by value, in order: see [`IndexMap::into_keys`].
pub struct IntoKeys<K: Clone, V: Clone, P: Sharing = Atomic>(IntoIter<K, V, P>);
forward_iterator!([K: Clone, V: Clone, P: Sharing] IntoKeys<K, V, P>, K, first);

/// The values by value, in order: see [`IndexMap::into_values`].
pub struct IntoValues<K: Clone, V: Clone, P: Sharing = Atomic>(IntoIter<K, V, P>);
forward_iterator!([K: Clone, V: Clone, P: Sharing] IntoValues<K, V, P>, V, second);

macro_rules! clone {
    ($($name:ident),*) => {
        $(impl<K, V, P: Sharing> Clone for $name<'_, K, V, P> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        })*
    };
}
clone!(Iter, Keys, Values);

impl<K, V, S, P: Sharing> IndexMap<K, V, S, P> {
    /// The entries in order.
    ///
    /// Time: O(1), and O(1) amortised for each entry.
    pub fn iter(&self) -> Iter<'_, K, V, P> {
        Iter(self.entries.values())
    }

    /// The keys in order.
    ///
    /// Time: O(1), and O(1) amortised for each key.
    pub fn keys(&self) -> Keys<'_, K, V, P> {
        Keys(self.iter())
    }

    /// The values in order.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn values(&self) -> Values<'_, K, V, P> {
        Values(self.iter())
    }
}

impl<K: Clone, V: Clone, S, P: Sharing> IndexMap<K, V, S, P> {
    /// The entries in order, the values to be changed. Shared nodes are copied when the iterator reaches them.
    ///
    /// Time: O(1), and O(1) amortised for each entry.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V, P> {
        IterMut(self.entries.values_mut())
    }

    /// The values in order, to be changed.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V, P> {
        ValuesMut(self.iter_mut())
    }

    /// The keys by value, in order.
    ///
    /// Time: O(1), and O(1) amortised for each key.
    pub fn into_keys(self) -> IntoKeys<K, V, P> {
        IntoKeys(self.into_iter())
    }

    /// The values by value, in order.
    ///
    /// Time: O(1), and O(1) amortised for each value.
    pub fn into_values(self) -> IntoValues<K, V, P> {
        IntoValues(self.into_iter())
    }
}

impl<K: Clone, V: Clone, S, P: Sharing> IntoIterator for IndexMap<K, V, S, P> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, P>;

    fn into_iter(self) -> IntoIter<K, V, P> {
        let Self { places, entries, .. } = self;
        drop(places); // while no entry is given yet: rust-lang/rust#47949
        IntoIter(entries.into_values())
    }
}

impl<'a, K, V, S, P: Sharing> IntoIterator for &'a IndexMap<K, V, S, P> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V, P>;

    fn into_iter(self) -> Iter<'a, K, V, P> {
        self.iter()
    }
}

impl<'a, K: Clone, V: Clone, S, P: Sharing> IntoIterator for &'a mut IndexMap<K, V, S, P> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V, P>;

    fn into_iter(self) -> IterMut<'a, K, V, P> {
        self.iter_mut()
    }
}
