//! Euclidean neighbours of points of low and high dimension, against kiddo's k-d tree and acap's vantage-point tree.

use std::num::NonZero;

use acap::distance::{Metric as AcapMetric, Proximity};
use acap::euclid::EuclideanDistance;
use acap::knn::NearestNeighbors;
use acap::vp::FlatVpTree;
use bench_own::cover_tree::Cloud;
use bench_own::harness::{Against, Suite};
use cover_tree::{CoverTree, Euclidean, Index, Metric, Neighbour, Neighbours, Points, Rows, Scan, Search};
use kiddo::{ImmutableKdTree, SquaredEuclidean};

use crate::exact;

const QUERIES: usize = 1000;

/// The rows that Python's libraries run too: cloud, points, dimension.
const EXPORTED: [(Cloud, usize, usize); 13] = [
    (Cloud::Manifold, 10_000, 64),
    (Cloud::Manifold, 100_000, 64),
    (Cloud::Uniform, 100_000, 2),
    (Cloud::Uniform, 100_000, 3),
    (Cloud::Clustered, 100_000, 3),
    (Cloud::Uniform, 100_000, 8),
    (Cloud::Clustered, 100_000, 8),
    (Cloud::Uniform, 100_000, 16),
    (Cloud::Clustered, 100_000, 16),
    (Cloud::Uniform, 32_768, 32),
    (Cloud::Clustered, 32_768, 32),
    (Cloud::Uniform, 32_768, 128),
    (Cloud::Clustered, 32_768, 128),
];

/// Gives the inputs and answers of the rows that are asked for to `write`.
pub(crate) fn export(suite: &Suite, write: &mut dyn FnMut(&str, [(&str, Vec<u8>); 4])) {
    for (cloud, n, dimension) in EXPORTED {
        for k in [1, 10, 50] {
            let bench = format!("knn/{}-d{dimension}/k{k}", cloud.letter());
            if !suite.wants(&bench, n) {
                continue;
            }
            let (values, asked) = cloud.build(n, QUERIES, dimension, suite.options().seed);
            let floats = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
            let files = [("points.f32", floats(&values)), ("queries.f32", floats(&asked))];
            let points = Rows::new(values, dimension).expect("clouds are finite");
            let queries = Rows::new(asked, dimension).expect("clouds are finite");
            let expected = exact::neighbours(&points, &Euclidean, &queries, |_| Search::nearest(k));
            let meta = format!("{bench} {n} {dimension} {k} {:016x}", exact::expected(&expected));
            let answer = crate::export::padded(&expected, k).iter().flat_map(|x| x.to_le_bytes()).collect();
            let [points, queries] = files;
            write(
                &format!("{bench}/{n}"),
                [points, queries, ("expected.i64", answer), ("meta.txt", meta.into_bytes())],
            );
        }
    }
}

pub(crate) fn run(suite: &mut Suite) {
    use Cloud::{Clustered, Manifold, Uniform};
    row::<64>(suite, Manifold, 10_000, false);
    row::<64>(suite, Manifold, 100_000, false);
    row::<2>(suite, Uniform, 100_000, true);
    row::<3>(suite, Uniform, 100_000, false);
    row::<3>(suite, Clustered, 100_000, true);
    row::<8>(suite, Uniform, 100_000, true);
    row::<8>(suite, Clustered, 100_000, true);
    row::<16>(suite, Uniform, 100_000, true);
    row::<16>(suite, Clustered, 100_000, true);
    row::<32>(suite, Uniform, 32_768, false);
    row::<32>(suite, Clustered, 32_768, true);
    row::<128>(suite, Uniform, 32_768, true);
    row::<128>(suite, Clustered, 32_768, true);
    all_knn::<64>(suite, Manifold, 100_000);
    // How the cost of a query grows; 10,000 and 100,000 stand among the rows above.
    for n in [1000, 1_000_000] {
        row::<3>(suite, Uniform, n, true);
    }
    for n in [1000, 10_000, 100_000, 1_000_000] {
        row::<16>(suite, Manifold, n, true);
    }
    build::<64>(suite, Manifold, 100_000);
    build::<3>(suite, Uniform, 100_000);
}

/// Building the index, on one thread.
fn build<const D: usize>(suite: &mut Suite, cloud: Cloud, n: usize) {
    let bench = format!("build/{}-d{D}", cloud.letter());
    if !suite.wants(&bench, n) {
        return;
    }
    let (values, _) = cloud.build(n, 0, D, suite.options().seed);
    let points = Rows::new(values.clone(), D).expect("clouds are finite");
    let tree = CoverTree::new(points.clone(), Euclidean).expect("clouds are finite");
    let bytes = (tree.bytes() + size_of_val(points.values())) as f64 / n as f64;
    let scan = Scan::new(points.clone(), Euclidean).expect("clouds are finite");
    let scan_bytes = (scan.bytes() + size_of_val(points.values())) as f64 / n as f64;
    let items = || values.as_chunks::<D>().0;
    let item = |(index, point): (usize, &[f32; D])| Item { point: *point, index: index as u32 };
    let version = env!("CARGO_PKG_VERSION");
    suite
        .contest(&bench, n)
        .models("an index from points in memory, as often as the data changes")
        .flatters("k-d trees, which compare coordinates and no distances")
        .operations(n)
        .unit("ns/point")
        .rounds_max(3)
        .expect(n as u64)
        .ours(
            "cover-tree",
            version,
            || points.clone(),
            |points| CoverTree::new(points.clone(), Euclidean).expect("finite").len() as u64,
        )
        .note("bytes_per_point", bytes)
        .ours(
            "scan",
            version,
            || points.clone(),
            |points| Scan::new(points.clone(), Euclidean).expect("finite").points().len() as u64,
        )
        .note("bytes_per_point", scan_bytes)
        .peer(
            "acap-vp",
            "0.4",
            || (),
            |()| FlatVpTree::balanced(items().iter().enumerate().map(item)).into_iter().count() as u64,
        )
        .peer(
            "kiddo",
            "6.3",
            || (),
            |()| {
                let tree: ImmutableKdTree<f32, D> =
                    ImmutableKdTree::new_from_slice(items()).expect("kiddo takes these");
                tree.size() as u64
            },
        )
        .run();
}

/// A point as acap takes it: its distance is summed in lanes, as ours is.
#[derive(Clone, Copy)]
struct Item<const D: usize> {
    point: [f32; D],
    index: u32,
}

impl<const D: usize> Proximity for Item<D> {
    type Distance = EuclideanDistance<f32>;

    #[inline]
    fn distance(&self, other: &Self) -> EuclideanDistance<f32> {
        let mut lanes = [0.0; 16];
        let (a, a_tail) = self.point.as_chunks::<16>();
        let (b, b_tail) = other.point.as_chunks::<16>();
        for (a, b) in a.iter().zip(b) {
            for lane in 0..16 {
                lanes[lane] += (a[lane] - b[lane]) * (a[lane] - b[lane]);
            }
        }
        let tail: f32 = a_tail.iter().zip(b_tail).map(|(a, b)| (a - b) * (a - b)).sum();
        EuclideanDistance::from_squared(lanes.iter().sum::<f32>() + tail)
    }
}

impl<const D: usize> AcapMetric for Item<D> {}

/// Found indices, row after row.
type Found = Vec<Vec<u32>>;

fn row<const D: usize>(suite: &mut Suite, cloud: Cloud, n: usize, only_full: bool) {
    let kinds = [1, 10, 50].map(|k| (k, format!("knn/{}-d{D}/k{k}", cloud.letter())));
    let asked = !suite.options().filter.is_empty() || suite.options().full;
    if (only_full && !asked) || !kinds.iter().any(|(_, bench)| suite.wants(bench, n)) {
        return;
    }
    let (values, asked) = cloud.build(n, QUERIES, D, suite.options().seed);
    let points = Rows::new(values.clone(), D).expect("clouds are finite");
    let queries = Rows::new(asked.clone(), D).expect("clouds are finite");
    let tree = CoverTree::new(points.clone(), Euclidean).expect("clouds are finite");
    let scan = Scan::new(points.clone(), Euclidean).expect("clouds are finite");
    let item = |(index, point): (usize, &[f32; D])| Item { point: *point, index: index as u32 };
    let vp: FlatVpTree<Item<D>> =
        FlatVpTree::balanced(values.as_chunks::<D>().0.iter().enumerate().map(item));
    let kd: ImmutableKdTree<f32, D> =
        ImmutableKdTree::new_from_slice(values.as_chunks::<D>().0).expect("kiddo takes these points");
    let query_points = asked.as_chunks::<D>().0;
    for (k, bench) in &kinds {
        let k = *k;
        if !suite.wants(bench, n) {
            continue;
        }
        let expected = exact::neighbours(&points, &Euclidean, &queries, |_| Search::nearest(k));
        let sum = exact::expected(&expected);
        let ours = |found: &Neighbours| {
            let rows = exact::indices(found);
            exact::sum(rows.iter().map(Vec::as_slice))
        };
        let ask_tree = || tree.knn_batch(&queries, k).expect("the queries are of the tree's space");
        let ask_scan = || scan.knn_batch(&queries, k).expect("the queries are of the scan's space");
        let ask_vp = || -> Found {
            let each = |point: &[f32; D]| {
                let found = vp.k_nearest(&Item { point: *point, index: 0 }, k);
                found.into_iter().map(|neighbour| neighbour.item.index).collect()
            };
            query_points.iter().map(each).collect()
        };
        let ask_kd = || -> Found {
            let k = NonZero::new(k).expect("k is at least 1");
            let each = |point: &[f32; D]| {
                let found = kd.query(point).nearest_n::<SquaredEuclidean<f32>>(k).execute();
                found.into_iter().map(|neighbour| neighbour.item as u32).collect()
            };
            query_points.iter().map(each).collect()
        };
        let judge = |found: &Found| judge(found, &expected, &points, &queries, sum);
        let recalls = [exact::indices(&ask_tree()), exact::indices(&ask_scan()), ask_vp(), ask_kd()]
            .map(|found| exact::recall(&found, &expected));
        let mut contest = suite
            .contest(bench, n)
            .models("exact nearest neighbours of points that are not in the index")
            .flatters(flattered(cloud, D))
            .operations(QUERIES)
            .unit("ns/query")
            .expect(sum);
        if cloud == Cloud::Manifold {
            contest = contest.target(Against::Engine("acap-vp"), 1.0);
        }
        contest
            .ours_with(
                "cover-tree",
                env!("CARGO_PKG_VERSION"),
                || (),
                |()| ask_tree(),
                |(), found| ours(found),
            )
            .note("recall", recalls[0])
            .ours_with("scan", env!("CARGO_PKG_VERSION"), || (), |()| ask_scan(), |(), found| ours(found))
            .note("recall", recalls[1])
            .peer_with("acap-vp", "0.4", || (), |()| ask_vp(), |(), found| judge(found))
            .note("recall", recalls[2])
            .peer_with("kiddo", "6.3", || (), |()| ask_kd(), |(), found| judge(found))
            .note("recall", recalls[3])
            .run();
    }
}

fn flattered(cloud: Cloud, dimension: usize) -> &'static str {
    match (cloud, dimension) {
        (Cloud::Manifold, _) => "trees that prune by distance alone",
        (_, ..=8) => "k-d trees: few axes, each of which prunes",
        _ => "the scan: no tree can prune here",
    }
}

/// The expected checksum if the answer is right up to the rounding of f32, in which peers compute; else another.
fn judge(
    found: &Found,
    expected: &[Vec<Neighbour>],
    points: &Rows<f32>,
    queries: &Rows<f32>,
    sum: u64,
) -> u64 {
    let right = found.iter().zip(expected).enumerate().all(|(query, (row, expected))| {
        let worst = expected.last().map_or(0.0, |neighbour| neighbour.distance);
        let mut distinct = row.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.len() == expected.len()
            && row.iter().all(|&index| {
                let distance = Euclidean.distance(queries.point(query), points.point(index as usize));
                distance <= worst * (1.0 + 1e-5)
            })
    });
    if right { sum } else { exact::sum(found.iter().map(Vec::as_slice)) ^ 1 }
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
    let rows = exact::indices(&tree.all_knn(10));
    let found: Vec<Vec<u32>> = sample.iter().map(|&index| rows[index as usize].clone()).collect();
    let recall = exact::recall(&found, &expected);
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
        .note("recall", recall)
        .peer_with("single", version, || (), |()| single(&index_order), |(), found| fold(found, &index_order))
        .peer_with(
            "single-in-traversal-order",
            version,
            || (),
            |()| single(&traversal_order),
            |(), found| fold(found, &traversal_order),
        )
        .run();
}
