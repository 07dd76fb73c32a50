//! Data that bites, and the one comparison that all engines go through.
#![allow(dead_code, reason = "each test binary uses its part")]

use cover_tree::{
    Bitmap, Index, Kernel, Metric, Neighbour, Parameters, Points, Residual, Rows, Search, brute_force,
};

/// A counter-based generator of numbers in [0, 1).
#[derive(Clone, Debug)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(crate) fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.word() % n.max(1) as u64) as usize
    }
}

/// How many cases a randomised test runs: ten times as many with `LOCALITY_LONG=1`.
pub(crate) fn cases(short: u64) -> u64 {
    if std::env::var_os("LOCALITY_LONG").is_some_and(|value| value == "1") { 10 * short } else { short }
}

/// Shapes of vector data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Uniform,
    /// Small integers: full of equal distances.
    Digits,
    /// Few distinct points, each many times.
    Duplicates,
    AllEqual,
    /// A tight cluster far from the origin, where f32 sees nothing.
    FarCluster,
    /// A curve in all dimensions.
    Curve,
    /// Coordinates of very different sizes.
    Spread,
}

pub(crate) const SHAPES: [Shape; 7] = [
    Shape::Uniform,
    Shape::Digits,
    Shape::Duplicates,
    Shape::AllEqual,
    Shape::FarCluster,
    Shape::Curve,
    Shape::Spread,
];

pub(crate) fn values(shape: Shape, n: usize, dimension: usize, seed: u64) -> Vec<f64> {
    let mut numbers = Numbers(seed);
    let mut out = Vec::with_capacity(n * dimension);
    for _ in 0..n {
        let (t, which) = (numbers.unit(), numbers.below(5));
        for axis in 0..dimension {
            out.push(match shape {
                Shape::Uniform => numbers.unit() - 0.5,
                Shape::Digits => numbers.below(3) as f64,
                Shape::Duplicates => ((which * 7 + axis * 3) % 5) as f64 * 0.3,
                Shape::AllEqual => 0.1,
                Shape::FarCluster => 1e6 + numbers.unit() * 1e-3,
                Shape::Curve => (t * (axis + 1) as f64).sin(),
                Shape::Spread => (numbers.unit() - 0.5) * 10_f64.powi(numbers.below(60) as i32 - 30),
            });
        }
    }
    out
}

/// Compares an engine with brute force for every kind of search, from some points of the data and some others.
pub(crate) fn check<I: Index>(
    index: &I,
    points: &I::Points,
    metric: &impl Metric<<I::Points as Points>::Point>,
    queries: &I::Points,
) {
    let n = points.len();
    let half: Bitmap = (0..n as u32).filter(|i| i % 2 == 0).collect();
    let third = |i: u32| i % 3 == 1;
    for query in 0..queries.len() {
        let point = queries.point(query);
        let all = brute_force(points, metric, point, &Search::nearest(n));
        let middle = all.get(n / 3).map_or(1.0, |neighbour| neighbour.distance);
        let searches = [
            Search::nearest(1),
            Search::nearest(7),
            Search::nearest(n + 3),
            Search::nearest(0),
            Search::radius(middle),
            Search::radius(-1.0),
            Search::nearest(5).within(middle),
            Search::nearest(6).before(n / 2),
            Search::nearest(6).before(3),
            Search::nearest(4).before(0),
            Search::nearest(5).among(&half),
            Search::nearest(5).filter(&third),
            Search::nearest(5).before(n / 2).among(&half).filter(&third).except(4),
        ];
        for search in &searches {
            let expected = brute_force(points, metric, point, search);
            let found = index.search(point, search).expect("the query is one of the data's kind");
            assert_same(&found, &expected, &format!("query {query} {search:?}"));
        }
    }
    let batch = index.search_batch(queries, |query| Search::nearest(9).before(n - n.min(query * 7))).unwrap();
    for query in 0..queries.len() {
        let search = Search::nearest(9).before(n - n.min(query * 7));
        let expected = brute_force(points, metric, queries.point(query), &search);
        assert_same(batch.row(query), &expected, "batch");
    }
}

pub(crate) fn assert_same(found: &[Neighbour], expected: &[Neighbour], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: {found:?} {expected:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.index, expected.index, "{what}");
        assert_eq!(found.distance.to_bits(), expected.distance.to_bits(), "{what}");
    }
}

/// A residual metric over random points with the given kernel; `m` of them are inducing points.
pub(crate) fn residual(
    kernel: Kernel,
    n: usize,
    m: usize,
    lengthscale: f64,
    seed: u64,
) -> (Residual, Rows<f64>) {
    let coordinates = values(Shape::Uniform, n, 3, seed);
    let inducing: Vec<f64> = (0..m).flat_map(|i| coordinates[i * n / m * 3..][..3].to_vec()).collect();
    let parameters = Parameters::new(kernel, 2.5, &[lengthscale, lengthscale * 1.5, lengthscale * 0.7]);
    Residual::new(&coordinates, 3, &inducing, &parameters).expect("the parameters are good")
}
