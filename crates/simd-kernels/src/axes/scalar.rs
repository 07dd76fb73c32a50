//! Coordinates along axes in portable code; also the oracle of the others.

use super::body;

/// [`super::deflate`], with the compiler's own vectors.
#[inline]
pub fn deflate(axes: &[f64], values: &mut [f64], coordinates: &mut [f64]) -> f64 {
    body(axes, values, coordinates)
}
