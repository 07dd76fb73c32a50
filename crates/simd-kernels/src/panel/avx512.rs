//! Tiles of eight queries times two or three panels: a load a panel, a broadcast a query, and a sum in a register for
//! each of both.
#![allow(unsafe_code, reason = "vector loads and stores; an autovectorised tile spills its accumulators")]

use core::arch::x86_64::*;

use super::{
    BLOCK, Covariance, LANES, Lanes, Norm, QUERIES, ResidualQueries, RowQueries, Tile, finish, rows,
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
    let panel = |index: usize| &panels[index * rows..][..rows];
    let mut index = 0;
    let (threes, rest) = tiles.as_chunks_mut::<3>();
    for three in threes {
        let vectors = [0, 1, 2].map(|i| &panel(index + i)[dimension..][..len]);
        dots(queries.vectors, vectors, three);
        index += 3;
    }
    for (i, tile) in rest.iter_mut().enumerate() {
        let vectors = [&panel(index + i)[dimension..][..len]];
        dots(queries.vectors, vectors, std::array::from_mut(tile));
    }
    for (tile, panel) in tiles.iter_mut().zip(panels.chunks(rows)) {
        finish::residual(covariance, queries, panel, tile, f32::mul_add);
        hits(tile, queries.limits);
    }
}

/// Dot products into the keys of some tiles.
#[inline]
#[target_feature(enable = "avx512f")]
fn dots<const PANELS: usize>(
    vectors: &[[f32; QUERIES]],
    panels: [&[Lanes]; PANELS],
    tiles: &mut [Tile; PANELS],
) {
    if vectors.is_empty() {
        tiles.iter_mut().for_each(|tile| tile.keys = [[0.0; LANES]; QUERIES]);
    }
    for start in (0..vectors.len()).step_by(BLOCK) {
        let end = vectors.len().min(start + BLOCK);
        let sums = block(&vectors[start..end], panels.map(|panel| &panel[start..end]));
        // Loops over places, not iterators over `sums`: those move it to the stack first.
        for i in 0..PANELS {
            for query in 0..QUERIES {
                let keys = &mut tiles[i].keys[query];
                let before = if start == 0 { _mm512_setzero_ps() } else { load(keys) };
                store(keys, _mm512_add_ps(before, sums[i][query]));
            }
        }
    }
}

/// The partial dot products of at most [`BLOCK`] rows: 24 sums for three panels, of 32 registers.
#[inline]
#[target_feature(enable = "avx512f")]
fn block<const PANELS: usize>(
    vectors: &[[f32; QUERIES]],
    panels: [&[Lanes]; PANELS],
) -> [[__m512; QUERIES]; PANELS] {
    let panels = panels.map(|panel| &panel[..vectors.len()]);
    let mut sums = [[_mm512_setzero_ps(); QUERIES]; PANELS];
    for (row, x) in vectors.iter().enumerate() {
        let y: [__m512; PANELS] = std::array::from_fn(|i| load(&panels[i][row].0));
        for query in 0..QUERIES {
            let x = _mm512_set1_ps(x[query]);
            for i in 0..PANELS {
                sums[i][query] = _mm512_fmadd_ps(x, y[i], sums[i][query]);
            }
        }
    }
    sums
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

/// Rows that one pass takes: eight chains are enough to keep both multipliers busy.
const ROWS: usize = 8;

/// The dot products of eight rows with eight queries, one query a lane: rows are read as they lie, a number at a time.
#[inline]
#[target_feature(enable = "avx512f,fma")]
fn row_dots(queries: &[[f64; QUERIES]], rows: [&[f64]; ROWS]) -> [__m512d; ROWS] {
    let (blocks, tail) = queries.as_chunks::<8>();
    let rows = rows.map(|row| row.as_chunks::<8>());
    let mut sums = [_mm512_setzero_pd(); ROWS];
    // By eight numbers, so that rows are checked for their length once in eight steps.
    for (block, x) in blocks.iter().enumerate() {
        let y: [&[f64; 8]; ROWS] = std::array::from_fn(|row| &rows[row].0[block]);
        for i in 0..8 {
            let x = load_f64(&x[i]);
            for row in 0..ROWS {
                sums[row] = _mm512_fmadd_pd(x, _mm512_set1_pd(y[row][i]), sums[row]);
            }
        }
    }
    for (i, x) in tail.iter().enumerate() {
        let x = load_f64(x);
        for row in 0..ROWS {
            sums[row] = _mm512_fmadd_pd(x, _mm512_set1_pd(rows[row].1[i]), sums[row]);
        }
    }
    sums
}

#[inline]
#[target_feature(enable = "avx512f,fma")]
fn load_f64(x: &[f64; QUERIES]) -> __m512d {
    // SAFETY: `x` is eight readable doubles; the unaligned load asks for nothing else.
    unsafe { _mm512_loadu_pd(x.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f,fma")]
fn store_f64(to: &mut [f64; QUERIES], x: __m512d) {
    // SAFETY: `to` is eight writable doubles; the unaligned store asks for nothing else.
    unsafe { _mm512_storeu_pd(to.as_mut_ptr(), x) }
}
