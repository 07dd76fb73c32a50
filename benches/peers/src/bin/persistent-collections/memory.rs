//! Bytes and allocations, counted by the allocator: per entry, and per version kept.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::Relaxed};

use bench_own::harness::{Metric, SCHEMA, Suite, Target};
use bench_own::persistent_collections::{draw, keys, positions};
use persistent_collections::{HashMap, OrdMap, Vector};

use crate::engines::{Hasher, Map, Sequence};
use crate::{IMBL, OURS, STD};

/// Counts while it is told to, and otherwise only asks whether it is.
struct Counting;

static ON: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicIsize = AtomicIsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[allow(unsafe_code, reason = "a global allocator that counts and passes everything on to the system's")]
// SAFETY: every call goes to `System` with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ON.load(Relaxed) {
            BYTES.fetch_add(layout.size() as isize, Relaxed);
            CALLS.fetch_add(1, Relaxed);
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if ON.load(Relaxed) {
            BYTES.fetch_sub(layout.size() as isize, Relaxed);
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Bytes that `make` leaves allocated, and how often it allocated.
fn counted<T>(make: impl FnOnce() -> T) -> (T, f64, f64) {
    BYTES.store(0, Relaxed);
    CALLS.store(0, Relaxed);
    ON.store(true, Relaxed);
    let made = make();
    ON.store(false, Relaxed);
    (made, BYTES.load(Relaxed) as f64, CALLS.load(Relaxed) as f64)
}

/// One engine's figure.
struct Figure {
    engine: (&'static str, &'static str),
    value: f64,
    notes: Vec<(String, f64)>,
}

fn emit(suite: &Suite, bench: &str, size: usize, unit: &str, targets: &[(&str, f64)], figures: Vec<Figure>) {
    let line =
        figures.iter().map(|figure| format!("{} {:.2} {:?}", figure.engine.0, figure.value, figure.notes));
    eprintln!("{bench}/{size} {unit}: {}", line.collect::<Vec<_>>().join(", "));
    for Figure { engine, value, notes } in figures {
        let ours = engine == OURS;
        suite.emit(&Metric {
            schema: SCHEMA,
            structure: suite.structure().to_owned(),
            bench: bench.to_owned(),
            size: size as u64,
            threads: 1,
            models: "memory asked of the allocator".to_owned(),
            flatters: "exact sizes".to_owned(),
            engine: engine.0.to_owned(),
            engine_version: engine.1.to_owned(),
            ours,
            bound: engine == STD,
            unit: unit.to_owned(),
            clock: None,
            operations: size as u64,
            seed: suite.options().seed,
            checksum: format!("{:016x}", 0),
            samples: vec![value],
            targets: targets
                .iter()
                .filter(|_| ours)
                .map(|(against, ratio)| Target { against: (*against).to_owned(), ratio: *ratio })
                .collect(),
            notes,
            error: None,
        });
    }
}

pub(crate) fn run(suite: &mut Suite) {
    let seed = suite.options().seed;
    for (size, targets) in [
        (512, &[("std", 1.0)][..]),
        (8_192, &[("std", 1.0), ("imbl", 1.67)]),
        (524_288, &[("std", 1.0), ("imbl", 2.86)]),
    ] {
        if suite.wants("memory/hash-per-entry", size) {
            let keys = keys(seed, 2 * size);
            let figures = vec![
                doubling::<HashMap<u64, u64, Hasher>>(OURS, &keys),
                doubling::<std::collections::HashMap<u64, u64, Hasher>>(STD, &keys),
                doubling::<imbl::GenericHashMap<u64, u64, Hasher, imbl::shared_ptr::DefaultSharedPtr>>(
                    IMBL, &keys,
                ),
            ];
            emit(suite, "memory/hash-per-entry", size, "B/entry", targets, figures);
        }
        if suite.wants("memory/ord-per-entry", size) {
            let keys = keys(seed, 2 * size);
            let figures = vec![
                doubling::<OrdMap<u64, u64>>(OURS, &keys),
                doubling::<BTreeMap<u64, u64>>(STD, &keys),
                doubling::<imbl::OrdMap<u64, u64>>(IMBL, &keys),
            ];
            emit(suite, "memory/ord-per-entry", size, "B/entry", &[], figures);
        }
    }
    for size in [10, 10_000, 1_000_000] {
        if suite.wants("memory/vector-version", size) {
            let figures = vec![
                vector_version::<Vector<u64>>(OURS, seed, size),
                vector_version::<imbl::Vector<u64>>(IMBL, seed, size),
            ];
            emit(suite, "memory/vector-version", size, "B/version", &[], figures);
        }
        if suite.wants("memory/hash-version", size) {
            let figures = vec![
                map_version::<HashMap<u64, u64, Hasher>>(OURS, seed, size),
                map_version::<imbl::GenericHashMap<u64, u64, Hasher, imbl::shared_ptr::DefaultSharedPtr>>(
                    IMBL, seed, size,
                ),
            ];
            emit(suite, "memory/hash-version", size, "B/version", &[], figures);
        }
        if suite.wants("memory/ord-version", size) {
            let figures = vec![
                map_version::<OrdMap<u64, u64>>(OURS, seed, size),
                map_version::<imbl::OrdMap<u64, u64>>(IMBL, seed, size),
            ];
            emit(suite, "memory/ord-version", size, "B/version", &[], figures);
        }
    }
}

/// Mean bytes per entry while the map doubles; its worst point, as a multiple of the mean, is a note.
fn doubling<E: Map<u64>>(engine: (&'static str, &'static str), keys: &[u64]) -> Figure {
    let half = keys.len() / 2;
    let ((_map, samples), ..) = counted(|| {
        let mut map = E::empty();
        keys[..half].iter().for_each(|key| map.put(*key, 1));
        let mut samples = Vec::new();
        for (n, key) in (half + 1..).zip(&keys[half..]) {
            map.put(*key, 1);
            if n % (half / 64) == 0 {
                ON.store(false, Relaxed);
                samples.push(BYTES.load(Relaxed) as f64 / n as f64);
                ON.store(true, Relaxed);
            }
        }
        (map, samples)
    });
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    let worst = samples.iter().fold(0.0_f64, |worst, sample| worst.max(*sample));
    Figure { engine, value: mean, notes: vec![("worst_over_mean".to_owned(), worst / mean)] }
}

/// How many versions are kept to tell what one costs.
const VERSIONS: usize = 64;

fn version<T>(engine: (&'static str, &'static str), make: impl FnMut(usize) -> T) -> Figure {
    let mut versions = Vec::with_capacity(VERSIONS);
    let ((), bytes, calls) = counted(|| versions.extend((0..VERSIONS).map(make)));
    let notes = vec![("allocations".to_owned(), calls / VERSIONS as f64)];
    Figure { engine, value: bytes / VERSIONS as f64, notes }
}

fn vector_version<E: Sequence>(engine: (&'static str, &'static str), seed: u64, size: usize) -> Figure {
    let base = E::build(0..size as u64);
    let positions = positions("version", seed, VERSIONS, size);
    version(engine, |i| {
        let mut new = base.clone();
        new.put(positions[i], 7);
        new
    })
}

fn map_version<E: Map<u64>>(engine: (&'static str, &'static str), seed: u64, size: usize) -> Figure {
    let keys = keys(seed, size);
    let base = E::build(&keys.iter().map(|&k| (k, k)).collect::<Vec<_>>());
    let drawn = draw(seed, &keys, VERSIONS);
    version(engine, |i| {
        let mut new = base.clone();
        new.put(drawn[i] + 1, 7);
        new
    })
}
