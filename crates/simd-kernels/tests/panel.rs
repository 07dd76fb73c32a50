//! Every tile kernel at every level against f64, within the contract that the module states.
#![allow(clippy::needless_range_loop, reason = "lanes count through several arrays side by side")]

use simd_kernels::Level;
use simd_kernels::panel::{
    COVARIANCE_ERROR, Covariance, Lanes, Norm, ResidualQueries, RowQueries, Tile, WORD_BLOCK, WordQueries,
    Words, dot_error, hamming, norm_row, norm_tiles, residual_rows, residual_tiles, residual_words,
};

/// Numbers in [-1, 1) from a counter.
fn numbers(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

fn lanes(count: usize, mut next: impl FnMut() -> f32) -> Vec<Lanes> {
    (0..count).map(|_| Lanes(std::array::from_fn(|_| next()))).collect()
}

const SIZES: [usize; 13] = [1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 33, 64, 129];

#[test]
fn norms_agree_with_f64() {
    for rows in SIZES {
        for count in 0..4 {
            let mut next = numbers(rows as u64);
            let queries: Vec<[f32; 8]> = (0..rows).map(|_| std::array::from_fn(|_| next())).collect();
            let panels = lanes(rows * count, &mut next);
            for norm in [Norm::Euclidean, Norm::Manhattan, Norm::Chebyshev] {
                for level in Level::available() {
                    check_norm(level, norm, &queries, &panels, count);
                }
            }
        }
    }
}

fn check_norm(level: Level, norm: Norm, queries: &[[f32; 8]], panels: &[Lanes], count: usize) {
    let rows = queries.len();
    let mut tiles = vec![Tile::ZERO; count];
    let limits = std::array::from_fn(|query| rows as f32 * 0.1 * query as f32);
    norm_tiles(level, norm, queries, panels, &limits, &mut tiles);
    for query in 0..8 {
        let point: Vec<f32> = queries.iter().map(|row| row[query]).collect();
        let mut keys = vec![[0.0; 16]; count];
        norm_row(level, norm, &point, panels, &mut keys);
        for (index, tile) in tiles.iter().enumerate() {
            for lane in 0..16 {
                let terms = (0..rows)
                    .map(|row| (f64::from(point[row]) - f64::from(panels[index * rows + row].0[lane])).abs());
                let exact: f64 = match norm {
                    Norm::Euclidean => terms.map(|x| x * x).sum(),
                    Norm::Manhattan => terms.sum(),
                    Norm::Chebyshev => terms.fold(0.0, f64::max),
                };
                let error = (rows + 4) as f64 * f64::from(f32::EPSILON) / 2.0 * exact;
                let key = tile.keys[query][lane];
                assert!((f64::from(key) - exact).abs() <= error, "{level} {norm:?} {key} {exact}");
                assert!((f64::from(keys[index][lane]) - exact).abs() <= error, "{level} {norm:?} row");
                assert_eq!(tile.hits[query] >> lane & 1 == 1, key <= limits[query]);
            }
        }
    }
}

const COVARIANCES: [Covariance; 4] =
    [Covariance::Rbf(1.5), Covariance::Matern12(1.5), Covariance::Matern32(1.5), Covariance::Matern52(1.5)];

#[test]
fn residuals_agree_with_f64() {
    for len in SIZES.into_iter().chain([0, 512]) {
        for covariance in COVARIANCES {
            let mut next = numbers(len as u64);
            let coordinates: Vec<[f32; 8]> = (0..3).map(|_| std::array::from_fn(|_| 3.0 * next())).collect();
            let vectors: Vec<[f32; 8]> = (0..len).map(|_| std::array::from_fn(|_| next())).collect();
            let panels = lanes(3 * (len + 4), &mut next);
            for level in Level::available() {
                check_residual(level, covariance, &coordinates, &vectors, &panels);
            }
        }
    }
}

fn check_residual(
    level: Level,
    covariance: Covariance,
    coordinates: &[[f32; 8]],
    vectors: &[[f32; 8]],
    panels: &[Lanes],
) {
    let mut tiles = [Tile::ZERO; 3];
    let slack = std::array::from_fn(|query| query as f32 * 0.01);
    let limits = [-0.2; 8];
    let queries = ResidualQueries { coordinates, vectors, slack: &slack, limits: &limits };
    residual_tiles(level, covariance, &queries, panels, &mut tiles);
    let rows = vectors.len() + 4;
    for (index, tile) in tiles.iter().enumerate() {
        let panel = &panels[index * rows..][..rows];
        for query in 0..8 {
            for lane in 0..16 {
                let pair = |x: &[f32; 8], y: &Lanes| (f64::from(x[query]), f64::from(y.0[lane]));
                let coordinate = coordinates.iter().zip(panel).map(|(x, y)| pair(x, y));
                let square: f64 = coordinate.map(|(x, y)| (x - y) * (x - y)).sum();
                let k = 1.5 * correlation(covariance, square);
                let components = || vectors.iter().zip(&panel[3..]).map(|(x, y)| pair(x, y));
                let dot: f64 = components().map(|(x, y)| x * y).sum();
                let lengths: f64 = components().map(|(x, _)| x * x).sum::<f64>().sqrt()
                    * components().map(|(_, y)| y * y).sum::<f64>().sqrt();
                let scale = f64::from(panel[rows - 1].0[lane]);
                let exact = -((k - dot).abs() + f64::from(slack[query])) * scale;
                let error = dot_error(vectors.len()) * lengths
                    + 1.5 * (COVARIANCE_ERROR + 3.0 * f64::from(f32::EPSILON))
                    + (k - dot).abs() * 2.0 * f64::from(f32::EPSILON);
                let key = tile.keys[query][lane];
                assert!(
                    (f64::from(key) - exact).abs() <= error * scale.abs() + 1e-30,
                    "{level} {key} {exact}"
                );
                assert_eq!(tile.hits[query] >> lane & 1 == 1, key <= limits[query]);
            }
        }
    }
}

#[test]
fn rows_agree_with_their_definition() {
    for len in SIZES.into_iter().chain([0, 512]) {
        for covariance in COVARIANCES {
            let mut next = numbers(len as u64);
            let mut rows = |count: usize| -> Vec<[f64; 8]> {
                (0..count).map(|_| std::array::from_fn(|_| f64::from(next()))).collect()
            };
            let (coordinates, vectors, matrix) = (rows(3), rows(len), rows(2 * (len + 4)));
            let matrix = matrix.as_flattened();
            let rows = std::array::from_fn(|i| &matrix[i * (len + 4)..][..len + 4]);
            for level in Level::available() {
                check_rows(level, covariance, &coordinates, &vectors, &rows);
            }
        }
    }
}

fn check_rows(
    level: Level,
    covariance: Covariance,
    coordinates: &[[f64; 8]],
    vectors: &[[f64; 8]],
    rows: &[&[f64]; 16],
) {
    let slack = std::array::from_fn(|query| 0.25 * query as f64);
    let limits = [-0.5; 8];
    let queries = RowQueries { coordinates, vectors, variance: 2.0, slack: &slack, limits: &limits };
    let mut tile = Tile::ZERO;
    residual_rows(level, covariance, &queries, rows, &mut tile);
    for query in 0..8 {
        for (lane, y) in rows.iter().enumerate() {
            let square: f64 = (0..3).map(|i| (coordinates[i][query] - y[i]).powi(2)).sum();
            let dot: f64 = vectors.iter().zip(&y[3..]).map(|(x, y)| x[query] * y).sum();
            let exact =
                -((2.0 * correlation(covariance, square) - dot).abs() + slack[query]) * y[y.len() - 1];
            let tolerance = (f64::from(f32::EPSILON) * exact.abs()).max(1e-12);
            let key = tile.keys[query][lane];
            assert!((f64::from(key) - exact).abs() <= tolerance, "{level} {covariance:?} {key} {exact}");
            assert_eq!(tile.hits[query] >> lane & 1 == 1, key <= limits[query]);
        }
    }
}

#[test]
fn words_agree_with_f64() {
    for len in [0, 1, 2, 3, 16, 33, 200] {
        for covariance in COVARIANCES {
            let mut next = numbers(len as u64 + 7);
            let mut queries =
                |count: usize| (0..count).map(|_| std::array::from_fn(|_| next())).collect::<Vec<[f32; 8]>>();
            let (coordinates, vectors) = (queries(3), queries(len / 16));
            // A block's together at most 2^31, whatever their signs are.
            let most = (46_340.0 / (2.0 * len.min(WORD_BLOCK) as f32).sqrt()).min(32_767.0);
            let mut word = || Words::pack([(); 2].map(|()| (next() * most) as i16));
            let query_words: Vec<[i32; 8]> = (0..len).map(|_| std::array::from_fn(|_| word())).collect();
            let words: Vec<Words> = (0..3 * len).map(|_| Words(std::array::from_fn(|_| word()))).collect();
            let mut panels = lanes(3 * (len / 16 + 6), &mut next);
            for panel in panels.chunks_mut(len / 16 + 6) {
                panel[len / 16 + 3].0.iter_mut().for_each(|step| *step *= 1e-4);
            }
            for level in Level::available() {
                check_words(level, covariance, [&coordinates, &vectors], &query_words, &panels, &words);
            }
        }
    }
}

fn check_words(
    level: Level,
    covariance: Covariance,
    [coordinates, vectors]: [&[[f32; 8]]; 2],
    query_words: &[[i32; 8]],
    panels: &[Lanes],
    words: &[Words],
) {
    let mut tiles = [Tile::ZERO; 3];
    let slack = std::array::from_fn(|query| query as f32 * 0.01);
    let steps = std::array::from_fn(|query| (query as f32 - 3.0) * 1e-5);
    let limits = [-0.2; 8];
    let floats = ResidualQueries { coordinates, vectors, slack: &slack, limits: &limits };
    let queries = WordQueries { floats, words: query_words, steps: &steps };
    residual_words(level, covariance, &queries, panels, words, &mut tiles);
    let (rows, len) = (vectors.len() + 6, query_words.len());
    for (index, tile) in tiles.iter().enumerate() {
        let (panel, words) = (&panels[index * rows..][..rows], &words[index * len..][..len]);
        for query in 0..8 {
            for lane in 0..16 {
                let terms = |x: &[[f32; 8]], y: &[Lanes]| -> Vec<[f64; 2]> {
                    x.iter().zip(y).map(|(x, y)| [f64::from(x[query]), f64::from(y.0[lane])]).collect()
                };
                let square: f64 = terms(coordinates, panel).iter().map(|[x, y]| (x - y).powi(2)).sum();
                let k = 1.5 * correlation(covariance, square);
                let terms = terms(vectors, &panel[3..]);
                let dot: f64 = terms.iter().map(|[x, y]| x * y).sum();
                let absolute: f64 = terms.iter().map(|[x, y]| (x * y).abs()).sum();
                let products = query_words.iter().zip(words).flat_map(|(x, y)| {
                    let (x, y) = (Words::unpack(x[query]), Words::unpack(y.0[lane]));
                    [0, 1].map(|i| i64::from(x[i]) * i64::from(y[i]))
                });
                let [step, reach, scale] = [3, 2, 1].map(|row| f64::from(panel[rows - row].0[lane]));
                let (integers, size) = products.fold((0, 0), |(sum, size), x| (sum + x, size + x.abs()));
                let [integers, size] =
                    [integers, size].map(|sum| sum as f64 * f64::from(steps[query]) * step);
                let numerator = (k - dot - integers).abs();
                let exact = -(numerator * scale + f64::from(slack[query]) * reach);
                let eps = f64::from(f32::EPSILON);
                let error = (dot_error(vectors.len()) + eps) * absolute
                    + (3.0 + (len / WORD_BLOCK) as f64) * eps * size.abs()
                    + 1.5 * (COVARIANCE_ERROR + 3.0 * eps)
                    + numerator * 2.0 * eps;
                let error = error * scale.abs() + 2.0 * eps * f64::from(slack[query]) * reach.abs() + 1e-30;
                let key = tile.keys[query][lane];
                assert!((f64::from(key) - exact).abs() <= error, "{level} {key} {exact}");
                assert_eq!(tile.hits[query] >> lane & 1 == 1, key <= limits[query]);
            }
        }
    }
}

#[test]
fn packed_words_are_unpacked() {
    for word in [[0, 0], [-1, 1], [i16::MIN, i16::MAX], [17, -300]] {
        assert_eq!(Words::unpack(Words::pack(word)), word);
    }
}

/// The covariance for a unit variance.
fn correlation(covariance: Covariance, square: f64) -> f64 {
    let a = square.sqrt();
    match covariance {
        Covariance::Rbf(_) => (-square).exp(),
        Covariance::Matern12(_) => (-a).exp(),
        Covariance::Matern32(_) => (1.0 + a) * (-a).exp(),
        Covariance::Matern52(_) => (1.0 + a + square / 3.0) * (-a).exp(),
    }
}

/// AVX2 and AVX-512 dropped a NaN from a maximum, scalar code kept none, and without dimensions each did as it liked.
#[test]
fn nan_and_no_dimensions_mean_the_same_at_every_level() {
    const NORMS: [Norm; 3] = [Norm::Euclidean, Norm::Manhattan, Norm::Chebyshev];
    for level in Level::available() {
        for norm in NORMS {
            let mut tiles = [Tile { keys: [[7.0; 16]; 8], hits: [1; 8] }; 3];
            norm_tiles(level, norm, &[], &[], &[0.0, -1.0, 0.0, 1.0, f32::NAN, 0.0, 0.0, 0.0], &mut tiles);
            for tile in &tiles {
                assert_eq!(tile.keys, [[0.0; 16]; 8], "{level} {norm:?}");
                assert_eq!(tile.hits, [u16::MAX, 0, u16::MAX, u16::MAX, 0, u16::MAX, u16::MAX, u16::MAX]);
            }
            let mut keys = [[7.0; 16]; 3];
            norm_row(level, norm, &[], &[], &mut keys);
            assert_eq!(keys, [[0.0; 16]; 3], "{level} {norm:?}");
            for rows in [1, 2, 5, 33, 70] {
                for at in 0..rows {
                    nan_stays(level, norm, rows, at);
                }
            }
        }
    }
}

/// A NaN in one row of one point, and in one row of one query.
fn nan_stays(level: Level, norm: Norm, rows: usize, at: usize) {
    let mut queries = vec![[0.5_f32; 8]; rows];
    let mut panels = vec![Lanes([2.0; 16]); 3 * rows];
    queries[at][6] = f32::NAN;
    panels[rows + at].0[9] = -f32::NAN;
    let mut tiles = [Tile::ZERO; 3];
    norm_tiles(level, norm, &queries, &panels, &[f32::INFINITY; 8], &mut tiles);
    for query in [0, 6] {
        let point: Vec<f32> = queries.iter().map(|row| row[query]).collect();
        let mut keys = [[0.0; 16]; 3];
        norm_row(level, norm, &point, &panels, &mut keys);
        for (index, tile) in tiles.iter().enumerate() {
            for lane in 0..16 {
                let nan = query == 6 || (index, lane) == (1, 9);
                let context =
                    format!("{level} {norm:?}: row {at} of {rows}, query {query}, point {lane} of {index}");
                assert_eq!(tile.keys[query][lane].is_nan(), nan, "{context}");
                assert_eq!(keys[index][lane].is_nan(), nan, "{context}");
                assert_eq!(tile.hits[query] >> lane & 1 == 0, nan, "{context}");
            }
        }
    }
}

/// `exp` took NaN for the least of its arguments, and a NaN coordinate for a point far away.
#[test]
fn nan_makes_residuals_nan() {
    for covariance in [Covariance::Rbf, Covariance::Matern12, Covariance::Matern32, Covariance::Matern52] {
        for level in Level::available() {
            for at in 0..7 {
                let mut panels = vec![Lanes([0.5; 16]); 7];
                panels[at].0[3] = f32::NAN;
                let (coordinates, vectors) = ([[1.0; 8]; 2], [[0.25; 8]; 4]);
                let limits = &[f32::INFINITY; 8];
                let queries = ResidualQueries {
                    coordinates: &coordinates,
                    vectors: &vectors,
                    slack: &[0.0; 8],
                    limits,
                };
                let mut tiles = [Tile::ZERO];
                residual_tiles(level, covariance(1.5), &queries, &panels, &mut tiles);
                for (keys, hits) in tiles[0].keys.iter().zip(tiles[0].hits) {
                    assert!(
                        keys.iter().enumerate().all(|(lane, key)| key.is_nan() == (lane == 3)),
                        "{level}"
                    );
                    assert_eq!(hits, !(1 << 3), "{level}");
                }
                let mut rows = [[0.5; 7]; 16];
                rows[2][at] = f64::NAN;
                let (coordinates, vectors) = ([[0.1; 8]; 2], [[0.1; 8]; 4]);
                let queries = RowQueries {
                    coordinates: &coordinates,
                    vectors: &vectors,
                    variance: 1.0,
                    slack: &[0.0; 8],
                    limits,
                };
                let rows = rows.each_ref().map(|row| &row[..]);
                residual_rows(level, covariance(1.0), &queries, &rows, &mut tiles[0]);
                for (keys, hits) in tiles[0].keys.iter().zip(tiles[0].hits) {
                    assert!(keys.iter().enumerate().all(|(row, key)| key.is_nan() == (row == 2)), "{level}");
                    assert_eq!(hits, !(1 << 2), "{level}");
                }
            }
        }
    }
}

#[test]
fn hamming_counts_differing_bits() {
    assert_eq!(hamming(&[], &[]), 0);
    assert_eq!(hamming(&[u64::MAX, 0b101], &[0, 0b011]), 66);
}

#[test]
fn lanes_and_floats_are_views_of_each_other() {
    let rows = lanes(3, numbers(1));
    let floats = Lanes::as_floats(&rows);
    assert_eq!(floats.len(), 48);
    assert_eq!(Lanes::from_floats(floats), Some(&rows[..]));
    assert_eq!(Lanes::from_floats(&floats[1..17]), None);
    assert_eq!(Lanes::from_floats(&floats[..15]), None);
}
