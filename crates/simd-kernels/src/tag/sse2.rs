//! Tag matches with 16-byte vectors, on targets that have them throughout.
#![allow(unsafe_code, reason = "vector loads")]

use core::arch::x86_64::*;

#[inline]
pub(super) fn match_16(tags: &[u8; 16], tag: u8) -> u16 {
    // SAFETY: this module exists only where the target has SSE2; `tags` is 16 readable bytes, and the load may be unaligned.
    let tags = unsafe { _mm_loadu_si128(tags.as_ptr().cast()) };
    // SAFETY: as above, the target has SSE2.
    unsafe { mask(tags, tag) }
}

#[inline]
pub(super) fn match_32(tags: &[u8; 32], tag: u8) -> u32 {
    let (groups, _) = tags.as_chunks::<16>();
    u32::from(match_16(&groups[0], tag)) | u32::from(match_16(&groups[1], tag)) << 16
}

#[inline]
pub(super) fn match_64(tags: &[u8; 64], tag: u8) -> u64 {
    let (groups, _) = tags.as_chunks::<32>();
    u64::from(match_32(&groups[0], tag)) | u64::from(match_32(&groups[1], tag)) << 32
}

#[target_feature(enable = "sse2")]
#[inline]
fn mask(tags: __m128i, tag: u8) -> u16 {
    _mm_movemask_epi8(_mm_cmpeq_epi8(tags, _mm_set1_epi8(tag.cast_signed()))) as u16
}
