//! Residual correlations of data at the ends of f32 and f64: each answer is that of brute force, ties and all.

use cover_tree::{Index, Kernel, Parameters, Residual, Rows, Scan, Search, brute_force};

/// Numbers in [-1, 1) from a counter.
fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

fn check(label: &str, metric: &Residual, rows: &Rows<f64>, queries: &[usize]) {
    let scan = Scan::new(rows.clone(), metric.clone()).unwrap();
    for &query in queries {
        for search in
            [Search::nearest(1), Search::nearest(7), Search::nearest(5).before(query), Search::radius(0.9)]
        {
            let point = cover_tree::Points::point(rows, query);
            let found = scan.search(point, &search).unwrap();
            assert_eq!(found, brute_force(rows, metric, point, &search), "{label}, point {query}");
        }
    }
}

const KERNELS: [(Kernel, f64); 4] =
    [(Kernel::Rbf, 0.5), (Kernel::Matern12, 1.0), (Kernel::Matern32, 3.0), (Kernel::Matern52, 5.0)];

/// A vector whose products overflow f32 or f64, alone among others or among zeros.
#[test]
fn vectors_of_any_length() {
    let n = 100;
    for (kernel, _) in KERNELS {
        for m in [1, 17] {
            for long in [1e6, 1e30, 1e60, 1e200] {
                for [others, p] in [[1.0, 1.0], [0.0, 1.0], [0.0, 1e120], [long, 1e120], [1.0, 1e-80]] {
                    let mut next = numbers(7);
                    let coordinates: Vec<f64> = (0..2 * n).map(|_| next()).collect();
                    let mut vectors: Vec<f64> = (0..n * m).map(|_| next() * others).collect();
                    vectors[3 * m..4 * m].iter_mut().for_each(|v| *v = next() * long);
                    let mut p_diag = vec![1.0; n];
                    p_diag[3] = p;
                    let parameters = Parameters::new(kernel, 1.0, &[0.3]);
                    let (metric, rows) =
                        Residual::from_matrices(&coordinates, 2, &vectors, &p_diag, &parameters).unwrap();
                    check(
                        &format!("{kernel:?} {m} {long:e} {others:e} {p:e}"),
                        &metric,
                        &rows,
                        &[0, 3, 4, 51, 99],
                    );
                }
            }
        }
    }
}

/// Points where the kernel in f32 or f64 would overflow, or where a query's own covariance was once put out of the way.
#[test]
fn points_however_far_away() {
    let n = 200;
    for (kernel, square) in KERNELS {
        for far in [1e9, 2.0_f64.powi(50), 2.0_f64.powi(56), 1e18, 1e147, 1e160] {
            for m in [3, 16] {
                let mut next = numbers(9);
                // Whole parts of a power of two, which f32 holds.
                let mut coordinates: Vec<f64> =
                    (0..n).map(|_| (next() * 65_536.0).round() / 8192.0).collect();
                for (i, side) in [(1, far), (2, -far), (n - 2, far), (n - 1, -far)] {
                    coordinates[i] = side;
                }
                let parameters = Parameters::new(kernel, 1.0, &[f64::sqrt(square)]);
                let label = format!("{kernel:?} {far:e} {m}");
                let queries = [0, 1, 2, 10, 11, 12, 150, n - 1];
                if let Ok((metric, rows)) =
                    Residual::new(&coordinates, 1, &coordinates[10..10 + m], &parameters)
                {
                    check(&label, &metric, &rows, &queries);
                }
                let mut vectors = vec![0.0; n * m];
                (0..n).for_each(|i| vectors[i * m + i % m] = 1e-5);
                let (metric, rows) =
                    Residual::from_matrices(&coordinates, 1, &vectors, &vec![1.0; n], &parameters).unwrap();
                check(&label, &metric, &rows, &queries);
            }
        }
    }
}
