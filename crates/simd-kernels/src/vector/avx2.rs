//! Eight `f32` or four `f64` in a 256-bit register.
#![allow(
    unsafe_code,
    reason = "vector instructions, each proven to exist by the token that its function takes"
)]

use core::arch::x86_64::*;

use super::Vector;
use crate::level::Avx2;

/// The two element types differ in the names of their instructions alone.
macro_rules! vector {
    ($vector:ty, $lane:ty, $lanes:literal, $set1:ident, $load:ident, $store:ident, $add:ident, $sub:ident,
     $mul:ident, $mul_add:ident, $compare:ident, $movemask:ident, $abs:ident, $max:ident,
     $sum:ident, $sum_eight:ident) => {
        impl Vector for $vector {
            type Proof = Avx2;
            type Lane = $lane;
            const LANES: usize = $lanes;
            const REGISTERS: usize = 16;
            const FUSES: bool = true;

            #[inline(always)]
            fn splat(_: Avx2, lane: $lane) -> Self {
                // SAFETY: the token proves avx.
                unsafe { $set1(lane) }
            }

            #[inline(always)]
            fn load(_: Avx2, lanes: &[$lane]) -> Self {
                assert!(lanes.len() == $lanes, "a vector of lanes");
                // SAFETY: the token proves avx; 32 bytes are readable by the assertion, at any alignment.
                unsafe { $load(lanes.as_ptr()) }
            }

            #[inline(always)]
            fn load_part(proof: Avx2, lanes: &[$lane]) -> Self {
                let mut all = [0.0; $lanes];
                for (slot, lane) in all.iter_mut().zip(lanes) {
                    *slot = *lane;
                }
                Self::load(proof, &all)
            }

            #[inline(always)]
            fn store(self, _: Avx2, lanes: &mut [$lane]) {
                assert!(lanes.len() == $lanes, "a vector of lanes");
                // SAFETY: the token proves avx; 32 bytes are writable by the assertion, at any alignment.
                unsafe { $store(lanes.as_mut_ptr(), self) }
            }

            #[inline(always)]
            fn add(self, _: Avx2, other: Self) -> Self {
                // SAFETY: the token proves avx.
                unsafe { $add(self, other) }
            }

            #[inline(always)]
            fn sub(self, _: Avx2, other: Self) -> Self {
                // SAFETY: the token proves avx.
                unsafe { $sub(self, other) }
            }

            #[inline(always)]
            fn mul(self, _: Avx2, other: Self) -> Self {
                // SAFETY: the token proves avx.
                unsafe { $mul(self, other) }
            }

            #[inline(always)]
            fn mul_add(self, _: Avx2, factor: Self, term: Self) -> Self {
                // SAFETY: the token proves fma.
                unsafe { $mul_add(self, factor, term) }
            }

            #[inline(always)]
            fn abs(self, _: Avx2) -> Self {
                // SAFETY: the token proves avx2.
                unsafe { $abs(self) }
            }

            #[inline(always)]
            fn max(self, _: Avx2, other: Self) -> Self {
                // SAFETY: the token proves avx2.
                unsafe { $max(self, other) }
            }

            #[inline(always)]
            fn less(self, _: Avx2, other: Self) -> u16 {
                // SAFETY: the token proves avx.
                let lanes = unsafe { $compare::<_CMP_LT_OQ>(self, other) };
                // SAFETY: the token proves avx.
                unsafe { $movemask(lanes) as u16 }
            }

            #[inline(always)]
            fn at_most(self, _: Avx2, other: Self) -> u16 {
                // SAFETY: the token proves avx.
                let lanes = unsafe { $compare::<_CMP_LE_OQ>(self, other) };
                // SAFETY: the token proves avx.
                unsafe { $movemask(lanes) as u16 }
            }

            #[inline(always)]
            fn sum(self, _: Avx2) -> $lane {
                // SAFETY: the token proves avx.
                unsafe { $sum(self) }
            }

            #[inline(always)]
            fn sum_eight(_: Avx2, vectors: [Self; 8]) -> [$lane; 8] {
                // SAFETY: the token proves avx.
                unsafe { $sum_eight(vectors) }
            }
        }
    };
}

vector! {
    __m256, f32, 8, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_sub_ps,
    _mm256_mul_ps, _mm256_fmadd_ps, _mm256_cmp_ps, _mm256_movemask_ps, abs_f32, max_f32,
    sum_f32, sum_eight_f32
}
vector! {
    __m256d, f64, 4, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_sub_pd,
    _mm256_mul_pd, _mm256_fmadd_pd, _mm256_cmp_pd, _mm256_movemask_pd, abs_f64, max_f64,
    sum_f64, sum_eight_f64
}

#[target_feature(enable = "avx2")]
#[inline]
fn abs_f32(x: __m256) -> __m256 {
    _mm256_andnot_ps(_mm256_set1_ps(-0.0), x)
}

#[target_feature(enable = "avx2")]
#[inline]
fn abs_f64(x: __m256d) -> __m256d {
    _mm256_andnot_pd(_mm256_set1_pd(-0.0), x)
}

/// Floats without sign are ordered as their bits, and NaN is above all others; the instruction for floats would drop one.
#[target_feature(enable = "avx2")]
#[inline]
fn max_f32(a: __m256, b: __m256) -> __m256 {
    _mm256_castsi256_ps(_mm256_max_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)))
}

#[target_feature(enable = "avx2")]
#[inline]
fn max_f64(a: __m256d, b: __m256d) -> __m256d {
    let greater = _mm256_cmpgt_epi64(_mm256_castpd_si256(a), _mm256_castpd_si256(b));
    _mm256_blendv_pd(b, a, _mm256_castsi256_pd(greater))
}

#[target_feature(enable = "avx")]
#[inline]
fn sum_f32(x: __m256) -> f32 {
    let x = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
    let x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)))
}

#[target_feature(enable = "avx")]
#[inline]
fn sum_f64(x: __m256d) -> f64 {
    let x = _mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd::<1>(x));
    _mm_cvtsd_f64(_mm_add_sd(x, _mm_unpackhi_pd(x, x)))
}

/// Halves and quarters are added while rows are interleaved: 21 instructions for eight rows.
#[target_feature(enable = "avx")]
#[inline]
fn sum_eight_f32([a, b, c, d, e, f, g, h]: [__m256; 8]) -> [f32; 8] {
    // Two rows a register, four partial sums each; then four rows, two each: abcd, abcd.
    let pairs = |x, y| _mm256_add_ps(_mm256_unpacklo_ps(x, y), _mm256_unpackhi_ps(x, y));
    let [ab, cd, ef, gh] = [pairs(a, b), pairs(c, d), pairs(e, f), pairs(g, h)].map(|x| _mm256_castps_pd(x));
    let fours = |x, y| {
        let low = _mm256_castpd_ps(_mm256_unpacklo_pd(x, y));
        _mm256_add_ps(low, _mm256_castpd_ps(_mm256_unpackhi_pd(x, y)))
    };
    let [abcd, efgh] = [fours(ab, cd), fours(ef, gh)];
    let low = _mm256_permute2f128_ps::<0x20>(abcd, efgh);
    let sums = _mm256_add_ps(low, _mm256_permute2f128_ps::<0x31>(abcd, efgh));
    let mut out = [0.0; 8];
    // SAFETY: `out` is eight writable floats, and the store may be unaligned.
    unsafe { _mm256_storeu_ps(out.as_mut_ptr(), sums) };
    out
}

#[target_feature(enable = "avx")]
#[inline]
fn sum_eight_f64([a, b, c, d, e, f, g, h]: [__m256d; 8]) -> [f64; 8] {
    // Two rows a register, two partial sums each: ab, ab.
    let pairs = |x, y| _mm256_add_pd(_mm256_unpacklo_pd(x, y), _mm256_unpackhi_pd(x, y));
    let halves = |x, y| {
        let low = _mm256_permute2f128_pd::<0x20>(x, y);
        _mm256_add_pd(low, _mm256_permute2f128_pd::<0x31>(x, y))
    };
    let sums = [halves(pairs(a, b), pairs(c, d)), halves(pairs(e, f), pairs(g, h))];
    let mut out = [0.0; 8];
    for (half, sums) in out.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
        // SAFETY: `half` is four writable floats, and the store may be unaligned.
        unsafe { _mm256_storeu_pd(half.as_mut_ptr(), sums) };
    }
    out
}
