//! Prefix sums in place: counts become offsets.
//!
//! Sums are modulo 2^32, at every level the same; a caller whose total may not fit adds in wider integers first.
//!
//! # Examples
//! ```
//! use simd_kernels::{Level, prefix};
//!
//! let mut counts = [3, 0, 2];
//! let total = prefix::exclusive(Level::detect(), &mut counts);
//! assert_eq!((counts, total), ([0, 3, 3], 5));
//! ```

use crate::level::{Level, dispatch};

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

/// Replaces each value by the sum of all before it; gives the sum of all.
///
/// Time: O(n).
pub fn exclusive(level: Level, values: &mut [u32]) -> u32 {
    dispatch!(level, exclusive(values))
}

/// Replaces each value by the sum of all up to and with it; gives the sum of all.
///
/// Time: O(n).
pub fn inclusive(level: Level, values: &mut [u32]) -> u32 {
    dispatch!(level, inclusive(values))
}
