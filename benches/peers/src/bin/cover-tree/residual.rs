//! Residual correlation: the blocked scan on the workloads A to D and the origin's gold workload.

use bench_own::cover_tree::{PROCESSES, Process};
use bench_own::harness::Suite;
use cover_tree::{Index, Kernel, Neighbours, Parameters, Points, Residual, Rows, Scan, Search};

use crate::exact;

/// Queries of a row.
pub(crate) const QUERIES: usize = 256;

/// A process as the crate takes it, with its queries' own rows.
pub(crate) struct Prepared {
    pub(crate) process: Process,
    pub(crate) metric: Residual,
    pub(crate) rows: Rows<f64>,
    pub(crate) queries: Rows<f64>,
}

impl Prepared {
    pub(crate) fn new(name: &str, seed: u64) -> Self {
        let process = Process::new(name, QUERIES, seed);
        let kernel = match process.kernel {
            "rbf" => Kernel::Rbf,
            "matern12" => Kernel::Matern12,
            "matern32" => Kernel::Matern32,
            _ => Kernel::Matern52,
        };
        let parameters = Parameters::new(kernel, 1.0, &[process.lengthscale]);
        let (metric, rows) = Residual::new(&process.coordinates, 3, &process.inducing_points(), &parameters)
            .expect("the workload is well formed");
        let positions: Vec<u32> = process.queries.iter().map(|&query| query as u32).collect();
        let queries = rows.select(&positions);
        Self { process, metric, rows, queries }
    }

    /// The search of a query: all points, or its predecessors.
    pub(crate) fn search(&self, predecessors: bool, query: usize) -> Search<'static> {
        let search = Search::nearest(self.process.k);
        if predecessors { search.before(self.process.queries[query]) } else { search }
    }
}

pub(crate) fn run(suite: &mut Suite) {
    for (name, n, ..) in PROCESSES {
        let kinds = ["all", "predecessors"].map(|kind| format!("residual/{name}/{kind}"));
        if name == "gold" && !suite.options().full && suite.options().filter.is_empty() {
            continue;
        }
        if !kinds.iter().any(|bench| suite.wants(bench, n)) {
            continue;
        }
        let prepared = Prepared::new(name, suite.options().seed);
        let scan = Scan::new(prepared.rows.clone(), &prepared.metric).expect("the rows are well formed");
        for (bench, predecessors) in kinds.iter().zip([false, true]) {
            if suite.wants(bench, n) {
                row(suite, bench, &prepared, &scan, predecessors);
            }
        }
    }
}

fn row(
    suite: &mut Suite,
    bench: &str,
    prepared: &Prepared,
    scan: &Scan<Rows<f64>, &Residual>,
    predecessors: bool,
) {
    let search = |query| prepared.search(predecessors, query);
    let expected = exact::neighbours(&prepared.rows, &prepared.metric, &prepared.queries, search);
    let ask = || scan.search_batch(&prepared.queries, search).expect("the queries are well formed");
    let recall = exact::recall(&exact::indices(&ask()), &expected);
    let answer = |found: &Neighbours| {
        let rows = exact::indices(found);
        exact::sum(rows.iter().map(Vec::as_slice))
    };
    suite
        .contest(bench, prepared.rows.len())
        .models(
            "neighbours of a Vecchia Gaussian process under the residual correlation, 1 query in 16 inducing",
        )
        .flatters("whoever multiplies blocks of vectors; its opponents run in Python on the same input")
        .operations(QUERIES)
        .unit("ns/query")
        .rounds_max(5)
        .expect(exact::expected(&expected))
        .ours_with("scan", env!("CARGO_PKG_VERSION"), || (), |()| ask(), |(), found| answer(found))
        .note("recall", recall)
        .run();
}
