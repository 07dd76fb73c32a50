//! Dot products of 16-bit integers, two at a time: twice the products a cycle of f32, and half the memory.
//!
//! A [`Words`] row holds two rows of integers; one instruction multiplies both by two integers of a query
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

use super::{LANES, Lanes, QUERIES, Tile, WORD_BLOCK, WordQueries, Words};
use crate::vector::Vector;

/// A vector of 32-bit lanes, each one sum or one pair of 16-bit integers.
pub(super) trait Pairs: Copy {
    /// Proves that the processor has the instructions.
    type Proof: Copy;
    /// A vector of as many floats.
    type Floats: Vector<Lane = f32>;

    /// `lane` in every lane.
    fn splat(proof: Self::Proof, lane: i32) -> Self;
    /// Exactly as many lanes as [`Self::Floats`] has.
    fn load(proof: Self::Proof, lanes: &[i32]) -> Self;
    /// The lanes as floats, rounded.
    fn to_floats(self, proof: Self::Proof) -> Self::Floats;
    /// Adds the two products of each lane's pairs, wrapping around.
    fn add_products(self, proof: Self::Proof, a: Self, b: Self) -> Self;
}

/// Both proofs: that of the integers, and that of the floats.
type Proofs<P> = (<P as Pairs>::Proof, <<P as Pairs>::Floats as Vector>::Proof);

/// Adds the products of the words, times both steps, to the keys of all tiles; two tiles at a time.
#[inline(always)]
pub(super) fn add<P: Pairs>(
    proofs: Proofs<P>,
    queries: &WordQueries<'_>,
    panels: &[Lanes],
    words: &[Words],
    tiles: &mut [Tile],
) {
    let (rows, len) = (queries.rows(), queries.words.len());
    let panel = |i: usize| Panel { words: &words[i * len..][..len], steps: &panels[(i + 1) * rows - 3].0 };
    let last = tiles.len().wrapping_sub(1);
    let (pairs, single) = tiles.as_chunks_mut::<2>();
    for (i, tiles) in pairs.iter_mut().enumerate() {
        add_panels::<P, 2>(proofs, queries, [panel(2 * i), panel(2 * i + 1)], tiles);
    }
    if let [tile] = single {
        add_panels::<P, 1>(proofs, queries, [panel(last)], core::array::from_mut(tile));
    }
}

/// The integers of a panel.
#[derive(Clone, Copy)]
struct Panel<'a> {
    words: &'a [Words],
    steps: &'a [f32; LANES],
}

/// The same for `N` panels.
#[inline(always)]
fn add_panels<P: Pairs, const N: usize>(
    proofs: Proofs<P>,
    queries: &WordQueries<'_>,
    panels: [Panel<'_>; N],
    tiles: &mut [Tile; N],
) {
    let width = N * LANES / P::Floats::LANES;
    let column = |i: usize| (i * P::Floats::LANES / LANES, i * P::Floats::LANES % LANES);
    if width == 1 {
        add_columns::<P, N, 1>(proofs, queries, panels, [column(0)], tiles);
    } else {
        for i in (0..width).step_by(2) {
            add_columns::<P, N, 2>(proofs, queries, panels, [column(i), column(i + 1)], tiles);
        }
    }
}

/// The same for `C` columns, each given by its panel and its first point; as many queries at once as registers allow.
#[inline(always)]
fn add_columns<P: Pairs, const N: usize, const C: usize>(
    proofs: Proofs<P>,
    queries: &WordQueries<'_>,
    panels: [Panel<'_>; N],
    columns: [(usize, usize); C],
    tiles: &mut [Tile; N],
) {
    for (block, words) in queries.words.chunks(WORD_BLOCK).enumerate() {
        let rows = block * WORD_BLOCK..block * WORD_BLOCK + words.len();
        let points = columns.map(|(panel, point)| (&panels[panel].words[rows.clone()], point));
        if P::Floats::REGISTERS >= 32 {
            let sums = sums::<P, C, QUERIES>(proofs.0, words, 0, points);
            add_sums::<P, N, C, QUERIES>(proofs, &sums, 0, queries.steps, panels, columns, tiles);
        } else {
            for first in [0, QUERIES / 2] {
                let sums = sums::<P, C, { QUERIES / 2 }>(proofs.0, words, first, points);
                add_sums::<P, N, C, { QUERIES / 2 }>(
                    proofs,
                    &sums,
                    first,
                    queries.steps,
                    panels,
                    columns,
                    tiles,
                );
            }
        }
    }
}

/// Adds the sums of `Q` queries from `first`, times both steps; loops for the reason told in [`crate::distance::tile`].
#[inline(always)]
fn add_sums<P: Pairs, const N: usize, const C: usize, const Q: usize>(
    proofs: Proofs<P>,
    sums: &[[P; C]; Q],
    first: usize,
    query_steps: &[f32; QUERIES],
    panels: [Panel<'_>; N],
    columns: [(usize, usize); C],
    tiles: &mut [Tile; N],
) {
    for query in 0..Q {
        let query_step = P::Floats::splat(proofs.1, query_steps[first + query]);
        for column in 0..C {
            let (panel, point) = columns[column];
            let steps = P::Floats::load(proofs.1, &panels[panel].steps[point..point + P::Floats::LANES]);
            let keys = &mut tiles[panel].keys[first + query][point..point + P::Floats::LANES];
            let sum = sums[query][column].to_floats(proofs.0);
            let before = P::Floats::load(proofs.1, keys);
            sum.mul_add(proofs.1, steps.mul(proofs.1, query_step), before).store(proofs.1, keys);
        }
    }
}

/// The sums of `Q` queries from `first` on and `C` columns.
#[inline(always)]
fn sums<P: Pairs, const C: usize, const Q: usize>(
    proof: P::Proof,
    queries: &[[i32; QUERIES]],
    first: usize,
    columns: [(&[Words], usize); C],
) -> [[P; C]; Q] {
    let columns = columns.map(|(panel, point)| (&panel[..queries.len()], point));
    let mut sums = [[P::splat(proof, 0); C]; Q];
    for (row, queries) in queries.iter().enumerate() {
        let points =
            columns.map(|(panel, point)| P::load(proof, &panel[row].0[point..point + P::Floats::LANES]));
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
    use crate::panel::ResidualQueries;
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
            let steps = [1.0; LANES];
            let panels = [&words[..len], &words[len..]].map(|words| Panel { words, steps: &steps });
            let none = [0.0; QUERIES];
            let floats = ResidualQueries { coordinates: &[], vectors: &[], slack: &none, limits: &none };
            let queries = WordQueries { floats, words: &queries, steps: &[1.0; QUERIES] };
            let mut expected = [Tile::ZERO; 2];
            add_panels::<Portable, 2>(((), ()), &queries, panels, &mut expected);
            let mut tiles = [Tile::ZERO; 2];
            add_panels::<Wide, 2>((proof, proof), &queries, panels, &mut tiles);
            assert_eq!(tiles, expected);
            let mut tile = [Tile::ZERO];
            add_panels::<Wide, 1>((proof, proof), &queries, [panels[0]], &mut tile);
            assert_eq!(tile[0], expected[0]);
        }
    }
}
