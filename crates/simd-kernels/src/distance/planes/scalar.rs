//! Portable distances; also the oracle of the vector versions.

use super::{Planes, squared_distances_body, within_body};
use crate::distance::Float;

/// [`super::squared_distances`], portable.
#[inline]
pub fn squared_distances<T: Float>(points: Planes<'_, T>, center: [T; 3], out: &mut [T]) {
    squared_distances_body(points, center, out);
}

/// [`super::within`], portable.
#[inline]
pub fn within<T: Float>(points: Planes<'_, T>, center: [T; 3], limit: T, masks: &mut [u16]) -> usize {
    within_body::<T::Portable>((), points, center, limit, masks)
}
