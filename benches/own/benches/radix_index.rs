//! The radix index alone: lookups, updates and growth.

use bench_own::radix_index::{Workload, value};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use radix_index::RadixIndex;

fn benchmarks(criterion: &mut Criterion) {
    for size in [1_000, 100_000] {
        let workload = Workload::new(size, 1 << 14, 1);
        let index: RadixIndex<u64, u64> = workload.present.iter().map(|&key| (key, value(key))).collect();
        let mut group = criterion.benchmark_group(format!("radix-index/{size}"));
        group.throughput(Throughput::Elements(workload.uniform.len() as u64));
        group.bench_function("get", |b| {
            b.iter(|| workload.uniform.iter().filter_map(|key| index.get(key)).fold(0, u64::wrapping_add))
        });
        group.bench_function("miss", |b| {
            b.iter(|| workload.misses.iter().filter(|key| index.contains_key(key)).count())
        });
        group.bench_function("update", |b| {
            b.iter(|| workload.uniform.iter().for_each(|&key| _ = index.insert(key, value(key))))
        });
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function("iterate", |b| b.iter(|| index.values().fold(0, u64::wrapping_add)));
        group.bench_function("build", |b| {
            b.iter(|| {
                let index: RadixIndex<u64, u64> = RadixIndex::new();
                workload.present.iter().for_each(|&key| _ = index.insert(key, key));
                index
            })
        });
        group.finish();
    }
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
