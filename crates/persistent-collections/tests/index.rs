//! `IndexMap` against a `Vec` of pairs.

mod common;

use common::{Random, Subject, live_versions, scale};
use persistent_collections::hash::RandomState;
use persistent_collections::{Atomic, IndexMap, Local, Sharing, SmallNodes};

struct Pair<P: Sharing> {
    ours: IndexMap<u32, u32, RandomState, P>,
    model: Vec<(u32, u32)>,
}

impl<P: Sharing> Clone for Pair<P> {
    fn clone(&self) -> Self {
        Self { ours: self.ours.clone(), model: self.model.clone() }
    }
}

impl<P: Sharing> Default for Pair<P> {
    fn default() -> Self {
        Self { ours: IndexMap::default(), model: Vec::new() }
    }
}

const KEYS: usize = 500;

/// What `insert` does to the model.
fn put(model: &mut Vec<(u32, u32)>, key: u32, value: u32) -> Option<u32> {
    if let Some((_, old)) = model.iter_mut().find(|(k, _)| *k == key) {
        return Some(std::mem::replace(old, value));
    }
    model.push((key, value));
    None
}

fn take(model: &mut Vec<(u32, u32)>, key: u32) -> Option<(usize, u32, u32)> {
    let at = model.iter().position(|(k, _)| *k == key)?;
    let (key, value) = model.remove(at);
    Some((at, key, value))
}

impl<P: Sharing> Subject for Pair<P> {
    fn step(&mut self, random: &mut Random, others: &[Self]) {
        let Self { ours, model } = self;
        let (key, value) = (random.below(KEYS) as u32, random.below(8) as u32);
        let other = &others[random.below(others.len())];
        let at = random.below(model.len() + 1);
        match random.below(16) {
            0..=3 => {
                for step in 0..random.below(60) as u32 {
                    let key = (key + step * 7) % KEYS as u32;
                    assert_eq!(ours.insert(key, value), put(model, key, value));
                }
            }
            4 | 5 => {
                for step in 0..random.below(30) as u32 {
                    let key = (key + step * 3) % KEYS as u32;
                    assert_eq!(ours.remove_full(&key), take(model, key));
                }
            }
            6 => {
                let (index, old) = ours.insert_full(key, value);
                assert_eq!(old, put(model, key, value));
                assert_eq!(model[index].0, key);
            }
            7 => {
                let index = ours.entry(key).index();
                assert_eq!(index, model.iter().position(|(k, _)| *k == key).unwrap_or(model.len()));
                *ours.entry(key).and_modify(|v| *v ^= 1).or_insert(value) += 1;
                let old = model.iter().find(|(k, _)| *k == key).map_or(value, |(_, v)| v ^ 1);
                put(model, key, old + 1);
            }
            8 => {
                let expected = if at < model.len() { Some(model.remove(at)) } else { None };
                assert_eq!(ours.remove_index(at), expected);
            }
            9 => {
                assert_eq!(ours.pop(), model.pop());
                assert_eq!(ours.pop_first(), if model.is_empty() { None } else { Some(model.remove(0)) });
            }
            10 if random.below(3) == 0 => {
                ours.retain(|k, v| {
                    *v += 1;
                    k % 3 != 0
                });
                model.iter_mut().for_each(|(_, v)| *v += 1);
                model.retain(|(k, _)| k % 3 != 0);
            }
            11 if at < model.len() => {
                let other = random.below(model.len());
                ours.swap_indices(at, other);
                model.swap(at, other);
            }
            12 => {
                ours.values_mut().for_each(|v| *v ^= 2);
                model.iter_mut().for_each(|(_, v)| *v ^= 2);
                if let Some((_, v)) = ours.get_index_mut(at) {
                    *v += 1;
                    model[at].1 += 1;
                }
            }
            13 if random.below(3) == 0 => {
                ours.sort_by(|_, a, _, b| a.cmp(b));
                model.sort_by_key(|(_, v)| *v);
            }
            14 => {
                let (mut left, mut right) = (model.clone(), other.model.clone());
                left.sort_unstable();
                right.sort_unstable();
                assert_eq!(*ours == other.ours, left == right);
                assert!(ours.clone().into_iter().rev().eq(model.iter().rev().copied()));
            }
            _ => {
                ours.truncate(at.max(20));
                model.truncate(at.max(20));
                assert_eq!(ours.get(&(key + KEYS as u32)), None);
            }
        }
    }

    fn check(&self) {
        self.ours.validate();
        assert_eq!(self.ours.len(), self.model.len());
        assert!(self.ours.iter().eq(self.model.iter().map(|(k, v)| (k, v))));
        let probe = self.model.len() / 3;
        if let Some((key, value)) = self.model.get(probe) {
            assert_eq!(self.ours.get_full(key), Some((probe, key, value)));
            assert_eq!((self.ours.get(key), self.ours[probe]), (Some(value), *value));
        }
        assert_eq!(self.ours.last(), self.model.last().map(|(k, v)| (k, v)));
    }
}

#[test]
fn index_map_agrees_with_pairs() {
    for seed in 0..3 * scale() as u64 {
        live_versions::<Pair<SmallNodes>>(seed, 150, 5);
        live_versions::<Pair<Atomic>>(seed, 150, 4);
    }
    live_versions::<Pair<Local>>(9, 100, 4);
}
