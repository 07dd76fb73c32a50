//! Workloads for persistent vectors and maps: keys, positions and versions, all seeded.

use crate::random::{Rng, RngExt, SliceRandom, generator};

/// The sizes that every row is asked for.
pub const SIZES: [usize; 4] = [10, 100, 10_000, 1_000_000];

/// `len` positions below `end`.
pub fn positions(name: &str, seed: u64, len: usize, end: usize) -> Vec<usize> {
    let mut random = generator(name, seed);
    (0..len).map(|_| random.random_range(0..end)).collect()
}

/// One cycle through `0..len`: following it visits every position once, and each read depends on the one before.
pub fn cycle(seed: u64, len: usize) -> Vec<u64> {
    let mut order: Vec<u64> = (0..len as u64).collect();
    order.shuffle(&mut generator("cycle", seed));
    let mut next = vec![0; len];
    for (at, &position) in order.iter().enumerate() {
        next[position as usize] = order[(at + 1) % len];
    }
    next
}

/// `len` distinct keys, even ones; add one for keys that are not among them.
pub fn keys(seed: u64, len: usize) -> Vec<u64> {
    let mut random = generator("keys", seed);
    let mut seen = std::collections::HashSet::with_capacity(len);
    let mut keys = Vec::with_capacity(len);
    while keys.len() < len {
        let key = random.next_u64() << 1;
        if seen.insert(key) {
            keys.push(key);
        }
    }
    keys
}

/// `count` of `keys`, drawn with repetition.
pub fn draw(seed: u64, keys: &[u64], count: usize) -> Vec<u64> {
    positions("draw", seed, count, keys.len()).into_iter().map(|at| keys[at]).collect()
}

/// How many keys two versions differ by: one in a thousand, at least one.
pub const fn changes(len: usize) -> usize {
    if len < 1000 { 1 } else { len / 1000 }
}
