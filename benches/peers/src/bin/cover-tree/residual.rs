//! Residual correlation: the blocked scan on the workloads A to D and the origin's gold workload.

use bench_own::cover_tree::{PROCESSES, Process};
use bench_own::harness::{Against, Suite};
use cover_tree::{Index, Kernel, Neighbours, Parameters, Points, Residual, Rows, Scan, Search};

use crate::exact;

/// Queries of a row.
pub(crate) const QUERIES: usize = 256;

/// Further seeds of A to D: a figure should not hang on one draw of points.
const MORE_SEEDS: [u64; 2] = [1, 2];

/// A process as the crate takes it, with its queries' own rows.
pub(crate) struct Prepared {
    pub(crate) process: Process,
    pub(crate) metric: Residual,
    pub(crate) rows: Rows<f64>,
    pub(crate) queries: Rows<f64>,
}

impl Prepared {
    fn new(name: &str, seed: u64) -> Self {
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

/// A row that was asked for.
pub(crate) struct Row {
    pub(crate) bench: String,
    pub(crate) predecessors: bool,
}

/// Calls `each` with every process that was asked for, and its rows.
pub(crate) fn for_each(suite: &mut Suite, mut each: impl FnMut(&mut Suite, &Prepared, &[Row])) {
    let (full, seed) = (suite.options().full, suite.options().seed);
    let asked = full || !suite.options().filter.is_empty();
    for (name, n, ..) in PROCESSES {
        for more in [0].into_iter().chain(MORE_SEEDS) {
            if (more > 0 && (!full || name == "gold")) || (name == "gold" && !asked) {
                continue;
            }
            let rows = [("all", false), ("predecessors", true)].map(|(kind, predecessors)| {
                let other = if more > 0 { format!("/seed+{more}") } else { String::new() };
                Row { bench: format!("residual/{name}/{kind}{other}"), predecessors }
            });
            let rows: Vec<Row> = rows.into_iter().filter(|row| suite.wants(&row.bench, n)).collect();
            if !rows.is_empty() {
                each(suite, &Prepared::new(name, seed + more), &rows);
            }
        }
    }
}

pub(crate) fn run(suite: &mut Suite) {
    for_each(suite, |suite, prepared, rows| {
        let scan = Scan::new(prepared.rows.clone(), &prepared.metric).expect("the rows are well formed");
        // Two threads belong to the workloads, not to every seed.
        let threads: &[u32] = if suite.options().full { &[1, 2] } else { &[1] };
        for row in rows {
            for &threads in threads.iter().filter(|&&threads| threads == 1 || !row.bench.contains("seed")) {
                contest(suite, row, prepared, &scan, threads);
            }
        }
    });
}

fn contest(
    suite: &mut Suite,
    row: &Row,
    prepared: &Prepared,
    scan: &Scan<Rows<f64>, &Residual>,
    threads: u32,
) {
    let search = |query| prepared.search(row.predecessors, query);
    let expected = exact::neighbours(&prepared.rows, &prepared.metric, &prepared.queries, search);
    let pool = crate::pool(threads);
    let ask = || {
        let ask = || scan.search_batch(&prepared.queries, search).expect("the queries are well formed");
        match &pool {
            Some(pool) => pool.install(ask),
            None => ask(),
        }
    };
    let recall = exact::recall(&exact::indices(&ask()), &expected);
    let answer = |found: &Neighbours| {
        let rows = exact::indices(found);
        exact::sum(rows.iter().map(Vec::as_slice))
    };
    let name = prepared.process.name;
    let mut contest = suite
        .contest(&row.bench, prepared.rows.len())
        .models(
            "neighbours of a Vecchia Gaussian process under the residual correlation, 1 query in 16 inducing",
        )
        .flatters("whoever multiplies blocks of vectors; its opponents run in Python on the same input")
        .operations(QUERIES)
        .threads(threads)
        .unit("ns/query")
        .rounds_max(5)
        .expect(exact::expected(&expected));
    if name != "gold" {
        let numpy = if matches!(name, "A" | "D") { 3.0 } else { 2.5 };
        contest = contest
            .target(Against::Engine("numba-tuned"), 1.5)
            .target(Against::Engine("numpy-openblas"), numpy)
            .target(Against::Engine("numba-plain"), 5.0);
    }
    contest = contest
        .ours_with("scan", env!("CARGO_PKG_VERSION"), || (), |()| ask(), |(), found| answer(found))
        .note("recall", recall);
    if name == "gold" && !row.predecessors {
        let [rust, numba] = PUBLISHED;
        contest =
            contest.absent("covertreex-rust", "5df8c02", rust).absent("covertreex-numba", "5df8c02", numba);
    }
    contest.run();
}

/// What the origin published of its gold workload, on sixteen cores; built here, or read in its own report.
const PUBLISHED: [&str; 2] = [
    "published as 10,300 queries/s (97,000 ns/query): a search cut off at 192 of 32,768 points; recall@50 .006",
    "published as 39,000 queries/s (26,000 ns/query): distances between the points' numbers; recall@50 .01",
];
