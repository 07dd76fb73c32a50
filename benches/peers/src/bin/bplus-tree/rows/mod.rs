//! The rows of the table: each an operation that every contender runs.

mod contenders;
mod keys;
mod ranks;
mod reads;
mod tasks;
mod writes;

use bench_own::harness::{Against, Contest, Suite};

pub(crate) use keys::other_keys;
pub(crate) use ranks::ranks;
pub(crate) use reads::reads;
pub(crate) use writes::writes;

/// Sizes of the rows; ten million take long.
fn sizes(suite: &Suite) -> Vec<usize> {
    let mut sizes = vec![1_000, 100_000, 1_000_000];
    if suite.options().full {
        sizes.push(10_000_000);
    }
    sizes
}

fn wants_any(suite: &Suite, benches: &[&str], size: usize) -> bool {
    benches.iter().any(|bench| suite.wants(bench, size))
}

/// Of one row's targets by size: against std, against brie.
type Targets = [(usize, f64, f64)];

fn promised<'a>(contest: Contest<'a>, targets: &Targets, size: usize) -> Contest<'a> {
    match targets.iter().find(|target| target.0 == size) {
        Some((_, std, brie)) => {
            contest.target(Against::Engine("std"), *std).target(Against::Engine("brie-tree"), *brie)
        }
        None => contest,
    }
}
