//! Rows of maps that are there already.

use bench_own::bplus_tree::Workload;
use bench_own::harness::{Against, Suite};

use super::contenders::{Entries, Maps, OURS, Ours};
use super::tasks::{Dependent, Get, Iterate, Nexts, Ranges};
use super::{promised, sizes, wants_any};

const RANGE_ROWS: [&str; 4] = ["range/10", "range/100", "range/1000", "range/open"];

pub(crate) fn reads(suite: &mut Suite) {
    let names = [
        "get/random",
        "get/miss",
        "get/dependent",
        "get/many",
        "iterate/iter",
        "iterate/chunks",
        "iterate/packed",
    ];
    for size in sizes(suite) {
        if !wants_any(suite, &names, size) && !wants_any(suite, &RANGE_ROWS, size) {
            continue;
        }
        let lookups = if size <= 100_000 { 100_000 } else { 300_000 };
        let work = Workload::<u64>::new(size, lookups, suite.options().seed);
        let maps = Maps::new(suite, &Entries::Random(&work.keys));
        macro_rules! row {
            ($bench:expr, $models:literal, $flatters:literal, $operations:expr, $targets:expr, $read:expr) => {{
                let read = $read;
                let contest =
                    suite.contest($bench, size).models($models).flatters($flatters).operations($operations);
                let contest = promised(contest, $targets, size);
                maps.enter(contest, &read).run();
            }};
        }
        row!(
            "get/random",
            "point look-ups by an index, keys present, in random order",
            "whoever compares many keys at once",
            lookups,
            &[(1_000, 6.0, 1.2), (100_000, 4.0, 1.3), (1_000_000, 3.5, 1.4), (10_000_000, 4.0, 1.4)],
            Get(&work.lookups)
        );
        row!(
            "get/miss",
            "look-ups of keys that are not there",
            "whoever compares many keys at once",
            work.others.len(),
            &[],
            Get(&work.others)
        );
        row!(
            "get/dependent",
            "a chain of look-ups, each after the last is answered",
            "shallow trees whose cache misses overlap",
            lookups,
            &[(1_000_000, 1.8, 2.0), (10_000_000, 2.3, 2.0)],
            Dependent(&work.lookups)
        );
        let many = |()| {
            let mut sum = 0_u64;
            let mut found = [None; 256];
            for keys in work.lookups.chunks(256) {
                let found = &mut found[..keys.len()];
                maps.ours.get_many(keys, found);
                sum = found.iter().fold(sum, |sum, value| sum.wrapping_add(value.copied().unwrap_or(1)));
            }
            sum
        };
        let get = Get(&work.lookups);
        let contest = suite
            .contest("get/many", size)
            .models("a batch of look-ups known at once, as in a join")
            .flatters("ours: no peer has batches, so they look up one by one")
            .operations(lookups);
        let contest = match size {
            1_000_000 => contest.target(Against::Engine("std"), 9.0),
            10_000_000 => contest.target(Against::Engine("std"), 12.0),
            _ => contest,
        };
        maps.enter_peers(contest.ours("bplus-tree", OURS, || (), |()| many(())), &get).run();

        let iterate = [(1_000_000, 12.0, 7.0)];
        row!("iterate/iter", "a full scan by a for loop", "packed leaves", size, &iterate, Iterate);
        let flat = Flat::new(&work);
        let contest = suite
            .contest("iterate/chunks", size)
            .models("a full scan by slices of keys and values")
            .flatters("ours: no peer gives slices, so they iterate")
            .operations(size);
        let contest = if size == 1_000_000 { contest.target(Against::Engine("std"), 20.0) } else { contest };
        maps.enter_peers(contest.ours("bplus-tree", OURS, || (), |()| chunks_sum(&maps.ours)), &Iterate)
            .peer("two flat Vecs", "1.95", || (), |()| flat.sum())
            .bound()
            .run();
        packed_scan(suite, &work, &flat);

        for (bench, width, ratio) in
            [(RANGE_ROWS[0], 10, 3.0), (RANGE_ROWS[1], 100, 4.0), (RANGE_ROWS[2], 1000, 8.0)]
        {
            if size < 100_000 || !suite.wants(bench, size) {
                continue;
            }
            let count = 300_000 / width;
            let ranges: Vec<(u64, u64)> = (0..count)
                .map(|i| {
                    let from =
                        work.sorted.partition_point(|entry| entry.0 < work.lookups[i]).min(size - width - 1);
                    (work.sorted[from].0, work.sorted[from + width].0)
                })
                .collect();
            let target = if size == 1_000_000 { vec![(size, ratio, 1.1)] } else { Vec::new() };
            row!(
                bench,
                "a window of neighbouring keys",
                "linked and packed leaves",
                count,
                &target,
                Ranges(&ranges)
            );
        }
        let starts = &work.lookups[..3_000];
        row!(
            RANGE_ROWS[3],
            "the next hundred entries from a key on, by a range without an end",
            "linked and packed leaves",
            starts.len(),
            &[],
            Nexts(starts, 100)
        );
    }
}

/// The least that a scan can cost: keys and values in two arrays.
struct Flat {
    keys: Vec<u64>,
    values: Vec<u64>,
}

impl Flat {
    fn new(work: &Workload<u64>) -> Self {
        let (keys, values) = work.sorted.iter().copied().unzip();
        Self { keys, values }
    }

    fn sum(&self) -> u64 {
        slices_sum(0, (&self.keys, &self.values))
    }
}

fn slices_sum(sum: u64, (keys, values): (&[u64], &[u64])) -> u64 {
    let add = |sum: u64, number: &u64| sum.wrapping_add(*number);
    values.iter().fold(keys.iter().fold(sum, add), add)
}

fn chunks_sum(map: &Ours<u64>) -> u64 {
    map.chunks().fold(0, slices_sum)
}

/// Scans of maps built from sorted entries.
fn packed_scan(suite: &mut Suite, work: &Workload<u64>, flat: &Flat) {
    let bench = "iterate/packed";
    if !suite.wants(bench, work.keys.len()) {
        return;
    }
    let maps = Maps::new(suite, &Entries::Sorted(&work.sorted));
    let contest = suite
        .contest(bench, work.keys.len())
        .models("a full scan by slices of a map built from sorted entries, or compacted")
        .flatters("ours: no peer gives slices, so they iterate")
        .operations(work.keys.len());
    maps.enter_peers(contest.ours("bplus-tree", OURS, || (), |()| chunks_sum(&maps.ours)), &Iterate)
        .peer("two flat Vecs", "1.95", || (), |()| flat.sum())
        .bound()
        .run();
}
