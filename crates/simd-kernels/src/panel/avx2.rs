//! Panels with 256-bit vectors.

use core::arch::x86_64::__m256i;

use super::{
    Covariance, LANES, Lanes, Norm, QUERIES, ResidualQueries, RowQueries, Tile, WordQueries, Words, body,
};
use crate::level::Avx2;
use crate::vector::Sealed;

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn norm_tiles(
    norm: Norm,
    queries: &[[f32; QUERIES]],
    panels: &[Lanes],
    limits: &[f32; QUERIES],
    tiles: &mut [Tile],
) {
    body::norm_tiles::<<f32 as Sealed>::Avx2>(Avx2::proven(), norm, queries, panels, limits, tiles);
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn norm_row(norm: Norm, query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    body::norm_row::<<f32 as Sealed>::Avx2>(Avx2::proven(), norm, query, panels, keys);
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_tiles(
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panels: &[Lanes],
    tiles: &mut [Tile],
) {
    body::residual_tiles::<<f32 as Sealed>::Avx2>(Avx2::proven(), covariance, queries, panels, tiles);
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_rows(
    covariance: Covariance,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    tile: &mut Tile,
) {
    body::residual_rows::<<f32 as Sealed>::Avx2, <f64 as Sealed>::Avx2>(
        Avx2::proven(),
        covariance,
        queries,
        rows,
        tile,
    );
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_words(
    covariance: Covariance,
    queries: &WordQueries<'_>,
    panels: &[Lanes],
    words: &[Words],
    tiles: &mut [Tile],
) {
    let proof = Avx2::proven();
    body::residual_words::<<f32 as Sealed>::Avx2, __m256i>(
        proof, proof, covariance, queries, panels, words, tiles,
    );
}

#[target_feature(enable = "avx2,popcnt")]
pub(super) fn hamming(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).map(|(x, y)| u64::from((x ^ y).count_ones())).sum()
}
