//! The rows that build one list from nothing.

use std::path::Path;

use bench_own::harness::{Against, Contest, Suite};
use bench_own::neighbor_list::{
    self, CellList, List, Output, PairSum, Row, System, all_pairs, holds_distances,
};

use crate::ours;
use crate::pages::prime;
use crate::vesin::{self, Neighbors, Vesin};

/// All pairs takes part up to this size, the plain cell list up to this size and cutoff (if vesin is there).
const ALL_PAIRS_MAX: usize = 16;
const PLAIN_MAX: (usize, f64) = (16_000, 6.0);

pub(crate) fn run(suite: &mut Suite, vesin: &Result<Vesin, String>) {
    for row in neighbor_list::rows() {
        if wanted(suite, &row) {
            contest(suite, vesin, &row);
        }
    }
}

/// Writes the inputs for the Python peers.
pub(crate) fn export_to(suite: &Suite, directory: &Path) {
    let result = neighbor_list::export(directory, suite.options().seed, |row| wanted(suite, row));
    result.unwrap_or_else(|error| panic!("--export {}: {error}", directory.display()));
}

fn wanted(suite: &Suite, row: &Row) -> bool {
    suite.wants(row.bench, row.atoms) && (suite.options().full || !row.full)
}

fn contest(suite: &mut Suite, vesin: &Result<Vesin, String>, row: &Row) {
    let system = &row.system(suite.options().seed);
    let expected = row.expected(system);
    let size = system.positions.len();
    let mut contest = suite
        .contest(row.bench, size)
        .models(row.models)
        .flatters(row.flatters)
        .operations(expected.pairs as usize * row.repeats)
        .unit("ns/pair")
        .threads(row.threads)
        .rounds_max(row.rounds_max)
        .prepare(|| prime(expected.pairs as usize * row.output.bytes()))
        .expect(expected.finish());
    for &(engine, ratio) in row.targets {
        contest = contest.target(Against::Engine(engine), ratio);
    }
    // Whatever else is promised: never slower than the best peer.
    contest = contest.target(Against::BestPeer, 1.0);
    contest = ours::join(contest, row, system);
    contest = join_vesin(contest, vesin, row, system);
    let (atoms_max, cutoff_max) = PLAIN_MAX;
    if row.threads == 1 && (vesin.is_err() || (size <= atoms_max && row.cutoff <= cutoff_max)) {
        contest = join_plain(contest, "plain cell list", row, system, |system, row| {
            CellList::new(system, row.cutoff).pairs(row.list)
        });
    }
    if row.threads == 1 && size <= ALL_PAIRS_MAX {
        contest = join_plain(contest, "all pairs", row, system, |system, row| {
            all_pairs(system, row.cutoff, row.list)
        });
    }
    contest.run();
}

/// vesin, and where a target names it, vesin with its pairs sorted as ours always are.
pub(crate) fn join_vesin<'a>(
    mut contest: Contest<'a>,
    vesin: &'a Result<Vesin, String>,
    row: &'a Row,
    system: &'a System,
) -> Contest<'a> {
    let options = vesin_options(row);
    for (name, sorted) in [("vesin", false), ("vesin sorted", true)] {
        if sorted && !row.targets.iter().any(|(engine, _)| *engine == name) {
            continue;
        }
        contest = match vesin {
            Err(why) => contest.absent(name, vesin::VERSION, why),
            Ok(vesin) => contest.peer_with(
                name,
                vesin::VERSION,
                || (),
                move |()| last(row.repeats, || vesin.list(system, vesin::Options { sorted, ..options })),
                |(), found| vesin_answer(row, system, found),
            ),
        };
    }
    contest
}

pub(crate) fn vesin_options(row: &Row) -> vesin::Options {
    vesin::Options {
        full: row.list == List::Full,
        n_threads: row.threads.try_into().expect("a handful of threads"),
        return_shifts: row.output != Output::Indices,
        return_distances: row.output == Output::Everything,
        return_vectors: row.output == Output::Everything,
        ..vesin::Options::new(row.cutoff)
    }
}

pub(crate) fn vesin_answer(row: &Row, system: &System, found: &Neighbors<'_>) -> u64 {
    let mut sum = PairSum::default();
    let (pairs, shifts) = (found.pairs(), found.shifts());
    for (index, &[i, j]) in pairs.iter().enumerate() {
        row.add(&mut sum, i as u64, j as u64, shifts.get(index).copied().unwrap_or_default());
    }
    let geometry = found.distances().iter().zip(found.vectors()).zip(pairs.iter().zip(shifts));
    let right = holds_distances(
        system,
        geometry.map(|((&d, &vector), (&[i, j], &shift))| ([i as u32, j as u32], shift, d, vector)),
    );
    checked(sum, right && (row.output != Output::Everything || found.vectors().len() == pairs.len()))
}

/// The checksum, or its complement if a distance was wrong, so that the engine counts as wrong.
pub(crate) fn checked(sum: PairSum, right: bool) -> u64 {
    if right { sum.finish() } else { !sum.finish() }
}

fn join_plain<'a>(
    contest: Contest<'a>,
    name: &'a str,
    row: &'a Row,
    system: &'a System,
    build: impl Fn(&System, &Row) -> neighbor_list::PairList + 'a,
) -> Contest<'a> {
    // The plain ones write indices and shifts, no more.
    if row.output == Output::Everything {
        return contest;
    }
    contest.peer_with(
        name,
        "in this crate",
        || (),
        move |()| last(row.repeats, || build(system, row)),
        |(), found| {
            let mut sum = PairSum::default();
            for (&[i, j], &shift) in found.pairs.iter().zip(&found.shifts) {
                row.add(&mut sum, i.into(), j.into(), shift);
            }
            sum.finish()
        },
    )
}

/// Builds a list `repeats` times from nothing and gives the last.
pub(crate) fn last<T>(repeats: usize, build: impl Fn() -> T) -> T {
    for _ in 1..repeats {
        std::hint::black_box(build());
    }
    build()
}
