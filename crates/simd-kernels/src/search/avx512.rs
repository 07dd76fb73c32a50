//! Search with 512-bit vectors: a compare gives a mask, so a count is a popcount, and a tail is a masked load.
#![allow(unsafe_code, reason = "vector loads")]

use core::arch::x86_64::*;

use super::{Key, halve};
use crate::key::Kind;

/// [`super::lower_bound`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
pub fn lower_bound<T: Key>(block: &[T], x: T) -> usize {
    bound::<T, false>(block, x)
}

/// [`super::upper_bound`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
pub fn upper_bound<T: Key>(block: &[T], x: T) -> usize {
    bound::<T, true>(block, x)
}

/// [`super::count_lt`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
pub fn count_lt<T: Key>(block: &[T], x: T) -> usize {
    count::<T, false>(block, x)
}

/// [`super::count_le`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
pub fn count_le<T: Key>(block: &[T], x: T) -> usize {
    count::<T, true>(block, x)
}

/// Vectors in the window that halving leaves: one step more costs what comparing the second vector does.
const WINDOW: usize = 2;

/// Keys in a vector.
const fn lanes<T>() -> usize {
    64 / size_of::<T>()
}

#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
fn bound<T: Key, const OR_EQUAL: bool>(block: &[T], x: T) -> usize {
    let window = WINDOW * lanes::<T>();
    if block.len() <= window {
        return count::<T, OR_EQUAL>(block, x);
    }
    let (start, _) = halve(block, window, |key| if OR_EQUAL { !x.below(key) } else { key.below(x) });
    // What halving left may be shorter than a window: take a whole one that ends inside the block. The keys that come
    // in at its front are known to go left, and the compare says so again.
    let start = start.min(block.len() - window);
    let splat = image::<T>(splat(x));
    let (low, high) = block[start..start + window].split_at(lanes::<T>());
    let low = mask::<T, OR_EQUAL>(image::<T>(load(low)), splat);
    let high = mask::<T, OR_EQUAL>(image::<T>(load(high)), splat);
    start + count_ones::<T>(low, high)
}

/// The set bits of the masks of two vectors: in one register where they fit.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,popcnt")]
#[inline]
fn count_ones<T: Key>(low: u64, high: u64) -> usize {
    let ones = match size_of::<T>() {
        1 => low.count_ones() + high.count_ones(),
        2 => _mm512_kunpackd(high, low).count_ones(),
        4 => _mm512_kunpackw(high as u32, low as u32).count_ones(),
        _ => _mm512_kunpackb(high as u16, low as u16).count_ones(),
    };
    ones as usize
}

#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
fn count<T: Key, const OR_EQUAL: bool>(block: &[T], x: T) -> usize {
    let splat = image::<T>(splat(x));
    if block.len() <= 2 * lanes::<T>() {
        // The nodes of a tree have lengths that nobody can predict: no branch may hang on how many vectors they are.
        let (low, high) = block.split_at(block.len().min(lanes::<T>()));
        return count_part::<T, OR_EQUAL>(low, splat) + count_part::<T, OR_EQUAL>(high, splat);
    }
    let vectors = block.chunks_exact(lanes::<T>());
    let tail = vectors.remainder();
    let mut count = 0;
    for keys in vectors {
        count += mask::<T, OR_EQUAL>(image::<T>(load(keys)), splat).count_ones() as usize;
    }
    count + count_part::<T, OR_EQUAL>(tail, splat)
}

/// Counts in at most one vector.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
fn count_part<T: Key, const OR_EQUAL: bool>(keys: &[T], splat: __m512i) -> usize {
    let lanes = _bzhi_u64(u64::MAX, keys.len() as u32);
    (mask::<T, OR_EQUAL>(image::<T>(load_part(keys)), splat) & lanes).count_ones() as usize
}

/// One bit a lane: the key is `< x`, or `<= x`.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
fn mask<T: Key, const OR_EQUAL: bool>(keys: __m512i, x: __m512i) -> u64 {
    match (size_of::<T>(), T::KIND, OR_EQUAL) {
        (1, Kind::Unsigned, false) => _mm512_cmplt_epu8_mask(keys, x),
        (1, Kind::Unsigned, true) => _mm512_cmple_epu8_mask(keys, x),
        (1, _, false) => _mm512_cmplt_epi8_mask(keys, x),
        (1, _, true) => _mm512_cmple_epi8_mask(keys, x),
        (2, Kind::Unsigned, false) => u64::from(_mm512_cmplt_epu16_mask(keys, x)),
        (2, Kind::Unsigned, true) => u64::from(_mm512_cmple_epu16_mask(keys, x)),
        (2, _, false) => u64::from(_mm512_cmplt_epi16_mask(keys, x)),
        (2, _, true) => u64::from(_mm512_cmple_epi16_mask(keys, x)),
        (4, Kind::Unsigned, false) => u64::from(_mm512_cmplt_epu32_mask(keys, x)),
        (4, Kind::Unsigned, true) => u64::from(_mm512_cmple_epu32_mask(keys, x)),
        (4, _, false) => u64::from(_mm512_cmplt_epi32_mask(keys, x)),
        (4, _, true) => u64::from(_mm512_cmple_epi32_mask(keys, x)),
        (_, Kind::Unsigned, false) => u64::from(_mm512_cmplt_epu64_mask(keys, x)),
        (_, Kind::Unsigned, true) => u64::from(_mm512_cmple_epu64_mask(keys, x)),
        (_, _, false) => u64::from(_mm512_cmplt_epi64_mask(keys, x)),
        (_, _, true) => u64::from(_mm512_cmple_epi64_mask(keys, x)),
    }
}

/// The keys as integers of the same order: negative floats have all bits but the sign turned over.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
fn image<T: Key>(keys: __m512i) -> __m512i {
    match (T::KIND, size_of::<T>()) {
        (Kind::Float, 4) => _mm512_xor_si512(keys, _mm512_srli_epi32::<1>(_mm512_srai_epi32::<31>(keys))),
        (Kind::Float, _) => _mm512_xor_si512(keys, _mm512_srli_epi64::<1>(_mm512_srai_epi64::<63>(keys))),
        _ => keys,
    }
}

#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
fn splat<T: Key>(x: T) -> __m512i {
    match size_of::<T>() {
        1 => _mm512_set1_epi8(x.bits() as i8),
        2 => _mm512_set1_epi16(x.bits() as i16),
        4 => _mm512_set1_epi32(x.bits() as i32),
        _ => _mm512_set1_epi64(x.bits() as i64),
    }
}

/// Loads exactly one vector of keys.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
fn load<T: Key>(keys: &[T]) -> __m512i {
    assert!(keys.len() == lanes::<T>(), "a vector of keys");
    // SAFETY: the slice is 64 readable bytes by the assertion, `Key` has no padding, and the load may be unaligned.
    unsafe { _mm512_loadu_si512(keys.as_ptr().cast()) }
}

/// Loads at most a vector of keys; the other lanes are zero.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi2")]
#[inline]
fn load_part<T: Key>(keys: &[T]) -> __m512i {
    assert!(keys.len() <= lanes::<T>(), "at most a vector of keys");
    let lanes = _bzhi_u64(u64::MAX, keys.len() as u32);
    match size_of::<T>() {
        1 => {
            // SAFETY: the mask has one bit for each byte of the slice, and masked-off lanes are not read.
            unsafe { _mm512_maskz_loadu_epi8(lanes, keys.as_ptr().cast()) }
        }
        2 => {
            // SAFETY: as above, in lanes of two bytes.
            unsafe { _mm512_maskz_loadu_epi16(lanes as u32, keys.as_ptr().cast()) }
        }
        4 => {
            // SAFETY: as above, in lanes of four bytes.
            unsafe { _mm512_maskz_loadu_epi32(lanes as u16, keys.as_ptr().cast()) }
        }
        _ => {
            // SAFETY: as above, in lanes of eight bytes.
            unsafe { _mm512_maskz_loadu_epi64(lanes as u8, keys.as_ptr().cast()) }
        }
    }
}
