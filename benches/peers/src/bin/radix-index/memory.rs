//! Bytes that an entry costs, while the index grows entry by entry.

use bench_own::harness::Suite;
use bench_own::radix_index::value;

use crate::allowance::Allowance;
use crate::engines::{Engine, Ours};

/// What issue 4 allows.
const ALLOWED: f64 = 32.0;

pub(crate) fn run(suite: &mut Suite) {
    let sizes = [10_000, 30_000, 100_000, 300_000, 1_000_000, 10_000_000];
    let wanted = sizes
        .into_iter()
        .filter(|&size| suite.wants("bytes/grown", size) && (size <= 1_000_000 || suite.options().full));
    let Some(last) = wanted.clone().max() else { return };
    let ours = Ours::with_capacity(0);
    let (mut worst, mut next) = (0.0_f64, 10_000);
    for i in 0..last {
        let key = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ours.0.insert(key, value(key));
        if i + 1 == next {
            let bytes = ours.0.stats().bytes as f64 / next as f64;
            worst = worst.max(bytes);
            if sizes.contains(&next) {
                emit(suite, next, bytes, worst);
            }
            next = (next + next / 50).min(sizes.into_iter().find(|&size| size > next).unwrap_or(usize::MAX));
        }
    }
}

fn emit(suite: &Suite, size: usize, bytes: f64, worst: f64) {
    eprintln!("bytes/grown/{size}: {bytes:.1} bytes/entry, at most {worst:.1} since 10000");
    let figure = Allowance {
        bench: "bytes/grown",
        models: "memory of an index that grew entry by entry",
        flatters: "small steps of growth",
        size,
        operations: size,
        unit: "bytes/entry",
        samples: vec![bytes],
        allowed: ALLOWED,
        notes: vec![("worst".to_owned(), worst)],
    };
    figure.emit(suite);
}
