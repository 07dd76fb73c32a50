//! Portable panels; also the oracle of the vector versions.

use super::{
    Covariance, LANES, Lanes, Norm, QUERIES, ResidualQueries, RowQueries, Tile, WordQueries, Words, body,
    pairs,
};
use crate::vector::Sealed;

pub(super) fn norm_tiles(
    norm: Norm,
    queries: &[[f32; QUERIES]],
    panels: &[Lanes],
    limits: &[f32; QUERIES],
    tiles: &mut [Tile],
) {
    body::norm_tiles::<<f32 as Sealed>::Portable>((), norm, queries, panels, limits, tiles);
}

pub(super) fn norm_row(norm: Norm, query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    body::norm_row::<<f32 as Sealed>::Portable>((), norm, query, panels, keys);
}

pub(super) fn residual_tiles(
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panels: &[Lanes],
    tiles: &mut [Tile],
) {
    body::residual_tiles::<<f32 as Sealed>::Portable>((), covariance, queries, panels, tiles);
}

pub(super) fn residual_rows(
    covariance: Covariance,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    tile: &mut Tile,
) {
    body::residual_rows::<<f32 as Sealed>::Portable, <f64 as Sealed>::Portable>(
        (),
        covariance,
        queries,
        rows,
        tile,
    );
}

pub(super) fn residual_words(
    covariance: Covariance,
    queries: &WordQueries<'_>,
    panels: &[Lanes],
    words: &[Words],
    tiles: &mut [Tile],
) {
    type Floats = <f32 as Sealed>::Portable;
    body::residual_words::<Floats, pairs::Portable>((), (), covariance, queries, panels, words, tiles);
}

pub(super) fn hamming(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).map(|(x, y)| u64::from((x ^ y).count_ones())).sum()
}
