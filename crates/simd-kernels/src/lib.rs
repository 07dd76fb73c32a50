//! SIMD kernels over slices and numbers, chosen once per operation at run time.
#![cfg_attr(not(feature = "std"), no_std)]
#![allow(
    clippy::missing_safety_doc,
    reason = "no function here is `unsafe`; the lint takes those with a target feature for such, and level.rs tells the rule"
)]

pub mod compress;
pub mod distance;
mod key;
pub mod level;
pub mod morton;
mod prefetch;
#[cfg(feature = "std")]
pub mod panel;
pub mod prefix;
pub mod search;
pub mod tag;
mod vector;

pub use level::{Isa, Level};
pub use prefetch::{CACHE_LINE, prefetch, prefetch_bytes};
