//! Loads of bplus-tree: maps that fit the second-level cache, so that a process's luck with pages shows little.

use bench_own::bplus_tree::{Key, Workload};
use bench_own::harness::checksum;
use bplus_tree::{BPlusTreeMap, RankedMap};

use crate::load::{Load, Setup, Window, Work};
use crate::memory::{Store, Subject};

/// Look-ups in a pass.
const LOOKUPS: usize = 1024;
/// Look-ups that passes choose from, more than a branch predictor learns.
const ASKED: usize = 1 << 15;
/// Entries in a range.
const RANGE: u64 = 100;

pub(crate) fn loads() -> Vec<Load> {
    const SIZES: &[usize] = &[1_000, 10_000, 100_000, 1_000_000];
    let load = |name, size, build| Load { name, size, sizes: SIZES, parallel: false, build };
    vec![
        load("bplus-tree/get/u64", 8_000, get::<u64>),
        load("bplus-tree/get/string", 1_000, get::<String>),
        load("bplus-tree/insert-remove/u64", 8_000, insert_remove),
        load("bplus-tree/range/u64", 8_000, range),
        load("bplus-tree/iterate/u64", 8_000, iterate),
        load("bplus-tree/from-sorted/u64", 8_000, from_sorted),
        load("bplus-tree/rank-and-nth/u64", 8_000, rank_and_nth),
    ]
}

fn map<K: Key>(workload: &Workload<K>) -> BPlusTreeMap<K, u64> {
    workload.keys.iter().cloned().zip(0..).collect()
}

fn get<K: Key>(setup: Setup) -> Work {
    let workload = Workload::<K>::new(setup.size, ASKED, setup.seed);
    let (map, mut window) = (map(&workload), Window::new(ASKED, LOOKUPS));
    Work::new(LOOKUPS, move || {
        workload.lookups[window.next()]
            .iter()
            .filter_map(|key| map.get(key))
            .fold(0, |sum, &v| checksum(sum, v))
    })
}

/// A tenth of the entries comes and goes; the order is that of the workload's random keys.
fn insert_remove(setup: Setup) -> Work {
    let workload = Workload::<u64>::new(setup.size, 0, setup.seed);
    let (mut map, count) = (map(&workload), workload.others.len());
    Work::new(2 * count, move || {
        workload.others.iter().for_each(|&key| _ = map.insert(key, key));
        let full = map.len() as u64;
        workload.others.iter().filter_map(|key| map.remove(key)).fold(full, checksum)
    })
}

fn range(setup: Setup) -> Work {
    const RANGES: usize = 64;
    let workload = Workload::<u64>::new(setup.size, 1 << 12, setup.seed);
    let (map, mut window) = (map(&workload), Window::new(1 << 12, RANGES));
    Work::new(RANGES * RANGE as usize, move || {
        let starts = &workload.lookups[window.next()];
        starts
            .iter()
            .flat_map(|start| map.range(start..).take(RANGE as usize))
            .fold(0, |sum, (_, &v)| checksum(sum, v))
    })
}

fn iterate(setup: Setup) -> Work {
    let map = map(&Workload::<u64>::new(setup.size, 0, setup.seed));
    Work::new(setup.size, move || map.iter().fold(0, |sum, (&key, &v)| checksum(sum, key ^ v)))
}

fn from_sorted(setup: Setup) -> Work {
    let sorted = Workload::<u64>::new(setup.size, 0, setup.seed).sorted;
    Work::new(setup.size, move || {
        let map = BPlusTreeMap::<u64, u64>::from_sorted_iter(sorted.iter().copied()).expect("sorted");
        let last = map.last_key_value().map_or(0, |(&key, _)| key);
        checksum(last, map.len() as u64)
    })
}

fn rank_and_nth(setup: Setup) -> Work {
    const ASKED_RANKS: usize = 1024;
    let workload = Workload::<u64>::new(setup.size, ASKED, setup.seed);
    let map: RankedMap<u64, u64> = workload.sorted.iter().copied().collect();
    let mut window = Window::new(ASKED, ASKED_RANKS);
    Work::new(2 * ASKED_RANKS, move || {
        workload.lookups[window.next()].iter().fold(0, |sum, key| {
            let rank = map.rank(key);
            let opposite = map.nth(map.len() - 1 - rank).map_or(0, |(_, &v)| v);
            checksum(sum, rank as u64 ^ opposite)
        })
    })
}

pub(crate) fn subjects() -> Vec<Subject> {
    vec![Subject {
        name: "bplus-tree/u64-u64/random",
        entry: "entry",
        operation: "removal and insertion",
        prepare: || {
            Box::new(Map { workload: Workload::new(100_000, 0, 1), map: BPlusTreeMap::new(), round: 0 })
        },
    }]
}

struct Map {
    workload: Workload<u64>,
    map: BPlusTreeMap<u64, u64>,
    round: usize,
}

impl Store for Map {
    fn fill(&mut self) -> u64 {
        self.map.extend(self.workload.keys.iter().copied().zip(0..));
        self.map.len() as u64
    }

    /// A tenth of the keys is swapped for others, then back again.
    fn churn(&mut self) -> u64 {
        let [mut out, mut in_] =
            [&self.workload.keys[..self.workload.others.len()], &self.workload.others[..]];
        if self.round % 2 == 1 {
            (out, in_) = (in_, out);
        }
        self.round += 1;
        for (gone, new) in out.iter().zip(in_) {
            self.map.remove(gone);
            self.map.insert(*new, 0);
        }
        out.len() as u64
    }
}
