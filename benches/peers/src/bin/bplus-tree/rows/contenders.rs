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

/// A key type of the rows.
pub(super) trait Contender: Key {
    /// brie-tree's map, which takes integers only; for other keys another, that stays out.
    type Brie: SortedMap<Self>;
    const BRIE: bool;
}

impl Contender for u64 {
    type Brie = Brie<Self>;
    const BRIE: bool = true;
}
impl Contender for u32 {
    type Brie = Brie<Self>;
    const BRIE: bool = true;
}
impl Contender for [u8; 16] {
    type Brie = Std<Self>;
    const BRIE: bool = false;
}
impl Contender for String {
    type Brie = Std<Self>;
    const BRIE: bool = false;
}

/// One map of each contender with the same entries.
pub(super) struct Maps<K: Contender> {
    pub(super) ours: Ours<K>,
    pub(super) std: Std<K>,
    brie: K::Brie,
    #[cfg(feature = "bplus-tree-all")]
    others: Option<Others<K>>,
}

#[cfg(feature = "bplus-tree-all")]
struct Others<K: Key> {
    embed: embed_btree::BTreeMap<K, u64>,
    indexset: indexset::BTreeMap<K, u64>,
    pstd: pstd::collections::BTreeMap<K, u64>,
    sweep: sweep_bptree::BPlusTreeMap<K, u64>,
    scc: scc::TreeIndex<K, u64>,
    vec: SortedVec<K>,
}

/// Where the entries of `Maps` are from.
pub(super) enum Entries<'a, K> {
    /// Inserted one by one, in this order; the value is the position.
    Random(&'a [K]),
    /// Taken as they are.
    Sorted(&'a [(K, u64)]),
}

impl<K: Key> Entries<'_, K> {
    fn build<M: SortedMap<K>>(&self) -> M {
        match self {
            Self::Random(keys) => M::from_random(keys),
            Self::Sorted(entries) => M::from_sorted(entries.to_vec()),
        }
    }
}

impl<K: Contender> Maps<K> {
    pub(super) fn new(suite: &Suite, entries: &Entries<'_, K>) -> Self {
        #[cfg(not(feature = "bplus-tree-all"))]
        let _ = suite;
        Self {
            ours: entries.build(),
            std: entries.build(),
            brie: if K::BRIE { entries.build() } else { SortedMap::empty() },
            #[cfg(feature = "bplus-tree-all")]
            others: (suite.options().peers == Peers::All).then(|| Others {
                embed: entries.build(),
                indexset: entries.build(),
                pstd: entries.build(),
                sweep: entries.build(),
                scc: entries.build(),
                vec: entries.build(),
            }),
        }
    }

    /// Adds every contender.
    pub(super) fn enter<'a, R: Read<K>>(&'a self, contest: Contest<'a>, read: &'a R) -> Contest<'a> {
        self.enter_peers(contest.ours("bplus-tree", OURS, || (), move |()| read.run(&self.ours)), read)
    }

    /// Adds every contender but ours, which does the same work in its own way.
    pub(super) fn enter_peers<'a, R: Read<K>>(&'a self, contest: Contest<'a>, read: &'a R) -> Contest<'a> {
        let contest = contest.peer("std", "1.95", || (), move |()| read.run(&self.std));
        let contest = if K::BRIE {
            contest.peer("brie-tree", "0.2.0", || (), move |()| read.run(&self.brie))
        } else {
            contest
        };
        #[cfg(feature = "bplus-tree-all")]
        if let Some(others) = &self.others {
            let contest = contest
                .peer("embed-btree", "0.4.1", || (), move |()| read.run(&others.embed))
                .peer("indexset", "0.16", || (), move |()| read.run(&others.indexset))
                .peer("pstd", "1.0.152", || (), move |()| read.run(&others.pstd))
                .peer("scc TreeIndex", "3.8", || (), move |()| read.run(&others.scc))
                .peer("sorted Vec", "1.95", || (), move |()| read.run(&others.vec))
                .bound();
            return if R::RANGES {
                contest.absent("sweep-bptree", "0.4.1", "it has no ranges")
            } else {
                contest.peer("sweep-bptree", "0.4.1", || (), move |()| read.run(&others.sweep))
            };
        }
        contest
    }
}

/// Adds every contender, each with a map of its own.
pub(super) fn enter_write<'a, K: Contender, W: Write<K>>(
    all: bool,
    contest: Contest<'a>,
    write: &'a W,
) -> Contest<'a> {
    fn peer<'a, K: Key, M: SortedMap<K>, W: Write<K>>(
        contest: Contest<'a>,
        (name, version): (&'a str, &'a str),
        write: &'a W,
    ) -> Contest<'a> {
        contest.peer(name, version, || write.set_up::<M>(), |state| write.run::<M>(state))
    }
    let contest =
        contest.ours("bplus-tree", OURS, || write.set_up::<Ours<K>>(), |state| write.run::<Ours<K>>(state));
    let mut contest = peer::<K, Std<K>, W>(contest, ("std", "1.95"), write);
    if K::BRIE {
        contest = peer::<K, K::Brie, W>(contest, ("brie-tree", "0.2.0"), write);
    }
    #[cfg(feature = "bplus-tree-all")]
    if all {
        contest = peer::<K, embed_btree::BTreeMap<K, u64>, W>(contest, ("embed-btree", "0.4.1"), write);
        contest = peer::<K, indexset::BTreeMap<K, u64>, W>(contest, ("indexset", "0.16"), write);
        contest = peer::<K, pstd::collections::BTreeMap<K, u64>, W>(contest, ("pstd", "1.0.152"), write);
        contest = peer::<K, sweep_bptree::BPlusTreeMap<K, u64>, W>(contest, ("sweep-bptree", "0.4.1"), write);
        contest = peer::<K, scc::TreeIndex<K, u64>, W>(contest, ("scc TreeIndex", "3.8"), write);
    }
    let _ = all;
    contest
}
