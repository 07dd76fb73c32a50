//! Morton codes: the bits of two or three coordinates interleaved, so that points close in space are close in order.
//!
//! In two dimensions a coordinate has 32 bits, in three 21; bit `i` of `x` becomes bit `2 i` (`3 i`) of the code, and
//! `y` and `z` follow above it. One point at a time the functions are portable and inline; over slices they take a
//! [`Level`]. All are exact.
//!
//! # Examples
//! ```
//! use simd_kernels::{Level, morton};
//!
//! assert_eq!(morton::encode_2d(0b101, 0b010), 0b01_10_01);
//! assert_eq!(morton::decode_3d(morton::encode_3d(7, 1 << 20, 0)), [7, 1 << 20, 0]);
//!
//! let mut codes = [0; 3];
//! morton::encode_2d_slice(Level::detect(), [&[0, 1, 2], &[3, 4, 5]], &mut codes);
//! assert_eq!(codes[1], morton::encode_2d(1, 4));
//! ```

use crate::level::{Level, dispatch};

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

pub use scalar::{decode_2d, decode_3d, encode_2d, encode_3d};

/// Bits of a coordinate that a three-dimensional code holds; higher ones are ignored.
pub const BITS_3D: u32 = 21;

/// The codes of the points `(x[i], y[i])`.
///
/// Time: O(n).
///
/// # Panics
/// If the lengths differ.
pub fn encode_2d_slice(level: Level, planes: [&[u32]; 2], codes: &mut [u64]) {
    dispatch!(level, encode_2d_slice(planes, codes))
}

/// The coordinates of `codes`, as [`decode_2d`] gives them.
///
/// Time: O(n).
///
/// # Panics
/// If the lengths differ.
pub fn decode_2d_slice(level: Level, codes: &[u64], planes: [&mut [u32]; 2]) {
    dispatch!(level, decode_2d_slice(codes, planes))
}

/// The codes of the points `(x[i], y[i], z[i])`, of each coordinate the low [`BITS_3D`] bits.
///
/// Time: O(n).
///
/// # Panics
/// If the lengths differ.
pub fn encode_3d_slice(level: Level, planes: [&[u32]; 3], codes: &mut [u64]) {
    dispatch!(level, encode_3d_slice(planes, codes))
}

/// The coordinates of `codes`, as [`decode_3d`] gives them.
///
/// Time: O(n).
///
/// # Panics
/// If the lengths differ.
pub fn decode_3d_slice(level: Level, codes: &[u64], planes: [&mut [u32]; 3]) {
    dispatch!(level, decode_3d_slice(codes, planes))
}

/// The obligation of all slice functions, which every form checks for itself.
#[inline(always)]
fn assert_lengths<const D: usize>(codes: usize, planes: [usize; D]) {
    assert!(planes.iter().all(|&len| len == codes), "{codes} codes, but coordinates of lengths {planes:?}");
}
