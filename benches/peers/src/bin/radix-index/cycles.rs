//! Cycles an operation, and where the index lies: the targets of the plan that this crate grew from.
//!
//! Reference cycles: nanoseconds by the clock, times the frequency that Linux tells (`cpu MHz` of `/proc/cpuinfo`), which
//! is that of the time stamp counter where a virtual machine hides the true one. A core that boosts spends more cycles of
//! its own. Throughput: operations overlap as far as they can.

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use bench_own::harness::Suite;
use bench_own::radix_index::{Workload, value};

use crate::allowance::Allowance;
use crate::engines::{Engine, Ours};

/// Times `run`, which gives back how many operations it was; `prepare` is off the clock.
struct Row<'a> {
    name: &'static str,
    models: &'static str,
    allowed: f64,
    prepare: Box<dyn Fn() + 'a>,
    run: Box<dyn Fn() -> usize + 'a>,
}

fn row<'a>(
    name: &'static str,
    models: &'static str,
    allowed: f64,
    prepare: impl Fn() + 'a,
    run: impl Fn() -> usize + 'a,
) -> Row<'a> {
    Row { name, models, allowed, prepare: Box::new(prepare), run: Box::new(run) }
}

/// Runs every row of one size.
pub(crate) fn run(suite: &Suite, size: usize) {
    const NAMES: [&str; 9] = [
        "cycles/get-empty",
        "cycles/get-found",
        "cycles/get-found-16",
        "cycles/get-missing",
        "cycles/get-missing-16",
        "cycles/insert",
        "cycles/insert-16",
        "cycles/update",
        "cycles/remove",
    ];
    let Some(frequency) = gigahertz() else { return };
    if suite.options().verify_only || !NAMES.iter().any(|name| suite.wants(name, size)) {
        return;
    }
    let workload = Workload::new(size, 1 << 17, suite.options().seed);
    let (ours, empty) = (Ours::with_capacity(size + workload.absent.len()), Ours::with_capacity(size));
    workload.present.iter().for_each(|&key| _ = ours.0.insert(key, value(key)));
    let pairs: Vec<_> = workload.absent.iter().map(|&key| (key, value(key))).collect();
    let fill = || _ = ours.0.insert_many(&pairs);
    let drain = || workload.absent.iter().for_each(|key| _ = ours.0.remove(key));
    let get = |index: &Ours, keys: &[u64]| {
        black_box(keys.iter().filter_map(|key| index.0.get(key)).fold(0, u64::wrapping_add));
        keys.len()
    };
    let get_many = |keys: &[u64]| {
        black_box(Ours::get_many(&ours.view(), keys));
        keys.len()
    };
    let nothing = || ();
    let rows = [
        row(NAMES[0], "a lookup in an empty index", 10.0, nothing, || get(&empty, &workload.uniform)),
        row(NAMES[1], "a lookup that finds", 50.0, nothing, || get(&ours, &workload.uniform)),
        row(NAMES[2], "the same, 16 at once", 50.0, nothing, || get_many(&workload.uniform)),
        row(NAMES[3], "a lookup that does not find", 100.0, nothing, || get(&ours, &workload.misses)),
        row(NAMES[4], "the same, 16 at once", 100.0, nothing, || get_many(&workload.misses)),
        row(NAMES[5], "a new key, room was reserved", 30.0, drain, || {
            pairs.iter().filter(|(key, value)| ours.0.insert(*key, *value).is_none()).count()
        }),
        row(NAMES[6], "the same, 16 at once", 30.0, drain, || ours.0.insert_many(&pairs)),
        row(NAMES[7], "another value for a key", 100.0, nothing, || {
            workload.uniform.iter().filter(|&&key| ours.0.insert(key, value(key)).is_some()).count()
        }),
        row(NAMES[8], "a key leaves", 80.0, fill, || {
            workload.absent.iter().filter(|key| ours.0.remove(key).is_some()).count()
        }),
    ];
    let level = level(ours.0.stats().bytes);
    for row in rows.into_iter().filter(|row| suite.wants(row.name, size)) {
        measure(suite, size, frequency, level, row);
    }
}

fn measure(suite: &Suite, size: usize, frequency: f64, level: u8, row: Row<'_>) {
    let mut operations = 0;
    let sample = |_| {
        (row.prepare)();
        let start = Instant::now();
        operations = (row.run)();
        start.elapsed().as_nanos() as f64 * frequency / operations as f64
    };
    let samples: Vec<f64> = (0..suite.options().rounds.max(1)).map(sample).collect();
    let mut sorted = samples.clone();
    sorted.sort_by(f64::total_cmp);
    let place = ["", "L1", "L2", "L3", "DRAM"][level as usize];
    let (name, allowed, median) = (row.name, row.allowed, sorted[sorted.len() / 2]);
    eprintln!("{name}/{size}: {median:.0} cycles at {frequency:.2} GHz, data in {place}; plan: {allowed:.0}");
    let figure = Allowance {
        bench: name,
        models: row.models,
        flatters: "small indexes: one miss of the last cache is some 300 cycles",
        size,
        operations,
        unit: "cycles/op",
        samples,
        allowed,
        notes: vec![("gigahertz".to_owned(), frequency), ("cache-level".to_owned(), f64::from(level))],
    };
    figure.emit(suite);
}

/// The processor's frequency.
fn gigahertz() -> Option<f64> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("cpu MHz"))?;
    Some(line.split(':').nth(1)?.trim().parse::<f64>().ok()? / 1000.0)
}

/// The smallest cache that `bytes` fit into; 4 if none.
fn level(bytes: usize) -> u8 {
    let read = |index: u8, what: &str| {
        fs::read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index{index}/{what}"))
            .unwrap_or_default()
    };
    let fits = |index: &u8| {
        let kilobytes = read(*index, "size").trim().trim_end_matches('K').parse::<usize>().unwrap_or(0);
        read(*index, "type").trim() != "Instruction" && bytes <= kilobytes * 1024
    };
    let smallest = (0..4).find(fits).and_then(|index| read(index, "level").trim().parse().ok());
    smallest.unwrap_or(4)
}
