//! What a key in f32 says about a distance: the certified error bounds of the kernels.

use simd_kernels::panel::{COVARIANCE_ERROR, LANES, dot_error};

use crate::metric::Rounding;

/// Half an eps of f32: the relative error of one rounding.
pub(crate) const HALF_EPS: f64 = f32::EPSILON as f64 / 2.0;

/// Room for the rounding of a few steps in f32.
const MARGIN: f64 = 1e-6;

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
        /// Four times what a projection leaves out of the query.
        left_out: f32,
    },
    /// Keys are `-(|numerator| / sqrt(p_j) + slack scale_j)`: at most minus `|rho| root`.
    Residual {
        /// `sqrt(p_i)` of the query.
        root: f64,
        /// Times what a panel has as a scale, at least the error of the rest.
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
        let absolute = error + underflow + 4.0 * metric.absolute * scale;
        Self::Norm { squared, scale, relative, absolute, left_out: 0.0 }
    }

    /// The same for a projection that leaves out so much of the query, in image units.
    pub(crate) fn leaving_out(mut self, length: f32) -> Self {
        if let Self::Norm { left_out, .. } = &mut self {
            *left_out = 4.0 * length * (1.0 + 4.0 * f32::EPSILON);
        }
        self
    }

    /// What is granted for each unit of a point's scale.
    pub(crate) fn slack(&self) -> f32 {
        match *self {
            Self::Norm { left_out, .. } => left_out,
            Self::Residual { slack, .. } => slack,
        }
    }

    /// Above the true [`Metric::triangle`](crate::Metric::triangle) value of every point whose key is at most this;
    /// nothing is known of residual correlations, whose error each point has of its own.
    pub(crate) fn above(&self, key: f32) -> f64 {
        match *self {
            Self::Norm { squared, scale, relative, absolute, .. } => {
                (length(key, squared) * (1.0 + 2.0 * relative) + 2.0 * absolute) / scale
            }
            Self::Residual { .. } => 1.0,
        }
    }

    /// The greatest key that the point with this key and this scale (for a projection, the length that it leaves out)
    /// could have without any error, but for what [`Ruler::widen`] grants.
    #[inline]
    pub(crate) fn loosen(&self, key: f32, scale: f32) -> f32 {
        match *self {
            Self::Norm { left_out, .. } => key + left_out * scale,
            Self::Residual { slack, .. } => key + 2.001 * slack * scale,
        }
    }

    /// [`Ruler::above`] in image units, for comparison with [`Ruler::gaps`].
    pub(crate) fn reach(&self, key: f32) -> f32 {
        match *self {
            Self::Norm { scale, .. } => {
                ((self.above(key) * scale) * (1.0 + MARGIN) + f64::from(f32::MIN_POSITIVE)) as f32
            }
            Self::Residual { .. } => f32::INFINITY,
        }
    }

    /// A radius (of [`Metric::triangle`](crate::Metric::triangle)) in the units of images that are scaled by `scale`,
    /// rounded up.
    pub(crate) fn radius(radius: f64, scale: f64) -> f32 {
        (radius * scale * (1.0 + MARGIN) + f64::from(f32::MIN_POSITIVE)) as f32
    }

    /// Below the distances, in image units, of balls with these centres' keys and these radii; at least `nearest`.
    ///
    /// In f32 all the way: each of four steps is off by half an eps of the length, which the margin outweighs.
    #[inline]
    pub(crate) fn gaps(&self, keys: &[f32; LANES], radii: &[f32; LANES], nearest: f32) -> [f32; LANES] {
        let mut gaps = [nearest; LANES];
        if let Self::Norm { squared, relative, absolute, .. } = *self {
            let part = (1.0 - 2.0 * relative - MARGIN) as f32;
            let minus = (2.0 * absolute * (1.0 + MARGIN) + f64::from(f32::MIN_POSITIVE)) as f32;
            for lane in 0..LANES {
                let length = if squared { keys[lane].sqrt() } else { keys[lane] };
                let gap = length * part - minus - radii[lane];
                // An infinite radius, or infinity minus infinity, rules nothing out.
                gaps[lane] = if gap > nearest { gap } else { nearest };
            }
        }
        gaps
    }

    /// A key that no point with a [`Metric::triangle`](crate::Metric::triangle) of at most `triangle` exceeds.
    pub(crate) fn key_of(&self, triangle: f64) -> f32 {
        match *self {
            Self::Norm { squared, scale, relative, absolute, .. } => {
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
    1.01 * covariance + dot_part(rank, lengths)
}

/// The part of the dot product.
pub(crate) fn dot_part(rank: usize, lengths: f64) -> f64 {
    1.01 * lengths * (dot_error(rank) + 4.0 * HALF_EPS)
}
