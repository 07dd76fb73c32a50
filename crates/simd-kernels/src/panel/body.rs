//! The kernels of this module over the vector trait, once for all instruction sets; tiles stand on
//! [`crate::distance::tile`].

use super::{Covariance, LANES, Lanes, Norm, QUERIES, ROWS, ResidualQueries, RowQuery, Tile, finish, rows};
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
        finish::residual(covariance, queries, panel, tile, |a, b, c| {
            if V::FUSES { a.mul_add(b, c) } else { a * b + c }
        });
        mark_hits::<V>(proof, tile, queries.limits);
    }
}

#[inline(always)]
pub(super) fn residual_rows<V: Vector<Lane = f64>>(
    proof: V::Proof,
    covariance: Covariance,
    query: &RowQuery<'_>,
    matrix: &[&[f64]; ROWS],
) -> [f32; ROWS] {
    let vector = query.dimension..query.row.len() - 1;
    let x = &query.row[vector.clone()];
    let mut dots = [0.0; ROWS];
    for (dots, matrix) in dots.as_chunks_mut::<4>().0.iter_mut().zip(matrix.as_chunks::<4>().0) {
        *dots = row_dots::<V>(proof, x, [matrix[0], matrix[1], matrix[2], matrix[3]], vector.start);
    }
    rows::finish(
        covariance,
        query,
        matrix,
        dots,
        |a, b, c| if V::FUSES { a.mul_add(b, c) } else { a * b + c },
    )
}

/// Four dot products that share the loads of `x`, of rows from `start` on.
#[inline(always)]
fn row_dots<V: Vector<Lane = f64>>(proof: V::Proof, x: &[f64], rows: [&[f64]; 4], start: usize) -> [f64; 4] {
    let mut sums = [V::splat(proof, 0.0); 4];
    let whole = x.len() - x.len() % V::LANES;
    for at in (0..whole).step_by(V::LANES) {
        let x = V::load(proof, &x[at..at + V::LANES]);
        for (sum, row) in sums.iter_mut().zip(rows) {
            *sum = x.mul_add(proof, V::load(proof, &row[start + at..][..V::LANES]), *sum);
        }
    }
    let mut dots = [0.0; 4];
    for ((dot, sum), row) in dots.iter_mut().zip(sums).zip(rows) {
        *dot = sum.sum(proof);
        for (x, y) in x[whole..].iter().zip(&row[start + whole..]) {
            *dot += x * y;
        }
    }
    dots
}
