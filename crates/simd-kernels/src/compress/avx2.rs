//! Compress by a table: a permutation of eight lanes for each of the 256 masks (2 KiB).
#![allow(unsafe_code, reason = "vector loads and stores")]

use core::arch::x86_64::*;

use super::{check, out_of_room, scalar};

/// [`super::select`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
#[inline]
pub fn select(ids: &[u32], masks: &[u16], out: &mut [u32]) -> usize {
    check(ids, masks);
    let (vectors, tail) = ids.as_chunks::<16>();
    let mut kept = 0;
    for (vector, &mask) in vectors.iter().zip(masks) {
        let [low, high] = [load(vector, 0), load(vector, 8)];
        kept += keep(low, mask as u8, &mut out[kept..]);
        kept += keep(high, (mask >> 8) as u8, &mut out[kept..]);
    }
    kept + scalar::select(tail, &masks[vectors.len()..], &mut out[kept..])
}

/// [`super::positions`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
#[inline]
pub fn positions(first: u32, masks: &[u16], out: &mut [u32]) -> usize {
    let lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    let eight = _mm256_set1_epi32(8);
    let mut positions = _mm256_add_epi32(lanes, _mm256_set1_epi32(first.cast_signed()));
    let mut kept = 0;
    for &mask in masks {
        kept += keep(positions, mask as u8, &mut out[kept..]);
        positions = _mm256_add_epi32(positions, eight);
        kept += keep(positions, (mask >> 8) as u8, &mut out[kept..]);
        positions = _mm256_add_epi32(positions, eight);
    }
    kept
}

/// Writes the marked lanes to the front of `out`, and may overwrite up to eight slots of it; gives their number.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
#[inline]
pub fn keep(lanes: __m256i, mask: u8, out: &mut [u32]) -> usize {
    let kept = mask.count_ones() as usize;
    let order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(ORDERS[usize::from(mask)].cast_signed()));
    let compressed = _mm256_permutevar8x32_epi32(lanes, order);
    if let Some(slots) = out.first_chunk_mut::<8>() {
        // SAFETY: eight writable integers, and the store may be unaligned.
        unsafe { _mm256_storeu_si256(slots.as_mut_ptr().cast(), compressed) }
    } else {
        if out.len() < kept {
            out_of_room(out.len(), kept);
        }
        let lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        let front = _mm256_cmpgt_epi32(_mm256_set1_epi32(kept as i32), lanes);
        // SAFETY: the first `kept` slots of `out` are writable by the check above, and masked-off lanes are not
        // written.
        unsafe { _mm256_maskstore_epi32(out.as_mut_ptr().cast(), front, compressed) }
    }
    kept
}

/// For each mask the numbers of its set bits, lowest first, one a byte.
static ORDERS: [u64; 256] = {
    let mut orders = [0; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut rest, mut place) = (mask, 0);
        while rest != 0 {
            orders[mask] |= (rest.trailing_zeros() as u64) << (8 * place);
            rest &= rest - 1;
            place += 1;
        }
        mask += 1;
    }
    orders
};

/// Eight of sixteen ids, from `start`.
#[target_feature(enable = "avx2")]
#[inline]
fn load(ids: &[u32; 16], start: usize) -> __m256i {
    let eight = &ids[start..start + 8];
    // SAFETY: `eight` is eight readable integers, and the load may be unaligned.
    unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) }
}
