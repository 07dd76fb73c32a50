//! Who takes part in a row.

use std::collections::BTreeMap;

use bench_own::bplus_tree::Key;
#[cfg(feature = "bplus-tree-all")]
use bench_own::harness::Peers;
use bench_own::harness::{Contest, Suite};
use bplus_tree::BPlusTreeMap;

use super::tasks::{Read, Write};
use crate::engines::SortedMap;
#[cfg(feature = "bplus-tree-all")]
use crate::engines::SortedVec;

pub(super) type Ours<K> = BPlusTreeMap<K, u64>;
pub(super) type Std<K> = BTreeMap<K, u64>;
pub(super) type Brie<K> = brie_tree::BTree<K, u64>;

pub(super) const OURS: &str = env!("CARGO_PKG_VERSION");

/// One map of each contender with the same entries, inserted in random order.
pub(super) struct Maps<K: Key> {
    pub(super) ours: Ours<K>,
    pub(super) std: Std<K>,
    #[cfg(feature = "bplus-tree-all")]
    others: Option<Others<K>>,
}

#[cfg(feature = "bplus-tree-all")]
pub(super) struct Others<K: Key> {
    embed: embed_btree::BTreeMap<K, u64>,
    indexset: indexset::BTreeMap<K, u64>,
    pstd: pstd::collections::BTreeMap<K, u64>,
    scc: scc::TreeIndex<K, u64>,
    vec: SortedVec<K>,
}

impl<K: Key> Maps<K> {
    pub(super) fn new(suite: &Suite, keys: &[K]) -> Self {
        #[cfg(not(feature = "bplus-tree-all"))]
        let _ = suite;
        Self {
            ours: SortedMap::from_random(keys),
            std: SortedMap::from_random(keys),
            #[cfg(feature = "bplus-tree-all")]
            others: (suite.options().peers == Peers::All).then(|| Others {
                embed: SortedMap::from_random(keys),
                indexset: SortedMap::from_random(keys),
                pstd: SortedMap::from_random(keys),
                scc: SortedMap::from_random(keys),
                vec: SortedMap::from_random(keys),
            }),
        }
    }

    /// Adds every contender but those for some key types only.
    pub(super) fn enter<'a>(&'a self, contest: Contest<'a>, read: &'a impl Read<K>) -> Contest<'a> {
        let contest = contest.ours("bplus-tree", OURS, || (), move |()| read.run(&self.ours)).peer(
            "std",
            "1.95",
            || (),
            move |()| read.run(&self.std),
        );
        #[cfg(feature = "bplus-tree-all")]
        if let Some(others) = &self.others {
            return contest
                .peer("embed-btree", "0.4.1", || (), move |()| read.run(&others.embed))
                .peer("indexset", "0.16", || (), move |()| read.run(&others.indexset))
                .peer("pstd", "1.0.152", || (), move |()| read.run(&others.pstd))
                .peer("scc TreeIndex", "3.8", || (), move |()| read.run(&others.scc))
                .peer("sorted Vec", "1.95", || (), move |()| read.run(&others.vec))
                .bound();
        }
        contest
    }
}

/// Adds every contender but those for some key types only.
pub(super) fn enter_write<'a, K: Key>(
    all: bool,
    contest: Contest<'a>,
    write: &'a impl Write<K>,
) -> Contest<'a> {
    let contest = contest.ours("bplus-tree", OURS, || write.set_up::<Ours<K>>(), |map| write.run(map)).peer(
        "std",
        "1.95",
        || write.set_up::<Std<K>>(),
        |map| write.run(map),
    );
    #[cfg(feature = "bplus-tree-all")]
    if all {
        return contest
            .peer(
                "embed-btree",
                "0.4.1",
                || write.set_up::<embed_btree::BTreeMap<K, u64>>(),
                |map| write.run(map),
            )
            .peer("indexset", "0.16", || write.set_up::<indexset::BTreeMap<K, u64>>(), |map| write.run(map))
            .peer(
                "pstd",
                "1.0.152",
                || write.set_up::<pstd::collections::BTreeMap<K, u64>>(),
                |map| write.run(map),
            )
            .peer("scc TreeIndex", "3.8", || write.set_up::<scc::TreeIndex<K, u64>>(), |map| write.run(map));
    }
    let _ = all;
    contest
}
