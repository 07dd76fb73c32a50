//! One point against many of any dimension, stored as rows one behind the other.
//!
//! # Rounding
//! Sums run in several lanes that are added at the end. For dimension `d` and machine epsilon `e` of the type a squared
//! distance is within `(d + 4) e` of the exact one, relative to it; a dot product within `(d + 2) e` times the sum of
//! its terms' absolute values. Both hold short of overflow and of underflow: a square too small for a normal number
//! loses its digits. A NaN in a row makes that row's result NaN.

use super::Float;
use crate::level::{Level, dispatch};
use crate::vector::{Sealed, Vector};

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

/// The squared distance of each row from `query`: of `rows[i * d..][..d]` into `out[i]`, with `d = query.len()`.
///
/// Time: O(d n).
///
/// # Panics
/// If `rows` has not `d * out.len()` numbers.
///
/// # Examples
/// ```
/// use simd_kernels::{Level, distance::rows};
///
/// let mut d2 = [0.0; 2];
/// rows::squared_distances(Level::detect(), &[1.0, 2.0], &[1.0, 2.0, 4.0, 6.0], &mut d2);
/// assert_eq!(d2, [0.0, 25.0]);
/// ```
pub fn squared_distances<T: Float>(level: Level, query: &[T], rows: &[T], out: &mut [T]) {
    dispatch!(level, squared_distances(query, rows, out))
}

/// The dot product of each row with `query`, as [`squared_distances`].
///
/// Time: O(d n).
///
/// # Panics
/// If `rows` has not `d * out.len()` numbers.
pub fn dots<T: Float>(level: Level, query: &[T], rows: &[T], out: &mut [T]) {
    dispatch!(level, dots(query, rows, out))
}

/// What a kernel takes of each dimension: squares of differences, products, differences without sign, or the largest
/// of those.
pub(crate) const SQUARED_DISTANCE: u8 = 0;
pub(crate) const DOT: u8 = 1;
#[cfg(feature = "std")] // for `panel`
pub(crate) const MANHATTAN: u8 = 2;
pub(crate) const CHEBYSHEV: u8 = 3;

/// The body at every level: eight rows together, so that their sums neither wait for one another nor are moved singly.
#[inline(always)]
fn body<V: Vector, const TERM: u8>(
    proof: V::Proof,
    query: &[V::Lane],
    rows: &[V::Lane],
    out: &mut [V::Lane],
) {
    let d = query.len();
    assert!(
        Some(rows.len()) == d.checked_mul(out.len()),
        "{} numbers for {} rows of {d}",
        rows.len(),
        out.len()
    );
    let (groups, rest) = out.as_chunks_mut::<8>();
    let (grouped, alone) = rows.split_at(8 * d * groups.len());
    for (i, out) in groups.iter_mut().enumerate() {
        let rows = &grouped[8 * d * i..][..8 * d];
        *out = V::sum_eight(proof, partial_sums::<V, TERM, 8>(proof, query, rows));
    }
    for (i, out) in rest.iter_mut().enumerate() {
        let [sum] = partial_sums::<V, TERM, 1>(proof, query, &alone[d * i..][..d]);
        *out = sum.sum(proof);
    }
}

/// For each of `N` rows a vector whose lanes add up to its sum.
#[inline(always)]
fn partial_sums<V: Vector, const TERM: u8, const N: usize>(
    proof: V::Proof,
    query: &[V::Lane],
    rows: &[V::Lane],
) -> [V; N] {
    let d = query.len();
    let rows: [&[V::Lane]; N] = core::array::from_fn(|row| &rows[d * row..][..d]);
    let mut sums = [V::splat(proof, V::Lane::ZERO); N];
    let mut start = 0;
    while start + V::LANES <= d {
        let q = V::load(proof, &query[start..start + V::LANES]);
        for (row, sum) in rows.iter().zip(&mut sums) {
            *sum = step::<V, TERM>(proof, q, V::load(proof, &row[start..start + V::LANES]), *sum);
        }
        start += V::LANES;
    }
    if start < d {
        let q = V::load_part(proof, &query[start..]);
        for (row, sum) in rows.iter().zip(&mut sums) {
            *sum = step::<V, TERM>(proof, q, V::load_part(proof, &row[start..]), *sum);
        }
    }
    sums
}

/// Adds one term to each lane of `sum`.
#[inline(always)]
pub(crate) fn step<V: Vector, const TERM: u8>(proof: V::Proof, q: V, p: V, sum: V) -> V {
    if TERM == DOT {
        return q.mul_add(proof, p, sum);
    }
    let difference = q.sub(proof, p);
    match TERM {
        SQUARED_DISTANCE => difference.mul_add(proof, difference, sum),
        _ => join::<V, TERM>(proof, sum, difference.abs(proof)),
    }
}

/// Two partial results as one.
#[inline(always)]
pub(crate) fn join<V: Vector, const TERM: u8>(proof: V::Proof, a: V, b: V) -> V {
    if TERM == CHEBYSHEV { a.max(proof, b) } else { a.add(proof, b) }
}
