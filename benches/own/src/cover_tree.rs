//! Workloads of the cover tree: residual correlations of Gaussian processes, and points of low and high dimension.

use crate::random::{self, RngExt};

/// A Gaussian process with inducing points, and queries among its points.
#[derive(Clone, Debug)]
pub struct Process {
    /// The row's name: `A` to `D` of the design page, or `gold`.
    pub name: &'static str,
    /// Points in three dimensions.
    pub coordinates: Vec<f64>,
    /// The inducing points, as positions.
    pub inducing: Vec<usize>,
    /// The kernel: `rbf`, `matern12`, `matern32` or `matern52`.
    pub kernel: &'static str,
    /// Its lengthscale; the variance is 1.
    pub lengthscale: f64,
    /// Neighbours of each query.
    pub k: usize,
    /// The queries, as positions: one in sixteen is an inducing point.
    pub queries: Vec<usize>,
}

/// Name, points, inducing points, kernel, lengthscale, k, and whether coordinates are normal rather than uniform.
pub const PROCESSES: [(&str, usize, usize, &str, f64, usize, bool); 5] = [
    ("A", 32_768, 256, "matern32", 0.25, 30, false),
    ("B", 8192, 64, "matern32", 0.25, 30, false),
    ("C", 32_768, 64, "matern12", 0.25, 30, false),
    ("D", 32_768, 512, "matern52", 1.0, 50, true),
    ("gold", 32_768, 512, "rbf", 1.0, 50, true),
];

impl Process {
    /// The workload of that name with `queries` queries.
    ///
    /// # Panics
    /// If there is no such workload.
    pub fn new(name: &str, queries: usize, seed: u64) -> Self {
        let row = PROCESSES.iter().find(|row| row.0 == name).expect("the process is one of the table's");
        let &(name, n, m, kernel, lengthscale, k, normal) = row;
        let mut random = random::generator("cover-tree/process", seed);
        let mut coordinate = || if normal { gaussian(&mut random) } else { random.random::<f64>() };
        let coordinates: Vec<f64> = (0..3 * n).map(|_| coordinate()).collect();
        let mut inducing: Vec<usize> = sample(n, m, &mut random);
        inducing.sort_unstable();
        let queries = (0..queries)
            .map(|query| match query % 16 {
                0 => inducing[random.random_range(0..m)],
                _ => random.random_range(0..n),
            })
            .collect();
        Self { name, coordinates, inducing, kernel, lengthscale, k, queries }
    }

    /// The coordinates of the inducing points.
    pub fn inducing_points(&self) -> Vec<f64> {
        self.inducing.iter().flat_map(|&i| self.coordinates[3 * i..][..3].to_vec()).collect()
    }
}

/// `m` distinct positions below `n`.
fn sample(n: usize, m: usize, random: &mut impl RngExt) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    for i in 0..m {
        let j = random.random_range(i..n);
        all.swap(i, j);
    }
    all.truncate(m);
    all
}

/// A normal deviate, after Box and Muller.
fn gaussian(random: &mut impl RngExt) -> f64 {
    let (u, v): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// What points look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// Uniform in the unit cube.
    Uniform,
    /// Fifty normal clusters of deviation 0.02 in the unit cube.
    Clustered,
    /// Sines of three parameters: three dimensions within many.
    Manifold,
}

impl Cloud {
    /// The letter in a row's name.
    pub fn letter(self) -> char {
        match self {
            Self::Uniform => 'U',
            Self::Clustered => 'C',
            Self::Manifold => 'M',
        }
    }

    /// `n` data points and then `queries` further points of the same distribution, point after point.
    pub fn build(self, n: usize, queries: usize, dimension: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
        let mut random = random::generator("cover-tree/cloud", seed);
        let centres: Vec<f64> = (0..50 * dimension).map(|_| random.random()).collect();
        let waves: Vec<[f64; 4]> = (0..dimension)
            .map(|_| {
                std::array::from_fn(|axis| if axis < 3 { gaussian(&mut random) } else { random.random() })
            })
            .collect();
        let mut values: Vec<f32> = Vec::with_capacity((n + queries) * dimension);
        for _ in 0..n + queries {
            let centre = random.random_range(0..50) * dimension;
            let t: [f64; 3] = std::array::from_fn(|_| random.random());
            for axis in 0..dimension {
                values.push(match self {
                    Self::Uniform => random.random::<f64>() as f32,
                    Self::Clustered => (centres[centre + axis] + 0.02 * gaussian(&mut random)) as f32,
                    Self::Manifold => {
                        let [a, b, c, phase] = waves[axis];
                        (a * t[0] + b * t[1] + c * t[2] + std::f64::consts::TAU * phase).sin() as f32
                    }
                });
            }
        }
        let asked = values.split_off(n * dimension);
        (values, asked)
    }
}
