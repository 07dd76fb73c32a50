//! Tiles with 256-bit vectors.

use super::{DOT, PANEL, QUERIES, SQUARED_DISTANCE, Tile, body};
use crate::distance::Float;
use crate::level::Avx2;

/// [`super::squared_distances`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn squared_distances<T: Float>(queries: &[[T; QUERIES]], panels: &[[T; PANEL]], out: &mut [Tile<T>]) {
    body::<T::Avx2, SQUARED_DISTANCE>(Avx2::proven(), queries, panels, out);
}

/// [`super::dots`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn dots<T: Float>(queries: &[[T; QUERIES]], panels: &[[T; PANEL]], out: &mut [Tile<T>]) {
    body::<T::Avx2, DOT>(Avx2::proven(), queries, panels, out);
}
