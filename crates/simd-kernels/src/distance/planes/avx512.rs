//! Distances with 512-bit vectors.

use super::{Planes, squared_distances_body, within_body};
use crate::distance::Float;
use crate::level::Avx512;

/// [`super::squared_distances`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn squared_distances<T: Float>(points: Planes<'_, T>, center: [T; 3], out: &mut [T]) {
    squared_distances_body(points, center, out);
}

/// [`super::within`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn within<T: Float>(points: Planes<'_, T>, center: [T; 3], limit: T, masks: &mut [u16]) -> usize {
    within_body::<T::Avx512>(Avx512::proven(), points, center, limit, masks)
}
