//! Building the index on one thread: time, and the bytes that it keeps.

use bench_own::cover_tree::Cloud;
use bench_own::harness::Suite;
use cover_tree::{CoverTree, Euclidean, Index, Rows, Scan};

use crate::ALLOCATOR;
use crate::export::Writer;
use crate::peers;

/// Cloud, points, dimension, and whether only `--full` or a filter asks for it.
const ROWS: [(Cloud, usize, usize, bool); 5] = [
    (Cloud::Manifold, 100_000, 64, false),
    (Cloud::Uniform, 100_000, 3, false),
    (Cloud::Manifold, 10_000, 64, true),
    (Cloud::Uniform, 100_000, 8, true),
    (Cloud::Uniform, 32_768, 32, true),
];

fn name(cloud: Cloud, dimension: usize) -> String {
    format!("build/{}-d{dimension}", cloud.letter())
}

/// The rows that were asked for.
fn wanted(suite: &Suite) -> Vec<(Cloud, usize, usize)> {
    let all = suite.options().full || !suite.options().filter.is_empty();
    let rows = ROWS
        .iter()
        .filter(|&&(cloud, n, dimension, full)| (all || !full) && suite.wants(&name(cloud, dimension), n));
    rows.map(|&(cloud, n, dimension, _)| (cloud, n, dimension)).collect()
}

/// Gives the points of the rows that are asked for to `write`, under the folder's name.
pub(crate) fn export(suite: &Suite, write: &mut Writer<'_>) {
    for (cloud, n, dimension) in wanted(suite) {
        let bench = name(cloud, dimension);
        let (values, _) = cloud.build(n, 0, dimension, suite.options().seed);
        let points = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let meta = format!("{bench} {n} {dimension} 0 {n:016x}").into_bytes();
        write(&format!("{bench}/{n}"), &[("points.f32", points), ("meta.txt", meta)]);
    }
}

pub(crate) fn run(suite: &mut Suite) {
    for (cloud, n, dimension) in wanted(suite) {
        match dimension {
            3 => row::<3>(suite, cloud, n),
            8 => row::<8>(suite, cloud, n),
            32 => row::<32>(suite, cloud, n),
            64 => row::<64>(suite, cloud, n),
            _ => unreachable!("a dimension of the table"),
        }
    }
}

fn row<const D: usize>(suite: &mut Suite, cloud: Cloud, n: usize) {
    let bench = name(cloud, D);
    let (values, _) = cloud.build(n, 0, D, suite.options().seed);
    let points = Rows::new(values.clone(), D).expect("clouds are finite");
    let items = values.as_chunks::<D>().0;
    let tree = |points: &Rows<f32>| CoverTree::new(points.clone(), Euclidean).expect("clouds are finite");
    let scan = |points: &Rows<f32>| Scan::new(points.clone(), Euclidean).expect("clouds are finite");
    let each = |bytes: isize| bytes as f64 / n as f64;
    let version = env!("CARGO_PKG_VERSION");
    let peers = peers::peers::<D>(suite.options().peers);
    let mut contest = suite
        .contest(&bench, n)
        .models("an index from points in memory, as often as the data changes")
        .flatters("k-d trees, which compare coordinates and no distances")
        .operations(n)
        .unit("ns/point")
        .rounds_max(3)
        .expect(n as u64)
        .ours_with(
            "cover-tree",
            version,
            || points.clone(),
            |points| tree(points),
            |_, tree| tree.len() as u64,
        )
        .note("bytes_per_point", each(ALLOCATOR.bytes_of(|| tree(&points))))
        .ours_with("scan", version, || points.clone(), |points| scan(points), |_, scan| scan.end() as u64)
        .note("bytes_per_point", each(ALLOCATOR.bytes_of(|| scan(&points))));
    for peer in peers {
        // Bytes are of what must live as long as the index does: the points too, whoever owns them.
        let borrowed = if peer.borrows { size_of_val(items) as isize } else { 0 };
        let bytes = ALLOCATOR.bytes_of(|| (peer.build)(items)) + borrowed;
        contest = contest
            .peer_with(
                peer.name,
                peer.version,
                || (),
                move |()| (peer.build)(items),
                // The first point is found at its own place, if the index is one of these points.
                move |(), tree| if tree.nearest(&items[0], 1) == [0] { n as u64 } else { 0 },
            )
            .note("bytes_per_point", each(bytes));
    }
    contest.run();
}
