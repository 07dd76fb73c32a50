//! Rows of positions.

use std::hint::black_box;

use bench_own::bplus_tree::Workload;
use bench_own::harness::{Against, Suite, checksum};
use bplus_tree::RankedMap;

use super::contenders::OURS;
use super::wants_any;
#[cfg(feature = "bplus-tree-all")]
use crate::engines::SortedMap;
#[cfg(feature = "bplus-tree-all")]
use sweep_bptree::argument::count::Count;

pub(crate) fn ranks(suite: &mut Suite) {
    let size = 1_000_000;
    if !wants_any(suite, &["rank", "nth"], size) {
        return;
    }
    let work = Workload::<u64>::new(size, 200_000, suite.options().seed);
    let ours: RankedMap<u64, u64> = work.keys.iter().copied().zip(0..).collect::<Vec<_>>().into_iter().fold(
        RankedMap::new(),
        |mut map, (key, value)| {
            map.insert(key, value);
            map
        },
    );
    let ranks: Vec<usize> = work.lookups.iter().map(|key| ours.rank(key)).collect();
    #[cfg(feature = "bplus-tree-all")]
    let peer: indexset::BTreeMap<u64, u64> = SortedMap::from_random(&work.keys);
    #[cfg(feature = "bplus-tree-all")]
    let sweep: sweep_bptree::BPlusTreeMap<u64, u64, Count> = SortedMap::from_random(&work.keys);
    let contest = suite
        .contest("rank", size)
        .models("how many keys are less")
        .flatters("whoever keeps counts")
        .operations(work.lookups.len())
        .target(Against::Engine("indexset"), 1.0)
        .ours(
            "bplus-tree RankedMap",
            OURS,
            || (),
            |()| work.lookups.iter().fold(0, |sum, key| checksum(sum, ours.rank(key) as u64)),
        )
        .peer(
            "sorted Vec",
            "1.95",
            || (),
            |()| {
                let rank = |key: &u64| work.sorted.partition_point(|entry| entry.0 < *key);
                work.lookups.iter().fold(0, |sum, key| checksum(sum, rank(key) as u64))
            },
        )
        .bound();
    #[cfg(feature = "bplus-tree-all")]
    let contest = contest.peer(
        "indexset",
        "0.16",
        || (),
        |()| work.lookups.iter().fold(0, |sum, key| checksum(sum, peer.rank(key) as u64)),
    );
    #[cfg(feature = "bplus-tree-all")]
    let contest = contest.peer(
        "sweep-bptree",
        "0.4.1",
        || (),
        |()| {
            let rank = |key| match sweep.rank_by_argument::<usize>(key) {
                Ok(rank) | Err(rank) => rank,
            };
            work.lookups.iter().fold(0, |sum, key| checksum(sum, rank(key) as u64))
        },
    );
    contest.run();
    let contest = suite
        .contest("nth", size)
        .models("percentiles: the entry of a rank")
        .flatters("whoever keeps counts; the Vec has it for nothing")
        .operations(ranks.len())
        .target(Against::Engine("indexset"), 1.0)
        .ours(
            "bplus-tree RankedMap",
            OURS,
            || (),
            |()| ranks.iter().fold(0, |sum, rank| checksum(sum, *ours.nth(*rank).expect("there").0)),
        )
        .peer(
            "sorted Vec",
            "1.95",
            || (),
            |()| ranks.iter().fold(0, |sum, rank| checksum(sum, work.sorted[black_box(*rank)].0)),
        )
        .bound();
    #[cfg(feature = "bplus-tree-all")]
    let contest = contest.peer(
        "indexset",
        "0.16",
        || (),
        |()| ranks.iter().fold(0, |sum, rank| checksum(sum, *peer.get_index(*rank).expect("there").0)),
    );
    #[cfg(feature = "bplus-tree-all")]
    let contest = contest.peer(
        "sweep-bptree",
        "0.4.1",
        || (),
        |()| {
            let nth = |rank: &usize| *sweep.get_by_argument(*rank).expect("there").0;
            ranks.iter().fold(0, |sum, rank| checksum(sum, nth(rank)))
        },
    );
    contest.run();
}
