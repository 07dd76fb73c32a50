//! Prefix sums of sixteen values in a register, by four shifts across the lanes.
#![allow(unsafe_code, reason = "vector loads and stores")]

use core::arch::x86_64::*;

use super::scalar;

/// [`super::exclusive`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f")]
#[inline]
pub fn exclusive(values: &mut [u32]) -> u32 {
    let (vectors, tail) = values.as_chunks_mut::<16>();
    let mut carry = _mm512_setzero_si512();
    for vector in vectors {
        let values = load(vector);
        let sums = sums(values);
        store(vector, _mm512_add_epi32(carry, _mm512_sub_epi32(sums, values)));
        carry = _mm512_add_epi32(carry, last(sums));
    }
    scalar::exclusive_from(_mm512_cvtsi512_si32(carry).cast_unsigned(), tail)
}

/// [`super::inclusive`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f")]
#[inline]
pub fn inclusive(values: &mut [u32]) -> u32 {
    let (vectors, tail) = values.as_chunks_mut::<16>();
    let mut carry = _mm512_setzero_si512();
    for vector in vectors {
        let sums = sums(load(vector));
        store(vector, _mm512_add_epi32(carry, sums));
        carry = _mm512_add_epi32(carry, last(sums));
    }
    scalar::inclusive_from(_mm512_cvtsi512_si32(carry).cast_unsigned(), tail)
}

/// The inclusive sums of sixteen lanes: after the shift by `2^k` a lane holds the sum of `2^(k + 1)` lanes.
#[target_feature(enable = "avx512f")]
#[inline]
fn sums(x: __m512i) -> __m512i {
    let zero = _mm512_setzero_si512();
    let x = _mm512_add_epi32(x, _mm512_alignr_epi32::<15>(x, zero));
    let x = _mm512_add_epi32(x, _mm512_alignr_epi32::<14>(x, zero));
    let x = _mm512_add_epi32(x, _mm512_alignr_epi32::<12>(x, zero));
    _mm512_add_epi32(x, _mm512_alignr_epi32::<8>(x, zero))
}

/// The last lane in all lanes.
#[target_feature(enable = "avx512f")]
#[inline]
fn last(x: __m512i) -> __m512i {
    _mm512_permutexvar_epi32(_mm512_set1_epi32(15), x)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(values: &[u32; 16]) -> __m512i {
    // SAFETY: sixteen readable integers, and the load may be unaligned.
    unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(values: &mut [u32; 16], x: __m512i) {
    // SAFETY: sixteen writable integers, and the store may be unaligned.
    unsafe { _mm512_storeu_si512(values.as_mut_ptr().cast(), x) }
}
