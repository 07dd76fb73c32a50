//! The oracle of the kernels, and what other architectures use.

use super::{
    BLOCK, Ball, Columns, Geometry, Run, Selected, Spans, check_room, measure_body, select_body, spans_body,
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
) {
    measure_body(points, center, translations, runs, masks, geometry);
}
