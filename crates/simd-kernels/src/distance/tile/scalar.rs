//! Portable tiles; also the oracle of the vector versions.

use super::{DOT, PANEL, QUERIES, SQUARED_DISTANCE, Tile, body};
use crate::distance::Float;

/// [`super::squared_distances`], portable.
#[inline]
pub fn squared_distances<T: Float>(queries: &[[T; QUERIES]], panels: &[[T; PANEL]], out: &mut [Tile<T>]) {
    body::<T::Portable, SQUARED_DISTANCE>((), queries, panels, out);
}

/// [`super::dots`], portable.
#[inline]
pub fn dots<T: Float>(queries: &[[T; QUERIES]], panels: &[[T; PANEL]], out: &mut [Tile<T>]) {
    body::<T::Portable, DOT>((), queries, panels, out);
}
