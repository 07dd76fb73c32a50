//! Morton codes with 512-bit vectors: a byte shuffle does the coarse half of what magic numbers do in five steps.
//!
//! In two dimensions each nibble becomes a byte, by a table in a register. In three dimensions:
//!
//! ```text
//! bits of a coordinate      20  19..16 15..12 11..8  7..4   3..0
//! where the code has them   60  48     36     24     12     0      one shuffle: these are nibbles of bytes 7 6 4 3 1 0
//! ```
//! and two steps of shift and select spread each nibble over its twelve bits (decision 0014). What a shuffle or a
//! shift brings beside the bits in question is left there: selects pick the bits that count, to the last.
#![allow(
    unsafe_code,
    reason = "vector loads and stores; the compiler finds no byte shuffle in shifts and masks"
)]

use core::arch::x86_64::*;

use super::{assert_lengths, scalar};

/// [`super::encode_2d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2")]
#[inline]
pub fn encode_2d_slice(planes: [&[u32]; 2], codes: &mut [u64]) {
    assert_lengths(codes.len(), planes.map(<[u32]>::len));
    let (blocks, tail) = codes.as_chunks_mut::<8>();
    let [(x, x_tail), (y, y_tail)] = planes.map(<[u32]>::as_chunks::<8>);
    for ((codes, x), y) in blocks.iter_mut().zip(x).zip(y) {
        let [x, y] = [x, y].map(|coordinates| nibbles(coordinates));
        let x = _mm512_shuffle_epi8(_mm512_set4_epi32(0x5554_5150, 0x4544_4140, 0x1514_1110, 0x0504_0100), x);
        let y = _mm512_shuffle_epi8(
            _mm512_set4_epi32(
                0xaaa8_a2a0_u32.cast_signed(),
                0x8a88_8280_u32.cast_signed(),
                0x2a28_2220,
                0x0a08_0200,
            ),
            y,
        );
        store(codes, _mm512_or_si512(x, y));
    }
    scalar::encode_2d_slice([x_tail, y_tail], tail);
}

/// Every nibble of eight coordinates in a byte.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn nibbles(coordinates: &[u32; 8]) -> __m512i {
    let bytes = _mm512_cvtepu8_epi16(load(coordinates));
    let high = _mm512_slli_epi16::<4>(bytes);
    // (a | b) & c
    _mm512_ternarylogic_epi32::<0b1010_1000>(bytes, high, _mm512_set1_epi16(0x0f0f))
}

/// [`super::decode_2d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
pub fn decode_2d_slice(codes: &[u64], planes: [&mut [u32]; 2]) {
    scalar::decode_2d_slice(codes, planes);
}

/// [`super::encode_3d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2")]
#[inline]
pub fn encode_3d_slice(planes: [&[u32]; 3], codes: &mut [u64]) {
    assert_lengths(codes.len(), planes.map(<[u32]>::len));
    let (blocks, tail) = codes.as_chunks_mut::<16>();
    let [(x, x_tail), (y, y_tail), (z, z_tail)] = planes.map(<[u32]>::as_chunks::<16>);
    for (((codes, x), y), z) in blocks.iter_mut().zip(x).zip(y).zip(z) {
        // Of what stands above bit 20 only that of `z` could reach a code, in bit 63.
        let [x, y, z] = [load_16(x), load_16(y), _mm512_and_si512(load_16(z), _mm512_set1_epi32(0x1f_ffff))];
        // In each 128 bits bytes 0 0 - 1 1 - 2 2 of the first two coordinates, and of the others.
        let even = interleave([x, y, z], [0x0606_8005, 0x0580_0404, 0x0202_8001, 0x0180_0000]);
        let odd = interleave([x, y, z], [0x0e0e_800d, 0x0d80_0c0c, 0x0a0a_8009, 0x0980_0808]);
        let [low, high] = codes.as_chunks_mut::<8>().0 else { unreachable!("eight and eight are sixteen") };
        store(low, _mm512_permutex2var_epi64(even, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), odd));
        store(high, _mm512_permutex2var_epi64(even, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), odd));
    }
    scalar::encode_3d_slice([x_tail, y_tail, z_tail], tail);
}

/// The codes of eight points, after the shuffle of bytes by `places`.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn interleave(axes: [__m512i; 3], places: [u32; 4]) -> __m512i {
    let [a, b, c, d] = places.map(u32::cast_signed);
    let places = _mm512_set4_epi32(a, b, c, d);
    let [x, y, z] = axes.map(|axis| thirds(_mm512_shuffle_epi8(axis, places)));
    let yz = select(0x2492_4924_9249_2492, _mm512_slli_epi64::<1>(y), _mm512_slli_epi64::<2>(z));
    select(0x1249_2492_4924_9249, x, yz)
}

/// Spreads four bits of every twelve over them; the bits between may be anything.
#[target_feature(enable = "avx512f")]
#[inline]
fn thirds(x: __m512i) -> __m512i {
    // The upper two of the four move up by four.
    let x = select(0xf03f_03f0_3f03_f03f, x, _mm512_slli_epi64::<4>(x));
    // Of every six bits two count now, and the upper one moves up by two.
    select(0x71c7_1c71_c71c_71c7, x, _mm512_slli_epi64::<2>(x))
}

/// [`super::decode_3d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
pub fn decode_3d_slice(codes: &[u64], planes: [&mut [u32]; 3]) {
    scalar::decode_3d_slice(codes, planes);
}

/// The bits of `a` where `mask` has ones, and those of `b` elsewhere.
#[target_feature(enable = "avx512f")]
#[inline]
fn select(mask: u64, a: __m512i, b: __m512i) -> __m512i {
    _mm512_ternarylogic_epi64::<0b1100_1010>(_mm512_set1_epi64(mask.cast_signed()), a, b)
}

#[target_feature(enable = "avx512f,avx2")]
#[inline]
fn load(coordinates: &[u32; 8]) -> __m256i {
    // SAFETY: eight readable integers, and the load may be unaligned.
    unsafe { _mm256_loadu_si256(coordinates.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load_16(coordinates: &[u32; 16]) -> __m512i {
    // SAFETY: sixteen readable integers, and the load may be unaligned.
    unsafe { _mm512_loadu_si512(coordinates.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(codes: &mut [u64; 8], lanes: __m512i) {
    // SAFETY: eight writable integers, and the store may be unaligned.
    unsafe { _mm512_storeu_si512(codes.as_mut_ptr().cast(), lanes) }
}
