//! Prefix sums of eight values in a register: by shifts within each half, then the lower half's sum to the upper.
#![allow(unsafe_code, reason = "vector loads and stores")]

use core::arch::x86_64::*;

use super::scalar;

/// [`super::exclusive`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2")]
#[inline]
pub fn exclusive(values: &mut [u32]) -> u32 {
    let (vectors, tail) = values.as_chunks_mut::<8>();
    let mut carry = _mm256_setzero_si256();
    for vector in vectors {
        let values = load(vector);
        let sums = sums(values);
        store(vector, _mm256_add_epi32(carry, _mm256_sub_epi32(sums, values)));
        carry = _mm256_add_epi32(carry, last(sums));
    }
    scalar::exclusive_from(_mm256_cvtsi256_si32(carry).cast_unsigned(), tail)
}

/// [`super::inclusive`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2")]
#[inline]
pub fn inclusive(values: &mut [u32]) -> u32 {
    let (vectors, tail) = values.as_chunks_mut::<8>();
    let mut carry = _mm256_setzero_si256();
    for vector in vectors {
        let sums = sums(load(vector));
        store(vector, _mm256_add_epi32(carry, sums));
        carry = _mm256_add_epi32(carry, last(sums));
    }
    scalar::inclusive_from(_mm256_cvtsi256_si32(carry).cast_unsigned(), tail)
}

/// The inclusive sums of eight lanes.
#[target_feature(enable = "avx2")]
#[inline]
fn sums(x: __m256i) -> __m256i {
    let x = _mm256_add_epi32(x, _mm256_slli_si256::<4>(x));
    let x = _mm256_add_epi32(x, _mm256_slli_si256::<8>(x));
    // The lower half's last lane, in all lanes of the upper half.
    let lower = _mm256_permute2x128_si256::<0x08>(x, x);
    _mm256_add_epi32(x, _mm256_shuffle_epi32::<0xff>(lower))
}

/// The last lane in all lanes.
#[target_feature(enable = "avx2")]
#[inline]
fn last(x: __m256i) -> __m256i {
    _mm256_permutevar8x32_epi32(x, _mm256_set1_epi32(7))
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(values: &[u32; 8]) -> __m256i {
    // SAFETY: eight readable integers, and the load may be unaligned.
    unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(values: &mut [u32; 8], x: __m256i) {
    // SAFETY: eight writable integers, and the store may be unaligned.
    unsafe { _mm256_storeu_si256(values.as_mut_ptr().cast(), x) }
}
