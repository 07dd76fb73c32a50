//! Compress with the instruction of that name: sixteen lanes in a register, then a store of just the lanes kept.
#![allow(unsafe_code, reason = "vector loads and stores")]

use core::arch::x86_64::*;

use super::{check, out_of_room};

/// [`super::select`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
#[inline]
pub fn select(ids: &[u32], masks: &[u16], out: &mut [u32]) -> usize {
    check(ids, masks);
    let (vectors, tail) = ids.as_chunks::<16>();
    let mut kept = 0;
    for (vector, &mask) in vectors.iter().zip(masks) {
        kept += keep(load(vector), mask, &mut out[kept..]);
    }
    if let Some(&mask) = masks.get(vectors.len()) {
        kept += keep(load_tail(tail), mask, &mut out[kept..]);
    }
    kept
}

/// [`super::positions`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
#[inline]
pub fn positions(first: u32, masks: &[u16], out: &mut [u32]) -> usize {
    let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let mut positions = _mm512_add_epi32(lanes, _mm512_set1_epi32(first.cast_signed()));
    let mut kept = 0;
    for &mask in masks {
        kept += keep(positions, mask, &mut out[kept..]);
        positions = _mm512_add_epi32(positions, _mm512_set1_epi32(16));
    }
    kept
}

/// Writes the marked lanes to the front of `out` and nothing behind them; gives their number.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
#[inline]
pub fn keep(lanes: __m512i, mask: u16, out: &mut [u32]) -> usize {
    let kept = mask.count_ones();
    if out.len() < kept as usize {
        out_of_room(out.len(), kept as usize);
    }
    let front = _bzhi_u32(0xffff, kept) as u16;
    let compressed = _mm512_maskz_compress_epi32(mask, lanes);
    // SAFETY: the first `kept` slots of `out` are writable by the check above, and masked-off lanes are not written.
    unsafe { _mm512_mask_storeu_epi32(out.as_mut_ptr().cast(), front, compressed) }
    kept as usize
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(ids: &[u32; 16]) -> __m512i {
    // SAFETY: sixteen readable integers, and the load may be unaligned.
    unsafe { _mm512_loadu_si512(ids.as_ptr().cast()) }
}

/// Loads up to sixteen ids; the other lanes are zero.
#[target_feature(enable = "avx512f,bmi2")]
#[inline]
fn load_tail(ids: &[u32]) -> __m512i {
    let lanes = _bzhi_u32(0xffff, ids.len().min(16) as u32) as u16;
    // SAFETY: the mask has a bit for no more lanes than there are ids, and masked-off lanes are not read.
    unsafe { _mm512_maskz_loadu_epi32(lanes, ids.as_ptr().cast()) }
}
