//! Immutable vectors, maps and sets with structural sharing.
#![no_std]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod nodes;
mod operations;
pub mod ord;
mod shared;
mod reflexive;
pub mod vector;

pub use shared::{Atomic, Local, Sharing, SmallNodes};
pub use vector::Vector;
pub mod hash;
pub use hash::{HashMap, HashSet};
pub use operations::{Change, Merge};
pub use ord::{OrdMap, OrdSet};
mod footprint;
mod queue;
mod stack;
pub use footprint::{Footprint, HeapSize};
pub use queue::Queue;
pub use stack::Stack;
