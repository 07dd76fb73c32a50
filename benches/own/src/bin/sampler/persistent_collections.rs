//! Loads of persistent-collections, hash maps with a hasher of fixed seed: a random one would give each process
//! other tries.

use bench_own::harness::checksum;
use bench_own::persistent_collections::{draw, keys, positions};
use foldhash::quality::FixedState;
use persistent_collections::{HashMap, OrdMap, Vector};

use crate::load::{Load, Setup, Window, Work};
use crate::memory::{Store, Subject};

/// Reads in a pass.
const READS: usize = 2048;
/// Changes in a pass.
const CHANGES: usize = 256;
/// Places that passes choose from.
const ASKED: usize = 1 << 15;

pub(crate) fn loads() -> Vec<Load> {
    const SIZES: &[usize] = &[1_000, 10_000, 100_000, 1_000_000];
    let load = |name, size, build| Load { name, size, sizes: SIZES, parallel: false, build };
    vec![
        load("persistent-collections/vector/get", 8_000, vector_get),
        load("persistent-collections/vector/with", 4_000, vector_with),
        load("persistent-collections/vector/collect", 4_000, vector_collect),
        load("persistent-collections/hash/get", 4_000, |setup| {
            map_get(setup, hashed, |map, key| map.get(key).copied())
        }),
        load("persistent-collections/hash/with", 2_000, |setup| {
            map_with(setup, hashed, |map, key, value| map.with(key, value), Hashed::len)
        }),
        load("persistent-collections/ord/get", 4_000, |setup| {
            map_get(setup, sorted, |map, key| map.get(key).copied())
        }),
        load("persistent-collections/ord/with", 2_000, |setup| {
            map_with(setup, sorted, |map, key, value| map.with(key, value), OrdMap::len)
        }),
        load("persistent-collections/ord/iterate", 8_000, ord_iterate),
    ]
}

type Hashed = HashMap<u64, u64, FixedState>;

fn vector(keys: &[u64]) -> Vector<u64> {
    keys.iter().copied().collect()
}

fn hashed(keys: &[u64]) -> Hashed {
    let mut map = Hashed::with_hasher(FixedState::default());
    map.extend(keys.iter().map(|&key| (key, key >> 1)));
    map
}

fn sorted(keys: &[u64]) -> OrdMap<u64, u64> {
    keys.iter().map(|&key| (key, key >> 1)).collect()
}

/// A map of the load's keys, and some of these keys.
fn with_drawn<C>(setup: Setup, collect: fn(&[u64]) -> C) -> (C, Vec<u64>) {
    let keys = keys(setup.seed, setup.size);
    (collect(&keys), draw(setup.seed, &keys, ASKED))
}

fn vector_get(setup: Setup) -> Work {
    let (vector, mut window) = (vector(&keys(setup.seed, setup.size)), Window::new(ASKED, READS));
    let places = positions("get", setup.seed, ASKED, setup.size);
    Work::new(READS, move || places[window.next()].iter().fold(0, |sum, &at| checksum(sum, vector[at])))
}

/// Each change keeps the version before it until the next.
fn vector_with(setup: Setup) -> Work {
    let (mut vector, mut window) = (vector(&keys(setup.seed, setup.size)), Window::new(ASKED, CHANGES));
    let places = positions("with", setup.seed, ASKED, setup.size);
    Work::new(CHANGES, move || {
        places[window.next()].iter().fold(0, |sum, &at| {
            let next = vector.with(at, vector[at] ^ 1);
            let old = std::mem::replace(&mut vector, next);
            checksum(sum, old[at])
        })
    })
}

fn vector_collect(setup: Setup) -> Work {
    let values = keys(setup.seed, setup.size);
    Work::new(setup.size, move || {
        let vector: Vector<u64> = values.iter().copied().collect();
        vector[vector.len() / 2]
    })
}

fn map_get<C: 'static>(
    setup: Setup,
    collect: fn(&[u64]) -> C,
    get: impl Fn(&C, &u64) -> Option<u64> + 'static,
) -> Work {
    let ((map, asked), mut window) = (with_drawn(setup, collect), Window::new(ASKED, READS));
    Work::new(READS, move || asked[window.next()].iter().filter_map(|key| get(&map, key)).fold(0, checksum))
}

/// Each change keeps the version before it until the next; its value is the last one's key.
fn map_with<C: 'static>(
    setup: Setup,
    collect: fn(&[u64]) -> C,
    with: impl Fn(&C, u64, u64) -> C + 'static,
    len: fn(&C) -> usize,
) -> Work {
    let ((mut map, asked), mut window) = (with_drawn(setup, collect), Window::new(ASKED, CHANGES));
    Work::new(CHANGES, move || {
        let last = asked[window.next()].iter().fold(0, |last, &key| {
            let next = with(&map, key, last);
            drop(std::mem::replace(&mut map, next));
            key
        });
        checksum(last, len(&map) as u64)
    })
}

fn ord_iterate(setup: Setup) -> Work {
    let map = sorted(&keys(setup.seed, setup.size));
    Work::new(setup.size, move || map.iter().fold(0, |sum, (&key, &v)| checksum(sum, key ^ v)))
}

pub(crate) fn subjects() -> Vec<Subject> {
    let subject =
        |name, entry, prepare| Subject { name, entry, operation: "change, the old version kept", prepare };
    vec![
        subject("persistent-collections/vector", "element", || {
            Versions::prepare(vector, |old: &Vector<u64>, at, _| old.with(at, 7), Vector::len)
        }),
        subject("persistent-collections/hash", "entry", || {
            Versions::prepare(hashed, |old, _, key| old.with(key, 7), Hashed::len)
        }),
        subject("persistent-collections/ord", "entry", || {
            Versions::prepare(sorted, |old, _, key| old.with(key, 7), OrdMap::len)
        }),
    ]
}

/// A collection, and the versions that the last round of changes made of it.
struct Versions<C> {
    fill: fn(&[u64]) -> C,
    with: fn(&C, usize, u64) -> C,
    len: fn(&C) -> usize,
    keys: Vec<u64>,
    /// Where the changes of a round are, by position and by key.
    places: Vec<(usize, u64)>,
    kept: Vec<C>,
}

impl<C: 'static> Versions<C> {
    fn prepare(fill: fn(&[u64]) -> C, with: fn(&C, usize, u64) -> C, len: fn(&C) -> usize) -> Box<dyn Store> {
        const CHANGES: usize = 100;
        let keys = keys(1, 100_000);
        let places =
            positions("churn", 1, CHANGES, keys.len()).into_iter().zip(draw(1, &keys, CHANGES)).collect();
        Box::new(Self { fill, with, len, keys, places, kept: Vec::with_capacity(CHANGES + 1) })
    }
}

impl<C> Store for Versions<C> {
    fn fill(&mut self) -> u64 {
        self.kept.push((self.fill)(&self.keys));
        (self.len)(&self.kept[0]) as u64
    }

    fn churn(&mut self) -> u64 {
        self.kept.truncate(1);
        for &(place, key) in &self.places {
            let next = (self.with)(&self.kept[self.kept.len() - 1], place, key);
            self.kept.push(next);
        }
        self.places.len() as u64
    }
}
