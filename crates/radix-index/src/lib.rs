#![doc = include_str!("../README.md")]
//!
//! # Which of the two
//!
//! | | [`RadixIndex`] | [`RadixMap`] |
//! |---|---|---|
//! | keys and values | plain old data ([`bytemuck`]), at most 128 bytes each | any |
//! | where they lie | in the buckets: one place in memory a read | each entry in a node of its own |
//! | values come back | by value, no guard | by reference, as long as a [view](RadixMap::pin) |
//! | a value is replaced | in place (up to 8 bytes), or in a free slot | by another node |
//!
//! # Operations
//!
//! | | time | progress |
//! |---|---|---|
//! | `get`, `contains_key`, `get_many` | O(1) a key | lock-free: looks again only if this very bucket was changed meanwhile |
//! | `insert`, `remove`, `update`, `compute`, .. | O(1) | locks one bucket for a few nanoseconds |
//! | `iter`, `keys`, `values`, `retain`, `par_iter` | O(buckets) | lock-free, a bucket at a time |
//! | `clear` | O(buckets) | locks a bucket at a time |
//! | `len`, `is_empty` | O(1), a fixed number of counters | wait-free |
//! | growth | one split for three to five insertions, at most two in one insertion | locks two buckets |
//!
//! With keys of equal hashes, a bucket's chain is a list, and O(1) becomes O(keys of that hash).
//!
//! # When not to use it
//!
//! One thread alone is served better by `hashbrown`, keys in order by a B+ tree. If nearly all lookups miss and
//! the index is larger than the cache, tables that keep their tags apart from the entries (papaya, dashmap) read fewer
//! bytes. Maps that are mostly inserted into and removed from, key by key and beyond the cache, are faster with dashmap or
//! `scc::HashMap`, unless the keys come in batches ([`RadixIndex::insert_many`]). A small map that is mostly iterated is
//! fastest behind a `RwLock`.
//!
//! # Features
//!
//! * `serde`: `Serialize` and `Deserialize` for both.
//! * `rayon`: `RadixIndex::par_iter`, `RadixMapRef::par_iter`.
//! * `hugepages`: asks Linux for huge pages where a table is tens of megabytes (`madvise`; one more dependency).
//! * `fast-barrier`: [`RadixMap::pin`] by `membarrier(2)` instead of a fence; one more dependency.

#![cfg_attr(loom, allow(dead_code, reason = "the models use the table and not all of its verbs"))]

mod address;
mod bucket;
mod clear;
mod error;
mod few;
mod grow;
pub mod guarantees;
mod index;
mod iter;
#[cfg(not(loom))]
mod map;
mod operation;
mod population;
#[cfg(not(loom))]
mod reclaim;
mod room;
mod stats;
mod sync;
mod table;
mod word;

pub use error::{Full, ReserveError};
#[cfg(feature = "rayon")]
pub use index::ParIter;
pub use index::{Drain, IntoIter, Iter, RadixIndex};
#[cfg(not(loom))]
pub use map::{Equivalent, MapIntoIter, MapIter, RadixMap, RadixMapRef};
pub use operation::{Computed, Operation};
pub use stats::Stats;

/// The hasher of maps that are given none: fast, good in all its bits, seeded at random, not for cryptography.
pub type DefaultHashBuilder = foldhash::quality::RandomState;

#[cfg(all(test, loom))]
mod models;
