//! Great circles on a sphere.

use super::{Blocks, Image, Metric, Norm, Rounding};
use crate::{Error, Scalar};

/// The great-circle distance of two points `[latitude, longitude]` in degrees, in the unit of the radius.
///
/// # Examples
/// ```
/// use cover_tree::{Haversine, Metric};
///
/// let (berlin, paris) = ([52.52, 13.405], [48.8566, 2.3522]);
/// let kilometres = Haversine::EARTH_KM.distance(&berlin[..], &paris[..]);
/// assert!((kilometres - 877.5).abs() < 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Haversine {
    radius: f64,
}

impl Haversine {
    /// A sphere of the Earth's mean radius, distances in kilometres.
    pub const EARTH_KM: Self = Self { radius: 6371.0088 };

    /// A sphere of this radius.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for a radius that is not positive and finite.
    pub fn new(radius: f64) -> Result<Self, Error> {
        match radius > 0.0 && radius.is_finite() {
            true => Ok(Self { radius }),
            false => Err(Error::NotPositive { argument: "radius", index: 0, value: radius }),
        }
    }
}

impl<T: Scalar> Metric<[T]> for Haversine {
    fn distance(&self, a: &[T], b: &[T]) -> f64 {
        let [a_lat, a_lon, b_lat, b_lon] =
            [a[0], a[1], b[0], b[1]].map(|degrees| degrees.to_f64().to_radians());
        let half = |x: f64, y: f64| ((x - y) / 2.0).sin();
        let squared = half(a_lat, b_lat).powi(2) + a_lat.cos() * b_lat.cos() * half(a_lon, b_lon).powi(2);
        2.0 * self.radius * squared.sqrt().min(1.0).asin()
    }

    /// The chord on the unit sphere.
    fn triangle(&self, distance: f64) -> f64 {
        2.0 * (distance / (2.0 * self.radius)).min(std::f64::consts::FRAC_PI_2).sin()
    }

    fn rounding(&self) -> Rounding {
        // Angles of up to some turns are converted to radians with an error of eps each.
        Rounding { relative: 1e-12, absolute: 1e-13 }
    }

    fn check(&self, point: &[T]) -> Result<(), Error> {
        if point.len() != 2 {
            return Err(Error::Dimension { argument: "point", expected: 2, found: point.len() });
        }
        let [latitude, longitude] = [point[0].to_f64(), point[1].to_f64()];
        if latitude.abs() > 90.0 {
            return Err(Error::OutsideMetric { requires: "a latitude within 90 degrees", value: latitude });
        }
        if longitude.abs() > 720.0 {
            return Err(Error::OutsideMetric {
                requires: "a longitude within 720 degrees",
                value: longitude,
            });
        }
        Ok(())
    }

    fn blocks(&self) -> Blocks<'_, [T]> {
        Blocks::Image(self)
    }
}

impl<T: Scalar> Image<[T]> for Haversine {
    fn norm(&self) -> Norm {
        Norm::Euclidean
    }
    fn dimension(&self, _: &[T]) -> usize {
        3
    }
    fn image(&self, point: &[T], out: &mut [f64]) {
        let [latitude, longitude] = [point[0], point[1]].map(|degrees| degrees.to_f64().to_radians());
        out[0] = latitude.cos() * longitude.cos();
        out[1] = latitude.cos() * longitude.sin();
        out[2] = latitude.sin();
    }
}
