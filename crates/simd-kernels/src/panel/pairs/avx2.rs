//! Eight lanes in a 256-bit register.
#![allow(
    unsafe_code,
    reason = "vector instructions, each proven to exist by the token that its function takes"
)]

use core::arch::x86_64::*;

use super::Pairs;
use crate::level::Avx2;

impl Pairs for __m256i {
    type Proof = Avx2;
    type Floats = __m256;

    #[inline(always)]
    fn splat(_: Avx2, lane: i32) -> Self {
        // SAFETY: the token proves avx2.
        unsafe { _mm256_set1_epi32(lane) }
    }

    #[inline(always)]
    fn load(_: Avx2, lanes: &[i32]) -> Self {
        assert!(lanes.len() == 8, "a vector of lanes");
        // SAFETY: the token proves avx2; 32 bytes are readable by the assertion, at any alignment.
        unsafe { _mm256_loadu_si256(lanes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn to_floats(self, _: Avx2) -> Self::Floats {
        // SAFETY: the token proves avx2.
        unsafe { _mm256_cvtepi32_ps(self) }
    }

    #[inline(always)]
    fn add_products(self, _: Avx2, a: Self, b: Self) -> Self {
        // SAFETY: the token proves avx2.
        let products = unsafe { _mm256_madd_epi16(a, b) };
        // SAFETY: as above.
        unsafe { _mm256_add_epi32(self, products) }
    }
}
