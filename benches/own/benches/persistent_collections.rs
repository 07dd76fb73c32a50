//! The persistent collections alone: reading, changing in place, and changing while the old version is kept.

use bench_own::persistent_collections::{draw, keys, positions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use persistent_collections::{HashMap, OrdMap, Vector};

fn benchmarks(criterion: &mut Criterion) {
    for size in [1_000, 100_000] {
        let keys = keys(1, size);
        let (drawn, places) = (draw(1, &keys, 1 << 12), positions("get", 1, 1 << 12, size));
        let vector: Vector<u64> = keys.iter().copied().collect();
        let hashed: HashMap<u64, u64> = keys.iter().map(|&key| (key, key)).collect();
        let sorted: OrdMap<u64, u64> = keys.iter().map(|&key| (key, key)).collect();
        let mut group = criterion.benchmark_group(format!("persistent-collections/{size}"));
        group.throughput(Throughput::Elements(drawn.len() as u64));
        group.bench_function("vector get", |b| {
            b.iter(|| places.iter().map(|&at| vector[at]).fold(0, u64::wrapping_add))
        });
        group.bench_function("vector set, keeping old", |b| {
            b.iter(|| places.iter().map(|&at| vector.with(at, 1).len()).sum::<usize>())
        });
        group.bench_function("hash get", |b| {
            b.iter(|| drawn.iter().filter_map(|key| hashed.get(key)).fold(0, |sum, x| sum ^ x))
        });
        group.bench_function("hash insert, keeping old", |b| {
            b.iter(|| drawn.iter().map(|&key| hashed.with(key, 1).len()).sum::<usize>())
        });
        group.bench_function("ord get", |b| {
            b.iter(|| drawn.iter().filter_map(|key| sorted.get(key)).fold(0, |sum, x| sum ^ x))
        });
        group.bench_function("ord insert, keeping old", |b| {
            b.iter(|| drawn.iter().map(|&key| sorted.with(key, 1).len()).sum::<usize>())
        });
        group.finish();
    }
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
