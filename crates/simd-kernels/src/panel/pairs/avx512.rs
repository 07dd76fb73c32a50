//! Sixteen lanes in a 512-bit register; products and sum are two instructions.
#![allow(
    unsafe_code,
    reason = "vector instructions, each proven to exist by the token that its function takes"
)]

use core::arch::x86_64::*;

use super::Pairs;
use crate::level::Avx512;

/// Sixteen lanes.
#[derive(Clone, Copy, Debug)]
pub(in crate::panel) struct Wide(__m512i);

impl Pairs for Wide {
    type Proof = Avx512;
    type Floats = __m512;

    #[inline(always)]
    fn splat(_: Avx512, lane: i32) -> Self {
        // SAFETY: the token proves avx512f.
        Self(unsafe { _mm512_set1_epi32(lane) })
    }

    #[inline(always)]
    fn load(_: Avx512, lanes: &[i32]) -> Self {
        assert!(lanes.len() == 16, "a vector of lanes");
        // SAFETY: the token proves avx512f; 64 bytes are readable by the assertion, at any alignment.
        Self(unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) })
    }

    #[inline(always)]
    fn to_floats(self, _: Avx512) -> Self::Floats {
        // SAFETY: the token proves avx512f.
        unsafe { _mm512_cvtepi32_ps(self.0) }
    }

    #[inline(always)]
    fn add_products(self, _: Avx512, a: Self, b: Self) -> Self {
        // SAFETY: the token proves avx512bw.
        let products = unsafe { _mm512_madd_epi16(a.0, b.0) };
        // SAFETY: the token proves avx512f.
        Self(unsafe { _mm512_add_epi32(self.0, products) })
    }
}
