//! The kernels with 256-bit vectors.

use super::{
    Ball, Block, Columns, Geometry, Run, Selected, Spans, Staging, ids_of, keep_from_body, measure_body,
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
    runs: &[Run],
    blocks: &mut [Block],
    masks: &mut [u16],
) -> Selected {
    select_body::<<f64 as Sealed>::Avx2>(Avx2::proven(), points, ball, translations, runs, blocks, masks)
}

/// [`super::reselect`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn reselect(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    blocks: &[Block],
    masks: &mut [u16],
) -> usize {
    reselect_body::<<f64 as Sealed>::Avx2>(Avx2::proven(), points, ball, translations, blocks, masks)
}

/// [`super::keep_from`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn keep_from(ids: &[u32], least: u32, blocks: &[Block], masks: &mut [u16]) -> usize {
    keep_from_body(ids, least, blocks, masks)
}

/// [`super::gather`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn gather(ids: &[u32], blocks: &[Block], masks: &[u16], out: &mut [u32]) -> usize {
    let mut written = 0;
    for (block, mask) in blocks.iter().zip(masks) {
        let ids = ids_of(ids, block);
        written += compress::avx2::select(ids, core::slice::from_ref(mask), &mut out[written..]);
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
    blocks: &[Block],
    masks: &[u16],
    geometry: Geometry<'_>,
    _staging: &mut Staging,
) {
    measure_body(points, center, translations, blocks, masks, geometry);
}

/// [`super::repeat_less`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn repeat_less(values: &[[i32; 3]], counts: &[u32], offsets: &[u32], out: &mut [[i32; 3]]) {
    scalar::repeat_less(values, counts, offsets, out);
}
