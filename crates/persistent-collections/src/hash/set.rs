//! A persistent hash set: a map to nothing.

use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash};

use super::{HashMap, IntoKeys, Keys, RandomState};
use crate::nodes::forward_iterator;
use crate::operations::{Change, by_key};
use crate::set::set;
use crate::shared::{Atomic, Sharing};

/// A hash set whose clones share what they have in common: see [`HashMap`].
///
/// # Examples
///
/// ```
/// use persistent_collections::HashSet;
///
/// let evens: HashSet<u32> = (0..100).step_by(2).collect();
/// let threes: HashSet<u32> = (0..100).step_by(3).collect();
/// assert_eq!(evens.intersection(&threes).len(), 17);
/// assert!((&evens | &threes).contains(&99));
/// ```
pub struct HashSet<T, S = RandomState, P: Sharing = Atomic> {
    pub(super) map: HashMap<T, (), S, P>,
}

impl<T> HashSet<T> {
    /// An empty set. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { map: HashMap::new() }
    }
}

/// References to the elements: see [`HashSet::iter`].
pub struct SetIter<'a, T, P: Sharing = Atomic>(Keys<'a, T, (), P>);
forward_iterator!(@forward ['a, T, P: Sharing] SetIter<'a, T, P>, &'a T, |key| key);

impl<T, P: Sharing> Clone for SetIter<'_, T, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The elements by value; those shared with other versions are cloned.
pub struct SetIntoIter<T: Clone, P: Sharing = Atomic>(IntoKeys<T, (), P>);
forward_iterator!(@forward [T: Clone, P: Sharing] SetIntoIter<T, P>, T, |key| key);

impl<T, S, P: Sharing> HashSet<T, S, P> {
    /// An empty set that hashes with `hasher`: see [`HashMap::with_hasher`].
    ///
    /// Time: O(1).
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self { map: HashMap::with_hasher(hasher) }
    }

    /// The hasher.
    ///
    /// Time: O(1).
    pub fn hasher(&self) -> &S {
        self.map.hasher()
    }

    /// The elements in an arbitrary order.
    ///
    /// Time: O(1), and O(1) amortised for each element.
    pub fn iter(&self) -> SetIter<'_, T, P> {
        SetIter(self.map.keys())
    }
}

set!(HashSet of HashMap [Hash, Eq] [S]);
