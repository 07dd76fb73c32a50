//! Rows of other keys than `u64`.

use bench_own::bplus_tree::Workload;
use bench_own::harness::{Against, Peers, Suite};

use super::contenders::{Contender, Entries, Maps, OURS, enter_write};
use super::tasks::{Get, Insert};
use super::{sizes, wants_any};

/// Look-ups and insertions of one further key type.
fn key_rows<K: Contender>(suite: &mut Suite, get: &str, insert: &str, size: usize, std: Option<f64>) {
    let all = suite.options().peers == Peers::All;
    if !wants_any(suite, &[get, insert], size) {
        return;
    }
    let work = Workload::<K>::new(size, 100_000, suite.options().seed);
    let maps = Maps::new(suite, &Entries::Random(&work.keys));
    let read = Get(&work.lookups);
    let contest = suite
        .contest(get, size)
        .models("point look-ups with keys of this type, in random order")
        .flatters("whoever compares few keys")
        .operations(work.lookups.len());
    let contest = match std {
        Some(ratio) => contest.target(Against::Engine("std"), ratio).target(Against::BestPeer, 1.0),
        None => contest,
    };
    maps.enter(contest, &read).run();
    drop(maps);
    let write = Insert(&work.keys, (100_000 / size).max(1));
    let contest = suite
        .contest(insert, size)
        .models("filling an index in no order with keys of this type")
        .flatters("whoever compares few keys")
        .operations(size * write.1)
        .rounds_max(3);
    enter_write(all, contest, &write).run();
}

pub(crate) fn other_keys(suite: &mut Suite) {
    for size in sizes(suite) {
        let promised = (size == 1_000_000).then_some(3.5);
        key_rows::<u32>(suite, "get/u32", "insert/u32", size, promised);
        if size < 10_000_000 {
            key_rows::<[u8; 16]>(suite, "get/bytes16", "insert/bytes16", size, None);
        }
    }
    for (size, promised) in [(10_000, 2.0), (300_000, 1.25), (1_000_000, 1.5)] {
        key_rows::<String>(suite, "get/string", "insert/string", size, Some(promised));
        string_batches(suite, size);
    }
}

/// Look-ups of strings known at once.
fn string_batches(suite: &mut Suite, size: usize) {
    let bench = "get/string-many";
    if !suite.wants(bench, size) {
        return;
    }
    let work = Workload::<String>::new(size, 100_000, suite.options().seed);
    let maps = Maps::new(suite, &Entries::Random(&work.keys));
    let get = Get(&work.lookups);
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
    let contest = suite
        .contest(bench, size)
        .models("a batch of look-ups known at once, as in a join, with strings for keys")
        .flatters("ours: no peer has batches, so they look up one by one")
        .operations(work.lookups.len());
    maps.enter_peers(contest.ours("bplus-tree", OURS, || (), |()| many(())), &get).run();
}
