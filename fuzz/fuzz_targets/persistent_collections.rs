//! Operation lists on a vector and a map of small nodes against std, with an old version kept and checked.
#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use persistent_collections::{OrdMap, SmallNodes, Vector};

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
}

fuzz_target!(|actions: Vec<Action>| {
    let (mut v, mut model): (Vector<u8, SmallNodes>, Vec<u8>) = Default::default();
    let (mut m, mut map): (OrdMap<u8, u8, SmallNodes>, BTreeMap<u8, u8>) = Default::default();
    let mut kept = (v.clone(), model.clone(), m.clone(), map.clone());
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
            Action::Keep => kept = (v.clone(), model.clone(), m.clone(), map.clone()),
            Action::Put(k, x) => assert_eq!(m.insert(k, x), map.insert(k, x)),
            Action::Take(k) => assert_eq!(m.remove(&k), map.remove(&k)),
            Action::Unite => {
                m = m.union(&kept.2);
                kept.3.iter().for_each(|(k, x)| { map.entry(*k).or_insert(*x); });
            }
            Action::Subtract => {
                m = m.difference(&kept.2);
                map.retain(|k, _| !kept.3.contains_key(k));
            }
            _ => {}
        }
        v.validate();
        m.validate();
        assert!(v == model && m.iter().eq(&map));
        assert!(kept.0 == kept.1 && kept.2.iter().eq(&kept.3));
    }
});
