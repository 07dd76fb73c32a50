//! Hashers that are as bad as we like, and a number that scales the long tests.
#![allow(dead_code, reason = "each test program uses a part of this")]

use std::hash::{BuildHasher, Hasher};
use std::thread::ScopedJoinHandle;

/// `few` cases, or `many` of them if `LOCALITY_LONG` is set.
pub(crate) fn cases(few: u32, many: u32) -> u32 {
    if std::env::var_os("LOCALITY_LONG").is_some_and(|value| value != "0") { many } else { few }
}

/// Waits for threads of a scope one by one. The scope would wait as well, but in a way that ThreadSanitizer does not see
/// (decision 0135): it would take what comes after the scope for a race.
pub(crate) fn join(threads: Vec<ScopedJoinHandle<'_, ()>>) {
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Hashes that have only so many bits, at both ends: of 0 bits, all keys are equal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits(pub(crate) u32);

pub(crate) struct BitsHasher(u64, u32);

impl BuildHasher for Bits {
    type Hasher = BitsHasher;

    fn build_hasher(&self) -> BitsHasher {
        BitsHasher(0, self.0)
    }
}

impl Hasher for BitsHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0.rotate_left(9) ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        let kept = if self.1 == 0 { 0 } else { self.0 >> (64 - self.1) };
        if self.1 == 64 { self.0 } else { kept | kept << 56 }
    }
}

/// Small numbers that look random.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}
