#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod arena;
mod bounds;
mod cursor;
mod entry;
mod error;
pub mod map;
mod node;
mod ranked;
#[cfg(feature = "serde")]
mod serialize;
pub mod set;
mod shape;

pub use cursor::{Cursor, CursorMut, CursorMutKey};
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use error::{OccupiedError, TryReserveError, UnorderedKeyError, UnsortedError};
pub use map::BPlusTreeMap;
pub use ranked::RankedMap;
pub use set::BPlusTreeSet;
pub use shape::{Auto, Counted, Nodes, Shape};
