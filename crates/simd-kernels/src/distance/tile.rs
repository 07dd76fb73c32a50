//! Eight queries against panels of sixteen points: every number loaded serves many sums, so a scan runs at the speed of
//! the multipliers rather than of memory.
//!
//! ```text
//! queries: &[[T; 8]]    d arrays, one a dimension:  q0 q1 .. q7 | q0 q1 .. q7 | ..
//! panels:  &[[T; 16]]   d arrays a panel:           p0 p1 .. p15 | p0 p1 .. p15 | ..
//! out:     &mut [Tile]  one tile a panel:           out[panel][query][point]
//! ```
//! Fill up missing queries and points with any values and ignore their results.
//!
//! # Rounding
//! Sums run over 32 dimensions at a time, which are added up in turn. For dimension `d` and machine epsilon `e` a squared
//! distance is within `(min(d, 32) + d / 32 + 4) e` of the exact one, relative to it; a dot product within
//! `(min(d, 32) + d / 32 + 2) e` times the sum of its terms' absolute values.

use super::Float;
use super::rows::step;
use crate::level::{Level, dispatch};
use crate::vector::{Sealed, Vector};

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

/// Queries in a tile.
pub const QUERIES: usize = 8;
/// Points in a panel.
pub const PANEL: usize = 16;
/// A result for each query and point: `tile[query][point]`.
pub type Tile<T> = [[T; PANEL]; QUERIES];

/// The squared distances of eight queries from the sixteen points of each panel.
///
/// Time: O(d) a pair.
///
/// # Panics
/// If `panels` has not `queries.len() * out.len()` arrays.
///
/// # Examples
/// ```
/// use simd_kernels::{Level, distance::tile};
///
/// // Two dimensions, one panel.
/// let queries = [[1.0_f32; 8], [2.0; 8]];
/// let panels = [[4.0; 16], [6.0; 16]];
/// let mut out = [[[0.0; 16]; 8]];
/// tile::squared_distances(Level::detect(), &queries, &panels, &mut out);
/// assert_eq!(out[0][7][15], 25.0);
/// ```
pub fn squared_distances<T: Float>(
    level: Level,
    queries: &[[T; QUERIES]],
    panels: &[[T; PANEL]],
    out: &mut [Tile<T>],
) {
    dispatch!(level, squared_distances(queries, panels, out))
}

/// The dot products of eight queries with the sixteen points of each panel, as [`squared_distances`].
///
/// Time: O(d) a pair.
///
/// # Panics
/// If `panels` has not `queries.len() * out.len()` arrays.
pub fn dots<T: Float>(level: Level, queries: &[[T; QUERIES]], panels: &[[T; PANEL]], out: &mut [Tile<T>]) {
    dispatch!(level, dots(queries, panels, out))
}

/// What a kernel adds up: squares of differences, or products.
const SQUARED_DISTANCE: bool = false;
const DOT: bool = true;

/// Dimensions that are summed before the sum is added to the result: bounds the rounding error.
const BLOCK: usize = 32;

/// The body at every level.
#[inline(always)]
fn body<V: Vector, const TERM: bool>(
    proof: V::Proof,
    queries: &[[V::Lane; QUERIES]],
    panels: &[[V::Lane; PANEL]],
    out: &mut [Tile<V::Lane>],
) {
    let d = queries.len();
    assert!(
        Some(panels.len()) == d.checked_mul(out.len()),
        "{} arrays for {} panels of {d} dimensions",
        panels.len(),
        out.len()
    );
    for (i, tile) in out.iter_mut().enumerate() {
        *tile = [[V::Lane::ZERO; PANEL]; QUERIES];
        let panel = &panels[d * i..][..d];
        for (queries, points) in queries.chunks(BLOCK).zip(panel.chunks(BLOCK)) {
            for part in (0..PANEL).step_by(V::LANES) {
                add_block::<V, TERM>(proof, queries, points, part, tile);
            }
        }
    }
}

/// Adds a block of dimensions to one vector's width of a tile.
#[inline(always)]
fn add_block<V: Vector, const TERM: bool>(
    proof: V::Proof,
    queries: &[[V::Lane; QUERIES]],
    points: &[[V::Lane; PANEL]],
    part: usize,
    tile: &mut Tile<V::Lane>,
) {
    let mut sums = [V::splat(proof, V::Lane::ZERO); QUERIES];
    for (queries, points) in queries.iter().zip(points) {
        let p = V::load(proof, &points[part..part + V::LANES]);
        for (sum, &q) in sums.iter_mut().zip(queries) {
            *sum = step::<V, TERM>(proof, V::splat(proof, q), p, *sum);
        }
    }
    for (sum, row) in sums.into_iter().zip(tile) {
        let lanes = &mut row[part..part + V::LANES];
        V::load(proof, lanes).add(proof, sum).store(proof, lanes);
    }
}
