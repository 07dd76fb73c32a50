//! Readers on several threads: each does the same work, so the time should not grow with their number.

use bench_own::harness::Suite;
use bench_own::persistent_collections::{draw, keys, positions};
use persistent_collections::{HashMap, Vector};

use crate::engines::{Hasher, Map, Sequence};
use crate::{IMBL, OURS, STD, engine};

const SIZE: usize = 10_000;
const READS: usize = 1 << 18;

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
            engine!(contest, peer, STD, sequence::<Vec<u64>>(threads, &positions));
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
}

fn row<'a>(suite: &'a mut Suite, bench: &'a str, threads: usize) -> bench_own::harness::Contest<'a> {
    let contest = suite.contest(bench, SIZE).operations(READS).threads(threads as u32);
    contest
        .models("one shared version, a working copy for each thread that writes")
        .flatters("whoever touches few counters")
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
    move || {
        on_threads(threads, || {
            let mut own = map.clone();
            (0..READS).fold(0_u64, |sum, i| {
                let key = drawn[i % drawn.len()];
                if i % 100 < writes {
                    own.put(key, i as u64);
                    sum
                } else {
                    sum.wrapping_add(own.find(&key))
                }
            })
        })
    }
}
