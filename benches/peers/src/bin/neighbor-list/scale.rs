//! Time by atoms and threads: the sweep of `cargo xtask scale`.

use std::thread;

use bench_own::harness::Suite;
use bench_own::neighbor_list::{Kind, Row};

use crate::pages::prime;
use crate::vesin::Vesin;
use crate::{lists, ours};

const BENCH: &str = "scale/ijS/6A/liquid";
const ATOMS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const THREADS: [u32; 6] = [1, 2, 4, 8, 16, 20];

pub(crate) fn run(suite: &mut Suite, vesin: &Result<Vesin, String>, threads: &[u32]) {
    let threads = if threads.is_empty() { &THREADS } else { threads };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    for atoms in ATOMS {
        if !suite.wants(BENCH, atoms) {
            continue;
        }
        let system = Row::plain(Kind::Liquid, atoms).system(suite.options().seed);
        for &threads in threads {
            if threads as usize > cores {
                eprintln!(
                    "{threads} threads on {cores} cores: more threads than cores show nothing but their cost"
                );
            }
            let row = Row { threads, ..Row::plain(Kind::Liquid, atoms) };
            // More or fewer threads list the same: the engines' answers are compared with one another.
            let search = ours::builder(&row).search(&system.positions, &ours::cell(&system));
            let pairs = search.expect("the workloads are valid").len();
            let contest = suite
                .contest(BENCH, atoms)
                .models("one list on more and more threads, of more and more atoms")
                .flatters("the memory: writing saturates before searching does")
                .operations(pairs)
                .prepare(|| prime(pairs * row.output.bytes()))
                .unit("ns/pair")
                .threads(threads)
                .on_wall()
                .rounds_max(if atoms > 100_000 { 3 } else { 9 });
            let contest = ours::join(contest, &row, &system);
            lists::join_vesin(contest, vesin, &row, &system).run();
        }
    }
}
