//! Where searches of one node cross over by its capacity, and what prefetching gives.

use std::hint::black_box;

use bench_own::bplus_tree::Workload;
use bench_own::harness::{Suite, checksum};
use bplus_tree::{BPlusTreeMap, Nodes};
use simd_kernels::Level;
use simd_kernels::search::{self, Key};

pub(crate) fn rows(suite: &mut Suite) {
    for capacity in [8, 16, 32, 64, 128, 256] {
        searches(suite, "search/u64", capacity, |number| number);
        searches(suite, "search/u32", capacity, |number| (number >> 32) as u32);
    }
    for size in [100_000, 1_000_000] {
        prefetches(suite, size);
    }
    if suite.options().full {
        prefetches(suite, 10_000_000);
    }
}

/// Keys of all nodes together: they stay in the second-level cache.
const KEYS: usize = 16 * 1024;

/// Searches in full nodes of one capacity, by counting and by halving, at every level of this machine.
fn searches<T: Key + Copy + Ord>(
    suite: &mut Suite,
    bench: &'static str,
    capacity: usize,
    of: impl Fn(u64) -> T,
) {
    if !suite.wants(bench, capacity) {
        return;
    }
    let work = Workload::<u64>::new(KEYS, 50_000, suite.options().seed);
    let keys: Vec<T> = work.sorted.iter().map(|entry| of(entry.0)).collect();
    let nodes: Vec<&[T]> = keys.chunks_exact(capacity).collect();
    // A node and a key whose place is somewhere in it.
    let sought: Vec<(&[T], T)> = work
        .lookups
        .iter()
        .map(|key| {
            let place = work.sorted.partition_point(|entry| entry.0 < *key);
            (nodes[(place / capacity).min(nodes.len() - 1)], of(*key))
        })
        .collect();
    let sought = &sought[..];
    let mut contest = suite
        .contest(bench, capacity)
        .models("the search of one node, which is cached, by its capacity")
        .flatters("counting in small nodes, halving in large ones")
        .operations(sought.len())
        .ours(
            "hybrid",
            "detected",
            || (),
            |()| sum(black_box(sought), |node, key| search::lower_bound(Level::detect(), node, key)),
        )
        .peer(
            "binary",
            "std",
            || (),
            |()| sum(black_box(sought), |node, key| node.partition_point(|other| *other < key)),
        );
    for level in Level::available() {
        let count = move |node: &[T], key| search::count_lt(level, node, key);
        contest = contest.peer(
            match level.name() {
                "scalar" => "counting, scalar",
                "sse2" => "counting, sse2",
                "avx2" => "counting, avx2",
                _ => "counting, avx512",
            },
            "",
            || (),
            move |()| sum(black_box(sought), count),
        );
    }
    contest.run();
}

fn sum<T: Copy>(sought: &[(&[T], T)], place: impl Fn(&[T], T) -> usize) -> u64 {
    sought.iter().fold(0, |sum, (node, key)| checksum(sum, place(node, *key) as u64))
}

/// Look-ups with and without asking for the whole leaf ahead.
fn prefetches(suite: &mut Suite, size: usize) {
    let bench = "get/prefetch";
    if !suite.wants(bench, size) {
        return;
    }
    let work = Workload::<u64>::new(size, 300_000, suite.options().seed);
    let mut on = BPlusTreeMap::<u64, u64, Nodes<62, 62>>::with_shape();
    let mut off = BPlusTreeMap::<u64, u64, Nodes<62, 62, false, false>>::with_shape();
    for (key, value) in work.keys.iter().zip(0..) {
        on.insert(*key, value);
        off.insert(*key, value);
    }
    let lookups = &work.lookups;
    suite
        .contest(bench, size)
        .models("point look-ups, the leaf's lines asked for as soon as it is known, or not")
        .flatters("prefetching, where leaves are in no near cache")
        .operations(lookups.len())
        .ours("prefetch", "on", || (), |()| lookups.iter().fold(0, |sum, key| checksum(sum, on[key])))
        .peer("no prefetch", "off", || (), |()| lookups.iter().fold(0, |sum, key| checksum(sum, off[key])))
        .run();
}
