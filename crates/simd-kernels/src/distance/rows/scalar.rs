//! Portable distances and dot products of rows; also the oracle of the vector versions.

use super::{DOT, SQUARED_DISTANCE, body};
use crate::distance::Float;

/// [`super::squared_distances`], portable.
#[inline]
pub fn squared_distances<T: Float>(query: &[T], rows: &[T], out: &mut [T]) {
    body::<T::Portable, SQUARED_DISTANCE>((), query, rows, out);
}

/// [`super::dots`], portable.
#[inline]
pub fn dots<T: Float>(query: &[T], rows: &[T], out: &mut [T]) {
    body::<T::Portable, DOT>((), query, rows, out);
}
