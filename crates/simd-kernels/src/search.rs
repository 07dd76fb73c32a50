//! Where a key belongs in a sorted block of keys, as the nodes of a B+ tree hold them.
//!
//! | function | answers | block |
//! |---|---|---|
//! | [`lower_bound`] | how many keys are `< x` | sorted |
//! | [`upper_bound`] | how many keys are `<= x` | sorted |
//! | [`lower_bound_padded`], [`upper_bound_padded`] | the same of the first `len` keys | sorted, filled up with a maximum |
//! | [`count_lt`], [`count_le`] | the same by comparing every key | any order |
//!
//! The bounds halve without branches until a window of a few vectors is left and compare that whole: best throughput
//! at every length. Counting has no dependent loads: lower latency in blocks of up to some 64 keys. Decision 0011 has
//! the measurements.
//!
//! Each takes a [`Level`]; the same functions stand in [`scalar`], [`avx2`] and [`avx512`] for callers that are
//! themselves compiled for an instruction set, where they are inlined.

use crate::level::{Level, dispatch};

pub use crate::key::Key;

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

/// The number of keys less than `x` in a sorted block: the first position at which `x` could be inserted.
///
/// If the block is not sorted the answer is unspecified, but at most `block.len()`.
///
/// Time: O(log n).
///
/// # Examples
/// ```
/// use simd_kernels::{Level, search};
///
/// let block = [-0.0, 0.0, 1.5, f64::INFINITY, f64::NAN];
/// assert_eq!(search::lower_bound(Level::detect(), &block, 0.0), 1);
/// assert_eq!(search::upper_bound(Level::detect(), &block, 0.0), 2);
/// ```
#[inline]
#[doc(alias("rank_lt", "partition_point", "bisect_left"))]
pub fn lower_bound<T: Key>(level: Level, block: &[T], x: T) -> usize {
    dispatch!(level, lower_bound(block, x))
}

/// The number of keys not greater than `x` in a sorted block: the last position at which `x` could be inserted.
///
/// If the block is not sorted the answer is unspecified, but at most `block.len()`.
///
/// Time: O(log n).
#[inline]
#[doc(alias("rank_le", "partition_point", "bisect_right"))]
pub fn upper_bound<T: Key>(level: Level, block: &[T], x: T) -> usize {
    dispatch!(level, upper_bound(block, x))
}

/// [`lower_bound`] among the first `len` keys of a block whose other slots hold a key not less than any of them,
/// such as `T::MAX`. The work depends on the capacity alone, so no branch hangs on `len`.
///
/// If the block is not so, the answer is unspecified, but at most `len`.
///
/// Time: O(log CAPACITY).
///
/// # Examples
/// ```
/// use simd_kernels::{Level, search};
///
/// let mut block = [u32::MAX; 16];
/// block[..3].copy_from_slice(&[10, 20, u32::MAX]);
/// assert_eq!(search::upper_bound_padded(Level::detect(), &block, 3, u32::MAX), 3);
/// ```
#[inline]
pub fn lower_bound_padded<T: Key, const CAPACITY: usize>(
    level: Level,
    block: &[T; CAPACITY],
    len: usize,
    x: T,
) -> usize {
    lower_bound(level, block, x).min(len)
}

/// [`upper_bound`] among the first `len` keys of a block filled up as for [`lower_bound_padded`].
///
/// Time: O(log CAPACITY).
#[inline]
pub fn upper_bound_padded<T: Key, const CAPACITY: usize>(
    level: Level,
    block: &[T; CAPACITY],
    len: usize,
    x: T,
) -> usize {
    upper_bound(level, block, x).min(len)
}

/// The number of keys less than `x` in a block of any order.
///
/// Time: O(n).
#[inline]
pub fn count_lt<T: Key>(level: Level, block: &[T], x: T) -> usize {
    dispatch!(level, count_lt(block, x))
}

/// The number of keys not greater than `x` in a block of any order.
///
/// Time: O(n).
#[inline]
pub fn count_le<T: Key>(level: Level, block: &[T], x: T) -> usize {
    dispatch!(level, count_le(block, x))
}

/// Branchless halving: `(start, len)` of a part of at most `window` keys, such that every key before it satisfies
/// `goes_left` and no key behind it does.
#[inline(always)]
fn halve<T: Key>(block: &[T], window: usize, goes_left: impl Fn(T) -> bool) -> (usize, usize) {
    let (mut start, mut len) = (0, block.len());
    while len > window {
        let half = len / 2;
        // The middle moves start past itself or stays ahead of it; either way `len - half` keys remain in question.
        let next = start + half;
        start = core::hint::select_unpredictable(goes_left(block[next - 1]), next, start);
        len -= half;
    }
    (start, len)
}
