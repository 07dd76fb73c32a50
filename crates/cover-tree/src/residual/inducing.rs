//! Residual covariances of an inducing point without cancellation.
//!
//! An inducing point `z_i` keeps little but the jitter `j`: `k(z_i, x)` and `v_z . v_x` agree in all but some six digits,
//! so in f32 nothing is left of their difference. But `K + j I = L L^T` gives `v_z = L^-1 (L L^T - j I) e_i`, so with
//! `u = L^-1 e_i`
//!
//! ```text
//! v_z = L^T e_i - j u,      (L^T e_i) . v_x = e_i . L L^-1 k(Z, x) = k(z_i, x),      k(z_i, x) - v_z . v_x = j u . v_x
//! ```
//! one dot product, as well conditioned as any other point's: `j |u|` is about `sqrt(p_z)`.
//!
//! **Error.** With rows as they are stored, both steps are off by something that is measured or bounded:
//! `delta = v_z - (L^T e_i - j u)` is computed from the stored row and the computed `u`, which need not be exact, up to
//! 2 eps of its terms; and forward substitution solves `(L + E) v_x = k(Z, x)` exactly with `|E| <= gamma_m |L|` (Higham,
//! Accuracy and Stability, theorem 8.5), so `|L v_x - k|` at `i` is at most `gamma_m |L_i| |v_x|`. So
//!
//! ```text
//! | (k(z_i, x) - v_z . v_x) - j u . v_x |  <=  (|delta| + gamma_m |L_i|) |v_x|
//! ```
//! This is a statement about rows that [`Residual`] computed. A row that was made by hand is no row of its metric.

use super::Residual;
use crate::metric::sum;

/// What stands for the vector of an inducing point when there is no covariance to subtract from.
pub(crate) struct Direct {
    /// `j u`: its dot product with a point's vector is the residual covariance.
    pub(crate) vector: Vec<f64>,
    /// The error of that, for each unit of the point's vector.
    pub(crate) error: f64,
}

impl Residual {
    /// The direct form of a row, if it is that of an inducing point.
    ///
    /// Time: O(m^2).
    pub(crate) fn direct(&self, row: &[f64]) -> Option<Direct> {
        let (inducing, factor) = self.inducing.as_ref()?;
        let (coordinates, stored) = (&row[..self.dimension], &row[self.dimension..][..self.rank]);
        let i = inducing.iter().position(|point| point == coordinates)?;
        let jitter = self.parameters.jitter * self.parameters.variance;
        let mut vector = vec![0.0; self.rank];
        vector[i] = 1.0;
        factor.solve_lower(&mut vector);
        vector.iter_mut().for_each(|value| *value *= jitter);
        let row_i = factor.row(i);
        let expected = |t: usize| row_i.get(t).copied().unwrap_or(0.0) - vector[t];
        let delta = (0..self.rank).map(|t| (stored[t] - expected(t)).powi(2)).sum::<f64>().sqrt();
        let length = |values: &[f64]| sum(values, values, |x, y| x * y).sqrt();
        // Twice gamma, and 2 eps for each term of delta.
        let rounding = 2.0 * (self.rank + 16) as f64 * f64::EPSILON;
        let error = 1.01 * (delta + rounding * (length(row_i) + length(stored) + length(&vector)));
        Some(Direct { vector, error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kernel, Parameters, Points};

    #[test]
    fn the_error_bounds_what_differs() {
        for kernel in [Kernel::Rbf, Kernel::Matern12, Kernel::Matern32, Kernel::Matern52] {
            for (lengthscale, jitter) in [(0.1, 1e-6), (0.5, 1e-6), (2.0, 1e-6), (0.3, 1e-3), (2.0, 1e-9)] {
                check(&Parameters { jitter, ..Parameters::new(kernel, 2.5, &[lengthscale]) });
            }
        }
    }

    fn check(parameters: &Parameters) {
        let coordinates: Vec<f64> = (1..=400).map(|i| (f64::from(i) * 0.754_877_666).fract()).collect();
        let (metric, rows) = Residual::new(&coordinates, 2, &coordinates[..120], parameters).unwrap();
        let length = |values: &[f64]| sum(values, values, |x, y| x * y).sqrt();
        for z in (0..60).step_by(7) {
            let direct = metric.direct(rows.point(z)).expect("it is an inducing point");
            let (p, jitter) = (rows.point(z)[62].powi(-2), parameters.jitter * parameters.variance);
            assert!(length(&direct.vector) <= 1.001 * jitter.sqrt() && p <= 1.001 * jitter.max(1e-9));
            for x in 0..rows.len() {
                let vector = &rows.point(x)[2..62];
                let covariance = sum(&direct.vector, vector, |u, v| u * v);
                let off = (metric.covariance(rows.point(z), rows.point(x)) - covariance).abs();
                let allowed = direct.error * length(vector) + metric.row_slack(rows.point(z), 0.0);
                assert!(off <= allowed, "{parameters:?} {z} {x}: {off} > {allowed}");
            }
        }
        assert!(metric.direct(rows.point(100)).is_none());
    }
}
