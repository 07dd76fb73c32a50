//! Threads that call every verb on a few keys: each key's history must be linearizable.
#![cfg(not(loom))]

mod common;
#[path = "common/history.rs"]
mod history;

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};

use bytemuck::Pod;
use common::{Bits, Random, cases};
use history::{Answer, Call, Verb, computed, is_linearizable, is_odd};
use radix_index::{Computed, Operation, RadixIndex, RadixMap};

#[test]
fn the_checker_tells_right_from_wrong() {
    let call = |began, ended, verb, value| Call { began, ended, verb, answer: Answer::Value(value) };
    let (insert, get) =
        (call(0, 5, Verb::Insert(1), None), |began, ended, value| call(began, ended, Verb::Get, value));
    assert!(is_linearizable(&[vec![insert], vec![get(1, 2, None), get(3, 4, Some(1))]]));
    assert!(!is_linearizable(&[vec![insert], vec![get(1, 2, Some(1)), get(3, 4, None)]]));
    assert!(!is_linearizable(&[vec![insert], vec![get(6, 7, None)]]));
    let remove = |began, ended| call(began, ended, Verb::Remove, Some(1));
    assert!(!is_linearizable(&[vec![insert], vec![remove(6, 7)], vec![remove(8, 9)]]));
    let clear = Call { began: 1, ended: 9, verb: Verb::Clear, answer: Answer::Nothing };
    let again = call(6, 7, Verb::Insert(2), Some(1));
    assert!(is_linearizable(&[vec![insert, again], vec![clear], vec![get(8, 9, None)]]));
    // Once before the second insertion, and once after it.
    let again = call(6, 7, Verb::Insert(2), None);
    assert!(!is_linearizable(&[vec![insert, again], vec![clear], vec![get(8, 9, None)]]));
}

/// Numbers as keys and values of several widths.
trait Form: Pod + Eq + std::hash::Hash + Send {
    fn of(number: u64) -> Self;
    fn number(self) -> u64;
}

impl Form for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(self) -> u64 {
        self
    }
}

/// Too wide to be replaced in place, and all alike unless torn.
impl Form for [u64; 3] {
    fn of(number: u64) -> Self {
        [number; 3]
    }

    fn number(self) -> u64 {
        assert!(self == [self[0]; 3], "torn: {self:?}");
        self[0]
    }
}

/// A map of numbers to numbers.
trait Subject: Sync {
    /// A verb for one key.
    fn call(&self, key: u64, verb: Verb) -> Answer;
    fn get_many(&self, keys: &[u64]) -> Vec<Option<u64>>;
    fn insert_many(&self, entries: &[(u64, u64)]);
    fn keep_even(&self);
    fn clear(&self);
    /// Every entry, by `next` and by `fold`.
    fn entries(&self, fold: bool) -> Vec<(u64, u64)>;
}

fn answer_computed(computed: Computed<u64>) -> Answer {
    match computed {
        Computed::Kept(value) => Answer::Kept(value),
        Computed::Inserted(new) => Answer::Changed { old: None, new: Some(new) },
        Computed::Updated { old, new } => Answer::Changed { old: Some(old), new: Some(new) },
        Computed::Removed(old) => Answer::Changed { old: Some(old), new: None },
    }
}

fn operation<V>(old: Option<u64>, new: u64, value: impl Fn(u64) -> V) -> Operation<V> {
    match computed(old, new) {
        next if next == old => Operation::Keep,
        Some(next) => Operation::Insert(value(next)),
        None => Operation::Remove,
    }
}

fn answer_exchanged(exchanged: Result<(u64, u64), Option<u64>>) -> Answer {
    match exchanged {
        Ok((old, new)) => Answer::Changed { old: Some(old), new: Some(new) },
        Err(value) => Answer::Kept(value),
    }
}

impl<K: Form, V: Form, S: BuildHasher + Sync> Subject for RadixIndex<K, V, S> {
    fn call(&self, number: u64, verb: Verb) -> Answer {
        let key = K::of(number);
        let value = |value: Option<V>| Answer::Value(value.map(V::number));
        match verb {
            Verb::Get => value(self.get(&key)),
            Verb::Contains => Answer::Has(self.contains_key(&key)),
            Verb::Insert(new) => value(self.insert(key, V::of(new))),
            Verb::TryInsert(new) => self.try_insert(key, V::of(new)).map_or(Answer::Refused, value),
            Verb::Remove => value(self.remove(&key)),
            Verb::RemoveOdd => value(self.remove_if(&key, |old| is_odd(old.number()))),
            Verb::Increment => value(self.update(&key, |old| V::of(old.number() + 1))),
            Verb::IncrementOdd => {
                let change = |old: V| is_odd(old.number()).then(|| V::of(old.number() + 1));
                let exchanged = self.fetch_update(&key, change);
                answer_exchanged(
                    exchanged
                        .map(|(old, new)| (old.number(), new.number()))
                        .map_err(|value| value.map(V::number)),
                )
            }
            Verb::CompareExchange(current, new) => {
                let exchanged = self.compare_exchange(&key, V::of(current), V::of(new));
                answer_exchanged(
                    exchanged.map(|old| (old.number(), new)).map_err(|value| value.map(V::number)),
                )
            }
            Verb::GetOrInsert(new) => value(Some(self.get_or_insert(key, V::of(new)))),
            Verb::Compute(new) => {
                answer_computed(match self.compute(key, |old| operation(old.map(V::number), new, V::of)) {
                    Computed::Kept(value) => Computed::Kept(value.map(V::number)),
                    Computed::Inserted(new) => Computed::Inserted(new.number()),
                    Computed::Updated { old, new } => {
                        Computed::Updated { old: old.number(), new: new.number() }
                    }
                    Computed::Removed(old) => Computed::Removed(old.number()),
                })
            }
            Verb::Put(_) | Verb::KeepEven | Verb::Clear => unreachable!("for many keys"),
        }
    }

    fn get_many(&self, keys: &[u64]) -> Vec<Option<u64>> {
        let keys: Vec<K> = keys.iter().map(|&key| K::of(key)).collect();
        let mut values = vec![None; keys.len()];
        RadixIndex::get_many(self, &keys, &mut values);
        values.into_iter().map(|value| value.map(V::number)).collect()
    }

    fn insert_many(&self, entries: &[(u64, u64)]) {
        let entries: Vec<(K, V)> = entries.iter().map(|&(key, value)| (K::of(key), V::of(value))).collect();
        RadixIndex::insert_many(self, &entries);
    }

    fn keep_even(&self) {
        self.retain(|_, value| !is_odd(value.number()));
    }

    fn clear(&self) {
        RadixIndex::clear(self);
    }

    fn entries(&self, fold: bool) -> Vec<(u64, u64)> {
        let mut all = Vec::new();
        let mut push = |(key, value): (K, V)| all.push((key.number(), value.number()));
        if fold {
            self.iter().for_each(push);
        } else {
            for entry in self.iter() {
                push(entry);
            }
        }
        all
    }
}

impl<S: BuildHasher + Sync> Subject for RadixMap<u64, u64, S> {
    fn call(&self, key: u64, verb: Verb) -> Answer {
        let map = self.pin();
        let value = |value: Option<&u64>| Answer::Value(value.copied());
        match verb {
            Verb::Get => value(map.get(&key)),
            Verb::Contains => Answer::Has(map.contains_key(&key)),
            Verb::Insert(new) => value(map.insert(key, new)),
            Verb::TryInsert(new) => map.try_insert(key, new).map_or(Answer::Refused, value),
            Verb::Remove => value(map.remove(&key)),
            Verb::RemoveOdd => value(map.remove_if(&key, |_, &old| is_odd(old))),
            Verb::Increment => value(map.update(&key, |old| old + 1)),
            Verb::IncrementOdd => {
                let exchanged = map.fetch_update(&key, |&old| is_odd(old).then_some(old + 1));
                answer_exchanged(exchanged.map(|(&old, &new)| (old, new)).map_err(|value| value.copied()))
            }
            Verb::CompareExchange(current, new) => {
                let exchanged = map.compare_exchange(&key, &current, new);
                answer_exchanged(exchanged.map(|&old| (old, new)).map_err(|(value, _)| value.copied()))
            }
            Verb::GetOrInsert(new) => value(Some(map.get_or_insert(key, new))),
            Verb::Compute(new) => {
                answer_computed(match map.compute(key, |old| operation(old.copied(), new, |value| value)) {
                    Computed::Kept(value) => Computed::Kept(value.copied()),
                    Computed::Inserted(&new) => Computed::Inserted(new),
                    Computed::Updated { old: &old, new: &new } => Computed::Updated { old, new },
                    Computed::Removed(&old) => Computed::Removed(old),
                })
            }
            Verb::Put(_) | Verb::KeepEven | Verb::Clear => unreachable!("for many keys"),
        }
    }

    fn get_many(&self, keys: &[u64]) -> Vec<Option<u64>> {
        let map = self.pin();
        let mut values = vec![None; keys.len()];
        map.get_many(keys, &mut values);
        values.into_iter().map(|value| value.copied()).collect()
    }

    fn insert_many(&self, entries: &[(u64, u64)]) {
        self.pin().insert_many(entries.iter().copied());
    }

    fn keep_even(&self) {
        self.pin().retain(|_, &value| !is_odd(value));
    }

    fn clear(&self) {
        self.pin().clear();
    }

    fn entries(&self, _: bool) -> Vec<(u64, u64)> {
        self.pin().iter().map(|(&key, &value)| (key, value)).collect()
    }
}

const THREADS: usize = 3;
/// Few, so that many histories begin anew: threads overlap most just after the barrier.
const CALLS: u64 = 300;

/// A verb for one key. `last` is a value that the key had not long ago.
fn any_verb(random: &mut Random, new: u64, last: u64) -> Verb {
    match random.below(40) {
        0..7 => Verb::Insert(new),
        7..10 => Verb::TryInsert(new),
        10..14 => Verb::Remove,
        14..16 => Verb::RemoveOdd,
        16..19 => Verb::Increment,
        19..21 => Verb::IncrementOdd,
        21..24 => Verb::CompareExchange(last, new),
        24..26 => Verb::GetOrInsert(new),
        26..29 => Verb::Compute(new),
        29..31 => Verb::Contains,
        _ => Verb::Get,
    }
}

/// One thread's calls, each with its key.
struct Recorder<'a, S: ?Sized> {
    subject: &'a S,
    clock: &'a AtomicU64,
    thread: u64,
    keys: u64,
    random: Random,
    calls: Vec<(u64, Call)>,
}

impl<S: Subject + ?Sized> Recorder<'_, S> {
    /// Calls, and writes down each key's part of it.
    fn record<T>(&mut self, call: impl FnOnce(&S) -> T, parts: impl FnOnce(T) -> Vec<(u64, Verb, Answer)>) {
        let began = self.clock.fetch_add(1, Ordering::SeqCst);
        let answer = call(self.subject);
        let ended = self.clock.fetch_add(1, Ordering::SeqCst);
        let part = |(key, verb, answer)| (key, Call { began, ended, verb, answer });
        self.calls.extend(parts(answer).into_iter().map(part));
    }

    fn run(mut self) -> Vec<(u64, Call)> {
        let mut last = 0;
        for i in 0..CALLS {
            let (keys, new) = (self.keys, 8 * (self.thread * CALLS + i) + self.random.below(2));
            let batch: Vec<u64> = (0..1 + self.random.below(20)).map(|_| self.random.below(keys)).collect();
            let all = move |verb| (0..keys).map(|key| (key, verb, Answer::Nothing)).collect();
            match self.random.below(60) {
                0 => self.record(|subject| subject.clear(), |()| all(Verb::Clear)),
                1 => self.record(|subject| subject.keep_even(), |()| all(Verb::KeepEven)),
                2 | 3 => self.record(
                    |subject| subject.entries(i % 2 == 0),
                    |entries| {
                        let count = entries.len();
                        let entries: HashMap<u64, u64> = entries.into_iter().collect();
                        assert_eq!(entries.len(), count, "no key comes twice");
                        (0..keys)
                            .map(|key| (key, Verb::Get, Answer::Value(entries.get(&key).copied())))
                            .collect()
                    },
                ),
                4 | 5 => self.record(
                    |subject| subject.get_many(&batch),
                    |values| {
                        let part = |(&key, value)| (key, Verb::Get, Answer::Value(value));
                        batch.iter().zip(values).map(part).collect()
                    },
                ),
                6 | 7 => {
                    let entries: Vec<(u64, u64)> = batch.iter().map(|&key| (key, new)).collect();
                    let part = |(key, value)| (key, Verb::Put(value), Answer::Nothing);
                    let parts = entries.clone().into_iter().map(part).collect();
                    self.record(|subject| subject.insert_many(&entries), |()| parts);
                }
                _ => {
                    let verb = any_verb(&mut self.random, new, last);
                    self.record(
                        |subject| subject.call(batch[0], verb),
                        |answer| vec![(batch[0], verb, answer)],
                    );
                }
            }
            if let Some((_, Call { answer: Answer::Value(Some(value)), .. })) = self.calls.last() {
                last = *value;
            }
            self.stir(i);
        }
        self.calls
    }

    /// Other keys come and go, so that buckets split and chains come and go.
    fn stir(&mut self, i: u64) {
        let filler = |i| 1 << 20 | self.thread << 16 | i;
        if i.is_multiple_of(3) {
            self.subject.call(filler(i), Verb::Insert(i));
        }
        if i % 7 > 4 && i > 60 {
            self.subject.call(filler(i - 60), Verb::Remove);
        }
    }
}

/// The calls on each key, by thread.
fn histories(subject: &dyn Subject, keys: u64, seed: u64) -> HashMap<u64, [Vec<Call>; THREADS]> {
    let (clock, barrier) = (AtomicU64::new(0), Barrier::new(THREADS));
    let mut all = HashMap::<u64, [Vec<Call>; THREADS]>::new();
    std::thread::scope(|scope| {
        let run = |thread| {
            let random = Random(seed << 8 | thread);
            let recorder = Recorder { subject, clock: &clock, thread, keys, random, calls: Vec::new() };
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                recorder.run()
            })
        };
        let threads: Vec<_> = (0..THREADS as u64).map(run).collect();
        for (thread, calls) in threads.into_iter().enumerate() {
            for (key, call) in calls.join().unwrap() {
                all.entry(key).or_default()[thread].push(call);
            }
        }
    });
    all
}

/// Hashes of so many bits, and so many keys: chains, splits, and a bucket for each.
const SHAPES: [(u32, u64); 7] = [(0, 3), (0, 30), (1, 20), (2, 6), (4, 8), (64, 2), (64, 20)];

fn every_history_is_linearizable<S: Subject>(make: impl Fn(Bits) -> S) {
    for seed in 0..u64::from(cases(40, 2000)) {
        for (bits, keys) in SHAPES {
            for (key, calls) in histories(&make(Bits(bits)), keys, seed) {
                assert!(is_linearizable(&calls), "key {key} of {keys}, {bits} bits, seed {seed}: {calls:?}");
            }
        }
    }
}

#[test]
fn histories_of_words() {
    every_history_is_linearizable(RadixIndex::<u64, u64, Bits>::with_hasher);
}

#[test]
fn histories_of_wide_values() {
    every_history_is_linearizable(RadixIndex::<u64, [u64; 3], Bits>::with_hasher);
}

#[test]
fn histories_of_wide_keys() {
    every_history_is_linearizable(RadixIndex::<[u64; 3], u64, Bits>::with_hasher);
}

#[test]
fn histories_of_nodes() {
    every_history_is_linearizable(RadixMap::<u64, u64, Bits>::with_hasher);
}

#[test]
fn histories_of_reserved_room() {
    every_history_is_linearizable(|bits| RadixIndex::<u64, u64, Bits>::with_capacity_and_hasher(40, bits));
}

#[test]
fn histories_of_fixed_room() {
    every_history_is_linearizable(|_| RadixIndex::<u64, u64>::fixed(40));
    every_history_is_linearizable(|_| RadixMap::<u64, u64>::fixed(40));
}
