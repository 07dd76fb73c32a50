//! The rows of the table: each an operation that every contender runs.

use std::collections::BTreeMap;
use std::hint::black_box;

use bench_own::bplus_tree::{Key, Step, Workload, mixed};
use bench_own::harness::{Against, Contest, Peers, Suite, checksum};
use bplus_tree::{BPlusTreeMap, RankedMap};

use crate::engines::SortedMap;
#[cfg(feature = "bplus-tree-all")]
use crate::engines::SortedVec;

type Ours<K> = BPlusTreeMap<K, u64>;
type Std<K> = BTreeMap<K, u64>;
type Brie<K> = brie_tree::BTree<K, u64>;

const OURS: &str = env!("CARGO_PKG_VERSION");

/// Something done with a map that is there already.
trait Read<K> {
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64;
}

/// Something done with a map of one's own.
trait Write<K> {
    fn set_up<M: SortedMap<K>>(&self) -> M;
    fn run<M: SortedMap<K>>(&self, map: &mut M) -> u64;
}

/// One map of each contender with the same entries, inserted in random order.
struct Maps<K: Key> {
    ours: Ours<K>,
    std: Std<K>,
    #[cfg(feature = "bplus-tree-all")]
    others: Option<Others<K>>,
}

#[cfg(feature = "bplus-tree-all")]
struct Others<K: Key> {
    embed: embed_btree::BTreeMap<K, u64>,
    indexset: indexset::BTreeMap<K, u64>,
    pstd: pstd::collections::BTreeMap<K, u64>,
    scc: scc::TreeIndex<K, u64>,
    vec: SortedVec<K>,
}

impl<K: Key> Maps<K> {
    fn new(suite: &Suite, keys: &[K]) -> Self {
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
    fn enter<'a>(&'a self, contest: Contest<'a>, read: &'a impl Read<K>) -> Contest<'a> {
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
                .peer("sorted Vec", "1.95", || (), move |()| read.run(&others.vec));
        }
        contest
    }
}

/// Adds every contender but those for some key types only.
fn enter_write<'a, K: Key>(all: bool, contest: Contest<'a>, write: &'a impl Write<K>) -> Contest<'a> {
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

struct Get<'a, K>(&'a [K]);
impl<K: Key> Read<K> for Get<'_, K> {
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64 {
        self.0.iter().fold(0, |sum: u64, key| sum.wrapping_add(map.get(key).unwrap_or(1)))
    }
}

/// Each key looked up is known only when the value before it is there.
struct Dependent<'a>(&'a [u64]);
impl Read<u64> for Dependent<'_> {
    fn run<M: SortedMap<u64>>(&self, map: &M) -> u64 {
        let mut value = 0;
        let mut sum = 0_u64;
        for key in self.0 {
            // The value is below 2^32, so nothing of it is left, but the processor cannot know.
            value = map.get(&(*key ^ (value >> 40))).unwrap_or(0);
            sum = sum.wrapping_add(value);
        }
        sum
    }
}

struct Iterate;
impl<K: Key> Read<K> for Iterate {
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64 {
        map.sum()
    }
}

struct Ranges<'a, K>(&'a [(K, K)]);
impl<K: Key> Read<K> for Ranges<'_, K> {
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64 {
        self.0.iter().fold(0, |sum: u64, (from, to)| sum.wrapping_add(map.range_sum(from, to)))
    }
}

struct Insert<'a, K>(&'a [K], usize);
impl<K: Key> Write<K> for Insert<'_, K> {
    fn set_up<M: SortedMap<K>>(&self) -> M {
        M::empty()
    }
    fn run<M: SortedMap<K>>(&self, map: &mut M) -> u64 {
        let mut maps = 0_u64;
        for _ in 0..self.1 {
            *map = M::from_random(self.0);
            maps += map.get(&self.0[self.0.len() / 2]).unwrap_or(1);
        }
        maps
    }
}

struct Build<'a, K>(&'a [(K, u64)]);
impl<K: Key> Build<'_, K> {
    fn run<M: SortedMap<K>>(&self, entries: &mut Vec<(K, u64)>, built: &mut Option<M>) -> u64 {
        let map = built.insert(M::from_sorted(std::mem::take(entries)));
        map.get(&self.0[self.0.len() / 2].0).unwrap_or(1)
    }
}

struct Remove<'a, K>(&'a Workload<K>);
impl<K: Key> Write<K> for Remove<'_, K> {
    fn set_up<M: SortedMap<K>>(&self) -> M {
        M::from_random(&self.0.keys)
    }
    fn run<M: SortedMap<K>>(&self, map: &mut M) -> u64 {
        self.0.lookups.iter().fold(0, |sum: u64, key| sum.wrapping_add(map.remove(key).unwrap_or(1)))
    }
}

struct Mixed<'a, K>(&'a Workload<K>, &'a [Step]);
impl<K: Key> Write<K> for Mixed<'_, K> {
    fn set_up<M: SortedMap<K>>(&self) -> M {
        M::from_random(&self.0.keys)
    }
    fn run<M: SortedMap<K>>(&self, map: &mut M) -> u64 {
        let mut sum = 0_u64;
        let mut inserted = vec![false; self.0.others.len()];
        for step in self.1 {
            match *step {
                Step::Get(i) => sum = sum.wrapping_add(map.get(&self.0.keys[i as usize]).unwrap_or(1)),
                Step::Remove(i) => sum = sum.wrapping_add(map.remove(&self.0.keys[i as usize]).unwrap_or(1)),
                Step::Insert(i) => {
                    // Once each, for one of the contenders is a multimap.
                    if !std::mem::replace(&mut inserted[i as usize], true) {
                        map.insert(self.0.others[i as usize].clone(), u64::from(i));
                    }
                }
            }
        }
        sum
    }
}

/// Sizes of the rows; ten million take long.
fn sizes(suite: &Suite) -> Vec<usize> {
    let mut sizes = vec![1_000, 100_000, 1_000_000];
    if suite.options().full {
        sizes.push(10_000_000);
    }
    sizes
}

fn wants_any(suite: &Suite, benches: &[&str], size: usize) -> bool {
    benches.iter().any(|bench| suite.wants(bench, size))
}

/// Of one row's targets by size: against std, against brie.
type Targets = [(usize, f64, f64)];

fn promised<'a>(contest: Contest<'a>, targets: &Targets, size: usize) -> Contest<'a> {
    match targets.iter().find(|target| target.0 == size) {
        Some((_, std, brie)) => {
            contest.target(Against::Engine("std"), *std).target(Against::Engine("brie-tree"), *brie)
        }
        None => contest,
    }
}

const RANGE_ROWS: [&str; 3] = ["range/10", "range/100", "range/1000"];

pub(crate) fn reads(suite: &mut Suite) {
    let names = ["get/random", "get/miss", "get/dependent", "get/many", "iterate/iter", "iterate/chunks"];
    for size in sizes(suite) {
        if !wants_any(suite, &names, size) && !wants_any(suite, &RANGE_ROWS, size) {
            continue;
        }
        let lookups = if size <= 100_000 { 100_000 } else { 300_000 };
        let work = Workload::<u64>::new(size, lookups, suite.options().seed);
        let maps = Maps::new(suite, &work.keys);
        let brie: Brie<u64> = SortedMap::from_random(&work.keys);
        #[cfg(feature = "bplus-tree-all")]
        let sweep: sweep_bptree::BPlusTreeMap<u64, u64> = SortedMap::from_random(&work.keys);
        macro_rules! row {
            ($bench:expr, $models:literal, $flatters:literal, $operations:expr, $targets:expr, $read:expr) => {{
                let read = $read;
                let contest =
                    suite.contest($bench, size).models($models).flatters($flatters).operations($operations);
                let contest = promised(contest, $targets, size);
                let contest =
                    maps.enter(contest, &read).peer("brie-tree", "0.2.0", || (), |()| read.run(&brie));
                #[cfg(feature = "bplus-tree-all")]
                let contest = if $bench.starts_with("range") {
                    contest
                } else {
                    contest.peer("sweep-bptree", "0.4.1", || (), |()| read.run(&sweep))
                };
                contest.run();
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
        contest
            .ours("bplus-tree", OURS, || (), |()| many(()))
            .peer("std", "1.95", || (), |()| get.run(&maps.std))
            .peer("brie-tree", "0.2.0", || (), |()| get.run(&brie))
            .run();

        let iterate = [(1_000_000, 12.0, 7.0)];
        row!("iterate/iter", "a full scan by a for loop", "packed leaves", size, &iterate, Iterate);
        let contest = suite
            .contest("iterate/chunks", size)
            .models("a full scan by slices of keys and values")
            .flatters("ours: no peer gives slices, so they iterate")
            .operations(size);
        let contest = if size == 1_000_000 { contest.target(Against::Engine("std"), 20.0) } else { contest };
        contest
            .ours(
                "bplus-tree",
                OURS,
                || (),
                |()| {
                    maps.ours.chunks().fold(0, |sum: u64, (keys, values)| {
                        let keys = keys.iter().fold(0, |sum: u64, key| sum.wrapping_add(*key));
                        let values = values.iter().fold(0, |sum: u64, value| sum.wrapping_add(*value));
                        sum.wrapping_add(keys).wrapping_add(values)
                    })
                },
            )
            .peer("std", "1.95", || (), |()| maps.std.sum())
            .peer("brie-tree", "0.2.0", || (), |()| brie.sum())
            .run();

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
    }
}

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
        enter_write(all, promised(contest, &targets, size), &random)
            .peer("brie-tree", "0.2.0", || Write::<u64>::set_up::<Brie<u64>>(&random), |map| random.run(map))
            .run();

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
        enter_write(all, contest, &sorted)
            .peer("brie-tree", "0.2.0", || Write::<u64>::set_up::<Brie<u64>>(&sorted), |map| sorted.run(map))
            .run();

        let build = Build(&work.sorted);
        let contest = suite
            .contest("build/sorted", size)
            .models("loading a sorted file")
            .flatters("whoever packs leaves")
            .operations(size)
            .rounds_max(rounds);
        let contest = promised(contest, &[(1_000_000, 1.3, 4.0), (10_000_000, 1.3, 4.0)], size);
        contest
            .ours(
                "bplus-tree",
                OURS,
                || (work.sorted.clone(), None),
                |(entries, map)| build.run::<Ours<u64>>(entries, map),
            )
            .peer(
                "std",
                "1.95",
                || (work.sorted.clone(), None),
                |(entries, map)| build.run::<Std<u64>>(entries, map),
            )
            .peer(
                "brie-tree",
                "0.2.0",
                || (work.sorted.clone(), None),
                |(entries, map)| build.run::<Brie<u64>>(entries, map),
            )
            .run();

        let remove = Remove(&work);
        let targets = [(1_000_000, 2.5, 1.0)];
        let contest = suite
            .contest("remove/random", size)
            .models("expiring entries in no order")
            .flatters("whoever rebalances seldom")
            .operations(work.lookups.len())
            .rounds_max(rounds.min(5));
        enter_write(all, promised(contest, &targets, size), &remove)
            .peer("brie-tree", "0.2.0", || Write::<u64>::set_up::<Brie<u64>>(&remove), |map| remove.run(map))
            .run();

        let steps = mixed(size, (size / 2).min(400_000), suite.options().seed);
        let run = Mixed(&work, &steps);
        let contest = suite
            .contest("mixed/80-10-10", size)
            .models("an index in use: 80 % look-ups, 10 % insertions, 10 % removals")
            .flatters("whoever is good at look-ups")
            .operations(steps.len())
            .rounds_max(rounds.min(5));
        enter_write(all, promised(contest, &targets, size), &run)
            .peer("brie-tree", "0.2.0", || Write::<u64>::set_up::<Brie<u64>>(&run), |map| run.run(map))
            .run();
    }
}

/// Look-ups and insertions of one further key type.
fn key_rows<K: Key>(suite: &mut Suite, get: &str, insert: &str, size: usize, std: Option<f64>) {
    let all = suite.options().peers == Peers::All;
    if !wants_any(suite, &[get, insert], size) {
        return;
    }
    let work = Workload::<K>::new(size, 100_000, suite.options().seed);
    let maps = Maps::new(suite, &work.keys);
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
    key_rows::<u32>(suite, "get/u32", "insert/u32", 1_000_000, Some(3.5));
    key_rows::<[u8; 16]>(suite, "get/bytes16", "insert/bytes16", 1_000_000, None);
    key_rows::<String>(suite, "get/string", "insert/string", 10_000, Some(2.0));
    key_rows::<String>(suite, "get/string", "insert/string", 300_000, Some(1.25));
    if suite.options().full {
        key_rows::<String>(suite, "get/string", "insert/string", 1_000_000, Some(1.5));
    }
}

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
        );
    #[cfg(feature = "bplus-tree-all")]
    let contest = contest.peer(
        "indexset",
        "0.16",
        || (),
        |()| work.lookups.iter().fold(0, |sum, key| checksum(sum, peer.rank(key) as u64)),
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
        );
    #[cfg(feature = "bplus-tree-all")]
    let contest = contest.peer(
        "indexset",
        "0.16",
        || (),
        |()| ranks.iter().fold(0, |sum, rank| checksum(sum, *peer.get_index(*rank).expect("there").0)),
    );
    contest.run();
}
