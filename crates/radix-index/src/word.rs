//! Plain old data as atomic words: the bytes of a value, eight to a word, the last one filled up with zeroes.

use bytemuck::{CheckedBitPattern, NoUninit};

use crate::sync::{AtomicU64, Ordering};

const BYTES: usize = size_of::<u64>();

/// Words that a key or a value may have: sixteen, a bucket's size.
const WORDS_MAX: usize = 16;

/// A key or value as the words of an entry.
pub(crate) trait Words: NoUninit {
    /// How many.
    const WORDS: usize = {
        let words = size_of::<Self>().div_ceil(BYTES);
        assert!(words <= WORDS_MAX, "keys and values of a RadixIndex have at most 128 bytes; see RadixMap");
        words
    };

    /// The word `i` of the value.
    #[inline(always)]
    fn word(&self, i: usize) -> u64 {
        let bytes = &bytemuck::bytes_of(self)[i * BYTES..];
        let mut word = [0; BYTES];
        let n = bytes.len().min(BYTES);
        word[..n].copy_from_slice(&bytes[..n]);
        u64::from_ne_bytes(word)
    }

    #[inline(always)]
    fn store(&self, words: &[AtomicU64]) {
        for (i, word) in words[..Self::WORDS].iter().enumerate() {
            word.store(self.word(i), Ordering::Relaxed);
        }
    }

    /// Whether the words are this value's.
    #[inline(always)]
    fn matches(&self, words: &[AtomicU64]) -> bool {
        (0..Self::WORDS).all(|i| words[i].load(Ordering::Relaxed) == self.word(i))
    }

    /// Whether the other value has the same bytes.
    #[inline(always)]
    fn same(&self, other: &Self) -> bool {
        bytemuck::bytes_of(self) == bytemuck::bytes_of(other)
    }
}

impl<T: NoUninit> Words for T {}

/// A value as it was read, before it is known whether its words belong together.
#[derive(Clone, Copy)]
pub(crate) struct Raw([u64; WORDS_MAX]);

impl Raw {
    #[inline(always)]
    pub(crate) fn load<T: Words>(words: &[AtomicU64]) -> Self {
        Self::from_words::<T>(|i| words[i].load(Ordering::Relaxed))
    }

    #[inline(always)]
    pub(crate) fn from_words<T: Words>(word: impl Fn(usize) -> u64) -> Self {
        let mut raw = [0; WORDS_MAX];
        for (i, to) in raw.iter_mut().enumerate().take(T::WORDS) {
            *to = word(i);
        }
        Self(raw)
    }

    /// The value, unless the words were torn and no value has these bytes.
    #[inline(always)]
    pub(crate) fn try_value<T: CheckedBitPattern>(&self) -> Option<T> {
        let bytes: &[u8] = bytemuck::cast_slice(&self.0);
        bytemuck::checked::try_pod_read_unaligned(&bytes[..size_of::<T>()]).ok()
    }

    /// The value of words that were validated.
    #[inline(always)]
    pub(crate) fn value<T: CheckedBitPattern>(&self) -> T {
        self.try_value().expect("a validated entry holds the bytes of a value")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn round_trip<T: CheckedBitPattern + NoUninit + PartialEq + std::fmt::Debug>(value: T) {
        let words: Vec<AtomicU64> = (0..T::WORDS).map(|_| AtomicU64::new(u64::MAX)).collect();
        value.store(&words);
        assert!(value.matches(&words));
        assert_eq!(Raw::load::<T>(&words).value::<T>(), value);
    }

    #[test]
    fn values_of_any_size_round_trip() {
        round_trip(());
        round_trip(7_u8);
        round_trip(true);
        round_trip('ß');
        round_trip(-5_i64);
        round_trip(u128::MAX - 3);
        round_trip([1_u8, 2, 3]);
        round_trip([9_u8; 17]);
        round_trip([3_u64; 16]);
        round_trip(std::num::NonZeroU32::MIN);
    }

    #[test]
    fn torn_bytes_are_no_value() {
        let words = [AtomicU64::new(2)];
        assert_eq!(Raw::load::<bool>(&words).try_value::<bool>(), None);
        assert_eq!(Raw::load::<u8>(&words).try_value::<u8>(), Some(2));
    }
}
