//! Which of 8, 16, 32 or 64 tag bytes equal a given one: the first step of a probe in a hash bucket.
//!
//! No level is passed: the x86-64 baseline (SSE2) is as fast here as anything newer, and a call that depends on the
//! level would cost more than the match (decision 0012). On targets without it the portable code of [`swar`] takes its
//! place.
//!
//! # Examples
//! ```
//! use simd_kernels::tag;
//!
//! let mut tags = [0_u8; 16];
//! (tags[3], tags[9]) = (0x5a, 0x5a);
//! let mut hits = tag::match_16(&tags, 0x5a);
//! assert_eq!(hits, 1 << 3 | 1 << 9);
//! // Visit the hits, lowest first.
//! let mut slots = Vec::new();
//! while hits != 0 {
//!     slots.push(hits.trailing_zeros());
//!     hits &= hits - 1;
//! }
//! assert_eq!(slots, [3, 9]);
//! ```

// Not every x86-64 target has SSE2: kernels of operating systems do without (`x86_64-unknown-none`).
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod sse2;
pub mod swar;

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use sse2 as baseline;
#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
use swar as baseline;

pub use swar::match_word;

/// A bit for each of 16 tags: bit `i` is set if and only if `tags[i] == tag`.
#[inline]
pub fn match_16(tags: &[u8; 16], tag: u8) -> u16 {
    baseline::match_16(tags, tag)
}

/// A bit for each of 32 tags, as [`match_16`].
#[inline]
pub fn match_32(tags: &[u8; 32], tag: u8) -> u32 {
    baseline::match_32(tags, tag)
}

/// A bit for each of 64 tags, as [`match_16`].
#[inline]
pub fn match_64(tags: &[u8; 64], tag: u8) -> u64 {
    baseline::match_64(tags, tag)
}
