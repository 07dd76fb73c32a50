//! Immutable vectors, maps and sets with structural sharing.
//!
//! Each collection has std's names and `&mut self` methods, and a `clone()` in constant time. A clone shares all its nodes with the original;
//! changing one of the two copies the nodes on the way to the change, a kilobyte or two, and leaves the other as it was. A collection that
//! nobody shares is changed in place: there is no separate "transient" or builder type.
//!
//! | type | instead of | besides |
//! |---|---|---|
//! | [`Vector`] | `Vec`, `VecDeque` | `append`, `split_off`, `insert`, `remove`, `slice` in O(log n); `diff` |
//! | [`HashMap`], [`HashSet`] | std's | `union`, `diff`, `==` in O(differences); batched look-ups |
//! | [`OrdMap`], [`OrdSet`] | `BTreeMap`, `BTreeSet` | the same, and `rank`, `nth`, `split_off`, `append` in O(log n) |
//! | [`IndexMap`] | `indexmap`'s | keys in the order of insertion, by position in O(log n), order-keeping `remove` in O(log n) |
//! | [`Queue`], [`Stack`] | `VecDeque`, `Vec` | thin layers over [`Vector`] |
//!
//! ```
//! use persistent_collections::OrdMap;
//!
//! let mut settings = OrdMap::from([("colour", "blue"), ("font", "mono")]);
//! let shipped = settings.clone();
//! settings.insert("colour", "green");
//! assert_eq!(shipped["colour"], "blue");
//! assert_eq!(shipped.diff(&settings).len(), 1);
//! ```
//!
//! # Two versions side by side
//!
//! `==`, `diff` and the set operations skip nodes that both sides share, so their time follows what differs. `==` never answers
//! differently from std for it: where a value type does not promise to equal itself (floats; anything not known to this
//! crate), it compares all; `eq_shared` is there for `Eq` types.
//!
//! # When not to use it
//!
//! Where there is only ever one version: `Vec` reads several times faster out of cache, and std's `HashMap` about twice.
//!
//! # Between threads
//!
//! Collections are `Send` and `Sync` if their contents are both. [`Local`] as the last type parameter trades that for
//! counters without atomics.
//!
//! # Features
//!
//! `std` (default): conversion from std's `HashMap`; without it, `no_std` with `alloc`. `rayon`, `serde`, `arbitrary`, `proptest`.
#![no_std]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod builder;
mod entry;
mod footprint;
pub mod hash;
pub mod index;
mod layer;
mod nodes;
mod operations;
pub mod ord;
mod queue;
mod reflexive;
mod set;
mod shared;
mod stack;
pub mod vector;

#[cfg(feature = "arbitrary")]
mod arbitrary;
#[cfg(feature = "rayon")]
pub mod parallel;
#[cfg(feature = "proptest")]
pub mod proptest;
#[cfg(feature = "serde")]
mod serialize;

pub use footprint::{Footprint, HeapSize};
pub use hash::{HashMap, HashSet};
pub use index::IndexMap;
pub use operations::{Change, Merge};
pub use ord::{OrdMap, OrdSet};
pub use queue::Queue;
#[cfg(feature = "serde")]
pub use serialize::{Replay, Versions};
pub use shared::{Atomic, Local, Sharing, SmallNodes};
pub use stack::Stack;
pub use vector::Vector;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;

/// What must not compile; here, because doctests of `tests/` are never run.
///
/// A collection of what is not `Sync`, or one that counts without atomics, stays in its thread:
///
/// ```compile_fail,E0277
/// fn send<T: Send>() {}
/// send::<persistent_collections::Vector<std::cell::Cell<u8>>>();
/// ```
/// ```compile_fail,E0277
/// fn send<T: Send>() {}
/// send::<persistent_collections::Vector<u8, persistent_collections::Local>>();
/// ```
/// ```compile_fail,E0277
/// fn sync<T: Sync>() {}
/// sync::<persistent_collections::HashMap<u8, std::cell::Cell<u8>>>();
/// ```
/// ```compile_fail,E0277
/// fn send<T: Send>() {}
/// send::<persistent_collections::ord::IntoIter<u8, std::cell::Cell<u8>>>();
/// ```
/// ```compile_fail,E0277
/// fn send<T: Send>() {}
/// send::<persistent_collections::vector::IterMut<'static, u8, persistent_collections::Local>>();
/// ```
#[cfg(doctest)]
struct NotSend;
