//! Rows of `HashMap`, with `u64` and `String` keys.

use bench_own::harness::{Against, Suite, checksum};
use bench_own::persistent_collections::{SIZES, changes, draw, keys};
use persistent_collections::HashMap;

use crate::engines::{Hasher, Map};
use crate::{IMBL, OURS, STD, engine};

type Imbl<K> = imbl::GenericHashMap<K, u64, Hasher, imbl::shared_ptr::DefaultSharedPtr>;

struct Input<K> {
    entries: Vec<(K, u64)>,
    drawn: Vec<K>,
    missing: Vec<K>,
}

fn input<K: Clone>(seed: u64, size: usize, key: impl Fn(u64) -> K) -> Input<K> {
    let plain = keys(seed, size);
    let drawn = draw(seed, &plain, 1 << 14);
    Input {
        entries: plain.iter().map(|&k| (key(k), k ^ 1)).collect(),
        missing: drawn.iter().map(|&k| key(k + 1)).collect(),
        drawn: drawn.into_iter().map(key).collect(),
    }
}

macro_rules! row {
    ($suite:ident, $bench:expr, $input:ident : $key:ty, $row:ident, $operations:expr, $models:expr, $targets:expr, std: $std:expr) => {
        let size = $input.entries.len();
        if $suite.wants($bench, size) {
            let all = crate::all_peers($suite);
            let targets: &[(&str, f64)] = $targets;
            let mut contest =
                $suite.contest($bench, size).operations($operations).models($models).flatters("flat tables");
            for (engine, ratio) in targets {
                contest = contest.target(Against::Engine(engine), *ratio);
            }
            engine!(contest, ours, OURS, $row::<$key, HashMap<$key, u64, Hasher>>(&$input));
            if $std {
                engine!(
                    contest,
                    bound,
                    STD,
                    $row::<$key, std::collections::HashMap<$key, u64, Hasher>>(&$input)
                );
            }
            engine!(contest, peer, IMBL, $row::<$key, Imbl<$key>>(&$input));
            #[cfg(feature = "persistent-collections-all")]
            if all {
                engine!(contest, peer, crate::IM, $row::<$key, im::HashMap<$key, u64, Hasher>>(&$input));
                engine!(contest, peer, crate::RPDS, $row::<$key, crate::engines::RpdsHash<$key>>(&$input));
            }
            let _ = all;
            contest.run();
        }
    };
}

pub(crate) fn run(suite: &mut Suite) {
    let seed = suite.options().seed;
    for size in SIZES {
        let numbers = input(seed, size, |key| key);
        let at = |at_10k: &'static [(&'static str, f64)], at_1m: &'static [(&'static str, f64)]| match size {
            10_000 => at_10k,
            1_000_000 => at_1m,
            _ => &[],
        };
        let (small, big) = (size < 1_000_000, size == 1_000_000);
        let whole = if big { 1 } else { 100_000_usize.div_ceil(size).min(100) };
        row!(suite, "hash/get", numbers: u64, get, 1 << 14, "look-ups that hit", at(&[("std", 0.5), ("imbl", 1.4)], &[("std", 0.357), ("imbl", 2.5)]), std: true);
        row!(suite, "hash/get-miss", numbers: u64, miss, 1 << 14, "look-ups that miss", &[], std: true);
        batched(suite, &numbers, at(&[], &[("std", 0.5)]));
        row!(suite, "hash/iterate", numbers: u64, iterate, size, "a scan by internal iteration", at(&[("std", 1.43), ("imbl", 10.0)], &[("std", 1.43), ("imbl", 10.0)]), std: true);
        row!(suite, "hash/insert-keeping-old", numbers: u64, insert_keeping, 1 << 9, "snapshots", at(&[("imbl", 1.8)], &[("imbl", 1.8)]), std: size <= 100);
        row!(suite, "hash/insert-in-place", numbers: u64, insert_in_place, 1 << 14, "a working copy: values replaced", at(&[("imbl", 3.0)], &[("imbl", 8.0)]), std: true);
        row!(suite, "hash/remove-insert-in-place", numbers: u64, remove_insert, 1 << 14, "a working copy: keys come and go", &[], std: true);
        row!(suite, "hash/build", numbers: u64, build, size, "inserting one by one", &[], std: true);
        row!(suite, "hash/eq", numbers: u64, equal, whole, "has anything changed? 0.1 % of the paths were copied", at(&[("std", 10.0), ("imbl", 100.0)], &[("std", 10.0), ("imbl", 100.0)]), std: true);
        row!(suite, "hash/diff", numbers: u64, diff, whole, "what has changed? 0.1 % of the values", at(&[("std", 10.0), ("imbl", 100.0)], &[("std", 10.0), ("imbl", 100.0)]), std: true);
        row!(suite, "hash/union", numbers: u64, union, whole, "merging versions with 0.1 % new keys each", at(&[("std", 2.0), ("imbl", 15.0)], &[("std", 3.03), ("imbl", 50.0)]), std: true);
        if small || suite.options().full {
            let strings = input(seed, size, |key| format!("/srv/data/{key}"));
            row!(suite, "hash-string/get", strings: String, get, 1 << 14, "look-ups that hit", &[], std: true);
            row!(suite, "hash-string/insert-keeping-old", strings: String, insert_keeping, 1 << 9, "snapshots", &[], std: size <= 100);
            row!(suite, "hash-string/insert-in-place", strings: String, insert_in_place, 1 << 14, "a working copy", &[], std: true);
            row!(suite, "hash-string/union", strings: String, union, whole, "merging versions with 0.1 % new keys each", &[], std: true);
        }
    }
}

/// Ours looks sixteen keys up side by side; the others one after another.
fn batched(suite: &mut Suite, input: &Input<u64>, targets: &[(&str, f64)]) {
    let size = input.entries.len();
    if !suite.wants("hash/get-batched", size) {
        return;
    }
    let ours = HashMap::<u64, u64, Hasher>::build(&input.entries);
    let mut contest = suite
        .contest("hash/get-batched", size)
        .operations(input.drawn.len())
        .models("many look-ups at once; engines without a batched form do them one by one")
        .flatters("whoever prefetches");
    for (engine, ratio) in targets {
        contest = contest.target(Against::Engine(engine), *ratio);
    }
    let run = || {
        let mut sum = 0_u64;
        ours.get_many(&input.drawn, |_, value| sum ^= value.copied().unwrap_or(0));
        sum
    };
    engine!(contest, ours, OURS, run);
    engine!(contest, bound, STD, get::<u64, std::collections::HashMap<u64, u64, Hasher>>(input));
    engine!(contest, peer, IMBL, get::<u64, Imbl<u64>>(input));
    contest.run();
}

fn get<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let (map, drawn) = (E::build(&input.entries), &input.drawn);
    move || drawn.iter().fold(0, |sum, key| sum ^ map.find(key))
}

fn miss<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let (map, missing) = (E::build(&input.entries), &input.missing);
    move || missing.iter().fold(0, |sum, key| sum ^ map.find(key))
}

fn iterate<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let map = E::build(&input.entries);
    move || map.sum()
}

fn insert_keeping<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let (map, missing) = (E::build(&input.entries), &input.missing[..1 << 9]);
    move || {
        missing.iter().fold(0, |sum, key| {
            let mut new = map.clone();
            new.put(key.clone(), 3);
            checksum(sum, new.find(key))
        })
    }
}

fn insert_in_place<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let (mut map, drawn) = (E::build(&input.entries), &input.drawn);
    move || {
        drawn.iter().enumerate().for_each(|(i, key)| map.put(key.clone(), i as u64));
        map.find(&drawn[0])
    }
}

fn remove_insert<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let (mut map, drawn) = (E::build(&input.entries), &input.drawn);
    move || {
        drawn.iter().enumerate().for_each(|(i, key)| {
            map.take(key);
            map.put(key.clone(), i as u64);
        });
        map.find(&drawn[0])
    }
}

fn build<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let entries = &input.entries;
    move || E::build(entries).find(&entries[0].0)
}

/// `map` with the first entries put again, with values changed by `change`.
fn touched<K: Clone, E: Map<K>>(map: &E, input: &Input<K>, change: u64) -> E {
    let mut touched = map.clone();
    let step = input.entries.len() / changes(input.entries.len());
    input.entries.iter().step_by(step).for_each(|(key, value)| touched.put(key.clone(), value ^ change));
    touched
}

fn equal<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let map = E::build(&input.entries);
    let other = touched(&map, input, 0);
    let times = if input.entries.len() == 1_000_000 {
        1
    } else {
        100_000_usize.div_ceil(input.entries.len()).min(100)
    };
    move || (0..times).map(|_| u64::from(std::hint::black_box(&map).equal(&other))).sum()
}

fn diff<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let map = E::build(&input.entries);
    let other = touched(&map, input, 8);
    let times = if input.entries.len() == 1_000_000 {
        1
    } else {
        100_000_usize.div_ceil(input.entries.len()).min(100)
    };
    move || (0..times).map(|_| std::hint::black_box(&map).differences(&other)).sum()
}

fn union<K: Clone, E: Map<K>>(input: &Input<K>) -> impl FnMut() -> u64 {
    let base = E::build(&input.entries);
    let (mut left, mut right) = (base.clone(), base);
    let new = changes(input.entries.len()).min(input.missing.len() / 2);
    input.missing[..new].iter().for_each(|key| left.put(key.clone(), 1));
    input.missing[new..2 * new].iter().for_each(|key| right.put(key.clone(), 1));
    let times = if input.entries.len() == 1_000_000 {
        1
    } else {
        100_000_usize.div_ceil(input.entries.len()).min(100)
    };
    move || (0..times).map(|_| std::hint::black_box(&left).union(&right)).sum()
}
