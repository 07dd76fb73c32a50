//! The oracle of the kernels, and what other architectures use.

use super::{
    Ball, Block, Columns, Geometry, Run, Selected, Spans, Staging, check_room, ids_of, keep_from_body,
    measure_body, reselect_body, select_body, spans_body,
};
use crate::distance::planes::Planes;
use crate::vector::Sealed;

/// [`super::spans`] with portable code.
pub fn spans(columns: &[Columns], ball: Ball, scale: f64, spans: &mut [Spans]) {
    spans_body(columns, ball, scale, spans);
}

/// [`super::select`] with portable code.
pub fn select(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    runs: &[Run],
    blocks: &mut [Block],
    masks: &mut [u16],
) -> Selected {
    select_body::<<f64 as Sealed>::Portable>((), points, ball, translations, runs, blocks, masks)
}

/// [`super::reselect`] with portable code.
pub fn reselect(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    blocks: &[Block],
    masks: &mut [u16],
) -> usize {
    reselect_body::<<f64 as Sealed>::Portable>((), points, ball, translations, blocks, masks)
}

/// [`super::keep_from`] with portable code.
pub fn keep_from(ids: &[u32], least: u32, blocks: &[Block], masks: &mut [u16]) -> usize {
    keep_from_body(ids, least, blocks, masks)
}

/// [`super::gather`] with portable code.
pub fn gather(ids: &[u32], blocks: &[Block], masks: &[u16], out: &mut [u32]) -> usize {
    let mut written = 0;
    for (block, &mask) in blocks.iter().zip(masks) {
        let ids = ids_of(ids, block);
        let mut rest = mask;
        while rest != 0 {
            check_room(written + 1, out.len());
            out[written] = ids[rest.trailing_zeros() as usize];
            rest &= rest - 1;
            written += 1;
        }
    }
    written
}

/// [`super::repeat`] with portable code.
pub fn repeat(values: &[[i32; 3]], counts: &[u32], out: &mut [[i32; 3]]) {
    let mut rest = out;
    for (value, &count) in values.iter().zip(counts) {
        check_room(count as usize, rest.len());
        let (run, behind) = rest.split_at_mut(count as usize);
        run.fill(*value);
        rest = behind;
    }
    assert!(rest.is_empty(), "{} more than the counts", rest.len());
}

/// [`super::measure`] with portable code.
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

/// [`super::repeat_less`] with portable code.
#[inline]
pub fn repeat_less(values: &[[i32; 3]], counts: &[u32], offsets: &[u32], out: &mut [[i32; 3]]) {
    let (mut offsets, mut rest) = (offsets, out);
    for (value, &count) in values.iter().zip(counts) {
        check_room(count as usize, rest.len().min(offsets.len()));
        let (run, behind) = rest.split_at_mut(count as usize);
        let (own, others) = offsets.split_at(count as usize);
        (offsets, rest) = (others, behind);
        for (out, packed) in run.iter_mut().zip(own) {
            let [x, y, z, _] = packed.to_le_bytes().map(|byte| i32::from(byte.cast_signed()));
            *out = [value[0].wrapping_sub(x), value[1].wrapping_sub(y), value[2].wrapping_sub(z)];
        }
    }
    assert!(rest.is_empty(), "{} more than the counts", rest.len());
}
