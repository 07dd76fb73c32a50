//! Rows of `Vector`.

use bench_own::harness::{Against, Suite, checksum};
use bench_own::persistent_collections::{SIZES, cycle, positions};
use persistent_collections::Vector;

use crate::engines::Sequence;
use crate::{IMBL, OURS, STD, engine};

/// The input of all rows of one size.
struct Input {
    values: Vec<u64>,
    positions: Vec<usize>,
}

type Target = (&'static str, f64);

/// A row with all its engines.
macro_rules! row {
    ($suite:ident, $bench:expr, $input:ident, $row:ident, $operations:expr, $models:expr, $flatters:expr, $targets:expr, std: $std:expr) => {
        let size = $input.values.len();
        if $suite.wants($bench, size) {
            let all = crate::all_peers($suite);
            let targets: &[Target] = $targets;
            let mut contest =
                $suite.contest($bench, size).operations($operations).models($models).flatters($flatters);
            for (engine, ratio) in targets {
                contest = contest.target(Against::Engine(engine), *ratio);
            }
            engine!(contest, ours, OURS, $row::<Vector<u64>>(&$input));
            if $std {
                engine!(contest, bound, STD, $row::<Vec<u64>>(&$input));
            }
            engine!(contest, peer, IMBL, $row::<imbl::Vector<u64>>(&$input));
            #[cfg(feature = "persistent-collections-all")]
            if all {
                engine!(contest, peer, crate::IM, $row::<im::Vector<u64>>(&$input));
                engine!(contest, peer, crate::RPDS, $row::<crate::engines::Rpds>(&$input));
            }
            let _ = all;
            contest.run();
        }
    };
}

pub(crate) fn run(suite: &mut Suite) {
    for size in SIZES {
        let seed = suite.options().seed;
        let input =
            Input { values: cycle(seed, size), positions: positions("positions", seed, 1 << 16, size) };
        let big = size == 1_000_000;
        let reads = if big { 1 << 16 } else { 1 << 14 };
        row!(suite, "vector/get-dependent", input, dependent, reads, "following links: the latency of a read", "contiguous arrays",
            if big { &[("std", 0.8), ("imbl", 2.8)] } else { &[] }, std: true);
        row!(suite, "vector/get-independent", input, independent, 1 << 16, "a gather: the throughput of reads", "contiguous arrays: the compiler vectorises std's loop",
            if size == 10_000 { &[("std", 0.25), ("imbl", 10.0)] } else { &[] }, std: true);
        row!(suite, "vector/iterate", input, iterate, size * times(size), "a scan by internal iteration", "contiguous arrays",
            if size >= 10_000 { &[("std", 0.77), ("imbl", 5.0)] } else { &[] }, std: true);
        row!(suite, "vector/set-in-place", input, set_in_place, 1 << 16, "a working copy", "contiguous arrays",
            if size >= 10_000 { &[("std", 0.125), ("imbl", 15.0)] } else { &[] }, std: true);
        row!(suite, "vector/push-in-place", input, push, size * times(size), "building step by step", "contiguous arrays",
            if size >= 10_000 { &[("std", 0.33), ("imbl", 5.0)] } else { &[] }, std: true);
        row!(suite, "vector/build", input, build, size * times(size), "collect", "contiguous arrays",
            if size >= 10_000 { &[("std", 0.5), ("imbl", 30.0)] } else { &[] }, std: true);
        row!(suite, "vector/set-keeping-old", input, set_keeping, 1 << 10, "undo, snapshots", "narrow trees",
            match size { 10_000 => &[("imbl", 3.0)], 1_000_000 => &[("imbl", 4.0)], _ => &[] }, std: !big);
        row!(suite, "vector/push-keeping-old", input, push_keeping, 1 << 10, "a log with snapshots", "vectors with a tail", &[], std: !big);
        row!(suite, "vector/clone-drop", input, clone_drop, 1 << 12, "handing out a snapshot", "one counter",
            if size >= 10_000 { &[("imbl", 3.0)] } else { &[] }, std: !big);
        row!(suite, "vector/concat", input, concat, 8, "joining documents", "trees",
            if big { &[("imbl", 50.0)] } else { &[] }, std: !big);
        row!(suite, "vector/insert-keeping-old", input, insert, 16, "typing into a document", "trees",
            if big { &[("imbl", 50.0)] } else { &[] }, std: !big);
    }
}

/// How often an operation on a whole small vector is repeated in a run, so that the clock does not count.
fn times(size: usize) -> usize {
    (1_usize << 14).div_ceil(size)
}

fn built<E: Sequence>(input: &Input) -> E {
    E::build(input.values.iter().copied())
}

fn dependent<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let v: E = built(input);
    let reads = if input.values.len() == 1_000_000 { 1 << 16 } else { 1 << 14 };
    move || (0..reads).fold(0, |at, _| v.at(at as usize))
}

fn independent<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let (v, positions): (E, _) = (built(input), &input.positions);
    move || positions.iter().fold(0, |sum, &at| sum ^ v.at(at))
}

fn iterate<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let v: E = built(input);
    let times = times(input.values.len());
    move || (0..times).fold(0, |sum, _| sum ^ std::hint::black_box(&v).sum())
}

fn set_in_place<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let (mut v, positions): (E, _) = (built(input), &input.positions);
    move || {
        positions.iter().enumerate().for_each(|(i, &at)| v.put(at, i as u64));
        v.at(positions[0])
    }
}

fn push<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let size = input.values.len();
    move || {
        (0..times(size)).fold(0, |sum, _| {
            let mut v = E::empty();
            (0..size as u64).for_each(|i| v.add(std::hint::black_box(i)));
            sum ^ v.at(size / 2)
        })
    }
}

fn build<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let size = input.values.len() as u64;
    move || {
        let times = times(size as usize) as u64;
        (0..times).fold(0, |sum, i| {
            sum ^ std::hint::black_box(E::build((0..size).map(|x| x ^ i))).at(size as usize / 2)
        })
    }
}

fn set_keeping<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let (base, positions): (E, _) = (built(input), &input.positions[..1 << 10]);
    move || {
        positions.iter().fold(0, |sum, &at| {
            let mut new = base.clone();
            new.put(at, 7);
            checksum(sum, new.at(at / 2))
        })
    }
}

fn push_keeping<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let base: E = built(input);
    move || {
        (0..1 << 10).fold(0, |sum, i| {
            let mut new = base.clone();
            new.add(i);
            checksum(sum, new.at(new.size() - 1))
        })
    }
}

fn clone_drop<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let base: E = built(input);
    move || (0..1 << 12).fold(0, |sum, _| sum + std::hint::black_box(base.clone()).size() as u64)
}

fn concat<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let base: E = built(input);
    let other = E::build(input.values.iter().take(input.values.len() * 6 / 7).copied());
    move || {
        (0..8).fold(0, |sum, _| {
            let mut joined = base.clone();
            joined.join(&other);
            checksum(sum, joined.at(joined.size() - 1))
        })
    }
}

fn insert<E: Sequence>(input: &Input) -> impl FnMut() -> u64 {
    let (base, positions): (E, _) = (built(input), &input.positions[..16]);
    move || {
        positions.iter().fold(0, |sum, &at| {
            let mut new = base.clone();
            new.insert_at(at, 7);
            checksum(sum, new.at(new.size() - 1))
        })
    }
}
