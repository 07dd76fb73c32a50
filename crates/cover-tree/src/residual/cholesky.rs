//! The Cholesky factor of a small matrix.

use crate::Error;
use crate::metric::sum;

/// The lower triangle `L` of `A = L L^T`, row after row: row `i` has `i + 1` entries.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Cholesky {
    packed: Vec<f64>,
}

impl Cholesky {
    /// Factors the symmetric matrix whose lower triangle `entry(i, j)` gives.
    pub(super) fn new(n: usize, entry: impl Fn(usize, usize) -> f64) -> Result<Self, Error> {
        let mut packed: Vec<f64> = Vec::with_capacity(n * (n + 1) / 2);
        for i in 0..n {
            let start = packed.len();
            for j in 0..i {
                let row_j = &packed[j * (j + 1) / 2..];
                let value = entry(i, j) - sum(&packed[start..], &row_j[..j], |x, y| x * y);
                packed.push(value / row_j[j]);
            }
            let row = &packed[start..];
            let square = entry(i, i) - sum(row, row, |x, y| x * y);
            if !(square.is_finite() && square > 0.0) {
                return Err(Error::NotPositiveDefinite { pivot: i, value: square });
            }
            packed.push(square.sqrt());
        }
        Ok(Self { packed })
    }

    /// Row `i` of `L`, up to the diagonal.
    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.packed[i * (i + 1) / 2..][..=i]
    }

    /// Replaces `b` by `L^-1 b`.
    pub(super) fn solve_lower(&self, b: &mut [f64]) {
        for i in 0..b.len() {
            let row = self.row(i);
            b[i] = (b[i] - sum(&row[..i], &b[..i], |x, y| x * y)) / row[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_times_its_transpose_is_the_matrix() {
        let n = 20;
        let entry = |i: usize, j: usize| (-(i.abs_diff(j) as f64) / 3.0).exp();
        let factor = Cholesky::new(n, entry).unwrap();
        let at = |i: usize, j: usize| if j <= i { factor.packed[i * (i + 1) / 2 + j] } else { 0.0 };
        for i in 0..n {
            for j in 0..=i {
                let product: f64 = (0..n).map(|t| at(i, t) * at(j, t)).sum();
                assert!((product - entry(i, j)).abs() < 1e-14);
            }
        }
        let mut b: Vec<f64> = (0..n).map(|i| at(i, 3)).collect();
        factor.solve_lower(&mut b);
        assert!(b.iter().enumerate().all(|(i, x)| (x - f64::from(u8::from(i == 3))).abs() < 1e-14));
    }

    #[test]
    fn a_singular_matrix_is_refused() {
        assert_eq!(Cholesky::new(2, |_, _| 1.0), Err(Error::NotPositiveDefinite { pivot: 1, value: 0.0 }));
    }
}
