//! The rows: each is one contest among all engines, which hold the same entries.

use std::hint::black_box;

use bench_own::harness::{Against, Contest, Suite};
use bench_own::radix_index::{Workload, value};

#[cfg(feature = "radix-index-all")]
use crate::engines::{Dashmap, Flurry, Leapfrog, Locked, SccIndex, SccMap};
use crate::engines::{Engine, Hashbrown, Ours, Papaya, PapayaPerOp};

/// A row, what it models, whom it flatters, and the ratios of issue 4 at 1k, 100k, 1M and 10M.
struct Row {
    name: &'static str,
    kind: Kind,
    models: &'static str,
    flatters: &'static str,
    targets: [f64; 4],
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Hit,
    Zipf,
    Miss,
    Dependent,
    Many,
    Update,
    Insert,
    Remove,
    Build,
    Iterate,
    /// Reads of a hundred operations, and threads.
    Mixed(u64, u32),
}

const BY_VALUE: &str = "entries in the buckets: one place in memory a read";

const ROWS: [Row; 14] = [
    row("get/hit", Kind::Hit, "lookups of known keys", BY_VALUE, [1.4, 1.4, 1.25, 1.2]),
    row("get/zipf", Kind::Zipf, "lookups of popular keys", BY_VALUE, [1.05, 1.3, 1.15, 1.15]),
    row(
        "get/miss",
        Kind::Miss,
        "is this key new?",
        "arrays of tags alone: fewer bytes to look through",
        [2.0, 1.3, 1.0, 1.0],
    ),
    row(
        "get/dependent",
        Kind::Dependent,
        "pointer chasing through an index: latency",
        BY_VALUE,
        [1.0, 1.1, 1.0, 1.8],
    ),
    row(
        "get_many/16",
        Kind::Many,
        "a join, a batch of requests",
        "whoever has a batched read",
        [1.5, 5.0, 2.5, 2.0],
    ),
    row(
        "update",
        Kind::Update,
        "prices and counters of known keys",
        "values replaced in place",
        [1.3, 1.6, 1.0, 1.25],
    ),
    row(
        "insert",
        Kind::Insert,
        "a quarter more keys, room was reserved",
        "inline entries, no allocation",
        [1.4, 1.6, 1.0, 1.0],
    ),
    row("remove", Kind::Remove, "a fifth of the keys leaves", "no tombstones", [1.1, 1.6, 1.0, 1.25]),
    row(
        "build",
        Kind::Build,
        "an index of unknown size is filled",
        "growth by doubling: fewer, larger steps",
        [1.2, 1.0, 1.0, 1.0],
    ),
    row("iterate", Kind::Iterate, "a scan of everything", "dense arrays", [1.8, 1.0, 1.0, 1.0]),
    row("mixed/95-5", Kind::Mixed(95, 1), "a cache, one thread", BY_VALUE, [1.2, 1.1, 1.1, 1.1]),
    row("mixed/50-50", Kind::Mixed(50, 1), "counters, one thread", BY_VALUE, [1.2, 1.1, 1.1, 1.1]),
    row("mixed-2/95-5", Kind::Mixed(95, 2), "a cache, two threads", BY_VALUE, [1.2, 1.1, 1.1, 1.1]),
    row("mixed-2/50-50", Kind::Mixed(50, 2), "counters, two threads", BY_VALUE, [1.2, 1.1, 1.1, 1.1]),
];

const fn row(
    name: &'static str,
    kind: Kind,
    models: &'static str,
    flatters: &'static str,
    targets: [f64; 4],
) -> Row {
    Row { name, kind, models, flatters, targets }
}

/// The engines that a size's rows read, all with the same entries.
struct Filled {
    ours: Ours,
    papaya: Papaya,
    papaya_per_op: PapayaPerOp,
    hashbrown: Hashbrown,
    #[cfg(feature = "radix-index-all")]
    others: (Dashmap, SccMap, SccIndex, Leapfrog, Flurry, Locked),
}

fn filled<E: Engine>(workload: &Workload) -> E {
    let engine = E::with_capacity(workload.present.len() + workload.absent.len());
    let view = engine.view();
    workload.present.iter().for_each(|&key| _ = E::insert(&view, key, value(key)));
    drop(view);
    engine
}

/// Runs every row of one size.
pub(crate) fn run(suite: &mut Suite, size: usize) {
    // Makes nothing that no row asks for.
    if !ROWS.iter().any(|row| suite.wants(row.name, size)) {
        return;
    }
    let operations = if size <= 1_000 { 1 << 17 } else { 1 << 18 };
    let workload = &Workload::new(size, operations, suite.options().seed);
    let engines = Filled {
        ours: filled(workload),
        papaya: filled(workload),
        papaya_per_op: filled(workload),
        hashbrown: filled(workload),
        #[cfg(feature = "radix-index-all")]
        others: (
            filled(workload),
            filled(workload),
            filled(workload),
            filled(workload),
            filled(workload),
            filled(workload),
        ),
    };
    for row in &ROWS {
        contend(suite, row, size, workload, &engines);
    }
}

fn contend(suite: &mut Suite, row: &Row, size: usize, workload: &Workload, engines: &Filled) {
    let target = row.targets[size.ilog10().saturating_sub(4).min(3) as usize];
    let mut contest = suite.contest(row.name, size).models(row.models).flatters(row.flatters);
    contest = contest.operations(match row.kind {
        Kind::Insert => workload.absent.len() * repeats(row.kind, size),
        Kind::Remove => workload.absent.len() * repeats(row.kind, size),
        Kind::Build | Kind::Iterate => size * repeats(row.kind, size),
        Kind::Mixed(_, threads) => workload.zipf.len() * threads as usize,
        _ => workload.uniform.len(),
    });
    if let Kind::Mixed(_, threads) = row.kind {
        contest = contest.threads(threads);
    }
    for peer in [Papaya::NAME, PapayaPerOp::NAME] {
        contest = contest.target(Against::Engine(peer), target);
    }
    #[cfg(feature = "radix-index-all")]
    for peer in [Dashmap::NAME, SccMap::NAME, SccIndex::NAME, Leapfrog::NAME, Flurry::NAME, Locked::NAME] {
        // Issue 4 asks for latency against dashmap, papaya and scc.
        if row.kind != Kind::Dependent || ![Leapfrog::NAME, Flurry::NAME, Locked::NAME].contains(&peer) {
            contest = contest.target(Against::Engine(peer), target);
        }
    }
    contest = add(contest, row.kind, size, workload, &engines.ours);
    contest = add(contest, row.kind, size, workload, &engines.papaya);
    contest = add(contest, row.kind, size, workload, &engines.papaya_per_op);
    #[cfg(feature = "radix-index-all")]
    {
        let (dashmap, map, index, leapfrog, flurry, locked) = &engines.others;
        contest = add(contest, row.kind, size, workload, dashmap);
        contest = add(contest, row.kind, size, workload, map);
        // It replaces a value by removing and inserting it, and a reader in between misses the key.
        contest = if matches!(row.kind, Kind::Mixed(_, 2..)) {
            contest.absent(SccIndex::NAME, SccIndex::VERSION, "misses keys that are being updated")
        } else {
            add(contest, row.kind, size, workload, index)
        };
        contest = add(contest, row.kind, size, workload, leapfrog);
        contest = add(contest, row.kind, size, workload, flurry);
        contest = add(contest, row.kind, size, workload, locked);
    }
    if !matches!(row.kind, Kind::Mixed(_, 2..)) {
        contest = add_single(contest, row.kind, size, workload, &engines.hashbrown).bound();
    }
    contest.run();
}

/// Passes over the data, so that a sample is long enough for the clock.
fn repeats(kind: Kind, size: usize) -> usize {
    match kind {
        Kind::Iterate => (200_000 / size).max(1),
        Kind::Build => (20_000 / size).max(1),
        _ => 1,
    }
}

fn add<'a, E: Engine + Sync>(
    contest: Contest<'a>,
    kind: Kind,
    size: usize,
    workload: &'a Workload,
    engine: &'a E,
) -> Contest<'a> {
    let Kind::Mixed(reads, threads @ 2..) = kind else {
        return add_single(contest, kind, size, workload, engine);
    };
    enter::<E, _>(
        contest,
        || (),
        move |()| {
            std::thread::scope(|scope| {
                let run = |thread| move || mixed::<E>(&engine.view(), workload, reads, thread);
                let threads: Vec<_> =
                    (0..u64::from(threads)).map(|thread| scope.spawn(run(thread))).collect();
                threads
                    .into_iter()
                    .fold(0_u64, |sum, thread| sum.wrapping_add(thread.join().expect("no run panics")))
            })
        },
    )
}

fn add_single<'a, E: Engine>(
    contest: Contest<'a>,
    kind: Kind,
    size: usize,
    workload: &'a Workload,
    engine: &'a E,
) -> Contest<'a> {
    let view = move || engine.view();
    let insert_absent = move || {
        let view = engine.view();
        workload.absent.iter().for_each(|&key| _ = E::insert(&view, key, value(key)));
        view
    };
    let remove_absent = move || {
        let view = engine.view();
        workload.absent.iter().for_each(|&key| _ = E::remove(&view, key));
        view
    };
    match kind {
        Kind::Hit => enter::<E, _>(contest, view, |view| get::<E>(view, &workload.uniform)),
        Kind::Zipf => enter::<E, _>(contest, view, |view| get::<E>(view, &workload.zipf)),
        Kind::Miss => enter::<E, _>(contest, view, |view| get::<E>(view, &workload.misses)),
        Kind::Many => enter::<E, _>(contest, view, |view| E::get_many(view, &workload.uniform)),
        Kind::Dependent => enter::<E, _>(contest, view, |view| {
            let mut last = 0;
            for &key in &workload.uniform {
                // Depends on what was found, though it is the same key whatever that was.
                last = E::get(view, key ^ black_box(0) & last).unwrap_or(0);
            }
            last
        }),
        Kind::Update => enter::<E, _>(contest, view, |view| {
            let old = workload.uniform.iter().map(|&key| E::insert(view, key, value(key)).unwrap_or(0));
            old.fold(0, u64::wrapping_add)
        }),
        Kind::Insert => enter::<E, _>(contest, remove_absent, |view| {
            workload.absent.iter().map(|&key| u64::from(E::insert(view, key, value(key)).is_none())).sum()
        }),
        Kind::Remove => enter::<E, _>(contest, insert_absent, |view| {
            workload.absent.iter().map(|&key| E::remove(view, key).unwrap_or(0)).fold(0, u64::wrapping_add)
        }),
        Kind::Build => {
            let repeats = repeats(kind, size);
            let empty = move || (0..repeats).map(|_| E::with_capacity(0)).collect::<Vec<_>>();
            enter::<E, _>(contest, empty, |engines| {
                engines.iter().map(|engine| build(engine, &workload.present)).sum()
            })
        }
        Kind::Iterate => {
            let repeats = repeats(kind, size);
            // Whatever insert and remove left behind: the same for all.
            enter::<E, _>(contest, remove_absent, move |view| {
                (0..repeats).map(|_| E::sum(view)).fold(0, u64::wrapping_add)
            })
        }
        Kind::Mixed(reads, _) => {
            enter::<E, _>(contest, view, move |view| mixed::<E>(view, workload, reads, 0))
        }
    }
}

fn enter<'a, E: Engine, S>(
    contest: Contest<'a>,
    setup: impl FnMut() -> S + 'a,
    run: impl FnMut(&mut S) -> u64 + 'a,
) -> Contest<'a> {
    if E::NAME == Ours::NAME {
        contest.ours(E::NAME, E::VERSION, setup, run)
    } else {
        contest.peer(E::NAME, E::VERSION, setup, run)
    }
}

fn get<E: Engine>(view: &E::View<'_>, keys: &[u64]) -> u64 {
    keys.iter().map(|&key| E::get(view, key).unwrap_or(1)).fold(0, u64::wrapping_add)
}

fn build<E: Engine>(engine: &E, keys: &[u64]) -> u64 {
    let view = engine.view();
    keys.iter().map(|&key| u64::from(E::insert(&view, key, value(key)).is_none())).sum()
}

/// Reads and updates of popular keys; updates write what is there, so that every answer is known.
fn mixed<E: Engine>(view: &E::View<'_>, workload: &Workload, reads: u64, thread: u64) -> u64 {
    let mut sum = 0_u64;
    // Threads start at different places.
    let start = workload.zipf.len() / 2 * thread as usize;
    let (tail, head) = workload.zipf.split_at(start);
    for (i, &key) in head.iter().chain(tail).enumerate() {
        let dice = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let found = if dice % 100 < reads { E::get(view, key) } else { E::insert(view, key, value(key)) };
        sum = sum.wrapping_add(found.unwrap_or(1));
    }
    sum
}
