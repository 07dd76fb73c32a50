//! The kernels of this module over the vector trait, once for all instruction sets; tiles stand on
//! [`crate::distance::tile`].

use super::pairs::{self, Pairs};
use super::{
    Covariance, LANES, Lanes, Norm, QUERIES, ResidualQueries, RowQueries, Tile, WordQueries, Words, finish,
    rows,
};
use crate::distance::rows::{CHEBYSHEV, DOT, MANHATTAN, SQUARED_DISTANCE, join, step};
use crate::distance::tile;
use crate::vector::Vector;

#[inline(always)]
pub(super) fn norm_tiles<V: Vector<Lane = f32>>(
    proof: V::Proof,
    norm: Norm,
    queries: &[[f32; QUERIES]],
    panels: &[Lanes],
    limits: &[f32; QUERIES],
    tiles: &mut [Tile],
) {
    let panel = |index: usize| &panels[index * queries.len()..][..queries.len()];
    match norm {
        Norm::Euclidean => fill_keys::<V, SQUARED_DISTANCE>(proof, queries, panel, tiles),
        Norm::Manhattan => fill_keys::<V, MANHATTAN>(proof, queries, panel, tiles),
        Norm::Chebyshev => fill_keys::<V, CHEBYSHEV>(proof, queries, panel, tiles),
    }
    for tile in tiles {
        mark_hits::<V>(proof, tile, limits);
    }
}

/// Fills the keys of every tile from the rows that `panel` gives for it, two tiles at a time.
#[inline(always)]
fn fill_keys<'a, V: Vector<Lane = f32>, const TERM: u8>(
    proof: V::Proof,
    queries: &[[f32; QUERIES]],
    panel: impl Fn(usize) -> &'a [Lanes],
    tiles: &mut [Tile],
) {
    let last = tiles.len().wrapping_sub(1);
    let panel = |index: usize| Lanes::as_arrays(panel(index));
    let (pairs, single) = tiles.as_chunks_mut::<2>();
    for (index, [first, second]) in pairs.iter_mut().enumerate() {
        let panels = [panel(2 * index), panel(2 * index + 1)];
        tile::fill::<V, TERM, 2>(proof, queries, panels, &mut [&mut first.keys, &mut second.keys]);
    }
    if let [tile] = single {
        tile::fill::<V, TERM, 1>(proof, queries, [panel(last)], &mut [&mut tile.keys]);
    }
}

#[inline(always)]
fn mark_hits<V: Vector<Lane = f32>>(proof: V::Proof, tile: &mut Tile, limits: &[f32; QUERIES]) {
    for query in 0..QUERIES {
        let limit = V::splat(proof, limits[query]);
        let mut hits = 0;
        for lane in (0..LANES).step_by(V::LANES) {
            let keys = V::load(proof, &tile.keys[query][lane..lane + V::LANES]);
            hits |= keys.at_most(proof, limit) << lane;
        }
        tile.hits[query] = hits;
    }
}

#[inline(always)]
pub(super) fn norm_row<V: Vector<Lane = f32>>(
    proof: V::Proof,
    norm: Norm,
    query: &[f32],
    panels: &[Lanes],
    keys: &mut [[f32; LANES]],
) {
    match norm {
        Norm::Euclidean => row::<V, SQUARED_DISTANCE>(proof, query, panels, keys),
        Norm::Manhattan => row::<V, MANHATTAN>(proof, query, panels, keys),
        Norm::Chebyshev => row::<V, CHEBYSHEV>(proof, query, panels, keys),
    }
}

/// As many rows at once as make four sums, so that no addition waits for the one before.
#[inline(always)]
fn row<V: Vector<Lane = f32>, const TERM: u8>(
    proof: V::Proof,
    query: &[f32],
    panels: &[Lanes],
    keys: &mut [[f32; LANES]],
) {
    match LANES / V::LANES {
        1 => row_parts::<V, TERM, 1, 4>(proof, query, panels, keys),
        2 => row_parts::<V, TERM, 2, 2>(proof, query, panels, keys),
        _ => row_parts::<V, TERM, 4, 1>(proof, query, panels, keys),
    }
}

/// A panel is `COLUMNS` vectors wide; `PARTS` of its rows are taken at once.
#[inline(always)]
fn row_parts<V: Vector<Lane = f32>, const TERM: u8, const COLUMNS: usize, const PARTS: usize>(
    proof: V::Proof,
    query: &[f32],
    panels: &[Lanes],
    keys: &mut [[f32; LANES]],
) {
    for (index, keys) in keys.iter_mut().enumerate() {
        let panel = &panels[index * query.len()..][..query.len()];
        let mut sums = [[V::splat(proof, 0.0); COLUMNS]; PARTS];
        let (x_parts, x_tail) = query.as_chunks::<PARTS>();
        let (y_parts, y_tail) = panel.as_chunks::<PARTS>();
        for (x, y) in x_parts.iter().zip(y_parts) {
            for part in 0..PARTS {
                add_row::<V, TERM, COLUMNS>(proof, x[part], &y[part], &mut sums[part]);
            }
        }
        for (x, y) in x_tail.iter().zip(y_tail) {
            add_row::<V, TERM, COLUMNS>(proof, *x, y, &mut sums[0]);
        }
        for column in 0..COLUMNS {
            let mut sum = sums[0][column];
            for part in &sums[1..] {
                sum = join::<V, TERM>(proof, sum, part[column]);
            }
            sum.store(proof, &mut keys[column * V::LANES..][..V::LANES]);
        }
    }
}

/// Adds the terms of one row of a panel.
#[inline(always)]
fn add_row<V: Vector<Lane = f32>, const TERM: u8, const COLUMNS: usize>(
    proof: V::Proof,
    x: f32,
    y: &Lanes,
    sums: &mut [V; COLUMNS],
) {
    let x = V::splat(proof, x);
    for column in 0..COLUMNS {
        let y = V::load(proof, &y.0[column * V::LANES..][..V::LANES]);
        sums[column] = step::<V, TERM>(proof, x, y, sums[column]);
    }
}

#[inline(always)]
pub(super) fn residual_tiles<V: Vector<Lane = f32>>(
    proof: V::Proof,
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panels: &[Lanes],
    tiles: &mut [Tile],
) {
    let (dimension, len) = (queries.coordinates.len(), queries.vectors.len());
    let rows = dimension + len + 1;
    let vectors = |index: usize| &panels[index * rows + dimension..][..len];
    fill_keys::<V, DOT>(proof, queries.vectors, vectors, tiles);
    for (tile, panel) in tiles.iter_mut().zip(panels.chunks(rows)) {
        let scales = &panel[rows - 1];
        finish::residual(covariance, queries, panel, [scales; 2], tile, fma::<V>);
        mark_hits::<V>(proof, tile, queries.limits);
    }
}

#[inline(always)]
pub(super) fn residual_words<V: Vector<Lane = f32>, P: Pairs<Floats = V>>(
    proof: V::Proof,
    pairs: P::Proof,
    covariance: Covariance,
    queries: &WordQueries<'_>,
    panels: &[Lanes],
    words: &[Words],
    tiles: &mut [Tile],
) {
    let floats = &queries.floats;
    let (dimension, len, rows) = (floats.coordinates.len(), floats.vectors.len(), queries.rows());
    let vectors = |index: usize| &panels[index * rows + dimension..][..len];
    fill_keys::<V, DOT>(proof, floats.vectors, vectors, tiles);
    pairs::add::<P>((pairs, proof), queries, panels, words, tiles);
    for (tile, panel) in tiles.iter_mut().zip(panels.chunks(rows)) {
        finish::residual(covariance, floats, panel, [&panel[rows - 1], &panel[rows - 2]], tile, fma::<V>);
        mark_hits::<V>(proof, tile, floats.limits);
    }
}

/// `a * b + c`, rounded once where the processor can.
#[inline(always)]
fn fma<V: Vector>(a: f32, b: f32, c: f32) -> f32 {
    if V::FUSES { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
pub(super) fn residual_rows<V, W>(
    proof: V::Proof,
    covariance: Covariance,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    tile: &mut Tile,
) where
    V: Vector<Lane = f32>,
    W: Vector<Lane = f64, Proof = V::Proof>,
{
    let mut dots = [[0.0; QUERIES]; LANES];
    match QUERIES / W::LANES {
        1 => row_dots::<W, 1, 8>(proof, queries, rows, &mut dots),
        2 => row_dots::<W, 2, 4>(proof, queries, rows, &mut dots),
        _ => row_dots::<W, 4, 2>(proof, queries, rows, &mut dots),
    }
    rows::finish(
        covariance,
        queries,
        rows,
        &dots,
        tile,
        |a, b, c| {
            if W::FUSES { a.mul_add(b, c) } else { a * b + c }
        },
    );
    mark_hits::<V>(proof, tile, queries.limits);
}

/// The dot products of sixteen rows with eight queries, which are `PARTS` vectors: rows are read as they lie, a number at
/// a time, `ROWS` rows side by side, so that eight chains are under way.
#[inline(always)]
fn row_dots<W: Vector<Lane = f64>, const PARTS: usize, const ROWS: usize>(
    proof: W::Proof,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    dots: &mut [[f64; QUERIES]; LANES],
) {
    let len = queries.vectors.len();
    let (blocks, tail) = queries.vectors.as_chunks::<8>();
    for (rows, dots) in rows.as_chunks::<ROWS>().0.iter().zip(dots.as_chunks_mut::<ROWS>().0) {
        let rows: [(&[[f64; 8]], &[f64]); ROWS] =
            core::array::from_fn(|row| rows[row][queries.coordinates.len()..][..len].as_chunks());
        let mut sums = [[W::splat(proof, 0.0); PARTS]; ROWS];
        // By eight numbers, so that rows are checked for their length once in eight steps.
        for (block, x) in blocks.iter().enumerate() {
            let y: [&[f64; 8]; ROWS] = core::array::from_fn(|row| &rows[row].0[block]);
            for i in 0..8 {
                let y: [f64; ROWS] = core::array::from_fn(|row| y[row][i]);
                add_products::<W, PARTS, ROWS>(proof, &x[i], y, &mut sums);
            }
        }
        for (i, x) in tail.iter().enumerate() {
            let y: [f64; ROWS] = core::array::from_fn(|row| rows[row].1[i]);
            add_products::<W, PARTS, ROWS>(proof, x, y, &mut sums);
        }
        for row in 0..ROWS {
            for part in 0..PARTS {
                sums[row][part].store(proof, &mut dots[row][part * W::LANES..][..W::LANES]);
            }
        }
    }
}

#[inline(always)]
fn add_products<W: Vector<Lane = f64>, const PARTS: usize, const ROWS: usize>(
    proof: W::Proof,
    x: &[f64; QUERIES],
    y: [f64; ROWS],
    sums: &mut [[W; PARTS]; ROWS],
) {
    let x: [W; PARTS] = core::array::from_fn(|part| W::load(proof, &x[part * W::LANES..][..W::LANES]));
    for row in 0..ROWS {
        let y = W::splat(proof, y[row]);
        for part in 0..PARTS {
            sums[row][part] = x[part].mul_add(proof, y, sums[row][part]);
        }
    }
}
