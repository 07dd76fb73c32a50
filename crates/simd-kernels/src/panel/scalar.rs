//! The oracle of the tiles: one pair after the other.

use super::{Covariance, LANES, Lanes, Norm, QUERIES, ResidualQueries, RowQueries, Tile, finish, rows};

pub(super) fn norm_tiles(
    norm: Norm,
    queries: &[[f32; QUERIES]],
    panels: &[Lanes],
    limits: &[f32; QUERIES],
    tiles: &mut [Tile],
) {
    for (tile, panel) in tiles.iter_mut().zip(panels.chunks(queries.len().max(1))) {
        for query in 0..QUERIES {
            let coordinates = queries.iter().map(|row| row[query]);
            tile.keys[query] = panel_keys(norm, coordinates, panel);
        }
        hits(tile, limits);
    }
}

pub(super) fn norm_row(norm: Norm, query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    for (keys, panel) in keys.iter_mut().zip(panels.chunks(query.len().max(1))) {
        *keys = panel_keys(norm, query.iter().copied(), panel);
    }
}

fn panel_keys(norm: Norm, query: impl Iterator<Item = f32>, panel: &[Lanes]) -> [f32; LANES] {
    let mut keys = [0.0_f32; LANES];
    for (x, Lanes(row)) in query.zip(panel) {
        for (key, y) in keys.iter_mut().zip(row) {
            let difference = x - y;
            match norm {
                Norm::Euclidean => *key += difference * difference,
                Norm::Manhattan => *key += difference.abs(),
                Norm::Chebyshev => *key = key.max(difference.abs()),
            }
        }
    }
    keys
}

pub(super) fn residual_tiles(
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panels: &[Lanes],
    tiles: &mut [Tile],
) {
    let (dimension, len) = (queries.coordinates.len(), queries.vectors.len());
    for (tile, panel) in tiles.iter_mut().zip(panels.chunks(dimension + len + 1)) {
        for query in 0..QUERIES {
            tile.keys[query] = [0.0; LANES];
            let rows =
                queries.vectors.chunks(super::BLOCK).zip(panel[dimension..][..len].chunks(super::BLOCK));
            for (x, y) in rows {
                for lane in 0..LANES {
                    tile.keys[query][lane] += x.iter().zip(y).map(|(x, y)| x[query] * y.0[lane]).sum::<f32>();
                }
            }
        }
        finish::residual(covariance, queries, panel, tile, |a, b, c| a * b + c);
        hits(tile, queries.limits);
    }
}

pub(super) fn residual_rows(
    covariance: Covariance,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    tile: &mut Tile,
) {
    let mut dots = [[0.0; QUERIES]; LANES];
    for (dots, row) in dots.iter_mut().zip(rows) {
        for (x, y) in queries.vectors.iter().zip(&row[queries.coordinates.len()..]) {
            for query in 0..QUERIES {
                dots[query] += x[query] * y;
            }
        }
    }
    rows::finish(covariance, queries, rows, &dots, tile, |a, b, c| a * b + c);
    hits(tile, queries.limits);
}

fn hits(tile: &mut Tile, limits: &[f32; QUERIES]) {
    for query in 0..QUERIES {
        let bits = tile.keys[query].iter().enumerate();
        tile.hits[query] =
            bits.fold(0, |bits, (lane, &key)| bits | (u16::from(key <= limits[query]) << lane));
    }
}

pub(super) fn hamming(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).map(|(x, y)| u64::from((x ^ y).count_ones())).sum()
}
