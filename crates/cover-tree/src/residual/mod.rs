//! The residual-correlation metric of Vecchia Gaussian processes: what is left of a covariance after `m` inducing points
//! have explained their part.
//!
//! With `K = k(Z, Z) + jitter I = L L^T`, `v_x = L^-1 k(Z, x)` and `p_x = max(k(x, x) - |v_x|^2, floor)`:
//!
//! ```text
//! rho(x, y) = (k(x, y) - v_x . v_y) / sqrt(p_x p_y), clamped to [-1, 1]         d(x, y) = sqrt(1 - |rho(x, y)|)
//! ```
//! The residual covariance is a Schur complement, so `rho` is a cosine and `d` half the chord, up to the sign: a
//! pseudometric (`d = 0` where `|rho| = 1`). Raising `p` to a floor adds a component of its own to each point, which
//! keeps that. Where a `p_diag` given by the caller is too small for its vectors there is no such argument, and a
//! tree then visits every point.

mod cholesky;
mod inducing;
mod kernel;

pub use kernel::{Kernel, Parameters};

use crate::metric::{Blocks, Metric, Residuals, Rounding, sum};
use crate::ruler::Ruler;
use crate::{Error, Points, Rows};
use cholesky::Cholesky;

/// The residual-correlation metric over rows that it prepares itself: coordinates, the vector `v` and `1 / sqrt(p)`.
///
/// # Examples
/// ```
/// use cover_tree::{Index, Kernel, Parameters, Residual, Scan};
///
/// // 400 points in the unit square, every 20th of them an inducing point.
/// let coordinates: Vec<f64> = (0..800).map(|i| (i as f64 * 0.754_877_666).fract()).collect();
/// let inducing: Vec<f64> = coordinates.chunks(40).flat_map(|rows| rows[..2].to_vec()).collect();
/// let parameters = Parameters::new(Kernel::Matern32, 1.0, &[0.3]);
///
/// let (metric, rows) = Residual::new(&coordinates, 2, &inducing, &parameters)?;
/// let scan = Scan::new(rows, metric)?;
/// let neighbours = scan.knn_predecessors(0..400, 10)?;
/// assert_eq!(neighbours.row(0).len(), 0); // nothing comes before the first point
/// assert_eq!(neighbours.row(399).len(), 10);
/// # Ok::<(), cover_tree::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Residual {
    parameters: Parameters,
    dimension: usize,
    /// Length of the vectors `v`.
    rank: usize,
    /// The inducing points, scaled as rows are, and the factor of their covariance; none for given matrices.
    inducing: Option<(Rows<f64>, Cholesky)>,
    /// Whether every `p` is at least what its vector leaves, as far as f64 can tell.
    consistent: bool,
}

impl Residual {
    /// The metric and the rows of `n` points, from their coordinates (`n x dimension`, point after point), the
    /// inducing points (`m x dimension`) and the kernel's parameters.
    ///
    /// Time: O(m^3 + n m^2); allocates `n (dimension + m + 1)` numbers for the rows.
    ///
    /// # Errors
    /// For a length that is no multiple of the dimension, a number that is not finite, a parameter that is not
    /// positive, lengthscales that are neither one nor one a dimension, and a covariance of the inducing points that
    /// is not positive definite.
    pub fn new(
        coordinates: &[f64],
        dimension: usize,
        inducing: &[f64],
        parameters: &Parameters,
    ) -> Result<(Self, Rows<f64>), Error> {
        parameters.check(dimension)?;
        let scaled = parameters.scale(inducing, dimension, "inducing")?;
        let m = scaled.len();
        let jitter = parameters.jitter * parameters.variance;
        let factor = Cholesky::new(m, |i, j| {
            let square = sum(scaled.point(i), scaled.point(j), |x, y| (x - y) * (x - y));
            parameters.covariance(square) + if i == j { jitter } else { 0.0 }
        })?;
        let metric = Self {
            parameters: parameters.clone(),
            dimension,
            rank: m,
            inducing: Some((scaled, factor)),
            consistent: true,
        };
        let rows = metric.rows(coordinates)?;
        Ok((metric, rows))
    }

    /// The metric and the rows, from matrices that were computed elsewhere: coordinates (`n x dimension`), `v_matrix`
    /// (`n x m`) and `p_diag` (`n`).
    ///
    /// Such a metric cannot prepare further points: queries are rows of these.
    ///
    /// # Errors
    /// For lengths that do not fit, a number that is not finite, and a `p_diag` that is not positive.
    pub fn from_matrices(
        coordinates: &[f64],
        dimension: usize,
        v_matrix: &[f64],
        p_diag: &[f64],
        parameters: &Parameters,
    ) -> Result<(Self, Rows<f64>), Error> {
        parameters.check(dimension)?;
        let scaled = parameters.scale(coordinates, dimension, "coordinates")?;
        let n = scaled.len();
        if p_diag.len() != n {
            return Err(Error::Length { argument: "p_diag", expected: n, found: p_diag.len() });
        }
        let rank = v_matrix.len().checked_div(n).unwrap_or(0);
        if rank * n != v_matrix.len() {
            let expected = (rank + 1) * n;
            return Err(Error::Length { argument: "v_matrix", expected, found: v_matrix.len() });
        }
        let mut values = Vec::with_capacity(n * (dimension + rank + 1));
        let mut consistent = true;
        for (i, (&p, point)) in p_diag.iter().zip(scaled.iter()).enumerate() {
            if !(p.is_finite() && p > 0.0) {
                return Err(Error::NotPositive { argument: "p_diag", index: i, value: p });
            }
            let vector = &v_matrix[i * rank..][..rank];
            let left = parameters.variance - sum(vector, vector, |x, y| x * y);
            consistent &= p >= left - f64::from(f32::EPSILON).powi(2) * parameters.variance;
            consistent &= p >= parameters.floor * parameters.variance;
            values.extend_from_slice(point);
            values.extend_from_slice(vector);
            values.push(1.0 / p.sqrt());
        }
        let rows = Rows::new(values, dimension + rank + 1).map_err(|error| match error {
            Error::NotFinite { row, column, value, .. } => {
                Error::NotFinite { argument: "v_matrix", row, column: column - dimension, value }
            }
            other => other,
        })?;
        Ok((Self { parameters: parameters.clone(), dimension, rank, inducing: None, consistent }, rows))
    }

    /// The rows of further points, such as queries that are not in the index (`n x dimension` coordinates).
    ///
    /// Time: O(n m^2).
    ///
    /// # Errors
    /// As [`Residual::new`]; [`Error::Length`] naming `inducing` if the metric was made from matrices.
    pub fn rows(&self, coordinates: &[f64]) -> Result<Rows<f64>, Error> {
        let Some((inducing, factor)) = &self.inducing else {
            return Err(Error::Length { argument: "inducing", expected: self.rank, found: 0 });
        };
        let scaled = self.parameters.scale(coordinates, self.dimension, "coordinates")?;
        let variance = self.parameters.variance;
        let width = self.width();
        let mut values = vec![0.0; scaled.len() * width];
        let fill = |(row, point): (&mut [f64], &[f64])| {
            row[..self.dimension].copy_from_slice(point);
            let vector = &mut row[self.dimension..][..self.rank];
            for (v, z) in vector.iter_mut().zip(inducing.iter()) {
                *v = self.parameters.covariance(sum(point, z, |x, y| (x - y) * (x - y)));
            }
            factor.solve_lower(vector);
            let left = variance - sum(vector, vector, |x, y| x * y);
            row[width - 1] = 1.0 / left.max(self.parameters.floor * variance).sqrt();
        };
        #[cfg(feature = "rayon")]
        if crate::parallel::threads() > 1 {
            use rayon::prelude::*;
            let points: Vec<&[f64]> = scaled.iter().collect();
            values.par_chunks_mut(width).zip(points).for_each(fill);
            return Rows::new(values, width);
        }
        values.chunks_mut(width).zip(scaled.iter()).for_each(fill);
        Rows::new(values, width)
    }

    /// The kernel and its parameters.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Coordinates of a point.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The length of the vectors `v`: the number of inducing points.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The residual correlation of two rows, clamped to [-1, 1].
    pub fn correlation(&self, a: &[f64], b: &[f64]) -> f64 {
        let last = self.width() - 1;
        (self.covariance(a, b) * (a[last] * b[last])).clamp(-1.0, 1.0)
    }

    /// The residual covariance of two rows, `k(x, y) - v_x . v_y`.
    pub fn covariance(&self, a: &[f64], b: &[f64]) -> f64 {
        let (x, y) = (&a[..self.dimension], &b[..self.dimension]);
        let prior = self.parameters.covariance(sum(x, y, |x, y| (x - y) * (x - y)));
        let vectors = self.dimension..self.dimension + self.rank;
        prior - sum(&a[vectors.clone()], &b[vectors], |x, y| x * y)
    }

    /// What a scan in f64 adds to the numerators of a query: at least their error, for vectors of at most this length.
    pub(crate) fn row_slack(&self, row: &[f64], longest: f64) -> f64 {
        // Twice the kernel's error, for the rounding of `covariance` itself. Vectors that were given may be longer than
        // a deviation.
        let vector = &row[self.dimension..][..self.rank];
        let lengths = sum(vector, vector, |x, y| x * y).sqrt() * longest;
        2.0 * (row.len() + 40) as f64 * f64::EPSILON * self.parameters.variance.max(1.01 * lengths)
    }

    /// What the keys of that scan say.
    pub(crate) fn row_ruler(&self, row: &[f64], longest: f64) -> Ruler {
        let slack = self.row_slack(row, longest) as f32 * (1.0 + f32::EPSILON);
        Ruler::Residual { root: 1.0 / row[self.width() - 1], slack }
    }

    /// Numbers in a row.
    fn width(&self) -> usize {
        self.dimension + self.rank + 1
    }
}

impl Metric<[f64]> for Residual {
    #[inline]
    fn distance(&self, a: &[f64], b: &[f64]) -> f64 {
        (1.0 - self.correlation(a, b).abs()).sqrt()
    }

    fn rounding(&self) -> Rounding {
        if !self.consistent {
            return Rounding { relative: 0.0, absolute: f64::INFINITY };
        }
        // The numerator is off by some (m / 8 + d + 20) eps of the variance, and p may be as small as the floor; near
        // d = 0 the root turns an error e of 1 - |rho| into sqrt(e).
        let steps = (self.rank / 8 + self.dimension + 20) as f64;
        let absolute = (4.0 * steps * f64::EPSILON / self.parameters.floor).sqrt();
        Rounding { relative: 1e-12, absolute }
    }

    fn check(&self, point: &[f64]) -> Result<(), Error> {
        match point.len() == self.width() {
            true => Ok(()),
            false => Err(Error::Dimension { argument: "row", expected: self.width(), found: point.len() }),
        }
    }

    fn blocks(&self) -> Blocks<'_, [f64]> {
        Blocks::Residual(self)
    }
}

impl Residuals<[f64]> for Residual {
    fn residual(&self) -> &Residual {
        self
    }

    fn row<'p>(&self, point: &'p [f64]) -> &'p [f64] {
        point
    }
}
