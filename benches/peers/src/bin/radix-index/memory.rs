//! Bytes that an entry costs, while the index grows entry by entry.

use bench_own::harness::{Metric, SCHEMA, Suite, Target};
use bench_own::radix_index::value;

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
    let metric = |engine: &str, ours, bytes| Metric {
        schema: SCHEMA,
        structure: "radix-index".to_owned(),
        bench: "bytes/grown".to_owned(),
        size: size as u64,
        threads: 1,
        models: "memory of an index that grew entry by entry".to_owned(),
        flatters: "small steps of growth".to_owned(),
        engine: engine.to_owned(),
        engine_version: if ours { Ours::VERSION } else { "" }.to_owned(),
        ours,
        unit: "bytes/entry".to_owned(),
        clock: None,
        operations: size as u64,
        seed: suite.options().seed,
        checksum: format!("{:016x}", 0),
        samples: vec![bytes],
        targets: if ours { vec![Target { against: "allowance".to_owned(), ratio: 1.0 }] } else { Vec::new() },
        notes: if ours { vec![("worst".to_owned(), worst)] } else { Vec::new() },
        error: None,
    };
    suite.emit(&metric(Ours::NAME, true, bytes));
    suite.emit(&metric("allowance", false, ALLOWED));
}
