//! Morton codes with 256-bit vectors, as [`super::avx512`] makes them; masks stand for its selects.
#![allow(
    unsafe_code,
    reason = "vector loads and stores; the compiler finds no byte shuffle in shifts and masks"
)]

use core::arch::x86_64::*;

use super::{assert_lengths, scalar};

/// [`super::encode_2d_slice`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2")]
#[inline]
pub fn encode_2d_slice(planes: [&[u32]; 2], codes: &mut [u64]) {
    assert_lengths(codes.len(), planes.map(<[u32]>::len));
    let (blocks, tail) = codes.as_chunks_mut::<4>();
    let [(x, x_tail), (y, y_tail)] = planes.map(<[u32]>::as_chunks::<4>);
    // What a nibble becomes: the even bits of a byte.
    let spread =
        _mm256_broadcastsi128_si256(_mm_set_epi32(0x5554_5150, 0x4544_4140, 0x1514_1110, 0x0504_0100));
    for ((codes, x), y) in blocks.iter_mut().zip(x).zip(y) {
        let [x, y] = [x, y].map(|coordinates| _mm256_shuffle_epi8(spread, nibbles(coordinates)));
        // Odd bits, none of which crosses a byte.
        store(codes, _mm256_or_si256(x, _mm256_add_epi64(y, y)));
    }
    scalar::encode_2d_slice([x_tail, y_tail], tail);
}

/// Every nibble of four coordinates in a byte.
#[target_feature(enable = "avx2")]
#[inline]
fn nibbles(coordinates: &[u32; 4]) -> __m256i {
    let bytes = _mm256_cvtepu8_epi16(load(coordinates));
    let both = _mm256_or_si256(bytes, _mm256_slli_epi16::<4>(bytes));
    _mm256_and_si256(both, _mm256_set1_epi16(0x0f0f))
}

/// [`super::decode_2d_slice`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2")]
#[inline]
pub fn decode_2d_slice(codes: &[u64], planes: [&mut [u32]; 2]) {
    scalar::decode_2d_slice(codes, planes);
}

/// [`super::encode_3d_slice`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2")]
#[inline]
pub fn encode_3d_slice(planes: [&[u32]; 3], codes: &mut [u64]) {
    assert_lengths(codes.len(), planes.map(<[u32]>::len));
    let (blocks, tail) = codes.as_chunks_mut::<4>();
    let [(x, x_tail), (y, y_tail), (z, z_tail)] = planes.map(<[u32]>::as_chunks::<4>);
    for (((codes, x), y), z) in blocks.iter_mut().zip(x).zip(y).zip(z) {
        let [x, y, z] = [x, y, z].map(|coordinates| thirds(coordinates));
        let yz = _mm256_or_si256(_mm256_add_epi64(y, y), _mm256_slli_epi64::<2>(z));
        store(codes, _mm256_or_si256(x, yz));
    }
    scalar::encode_3d_slice([x_tail, y_tail, z_tail], tail);
}

/// Bit `i` of four coordinates in bit `3 i`.
#[target_feature(enable = "avx2")]
#[inline]
fn thirds(coordinates: &[u32; 4]) -> __m256i {
    let and = |x, mask: u64| _mm256_and_si256(x, _mm256_set1_epi64x(mask.cast_signed()));
    // Bytes 0 0 - 1 1 - 2 2 of either half of 128 bits.
    let places =
        _mm256_broadcastsi128_si256(_mm_set_epi32(0x0a0a_8009, 0x0980_0808, 0x0202_8001, 0x0180_0000));
    let x = _mm256_shuffle_epi8(_mm256_cvtepu32_epi64(load(coordinates)), places);
    let x = and(x, 0x100f_00f0_0f00_f00f);
    let x = and(_mm256_or_si256(x, _mm256_slli_epi64::<4>(x)), 0x10c3_0c30_c30c_30c3);
    and(_mm256_or_si256(x, _mm256_slli_epi64::<2>(x)), 0x1249_2492_4924_9249)
}

/// [`super::decode_3d_slice`] for callers that enable AVX2 themselves.
#[target_feature(enable = "avx2")]
#[inline]
pub fn decode_3d_slice(codes: &[u64], planes: [&mut [u32]; 3]) {
    scalar::decode_3d_slice(codes, planes);
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(coordinates: &[u32; 4]) -> __m128i {
    // SAFETY: four readable integers, and the load may be unaligned.
    unsafe { _mm_loadu_si128(coordinates.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(codes: &mut [u64; 4], lanes: __m256i) {
    // SAFETY: four writable integers, and the store may be unaligned.
    unsafe { _mm256_storeu_si256(codes.as_mut_ptr().cast(), lanes) }
}
