//! The kernels with 512-bit vectors.
#![allow(unsafe_code, reason = "vector stores")]

use core::arch::x86_64::*;

use super::{BLOCK, Ball, Columns, Run, Selected, Spans, check_room, select_body, spans_body};
use crate::compress;
use crate::distance::planes::Planes;
use crate::level::Avx512;
use crate::vector::Sealed;

/// [`super::spans`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn spans(columns: &[Columns], ball: Ball, scale: f64, spans: &mut [Spans]) {
    spans_body(columns, ball, scale, spans);
}

/// [`super::select`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn select(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    runs: &mut [Run],
    masks: &mut [u16],
) -> Selected {
    select_body::<<f64 as Sealed>::Avx512>(Avx512::proven(), points, ball, translations, runs, masks)
}

/// [`super::gather`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn gather(ids: &[u32], runs: &[Run], masks: &[u16], counts: &mut [u32], out: &mut [u32]) -> usize {
    let (mut block, mut written) = (0, 0);
    assert!(counts.len() >= runs.len(), "{} counts for {} runs", counts.len(), runs.len());
    for (run, count) in runs.iter().zip(counts) {
        let blocks = (run.len as usize).div_ceil(BLOCK);
        let ids = &ids[run.start as usize..run.start as usize + blocks * BLOCK];
        let kept = compress::avx512::select(ids, &masks[block..block + blocks], &mut out[written..]);
        block += blocks;
        written += kept;
        *count = kept as u32;
    }
    written
}

/// [`super::repeat`] for callers that enable AVX-512 themselves.
///
/// Sixteen triples fill three vectors, and the same three again.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn repeat(values: &[[i32; 3]], counts: &[u32], out: &mut [[i32; 3]]) {
    let mut rest = out;
    for (&[x, y, z], &count) in values.iter().zip(counts) {
        check_room(count as usize, rest.len());
        let (run, behind) = rest.split_at_mut(count as usize);
        let phases = [
            _mm512_setr_epi32(x, y, z, x, y, z, x, y, z, x, y, z, x, y, z, x),
            _mm512_setr_epi32(y, z, x, y, z, x, y, z, x, y, z, x, y, z, x, y),
            _mm512_setr_epi32(z, x, y, z, x, y, z, x, y, z, x, y, z, x, y, z),
        ];
        let numbers = run.as_flattened_mut();
        let mut phase = 0;
        let (vectors, tail) = numbers.as_chunks_mut::<16>();
        for vector in vectors {
            // SAFETY: sixteen writable integers, and the store may be unaligned.
            unsafe { _mm512_storeu_si512(vector.as_mut_ptr().cast(), phases[phase]) }
            phase = if phase == 2 { 0 } else { phase + 1 };
        }
        let front = _bzhi_u32(0xffff, tail.len() as u32) as u16;
        // SAFETY: `tail` has fewer than sixteen writable integers, and lanes behind them are masked off.
        unsafe { _mm512_mask_storeu_epi32(tail.as_mut_ptr().cast(), front, phases[phase]) }
        rest = behind;
    }
    assert!(rest.is_empty(), "{} more than the counts", rest.len());
}
