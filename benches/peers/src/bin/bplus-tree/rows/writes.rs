//! Rows of maps that are filled, emptied and changed.

use bench_own::bplus_tree::{Workload, mixed};
use bench_own::harness::{Against, Peers, Suite};

use super::contenders::enter_write;
use super::tasks::{Build, Insert, Mixed, Remove};
use super::{promised, sizes, wants_any};

pub(crate) fn writes(suite: &mut Suite) {
    let all = suite.options().peers == Peers::All;
    for size in sizes(suite) {
        if !wants_any(
            suite,
            &["insert/random", "insert/sorted", "build/sorted", "remove/random", "mixed/80-10-10"],
            size,
        ) {
            continue;
        }
        let work = Workload::<u64>::new(size, (size / 2).min(400_000), suite.options().seed);
        let repeat = (100_000 / size).max(1);
        let rounds = if size > 1_000_000 { 3 } else { 7 };

        let random = Insert(&work.keys, repeat);
        let targets = [(1_000, 1.0, 1.0), (100_000, 2.0, 1.0), (1_000_000, 1.8, 1.0), (10_000_000, 2.5, 1.0)];
        let contest = suite
            .contest("insert/random", size)
            .models("filling an index in no order")
            .flatters("small nodes in small maps, cache-line nodes in large ones")
            .operations(size * repeat)
            .rounds_max(rounds);
        enter_write(all, promised(contest, &targets, size), &random).run();

        let ascending: Vec<u64> = work.sorted.iter().map(|entry| entry.0).collect();
        let sorted = Insert(&ascending, repeat);
        let contest = suite
            .contest("insert/sorted", size)
            .models("appending time stamps one by one")
            .flatters("whoever remembers the last leaf")
            .operations(size * repeat)
            .rounds_max(rounds);
        let contest = match size {
            1_000_000 => contest.target(Against::Engine("std"), 4.0).target(Against::BestPeer, 1.0),
            _ => contest,
        };
        enter_write(all, contest, &sorted).run();

        let build = Build(&work.sorted);
        let contest = suite
            .contest("build/sorted", size)
            .models("loading a sorted file")
            .flatters("whoever packs leaves")
            .operations(size)
            .rounds_max(rounds);
        let contest = promised(contest, &[(1_000_000, 1.3, 4.0), (10_000_000, 1.3, 4.0)], size);
        enter_write(all, contest, &build).run();

        let remove = Remove(&work);
        let targets = [(1_000_000, 2.5, 1.0)];
        let contest = suite
            .contest("remove/random", size)
            .models("expiring entries in no order")
            .flatters("whoever rebalances seldom")
            .operations(work.lookups.len())
            .rounds_max(rounds.min(5));
        enter_write(all, promised(contest, &targets, size), &remove).run();

        let steps = mixed(size, (size / 2).min(400_000), suite.options().seed);
        let run = Mixed(&work, &steps);
        let contest = suite
            .contest("mixed/80-10-10", size)
            .models("an index in use: 80 % look-ups, 10 % insertions, 10 % removals")
            .flatters("whoever is good at look-ups")
            .operations(steps.len())
            .rounds_max(rounds.min(5));
        enter_write(all, promised(contest, &targets, size), &run).run();
    }
}
