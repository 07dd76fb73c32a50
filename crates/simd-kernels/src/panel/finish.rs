//! From dot products to keys: written over plain arrays, and compiled once for each instruction set.
//!
//! `fma` is `f32::mul_add` where the processor has it and a product and a sum elsewhere: without the instruction,
//! `mul_add` is a call of the C library.

use super::{LANES, Lanes, QUERIES, ResidualQueries, Tile};

/// A covariance function with its variance. Each takes coordinates divided by the lengthscales and multiplied by
/// [`Covariance::scale`], so that `a` below is the distance of the scaled coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Covariance {
    /// `exp(-a^2)`
    Rbf(f32),
    /// `exp(-a)`
    Matern12(f32),
    /// `(1 + a) exp(-a)`
    Matern32(f32),
    /// `(1 + a + a^2 / 3) exp(-a)`
    Matern52(f32),
}

/// The largest error of a covariance of given f32 coordinates, in units of the variance and beyond `dimension * eps`.
pub const COVARIANCE_ERROR: f64 = 16.0 * f32::EPSILON as f64;

impl Covariance {
    /// By how much coordinates are multiplied, after division by the lengthscales.
    pub fn scale(self) -> f64 {
        match self {
            Self::Rbf(_) => core::f64::consts::FRAC_1_SQRT_2,
            Self::Matern12(_) => 1.0,
            Self::Matern32(_) => 3.0_f64.sqrt(),
            Self::Matern52(_) => 5.0_f64.sqrt(),
        }
    }
}

/// Turns the dot products that stand in a tile's keys into keys.
#[inline(always)]
pub(super) fn residual(
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panel: &[Lanes],
    tile: &mut Tile,
    fma: impl Fn(f32, f32, f32) -> f32 + Copy,
) {
    // One loop a covariance, so that the choice is made once a tile.
    match covariance {
        Covariance::Rbf(variance) => {
            each_query(queries, panel, tile, fma, |square| variance * exp(-square, fma));
        }
        Covariance::Matern12(variance) => {
            each_query(queries, panel, tile, fma, |square| variance * exp(-square.sqrt(), fma));
        }
        Covariance::Matern32(variance) => each_query(queries, panel, tile, fma, |square| {
            let a = square.sqrt();
            fma(variance, a, variance) * exp(-a, fma)
        }),
        Covariance::Matern52(variance) => each_query(queries, panel, tile, fma, |square| {
            let a = square.sqrt();
            variance * fma(square, 1.0 / 3.0, 1.0 + a) * exp(-a, fma)
        }),
    }
}

#[inline(always)]
fn each_query(
    queries: &ResidualQueries<'_>,
    panel: &[Lanes],
    tile: &mut Tile,
    fma: impl Fn(f32, f32, f32) -> f32,
    covariance: impl Fn(f32) -> f32,
) {
    let (coordinates, scales) = (&panel[..queries.coordinates.len()], &panel[panel.len() - 1].0);
    for query in 0..QUERIES {
        let mut square = [0.0_f32; LANES];
        for (x, Lanes(y)) in queries.coordinates.iter().zip(coordinates) {
            for lane in 0..LANES {
                let difference = x[query] - y[lane];
                square[lane] = fma(difference, difference, square[lane]);
            }
        }
        let slack = queries.slack[query];
        let keys = &mut tile.keys[query];
        for lane in 0..LANES {
            let numerator = (covariance(square[lane]) - keys[lane]).abs();
            keys[lane] = -(numerator + slack) * scales[lane];
        }
    }
}

/// `exp(x)` for `x <= 0`, within 4 eps; below -87 it is `exp(-87)`, about 1e-38.
///
/// Cody and Waite: `x = n ln 2 + f` with ln 2 in two parts, a polynomial of degree 7 on `|f| <= ln 2 / 2`, and `2^n` by
/// the exponent's bits. Adding and subtracting 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
#[inline(always)]
fn exp(x: f32, fma: impl Fn(f32, f32, f32) -> f32) -> f32 {
    const MAGIC: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_145_75;
    const LN2_LOW: f32 = 1.428_606_8e-6;
    // Written as a comparison, which NaN passes; `f32::max` would drop it, and costs more.
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = fma(x, core::f32::consts::LOG2_E, MAGIC);
    let n = shifted - MAGIC;
    let f = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
    let mut p = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = fma(p, f, coefficient);
    }
    let power = (shifted.to_bits() << 23).wrapping_add(127 << 23);
    p * f32::from_bits(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_four_eps() {
        for step in 0..870_000 {
            let x = -(step as f32) * 1e-4;
            let exact = f64::from(x).exp();
            for value in [exp(x, f32::mul_add), exp(x, |a, b, c| a * b + c)] {
                assert!((f64::from(value) / exact - 1.0).abs() < 4.0 * f64::from(f32::EPSILON), "exp({x})");
            }
        }
        assert_eq!(exp(-1000.0, f32::mul_add), exp(-87.0, f32::mul_add));
    }
}
