//! Tag matches in general registers: eight tags in a `u64`.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte of `word` that equals `tag`; exact, without false positives.
///
/// Bytes count from the lowest: byte `i` holds a match if bit `8 * i + 7` is set, so the first match is
/// `hits.trailing_zeros() / 8`.
///
/// # Examples
/// ```
/// use simd_kernels::tag;
///
/// let word = u64::from_le_bytes([7, 0, 9, 7, 0, 0, 0, 0]);
/// assert_eq!(tag::match_word(word, 7), 0x80 | 0x80 << 24);
/// ```
#[inline]
pub fn match_word(word: u64, tag: u8) -> u64 {
    let difference = word ^ (LOW * u64::from(tag));
    // No carry leaves a byte: 0x7f + 0x7f < 0x100. The high bit ends up clear only if all eight bits were.
    !(((difference & !HIGH) + !HIGH) | difference) & HIGH
}

/// [`super::match_16`], portable.
#[inline]
pub fn match_16(tags: &[u8; 16], tag: u8) -> u16 {
    match_words(tags, tag) as u16
}

/// [`super::match_32`], portable.
#[inline]
pub fn match_32(tags: &[u8; 32], tag: u8) -> u32 {
    match_words(tags, tag) as u32
}

/// [`super::match_64`], portable.
#[inline]
pub fn match_64(tags: &[u8; 64], tag: u8) -> u64 {
    match_words(tags, tag)
}

#[inline(always)]
fn match_words(tags: &[u8], tag: u8) -> u64 {
    let words = tags.as_chunks::<8>().0.iter().enumerate();
    words.fold(0, |mask, (i, word)| mask | gather(match_word(u64::from_le_bytes(*word), tag)) << (8 * i))
}

/// The eight high bits as one byte: the product moves bit `8 * i` to bit `56 + i`, and no two meet below.
#[inline(always)]
fn gather(high_bits: u64) -> u64 {
    (high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
