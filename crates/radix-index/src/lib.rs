//! A concurrent hash index whose reads take no lock and need no guard.

#![cfg_attr(loom, allow(dead_code, reason = "the models use the table and not all of its verbs"))]

mod address;
mod bucket;
mod error;
mod grow;
mod index;
mod iter;
#[cfg(not(loom))]
mod map;
mod operation;
mod population;
#[cfg(not(loom))]
mod reclaim;
mod stats;
mod sync;
mod table;
mod word;

pub use error::{Full, ReserveError};
pub use index::{Drain, IntoIter, Iter, RadixIndex};
#[cfg(not(loom))]
pub use map::{Equivalent, MapIter, RadixMap, RadixMapRef};
pub use operation::{Computed, Operation};
pub use stats::Stats;

/// The hasher of maps that are given none: fast, seeded at random for each map, not for cryptography.
pub type DefaultHashBuilder = foldhash::fast::RandomState;

/// What you can rely on.
pub mod guarantees {}

#[cfg(all(test, loom))]
mod models;
