//! Workloads of simd-kernels.
//!
//! Inputs are a million items and more wherever a branch could learn them: processors memorise a few thousand and make
//! branchy code look fast. Coordinates are small integers, so that sums are exact in any order and the answers of all
//! engines can be compared bit by bit.

use crate::random::{Rng, RngExt, generator};

/// Items of a fresh input.
pub const FRESH: usize = 1 << 20;

/// Sorted keys, aligned as a node is.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Block<const N: usize>(pub [u64; N]);

/// Sorted blocks of `N` keys that stay in the first-level cache, and queries among them.
#[derive(Debug)]
pub struct Search<const N: usize> {
    /// [`Search::BLOCKS`] blocks.
    pub blocks: Vec<Block<N>>,
    /// How many keys of a block are in use; the others are `u64::MAX`.
    pub lens: Vec<usize>,
    /// Query `i` goes to block `i % BLOCKS`.
    pub queries: Vec<u64>,
}

impl<const N: usize> Search<N> {
    /// Blocks.
    pub const BLOCKS: usize = 64;

    /// Random keys and queries of all 64 bits; blocks are full.
    pub fn full(seed: u64) -> Self {
        Self::new(seed, |_| N)
    }

    /// As [`Search::full`], but half of each block and more is in use, as in a B+ tree.
    pub fn partly(seed: u64) -> Self {
        let mut random = generator("simd-kernels/search/lens", seed);
        Self::new(seed, |_| random.random_range(N / 2..=N))
    }

    fn new(seed: u64, len: impl FnMut(usize) -> usize) -> Self {
        let mut random = generator("simd-kernels/search", seed);
        let lens: Vec<usize> = (0..Self::BLOCKS).map(len).collect();
        let mut block = |len: usize| {
            let mut block = [u64::MAX; N];
            block[..len].fill_with(|| random.next_u64());
            block.sort();
            Block(block)
        };
        let blocks = lens.iter().map(|&len| block(len)).collect();
        Self { blocks, lens, queries: (0..FRESH).map(|_| random.next_u64()).collect() }
    }
}

/// Groups of tag bytes, of which few match; and the tag to look for in each group.
pub fn tags(group: usize, seed: u64) -> (Vec<u8>, Vec<u8>) {
    let mut random = generator("simd-kernels/tags", seed);
    let groups = FRESH / group;
    let tags = (0..FRESH).map(|_| random.next_u64() as u8).collect();
    (tags, (0..groups).map(|_| random.next_u64() as u8).collect())
}

/// `n` small integers between -8 and 8.
pub fn coordinates(name: &str, n: usize, seed: u64) -> Vec<f32> {
    let mut random = generator(name, seed);
    (0..n).map(|_| random.random_range(-8_i8..=8).into()).collect()
}

/// `n` coordinates of 21 bits.
pub fn cells(name: &str, n: usize, seed: u64) -> Vec<u32> {
    let mut random = generator(name, seed);
    (0..n).map(|_| random.random_range(0..1 << 21)).collect()
}

/// Masks for `n` items of which `percent` in a hundred are marked, independently.
pub fn masks(n: usize, percent: u32, seed: u64) -> Vec<u16> {
    let mut random = generator("simd-kernels/masks", seed);
    let mut mask =
        || (0..16).fold(0, |mask, bit| mask | u16::from(random.random_range(0..100) < percent) << bit);
    (0..n / 16).map(|_| mask()).collect()
}

/// Numbers that begin at a cache line, as a structure would place them.
#[derive(Debug)]
pub struct Aligned<T> {
    numbers: Vec<T>,
    start: usize,
}

impl<T: Copy> Aligned<T> {
    /// Copies `numbers`.
    pub fn new(numbers: &[T]) -> Self {
        let line = 64 / size_of::<T>();
        let mut room: Vec<T> = Vec::with_capacity(numbers.len() + line);
        let start = room.as_ptr().align_offset(64).min(line);
        // The room is not moved any more: its capacity suffices.
        room.extend(numbers.iter().take(1).cycle().take(start));
        room.extend_from_slice(numbers);
        Self { numbers: room, start }
    }
}

impl<T> std::ops::Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.numbers[self.start..]
    }
}
