//! `Vector` against `Vec`.

mod common;

use common::{Random, Subject, live_versions, scale};
use persistent_collections::{Atomic, Local, Sharing, SmallNodes, Vector};

struct Pair<P: Sharing> {
    ours: Vector<u32, P>,
    model: Vec<u32>,
}

impl<P: Sharing> Clone for Pair<P> {
    fn clone(&self) -> Self {
        Self { ours: self.ours.clone(), model: self.model.clone() }
    }
}

impl<P: Sharing> Default for Pair<P> {
    fn default() -> Self {
        Self { ours: Vector::default(), model: Vec::new() }
    }
}

/// Longer models are cut, so that checking all versions stays quick.
const LEN_MAX: usize = 3000;

impl<P: Sharing> Subject for Pair<P> {
    fn step(&mut self, random: &mut Random, others: &[Self]) {
        let Self { ours, model } = self;
        let len = model.len();
        let value = random.next() as u32 % 1000;
        match random.below(32) {
            0 | 1 => {
                ours.push(value);
                model.push(value);
            }
            2 => assert_eq!(ours.pop(), model.pop()),
            3 => {
                ours.push_front(value);
                model.insert(0, value);
            }
            4 => assert_eq!(ours.pop_front(), if len > 0 { Some(model.remove(0)) } else { None }),
            5..=7 => {
                let at = random.below(len + 1);
                ours.insert(at, value);
                model.insert(at, value);
            }
            8 | 9 if len > 0 => {
                let at = random.below(len);
                assert_eq!(ours.remove(at), model.remove(at));
            }
            10 | 11 if len > 0 => {
                let at = random.below(len);
                assert_eq!(ours.set(at, value), std::mem::replace(&mut model[at], value));
            }
            12 => {
                let at = random.below(len + 1);
                let (right, model_right) = (ours.split_off(at), model.split_off(at));
                assert_eq!(right, model_right);
                right.validate();
                if random.below(2) == 0 {
                    (*ours, *model) = (right, model_right);
                }
            }
            13..=15 => {
                let other = &others[random.below(others.len())];
                if len + other.model.len() <= LEN_MAX {
                    ours.append(other.ours.clone());
                    model.extend_from_slice(&other.model);
                }
            }
            16 => {
                let other = &others[random.below(others.len())];
                if len + other.model.len() <= LEN_MAX {
                    let mut joined = other.ours.clone();
                    joined.append(ours.clone());
                    *ours = joined;
                    model.splice(0..0, other.model.iter().copied());
                }
            }
            17 => {
                let range = random.range(len);
                *ours = ours.slice(range.clone());
                *model = model[range].to_vec();
            }
            18 => {
                let range = random.range(len);
                assert!(ours.drain(range.clone()).eq(model.drain(range)));
            }
            19 => {
                let range = random.range(len);
                let with: Vec<u32> = (0..random.below(20) as u32).collect();
                assert!(ours.splice(range.clone(), with.clone()).eq(model.splice(range, with)));
            }
            20 => {
                let at = random.below(len + 1);
                ours.truncate(at);
                model.truncate(at);
            }
            21 => {
                let more: Vec<u32> = (0..random.below(400) as u32).collect();
                if len + more.len() <= LEN_MAX {
                    ours.extend(more.iter().filter(|x| **x != value));
                    model.extend(more.iter().filter(|x| **x != value));
                }
            }
            22 => {
                for x in ours.iter_mut().step_by(7) {
                    *x ^= 1;
                }
                for x in model.iter_mut().step_by(7) {
                    *x ^= 1;
                }
            }
            23 if len > 0 => {
                let (a, b) = (random.below(len), random.below(len));
                ours.swap(a, b);
                model.swap(a, b);
            }
            24 if len > 0 => {
                let at = random.below(len);
                assert_eq!(ours.swap_remove(at), model.swap_remove(at));
            }
            25 => {
                let mid = random.below(len + 1);
                ours.rotate_left(mid);
                model.rotate_left(mid);
            }
            26 if random.below(3) == 0 => {
                ours.sort_by_key(|x| x % 10);
                model.sort_by_key(|x| x % 10);
            }
            27 if random.below(3) == 0 => {
                ours.retain(|x| x % 3 != 0);
                model.retain(|x| x % 3 != 0);
            }
            28 => {
                let other = &others[random.below(others.len())];
                assert_eq!(*ours == other.ours, *model == other.model);
                check_diff(&other.ours, ours);
                check_diff(ours, &other.ours);
            }
            29 => {
                ours.resize(random.below(600).min(len + 50), value);
                model.resize(ours.len(), value);
            }
            30 if random.below(3) == 0 => {
                ours.reverse();
                model.reverse();
            }
            _ => {
                let mut iter = ours.iter();
                let mut expected = model.iter();
                for _ in 0..random.below(40) {
                    if random.below(2) == 0 {
                        assert_eq!(iter.next(), expected.next());
                    } else {
                        assert_eq!(iter.next_back(), expected.next_back());
                    }
                }
                assert!(iter.clone().eq(expected.clone()) && iter.len() == expected.len());
                assert!(iter.rev().eq(expected.rev()));
                let mut owned = ours.clone().into_iter();
                assert_eq!(owned.next_back(), model.last().copied());
                assert!(owned.eq(model.iter().take(len.saturating_sub(1)).copied()));
                let mut changed = ours.clone();
                assert!(changed.iter_mut().rev().map(|x| *x).eq(model.iter().rev().copied()));
            }
        }
    }

    fn check(&self) {
        self.ours.validate();
        assert_eq!(self.ours.len(), self.model.len());
        assert!(self.ours.iter().eq(&self.model));
        let probe = self.model.len() / 3;
        assert_eq!(self.ours.get(probe), self.model.get(probe));
        assert_eq!(self.ours.last(), self.model.last());
        assert_eq!(self.ours.get(self.model.len()), None);
    }
}

/// Applying the edits to `old` gives `new`.
fn check_diff<P: Sharing>(old: &Vector<u32, P>, new: &Vector<u32, P>) {
    let mut applied = old.clone();
    for edit in old.diff(new).into_iter().rev() {
        let with: Vec<u32> = new.slice(edit.new).iter().copied().collect();
        applied.splice(edit.old, with);
    }
    assert_eq!(applied, *new);
}

#[test]
fn small_nodes_agree_with_vec() {
    for seed in 0..6 * scale() as u64 {
        live_versions::<Pair<SmallNodes>>(seed, 250, 6);
    }
}

#[test]
fn full_nodes_agree_with_vec() {
    for seed in 0..4 * scale() as u64 {
        live_versions::<Pair<Atomic>>(seed, 200, 4);
    }
}

#[test]
fn unshared_counters_agree_with_vec() {
    live_versions::<Pair<Local>>(99, 200, 4);
}

#[test]
fn every_index_of_a_bulk_build() {
    for len in [0, 1, 3, 4, 5, 127, 128, 129, 255, 256, 257, 2048, 2049, 32_768, 40_000] {
        let v: Vector<u64> = (0..len).collect();
        v.validate();
        assert!((0..len).all(|i| v[i as usize] == i), "length {len}");
        let mut pushed = Vector::new();
        (0..len).for_each(|i| pushed.push(i));
        pushed.validate();
        assert_eq!(v, pushed);
        for i in (0..len).rev() {
            assert_eq!(pushed.pop(), Some(i));
        }
        assert!(pushed.is_empty());
    }
}
