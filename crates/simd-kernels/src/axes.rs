//! A vector's coordinates along axes, and what they leave of it.
//!
//! # Rounding
//! Sums run in eight lanes, never fused: bit-equal at every level, so that what was projected at one level meets what
//! was projected at another.

use crate::level::{Level, dispatch};

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

/// Takes one axis after the other out of a vector: `coordinates[i]` is its dot product with axis `i` once the axes
/// before are out. Axes stand in rows of `values.len()` numbers; `values` keeps the rest.
///
/// Gives the square of the length of the rest.
///
/// Time: O(axes d).
///
/// # Panics
/// If `axes` has not `values.len() * coordinates.len()` numbers.
///
/// # Examples
/// ```
/// use simd_kernels::{Level, axes};
///
/// let (mut values, mut coordinates) = ([3.0, 4.0, 5.0], [0.0]);
/// let rest = axes::deflate(Level::detect(), &[0.0, 0.0, 1.0], &mut values, &mut coordinates);
/// assert_eq!((coordinates, values, rest), ([5.0], [3.0, 4.0, 0.0], 25.0));
/// ```
pub fn deflate(level: Level, axes: &[f64], values: &mut [f64], coordinates: &mut [f64]) -> f64 {
    dispatch!(level, deflate(axes, values, coordinates))
}

/// The body at every level: the compiler makes vectors of the lanes.
#[inline(always)]
fn body(axes: &[f64], values: &mut [f64], coordinates: &mut [f64]) -> f64 {
    let dimension = values.len();
    assert!(
        Some(axes.len()) == dimension.checked_mul(coordinates.len()),
        "{} numbers for {} axes of {dimension}",
        axes.len(),
        coordinates.len()
    );
    for (i, coordinate) in coordinates.iter_mut().enumerate() {
        let axis = &axes[i * dimension..][..dimension];
        *coordinate = dot(axis, values);
        subtract(values, *coordinate, axis);
    }
    dot(values, values)
}

#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a8, a_tail) = a.as_chunks::<8>();
    let (b8, b_tail) = b.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for (x, y) in a8.iter().zip(b8) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let mut tail = 0.0;
    for (x, y) in a_tail.iter().zip(b_tail) {
        tail += x * y;
    }
    // Halves first: any other order makes the compiler shuffle lanes in the loop above.
    let [s0, s1, s2, s3, s4, s5, s6, s7] = lanes;
    let [t0, t1, t2, t3] = [s0 + s4, s1 + s5, s2 + s6, s3 + s7];
    ((t0 + t2) + (t1 + t3)) + tail
}

#[inline(always)]
fn subtract(from: &mut [f64], times: f64, what: &[f64]) {
    let (from8, from_tail) = from.as_chunks_mut::<8>();
    let (what8, what_tail) = what.as_chunks::<8>();
    for (from, what) in from8.iter_mut().zip(what8) {
        for lane in 0..8 {
            from[lane] -= times * what[lane];
        }
    }
    for (from, what) in from_tail.iter_mut().zip(what_tail) {
        *from -= times * what;
    }
}
