//! neighbor-list against vesin in one process, and against the plain cell list and all pairs.
//!
//! Equal work: full lists unless the row says half, one thread unless it says two, memory that no engine has
//! touched before. Ours comes sorted by `i`; vesin's faster mode does not, so `vesin sorted` is an engine too.
//! The Python peers run the same inputs (`--export`) through `benches/foreign/python/neighbor_list.py`.

mod batch;
mod lists;
mod memory;
mod ours;
mod pages;
#[cfg(feature = "neighbor-list-phases")]
mod phases;
mod scale;
mod verlet;
mod vesin;
mod visit;
mod write_limit;

use std::path::PathBuf;

use bench_own::harness::{Options, Suite};
use clap::Parser;

use crate::vesin::Vesin;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Write the inputs and answers of the rows asked for to this directory, and run nothing.
    #[arg(long)]
    export: Option<PathBuf>,
    /// Sweep atoms and threads instead of running the table; without counts 1, 2, 4, 8, 16 and 20 threads.
    #[arg(long, num_args = 0.., value_delimiter = ',', value_name = "THREADS")]
    scale: Option<Vec<u32>>,
    /// Show our own time by phase instead of running the table.
    #[cfg(feature = "neighbor-list-phases")]
    #[arg(long)]
    phases: bool,
    /// Build this engine's list of this row once and print the peak of the process: `ENGINE:BENCH`.
    #[arg(long, hide = true)]
    peak_of: Option<String>,
}

fn main() {
    let arguments = Arguments::parse();
    #[cfg(feature = "neighbor-list-phases")]
    if arguments.phases {
        return phases::run(&mut Suite::new("neighbor-list", arguments.options));
    }
    let Arguments { options, export: directory, scale: threads, peak_of, .. } = arguments;
    let vesin = Vesin::load();
    if let Some(task) = peak_of {
        return memory::child(&task, &vesin, options.seed);
    }
    let mut suite = Suite::new("neighbor-list", options);
    if let Some(directory) = directory {
        return lists::export_to(&suite, &directory);
    }
    if let Some(threads) = threads {
        scale::run(&mut suite, &vesin, &threads);
        return suite.finish();
    }
    lists::run(&mut suite, &vesin);
    batch::run(&mut suite, &vesin);
    verlet::run(&mut suite, &vesin);
    visit::run(&mut suite, &vesin);
    write_limit::run(&mut suite);
    memory::run(&mut suite, &vesin);
    suite.finish();
}

#[expect(clippy::print_stdout, reason = "standard output is this program's protocol")]
pub(crate) fn print(line: &str) {
    println!("{line}");
}
