//! Coordinates along axes where the processor has AVX-512.

use super::body;

/// [`super::deflate`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn deflate(axes: &[f64], values: &mut [f64], coordinates: &mut [f64]) -> f64 {
    body(axes, values, coordinates)
}
