//! Sixteen `f32` or eight `f64` in a 512-bit register.
#![allow(
    unsafe_code,
    reason = "vector instructions, each proven to exist by the token that its function takes"
)]

use core::arch::x86_64::*;

use super::Vector;
use crate::level::Avx512;

/// The two element types differ in the names of their instructions alone.
macro_rules! vector {
    ($vector:ty, $lane:ty, $lanes:literal, $mask:ty, $set1:ident, $load:ident, $load_part:ident, $store:ident,
     $add:ident, $sub:ident, $mul:ident, $mul_add:ident, $compare:ident, $sum:ident) => {
        impl Vector for $vector {
            type Proof = Avx512;
            type Lane = $lane;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(_: Avx512, lane: $lane) -> Self {
                // SAFETY: the token proves avx512f.
                unsafe { $set1(lane) }
            }

            #[inline(always)]
            fn load(_: Avx512, lanes: &[$lane]) -> Self {
                assert!(lanes.len() == $lanes, "a vector of lanes");
                // SAFETY: the token proves avx512f; 64 bytes are readable by the assertion, at any alignment.
                unsafe { $load(lanes.as_ptr()) }
            }

            #[inline(always)]
            fn load_part(_: Avx512, lanes: &[$lane]) -> Self {
                assert!(lanes.len() < $lanes, "less than a vector of lanes");
                let some = ((1_u32 << lanes.len()) - 1) as $mask;
                // SAFETY: the token proves avx512f; the mask has a bit for each lane of the slice, and masked-off lanes
                // are not read.
                unsafe { $load_part(some, lanes.as_ptr()) }
            }

            #[inline(always)]
            fn store(self, _: Avx512, lanes: &mut [$lane]) {
                assert!(lanes.len() == $lanes, "a vector of lanes");
                // SAFETY: the token proves avx512f; 64 bytes are writable by the assertion, at any alignment.
                unsafe { $store(lanes.as_mut_ptr(), self) }
            }

            #[inline(always)]
            fn add(self, _: Avx512, other: Self) -> Self {
                // SAFETY: the token proves avx512f.
                unsafe { $add(self, other) }
            }

            #[inline(always)]
            fn sub(self, _: Avx512, other: Self) -> Self {
                // SAFETY: the token proves avx512f.
                unsafe { $sub(self, other) }
            }

            #[inline(always)]
            fn mul(self, _: Avx512, other: Self) -> Self {
                // SAFETY: the token proves avx512f.
                unsafe { $mul(self, other) }
            }

            #[inline(always)]
            fn mul_add(self, _: Avx512, factor: Self, term: Self) -> Self {
                // SAFETY: the token proves avx512f.
                unsafe { $mul_add(self, factor, term) }
            }

            #[inline(always)]
            fn less(self, _: Avx512, other: Self) -> u16 {
                // SAFETY: the token proves avx512f.
                u16::from(unsafe { $compare::<_CMP_LT_OQ>(self, other) })
            }

            #[inline(always)]
            fn sum(self, _: Avx512) -> $lane {
                // SAFETY: the token proves avx512f.
                unsafe { $sum(self) }
            }
        }
    };
}

vector! {
    __m512, f32, 16, u16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_maskz_loadu_ps, _mm512_storeu_ps,
    _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_fmadd_ps, _mm512_cmp_ps_mask, _mm512_reduce_add_ps
}
vector! {
    __m512d, f64, 8, u8, _mm512_set1_pd, _mm512_loadu_pd, _mm512_maskz_loadu_pd, _mm512_storeu_pd,
    _mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd, _mm512_fmadd_pd, _mm512_cmp_pd_mask, _mm512_reduce_add_pd
}
