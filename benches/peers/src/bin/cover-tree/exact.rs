//! The right answers, in f64, and how much of an answer is right.

use bench_own::harness::checksum;
use cover_tree::{Metric, Neighbour, Points, Search, brute_force};
use rayon::prelude::*;

/// The neighbours of each query by brute force, on all cores.
pub(crate) fn neighbours<S: Points>(
    points: &S,
    metric: &impl Metric<S::Point>,
    queries: &S,
    search: impl Fn(usize) -> Search<'static> + Sync,
) -> Vec<Vec<Neighbour>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build().expect("a pool of its own");
    pool.install(|| {
        (0..queries.len())
            .into_par_iter()
            .map(|query| brute_force(points, metric, queries.point(query), &search(query)))
            .collect()
    })
}

/// The checksum of an answer: of the indices, row after row, each row by ascending index.
pub(crate) fn sum<'a>(rows: impl IntoIterator<Item = &'a [u32]>) -> u64 {
    rows.into_iter().fold(0, |sum, row| {
        let mut row = row.to_vec();
        row.sort_unstable();
        row.into_iter().fold(checksum(sum, u64::MAX), |sum, index| checksum(sum, u64::from(index)))
    })
}

/// The checksum of the right answer.
pub(crate) fn expected(rows: &[Vec<Neighbour>]) -> u64 {
    let rows: Vec<Vec<u32>> = rows.iter().map(|row| row.iter().map(|n| n.index).collect()).collect();
    sum(rows.iter().map(Vec::as_slice))
}

/// The part of the right neighbours that was found.
pub(crate) fn recall(rows: &[Vec<u32>], expected: &[Vec<Neighbour>]) -> f64 {
    let wanted: usize = expected.iter().map(Vec::len).sum();
    let hits = |(row, expected): (&Vec<u32>, &Vec<Neighbour>)| {
        expected.iter().filter(|neighbour| row.contains(&neighbour.index)).count()
    };
    rows.iter().zip(expected).map(hits).sum::<usize>() as f64 / wanted.max(1) as f64
}

/// The indices alone.
pub(crate) fn indices(found: &cover_tree::Neighbours) -> Vec<Vec<u32>> {
    found.iter().map(|row| row.iter().map(|neighbour| neighbour.index).collect()).collect()
}
