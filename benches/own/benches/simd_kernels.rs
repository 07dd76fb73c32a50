//! The kernels alone, at every level that this machine has.

use std::hint::black_box;
use std::time::Duration;

use bench_own::simd_kernels::{Search, cells, coordinates, masks};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use simd_kernels::distance::{planes, rows, tile};
use simd_kernels::{Level, compress, morton, prefix, search};

/// Items in each input but those of the searches.
const N: usize = 4096;

/// One benchmark a level; `items` are worked on in a run.
fn bench(criterion: &mut Criterion, kernel: &str, items: usize, mut run: impl FnMut(Level)) {
    let mut group = criterion.benchmark_group(kernel);
    group.throughput(Throughput::Elements(items as u64));
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500));
    for level in Level::available() {
        group.bench_function(BenchmarkId::from_parameter(level), |bencher| bencher.iter(|| run(level)));
    }
    group.finish();
}

fn searches(criterion: &mut Criterion) {
    let work = Search::<64>::full(1);
    let blocks = || work.blocks.iter().cycle().zip(&work.queries);
    bench(criterion, "lower_bound 64", work.queries.len(), |level| {
        black_box(blocks().map(|(block, &x)| search::lower_bound(level, &block.0, x)).sum::<usize>());
    });
    bench(criterion, "count_lt 64", work.queries.len(), |level| {
        black_box(blocks().map(|(block, &x)| search::count_lt(level, &block.0, x)).sum::<usize>());
    });
}

fn distances(criterion: &mut Criterion) {
    let numbers = coordinates("criterion", N, 1);
    let points = planes::Planes::new(&numbers, &numbers, &numbers);
    let mut d2 = vec![0.0; N];
    bench(criterion, "planes::squared_distances", N, |level| {
        planes::squared_distances(level, points, [1.0, 2.0, 3.0], &mut d2);
    });
    let mut hits = vec![0; N / 16];
    bench(criterion, "planes::within", N, |level| {
        black_box(planes::within(level, points, [1.0, 2.0, 3.0], 50.0, &mut hits));
    });
    bench(criterion, "rows::squared_distances d=32", N / 32, |level| {
        rows::squared_distances(level, &numbers[..32], &numbers, &mut d2[..N / 32]);
    });
    let mut tiles = vec![[[0.0; 16]; 8]; N / 16 / 32];
    bench(criterion, "tile::squared_distances d=32", N / 32 * 8, |level| {
        let (queries, panels) = (numbers[..256].as_chunks().0, numbers.as_chunks().0);
        tile::squared_distances(level, queries, panels, &mut tiles);
    });
}

fn others(criterion: &mut Criterion) {
    let [x, y, z] = ["x", "y", "z"].map(|axis| cells(axis, N, 1));
    let mut codes = vec![0; N];
    bench(criterion, "morton::encode_3d_slice", N, |level| {
        morton::encode_3d_slice(level, [&x, &y, &z], &mut codes);
    });
    let masks = masks(N, 16, 1);
    let mut out = vec![0; N];
    bench(criterion, "compress::select", N, |level| {
        black_box(compress::select(level, &x, &masks, &mut out));
    });
    bench(criterion, "prefix::inclusive", N, |level| {
        black_box(prefix::inclusive(level, &mut out));
    });
}

criterion_group!(benches, searches, distances, others);
criterion_main!(benches);
