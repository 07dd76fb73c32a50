//! Residual correlations in f64, one query against eight rows as they lie in memory: for queries so ill-conditioned
//! that f32 says nothing.

use super::{Covariance, ROWS, RowQuery};

/// The keys, from dot products that an instruction set has summed in `dots`.
#[inline(always)]
pub(super) fn finish(
    covariance: Covariance,
    query: &RowQuery<'_>,
    rows: &[&[f64]; ROWS],
    dots: [f64; ROWS],
    fma: impl Fn(f64, f64, f64) -> f64 + Copy,
) -> [f32; ROWS] {
    let width = query.row.len();
    let mut square = [0.0; ROWS];
    for axis in 0..query.dimension {
        for (square, row) in square.iter_mut().zip(rows) {
            let difference = query.row[axis] - row[axis];
            *square = fma(difference, difference, *square);
        }
    }
    // Loops over lanes, not `map`: its closure would be compiled without the instruction set.
    let mut prior = square;
    match covariance {
        Covariance::Rbf(_) => {
            for lane in 0..ROWS {
                prior[lane] = exp(-square[lane], fma);
            }
        }
        Covariance::Matern12(_) => {
            for lane in 0..ROWS {
                prior[lane] = exp(-square[lane].sqrt(), fma);
            }
        }
        Covariance::Matern32(_) => {
            for lane in 0..ROWS {
                let a = square[lane].sqrt();
                prior[lane] = (1.0 + a) * exp(-a, fma);
            }
        }
        Covariance::Matern52(_) => {
            for lane in 0..ROWS {
                let a = square[lane].sqrt();
                prior[lane] = (1.0 + a + square[lane] / 3.0) * exp(-a, fma);
            }
        }
    }
    let mut keys = [0.0; ROWS];
    for (lane, row) in rows.iter().enumerate() {
        let numerator = (query.variance * prior[lane] - dots[lane]).abs() + query.slack;
        keys[lane] = -(numerator * row[width - 1]) as f32;
    }
    keys
}

/// `exp(x)` for `x <= 0`, within 8 eps; below -700 it is `exp(-700)`. As the one in f32, with a Taylor polynomial of
/// degree 13.
#[inline(always)]
fn exp(x: f64, fma: impl Fn(f64, f64, f64) -> f64) -> f64 {
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const INVERSE_FACTORIALS: [f64; 13] = [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let x = if x < -700.0 { -700.0 } else { x };
    let shifted = fma(x, core::f64::consts::LOG2_E, MAGIC);
    let n = shifted - MAGIC;
    let f = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
    let mut p = 1.0 / 6_227_020_800.0;
    for coefficient in INVERSE_FACTORIALS {
        p = fma(p, f, coefficient);
    }
    p * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_eight_eps() {
        for step in 0..700_000 {
            let x = -f64::from(step) * 1e-3;
            for value in [exp(x, f64::mul_add), exp(x, |a, b, c| a * b + c)] {
                assert!((value / x.exp() - 1.0).abs() < 8.0 * f64::EPSILON, "exp({x})");
            }
        }
    }
}
