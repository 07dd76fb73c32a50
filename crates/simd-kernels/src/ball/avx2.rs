//! The kernels with 256-bit vectors.

use super::{
    BLOCK, Ball, Columns, Geometry, Run, Selected, Spans, Staging, keep_from_body, measure_body,
    reselect_body, scalar, select_body, spans_body,
};
use crate::compress;
use crate::distance::planes::Planes;
use crate::level::Avx2;
use crate::vector::Sealed;

/// [`super::spans`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn spans(columns: &[Columns], ball: Ball, scale: f64, spans: &mut [Spans]) {
    spans_body(columns, ball, scale, spans);
}

/// [`super::select`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn select(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    runs: &mut [Run],
    masks: &mut [u16],
) -> Selected {
    select_body::<<f64 as Sealed>::Avx2>(Avx2::proven(), points, ball, translations, runs, masks)
}

/// [`super::reselect`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn reselect(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    runs: &[Run],
    masks: &mut [u16],
) -> usize {
    reselect_body::<<f64 as Sealed>::Avx2>(Avx2::proven(), points, ball, translations, runs, masks)
}

/// [`super::keep_from`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn keep_from(ids: &[u32], least: u32, runs: &[Run], masks: &mut [u16]) -> usize {
    keep_from_body(ids, least, runs, masks)
}

/// [`super::gather`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn gather(ids: &[u32], runs: &[Run], masks: &[u16], counts: &mut [u32], out: &mut [u32]) -> usize {
    let (mut block, mut written) = (0, 0);
    assert!(counts.len() >= runs.len(), "{} counts for {} runs", counts.len(), runs.len());
    for (run, count) in runs.iter().zip(counts) {
        let blocks = (run.len as usize).div_ceil(BLOCK);
        let ids = &ids[run.start as usize..run.start as usize + blocks * BLOCK];
        let kept = compress::avx2::select(ids, &masks[block..block + blocks], &mut out[written..]);
        block += blocks;
        written += kept;
        *count = kept as u32;
    }
    written
}

/// [`super::repeat`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn repeat(values: &[[i32; 3]], counts: &[u32], out: &mut [[i32; 3]]) {
    scalar::repeat(values, counts, out);
}

/// [`super::measure`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn measure(
    points: Planes<'_, f64>,
    center: [f64; 3],
    translations: &[[f64; 3]],
    runs: &[Run],
    masks: &[u16],
    geometry: Geometry<'_>,
    _staging: &mut Staging,
) {
    measure_body(points, center, translations, runs, masks, geometry);
}

/// [`super::repeat_less`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn repeat_less(values: &[[i32; 3]], counts: &[u32], offsets: &[u32], out: &mut [[i32; 3]]) {
    scalar::repeat_less(values, counts, offsets, out);
}
