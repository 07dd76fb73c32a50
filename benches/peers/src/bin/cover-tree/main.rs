//! cover-tree against k-d, ball and vantage-point trees, and its own engines against one another.
//!
//! Recall against brute force in f64 is a note on every engine; an engine without full recall counts as wrong. The
//! residual metric has no peer in Rust: its opponents, Numba and numpy among them, run the same inputs (`--export`)
//! through `benches/foreign/python/cover_tree.py`.

mod all_knn;
mod build;
mod exact;
mod export;
mod peers;
mod points;
mod residual;

use std::path::PathBuf;

use bench_own::harness::{Options, Suite};
use bench_peers::Counting;
use clap::Parser;
use rayon::{ThreadPool, ThreadPoolBuilder};

#[global_allocator]
static ALLOCATOR: Counting = Counting::new();

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Write the inputs and answers of the rows asked for to this directory, and run nothing.
    #[arg(long)]
    export: Option<PathBuf>,
}

fn main() {
    let Arguments { options, export } = Arguments::parse();
    let mut suite = Suite::new("cover-tree", options);
    if let Some(directory) = export {
        return export::to(&mut suite, &directory);
    }
    // One worker, and that is this thread: what is timed on the thread's CPU clock runs on it.
    ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the pool is built once, here");
    residual::run(&mut suite);
    points::run(&mut suite);
    all_knn::run(&mut suite);
    build::run(&mut suite);
    suite.finish();
}

/// A pool for a row of several threads; none for one thread, which is the main thread itself.
fn pool(threads: u32) -> Option<ThreadPool> {
    (threads > 1).then(|| {
        ThreadPoolBuilder::new()
            .num_threads(threads as usize)
            .build()
            .expect("a pool of its own can be built")
    })
}
