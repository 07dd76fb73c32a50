//! Distances with 256-bit vectors.

use super::{Planes, squared_distances_body, within_body};
use crate::distance::Float;
use crate::level::Avx2;

/// [`super::squared_distances`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn squared_distances<T: Float>(points: Planes<'_, T>, center: [T; 3], out: &mut [T]) {
    squared_distances_body(points, center, out);
}

/// [`super::within`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn within<T: Float>(points: Planes<'_, T>, center: [T; 3], limit: T, masks: &mut [u16]) -> usize {
    within_body::<T::Avx2>(Avx2::proven(), points, center, limit, masks)
}
