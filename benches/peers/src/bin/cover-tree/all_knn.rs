//! All points' neighbours among themselves, in three layouts.

use bench_own::cover_tree::Cloud;
use bench_own::harness::{Against, Suite};
use cover_tree::{CoverTree, Euclidean, Index, Neighbours, Points, Rows, Search};

use crate::exact;

pub(crate) fn run(suite: &mut Suite) {
    all_knn::<64>(suite, Cloud::Manifold, 100_000);
}

/// The ten nearest others of every point: leaves asking together, and both layouts of single searches.
fn all_knn<const D: usize>(suite: &mut Suite, cloud: Cloud, n: usize) {
    let bench = format!("all-knn/{}-d{D}/k10", cloud.letter());
    if !suite.wants(&bench, n) {
        return;
    }
    let (values, _) = cloud.build(n, 0, D, suite.options().seed);
    let points = Rows::new(values, D).expect("clouds are finite");
    let tree = CoverTree::new(points.clone(), Euclidean).expect("clouds are finite");
    let index_order: Vec<usize> = (0..n).collect();
    let traversal_order: Vec<usize> = tree.traversal_order().iter().map(|&index| index as usize).collect();
    let single = |order: &[usize]| {
        tree.knn_of(order, |index| Search::nearest(10).except(index as u32)).expect("all are in the tree")
    };
    // The answer of all points in index order, whatever the order of asking.
    let fold = |found: &Neighbours, order: &[usize]| {
        let rows = exact::indices(found);
        let mut sorted: Vec<&[u32]> = vec![&[]; n];
        order.iter().zip(&rows).for_each(|(&index, row)| sorted[index] = row);
        exact::sum(sorted)
    };
    // Recall on a sample: brute force of all pairs would take longer than the row.
    let sample: Vec<u32> = (0..n as u32).step_by(n.div_ceil(200)).collect();
    let expected = exact::neighbours(&points, &Euclidean, &points.select(&sample), |query| {
        Search::nearest(10).except(sample[query])
    });
    let recall = |found: &Neighbours, order: &[usize]| {
        let rows = exact::indices(found);
        let place = |index: u32| order.iter().position(|&asked| asked == index as usize);
        let row = |&index: &u32| rows[place(index).expect("all were asked for")].clone();
        exact::recall(&sample.iter().map(row).collect::<Vec<_>>(), &expected)
    };
    let recalls = [
        recall(&tree.all_knn(10), &index_order),
        recall(&single(&index_order), &index_order),
        recall(&single(&traversal_order), &traversal_order),
    ];
    let version = env!("CARGO_PKG_VERSION");
    suite
        .contest(&bench, n)
        .models("a nearest-neighbour graph, as clustering and embedding start from")
        .flatters("batches: near queries visit the same leaves")
        .operations(n)
        .unit("ns/query")
        .rounds_max(3)
        .target(Against::Engine("single"), 1.5)
        .ours_with("batch", version, || (), |()| tree.all_knn(10), |(), found| fold(found, &index_order))
        .note("recall", recalls[0])
        .peer_with("single", version, || (), |()| single(&index_order), |(), found| fold(found, &index_order))
        .note("recall", recalls[1])
        .peer_with(
            "single-in-traversal-order",
            version,
            || (),
            |()| single(&traversal_order),
            |(), found| fold(found, &traversal_order),
        )
        .note("recall", recalls[2])
        .run();
}
