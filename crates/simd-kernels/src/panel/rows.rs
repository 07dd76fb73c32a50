//! Residual correlations in f64, eight queries against sixteen rows as they lie in memory: for queries so
//! ill-conditioned that f32 says nothing.

use super::{Covariance, LANES, QUERIES, RowQueries, Tile};

/// The keys, from the dot products that an instruction set has summed, a row's with all queries side by side.
#[inline(always)]
pub(super) fn finish(
    covariance: Covariance,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    dots: &[[f64; QUERIES]; LANES],
    tile: &mut Tile,
    fma: impl Fn(f64, f64, f64) -> f64 + Copy,
) {
    match covariance {
        Covariance::Rbf(_) => each_row(queries, rows, dots, tile, fma, |square| (1.0, square)),
        Covariance::Matern12(_) => each_row(queries, rows, dots, tile, fma, |square| (1.0, square.sqrt())),
        Covariance::Matern32(_) => each_row(queries, rows, dots, tile, fma, |square| {
            let a = bounded(square).sqrt();
            (1.0 + a, a)
        }),
        Covariance::Matern52(_) => each_row(queries, rows, dots, tile, fma, |square| {
            let square = bounded(square);
            let a = square.sqrt();
            (1.0 + a + square * (1.0 / 3.0), a)
        }),
    }
}

#[inline(always)]
fn each_row(
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    dots: &[[f64; QUERIES]; LANES],
    tile: &mut Tile,
    fma: impl Fn(f64, f64, f64) -> f64 + Copy,
    covariance: impl Fn(f64) -> (f64, f64),
) {
    let mut squares = [[0.0_f64; QUERIES]; LANES];
    for (square, row) in squares.iter_mut().zip(rows) {
        for (x, y) in queries.coordinates.iter().zip(*row) {
            for query in 0..QUERIES {
                let difference = x[query] - y;
                square[query] = fma(difference, difference, square[query]);
            }
        }
    }
    // One long loop over all pairs: the compiler unrolls one over eight, and makes no vectors of it then.
    let mut numerators = [[0.0_f64; QUERIES]; LANES];
    let pairs =
        numerators.as_flattened_mut().iter_mut().zip(squares.as_flattened().iter().zip(dots.as_flattened()));
    for (numerator, (&square, &dot)) in pairs {
        let (factor, exponent) = covariance(square);
        *numerator = (queries.variance * (factor * exp(-exponent, fma)) - dot).abs();
    }
    for lane in 0..LANES {
        let scale = rows[lane][rows[lane].len() - 1];
        for query in 0..QUERIES {
            tile.keys[query][lane] = -((numerators[lane][query] + queries.slack[query]) * scale) as f32;
        }
    }
}

/// At most 1e200: no factor may outgrow `exp(-700)`.
#[inline(always)]
fn bounded(square: f64) -> f64 {
    if square > 1e200 { 1e200 } else { square }
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
