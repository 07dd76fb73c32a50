//! Workloads of the radix index: `u64 -> u64` entries, uniform and Zipf-distributed keys.

use rand::RngExt;

use crate::random::{self, SliceRandom};

/// The value that every engine stores under `key`.
pub fn value(key: u64) -> u64 {
    key.wrapping_mul(3) ^ 0x5bd1_e995
}

/// What an engine that holds `present` is asked.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Keys that are there.
    pub present: Vec<u64>,
    /// Keys that are not, a quarter as many.
    pub absent: Vec<u64>,
    /// Keys that are there, uniformly drawn.
    pub uniform: Vec<u64>,
    /// Keys that are not there, uniformly drawn.
    pub misses: Vec<u64>,
    /// Keys that are there, Zipf-distributed with exponent 0.99.
    pub zipf: Vec<u64>,
}

impl Workload {
    /// `entries` keys, and `operations` draws from them.
    pub fn new(entries: usize, operations: usize, seed: u64) -> Self {
        let mut random = random::generator("radix-index", seed);
        // An odd multiple is a bijection: no key twice, and none of `present` is in `absent`.
        let key = |i: usize| (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut present: Vec<u64> = (0..entries).map(key).collect();
        let absent: Vec<u64> = (entries..entries + entries.div_ceil(4)).map(key).collect();
        present.shuffle(&mut random);
        let uniform = (0..operations).map(|_| present[random.random_range(0..entries)]).collect();
        let misses = (0..operations).map(|_| key(random.random_range(entries..2 * entries))).collect();
        let zipf = Zipf::new(entries, 0.99);
        let zipf = (0..operations).map(|_| present[zipf.rank(random.random_range(0.0..1.0))]).collect();
        Self { present, absent, uniform, misses, zipf }
    }
}

/// Ranks whose frequency falls with a power of the rank.
struct Zipf {
    /// Sums of the frequencies up to each rank, the last one is 1.
    sums: Vec<f64>,
}

impl Zipf {
    fn new(ranks: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let mut sums: Vec<f64> = (1..=ranks)
            .map(|rank| {
                sum += (rank as f64).powf(-exponent);
                sum
            })
            .collect();
        sums.iter_mut().for_each(|part| *part /= sum);
        Self { sums }
    }

    fn rank(&self, share: f64) -> usize {
        self.sums.partition_point(|&sum| sum < share).min(self.sums.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zipf_prefers_low_ranks() {
        let workload = Workload::new(1000, 10_000, 1);
        let first = workload.zipf.iter().filter(|&&key| key == workload.present[0]).count();
        assert!((1000..2000).contains(&first), "{first}");
        assert!(workload.misses.iter().all(|key| !workload.present.contains(key)));
    }
}
