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
     $add:ident, $sub:ident, $mul:ident, $mul_add:ident, $compare:ident, $abs:ident, $max:ident,
     $sum:ident, $sum_eight:ident) => {
        impl Vector for $vector {
            type Proof = Avx512;
            type Lane = $lane;
            const LANES: usize = $lanes;
            const REGISTERS: usize = 32;
            const FUSES: bool = true;

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
            fn abs(self, _: Avx512) -> Self {
                // SAFETY: the token proves avx512f.
                unsafe { $abs(self) }
            }

            #[inline(always)]
            fn max(self, _: Avx512, other: Self) -> Self {
                // SAFETY: the token proves avx512f.
                unsafe { $max(self, other) }
            }

            #[inline(always)]
            fn less(self, _: Avx512, other: Self) -> u16 {
                // SAFETY: the token proves avx512f.
                u16::from(unsafe { $compare::<_CMP_LT_OQ>(self, other) })
            }

            #[inline(always)]
            fn at_most(self, _: Avx512, other: Self) -> u16 {
                // SAFETY: the token proves avx512f.
                u16::from(unsafe { $compare::<_CMP_LE_OQ>(self, other) })
            }

            #[inline(always)]
            fn sum(self, _: Avx512) -> $lane {
                // SAFETY: the token proves avx512f.
                unsafe { $sum(self) }
            }

            #[inline(always)]
            fn sum_eight(_: Avx512, vectors: [Self; 8]) -> [$lane; 8] {
                // SAFETY: the token proves avx512f.
                unsafe { $sum_eight(vectors) }
            }
        }
    };
}

vector! {
    __m512, f32, 16, u16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_maskz_loadu_ps, _mm512_storeu_ps,
    _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_fmadd_ps, _mm512_cmp_ps_mask, _mm512_abs_ps, max_f32,
    _mm512_reduce_add_ps, sum_eight_f32
}
vector! {
    __m512d, f64, 8, u8, _mm512_set1_pd, _mm512_loadu_pd, _mm512_maskz_loadu_pd, _mm512_storeu_pd,
    _mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd, _mm512_fmadd_pd, _mm512_cmp_pd_mask, _mm512_abs_pd, max_f64,
    _mm512_reduce_add_pd, sum_eight_f64
}

/// Floats without sign are ordered as their bits, and NaN is above all others; the instruction for floats would drop one.
#[target_feature(enable = "avx512f")]
#[inline]
fn max_f32(a: __m512, b: __m512) -> __m512 {
    _mm512_castsi512_ps(_mm512_max_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)))
}

#[target_feature(enable = "avx512f")]
#[inline]
fn max_f64(a: __m512d, b: __m512d) -> __m512d {
    _mm512_castsi512_pd(_mm512_max_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(b)))
}

/// Halves, quarters and so on are added while rows are interleaved: 24 instructions for eight rows.
#[target_feature(enable = "avx512f")]
#[inline]
fn sum_eight_f32([a, b, c, d, e, f, g, h]: [__m512; 8]) -> [f32; 8] {
    // Two rows a register, eight partial sums each.
    let halves = |x, y| {
        let low = _mm512_shuffle_f32x4::<0b01_00_01_00>(x, y);
        _mm512_add_ps(low, _mm512_shuffle_f32x4::<0b11_10_11_10>(x, y))
    };
    let [ae, bf, cg, dh] = [halves(a, e), halves(b, f), halves(c, g), halves(d, h)];
    // Four rows a register, four partial sums each.
    let pairs = |x, y| _mm512_add_ps(_mm512_unpacklo_ps(x, y), _mm512_unpackhi_ps(x, y));
    let [abef, cdgh] = [pairs(ae, bf), pairs(cg, dh)].map(|x| _mm512_castps_pd(x));
    // Eight rows, two partial sums each: quarters abcd, abcd, efgh, efgh.
    let low = _mm512_castpd_ps(_mm512_unpacklo_pd(abef, cdgh));
    let all = _mm512_add_ps(low, _mm512_castpd_ps(_mm512_unpackhi_pd(abef, cdgh)));
    let sums = _mm512_add_ps(all, _mm512_shuffle_f32x4::<0b10_11_00_01>(all, all));
    let sums = _mm512_castps512_ps256(_mm512_shuffle_f32x4::<0b10_00_10_00>(sums, sums));
    let mut out = [0.0; 8];
    // SAFETY: `out` is eight writable floats, and the store may be unaligned.
    unsafe { _mm256_storeu_ps(out.as_mut_ptr(), sums) };
    out
}

#[target_feature(enable = "avx512f")]
#[inline]
fn sum_eight_f64([a, b, c, d, e, f, g, h]: [__m512d; 8]) -> [f64; 8] {
    // Two rows a register, two partial sums each in every quarter.
    let pairs = |x, y| _mm512_add_pd(_mm512_unpacklo_pd(x, y), _mm512_unpackhi_pd(x, y));
    let [ab, cd, ef, gh] = [pairs(a, b), pairs(c, d), pairs(e, f), pairs(g, h)];
    // Four rows a register, two partial sums each: quarters ab, ab, cd, cd.
    let halves = |x, y| {
        let even = _mm512_shuffle_f64x2::<0b10_00_10_00>(x, y);
        _mm512_add_pd(even, _mm512_shuffle_f64x2::<0b11_01_11_01>(x, y))
    };
    let [abcd, efgh] = [halves(ab, cd), halves(ef, gh)];
    let sums = halves(abcd, efgh);
    let mut out = [0.0; 8];
    // SAFETY: `out` is eight writable floats, and the store may be unaligned.
    unsafe { _mm512_storeu_pd(out.as_mut_ptr(), sums) };
    out
}
