//! Coordinates along axes where the processor has AVX2.

use super::body;

/// [`super::deflate`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn deflate(axes: &[f64], values: &mut [f64], coordinates: &mut [f64]) -> f64 {
    body(axes, values, coordinates)
}
