//! Loads of cover-tree: a few thousand points in few and in many dimensions, and the residual metric.

use std::sync::OnceLock;

use bench_own::cover_tree::Cloud;
use bench_own::harness::checksum;
use bench_own::random::{self, RngExt};
use cover_tree::{
    CoverTree, Euclidean, Index, Kernel, Neighbour, Parameters, Points, Residual, Rows, Scan, Search,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::load::{Load, Setup, Window, Work};
use crate::memory::{Store, Subject};

/// Neighbours of a query.
const K: usize = 10;
/// Queries that passes choose from.
const ASKED: usize = 1 << 10;
/// Queries in a pass.
const QUERIES: usize = 16;

pub(crate) fn loads() -> Vec<Load> {
    const SIZES: &[usize] = &[1_000, 4_000, 16_000, 64_000];
    let load = |name, size, parallel, build| Load { name, size, sizes: SIZES, parallel, build };
    vec![
        load("cover-tree/build/uniform-3", 500, false, build),
        load("cover-tree/knn/uniform-3", 2_000, false, |setup| knn(Cloud::Uniform, 3, setup)),
        load("cover-tree/knn/manifold-16", 2_000, false, |setup| knn(Cloud::Manifold, 16, setup)),
        load("cover-tree/batch/manifold-16", 2_000, true, batch),
        load("cover-tree/scan/uniform-32", 500, false, scan),
        load("cover-tree/residual/predecessors", 500, false, residual),
    ]
}

/// As many threads as the program was asked for, this one among them: work on one thread stays on the thread whose
/// time is taken.
fn pool(threads: usize) -> &'static ThreadPool {
    static POOL: OnceLock<ThreadPool> = OnceLock::new();
    let make = || ThreadPoolBuilder::new().num_threads(threads).use_current_thread().build();
    POOL.get_or_init(|| make().expect("one pool a program"))
}

fn rows(cloud: Cloud, dimension: usize, setup: Setup) -> [Rows<f32>; 2] {
    let (points, queries) = cloud.build(setup.size, ASKED, dimension, setup.seed);
    [points, queries].map(|values| Rows::new(values, dimension).expect("whole rows of finite numbers"))
}

fn tree(points: Rows<f32>) -> CoverTree<Rows<f32>, Euclidean> {
    CoverTree::new(points, Euclidean).expect("finite points")
}

fn answer(neighbours: &[Neighbour]) -> u64 {
    neighbours.iter().fold(0, |sum, neighbour| checksum(sum, neighbour.index.into()))
}

fn build(setup: Setup) -> Work {
    let [points, queries] = rows(Cloud::Uniform, 3, setup);
    Work::new(setup.size, move || {
        let built = pool(setup.threads).install(|| tree(points.clone()));
        answer(&built.knn(queries.point(0), K).expect("a finite query"))
    })
}

/// One query after the other.
fn knn(cloud: Cloud, dimension: usize, setup: Setup) -> Work {
    let [points, queries] = rows(cloud, dimension, setup);
    let (tree, mut window) = (pool(setup.threads).install(|| tree(points)), Window::new(ASKED, QUERIES));
    Work::new(QUERIES, move || {
        window.next().fold(0, |sum, query| {
            checksum(sum, answer(&tree.knn(queries.point(query), K).expect("a finite query")))
        })
    })
}

/// Many queries at once, on all threads.
fn batch(setup: Setup) -> Work {
    let [points, queries] = rows(Cloud::Manifold, 16, setup);
    let pool = pool(setup.threads);
    let tree = pool.install(|| tree(points));
    // The gate's samples are short; several threads need more than they would share in that time.
    let together = if setup.size < 4_000 { 4 * QUERIES } else { ASKED };
    let chosen: Vec<u32> = (0..together as u32).collect();
    let queries = queries.select(&chosen);
    Work::new(together, move || {
        let found = pool.install(|| tree.knn_batch(&queries, K)).expect("finite queries");
        found.iter().fold(0, |sum, row| checksum(sum, answer(row)))
    })
}

/// Every distance of a block of queries.
fn scan(setup: Setup) -> Work {
    let [points, queries] = rows(Cloud::Uniform, 32, setup);
    let scan = Scan::new(points, Euclidean).expect("finite points");
    let (pool, mut window) = (pool(setup.threads), Window::new(ASKED, QUERIES));
    Work::new(QUERIES, move || {
        let chosen: Vec<u32> = window.next().map(|query| query as u32).collect();
        let found = pool.install(|| scan.knn_batch(&queries.select(&chosen), K)).expect("finite queries");
        found.iter().fold(0, |sum, row| checksum(sum, answer(row)))
    })
}

/// What a Vecchia approximation asks for, of a small Gaussian process.
fn residual(setup: Setup) -> Work {
    const INDUCING: usize = 32;
    let mut random = random::generator("sampler/residual", setup.seed);
    let coordinates: Vec<f64> = (0..3 * setup.size).map(|_| random.random()).collect();
    let parameters = Parameters::new(Kernel::Matern32, 1.0, &[0.25]);
    let (metric, rows) = Residual::new(&coordinates, 3, &coordinates[..3 * INDUCING], &parameters)
        .expect("well-formed processes have a metric");
    let asked: Vec<u32> = (0..ASKED).map(|_| random.random_range(INDUCING..setup.size) as u32).collect();
    let scan = Scan::new(rows.clone(), metric).expect("the metric's own rows");
    let (pool, mut window) = (pool(setup.threads), Window::new(ASKED, QUERIES));
    Work::new(QUERIES, move || {
        let chosen = &asked[window.next()];
        let queries = rows.select(chosen);
        let search = |query: usize| Search::nearest(K).before(chosen[query] as usize);
        let found = pool.install(|| scan.search_batch(&queries, search)).expect("the metric's own rows");
        found.iter().fold(0, |sum, row| checksum(sum, answer(row)))
    })
}

pub(crate) fn subjects() -> Vec<Subject> {
    vec![Subject {
        name: "cover-tree/manifold-16",
        entry: "point",
        operation: "query for 10 neighbours",
        prepare: || {
            let setup = Setup { size: 20_000, threads: 1, seed: 1 };
            let [points, queries] = rows(Cloud::Manifold, 16, setup);
            Box::new(Tree { points: Some(points), queries, tree: None })
        },
    }]
}

/// The tree takes its points over; their memory is the input's and not counted.
struct Tree {
    points: Option<Rows<f32>>,
    queries: Rows<f32>,
    tree: Option<CoverTree<Rows<f32>, Euclidean>>,
}

impl Store for Tree {
    fn fill(&mut self) -> u64 {
        let built = self.points.take().map(|points| pool(1).install(|| tree(points)));
        let points = built.as_ref().map_or(0, CoverTree::len);
        self.tree = built;
        points as u64
    }

    fn churn(&mut self) -> u64 {
        let tree = self.tree.as_ref().expect("filled");
        for query in 0..QUERIES {
            std::hint::black_box(tree.knn(self.queries.point(query), K).expect("a finite query"));
        }
        QUERIES as u64
    }
}
