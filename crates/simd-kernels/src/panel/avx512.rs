//! Panels with 512-bit vectors.

use super::{
    Covariance, LANES, Lanes, Norm, QUERIES, ResidualQueries, RowQueries, Tile, WordQueries, Words, body,
    pairs, vnni,
};
use crate::level::Avx512;
use crate::vector::Sealed;

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn norm_tiles(
    norm: Norm,
    queries: &[[f32; QUERIES]],
    panels: &[Lanes],
    limits: &[f32; QUERIES],
    tiles: &mut [Tile],
) {
    body::norm_tiles::<<f32 as Sealed>::Avx512>(Avx512::proven(), norm, queries, panels, limits, tiles);
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn norm_row(norm: Norm, query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    body::norm_row::<<f32 as Sealed>::Avx512>(Avx512::proven(), norm, query, panels, keys);
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_tiles(
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panels: &[Lanes],
    tiles: &mut [Tile],
) {
    body::residual_tiles::<<f32 as Sealed>::Avx512>(Avx512::proven(), covariance, queries, panels, tiles);
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_rows(
    covariance: Covariance,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    tile: &mut Tile,
) {
    body::residual_rows::<<f32 as Sealed>::Avx512, <f64 as Sealed>::Avx512>(
        Avx512::proven(),
        covariance,
        queries,
        rows,
        tile,
    );
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_words(
    covariance: Covariance,
    queries: &WordQueries<'_>,
    panels: &[Lanes],
    words: &[Words],
    tiles: &mut [Tile],
) {
    let proof = Avx512::proven();
    if proof.vnni().is_some() {
        #[allow(unsafe_code, reason = "a dispatching call")]
        // SAFETY: the token exists only where every feature in `Vnni::FEATURES` was detected, and the kernel enables
        // no other.
        return unsafe { vnni::residual_words(covariance, queries, panels, words, tiles) };
    }
    body::residual_words::<<f32 as Sealed>::Avx512, pairs::Wide>(
        proof, proof, covariance, queries, panels, words, tiles,
    );
}

#[target_feature(enable = "avx512f,popcnt")]
pub(super) fn hamming(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).map(|(x, y)| u64::from((x ^ y).count_ones())).sum()
}
