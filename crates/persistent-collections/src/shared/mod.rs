//! The node core: reference-counted blocks with two inline arrays. The crate's only unsafe code.
//!
//! A [`Block`] is one thin pointer to one allocation:
//!
//! ```text
//! Block ──► ┌────────────┬───────┬─────┬───┬──────────────┬──────────────┐
//! (+ kind)  │ owners u32 │ len   │ cap │ H │ A a a _ _ _  │ B b b _ _ _  │
//!           └────────────┴───────┴─────┴───┴──────────────┴──────────────┘
//!             Head: 8 bytes, u16 lengths     len of cap     len of cap
//! ```
//!
//! `H` is a `Copy` header (hash tags, a slot map, or nothing). The arrays `A` and `B` always have the same length: keys and
//! values of an ordered leaf, keys and links of a branch, or nothing and elements.
//!
//! The whole argument rests on three sentences, each enforced in one place:
//!
//! 1. *`len` counts what is initialised.* [`Own`] is the only writer of elements and of `len`; it lowers `len` before
//!    it gives elements away and raises it after it has put them in. While it calls a user's code (`Clone`, `Drop`, an iterator),
//!    every element is owned exactly once: by the block, by a guard, or by the caller.
//! 2. *Editing needs one owner.* An [`Own`] borrows the `Block` mutably and is made only after the owners were
//!    counted as one. Another owner could appear only by cloning that same `Block`, which is borrowed.
//! 3. *The lowest bit of the pointer is the kind in the type.* [`Either`] reads it to tell which of two block types it points to.
#![allow(unsafe_code, reason = "one thin allocation a node with inline arrays; docs/UNSAFE.md has the gain")]

mod block;
mod count;
mod either;
mod into_iter;
#[cfg(all(test, loom))]
mod models;
mod own;
mod plain;
mod sync;

#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use block::Block;
pub(crate) use count::sealed::Sealed;
pub use count::{Atomic, Local, Sharing, SmallNodes};
pub(crate) use either::{Either, Side, SideMut, SideOwned};
pub(crate) use into_iter::IntoIter;
pub(crate) use own::Own;
pub(crate) use plain::{Probe, Search, search_numbers};
