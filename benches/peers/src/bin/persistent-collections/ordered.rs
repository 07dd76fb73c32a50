//! Rows of `OrdMap`.

use std::collections::BTreeMap;

use bench_own::harness::{Against, Suite, checksum};
use bench_own::persistent_collections::{SIZES, changes, draw, keys};
use persistent_collections::OrdMap;

use crate::engines::Ordered;
use crate::{IMBL, OURS, STD, engine};

struct Input {
    entries: Vec<(u64, u64)>,
    drawn: Vec<u64>,
}

macro_rules! row {
    ($suite:ident, $bench:expr, $input:ident, $row:ident, $operations:expr, $models:expr, $targets:expr, std: $std:expr) => {
        let size = $input.entries.len();
        if $suite.wants($bench, size) {
            let all = crate::all_peers($suite);
            let targets: &[(&str, f64)] = $targets;
            let mut contest =
                $suite.contest($bench, size).operations($operations).models($models).flatters("wide leaves");
            for (engine, ratio) in targets {
                contest = contest.target(Against::Engine(engine), *ratio);
            }
            engine!(contest, ours, OURS, $row::<OrdMap<u64, u64>>(&$input));
            if $std {
                engine!(contest, bound, STD, $row::<BTreeMap<u64, u64>>(&$input));
            }
            engine!(contest, peer, IMBL, $row::<imbl::OrdMap<u64, u64>>(&$input));
            #[cfg(feature = "persistent-collections-all")]
            if all {
                engine!(contest, peer, crate::IM, $row::<im::OrdMap<u64, u64>>(&$input));
                engine!(contest, peer, crate::RPDS, $row::<crate::engines::RpdsOrd>(&$input));
                engine!(contest, peer, crate::CHUNKMAP, $row::<crate::engines::Chunk>(&$input));
            }
            let _ = all;
            contest.run();
        }
    };
}

pub(crate) fn run(suite: &mut Suite) {
    let seed = suite.options().seed;
    for size in SIZES {
        let plain = keys(seed, size);
        let drawn = draw(seed, &plain, 1 << 14);
        let input = Input { entries: plain.iter().map(|&k| (k, k ^ 1)).collect(), drawn };
        let at = |at_10k: &'static [(&'static str, f64)], at_1m: &'static [(&'static str, f64)]| match size {
            10_000 => at_10k,
            1_000_000 => at_1m,
            _ => &[],
        };
        let whole = times(size);
        row!(suite, "ord/get", input, get, 1 << 14, "look-ups that hit", at(&[("std", 2.5), ("imbl", 2.0)], &[("std", 1.82), ("imbl", 1.5)]), std: true);
        row!(suite, "ord/iterate", input, iterate, size, "a scan by internal iteration, after random inserts", at(&[("std", 2.86), ("imbl", 6.0)], &[]), std: true);
        row!(suite, "ord/range-100", input, range, 1 << 8, "a page of a listing", at(&[("std", 2.0), ("imbl", 3.0)], &[]), std: true);
        row!(suite, "ord/insert-keeping-old", input, insert_keeping, 1 << 9, "snapshots", at(&[("imbl", 1.5)], &[("imbl", 1.5)]), std: size <= 100);
        row!(suite, "ord/insert-in-place", input, insert_in_place, 1 << 14, "a working copy: values replaced", at(&[("imbl", 3.0)], &[("imbl", 3.0)]), std: true);
        row!(suite, "ord/remove-insert-in-place", input, remove_insert, 1 << 14, "a working copy: keys come and go", &[], std: true);
        row!(suite, "ord/build", input, build, size, "inserting in random order", &[], std: true);
        row!(suite, "ord/eq", input, equal, whole, "has anything changed? 0.1 % of the paths were copied", &[], std: true);
        row!(suite, "ord/diff", input, diff, whole, "what has changed? 0.1 % of the values", &[], std: true);
        row!(suite, "ord/union-shared", input, union_shared, whole, "merging versions with 0.1 % new keys each", at(&[], &[("std", 5.0), ("imbl", 70.0)]), std: true);
        row!(suite, "ord/union-disjoint", input, union_disjoint, whole, "merging unrelated maps", at(&[], &[("std", 1.0), ("imbl", 10.0)]), std: true);
    }
}

/// How often an operation on the whole map is repeated in a run.
fn times(size: usize) -> usize {
    if size == 1_000_000 { 1 } else { 100_000_usize.div_ceil(size).min(100) }
}

fn get<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let (map, drawn) = (E::build(&input.entries), &input.drawn);
    move || drawn.iter().fold(0, |sum, key| sum ^ map.find(key))
}

fn iterate<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let map = E::build(&input.entries);
    move || map.sum()
}

fn range<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let (map, drawn) = (E::build(&input.entries), &input.drawn[..1 << 8]);
    move || drawn.iter().fold(0, |sum, key| checksum(sum, map.range_sum(*key..=u64::MAX, 100)))
}

fn insert_keeping<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let (map, drawn) = (E::build(&input.entries), &input.drawn[..1 << 9]);
    move || {
        drawn.iter().fold(0, |sum, key| {
            let mut new = map.clone();
            new.put(key + 1, 3);
            checksum(sum, new.find(&(key + 1)))
        })
    }
}

fn insert_in_place<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let (mut map, drawn) = (E::build(&input.entries), &input.drawn);
    move || {
        drawn.iter().enumerate().for_each(|(i, key)| map.put(*key, i as u64));
        map.find(&drawn[0])
    }
}

fn remove_insert<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let (mut map, drawn) = (E::build(&input.entries), &input.drawn);
    move || {
        drawn.iter().enumerate().for_each(|(i, key)| {
            map.take(key);
            map.put(*key, i as u64);
        });
        map.find(&drawn[0])
    }
}

fn build<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let entries = &input.entries;
    move || E::build(entries).find(&entries[0].0)
}

fn touched<E: Ordered>(map: &E, input: &Input, change: u64) -> E {
    let mut touched = map.clone();
    let step = input.entries.len() / changes(input.entries.len());
    input.entries.iter().step_by(step).for_each(|(key, value)| touched.put(*key, value ^ change));
    touched
}

fn equal<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let map = E::build(&input.entries);
    let other = touched(&map, input, 0);
    let times = times(input.entries.len());
    move || (0..times).map(|_| u64::from(std::hint::black_box(&map).equal(&other))).sum()
}

fn diff<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let map = E::build(&input.entries);
    let other = touched(&map, input, 8);
    let times = times(input.entries.len());
    move || (0..times).map(|_| std::hint::black_box(&map).differences(&other)).sum()
}

fn union_shared<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let base = E::build(&input.entries);
    let (mut left, mut right) = (base.clone(), base);
    let new = changes(input.entries.len()).min(input.drawn.len() / 2);
    input.drawn[..new].iter().for_each(|key| left.put(key + 1, 1));
    input.drawn[new..2 * new].iter().for_each(|key| right.put(key + 1, 1));
    let times = times(input.entries.len());
    move || (0..times).map(|_| std::hint::black_box(&left).union(&right)).sum()
}

fn union_disjoint<E: Ordered>(input: &Input) -> impl FnMut() -> u64 {
    let (left, right) = input.entries.split_at(input.entries.len() / 2);
    let (left, right) = (E::build(left), E::build(right));
    let times = times(input.entries.len());
    move || (0..times).map(|_| std::hint::black_box(&left).union(&right)).sum()
}
