//! Operation lists on a vector and on all maps of small nodes against std, with an old version kept and checked.
#![cfg_attr(fuzzing, no_main)]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use locality_fuzz::fuzz_target;
use std::hash::{BuildHasherDefault, Hasher};

use persistent_collections::{HashMap, IndexMap, OrdMap, SmallNodes, Vector};

/// Leaves five bits of the key, so that keys collide.
#[derive(Default)]
struct Few(u64);

impl Hasher for Few {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |all, byte| (all << 8 | u64::from(*byte)) & 31);
    }
}

type Hashed = HashMap<u8, u8, BuildHasherDefault<Few>, SmallNodes>;
type Indexed = IndexMap<u8, u8, BuildHasherDefault<Few>, SmallNodes>;

#[derive(Arbitrary, Debug)]
enum Action {
    Push(u8),
    Pop,
    Insert(u8, u8),
    Remove(u8),
    Cut(u8, u8),
    Double,
    Keep,
    Put(u8, u8),
    Take(u8),
    Unite,
    Subtract,
    Difference,
}

fuzz_target!(|actions: Vec<Action>| {
    let (mut v, mut model): (Vector<u8, SmallNodes>, Vec<u8>) = Default::default();
    let (mut m, mut map): (OrdMap<u8, u8, SmallNodes>, BTreeMap<u8, u8>) = Default::default();
    let (mut h, mut i) = (Hashed::default(), Indexed::default());
    let mut order: Vec<u8> = Vec::new();
    let mut kept = (v.clone(), model.clone(), m.clone(), map.clone(), h.clone());
    for action in actions {
        match action {
            Action::Push(x) => { v.push(x); model.push(x); }
            Action::Pop => assert_eq!(v.pop(), model.pop()),
            Action::Insert(at, x) => {
                let at = usize::from(at) % (model.len() + 1);
                v.insert(at, x);
                model.insert(at, x);
            }
            Action::Remove(at) if !model.is_empty() => {
                let at = usize::from(at) % model.len();
                assert_eq!(v.remove(at), model.remove(at));
            }
            Action::Cut(a, b) => {
                let (a, b) = (usize::from(a) % (model.len() + 1), usize::from(b) % (model.len() + 1));
                assert!(v.drain(a.min(b)..a.max(b)).eq(model.drain(a.min(b)..a.max(b))));
            }
            Action::Double if model.len() < 2000 => { v.append(v.clone()); model.extend_from_within(..); }
            Action::Keep => kept = (v.clone(), model.clone(), m.clone(), map.clone(), h.clone()),
            Action::Put(k, x) => {
                let old = map.insert(k, x);
                assert_eq!((m.insert(k, x), h.insert(k, x), i.insert(k, x)), (old, old, old));
                if old.is_none() {
                    order.push(k);
                }
            }
            Action::Take(k) => {
                let old = map.remove(&k);
                assert_eq!((m.remove(&k), h.remove(&k), i.remove(&k)), (old, old, old));
                order.retain(|key| *key != k);
            }
            Action::Difference => {
                let edits = kept.0.diff(&v);
                let mut applied = kept.0.clone();
                for edit in edits.into_iter().rev() {
                    applied.splice(edit.old, v.slice(edit.new).iter().copied().collect::<Vec<_>>());
                }
                assert_eq!(applied, v);
                assert!(kept.2.diff(&m).len() == kept.4.diff(&h).len());
            }
            Action::Unite => {
                m = m.union(&kept.2);
                h = h.union(&kept.4);
                for (k, x) in kept.3.iter().filter(|(k, _)| !map.contains_key(k)) {
                    i.insert(*k, *x);
                    order.push(*k);
                }
                kept.3.iter().for_each(|(k, x)| { map.entry(*k).or_insert(*x); });
            }
            Action::Subtract => {
                m = m.difference(&kept.2);
                h = h.difference(&kept.4);
                i.retain(|k, _| !kept.3.contains_key(k));
                order.retain(|k| !kept.3.contains_key(k));
                map.retain(|k, _| !kept.3.contains_key(k));
            }
            _ => {}
        }
        v.validate();
        m.validate();
        h.validate();
        i.validate();
        assert!(v == model && m.iter().eq(&map) && i.keys().eq(&order));
        assert!(h.len() == map.len() && map.iter().all(|(k, x)| h.get(k) == Some(x) && i.get(k) == Some(x)));
        assert!(kept.0 == kept.1 && kept.2.iter().eq(&kept.3));
        assert!(kept.4.len() == kept.3.len() && kept.3.iter().all(|(k, x)| kept.4.get(k) == Some(x)));
    }
});
