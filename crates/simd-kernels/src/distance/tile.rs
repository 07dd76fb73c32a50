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
//! `(min(d, 32) + d / 32 + 2) e` times the sum of its terms' absolute values; both short of overflow and underflow, as
//! for [`super::rows`].

use super::Float;
use super::rows::{DOT, SQUARED_DISTANCE, join, step};
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

/// Dimensions that are summed before the sum is added to the result: bounds the rounding error.
pub(crate) const BLOCK: usize = 32;

/// The body at every level.
///
/// Two panels at a time are cut into columns, one vector wide. Two columns and as many queries as the registers have room
/// for make sums that stay in registers through a block of dimensions.
#[inline(always)]
fn body<V: Vector, const TERM: u8>(
    proof: V::Proof,
    queries: &[[V::Lane; QUERIES]],
    panels: &[[V::Lane; PANEL]],
    out: &mut [Tile<V::Lane>],
) {
    let (d, n) = (queries.len(), out.len());
    assert!(
        Some(panels.len()) == d.checked_mul(n),
        "{} arrays for {n} panels of {d} dimensions",
        panels.len()
    );
    let panel = |i: usize| &panels[d * i..][..d];
    let (pairs, single) = out.as_chunks_mut::<2>();
    for (i, tiles) in pairs.iter_mut().enumerate() {
        fill::<V, TERM, 2>(proof, queries, [panel(2 * i), panel(2 * i + 1)], &mut tiles.each_mut());
    }
    if let [tile] = single {
        fill::<V, TERM, 1>(proof, queries, [panel(n - 1)], &mut [tile]);
    }
}

/// Fills the tiles of `N` panels, one or two; [`crate::panel`] stands on it as well.
#[inline(always)]
pub(crate) fn fill<V: Vector, const TERM: u8, const N: usize>(
    proof: V::Proof,
    queries: &[[V::Lane; QUERIES]],
    panels: [&[[V::Lane; PANEL]]; N],
    tiles: &mut [&mut Tile<V::Lane>; N],
) {
    let d = queries.len();
    if d == 0 {
        tiles.iter_mut().for_each(|tile| **tile = [[V::Lane::ZERO; PANEL]; QUERIES]);
    }
    for start in (0..d).step_by(BLOCK) {
        let queries = &queries[start..d.min(start + BLOCK)];
        let panels = panels.map(|panel| &panel[start..][..queries.len()]);
        if start == 0 {
            add_block::<V, TERM, true, N>(proof, queries, panels, tiles);
        } else {
            add_block::<V, TERM, false, N>(proof, queries, panels, tiles);
        }
    }
}

/// Writes (`FIRST`) or adds the sums of a block of dimensions to the tiles of `N` panels.
#[inline(always)]
fn add_block<V: Vector, const TERM: u8, const FIRST: bool, const N: usize>(
    proof: V::Proof,
    queries: &[[V::Lane; QUERIES]],
    panels: [&[[V::Lane; PANEL]]; N],
    tiles: &mut [&mut Tile<V::Lane>; N],
) {
    let width = N * PANEL / V::LANES;
    let column = |i: usize| (i * V::LANES / PANEL, i * V::LANES % PANEL);
    if width == 1 {
        add_columns::<V, TERM, FIRST, N, 1>(proof, queries, panels, [column(0)], tiles);
    } else {
        for i in (0..width).step_by(2) {
            add_columns::<V, TERM, FIRST, N, 2>(proof, queries, panels, [column(i), column(i + 1)], tiles);
        }
    }
}

/// Writes (`FIRST`) or adds the sums of a block of dimensions to `C` columns of the tiles, each given by its panel and its
/// first point.
#[inline(always)]
fn add_columns<V: Vector, const TERM: u8, const FIRST: bool, const N: usize, const C: usize>(
    proof: V::Proof,
    queries: &[[V::Lane; QUERIES]],
    panels: [&[[V::Lane; PANEL]]; N],
    columns: [(usize, usize); C],
    tiles: &mut [&mut Tile<V::Lane>; N],
) {
    let points = columns.map(|(panel, point)| (panels[panel], point));
    if V::REGISTERS >= 32 {
        let sums = block_sums::<V, TERM, C, QUERIES>(proof, queries, 0, points);
        add_sums::<V, TERM, FIRST, N, C, QUERIES>(proof, &sums, 0, columns, tiles);
    } else {
        for first in [0, QUERIES / 2] {
            let sums = block_sums::<V, TERM, C, { QUERIES / 2 }>(proof, queries, first, points);
            add_sums::<V, TERM, FIRST, N, C, { QUERIES / 2 }>(proof, &sums, first, columns, tiles);
        }
    }
}

/// Writes (`FIRST`) or adds the sums of `Q` queries from `first`. Written as loops, which the compiler unrolls; closures it
/// may leave alone, compiled without the instruction set.
#[inline(always)]
fn add_sums<V: Vector, const TERM: u8, const FIRST: bool, const N: usize, const C: usize, const Q: usize>(
    proof: V::Proof,
    sums: &[[V; C]; Q],
    first: usize,
    columns: [(usize, usize); C],
    tiles: &mut [&mut Tile<V::Lane>; N],
) {
    for query in 0..Q {
        for column in 0..C {
            let (panel, point) = columns[column];
            let lanes = &mut tiles[panel][first + query][point..point + V::LANES];
            let sum = sums[query][column];
            let sum = if FIRST { sum } else { join::<V, TERM>(proof, V::load(proof, lanes), sum) };
            sum.store(proof, lanes);
        }
    }
}

/// The sums over a block of dimensions of `Q` queries from `first` and `C` columns, each given by the block of its panel
/// and its first point.
#[inline(always)]
fn block_sums<V: Vector, const TERM: u8, const C: usize, const Q: usize>(
    proof: V::Proof,
    queries: &[[V::Lane; QUERIES]],
    first: usize,
    columns: [(&[[V::Lane; PANEL]], usize); C],
) -> [[V; C]; Q] {
    let mut sums = [[V::splat(proof, V::Lane::ZERO); C]; Q];
    for (dimension, queries) in queries.iter().enumerate() {
        let points = columns.map(|(panel, point)| V::load(proof, &panel[dimension][point..point + V::LANES]));
        for (sums, &query) in sums.iter_mut().zip(&queries[first..first + Q]) {
            let query = V::splat(proof, query);
            for (sum, points) in sums.iter_mut().zip(points) {
                *sum = step::<V, TERM>(proof, query, points, *sum);
            }
        }
    }
    sums
}
