//! Readers and writers on several threads: each does the same work, so the time should not grow with their number while there are
//! cores; and reading while another thread drives everything else out of the caches.
//!
//! A full run goes on beyond the cores there are. Those rows say so, and tell nothing about scaling: the time of a run grows by as
//! many times as threads wait for a core.

use std::sync::atomic::{AtomicBool, Ordering};

use bench_own::harness::{Contest, Suite};
use bench_own::persistent_collections::{draw, keys, positions};
use persistent_collections::{HashMap, Vector};

use crate::engines::{Hasher, Map, Sequence};
use crate::{IMBL, OURS, STD, engine};

type Imbl = imbl::GenericHashMap<u64, u64, Hasher, imbl::shared_ptr::DefaultSharedPtr>;

const THREADS: [usize; 5] = [1, 2, 4, 8, 16];
/// How many of a hundred operations replace a value.
const WRITES: [usize; 4] = [0, 10, 30, 50];
const PRESSED: usize = 100_000;
const READS_PRESSED: usize = 1 << 14;

/// One sweep over the number of threads.
struct Sweep {
    name: &'static str,
    size: usize,
    /// Operations of each thread.
    operations: usize,
    /// Threads that run beside those of the row.
    neighbours: usize,
}

const QUIET: Sweep = Sweep { name: "threads", size: 10_000, operations: 1 << 17, neighbours: 0 };
const UNDER_PRESSURE: Sweep =
    Sweep { name: "pressure-threads", size: PRESSED, operations: 1 << 15, neighbours: 1 };

pub(crate) fn run(suite: &mut Suite) {
    QUIET.run(suite);
    pressure(suite);
}

impl Sweep {
    fn run(&self, suite: &mut Suite) {
        let most =
            if suite.options().full { usize::MAX } else { cores().saturating_sub(self.neighbours).max(1) };
        for threads in THREADS.into_iter().filter(|&threads| threads <= most) {
            self.vector_row(suite, threads);
            for writes in WRITES {
                self.hash_row(suite, threads, writes);
            }
        }
    }

    fn is_wanted(&self, suite: &Suite) -> bool {
        let rows = WRITES.map(hash_bench).into_iter().chain(["vector-get".to_owned()]);
        let all = THREADS
            .iter()
            .flat_map(|threads| rows.clone().map(move |row| format!("{}-{threads}/{row}", self.name)));
        all.into_iter().any(|bench| suite.wants(&bench, self.size))
    }

    fn vector_row(&self, suite: &mut Suite, threads: usize) {
        let bench = format!("{}-{threads}/vector-get", self.name);
        if suite.wants(&bench, self.size) {
            let positions = positions(self.name, suite.options().seed, 1 << 12, self.size);
            let mut contest = self.contest(suite, &bench, threads);
            engine!(contest, ours, OURS, self.sequence::<Vector<u64>>(threads, &positions));
            engine!(contest, bound, STD, self.sequence::<Vec<u64>>(threads, &positions));
            engine!(contest, peer, IMBL, self.sequence::<imbl::Vector<u64>>(threads, &positions));
            contest.run();
        }
    }

    fn hash_row(&self, suite: &mut Suite, threads: usize, writes: usize) {
        let bench = format!("{}-{threads}/{}", self.name, hash_bench(writes));
        if suite.wants(&bench, self.size) {
            let keys = keys(suite.options().seed, self.size);
            let drawn = draw(suite.options().seed, &keys, 1 << 12);
            let mut contest = self.contest(suite, &bench, threads);
            engine!(
                contest,
                ours,
                OURS,
                self.map::<HashMap<u64, u64, Hasher>>(threads, writes, &keys, &drawn)
            );
            engine!(contest, peer, IMBL, self.map::<Imbl>(threads, writes, &keys, &drawn));
            contest.run();
        }
    }

    fn contest<'a>(&self, suite: &'a mut Suite, bench: &'a str, threads: usize) -> Contest<'a> {
        let has_cores = threads + self.neighbours <= cores();
        let models = match (has_cores, self.neighbours) {
            (true, 0) => "one shared version, a working copy for each thread that writes",
            (true, _) => "the same beside a neighbour that streams through memory",
            (false, 0) => {
                "more threads than cores: one shared version, a working copy for each thread that writes"
            }
            (false, _) => "more threads than cores: the same beside a neighbour that streams through memory",
        };
        // The time of the wall in all of them: the work is not done by the thread that waits for it.
        let contest =
            suite.contest(bench, self.size).operations(self.operations).threads(threads as u32).on_wall();
        let contest = contest.models(models).flatters("whoever touches few counters");
        if has_cores { contest } else { contest.rounds_max(5) }
    }

    fn sequence<E: Sequence + Sync>(&self, threads: usize, positions: &[usize]) -> impl FnMut() -> u64 {
        let (v, operations) = (E::build(0..self.size as u64), self.operations);
        move || {
            on_threads(threads, || {
                (0..operations).fold(0, |sum, i| sum + v.at(positions[i % positions.len()]))
            })
        }
    }

    fn map<E: Map<u64> + Sync>(
        &self,
        threads: usize,
        writes: usize,
        keys: &[u64],
        drawn: &[u64],
    ) -> impl FnMut() -> u64 {
        let entries: Vec<(u64, u64)> = keys.iter().map(|&k| (k, k)).collect();
        let (map, operations) = (E::build(&entries), self.operations);
        move || on_threads(threads, || work(&mut map.clone(), writes, drawn, operations))
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn hash_bench(writes: usize) -> String {
    format!("hash-{writes}-percent-writes")
}

/// Reads and writes of a working copy beside a thread that streams through more memory than the caches hold.
fn pressure(suite: &mut Suite) {
    let seed = suite.options().seed;
    let hash_rows = [
        ("pressure/hash-get", 0),
        ("pressure/hash-10-percent-writes", 10),
        ("pressure/hash-30-percent-writes", 30),
        ("pressure/hash-50-percent-writes", 50),
    ];
    let wants = |bench: &str| suite.wants(bench, PRESSED);
    if !wants("pressure/vector-get")
        && !hash_rows.iter().any(|(bench, _)| wants(bench))
        && !UNDER_PRESSURE.is_wanted(suite)
    {
        return;
    }
    let positions = positions("pressure", seed, READS_PRESSED, PRESSED);
    let keys = keys(seed, PRESSED);
    let drawn = draw(seed, &keys, READS_PRESSED);
    let stream: Vec<u64> = (0..8 << 20).collect();
    let pressing = AtomicBool::new(true);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while pressing.load(Ordering::Relaxed) {
                std::hint::black_box(stream.iter().step_by(8).sum::<u64>());
            }
        });
        let _stop = Stop(&pressing);
        if suite.wants("pressure/vector-get", PRESSED) {
            let mut contest = pressed(suite, "pressure/vector-get");
            engine!(contest, ours, OURS, gather::<Vector<u64>>(&positions));
            engine!(contest, bound, STD, gather::<Vec<u64>>(&positions));
            engine!(contest, peer, IMBL, gather::<imbl::Vector<u64>>(&positions));
            contest.run();
        }
        for (bench, writes) in hash_rows {
            if suite.wants(bench, PRESSED) {
                let mut contest = pressed(suite, bench);
                engine!(contest, ours, OURS, mixed::<HashMap<u64, u64, Hasher>>(writes, &keys, &drawn));
                engine!(
                    contest,
                    bound,
                    STD,
                    mixed::<std::collections::HashMap<u64, u64, Hasher>>(writes, &keys, &drawn)
                );
                engine!(contest, peer, IMBL, mixed::<Imbl>(writes, &keys, &drawn));
                contest.run();
            }
        }
        UNDER_PRESSURE.run(suite);
    });
}

fn pressed<'a>(suite: &'a mut Suite, bench: &'a str) -> Contest<'a> {
    let contest = suite.contest(bench, PRESSED).operations(READS_PRESSED);
    contest.models("beside a neighbour that streams through memory").flatters("whoever touches few lines")
}

fn gather<E: Sequence>(positions: &[usize]) -> impl FnMut() -> u64 {
    let v = E::build(0..PRESSED as u64);
    move || positions.iter().fold(0, |sum, &at| sum ^ v.at(at))
}

fn mixed<E: Map<u64>>(writes: usize, keys: &[u64], drawn: &[u64]) -> impl FnMut() -> u64 {
    let mut map = E::build(&keys.iter().map(|&k| (k, k)).collect::<Vec<_>>());
    move || work(&mut map, writes, drawn, drawn.len())
}

/// Ends the neighbour, also when a row panics.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// `count` look-ups, of which `writes` of a hundred are replacements.
fn work<E: Map<u64>>(map: &mut E, writes: usize, drawn: &[u64], count: usize) -> u64 {
    (0..count).fold(0_u64, |sum, i| {
        let key = drawn[i % drawn.len()];
        if i % 100 < writes {
            // What is there already, so that every run has one answer.
            map.put(key, key);
            sum
        } else {
            sum.wrapping_add(map.find(&key))
        }
    })
}

fn on_threads(threads: usize, work: impl Fn() -> u64 + Sync) -> u64 {
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        handles.into_iter().fold(0, |sum, handle| sum ^ handle.join().expect("readers do not panic") ^ 1)
    })
}
