//! Loads of radix-index, with a hasher of fixed seed: a random one would give each process other buckets.

use std::ops::Range;
use std::thread;

use bench_own::harness::checksum;
use bench_own::radix_index::{Workload, value};
use foldhash::quality::FixedState;
use radix_index::{RadixIndex, RadixMap};

use crate::load::{Load, Setup, Window, Work};
use crate::memory::{Store, Subject, Swap};

/// Look-ups in a pass.
const LOOKUPS: usize = 4096;
/// Look-ups that passes choose from.
const ASKED: usize = 1 << 15;

pub(crate) fn loads() -> Vec<Load> {
    const SIZES: &[usize] = &[1_000, 10_000, 100_000, 1_000_000];
    let load = |name, size, parallel, build| Load { name, size, sizes: SIZES, parallel, build };
    vec![
        load("radix-index/get/hit", 4_000, false, hit),
        load("radix-index/get/miss", 4_000, false, miss),
        load("radix-index/insert-remove", 4_000, false, insert_remove),
        load("radix-index/iterate", 8_000, false, iterate),
        load("radix-index/map-get/string", 2_000, false, map_get),
        load("radix-index/read-95-write-5", 16_000, true, mixed),
    ]
}

type Index = RadixIndex<u64, u64, FixedState>;

fn index(workload: &Workload) -> Index {
    let index = Index::with_hasher(FixedState::default());
    workload.present.iter().for_each(|&key| _ = index.insert(key, value(key)));
    index
}

fn hit(setup: Setup) -> Work {
    let workload = Workload::new(setup.size, ASKED, setup.seed);
    let (index, mut window) = (index(&workload), Window::new(ASKED, LOOKUPS));
    Work::new(LOOKUPS, move || {
        workload.uniform[window.next()].iter().filter_map(|key| index.get(key)).fold(0, checksum)
    })
}

fn miss(setup: Setup) -> Work {
    let workload = Workload::new(setup.size, ASKED, setup.seed);
    let (index, mut window) = (index(&workload), Window::new(ASKED, LOOKUPS));
    Work::new(LOOKUPS, move || {
        workload.misses[window.next()].iter().filter(|key| index.contains_key(key)).count() as u64
    })
}

fn insert_remove(setup: Setup) -> Work {
    let workload = Workload::new(setup.size, 0, setup.seed);
    let index = index(&workload);
    Work::new(2 * workload.absent.len(), move || {
        workload.absent.iter().for_each(|&key| _ = index.insert(key, value(key)));
        let full = index.len() as u64;
        workload.absent.iter().filter_map(|key| index.remove(key)).fold(full, checksum)
    })
}

fn iterate(setup: Setup) -> Work {
    let index = index(&Workload::new(setup.size, 0, setup.seed));
    Work::new(setup.size, move || index.values().fold(0, u64::wrapping_add))
}

/// The map of general keys: entries behind a pointer, read under a guard.
fn map_get(setup: Setup) -> Work {
    let workload = Workload::new(setup.size, ASKED, setup.seed);
    let name = |key: &u64| format!("user:{key:016x}");
    let map: RadixMap<String, u64, FixedState> = RadixMap::with_hasher(FixedState::default());
    let pin = map.pin();
    workload.present.iter().for_each(|key| _ = pin.insert(name(key), value(*key)));
    drop(pin);
    let asked: Vec<String> = workload.uniform.iter().map(name).collect();
    let mut window = Window::new(ASKED, LOOKUPS / 2);
    Work::new(LOOKUPS / 2, move || {
        let pin = map.pin();
        asked[window.next()].iter().filter_map(|key| pin.get(key)).fold(0, |sum, &v| checksum(sum, v))
    })
}

/// Zipf-distributed keys on every thread; one operation in twenty writes the value that is there already.
fn mixed(setup: Setup) -> Work {
    // More on larger indices, for several threads must be worth starting.
    let operations = (setup.size / 4).clamp(LOOKUPS, 1 << 17);
    let workload = Workload::new(setup.size, operations, setup.seed);
    let index = index(&workload);
    let work = move |range: Range<usize>| {
        workload.zipf[range].iter().enumerate().fold(0_u64, |sum, (number, &key)| {
            let found = if number % 20 == 0 { index.insert(key, value(key)) } else { index.get(&key) };
            sum.wrapping_add(found.unwrap_or(0))
        })
    };
    Work::new(operations, move || match setup.threads {
        1 => work(0..operations),
        threads => spread(threads, operations, &work),
    })
}

/// Gives every thread an equal part of `0..count`, and adds up what they answer.
fn spread(threads: usize, count: usize, work: &(impl Fn(Range<usize>) -> u64 + Sync)) -> u64 {
    thread::scope(|scope| {
        let part = |thread| thread * count / threads;
        let started: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || work(part(thread)..part(thread + 1)))).collect();
        started
            .into_iter()
            .map(|thread| thread.join().expect("look-ups do not panic"))
            .fold(0, u64::wrapping_add)
    })
}

pub(crate) fn subjects() -> Vec<Subject> {
    vec![Subject {
        name: "radix-index/u64-u64",
        entry: "entry",
        operation: "removal and insertion",
        prepare: || {
            let index = Index::with_hasher(FixedState::default());
            Box::new(Indexed { workload: Workload::new(100_000, 0, 1), index, swap: Swap::default() })
        },
    }]
}

struct Indexed {
    workload: Workload,
    index: Index,
    swap: Swap,
}

impl Store for Indexed {
    fn fill(&mut self) -> u64 {
        self.workload.present.iter().for_each(|&key| _ = self.index.insert(key, value(key)));
        self.index.len() as u64
    }

    /// A quarter of the keys is swapped for others, then back again.
    fn churn(&mut self) -> u64 {
        let Self { workload, index, swap } = self;
        swap.round(&workload.present, &workload.absent, |gone, new| {
            index.remove(&gone);
            index.insert(new, 0);
        })
    }
}
