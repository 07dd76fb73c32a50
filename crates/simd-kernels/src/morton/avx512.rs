//! The loops of [`super::scalar`] compiled for vectors of 512 bits; to encode in three dimensions, two engines at once.
//!
//! Of sixteen points eight go through the vectors, whose shifts all wait for one port, and eight through the deposit
//! instruction, which uses another (decision 0014). Every processor with AVX-512 has a fast one, unlike some with AVX2.

use core::arch::x86_64::_pdep_u64;

use super::{assert_lengths, scalar};

/// Every third bit of 63.
const THIRDS: u64 = 0x1249_2492_4924_9249;

/// [`super::encode_2d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
pub fn encode_2d_slice(planes: [&[u32]; 2], codes: &mut [u64]) {
    scalar::encode_2d_slice(planes, codes);
}

/// [`super::decode_2d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
pub fn decode_2d_slice(codes: &[u64], planes: [&mut [u32]; 2]) {
    scalar::decode_2d_slice(codes, planes);
}

/// [`super::encode_3d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl,bmi2")]
#[inline]
pub fn encode_3d_slice(planes: [&[u32]; 3], codes: &mut [u64]) {
    assert_lengths(codes.len(), planes.map(<[u32]>::len));
    let (pairs, tail) = codes.as_chunks_mut::<16>();
    let blocks = planes.map(|axis| axis.as_chunks::<16>().0);
    let tails = planes.map(|axis| axis.as_chunks::<16>().1);
    for (i, codes) in pairs.iter_mut().enumerate() {
        let [x, y, z] = blocks.map(|axis| &axis[i]);
        let (by_vector, by_deposit) = codes.split_at_mut(8);
        scalar::encode_3d_slice([&x[..8], &y[..8], &z[..8]], by_vector);
        for (place, code) in by_deposit.iter_mut().enumerate() {
            let [x, y, z] = [x, y, z].map(|axis| u64::from(axis[8 + place]));
            *code = _pdep_u64(x, THIRDS) | _pdep_u64(y, THIRDS << 1) | _pdep_u64(z, THIRDS << 2);
        }
    }
    scalar::encode_3d_slice(tails, tail);
}

/// [`super::decode_3d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
pub fn decode_3d_slice(codes: &[u64], planes: [&mut [u32]; 3]) {
    scalar::decode_3d_slice(codes, planes);
}
