//! What 512-bit vectors gain by VNNI.

use super::{Covariance, Lanes, Tile, WordQueries, Words, body, pairs};
use crate::level::{Avx512, Vnni};
use crate::vector::Sealed;

#[target_feature(
    enable = "avx512vnni,avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt"
)]
pub(super) fn residual_words(
    covariance: Covariance,
    queries: &WordQueries<'_>,
    panels: &[Lanes],
    words: &[Words],
    tiles: &mut [Tile],
) {
    body::residual_words::<<f32 as Sealed>::Avx512, pairs::Fused>(
        Avx512::proven(),
        Vnni::proven(),
        covariance,
        queries,
        panels,
        words,
        tiles,
    );
}
