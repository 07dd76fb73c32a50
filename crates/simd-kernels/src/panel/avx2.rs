//! Tiles of four queries times one panel: eight accumulators of eight lanes, as sixteen registers allow.
#![allow(unsafe_code, reason = "vector loads and stores; an autovectorised tile spills its accumulators")]

use core::arch::x86_64::*;

use super::{
    BLOCK, Covariance, LANES, Lanes, Norm, QUERIES, ResidualQueries, RowQueries, Tile, finish, rows,
};

const HALF: usize = QUERIES / 2;
const EUCLIDEAN: u8 = 0;
const MANHATTAN: u8 = 1;
const CHEBYSHEV: u8 = 2;

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn norm_tiles(
    norm: Norm,
    queries: &[[f32; QUERIES]],
    panels: &[Lanes],
    limits: &[f32; QUERIES],
    tiles: &mut [Tile],
) {
    for (tile, panel) in tiles.iter_mut().zip(panels.chunks(queries.len().max(1))) {
        match norm {
            Norm::Euclidean => norm_tile::<EUCLIDEAN>(queries, panel, tile),
            Norm::Manhattan => norm_tile::<MANHATTAN>(queries, panel, tile),
            Norm::Chebyshev => norm_tile::<CHEBYSHEV>(queries, panel, tile),
        }
        hits(tile, limits);
    }
    if queries.is_empty() {
        for tile in tiles {
            tile.keys = [[0.0; LANES]; QUERIES];
            hits(tile, limits);
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn step<const NORM: u8>(sum: __m256, x: __m256, y: __m256) -> __m256 {
    let difference = _mm256_sub_ps(x, y);
    match NORM {
        EUCLIDEAN => _mm256_fmadd_ps(difference, difference, sum),
        MANHATTAN => _mm256_add_ps(sum, abs(difference)),
        _ => _mm256_max_ps(sum, abs(difference)),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn abs(x: __m256) -> __m256 {
    _mm256_andnot_ps(_mm256_set1_ps(-0.0), x)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn norm_tile<const NORM: u8>(queries: &[[f32; QUERIES]], panel: &[Lanes], tile: &mut Tile) {
    for from in [0, HALF] {
        let mut sums = [[_mm256_setzero_ps(); 2]; HALF];
        for (x, y) in queries.iter().zip(panel) {
            let [y0, y1] = load(&y.0);
            for query in 0..HALF {
                let x = _mm256_set1_ps(x[from + query]);
                sums[query][0] = step::<NORM>(sums[query][0], x, y0);
                sums[query][1] = step::<NORM>(sums[query][1], x, y1);
            }
        }
        for query in 0..HALF {
            store(&mut tile.keys[from + query], sums[query]);
        }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn norm_row(norm: Norm, query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    match norm {
        Norm::Euclidean => row::<EUCLIDEAN>(query, panels, keys),
        Norm::Manhattan => row::<MANHATTAN>(query, panels, keys),
        Norm::Chebyshev => row::<CHEBYSHEV>(query, panels, keys),
    }
}

/// Two sums for each half of a row, so that four chains are under way at once.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn row<const NORM: u8>(query: &[f32], panels: &[Lanes], keys: &mut [[f32; LANES]]) {
    for (keys, panel) in keys.iter_mut().zip(panels.chunks_exact(query.len().max(1))) {
        let mut sums = [[_mm256_setzero_ps(); 2]; 2];
        let (x2, x_tail) = query.as_chunks::<2>();
        let (y2, y_tail) = panel.as_chunks::<2>();
        for (x, y) in x2.iter().zip(y2) {
            for part in 0..2 {
                let ([y0, y1], x) = (load(&y[part].0), _mm256_set1_ps(x[part]));
                sums[part][0] = step::<NORM>(sums[part][0], x, y0);
                sums[part][1] = step::<NORM>(sums[part][1], x, y1);
            }
        }
        for (x, y) in x_tail.iter().zip(y_tail) {
            let ([y0, y1], x) = (load(&y.0), _mm256_set1_ps(*x));
            sums[0][0] = step::<NORM>(sums[0][0], x, y0);
            sums[0][1] = step::<NORM>(sums[0][1], x, y1);
        }
        let join = |a, b| match NORM {
            CHEBYSHEV => _mm256_max_ps(a, b),
            _ => _mm256_add_ps(a, b),
        };
        store(keys, [join(sums[0][0], sums[1][0]), join(sums[0][1], sums[1][1])]);
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_tiles(
    covariance: Covariance,
    queries: &ResidualQueries<'_>,
    panels: &[Lanes],
    tiles: &mut [Tile],
) {
    let (dimension, len) = (queries.coordinates.len(), queries.vectors.len());
    for (tile, panel) in tiles.iter_mut().zip(panels.chunks(dimension + len + 1)) {
        dots(queries.vectors, &panel[dimension..][..len], tile);
        finish::residual(covariance, queries, panel, tile, f32::mul_add);
        hits(tile, queries.limits);
    }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn dots(vectors: &[[f32; QUERIES]], panel: &[Lanes], tile: &mut Tile) {
    tile.keys = [[0.0; LANES]; QUERIES];
    for (x, y) in vectors.chunks(BLOCK).zip(panel.chunks(BLOCK)) {
        for from in [0, HALF] {
            let mut sums = [[_mm256_setzero_ps(); 2]; HALF];
            for (x, y) in x.iter().zip(y) {
                let [y0, y1] = load(&y.0);
                for query in 0..HALF {
                    let x = _mm256_set1_ps(x[from + query]);
                    sums[query][0] = _mm256_fmadd_ps(x, y0, sums[query][0]);
                    sums[query][1] = _mm256_fmadd_ps(x, y1, sums[query][1]);
                }
            }
            for query in 0..HALF {
                let keys = &mut tile.keys[from + query];
                let [k0, k1] = load(keys);
                store(keys, [_mm256_add_ps(k0, sums[query][0]), _mm256_add_ps(k1, sums[query][1])]);
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn hits(tile: &mut Tile, limits: &[f32; QUERIES]) {
    for query in 0..QUERIES {
        let limit = _mm256_set1_ps(limits[query]);
        let [low, high] = load(&tile.keys[query]).map(|keys| {
            let below = _mm256_cmp_ps::<_CMP_LE_OQ>(keys, limit);
            _mm256_movemask_ps(below) as u16
        });
        tile.hits[query] = low | (high << 8);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(x: &[f32; LANES]) -> [__m256; 2] {
    let (halves, _) = x.as_chunks::<8>();
    [load8(&halves[0]), load8(&halves[1])]
}

#[inline]
#[target_feature(enable = "avx2")]
fn load8(x: &[f32; 8]) -> __m256 {
    // SAFETY: `x` is eight readable floats; the unaligned load asks for nothing else.
    unsafe { _mm256_loadu_ps(x.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(to: &mut [f32; LANES], x: [__m256; 2]) {
    let (halves, _) = to.as_chunks_mut::<8>();
    for (half, x) in halves.iter_mut().zip(x) {
        // SAFETY: `half` is eight writable floats; the unaligned store asks for nothing else.
        unsafe { _mm256_storeu_ps(half.as_mut_ptr(), x) }
    }
}

#[target_feature(enable = "avx2,popcnt")]
pub(super) fn hamming(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).map(|(x, y)| u64::from((x ^ y).count_ones())).sum()
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
pub(super) fn residual_rows(
    covariance: Covariance,
    queries: &RowQueries<'_>,
    rows: &[&[f64]; LANES],
    tile: &mut Tile,
) {
    let vector = queries.coordinates.len()..queries.coordinates.len() + queries.vectors.len();
    let mut dots = [[0.0; QUERIES]; LANES];
    for (rows, dots) in rows.as_chunks::<ROWS>().0.iter().zip(dots.as_chunks_mut::<ROWS>().0) {
        let sums = row_dots(queries.vectors, rows.map(|row| &row[vector.clone()]));
        for i in 0..ROWS {
            store_f64(&mut dots[i], sums[i]);
        }
    }
    rows::finish(covariance, queries, rows, &dots, tile, f64::mul_add);
    hits(tile, queries.limits);
}

/// Rows that one pass takes: eight chains of two halves are what sixteen registers hold besides.
const ROWS: usize = 4;

/// The dot products of four rows with eight queries, one query a lane: rows are read as they lie, a number at a time.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn row_dots(queries: &[[f64; QUERIES]], rows: [&[f64]; ROWS]) -> [[__m256d; 2]; ROWS] {
    let (blocks, tail) = queries.as_chunks::<8>();
    let rows = rows.map(|row| row.as_chunks::<8>());
    let mut sums = [[_mm256_setzero_pd(); 2]; ROWS];
    // By eight numbers, so that rows are checked for their length once in eight steps.
    for (block, x) in blocks.iter().enumerate() {
        let y: [&[f64; 8]; ROWS] = std::array::from_fn(|row| &rows[row].0[block]);
        for i in 0..8 {
            let [x0, x1] = load_f64(&x[i]);
            for row in 0..ROWS {
                let y = _mm256_set1_pd(y[row][i]);
                sums[row][0] = _mm256_fmadd_pd(x0, y, sums[row][0]);
                sums[row][1] = _mm256_fmadd_pd(x1, y, sums[row][1]);
            }
        }
    }
    for (i, x) in tail.iter().enumerate() {
        let [x0, x1] = load_f64(x);
        for row in 0..ROWS {
            let y = _mm256_set1_pd(rows[row].1[i]);
            sums[row][0] = _mm256_fmadd_pd(x0, y, sums[row][0]);
            sums[row][1] = _mm256_fmadd_pd(x1, y, sums[row][1]);
        }
    }
    sums
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn load_f64(x: &[f64; QUERIES]) -> [__m256d; 2] {
    let (halves, _) = x.as_chunks::<4>();
    // SAFETY: each half is four readable doubles; the unaligned load asks for nothing else.
    let load = |half: &[f64; 4]| unsafe { _mm256_loadu_pd(half.as_ptr()) };
    [load(&halves[0]), load(&halves[1])]
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn store_f64(to: &mut [f64; QUERIES], x: [__m256d; 2]) {
    let (halves, _) = to.as_chunks_mut::<4>();
    for (half, x) in halves.iter_mut().zip(x) {
        // SAFETY: `half` is four writable doubles; the unaligned store asks for nothing else.
        unsafe { _mm256_storeu_pd(half.as_mut_ptr(), x) }
    }
}
