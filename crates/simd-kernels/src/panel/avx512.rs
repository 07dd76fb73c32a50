//! Tiles of eight queries times two panels: sixteen accumulators, a load a panel and a folded broadcast a query.
#![allow(unsafe_code, reason = "vector loads and stores; an autovectorised tile spills its accumulators")]

use core::arch::x86_64::*;

use super::{
    BLOCK, Covariance, LANES, Lanes, Norm, QUERIES, ROWS, ResidualQueries, RowQuery, Tile, finish, rows,
};

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn norm_tiles(
    norm: Norm,
    queries: &[[f32; QUERIES]],
    panels: &[Lanes],
    limits: &[f32; QUERIES],
    tiles: &mut [Tile],
) {
    let rows = queries.len();
    for (index, pair) in tiles.chunks_mut(2).enumerate() {
        let (first, second) = two_panels(panels, rows, index, pair.len());
        match norm {
            Norm::Euclidean => norm_pair::<EUCLIDEAN>(queries, first, second, pair),
            Norm::Manhattan => norm_pair::<MANHATTAN>(queries, first, second, pair),
            Norm::Chebyshev => norm_pair::<CHEBYSHEV>(queries, first, second, pair),
        }
        for tile in pair {
            hits(tile, limits);
        }
    }
}

const EUCLIDEAN: u8 = 0;
const MANHATTAN: u8 = 1;
const CHEBYSHEV: u8 = 2;

/// The panels of tiles `2 * index` and the next; an odd last one stands in for both.
#[inline]
#[target_feature(enable = "avx512f")]
fn two_panels(panels: &[Lanes], rows: usize, index: usize, count: usize) -> (&[Lanes], &[Lanes]) {
    let pair = &panels[2 * index * rows..][..count * rows];
    (&pair[..rows], &pair[(count - 1) * rows..])
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn step<const NORM: u8>(sum: __m512, x: __m512, y: __m512) -> __m512 {
    let difference = _mm512_sub_ps(x, y);
    match NORM {
        EUCLIDEAN => _mm512_fmadd_ps(difference, difference, sum),
        MANHATTAN => _mm512_add_ps(sum, _mm512_abs_ps(difference)),
        _ => _mm512_max_ps(sum, _mm512_abs_ps(difference)),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn norm_pair<const NORM: u8>(
    queries: &[[f32; QUERIES]],
    first: &[Lanes],
    second: &[Lanes],
    tiles: &mut [Tile],
) {
    let mut sums = [[_mm512_setzero_ps(); QUERIES]; 2];
    for ((x, y0), y1) in queries.iter().zip(first).zip(second) {
        let (y0, y1) = (load(&y0.0), load(&y1.0));
        for query in 0..QUERIES {
            let x = _mm512_set1_ps(x[query]);
            sums[0][query] = step::<NORM>(sums[0][query], x, y0);
            sums[1][query] = step::<NORM>(sums[1][query], x, y1);
        }
    }
    for (tile, sums) in tiles.iter_mut().zip(sums) {
        for query in 0..QUERIES {
            store(&mut tile.keys[query], sums[query]);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn norm_row(norm: Norm, query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    match norm {
        Norm::Euclidean => row::<EUCLIDEAN>(query, panels, keys),
        Norm::Manhattan => row::<MANHATTAN>(query, panels, keys),
        Norm::Chebyshev => row::<CHEBYSHEV>(query, panels, keys),
    }
}

/// Four sums, so that four rows are under way at once.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn row<const NORM: u8>(query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    for (keys, panel) in keys.iter_mut().zip(panels.chunks_exact(query.len().max(1))) {
        let mut sums = [_mm512_setzero_ps(); 4];
        let (x4, x_tail) = query.as_chunks::<4>();
        let (y4, y_tail) = panel.as_chunks::<4>();
        for (x, y) in x4.iter().zip(y4) {
            for part in 0..4 {
                sums[part] = step::<NORM>(sums[part], _mm512_set1_ps(x[part]), load(&y[part].0));
            }
        }
        for (x, y) in x_tail.iter().zip(y_tail) {
            sums[0] = step::<NORM>(sums[0], _mm512_set1_ps(*x), load(&y.0));
        }
        let join = |a, b| match NORM {
            CHEBYSHEV => _mm512_max_ps(a, b),
            _ => _mm512_add_ps(a, b),
        };
        store(keys, join(join(sums[0], sums[2]), join(sums[1], sums[3])));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_tiles(
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panels: &[Lanes],
    tiles: &mut [Tile],
) {
    let (dimension, len) = (queries.coordinates.len(), queries.vectors.len());
    let rows = dimension + len + 1;
    for (index, pair) in tiles.chunks_mut(2).enumerate() {
        let (first, second) = two_panels(panels, rows, index, pair.len());
        dots(queries.vectors, &first[dimension..][..len], &second[dimension..][..len], pair);
        for (tile, panel) in pair.iter_mut().zip([first, second]) {
            finish::residual(covariance, queries, panel, tile, f32::mul_add);
            hits(tile, queries.limits);
        }
    }
}

/// Dot products into the keys of one or two tiles.
#[inline]
#[target_feature(enable = "avx512f")]
fn dots(vectors: &[[f32; QUERIES]], first: &[Lanes], second: &[Lanes], tiles: &mut [Tile]) {
    for tile in &mut *tiles {
        tile.keys = [[0.0; LANES]; QUERIES];
    }
    let blocks = vectors.chunks(BLOCK).zip(first.chunks(BLOCK)).zip(second.chunks(BLOCK));
    for ((x, y0), y1) in blocks {
        let mut sums = [[_mm512_setzero_ps(); QUERIES]; 2];
        for ((x, y0), y1) in x.iter().zip(y0).zip(y1) {
            let (y0, y1) = (load(&y0.0), load(&y1.0));
            for query in 0..QUERIES {
                let x = _mm512_set1_ps(x[query]);
                sums[0][query] = _mm512_fmadd_ps(x, y0, sums[0][query]);
                sums[1][query] = _mm512_fmadd_ps(x, y1, sums[1][query]);
            }
        }
        for (tile, sums) in tiles.iter_mut().zip(sums) {
            for query in 0..QUERIES {
                let total = _mm512_add_ps(load(&tile.keys[query]), sums[query]);
                store(&mut tile.keys[query], total);
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn hits(tile: &mut Tile, limits: &[f32; QUERIES]) {
    for query in 0..QUERIES {
        let limit = _mm512_set1_ps(limits[query]);
        tile.hits[query] = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(load(&tile.keys[query]), limit);
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(x: &[f32; LANES]) -> __m512 {
    // SAFETY: `x` is sixteen readable floats; the unaligned load asks for nothing else.
    unsafe { _mm512_loadu_ps(x.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(to: &mut [f32; LANES], x: __m512) {
    // SAFETY: `to` is sixteen writable floats; the unaligned store asks for nothing else.
    unsafe { _mm512_storeu_ps(to.as_mut_ptr(), x) }
}

#[target_feature(enable = "avx512f,popcnt")]
pub(super) fn hamming(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).map(|(x, y)| u64::from((x ^ y).count_ones())).sum()
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_rows(
    covariance: Covariance,
    query: &RowQuery<'_>,
    matrix: &[&[f64]; ROWS],
) -> [f32; ROWS] {
    let vector = query.dimension..query.row.len() - 1;
    let row = |index: usize| &matrix[index][vector.clone()];
    let x = &query.row[vector.clone()];
    let first = row_dots(x, [row(0), row(1), row(2), row(3)]);
    let second = row_dots(x, [row(4), row(5), row(6), row(7)]);
    let mut dots = [0.0; ROWS];
    dots[..4].copy_from_slice(&first);
    dots[4..].copy_from_slice(&second);
    rows::finish(covariance, query, matrix, dots, f64::mul_add)
}

/// Four dot products that share the loads of `x`.
#[inline]
#[target_feature(enable = "avx512f,fma")]
fn row_dots(x: &[f64], rows: [&[f64]; 4]) -> [f64; 4] {
    let (blocks, tail) = x.as_chunks::<8>();
    let rows = rows.map(|row| row.as_chunks::<8>());
    let [y0, y1, y2, y3] = rows.map(|row| row.0);
    let mut sums = [_mm512_setzero_pd(); 4];
    for ((((x, y0), y1), y2), y3) in blocks.iter().zip(y0).zip(y1).zip(y2).zip(y3) {
        let x = load_f64(x);
        for (sum, y) in sums.iter_mut().zip([y0, y1, y2, y3]) {
            *sum = _mm512_fmadd_pd(x, load_f64(y), *sum);
        }
    }
    let mut dots = [0.0; 4];
    for ((dot, sum), (_, y)) in dots.iter_mut().zip(sums).zip(rows) {
        *dot = _mm512_reduce_add_pd(sum);
        for (x, y) in tail.iter().zip(y) {
            *dot += x * y;
        }
    }
    dots
}

#[inline]
#[target_feature(enable = "avx512f,fma")]
fn load_f64(x: &[f64; 8]) -> __m512d {
    // SAFETY: `x` is eight readable doubles; the unaligned load asks for nothing else.
    unsafe { _mm512_loadu_pd(x.as_ptr()) }
}
