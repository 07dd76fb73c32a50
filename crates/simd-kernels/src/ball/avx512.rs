//! The kernels with 512-bit vectors.
#![allow(unsafe_code, reason = "vector loads and stores")]

use core::arch::x86_64::*;

use super::{BLOCK, Ball, Columns, Geometry, Run, Selected, Spans, check_room, select_body, spans_body};
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

/// [`super::measure`] for callers that enable AVX-512 themselves.
///
/// Squares are compressed and stored first, roots drawn at the end in full vectors: a vector of roots takes as long
/// as thirty additions.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn measure(
    points: Planes<'_, f64>,
    center: [f64; 3],
    translations: &[[f64; 3]],
    runs: &[Run],
    masks: &[u16],
    geometry: Geometry<'_>,
) {
    let Geometry { mut distances, mut vectors } = geometry;
    let [cx, cy, cz] = center.map(|c| _mm512_set1_pd(c));
    let (mut masks, mut at) = (masks, 0);
    for run in runs {
        let blocks = (run.len as usize).div_ceil(BLOCK);
        let (own, others) = masks.split_at(blocks);
        masks = others;
        let [tx, ty, tz] = translations[run.translation as usize].map(|t| _mm512_set1_pd(t));
        let [x, y, z] = points.axes(run.start as usize, blocks * BLOCK).map(|axis| axis.as_chunks::<8>().0);
        let halves = own.iter().flat_map(|mask| mask.to_le_bytes());
        for (((x, y), z), mask) in x.iter().zip(y).zip(z).zip(halves) {
            if mask == 0 {
                continue;
            }
            let dx = _mm512_add_pd(_mm512_sub_pd(load(x), cx), tx);
            let dy = _mm512_add_pd(_mm512_sub_pd(load(y), cy), ty);
            let dz = _mm512_add_pd(_mm512_sub_pd(load(z), cz), tz);
            let hits = mask.count_ones() as usize;
            if let Some(distances) = &mut distances {
                let squares = _mm512_add_pd(_mm512_mul_pd(dx, dx), _mm512_mul_pd(dy, dy));
                let squares = _mm512_add_pd(squares, _mm512_mul_pd(dz, dz));
                store_front(_mm512_maskz_compress_pd(mask, squares), &mut distances[at..at + hits]);
            }
            if let Some(vectors) = &mut vectors {
                let axes = [dx, dy, dz].map(|axis| _mm512_maskz_compress_pd(mask, axis));
                store_triples(axes, vectors[at..at + hits].as_flattened_mut());
            }
            at += hits;
        }
    }
    if let Some(distances) = distances {
        distances[..at].iter_mut().for_each(|d| *d = d.sqrt());
    }
}

/// Writes `x0 y0 z0 x1 y1 z1 ..` of as many lanes as there is room for.
#[target_feature(enable = "avx512f,bmi2")]
#[inline]
fn store_triples([x, y, z]: [__m512d; 3], numbers: &mut [f64]) {
    // Lane k of the other operand is 8 + k.
    let xy = [
        _mm512_setr_epi64(0, 8, 0, 1, 9, 0, 2, 10),
        _mm512_setr_epi64(0, 3, 11, 0, 4, 12, 0, 5),
        _mm512_setr_epi64(13, 0, 6, 14, 0, 7, 15, 0),
    ];
    let with_z = [
        _mm512_setr_epi64(0, 1, 8, 3, 4, 9, 6, 7),
        _mm512_setr_epi64(10, 1, 2, 11, 4, 5, 12, 7),
        _mm512_setr_epi64(0, 13, 2, 3, 14, 5, 6, 15),
    ];
    for ((xy, with_z), numbers) in xy.into_iter().zip(with_z).zip(numbers.chunks_mut(8)) {
        let pairs = _mm512_permutex2var_pd(x, xy, y);
        store_front(_mm512_permutex2var_pd(pairs, with_z, z), numbers);
    }
}

/// Fills `front`, of at most eight numbers, with the first lanes.
#[target_feature(enable = "avx512f,bmi2")]
#[inline]
fn store_front(lanes: __m512d, front: &mut [f64]) {
    let marked = _bzhi_u32(0xff, front.len() as u32) as u8;
    // SAFETY: `front` is writable as far as it goes, and lanes behind it are masked off.
    unsafe { _mm512_mask_storeu_pd(front.as_mut_ptr(), marked, lanes) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(numbers: &[f64; 8]) -> __m512d {
    // SAFETY: eight readable numbers, and the load may be unaligned.
    unsafe { _mm512_loadu_pd(numbers.as_ptr()) }
}
