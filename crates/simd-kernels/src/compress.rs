//! Keeping what a mask marks: of identifiers, or of positions.
//!
//! A mask is a `u16` for each 16 items, as [`crate::distance::planes::within`] writes them: item `i` is kept if bit `i % 16` of
//! `masks[i / 16]` is set.
//!
//! # Examples
//! ```
//! use simd_kernels::{Level, compress};
//!
//! let mut kept = [0; 3];
//! let n = compress::select(Level::detect(), &[50, 51, 52, 53], &[0b1010], &mut kept);
//! assert_eq!((n, &kept[..n]), (2, &[51, 53][..]));
//! ```

use crate::level::{Level, dispatch};

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

/// Writes the marked `ids` to the front of `out`, in order; gives their number.
///
/// The slots of `out` behind them may have been overwritten.
///
/// Time: O(n).
///
/// # Panics
/// If there is not one mask for each 16 ids begun, a bit is set behind the last id, or `out` is shorter than the number
/// of marked ids.
#[inline]
pub fn select(level: Level, ids: &[u32], masks: &[u16], out: &mut [u32]) -> usize {
    dispatch!(level, select(ids, masks, out))
}

/// Writes `first + i` for each set bit `i` of the masks to the front of `out`, in order; gives their number.
///
/// Sums are modulo 2^32. The slots of `out` behind them may have been overwritten.
///
/// Time: O(n).
///
/// # Panics
/// If `out` is shorter than the number of set bits.
#[inline]
pub fn positions(level: Level, first: u32, masks: &[u16], out: &mut [u32]) -> usize {
    dispatch!(level, positions(first, masks, out))
}

/// The number of set bits.
#[inline]
pub fn count(masks: &[u16]) -> usize {
    masks.iter().map(|mask| mask.count_ones() as usize).sum()
}

/// The obligations of `select` that all levels check alike.
#[inline(always)]
fn check(ids: &[u32], masks: &[u16]) {
    assert!(masks.len() == ids.len().div_ceil(16), "{} masks for {} ids", masks.len(), ids.len());
    let tail = ids.len() % 16;
    if tail != 0 {
        let last = masks[masks.len() - 1];
        assert!(last >> tail == 0, "mask {last:#018b} marks more than the last {tail} ids");
    }
}

#[cold]
#[inline(never)]
fn out_of_room(room: usize, marked: usize) -> ! {
    panic!("`out` has room for {room} more numbers, but {marked} are marked")
}
