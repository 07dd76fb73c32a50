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

/// Turns the dot products that stand in a tile's keys into keys: numerators times the first row of `scales`, and slack
/// times the second.
#[inline(always)]
pub(super) fn residual(
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panel: &[Lanes],
    scales: [&Lanes; 2],
    tile: &mut Tile,
    fma: impl Fn(f32, f32, f32) -> f32 + Copy,
) {
    // One loop a covariance, so that the choice is made once a tile. Each gives the factor and the exponent of
    // `factor * exp(-exponent)`, so that one fused step takes the product and subtracts the dot product.
    match covariance {
        Covariance::Rbf(variance) => {
            each_query(queries, panel, scales, tile, fma, |square| (variance, square))
        }
        Covariance::Matern12(variance) => {
            each_query(queries, panel, scales, tile, fma, |square| (variance, root(bounded(square), fma)));
        }
        Covariance::Matern32(variance) => each_query(queries, panel, scales, tile, fma, |square| {
            let a = root(bounded(square), fma);
            (fma(variance, a, variance), a)
        }),
        Covariance::Matern52(variance) => each_query(queries, panel, scales, tile, fma, |square| {
            let square = bounded(square);
            let a = root(square, fma);
            (variance * fma(square, 1.0 / 3.0, 1.0 + a), a)
        }),
    }
}

#[inline(always)]
fn each_query(
    queries: &ResidualQueries<'_>,
    panel: &[Lanes],
    scales: [&Lanes; 2],
    tile: &mut Tile,
    fma: impl Fn(f32, f32, f32) -> f32 + Copy,
    covariance: impl Fn(f32) -> (f32, f32) + Copy,
) {
    // Space has two or three dimensions, mostly: then the loop over them has no branches.
    if let Some((x, y)) = <&[_; 3]>::try_from(queries.coordinates).ok().zip(panel.first_chunk::<3>()) {
        keys(queries, scales, tile, x, y, fma, covariance);
    } else if let Some((x, y)) = <&[_; 2]>::try_from(queries.coordinates).ok().zip(panel.first_chunk::<2>()) {
        keys(queries, scales, tile, x, y, fma, covariance);
    } else {
        let coordinates = queries.coordinates;
        keys(queries, scales, tile, coordinates, &panel[..coordinates.len()], fma, covariance);
    }
}

#[inline(always)]
fn keys(
    queries: &ResidualQueries<'_>,
    [scales, reaches]: [&Lanes; 2],
    tile: &mut Tile,
    x: &[[f32; QUERIES]],
    y: &[Lanes],
    fma: impl Fn(f32, f32, f32) -> f32 + Copy,
    covariance: impl Fn(f32) -> (f32, f32) + Copy,
) {
    let (mut scales, mut reaches) = (scales.0, reaches.0);
    for lane in 0..LANES {
        (scales[lane], reaches[lane]) = (-scales[lane], -reaches[lane]);
    }
    for query in 0..QUERIES {
        let mut square = [0.0_f32; LANES];
        for (x, Lanes(y)) in x.iter().zip(y) {
            for lane in 0..LANES {
                let difference = x[query] - y[lane];
                square[lane] = fma(difference, difference, square[lane]);
            }
        }
        let slack = queries.slack[query];
        let keys = &mut tile.keys[query];
        for lane in 0..LANES {
            let (factor, exponent) = covariance(square[lane]);
            let numerator = fma(factor, exp_minus(exponent, fma), -keys[lane]).abs();
            keys[lane] = fma(numerator, scales[lane], slack * reaches[lane]);
        }
    }
}

/// At most 1e20: a factor may not outgrow `exp(-86)`, which is all that is left of a covariance long before.
#[inline(always)]
fn bounded(square: f32) -> f32 {
    // As in `exp_minus`: NaN passes.
    if square > 1e20 { 1e20 } else { square }
}

/// `sqrt(square)` for `0 <= square <= 1e30`, off by less than 8 eps of itself, or by less than 1e-18.
///
/// The instruction takes 19 cycles for sixteen lanes, and would be half of a tile's end. This is the first guess by the
/// exponent's bits of `1 / sqrt(square)`, with constants that make Newton's first step best (Moroz et al., Fast calculation
/// of inverse square root with the use of magic constant, 2018: off by 6.5e-4), and one more step. A covariance changes by
/// at most 0.61 of what its exponent does, relative to it.
#[inline(always)]
fn root(square: f32, fma: impl Fn(f32, f32, f32) -> f32) -> f32 {
    let guess = f32::from_bits(0x5f1f_fff9_u32.wrapping_sub(square.to_bits() >> 1));
    let inverse = 0.703_952_25 * guess * fma(-square * guess, guess, 2.389_244_5);
    let once = square * inverse;
    // Newton's step for the root itself.
    fma(0.5 * inverse, fma(-once, once, square), once)
}

/// `exp(-a)` for `a >= 0`, off by less than 4 eps of `1 / (1 + a + a^2 / 3)`; beyond 86 it is `exp(-86)`, about 1e-37.
///
/// As `2^n 2^f` with `n` the integer nearest to `-a log2(e)`: a polynomial of degree 5 for `|f| <= 1/2` (minimax, off by
/// 1.6e-7 of itself), times `2^n` by its exponent's bits. Adding and subtracting 1.5 * 2^23 rounds to an integer and
/// leaves it in the low bits. The product `a log2(e)` is off by some eps of itself, which Cody and Waite would take in
/// two parts; what counts here is the error against the variance, and `a exp(-a)` never exceeds 0.37.
#[inline(always)]
fn exp_minus(a: f32, fma: impl Fn(f32, f32, f32) -> f32) -> f32 {
    const MAGIC: f32 = 12_582_912.0;
    const COEFFICIENTS: [f32; 5] = [0.009_675_541, 0.055_507_135, 0.240_221_2, 0.693_146_94, 1.000_000_1];
    // Written as a comparison, which NaN passes; `f32::min` would drop it, and costs more.
    let a = if a > 86.0 { 86.0 } else { a };
    let shifted = fma(a, -core::f32::consts::LOG2_E, MAGIC);
    let f = fma(a, -core::f32::consts::LOG2_E, MAGIC - shifted);
    let mut p = 0.001_327_646_9;
    for coefficient in COEFFICIENTS {
        p = fma(p, f, coefficient);
    }
    // A product, though adding the exponents' bits were enough: NaN stays NaN.
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_within_eight_eps() {
        assert_eq!(root(0.0, f32::mul_add), 0.0);
        assert!(root(f32::NAN, f32::mul_add).is_nan());
        let mut square = 1e-30_f32;
        while square < 1e30 {
            for value in [root(square, f32::mul_add), root(square, |a, b, c| a * b + c)] {
                let error = f64::from(value) / f64::from(square).sqrt() - 1.0;
                assert!(error.abs() < 8.0 * f64::from(f32::EPSILON), "sqrt({square}): {error}");
            }
            square *= 1.000_07;
        }
    }

    #[test]
    fn nothing_is_left_far_away() {
        assert!(bounded(f32::NAN).is_nan());
        for square in [1e5, 1e20, 1e30, f32::MAX, f32::INFINITY].map(bounded) {
            let a = root(square, f32::mul_add);
            assert!((square / 3.0 + 1.0 + a) * exp_minus(a, f32::mul_add) < 1e-17);
        }
    }

    #[test]
    fn exp_is_within_an_eps_of_what_counts() {
        for step in 0..860_000 {
            let a = step as f32 * 1e-4;
            let exact = (-f64::from(a)).exp();
            // The largest factor that a covariance has.
            let factor = 1.0 + f64::from(a) + f64::from(a).powi(2) / 3.0;
            for value in [exp_minus(a, f32::mul_add), exp_minus(a, |a, b, c| a * b + c)] {
                let error = (f64::from(value) - exact).abs() * factor;
                assert!(error < 4.0 * f64::from(f32::EPSILON), "exp(-{a}): {error}");
            }
        }
        assert_eq!(exp_minus(1000.0, f32::mul_add), exp_minus(86.0, f32::mul_add));
    }
}
