//! Covariance functions and their parameters.

use simd_kernels::panel::Covariance;

use crate::{Error, Rows};

/// A stationary covariance function of the distance `r` in units of the lengthscales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Kernel {
    /// `exp(-r^2 / 2)`, also called Gaussian or squared exponential.
    Rbf,
    /// `exp(-r)`, also called exponential.
    Matern12,
    /// `(1 + sqrt(3) r) exp(-sqrt(3) r)`
    Matern32,
    /// `(1 + sqrt(5) r + 5 r^2 / 3) exp(-sqrt(5) r)`
    Matern52,
}

/// A kernel with its variance and lengthscales, and what keeps its inverse finite.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Parameters {
    /// The covariance function.
    pub kernel: Kernel,
    /// The variance of a point, `k(x, x)`.
    pub variance: f64,
    /// One lengthscale for all dimensions, or one for each (automatic relevance determination).
    pub lengthscales: Vec<f64>,
    /// Added to the diagonal of the inducing points' covariance, in units of the variance; 1e-6 by default.
    pub jitter: f64,
    /// The least residual variance `p`, in units of the variance; 1e-9 by default.
    pub floor: f64,
}

impl Parameters {
    /// Parameters with the default jitter and floor.
    pub fn new(kernel: Kernel, variance: f64, lengthscales: &[f64]) -> Self {
        Self { kernel, variance, lengthscales: lengthscales.to_vec(), jitter: 1e-6, floor: 1e-9 }
    }

    /// The kernel for blocks of points, with unit variance.
    pub(crate) fn unit_kernel(&self) -> Covariance {
        match self.kernel {
            Kernel::Rbf => Covariance::Rbf(1.0),
            Kernel::Matern12 => Covariance::Matern12(1.0),
            Kernel::Matern32 => Covariance::Matern32(1.0),
            Kernel::Matern52 => Covariance::Matern52(1.0),
        }
    }

    /// The covariance at a squared distance of scaled coordinates.
    #[inline]
    pub(crate) fn covariance(&self, square: f64) -> f64 {
        // Of endless distances nothing is left, not NaN.
        let square = square.min(1e200);
        let correlation = match self.kernel {
            Kernel::Rbf => (-square).exp(),
            Kernel::Matern12 => (-square.sqrt()).exp(),
            Kernel::Matern32 => {
                let a = square.sqrt();
                (1.0 + a) * (-a).exp()
            }
            Kernel::Matern52 => {
                let a = square.sqrt();
                (1.0 + a + square / 3.0) * (-a).exp()
            }
        };
        self.variance * correlation
    }

    /// Coordinates divided by the lengthscales, and multiplied so that the kernel needs no constant.
    pub(super) fn scale(
        &self,
        coordinates: &[f64],
        dimension: usize,
        argument: &'static str,
    ) -> Result<Rows<f64>, Error> {
        let factor = self.unit_kernel().scale();
        let lengthscale =
            |i: usize| self.lengthscales[if self.lengthscales.len() == 1 { 0 } else { i % dimension }];
        let scaled = coordinates.iter().enumerate().map(|(i, x)| x * (factor / lengthscale(i)));
        Rows::new(scaled.collect(), dimension).map_err(|error| match error {
            Error::NotFinite { row, column, value, .. } => Error::NotFinite { argument, row, column, value },
            Error::Length { expected, found, .. } => Error::Length { argument, expected, found },
            other => other,
        })
    }

    pub(super) fn check(&self, dimension: usize) -> Result<(), Error> {
        let positive = |argument, values: &[f64]| {
            let wrong = values.iter().position(|x| !(x.is_finite() && *x > 0.0));
            wrong.map_or(Ok(()), |index| Err(Error::NotPositive { argument, index, value: values[index] }))
        };
        positive("variance", &[self.variance])?;
        positive("lengthscales", &self.lengthscales)?;
        positive("floor", &[self.floor])?;
        if !(self.jitter.is_finite() && self.jitter >= 0.0) {
            return Err(Error::NotPositive { argument: "jitter", index: 0, value: self.jitter });
        }
        if dimension == 0 {
            return Err(Error::Dimension { argument: "dimension", expected: 1, found: 0 });
        }
        if self.lengthscales.len() != 1 && self.lengthscales.len() != dimension {
            let found = self.lengthscales.len();
            return Err(Error::Length { argument: "lengthscales", expected: dimension, found });
        }
        Ok(())
    }
}
