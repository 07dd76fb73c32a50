//! The B+ tree alone: look-ups, insertions, removals, scans and ranks.

use bench_own::bplus_tree::{Key, Workload};
use bplus_tree::{BPlusTreeMap, RankedMap};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

fn benchmarks(criterion: &mut Criterion) {
    for size in [1_000, 100_000] {
        keys::<u64>(criterion, "u64", size);
        keys::<String>(criterion, "String", size);
        scans(criterion, size);
    }
}

/// What depends on how keys are compared.
fn keys<K: Key>(criterion: &mut Criterion, name: &str, size: usize) {
    let work = Workload::<K>::new(size, 1 << 14, 1);
    let filled = || work.keys.iter().cloned().zip(0..).fold(BPlusTreeMap::new(), inserted);
    let map = filled();
    let mut group = criterion.benchmark_group(format!("bplus-tree/{name}/{size}"));
    group.throughput(Throughput::Elements(work.lookups.len() as u64));
    group.bench_function("get", |b| {
        b.iter(|| work.lookups.iter().filter_map(|key| map.get(key)).copied().fold(0, u64::wrapping_add))
    });
    let mut found = vec![None; work.lookups.len()];
    group.bench_function("get_many", |b| b.iter(|| map.get_many(&work.lookups, &mut found)));
    group.throughput(Throughput::Elements(size as u64));
    group.bench_function("insert", |b| b.iter(filled));
    group.bench_function("remove", |b| {
        let empty = |mut map: BPlusTreeMap<K, u64>| {
            work.keys.iter().for_each(|key| _ = map.remove(key));
            map
        };
        b.iter_batched(filled, empty, BatchSize::LargeInput)
    });
    group.finish();
}

fn inserted<K: Ord>(mut map: BPlusTreeMap<K, u64>, (key, value): (K, u64)) -> BPlusTreeMap<K, u64> {
    map.insert(key, value);
    map
}

/// What does not.
fn scans(criterion: &mut Criterion, size: usize) {
    let work = Workload::<u64>::new(size, 1 << 14, 1);
    let map = work.keys.iter().copied().zip(0..).fold(BPlusTreeMap::new(), inserted);
    let ranked: RankedMap<u64, u64> = work.sorted.iter().copied().collect();
    let mut group = criterion.benchmark_group(format!("bplus-tree/scan/{size}"));
    group.throughput(Throughput::Elements(size as u64));
    group.bench_function("iter", |b| b.iter(|| map.iter().fold(0, |sum: u64, (_, v)| sum.wrapping_add(*v))));
    group.bench_function("chunks", |b| {
        b.iter(|| map.chunks().flat_map(|(_, values)| values).fold(0, |sum: u64, v| sum.wrapping_add(*v)))
    });
    group.bench_function("from_sorted_iter", |b| {
        b.iter(|| BPlusTreeMap::from_sorted_iter(work.sorted.iter().copied()))
    });
    group.throughput(Throughput::Elements(work.lookups.len() as u64));
    group.bench_function("rank", |b| {
        b.iter(|| work.lookups.iter().map(|key| ranked.rank(key)).fold(0, usize::wrapping_add))
    });
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
