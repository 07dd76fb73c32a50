//! The oracle of the kernels, and what other architectures use.

use super::{
    BLOCK, Ball, Columns, Geometry, Run, Selected, Spans, Staging, check_room, keep_from_body, measure_body,
    reselect_body, select_body, spans_body,
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
    runs: &mut [Run],
    masks: &mut [u16],
) -> Selected {
    select_body::<<f64 as Sealed>::Portable>((), points, ball, translations, runs, masks)
}

/// [`super::reselect`] with portable code.
pub fn reselect(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    runs: &[Run],
    masks: &mut [u16],
) -> usize {
    reselect_body::<<f64 as Sealed>::Portable>((), points, ball, translations, runs, masks)
}

/// [`super::keep_from`] with portable code.
pub fn keep_from(ids: &[u32], least: u32, runs: &[Run], masks: &mut [u16]) -> usize {
    keep_from_body(ids, least, runs, masks)
}

/// [`super::gather`] with portable code.
pub fn gather(ids: &[u32], runs: &[Run], masks: &[u16], counts: &mut [u32], out: &mut [u32]) -> usize {
    let (mut block, mut written) = (0, 0);
    assert!(counts.len() >= runs.len(), "{} counts for {} runs", counts.len(), runs.len());
    for (run, count) in runs.iter().zip(counts) {
        let before = written;
        let blocks = (run.len as usize).div_ceil(BLOCK);
        let start = run.start as usize;
        let ids = ids[start..start + blocks * BLOCK].as_chunks::<BLOCK>().0;
        for (ids, &mask) in ids.iter().zip(&masks[block..block + blocks]) {
            let mut rest = mask;
            while rest != 0 {
                check_room(written + 1, out.len());
                out[written] = ids[rest.trailing_zeros() as usize];
                rest &= rest - 1;
                written += 1;
            }
        }
        block += blocks;
        *count = (written - before) as u32;
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
    runs: &[Run],
    masks: &[u16],
    geometry: Geometry<'_>,
    _staging: &mut Staging,
) {
    measure_body(points, center, translations, runs, masks, geometry);
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
