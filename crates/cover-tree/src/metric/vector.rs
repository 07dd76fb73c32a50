//! Norms of the difference of two vectors.

use super::{Blocks, Image, Metric, Norm, sum};
use crate::Scalar;

/// A vector is its own image.
macro_rules! own_image {
    ($metric:ident, $norm:expr) => {
        impl<T: Scalar> Image<[T]> for $metric {
            fn norm(&self) -> Norm {
                $norm
            }
            fn dimension(&self, point: &[T]) -> usize {
                point.len()
            }
            fn image(&self, point: &[T], out: &mut [f64]) {
                for (out, value) in out.iter_mut().zip(point) {
                    *out = value.to_f64();
                }
            }
        }
    };
}

/// The length of the straight line, `sqrt(sum (a - b)^2)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Euclidean;

impl<T: Scalar> Metric<[T]> for Euclidean {
    #[inline]
    fn distance(&self, a: &[T], b: &[T]) -> f64 {
        sum(a, b, |x, y| (x - y) * (x - y)).sqrt()
    }
    fn blocks(&self) -> Blocks<'_, [T]> {
        Blocks::Image(self)
    }
}
own_image!(Euclidean, Norm::Euclidean);

/// `sum (a - b)^2`: the order of [`Euclidean`] without the root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SquaredEuclidean;

impl<T: Scalar> Metric<[T]> for SquaredEuclidean {
    #[inline]
    fn distance(&self, a: &[T], b: &[T]) -> f64 {
        sum(a, b, |x, y| (x - y) * (x - y))
    }
    fn triangle(&self, distance: f64) -> f64 {
        distance.sqrt()
    }
    fn blocks(&self) -> Blocks<'_, [T]> {
        Blocks::Image(self)
    }
}
own_image!(SquaredEuclidean, Norm::Euclidean);

/// City blocks, `sum |a - b|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Manhattan;

impl<T: Scalar> Metric<[T]> for Manhattan {
    #[inline]
    fn distance(&self, a: &[T], b: &[T]) -> f64 {
        sum(a, b, |x, y| (x - y).abs())
    }
    fn blocks(&self) -> Blocks<'_, [T]> {
        Blocks::Image(self)
    }
}
own_image!(Manhattan, Norm::Manhattan);

/// The largest difference of a coordinate, `max |a - b|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Chebyshev;

impl<T: Scalar> Metric<[T]> for Chebyshev {
    #[inline]
    fn distance(&self, a: &[T], b: &[T]) -> f64 {
        a.iter().zip(b).map(|(x, y)| (x.to_f64() - y.to_f64()).abs()).fold(0.0, f64::max)
    }
    fn blocks(&self) -> Blocks<'_, [T]> {
        Blocks::Image(self)
    }
}
own_image!(Chebyshev, Norm::Chebyshev);
