//! Search with 256-bit vectors. AVX2 compares signed lanes only: unsigned keys are biased in the register, floats
//! turned into integers of the same order.
#![allow(unsafe_code, reason = "vector loads")]

use core::arch::x86_64::*;

use super::{Key, halve};
use crate::key::Kind;

/// [`super::lower_bound`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
pub fn lower_bound<T: Key>(block: &[T], x: T) -> usize {
    bound::<T, false>(block, x)
}

/// [`super::upper_bound`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
pub fn upper_bound<T: Key>(block: &[T], x: T) -> usize {
    bound::<T, true>(block, x)
}

/// [`super::count_lt`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
pub fn count_lt<T: Key>(block: &[T], x: T) -> usize {
    count::<T, false>(block, x)
}

/// [`super::count_le`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
pub fn count_le<T: Key>(block: &[T], x: T) -> usize {
    count::<T, true>(block, x)
}

/// Vectors in the window that halving leaves: two compares pack into one mask.
const WINDOW: usize = 2;

/// Keys in a vector.
const fn lanes<T>() -> usize {
    32 / size_of::<T>()
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
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
    start + count_vectors::<T, OR_EQUAL>(&block[start..start + window], x)
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
fn count<T: Key, const OR_EQUAL: bool>(block: &[T], x: T) -> usize {
    let (vectors, tail) = block.split_at(block.len() - block.len() % lanes::<T>());
    let goes_left = |key: &&T| if OR_EQUAL { !x.below(**key) } else { key.below(x) };
    count_vectors::<T, OR_EQUAL>(vectors, x) + tail.iter().filter(goes_left).count()
}

/// Counts in whole vectors of keys, two at a time.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
#[inline]
fn count_vectors<T: Key, const OR_EQUAL: bool>(keys: &[T], x: T) -> usize {
    let splat = image::<T>(splat(x));
    let mut count = 0;
    let pairs = keys.chunks_exact(2 * lanes::<T>());
    let single = pairs.remainder();
    for pair in pairs {
        let (low, high) = pair.split_at(lanes::<T>());
        let [low, high] = [low, high].map(|keys| aside::<T, OR_EQUAL>(image::<T>(load(keys)), splat));
        let aside = match size_of::<T>() {
            // Byte lanes leave nothing to pack.
            1 => bits(low) + bits(high),
            2 => bits(_mm256_packs_epi16(low, high)),
            4 => bits(_mm256_packs_epi32(low, high)) / 2,
            // Each half of an all-ones lane is a lane of all ones, so a blend packs as well.
            _ => bits(_mm256_blend_epi32::<0b1010_1010>(low, high)) / 4,
        };
        count += if OR_EQUAL { pair.len() - aside } else { aside };
    }
    if !single.is_empty() {
        let aside = bits(aside::<T, OR_EQUAL>(image::<T>(load(single)), splat)) / size_of::<T>();
        count += if OR_EQUAL { single.len() - aside } else { aside };
    }
    count
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn bits(lanes: __m256i) -> usize {
    _mm256_movemask_epi8(lanes).count_ones() as usize
}

/// All ones in the lanes where the only compare that AVX2 has holds: the key is `< x`, or, the other way round, `> x`.
#[target_feature(enable = "avx2")]
#[inline]
fn aside<T: Key, const OR_EQUAL: bool>(keys: __m256i, x: __m256i) -> __m256i {
    let (greater, less) = if OR_EQUAL { (keys, x) } else { (x, keys) };
    match size_of::<T>() {
        1 => _mm256_cmpgt_epi8(greater, less),
        2 => _mm256_cmpgt_epi16(greater, less),
        4 => _mm256_cmpgt_epi32(greater, less),
        _ => _mm256_cmpgt_epi64(greater, less),
    }
}

/// The keys as signed integers of the same order.
#[target_feature(enable = "avx2")]
#[inline]
fn image<T: Key>(keys: __m256i) -> __m256i {
    match (T::KIND, size_of::<T>()) {
        (Kind::Signed, _) => keys,
        (Kind::Unsigned, 1) => _mm256_xor_si256(keys, _mm256_set1_epi8(i8::MIN)),
        (Kind::Unsigned, 2) => _mm256_xor_si256(keys, _mm256_set1_epi16(i16::MIN)),
        (Kind::Unsigned, 4) => _mm256_xor_si256(keys, _mm256_set1_epi32(i32::MIN)),
        (Kind::Unsigned, _) => _mm256_xor_si256(keys, _mm256_set1_epi64x(i64::MIN)),
        // Negative floats have all bits but the sign turned over.
        (Kind::Float, 4) => _mm256_xor_si256(keys, _mm256_srli_epi32::<1>(_mm256_srai_epi32::<31>(keys))),
        (Kind::Float, _) => {
            let negative = _mm256_cmpgt_epi64(_mm256_setzero_si256(), keys);
            _mm256_xor_si256(keys, _mm256_srli_epi64::<1>(negative))
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn splat<T: Key>(x: T) -> __m256i {
    match size_of::<T>() {
        1 => _mm256_set1_epi8(x.bits() as i8),
        2 => _mm256_set1_epi16(x.bits() as i16),
        4 => _mm256_set1_epi32(x.bits() as i32),
        _ => _mm256_set1_epi64x(x.bits() as i64),
    }
}

/// Loads exactly one vector of keys.
#[target_feature(enable = "avx2")]
#[inline]
fn load<T: Key>(keys: &[T]) -> __m256i {
    assert!(keys.len() == lanes::<T>(), "a vector of keys");
    // SAFETY: the slice is 32 readable bytes by the assertion, `Key` has no padding, and the load may be unaligned.
    unsafe { _mm256_loadu_si256(keys.as_ptr().cast()) }
}
