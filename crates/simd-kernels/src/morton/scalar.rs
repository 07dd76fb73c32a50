//! Morton codes by shifts and masks; also the oracle of the vector versions, and their source: `avx2` and `avx512`
//! compile the same loops with wider vectors.

use super::assert_lengths;

/// The bits of `x` in the even places of the code, those of `y` in the odd ones.
#[inline]
pub const fn encode_2d(x: u32, y: u32) -> u64 {
    spread_2(x) | spread_2(y) << 1
}

/// The `[x, y]` that [`encode_2d`] made the code of.
#[inline]
pub const fn decode_2d(code: u64) -> [u32; 2] {
    [gather_2(code), gather_2(code >> 1)]
}

/// The low 21 bits of `x`, `y` and `z` in every third place of the code; the highest bit is zero.
#[inline]
pub const fn encode_3d(x: u32, y: u32, z: u32) -> u64 {
    spread_3(x) | spread_3(y) << 1 | spread_3(z) << 2
}

/// The `[x, y, z]` that [`encode_3d`] made the code of.
#[inline]
pub const fn decode_3d(code: u64) -> [u32; 3] {
    [gather_3(code), gather_3(code >> 1), gather_3(code >> 2)]
}

/// Moves bit `i` to bit `2 i`: each step splits every group of bits in two halves and moves the upper one up.
#[inline(always)]
const fn spread_2(x: u32) -> u64 {
    let x = x as u64;
    let x = (x | x << 16) & 0x0000_ffff_0000_ffff;
    let x = (x | x << 8) & 0x00ff_00ff_00ff_00ff;
    let x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let x = (x | x << 2) & 0x3333_3333_3333_3333;
    (x | x << 1) & 0x5555_5555_5555_5555
}

#[inline(always)]
const fn gather_2(code: u64) -> u32 {
    let x = code & 0x5555_5555_5555_5555;
    let x = (x | x >> 1) & 0x3333_3333_3333_3333;
    let x = (x | x >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    let x = (x | x >> 4) & 0x00ff_00ff_00ff_00ff;
    let x = (x | x >> 8) & 0x0000_ffff_0000_ffff;
    (x | x >> 16) as u32
}

/// Moves bit `i` to bit `3 i`; the first mask drops what is above bit 20.
#[inline(always)]
const fn spread_3(x: u32) -> u64 {
    let x = x as u64;
    let x = (x | x << 32) & 0x001f_0000_0000_ffff;
    let x = (x | x << 16) & 0x001f_0000_ff00_00ff;
    let x = (x | x << 8) & 0x100f_00f0_0f00_f00f;
    let x = (x | x << 4) & 0x10c3_0c30_c30c_30c3;
    (x | x << 2) & 0x1249_2492_4924_9249
}

#[inline(always)]
const fn gather_3(code: u64) -> u32 {
    let x = code & 0x1249_2492_4924_9249;
    let x = (x | x >> 2) & 0x10c3_0c30_c30c_30c3;
    let x = (x | x >> 4) & 0x100f_00f0_0f00_f00f;
    let x = (x | x >> 8) & 0x001f_0000_ff00_00ff;
    let x = (x | x >> 16) & 0x001f_0000_0000_ffff;
    ((x | x >> 32) & 0x1f_ffff) as u32
}

/// [`super::encode_2d_slice`], portable.
#[inline(always)]
pub fn encode_2d_slice([x, y]: [&[u32]; 2], codes: &mut [u64]) {
    assert_lengths(codes.len(), [x.len(), y.len()]);
    for ((code, &x), &y) in codes.iter_mut().zip(x).zip(y) {
        *code = encode_2d(x, y);
    }
}

/// [`super::decode_2d_slice`], portable.
#[inline(always)]
pub fn decode_2d_slice(codes: &[u64], [x, y]: [&mut [u32]; 2]) {
    assert_lengths(codes.len(), [x.len(), y.len()]);
    for ((&code, x), y) in codes.iter().zip(x).zip(y) {
        [*x, *y] = decode_2d(code);
    }
}

/// [`super::encode_3d_slice`], portable.
#[inline(always)]
pub fn encode_3d_slice([x, y, z]: [&[u32]; 3], codes: &mut [u64]) {
    assert_lengths(codes.len(), [x.len(), y.len(), z.len()]);
    for (((code, &x), &y), &z) in codes.iter_mut().zip(x).zip(y).zip(z) {
        *code = encode_3d(x, y, z);
    }
}

/// [`super::decode_3d_slice`], portable.
#[inline(always)]
pub fn decode_3d_slice(codes: &[u64], [x, y, z]: [&mut [u32]; 3]) {
    assert_lengths(codes.len(), [x.len(), y.len(), z.len()]);
    for (((&code, x), y), z) in codes.iter().zip(x).zip(y).zip(z) {
        [*x, *y, *z] = decode_3d(code);
    }
}
