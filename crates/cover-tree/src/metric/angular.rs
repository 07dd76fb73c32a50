//! Angles between vectors, computed from the chord of their unit vectors, which does not cancel for small angles.

use super::{Blocks, Image, Metric, Norm, sum};
use crate::{Error, Scalar};

/// `1 - cos(angle)`, from 0 for equal to 2 for opposite directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cosine;

/// The angle in radians, from 0 to pi.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Angular;

/// The length of a vector whose squares may overflow or vanish: `(largest, |a| / largest)`.
fn length<T: Scalar>(a: &[T]) -> (f64, f64) {
    let largest = a.iter().map(|x| x.to_f64().abs()).fold(0.0, f64::max);
    (largest, sum(a, a, |x, _| (x / largest) * (x / largest)).sqrt())
}

/// `|a/|a| - b/|b||^2`, which is `2 - 2 cos`.
fn chord_squared<T: Scalar>(a: &[T], b: &[T]) -> f64 {
    let ((a_max, a_len), (b_max, b_len)) = (length(a), length(b));
    sum(a, b, |x, y| {
        let difference = x / a_max / a_len - y / b_max / b_len;
        difference * difference
    })
}

fn not_zero<T: Scalar>(point: &[T]) -> Result<(), Error> {
    match point.iter().any(|x| x.to_f64() != 0.0) {
        true => Ok(()),
        false => Err(Error::OutsideMetric { requires: "a vector that is not zero", value: 0.0 }),
    }
}

fn unit<T: Scalar>(point: &[T], out: &mut [f64]) {
    let (largest, len) = length(point);
    for (out, x) in out.iter_mut().zip(point) {
        *out = x.to_f64() / largest / len;
    }
}

macro_rules! angular {
    ($metric:ident, $from_chord_squared:expr, $chord:expr) => {
        impl<T: Scalar> Metric<[T]> for $metric {
            fn distance(&self, a: &[T], b: &[T]) -> f64 {
                $from_chord_squared(chord_squared(a, b))
            }
            fn triangle(&self, distance: f64) -> f64 {
                $chord(distance)
            }
            fn rounding(&self) -> super::Rounding {
                // Each unit vector is wrong by a few eps, whatever the chord.
                super::Rounding { relative: 1e-12, absolute: 1e-14 }
            }
            fn check(&self, point: &[T]) -> Result<(), Error> {
                not_zero(point)
            }
            fn blocks(&self) -> Blocks<'_, [T]> {
                Blocks::Image(self)
            }
        }

        impl<T: Scalar> Image<[T]> for $metric {
            fn norm(&self) -> Norm {
                Norm::Euclidean
            }
            fn dimension(&self, point: &[T]) -> usize {
                point.len()
            }
            fn image(&self, point: &[T], out: &mut [f64]) {
                unit(point, out);
            }
        }
    };
}

angular!(Cosine, |squared: f64| squared / 2.0, |distance: f64| (2.0 * distance).sqrt());
angular!(Angular, |squared: f64| 2.0 * (squared.sqrt() / 2.0).min(1.0).asin(), |distance: f64| 2.0
    * (distance / 2.0).min(std::f64::consts::FRAC_PI_2).sin());
