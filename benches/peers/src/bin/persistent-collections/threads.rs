//! Readers and writers on several threads: each does the same work, so the time should not grow with their number while there are
//! cores; and reading while another thread drives everything else out of the caches.

use std::sync::atomic::{AtomicBool, Ordering};

use bench_own::harness::Suite;
use bench_own::persistent_collections::{draw, keys, positions};
use persistent_collections::{HashMap, Vector};

use crate::engines::{Hasher, Map, Sequence};
use crate::{IMBL, OURS, STD, engine};

const SIZE: usize = 10_000;
const READS: usize = 1 << 18;
const PRESSED: usize = 100_000;
const READS_PRESSED: usize = 1 << 14;

pub(crate) fn run(suite: &mut Suite) {
    let seed = suite.options().seed;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads: Vec<usize> =
        [1, 2, 4, 8, 16].into_iter().filter(|&n| n <= cores || suite.options().full).collect();
    for threads in threads {
        let bench = format!("threads-{threads}/vector-get");
        if suite.wants(&bench, SIZE) {
            let positions = positions("threads", seed, 1 << 12, SIZE);
            let mut contest = row(suite, &bench, threads);
            engine!(contest, ours, OURS, sequence::<Vector<u64>>(threads, &positions));
            engine!(contest, bound, STD, sequence::<Vec<u64>>(threads, &positions));
            engine!(contest, peer, IMBL, sequence::<imbl::Vector<u64>>(threads, &positions));
            contest.run();
        }
        for writes in [0, 10, 30, 50] {
            let bench = format!("threads-{threads}/hash-{writes}-percent-writes");
            if suite.wants(&bench, SIZE) {
                let keys = keys(seed, SIZE);
                let drawn = draw(seed, &keys, 1 << 12);
                let mut contest = row(suite, &bench, threads);
                type Imbl = imbl::GenericHashMap<u64, u64, Hasher, imbl::shared_ptr::DefaultSharedPtr>;
                engine!(
                    contest,
                    ours,
                    OURS,
                    map::<HashMap<u64, u64, Hasher>>(threads, writes, &keys, &drawn)
                );
                engine!(contest, peer, IMBL, map::<Imbl>(threads, writes, &keys, &drawn));
                contest.run();
            }
        }
    }
    pressure(suite);
}

fn row<'a>(suite: &'a mut Suite, bench: &'a str, threads: usize) -> bench_own::harness::Contest<'a> {
    // The time of the wall in all of them: the work is not done by the thread that waits for it.
    let contest = suite.contest(bench, SIZE).operations(READS).threads(threads as u32).on_wall();
    contest
        .models("one shared version, a working copy for each thread that writes")
        .flatters("whoever touches few counters")
}

/// Reads and writes of a working copy beside a thread that streams through more memory than the caches hold.
fn pressure(suite: &mut Suite) {
    let seed = suite.options().seed;
    let wants = |bench: &str| suite.wants(bench, PRESSED);
    if !wants("pressure/vector-get")
        && !wants("pressure/hash-get")
        && !wants("pressure/hash-10-percent-writes")
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
        type Imbl = imbl::GenericHashMap<u64, u64, Hasher, imbl::shared_ptr::DefaultSharedPtr>;
        if suite.wants("pressure/vector-get", PRESSED) {
            let mut contest = pressed(suite, "pressure/vector-get");
            engine!(contest, ours, OURS, gather::<Vector<u64>>(&positions));
            engine!(contest, bound, STD, gather::<Vec<u64>>(&positions));
            engine!(contest, peer, IMBL, gather::<imbl::Vector<u64>>(&positions));
            contest.run();
        }
        for (bench, writes) in [("pressure/hash-get", 0), ("pressure/hash-10-percent-writes", 10)] {
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
    });
}

fn pressed<'a>(suite: &'a mut Suite, bench: &'a str) -> bench_own::harness::Contest<'a> {
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

fn sequence<E: Sequence + Sync>(threads: usize, positions: &[usize]) -> impl FnMut() -> u64 {
    let v = E::build(0..SIZE as u64);
    move || on_threads(threads, || (0..READS).fold(0, |sum, i| sum + v.at(positions[i % positions.len()])))
}

fn map<E: Map<u64> + Sync>(
    threads: usize,
    writes: usize,
    keys: &[u64],
    drawn: &[u64],
) -> impl FnMut() -> u64 {
    let entries: Vec<(u64, u64)> = keys.iter().map(|&k| (k, k)).collect();
    let map = E::build(&entries);
    move || on_threads(threads, || work(&mut map.clone(), writes, drawn, READS))
}
