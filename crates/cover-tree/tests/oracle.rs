//! Every engine, metric, dimension, scalar and shape of data against brute force in f64.

mod common;

use common::{SHAPES, Shape, cases, check, values};
use cover_tree::{
    Angular, Chebyshev, Cosine, CoverTree, Euclidean, Hamming, Haversine, Kernel, Manhattan, Metric, Points,
    Rows, Scan, SquaredEuclidean,
};

fn engines<S: Points + Clone, M: Metric<S::Point> + Clone>(points: &S, metric: &M, queries: &S) {
    let scan = Scan::new(points.clone(), metric.clone()).unwrap();
    check(&scan, points, metric, queries);
    let tree = CoverTree::new(points.clone(), metric.clone()).unwrap();
    assert_eq!(tree.validate(), Ok(()));
    check(&tree, points, metric, queries);
}

fn vectors<M>(metric: &M, shapes: &[Shape])
where
    M: Metric<[f32]> + Metric<[f64]> + Clone,
{
    for seed in 0..cases(1) {
        for &shape in shapes {
            for dimension in [1, 2, 3, 5, 17] {
                for n in [1, 15, 16, 17, 33, 150] {
                    let data = values(shape, n, dimension, seed);
                    let asked = [&data[..dimension], &values(shape, 3, dimension, seed + 1000)].concat();
                    let points = Rows::new(data.clone(), dimension).unwrap();
                    let queries = Rows::new(asked.clone(), dimension).unwrap();
                    engines(&points, metric, &queries);
                    let single = |values: &[f64]| values.iter().map(|&x| x as f32).collect::<Vec<f32>>();
                    let points = Rows::new(single(&data), dimension).unwrap();
                    let queries = Rows::new(single(&asked), dimension).unwrap();
                    engines(&points, metric, &queries);
                }
            }
        }
    }
}

#[test]
fn euclidean() {
    vectors(&Euclidean, &SHAPES);
}

#[test]
fn squared_euclidean() {
    vectors(&SquaredEuclidean, &SHAPES);
}

#[test]
fn manhattan() {
    vectors(&Manhattan, &SHAPES);
}

#[test]
fn chebyshev() {
    vectors(&Chebyshev, &SHAPES);
}

/// Shapes without the zero vector.
const DIRECTIONS: [Shape; 4] = [Shape::Uniform, Shape::AllEqual, Shape::FarCluster, Shape::Spread];

#[test]
fn cosine() {
    vectors(&Cosine, &DIRECTIONS);
}

#[test]
fn angular() {
    vectors(&Angular, &DIRECTIONS);
}

#[test]
fn haversine() {
    for seed in 0..cases(3) {
        let mut globe = values(Shape::Uniform, 200, 2, seed);
        globe.chunks_mut(2).for_each(|point| {
            point[0] *= 180.0;
            point[1] *= 360.0;
        });
        globe[..8].copy_from_slice(&[90.0, 0.0, 90.0, 123.0, -90.0, 5.0, 0.0, 180.0]);
        let points = Rows::new(globe.clone(), 2).unwrap();
        let queries = Rows::new(globe[..16].to_vec(), 2).unwrap();
        engines(&points, &Haversine::EARTH_KM, &queries);
    }
}

#[test]
fn hamming() {
    for words in [1, 2, 4] {
        let mut numbers = common::Numbers(words as u64);
        let bits =
            (0..200 * words).map(|i| numbers.word() & if i % 3 == 0 { 0xf } else { u64::MAX }).collect();
        let points = Rows::new(bits, words).unwrap();
        let queries = points.select(&[0, 5, 77]);
        engines(&points, &Hamming, &queries);
    }
}

#[test]
fn a_metric_of_the_users_own_type() {
    #[derive(Clone)]
    struct Interval;
    impl Metric<(f64, f64)> for Interval {
        fn distance(&self, a: &(f64, f64), b: &(f64, f64)) -> f64 {
            (a.0 - b.0).abs().max((a.1 - b.1).abs())
        }
    }
    let data = values(Shape::Digits, 120, 2, 3);
    let points: Vec<(f64, f64)> = data.chunks(2).map(|x| (x[0], x[1])).collect();
    engines(&points, &Interval, &points[..5].to_vec());
}

const KERNELS: [Kernel; 4] = [Kernel::Rbf, Kernel::Matern12, Kernel::Matern32, Kernel::Matern52];

#[test]
fn residual_of_every_kernel_and_rank() {
    for kernel in KERNELS {
        for (n, m) in [(1, 1), (40, 1), (150, 7), (150, 33), (60, 60)] {
            for lengthscale in [0.1, 0.5] {
                let (metric, rows) = common::residual(kernel, n, m, lengthscale, n as u64);
                // Position 0 is an inducing point; the others are mixed.
                let queries = rows.select(&[0, n as u32 / 2, n as u32 - 1]);
                engines(&rows, &metric, &queries);
            }
        }
    }
}

/// Few enough inducing points that most vectors are scanned in 16-bit integers.
#[test]
fn residual_in_integers() {
    for kernel in KERNELS {
        for (n, m) in [(500, 16), (700, 43), (1100, 130)] {
            let (metric, rows) = common::residual(kernel, n, m, 0.1, n as u64);
            let queries = rows.select(&[0, 1, 17, n as u32 / 2, n as u32 - 1]);
            let scan = Scan::new(rows.clone(), metric.clone()).unwrap();
            check(&scan, &rows, &metric, &queries);
        }
    }
}

/// The origin's data: the median `p` is near the jitter, so f32 says nothing and f64 decides all.
#[test]
fn residual_without_condition() {
    let (metric, rows) = common::residual(Kernel::Rbf, 300, 100, 3.0, 5);
    let queries = rows.select(&[0, 1, 150, 299]);
    engines(&rows, &metric, &queries);
}
