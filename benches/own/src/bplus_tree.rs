//! Workloads for sorted maps: distinct keys in random order, and what is done with them.

use std::fmt::Debug;

use crate::random::{RngExt, SliceRandom, Xoshiro256PlusPlus, generator};

/// A key type that the contests run with, made from a random number so that the order is the number's.
pub trait Key: Clone + Ord + Debug + 'static {
    /// The key for a number; numbers differ, so do keys.
    fn of(number: u64) -> Self;
    /// Something of the key for a checksum.
    fn fold(&self) -> u64;
}

impl Key for u64 {
    fn of(number: u64) -> Self {
        number
    }
    fn fold(&self) -> u64 {
        *self
    }
}

/// Numbers below 2^32 keep apart.
impl Key for u32 {
    fn of(number: u64) -> Self {
        (number >> 32) as Self
    }
    fn fold(&self) -> u64 {
        u64::from(*self)
    }
}

/// Big-endian, as hashes and UUIDs are.
impl Key for [u8; 16] {
    fn of(number: u64) -> Self {
        (u128::from(number) << 64 | u128::from(!number)).to_be_bytes()
    }
    fn fold(&self) -> u64 {
        u64::from(self[0])
    }
}

/// `user:` and 16 hexadecimal digits, 21 bytes.
impl Key for String {
    fn of(number: u64) -> Self {
        format!("user:{number:016x}")
    }
    fn fold(&self) -> u64 {
        self.len() as u64
    }
}

/// The entries of one size, and orders to use them in.
#[derive(Debug)]
pub struct Workload<K> {
    /// Distinct keys in random order; the value of `keys[i]` is `i`.
    pub keys: Vec<K>,
    /// The same entries by ascending key.
    pub sorted: Vec<(K, u64)>,
    /// Keys to look up: present ones, each at most a few times, in random order.
    pub lookups: Vec<K>,
    /// Keys that are not among the entries, as many as a tenth of them.
    pub others: Vec<K>,
}

impl<K: Key> Workload<K> {
    /// `size` entries, and about `lookups` lookups.
    pub fn new(size: usize, lookups: usize, seed: u64) -> Self {
        let mut random = generator("bplus-tree", seed ^ size as u64);
        let mut all = distinct::<K>(size + size / 10 + 1, &mut random);
        let others = all.split_off(size);
        let keys = all;
        let mut sorted: Vec<(K, u64)> = keys.iter().cloned().zip(0..).collect();
        sorted.sort_unstable();
        let mut order: Vec<u32> = (0..size as u32).collect();
        let mut asked = Vec::with_capacity(lookups);
        while asked.len() < lookups {
            order.shuffle(&mut random);
            asked.extend(order.iter().take(lookups - asked.len()).map(|index| keys[*index as usize].clone()));
        }
        Self { keys, sorted, lookups: asked, others }
    }
}

fn distinct<K: Key>(count: usize, random: &mut Xoshiro256PlusPlus) -> Vec<K> {
    let mut keys: Vec<K> = Vec::with_capacity(count);
    while keys.len() < count {
        keys.extend((keys.len()..count).map(|_| K::of(random.random())));
        keys.sort_unstable();
        keys.dedup();
    }
    keys.shuffle(random);
    keys
}

/// One step of the mixed workload: 80 % look-ups, 10 % insertions, 10 % removals.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Look up `keys[i]`, which may be gone by then.
    Get(u32),
    /// Insert `others[i]`.
    Insert(u32),
    /// Remove `keys[i]`.
    Remove(u32),
}

/// `count` steps on a map of `size` entries.
pub fn mixed(size: usize, count: usize, seed: u64) -> Vec<Step> {
    let mut random = generator("bplus-tree/mixed", seed);
    (0..count)
        .map(|step| {
            let any = random.random_range(0..size as u32);
            match random.random_range(0..10) {
                0 => Step::Insert(step as u32 % (size as u32 / 10)),
                1 => Step::Remove(any),
                _ => Step::Get(any),
            }
        })
        .collect()
}
