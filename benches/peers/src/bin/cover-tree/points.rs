//! Euclidean neighbours of points of low and high dimension, against the trees of other crates.

use bench_own::cover_tree::Cloud;
use bench_own::harness::{Against, Contest, Suite};
use cover_tree::{
    Auto, CoverTree, Engine, Euclidean, Index, Metric, Neighbour, Neighbours, Points, Rows, Scan, Search,
};
use rayon::prelude::*;

use crate::exact;
use crate::export::Writer;
use crate::peers::{self, Tree};

/// A cloud's rows, one for each number of neighbours.
struct Shape {
    cloud: Cloud,
    n: usize,
    dimension: usize,
    /// Only `--full` or a filter asks for it.
    full: bool,
    threads: u32,
}

const SHAPES: [Shape; 21] = {
    use Cloud::{Clustered, Manifold, Uniform};
    const fn shape(cloud: Cloud, n: usize, dimension: usize, full: bool) -> Shape {
        Shape { cloud, n, dimension, full, threads: 1 }
    }
    [
        shape(Manifold, 10_000, 64, false),
        shape(Manifold, 100_000, 64, false),
        shape(Uniform, 100_000, 2, true),
        shape(Clustered, 100_000, 2, true),
        shape(Uniform, 100_000, 3, false),
        shape(Clustered, 100_000, 3, true),
        shape(Uniform, 100_000, 8, true),
        shape(Clustered, 100_000, 8, true),
        shape(Uniform, 100_000, 16, true),
        shape(Clustered, 100_000, 16, true),
        shape(Uniform, 32_768, 32, false),
        shape(Clustered, 32_768, 32, true),
        shape(Uniform, 32_768, 128, true),
        shape(Clustered, 32_768, 128, true),
        // How the cost of a query grows; 100,000 points in three dimensions stand above.
        shape(Uniform, 1000, 3, true),
        shape(Uniform, 1_000_000, 3, true),
        shape(Manifold, 1000, 16, true),
        shape(Manifold, 10_000, 16, true),
        shape(Manifold, 100_000, 16, true),
        shape(Manifold, 1_000_000, 16, true),
        Shape { cloud: Manifold, n: 100_000, dimension: 64, full: true, threads: 2 },
    ]
};

impl Shape {
    /// Queries of a row: fewer where a tree takes milliseconds for each, and still whole batches of the scan.
    fn queries(&self) -> usize {
        if self.cloud != Cloud::Manifold && self.dimension >= 16 { 256 } else { 1000 }
    }

    /// The rows that were asked for: their names and numbers of neighbours.
    fn wanted(&self, suite: &Suite) -> Vec<(String, usize)> {
        if self.full && !suite.options().full && suite.options().filter.is_empty() {
            return Vec::new();
        }
        let rows = [1, 10, 50].map(|k| (format!("knn/{}-d{}/k{k}", self.cloud.letter(), self.dimension), k));
        rows.into_iter().filter(|(bench, _)| suite.wants(bench, self.n)).collect()
    }
}

/// Gives the inputs and answers of the rows that are asked for to `write`, under the folder's name.
pub(crate) fn export(suite: &Suite, write: &mut Writer<'_>) {
    // Python's libraries run on one thread, and in the table of dimensions.
    for shape in SHAPES.iter().filter(|shape| shape.threads == 1 && (10_000..=100_000).contains(&shape.n)) {
        for (bench, k) in shape.wanted(suite) {
            let (values, asked) =
                shape.cloud.build(shape.n, shape.queries(), shape.dimension, suite.options().seed);
            let floats = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
            let files = [floats(&values), floats(&asked)];
            let points = Rows::new(values, shape.dimension).expect("clouds are finite");
            let queries = Rows::new(asked, shape.dimension).expect("clouds are finite");
            let expected = exact::neighbours(&points, &Euclidean, &queries, |_| Search::nearest(k));
            let meta =
                format!("{bench} {} {} {k} {:016x}", shape.n, shape.dimension, exact::expected(&expected));
            let answer = crate::export::padded(&expected, k).iter().flat_map(|x| x.to_le_bytes()).collect();
            let [points, queries] = files;
            let files = [
                ("points.f32", points),
                ("queries.f32", queries),
                ("expected.i64", answer),
                ("meta.txt", meta.into_bytes()),
            ];
            write(&format!("{bench}/{}", shape.n), &files);
        }
    }
}

pub(crate) fn run(suite: &mut Suite) {
    for shape in &SHAPES {
        let rows = shape.wanted(suite);
        if rows.is_empty() {
            continue;
        }
        match shape.dimension {
            2 => of_shape::<2>(suite, shape, &rows),
            3 => of_shape::<3>(suite, shape, &rows),
            8 => of_shape::<8>(suite, shape, &rows),
            16 => of_shape::<16>(suite, shape, &rows),
            32 => of_shape::<32>(suite, shape, &rows),
            64 => of_shape::<64>(suite, shape, &rows),
            128 => of_shape::<128>(suite, shape, &rows),
            _ => unreachable!("a dimension of the table"),
        }
    }
}

/// Found indices, row after row.
type Found = Vec<Vec<u32>>;

fn of_shape<const D: usize>(suite: &mut Suite, shape: &Shape, rows: &[(String, usize)]) {
    let (values, asked) = shape.cloud.build(shape.n, shape.queries(), D, suite.options().seed);
    let points = Rows::new(values.clone(), D).expect("clouds are finite");
    let queries = Rows::new(asked.clone(), D).expect("clouds are finite");
    let tree = CoverTree::new(points.clone(), Euclidean).expect("clouds are finite");
    let scan = Scan::new(points.clone(), Euclidean).expect("clouds are finite");
    let picked = Auto::new(points.clone(), Euclidean).expect("clouds are finite").choice().engine;
    let (items, asked) = (values.as_chunks::<D>().0, asked.as_chunks::<D>().0);
    let peers = peers::peers::<D>(suite.options().peers);
    let peers: Vec<_> = peers.into_iter().map(|peer| (peer, (peer.build)(items))).collect();
    let pool = crate::pool(shape.threads);
    for (bench, k) in rows {
        let k = *k;
        let expected = exact::neighbours(&points, &Euclidean, &queries, |_| Search::nearest(k));
        let sum = exact::expected(&expected);
        let answer = |found: &Neighbours| {
            let rows = exact::indices(found);
            exact::sum(rows.iter().map(Vec::as_slice))
        };
        let within = |ask: &(dyn Fn() -> Neighbours + Sync)| match &pool {
            Some(pool) => pool.install(ask),
            None => ask(),
        };
        let ask_tree =
            || within(&|| tree.knn_batch(&queries, k).expect("the queries are of the tree's space"));
        let ask_scan =
            || within(&|| scan.knn_batch(&queries, k).expect("the queries are of the scan's space"));
        let ask_peer = |peer: &dyn Tree<D>| -> Found {
            match &pool {
                Some(pool) => pool.install(|| asked.par_iter().map(|query| peer.nearest(query, k)).collect()),
                None => asked.iter().map(|query| peer.nearest(query, k)).collect(),
            }
        };
        let judge = |found: &Found| judge(found, &expected, &points, &queries, sum);
        let recalls =
            [&ask_tree(), &ask_scan()].map(|found| exact::recall(&exact::indices(found), &expected));
        let version = env!("CARGO_PKG_VERSION");
        let contest = suite
            .contest(bench, shape.n)
            .models("exact nearest neighbours of points that are not in the index; ours is the engine that `Auto` picks")
            .flatters(flattered(shape.cloud, D))
            .operations(asked.len())
            .threads(shape.threads)
            .rounds_max(if asked.len() < 1000 { 3 } else { u32::MAX })
            .unit("ns/query")
            .expect(sum);
        let mut contest = promised(contest, shape.cloud, D);
        let ours = match picked {
            Engine::CoverTree => [Engine::CoverTree, Engine::Scan],
            Engine::Scan => [Engine::Scan, Engine::CoverTree],
        };
        for engine in ours {
            contest = match engine {
                Engine::CoverTree => contest
                    .ours_with("cover-tree", version, || (), |()| ask_tree(), |(), found| answer(found))
                    .note("recall", recalls[0]),
                Engine::Scan => contest
                    .ours_with("scan", version, || (), |()| ask_scan(), |(), found| answer(found))
                    .note("recall", recalls[1]),
            };
        }
        for (peer, tree) in &peers {
            let recall = exact::recall(&ask_peer(&**tree), &expected);
            contest = contest
                .peer_with(peer.name, peer.version, || (), |()| ask_peer(&**tree), |(), found| judge(found))
                .note("recall", recall);
        }
        contest.run();
    }
}

/// What the issue asks of a cloud's rows.
fn promised<'a>(contest: Contest<'a>, cloud: Cloud, dimension: usize) -> Contest<'a> {
    const LIBRARIES: [&str; 4] = ["sklearn-kd", "sklearn-ball", "scipy-ckdtree", "pykdtree"];
    const TREES: [&str; 6] = ["acap-vp", "kiddo", "nabo", "linfa-kd", "linfa-ball", "petal-ball"];
    let all = |contest: Contest<'a>, engines: &[&str], ratio: f64| {
        engines.iter().fold(contest, |contest, engine| contest.target(Against::Engine(engine), ratio))
    };
    match (cloud, dimension) {
        (Cloud::Manifold, 64) => all(contest.target(Against::Engine("acap-vp"), 1.0), &LIBRARIES, 3.0),
        (Cloud::Uniform | Cloud::Clustered, 32..) => {
            let contest = all(all(contest, &TREES, 2.0), &LIBRARIES, 2.0);
            contest.target(Against::Engine("faiss-flat"), 1.0)
        }
        _ => contest,
    }
}

fn flattered(cloud: Cloud, dimension: usize) -> &'static str {
    match (cloud, dimension) {
        (Cloud::Manifold, _) => "trees that prune by distance alone",
        (_, ..=8) => "k-d trees: few axes, each of which prunes",
        (Cloud::Clustered, _) => "whoever passes over far clusters early",
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
