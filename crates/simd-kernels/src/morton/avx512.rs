//! The loops of [`super::scalar`], compiled for vectors of 512 bits.

use super::scalar;

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
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
pub fn encode_3d_slice(planes: [&[u32]; 3], codes: &mut [u64]) {
    scalar::encode_3d_slice(planes, codes);
}

/// [`super::decode_3d_slice`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
#[inline]
pub fn decode_3d_slice(codes: &[u64], planes: [&mut [u32]; 3]) {
    scalar::decode_3d_slice(codes, planes);
}
