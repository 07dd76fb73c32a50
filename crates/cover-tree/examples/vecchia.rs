//! Vecchia's approximation of a Gaussian process on 20,000 points: each point is conditioned on its nearest
//! predecessors under the residual correlation. The log-likelihood is compared with the exact one on a subset.
//!
//! `cargo run --release -p cover-tree --features rayon --example vecchia`
#![allow(clippy::print_stdout, reason = "an example talks")]

use cover_tree::{Error, Index, Kernel, Neighbour, Parameters, Points, Residual, Scan};

const POINTS: usize = 20_000;
const INDUCING: usize = 100;
const EXACT: usize = 1500;
const NOISE: f64 = 1e-2;

fn main() -> Result<(), Error> {
    let coordinates = coordinates();
    let field: Vec<f64> = coordinates.chunks(2).map(field).collect();
    let parameters = Parameters::new(Kernel::Matern32, 1.0, &[0.3]);
    let inducing: Vec<f64> = (0..INDUCING).flat_map(|i| at(&coordinates, i * (POINTS / INDUCING))).collect();
    let (metric, rows) = Residual::new(&coordinates, 2, &inducing, &parameters)?;
    let scan = Scan::new(rows, metric)?;

    let exact = dense(&coordinates, &field, &parameters, &(0..EXACT).collect::<Vec<_>>());
    println!("exact log-likelihood of the first {EXACT} points: {exact:.3}");
    for k in [5, 15, 30, 60] {
        let neighbours = scan.knn_predecessors(0..EXACT, k)?;
        let vecchia: f64 =
            (0..EXACT).map(|i| conditional(&coordinates, &field, &parameters, i, neighbours.row(i))).sum();
        println!("Vecchia, {k:2} neighbours: {vecchia:.3} (off by {:.3})", vecchia - exact);
    }
    let start = std::time::Instant::now();
    let neighbours = scan.knn_predecessors(0..POINTS, 30)?;
    let search = start.elapsed();
    let whole: f64 =
        (0..POINTS).map(|i| conditional(&coordinates, &field, &parameters, i, neighbours.row(i))).sum();
    println!("all {POINTS} points, 30 neighbours each, found in {search:.2?}: {whole:.1}");
    println!("rows of {} numbers, {} of them the vector", scan.points().dimension(), scan.metric().rank());
    assert_eq!(scan.points().len(), POINTS);
    Ok(())
}

/// An additive recurrence that fills the unit square evenly, in an order that looks random.
fn coordinates() -> Vec<f64> {
    let steps = [0.754_877_666_246_692_7, 0.569_840_290_998_053_2];
    (0..POINTS).flat_map(|i| steps.map(|step| ((i + 1) as f64 * step * 7.0).fract())).collect()
}

/// A smooth field with some noise.
fn field(point: &[f64]) -> f64 {
    let (x, y) = (point[0], point[1]);
    let noise = (x * 12_345.678 + y * 9_876.543).sin() * NOISE.sqrt();
    (5.0 * x).sin() + (4.0 * y + 2.0 * x).cos() * 0.7 + noise
}

fn at(coordinates: &[f64], i: usize) -> [f64; 2] {
    [coordinates[2 * i], coordinates[2 * i + 1]]
}

fn covariance(coordinates: &[f64], parameters: &Parameters, i: usize, j: usize) -> f64 {
    let ([a, b], [c, d]) = (at(coordinates, i), at(coordinates, j));
    let r = (a - c).hypot(b - d) * 3.0_f64.sqrt() / parameters.lengthscales[0];
    parameters.variance * (1.0 + r) * (-r).exp() + if i == j { NOISE } else { 0.0 }
}

/// `log p(y_i | y of the neighbours)`.
fn conditional(
    coordinates: &[f64],
    y: &[f64],
    parameters: &Parameters,
    i: usize,
    neighbours: &[Neighbour],
) -> f64 {
    let mut set: Vec<usize> = neighbours.iter().map(|neighbour| neighbour.index as usize).collect();
    let given = dense(coordinates, y, parameters, &set);
    set.push(i);
    dense(coordinates, y, parameters, &set) - given
}

/// The exact log-likelihood of some points, by a Cholesky factor.
fn dense(coordinates: &[f64], y: &[f64], parameters: &Parameters, set: &[usize]) -> f64 {
    let n = set.len();
    let mut factor = vec![0.0; n * n];
    let mut white = vec![0.0; n];
    let mut sum = -0.5 * n as f64 * std::f64::consts::TAU.ln();
    for i in 0..n {
        for j in 0..=i {
            let (done, rest) = factor.split_at(i * n);
            let other = if i == j { &rest[..j] } else { &done[j * n..][..j] };
            let known: f64 = rest[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            let value = covariance(coordinates, parameters, set[i], set[j]) - known;
            factor[i * n + j] = if i == j { value.sqrt() } else { value / factor[j * n + j] };
        }
        let row = &factor[i * n..][..i];
        let known: f64 = row.iter().zip(&white).map(|(a, b)| a * b).sum();
        white[i] = (y[set[i]] - known) / factor[i * n + i];
        sum -= factor[i * n + i].ln() + 0.5 * white[i] * white[i];
    }
    sum
}
