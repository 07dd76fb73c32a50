//! The cover tree and the scan alone: building, searching, and all neighbours at once.

use bench_own::cover_tree::Cloud;
use cover_tree::{CoverTree, Euclidean, Index, Rows, Scan};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn benchmarks(criterion: &mut Criterion) {
    for (cloud, n) in [(Cloud::Manifold, 10_000), (Cloud::Uniform, 10_000)] {
        let (values, asked) = cloud.build(n, 256, 32, 1);
        let points = Rows::new(values, 32).expect("clouds are finite");
        let queries = Rows::new(asked, 32).expect("clouds are finite");
        let tree = CoverTree::new(points.clone(), Euclidean).expect("clouds are finite");
        let scan = Scan::new(points.clone(), Euclidean).expect("clouds are finite");
        let mut group = criterion.benchmark_group(format!("cover-tree/{}-d32/{n}", cloud.letter()));
        group.throughput(Throughput::Elements(256));
        group.bench_function("tree-k10", |b| b.iter(|| tree.knn_batch(&queries, 10)));
        group.bench_function("scan-k10", |b| b.iter(|| scan.knn_batch(&queries, 10)));
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function("all-knn", |b| b.iter(|| tree.all_knn(10)));
        group.bench_function("build", |b| b.iter(|| CoverTree::new(points.clone(), Euclidean)));
        group.finish();
    }
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
