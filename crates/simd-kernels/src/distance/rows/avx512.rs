//! Distances and dot products of rows with 512-bit vectors.

use super::{DOT, SQUARED_DISTANCE, body};
use crate::distance::Float;
use crate::level::Avx512;

/// [`super::squared_distances`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn squared_distances<T: Float>(query: &[T], rows: &[T], out: &mut [T]) {
    body::<T::Avx512, SQUARED_DISTANCE>(Avx512::proven(), query, rows, out);
}

/// [`super::dots`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn dots<T: Float>(query: &[T], rows: &[T], out: &mut [T]) {
    body::<T::Avx512, DOT>(Avx512::proven(), query, rows, out);
}
