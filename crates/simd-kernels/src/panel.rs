//! Queries against panels of sixteen points: the keys of whole tiles, and which of them are small enough to keep.
//!
//! ```text
//!             panel 0                                   panel 1
//! row 0:      x0 of points 0..16                        x0 of points 16..32         one `Lanes` a row,
//! row 1:      x1 of points 0..16                        ..                          a panel's rows lie together
//! ```
//! A tile is eight queries times one panel: no horizontal sums, each load of a row serves eight queries, each broadcast
//! coordinate sixteen points. Differences are taken directly, so near points do not cancel.
//!
//! | function | keys | of |
//! |---|---|---|
//! | [`norm_tiles`] | a [`Norm`] of the difference | 8 queries x panels |
//! | [`norm_row`] | the same | 1 query x panels, as a tree's leaf asks |
//! | [`residual_tiles`] | minus the scaled residual correlation | 8 queries x panels |
//! | [`residual_words`] | the same, most of the dot product in 16-bit integers | 8 queries x panels |
//! | [`residual_rows`] | the same, computed in f64 | 8 queries x 16 rows |
//! | [`hamming`] | differing bits | 1 x 1 |
//!
//! **Rounding.** Levels differ in the last bits (FMA, order of sums). Against exact arithmetic on the same f32 input a
//! norm's key is off by at most `(dimension + 4) eps / 2` of itself, plus what underflows (below 1e-37); a residual
//! dot product by at most [`dot_error`] of the product of the vectors' lengths; a covariance by [`COVARIANCE_ERROR`].
//!
//! **NaN** in a coordinate, a vector or a scale makes the keys that it takes part in NaN, at every level; they are no
//! hits. Without dimensions every norm is 0.
//!
//! Tiles are those of [`crate::distance::tile`]; what a panel has beside is other norms, limits, and rows that are lines
//! of the cache.

#![allow(clippy::needless_range_loop, reason = "lanes and queries count through several arrays side by side")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod body;
mod finish;
mod lanes;
mod pairs;
mod rows;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod vnni;
mod words;

pub use finish::{COVARIANCE_ERROR, Covariance};
pub use lanes::Lanes;
pub use words::Words;

use crate::distance::tile::BLOCK;
use crate::level::{Level, dispatch};

/// Points in a panel.
pub const LANES: usize = 16;

/// Queries in a tile.
pub const QUERIES: usize = 8;

/// Rows of [`Words`] whose products are summed before the sum is rounded.
pub const WORD_BLOCK: usize = 64;

/// A norm of the difference of two vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Norm {
    /// Keys are squares: `sum (a - b)^2`.
    Euclidean,
    /// `sum |a - b|`.
    Manhattan,
    /// `max |a - b|`.
    Chebyshev,
}

/// Eight queries times one panel.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct Tile {
    /// One key for each query and point.
    pub keys: [[f32; LANES]; QUERIES],
    /// Bit `lane` of a query's word is set where its key is at most the query's limit.
    pub hits: [u16; QUERIES],
}

impl Tile {
    /// A tile of zeros.
    pub const ZERO: Self = Self { keys: [[0.0; LANES]; QUERIES], hits: [0; QUERIES] };
}

/// Computes the keys of eight queries (row by row, as the panels are) and as many panels as there are tiles.
///
/// Time: O(tiles * dimension).
///
/// # Panics
/// If `panels` has not `tiles.len() * queries.len()` rows.
///
/// # Examples
/// ```
/// use simd_kernels::Level;
/// use simd_kernels::panel::{Lanes, Norm, Tile, norm_tiles};
///
/// let queries = [[3.0; 8], [4.0; 8]]; // eight times the point (3, 4)
/// let panels = [Lanes([0.0; 16]); 2]; // sixteen times the origin
/// let mut tiles = [Tile::ZERO];
/// norm_tiles(Level::detect(), Norm::Euclidean, &queries, &panels, &[25.0; 8], &mut tiles);
/// assert_eq!((tiles[0].keys[7][15], tiles[0].hits[7]), (25.0, 0xffff));
/// ```
pub fn norm_tiles(
    level: Level,
    norm: Norm,
    queries: &[[f32; QUERIES]],
    panels: &[Lanes],
    limits: &[f32; QUERIES],
    tiles: &mut [Tile],
) {
    assert_eq!(panels.len(), tiles.len() * queries.len(), "panels of another dimension");
    dispatch!(level, norm_tiles(norm, queries, panels, limits, tiles));
}

/// Computes the keys of one query and as many panels as `keys` has rows.
///
/// Time: O(panels * dimension).
///
/// # Panics
/// If `panels` has not `keys.len() * query.len()` rows.
#[inline]
pub fn norm_row(level: Level, norm: Norm, query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    assert_eq!(panels.len(), keys.len() * query.len(), "panels of another dimension");
    dispatch!(level, norm_row(norm, query, panels, keys));
}

/// Eight queries of [`residual_tiles`].
#[derive(Clone, Copy, Debug)]
pub struct ResidualQueries<'a> {
    /// Coordinates, scaled for the [`Covariance`], row by row.
    pub coordinates: &'a [[f32; QUERIES]],
    /// The vectors `L^-1 k(Z, x)`, row by row.
    pub vectors: &'a [[f32; QUERIES]],
    /// What is added to each numerator: its error, if the key is to be a certified bound.
    pub slack: &'a [f32; QUERIES],
    /// Keys up to here are hits.
    pub limits: &'a [f32; QUERIES],
}

/// Computes the keys `-(|k(x, y) - v_x . v_y| + slack) * scale_y` of eight queries and the panels of `tiles`.
///
/// A panel's rows are the coordinates, the vectors, and one of scales (`1 / sqrt(p)` makes the key minus the residual
/// correlation times the query's own root).
///
/// Time: O(tiles * rows).
///
/// # Panics
/// If `panels` has not `coordinates + vectors + 1` rows for each tile.
pub fn residual_tiles(
    level: Level,
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panels: &[Lanes],
    tiles: &mut [Tile],
) {
    let rows = queries.coordinates.len() + queries.vectors.len() + 1;
    assert_eq!(panels.len(), tiles.len() * rows, "panels of another dimension");
    dispatch!(level, residual_tiles(covariance, queries, panels, tiles));
}

/// Eight queries of [`residual_words`].
#[derive(Clone, Copy, Debug)]
pub struct WordQueries<'a> {
    /// As for [`residual_tiles`]; the vectors are the part of the dot product that is taken in f32.
    pub floats: ResidualQueries<'a>,
    /// The other part: [`Words::pack`]ed integers, row by row.
    pub words: &'a [[i32; QUERIES]],
    /// What one unit of a query's integers stands for.
    pub steps: &'a [f32; QUERIES],
}

impl WordQueries<'_> {
    /// Rows of floats in a panel.
    fn rows(&self) -> usize {
        self.floats.coordinates.len() + self.floats.vectors.len() + 3
    }
}

/// Computes the keys `-(|k(x, y) - v_x . v_y| * scale_y + slack_x * reach_y)` of eight queries and the panels of `tiles`.
///
/// The dot product is a sum in f32, to which the sum of products of integers times `step_x step_y` is added for each
/// [`WORD_BLOCK`] of rows. That sum is exact as long as it fits 32 bits (it wraps around beyond): it does where the product
/// of both ends' Euclidean lengths in the block does. Its product with the steps is off by at most `2 eps` of itself, and
/// each addition by half an eps of what comes out.
///
/// A panel's rows are the coordinates, the vectors, and one each of steps, reaches and scales; its words lie apart.
///
/// Time: O(tiles * rows). Twice as fast a dimension as [`residual_tiles`] where the processor has VNNI, and still faster
/// on AVX2.
///
/// # Panics
/// If `panels` has not `coordinates + vectors + 3` rows for each tile, or `words` not as many as the queries.
pub fn residual_words(
    level: Level,
    covariance: Covariance,
    queries: &WordQueries<'_>,
    panels: &[Lanes],
    words: &[Words],
    tiles: &mut [Tile],
) {
    assert_eq!(panels.len(), tiles.len() * queries.rows(), "panels of another dimension");
    assert_eq!(words.len(), tiles.len() * queries.words.len(), "words of another dimension");
    dispatch!(level, residual_words(covariance, queries, panels, words, tiles));
}

/// Eight queries of [`residual_rows`]: as [`ResidualQueries`], in f64.
#[derive(Clone, Copy, Debug)]
pub struct RowQueries<'a> {
    /// Coordinates, scaled for the [`Covariance`], row by row.
    pub coordinates: &'a [[f64; QUERIES]],
    /// The vectors, row by row.
    pub vectors: &'a [[f64; QUERIES]],
    /// The variance; that inside the [`Covariance`] is not used.
    pub variance: f64,
    /// What is added to each numerator.
    pub slack: &'a [f64; QUERIES],
    /// Keys up to here are hits.
    pub limits: &'a [f32; QUERIES],
}

/// Computes the keys of [`residual_tiles`] in f64 and rounds them to f32; the points are sixteen rows of coordinates, a
/// vector and a scale each, as they lie in memory.
///
/// Numerators are off by at most `(row.len() + 40) eps` of the variance and the vectors' lengths together.
///
/// Time: O(row.len()).
///
/// # Panics
/// If a row is not `coordinates + vectors + 1` long.
pub fn residual_rows(
    level: Level,
    covariance: Covariance,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    tile: &mut Tile,
) {
    let width = queries.coordinates.len() + queries.vectors.len() + 1;
    assert!(rows.iter().all(|row| row.len() == width), "rows of another length");
    dispatch!(level, residual_rows(covariance, queries, rows, tile));
}

/// The largest error of a dot product in [`residual_tiles`], in units of `|a| |b|`: the f32 input counts as exact.
pub fn dot_error(dimension: usize) -> f64 {
    // A chain of a block's products and a chain of the blocks' sums: each step rounds once, by half an eps.
    let steps = dimension.min(BLOCK) + dimension.div_ceil(BLOCK) + 1;
    1.01 * steps as f64 * f64::from(f32::EPSILON) / 2.0
}

/// The number of bits in which two strings of equal length differ; words that only one of them has are not compared.
///
/// Time: O(words).
#[inline]
pub fn hamming(a: &[u64], b: &[u64]) -> u64 {
    let level = Level::detect();
    dispatch!(level, hamming(a, b))
}
