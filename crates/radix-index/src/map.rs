//! [`RadixMap`]: any key and value, each entry a node of its own.

#[cfg(feature = "rayon")]
mod parallel;
#[cfg(feature = "serde")]
mod serial;
mod traits;
mod view;

use std::borrow::Borrow;

use crate::bucket::AllocError;
use crate::reclaim::NodeTable;
use crate::table::Table;
use crate::{DefaultHashBuilder, Stats};

pub use traits::{MapIntoIter, MapIter};
pub use view::RadixMapRef;

/// A form in which a key can be looked up: any borrowed form of it, as for the maps of the standard library.
///
/// Implement it for keys that are put together from parts. The hash must be that of the key.
pub trait Equivalent<K: ?Sized> {
    /// Whether this is `key`.
    fn equivalent(&self, key: &K) -> bool;
}

impl<Q: Eq + ?Sized, K: Borrow<Q> + ?Sized> Equivalent<K> for Q {
    #[inline]
    fn equivalent(&self, key: &K) -> bool {
        self == key.borrow()
    }
}

/// A concurrent hash map for any keys and values.
///
/// [`RadixMap::pin`] gives a view through which entries are read and written; what a view returned stays valid as
/// long as the view. Reads take no lock and never wait for a writer. `Eq`, `Hash`, `Clone` and closures of yours
/// run outside of any lock: they may panic, and they may use the map. A destructor that panics while a removed
/// entry is freed is reported by the panic hook and goes no further.
///
/// # Examples
///
/// ```
/// use radix_index::{Operation, RadixMap};
///
/// let words: RadixMap<String, usize> = RadixMap::new();
/// std::thread::scope(|scope| {
///     for text in ["a rose is a rose", "is a rose"] {
///         let words = &words;
///         scope.spawn(move || {
///             let words = words.pin();
///             for word in text.split(' ') {
///                 let more = |count: Option<&usize>| Operation::Insert(count.map_or(1, |count| count + 1));
///                 words.compute(word.to_owned(), more);
///             }
///         });
///     }
/// });
/// assert_eq!(words.pin().get("rose"), Some(&3));
/// ```
///
/// What is inserted lives as long as the map's type says, and a map cannot be lent with shorter lifetimes:
///
/// ```compile_fail
/// # use radix_index::RadixMap;
/// fn insert<'a>(map: &RadixMap<u64, &'a str>, text: &'a str) {
///     map.pin().insert(1, text);
/// }
/// let map = RadixMap::<u64, &'static str>::new();
/// insert(&map, &String::from("short-lived"));
/// ```
pub struct RadixMap<K, V, S = DefaultHashBuilder> {
    nodes: NodeTable<K, V>,
    hasher: S,
}

impl<K, V> RadixMap<K, V> {
    /// An empty map; allocates its buckets with the first entry.
    ///
    /// Time: O(1)
    pub fn new() -> Self {
        Self::with_hasher(DefaultHashBuilder::default())
    }

    /// An empty map with room for `capacity` entries.
    ///
    /// Time: O(capacity)
    ///
    /// # Panics
    ///
    /// If there is no memory for so many; see [`RadixMapRef::try_reserve`].
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, DefaultHashBuilder::default())
    }

    /// An empty map with room for exactly `capacity` entries, that never grows: see
    /// [`RadixIndex::fixed`](crate::RadixIndex::fixed).
    ///
    /// Time: O(capacity)
    ///
    /// # Panics
    ///
    /// If there is no memory for so many.
    pub fn fixed(capacity: usize) -> Self {
        let table = Table::fixed(capacity)
            .unwrap_or_else(|AllocError| panic!("no memory for a capacity of {capacity} entries"));
        Self { nodes: NodeTable::new(table), hasher: DefaultHashBuilder::default() }
    }
}

impl<K, V, S> RadixMap<K, V, S> {
    /// An empty map whose keys are hashed by `hasher`.
    ///
    /// Time: O(1)
    pub fn with_hasher(hasher: S) -> Self {
        Self { nodes: NodeTable::new(Table::new(true)), hasher }
    }

    /// An empty map with room for `capacity` entries, whose keys are hashed by `hasher`.
    ///
    /// Time: O(capacity)
    ///
    /// # Panics
    ///
    /// If there is no memory for so many.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        let table = Table::with_capacity(capacity, true)
            .unwrap_or_else(|AllocError| panic!("no memory for a capacity of {capacity} entries"));
        Self { nodes: NodeTable::new(table), hasher }
    }

    /// Removes every entry and yields it by value. What is not taken is dropped with the iterator.
    ///
    /// Time: O(buckets) at once, and room for as many pointers as there are entries
    pub fn drain(&mut self) -> MapIntoIter<K, V> {
        MapIntoIter::new(&mut self.nodes)
    }

    /// A view of the map. Entries that are removed are not freed as long as there is a view that was there before,
    /// so do not keep one for ever; but pin once for many operations, since it costs as much as a lookup.
    ///
    /// Time: O(1)
    #[inline]
    pub fn pin(&self) -> RadixMapRef<'_, K, V, S> {
        RadixMapRef::new(self, self.nodes.pin())
    }

    /// The map's hasher.
    ///
    /// Time: O(1)
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The number of entries: exact if no other thread is writing. See [`crate::guarantees`].
    ///
    /// Time: O(1)
    pub fn len(&self) -> usize {
        self.nodes.table.population.count()
    }

    /// Whether there are no entries.
    ///
    /// Time: O(1)
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entries that the map holds before it grows.
    ///
    /// Time: O(1)
    pub fn capacity(&self) -> usize {
        self.nodes.table.capacity()
    }

    /// Figures about the table inside.
    ///
    /// Time: O(buckets)
    #[doc(alias = "collect_stats")]
    pub fn stats(&self) -> Stats {
        self.nodes.table.stats()
    }

    /// Gives memory back that the entries do not need. Keys and values stay where they are.
    ///
    /// Time: O(buckets); does nothing if there is no memory for the smaller table
    pub fn shrink_to_fit(&mut self) {
        // A fixed map keeps its size.
        if self.nodes.table.room.limit().is_some() || !self.nodes.table.is_too_large_for(self.len()) {
            return;
        }
        // Without memory for the smaller table the larger one stays.
        _ = Table::fit(self.len()).and_then(|table| self.nodes.rehouse(table));
    }
}
