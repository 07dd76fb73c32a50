//! What a key in f32 says about a distance: the certified error bounds of the kernels.

use simd_kernels::panel::{COVARIANCE_ERROR, dot_error};

use crate::metric::Rounding;

/// Half an eps of f32: the relative error of one rounding.
const HALF_EPS: f64 = f32::EPSILON as f64 / 2.0;

/// What a key says about the distance, for one query.
///
/// The bounds are those of DISTANCES as [`Metric::distance`](crate::Metric::distance) computes them: the metric's own
/// rounding is granted too.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ruler {
    /// Keys are norms of differences of images (for Euclidean, squares).
    Norm {
        squared: bool,
        /// Image units in one unit of [`Metric::triangle`](crate::Metric::triangle).
        scale: f64,
        /// `|key's norm - true norm| <= relative * true + absolute`, in image units.
        relative: f64,
        absolute: f64,
    },
    /// Keys are `-(|numerator| + slack) / sqrt(p_j)`: at most minus `|rho| root`.
    Residual {
        /// `sqrt(p_i)` of the query.
        root: f64,
        /// What was added to the numerators: at least their error.
        slack: f32,
    },
}

impl Default for Ruler {
    fn default() -> Self {
        Self::Residual { root: 1.0, slack: 0.0 }
    }
}

impl Ruler {
    /// A ruler for images of some dimension that are wrong by at most `error` (both ends together, in image units).
    pub(crate) fn of_norm(squared: bool, scale: f64, dimension: usize, error: f64, metric: Rounding) -> Self {
        // The key's own contract is (dimension + 4) half-eps of the sum; the rest is for the arithmetic below.
        let relative = (dimension + 24) as f64 * HALF_EPS + 4.0 * metric.relative;
        // Underflow: each squared term may lose 1e-38, so the root may lose 1e-19 a term's root.
        let underflow = 1e-18 * (dimension as f64 + 1.0);
        Self::Norm { squared, scale, relative, absolute: error + underflow + 4.0 * metric.absolute * scale }
    }

    /// Above the true [`Metric::triangle`](crate::Metric::triangle) value of every point whose key is at most this;
    /// nothing is known of residual correlations, whose error each point has of its own.
    pub(crate) fn above(&self, key: f32) -> f64 {
        match *self {
            Self::Norm { squared, scale, relative, absolute } => {
                (length(key, squared) * (1.0 + 2.0 * relative) + 2.0 * absolute) / scale
            }
            Self::Residual { .. } => 1.0,
        }
    }

    /// Below the true value of every point whose key is at least this.
    pub(crate) fn below(&self, key: f32) -> f64 {
        match *self {
            Self::Norm { squared, scale, relative, absolute } => {
                ((length(key, squared) * (1.0 - 2.0 * relative) - 2.0 * absolute) / scale).max(0.0)
            }
            Self::Residual { .. } => 0.0,
        }
    }

    /// The greatest key that the point with this key and this `1 / sqrt(p)` could have without any error, but for
    /// what [`Ruler::widen`] grants.
    #[inline]
    pub(crate) fn loosen(&self, key: f32, scale: f32) -> f32 {
        match *self {
            Self::Norm { .. } => key,
            Self::Residual { slack, .. } => key + 2.001 * slack * scale,
        }
    }

    /// A key that no point with a [`Metric::triangle`](crate::Metric::triangle) of at most `triangle` exceeds.
    pub(crate) fn key_of(&self, triangle: f64) -> f32 {
        match *self {
            Self::Norm { squared, scale, relative, absolute } => {
                let length = (triangle * scale + 2.0 * absolute) * (1.0 + 2.0 * relative);
                let key = if squared { length * length } else { length };
                // The largest finite key may have overflowed to infinity.
                if key > 1e37 { f32::INFINITY } else { (key * (1.0 + 2.0 * HALF_EPS)) as f32 }
            }
            Self::Residual { root, .. } => {
                let rho = 1.0 - triangle.min(1.0).powi(2);
                (-(rho * root) * (1.0 - 1e-6) + 1e-12 * root) as f32
            }
        }
    }

    /// A key that no point exceeds whose distance is at most that of a point with this loosened key.
    pub(crate) fn widen(&self, loose: f32) -> f32 {
        match *self {
            Self::Norm { .. } => self.key_of(self.above(loose)),
            Self::Residual { root, .. } => {
                // Correlations are clamped to 1: beyond it points tie, whatever their keys.
                let score = f64::from(-loose).min(root) * (1.0 - 2e-6);
                (-score + 1e-12 * root) as f32
            }
        }
    }
}

fn length(key: f32, squared: bool) -> f64 {
    if squared { f64::from(key).sqrt() } else { f64::from(key) }
}

/// The largest error of a residual numerator in f32, for a unit variance: `lengths` bounds the product of both
/// vectors' lengths, `shift` how far both ends' coordinates may be from where they should be.
pub(crate) fn numerator_error(dimension: usize, rank: usize, lengths: f64, shift: f64) -> f64 {
    // No covariance here changes faster than the distance of scaled coordinates does.
    let covariance = COVARIANCE_ERROR + (dimension + 4) as f64 * 2.0 * HALF_EPS + shift;
    let dot = lengths * (dot_error(rank) + 4.0 * HALF_EPS);
    1.01 * (covariance + dot)
}
