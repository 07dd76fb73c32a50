//! One point against many of any dimension, stored as rows one behind the other.
//!
//! # Rounding
//! Sums run in several lanes that are added at the end. For dimension `d` and machine epsilon `e` of the type a squared
//! distance is within `(d + 4) e` of the exact one, relative to it; a dot product within `(d + 2) e` times the sum of
//! its terms' absolute values.

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

/// What a kernel adds up: squares of differences, or products.
const SQUARED_DISTANCE: bool = false;
const DOT: bool = true;

/// Rows that are worked on together, so that their sums do not wait for one another.
const TOGETHER: usize = 8;

/// The body at every level.
#[inline(always)]
fn body<V: Vector, const TERM: bool>(
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
    let (groups, rest) = out.as_chunks_mut::<TOGETHER>();
    let (grouped, alone) = rows.split_at(d * TOGETHER * groups.len());
    for (i, out) in groups.iter_mut().enumerate() {
        let rows = &grouped[d * TOGETHER * i..][..d * TOGETHER];
        *out = sums::<V, TERM, TOGETHER>(proof, query, rows);
    }
    for (i, out) in rest.iter_mut().enumerate() {
        [*out] = sums::<V, TERM, 1>(proof, query, &alone[d * i..][..d]);
    }
}

/// The sums of `N` rows.
#[inline(always)]
fn sums<V: Vector, const TERM: bool, const N: usize>(
    proof: V::Proof,
    query: &[V::Lane],
    rows: &[V::Lane],
) -> [V::Lane; N] {
    let d = query.len();
    let whole = d - d % V::LANES;
    let mut sums = [V::splat(proof, V::Lane::ZERO); N];
    for start in (0..whole).step_by(V::LANES) {
        let q = V::load(proof, &query[start..start + V::LANES]);
        for (row, sum) in sums.iter_mut().enumerate() {
            let p = V::load(proof, &rows[d * row + start..][..V::LANES]);
            *sum = step::<V, TERM>(proof, q, p, *sum);
        }
    }
    if whole < d {
        let q = V::load_part(proof, &query[whole..]);
        for (row, sum) in sums.iter_mut().enumerate() {
            let p = V::load_part(proof, &rows[d * row + whole..d * (row + 1)]);
            *sum = step::<V, TERM>(proof, q, p, *sum);
        }
    }
    sums.map(|sum| sum.sum(proof))
}

/// Adds one term to each lane of `sum`.
#[inline(always)]
pub(super) fn step<V: Vector, const TERM: bool>(proof: V::Proof, q: V, p: V, sum: V) -> V {
    if TERM == DOT {
        q.mul_add(proof, p, sum)
    } else {
        let difference = q.sub(proof, p);
        difference.mul_add(proof, difference, sum)
    }
}
