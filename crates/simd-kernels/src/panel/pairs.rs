//! Dot products of 16-bit integers, two at a time: twice the products a cycle of f32, and half the memory.
//!
//! A [`Words`](super::Words) row holds two rows of integers; one instruction multiplies both by two integers of a query
//! and adds the two products to a 32-bit sum. The tile is that of [`crate::distance::tile`]: eight queries times one or
//! two panels, whose sums stay in registers over all rows.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;
#[cfg(target_arch = "x86_64")]
mod vnni;

#[cfg(target_arch = "x86_64")]
pub(super) use {avx512::Wide, vnni::Fused};

pub(super) use portable::Portable;

use super::{LANES, Lanes, QUERIES, Tile, WordQueries, Words};

/// A vector of 32-bit lanes, each one sum or one pair of 16-bit integers.
pub(super) trait Pairs: Copy {
    /// Proves that the processor has the instructions.
    type Proof: Copy;
    /// Lanes in a vector, a divisor of 16.
    const LANES: usize;
    /// Registers that the processor has of them.
    const REGISTERS: usize;

    /// `lane` in every lane.
    fn splat(proof: Self::Proof, lane: i32) -> Self;
    /// Exactly [`Self::LANES`] lanes.
    fn load(proof: Self::Proof, lanes: &[i32]) -> Self;
    /// To exactly [`Self::LANES`] lanes.
    fn store(self, proof: Self::Proof, lanes: &mut [i32]);
    /// Adds the two products of each lane's pairs, wrapping around.
    fn add_products(self, proof: Self::Proof, a: Self, b: Self) -> Self;
}

/// Adds the products of the words, times both steps, to the keys of all tiles; two tiles at a time.
#[inline(always)]
pub(super) fn add<P: Pairs>(
    proof: P::Proof,
    queries: &WordQueries<'_>,
    panels: &[Lanes],
    words: &[Words],
    tiles: &mut [Tile],
    fma: impl Fn(f32, f32, f32) -> f32 + Copy,
) {
    let (rows, len) = (queries.rows(), queries.words.len());
    let steps = |panel: usize| &panels[(panel + 1) * rows - 3].0;
    let words = |panel: usize| &words[panel * len..][..len];
    let last = tiles.len().wrapping_sub(1);
    let (pairs, single) = tiles.as_chunks_mut::<2>();
    for (i, tiles) in pairs.iter_mut().enumerate() {
        let sums = sums::<P, 2>(proof, queries.words, [words(2 * i), words(2 * i + 1)]);
        for (panel, tile) in tiles.iter_mut().enumerate() {
            add_scaled(&sums[panel], queries.steps, steps(2 * i + panel), tile, fma);
        }
    }
    if let [tile] = single {
        let [sums] = sums::<P, 1>(proof, queries.words, [words(last)]);
        add_scaled(&sums, queries.steps, steps(last), tile, fma);
    }
}

/// Adds integer sums to a tile's keys, in units of both ends' steps.
#[inline(always)]
fn add_scaled(
    sums: &[[i32; LANES]; QUERIES],
    query_steps: &[f32; QUERIES],
    steps: &[f32; LANES],
    tile: &mut Tile,
    fma: impl Fn(f32, f32, f32) -> f32,
) {
    for query in 0..QUERIES {
        for lane in 0..LANES {
            let key = &mut tile.keys[query][lane];
            *key = fma(sums[query][lane] as f32, query_steps[query] * steps[lane], *key);
        }
    }
}

/// The sums of eight queries and `N` panels.
#[inline(always)]
fn sums<P: Pairs, const N: usize>(
    proof: P::Proof,
    queries: &[[i32; QUERIES]],
    panels: [&[Words]; N],
) -> [[[i32; LANES]; QUERIES]; N] {
    let mut out = [[[0; LANES]; QUERIES]; N];
    let width = N * LANES / P::LANES;
    let column = |i: usize| (i * P::LANES / LANES, i * P::LANES % LANES);
    if width == 1 {
        columns::<P, N, 1>(proof, queries, panels, [column(0)], &mut out);
    } else {
        for i in (0..width).step_by(2) {
            columns::<P, N, 2>(proof, queries, panels, [column(i), column(i + 1)], &mut out);
        }
    }
    out
}

/// The sums of `C` columns, each given by its panel and its first point; as many queries at once as registers allow.
#[inline(always)]
fn columns<P: Pairs, const N: usize, const C: usize>(
    proof: P::Proof,
    queries: &[[i32; QUERIES]],
    panels: [&[Words]; N],
    columns: [(usize, usize); C],
    out: &mut [[[i32; LANES]; QUERIES]; N],
) {
    let points = columns.map(|(panel, point)| (panels[panel], point));
    let mut store = |query: usize, sums: [P; C]| {
        for (sum, (panel, point)) in sums.into_iter().zip(columns) {
            sum.store(proof, &mut out[panel][query][point..point + P::LANES]);
        }
    };
    if P::REGISTERS >= 32 {
        let sums = block::<P, C, QUERIES>(proof, queries, 0, points);
        sums.into_iter().enumerate().for_each(|(query, sums)| store(query, sums));
    } else {
        for first in [0, QUERIES / 2] {
            let sums = block::<P, C, { QUERIES / 2 }>(proof, queries, first, points);
            sums.into_iter().enumerate().for_each(|(query, sums)| store(first + query, sums));
        }
    }
}

/// The sums of `Q` queries from `first` on and `C` columns.
#[inline(always)]
fn block<P: Pairs, const C: usize, const Q: usize>(
    proof: P::Proof,
    queries: &[[i32; QUERIES]],
    first: usize,
    columns: [(&[Words], usize); C],
) -> [[P; C]; Q] {
    let columns = columns.map(|(panel, point)| (&panel[..queries.len()], point));
    let mut sums = [[P::splat(proof, 0); C]; Q];
    for (row, queries) in queries.iter().enumerate() {
        let points = columns.map(|(panel, point)| P::load(proof, &panel[row].0[point..point + P::LANES]));
        for (sums, &query) in sums.iter_mut().zip(&queries[first..first + Q]) {
            let query = P::splat(proof, query);
            for (sum, points) in sums.iter_mut().zip(points) {
                *sum = sum.add_products(proof, query, points);
            }
        }
    }
    sums
}

#[cfg(all(test, feature = "std", target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::{Isa, Level};

    /// Processors with VNNI never take the form without it, so it is called here.
    #[test]
    fn the_wide_form_agrees_with_the_portable_one() {
        let Isa::Avx512(proof) = Level::detect().isa() else { return };
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state ^ (state >> 15)).cast_signed()
        };
        for len in [0, 1, 2, 7, 32, 257] {
            let queries: Vec<[i32; QUERIES]> = (0..len).map(|_| std::array::from_fn(|_| next())).collect();
            let words: Vec<Words> = (0..2 * len).map(|_| Words(std::array::from_fn(|_| next()))).collect();
            let panels = [&words[..len], &words[len..]];
            let expected = sums::<Portable, 2>((), &queries, panels);
            assert_eq!(sums::<Wide, 2>(proof, &queries, panels), expected);
            assert_eq!(sums::<Wide, 1>(proof, &queries, [panels[0]]), [expected[0]]);
            if let Some(vnni) = proof.vnni() {
                assert_eq!(sums::<Fused, 2>(vnni, &queries, panels), expected);
            }
        }
    }
}
