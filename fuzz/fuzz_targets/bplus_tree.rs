//! Operation lists on a map of least nodes, against std's `BTreeMap`, validated after every step.
#![cfg_attr(fuzzing, no_main)]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Bound;

use arbitrary::Arbitrary;
use bplus_tree::{Auto, BPlusTreeMap, Nodes, Shape};
use locality_fuzz::fuzz_target;

#[derive(Arbitrary, Debug, Clone, Copy)]
enum Step {
    Insert(u16, u8),
    Remove(u16),
    Get(u16),
    PopFirst,
    PopLast,
    Retain(u8),
    SplitAndAppend(u16),
    SplitAndKeep(u16, bool),
    AppendSorted(u16, u8),
    Range(u16, u16),
    ExtractIf(u16, u16),
    Compact,
    Clone,
    GetMany(u16, u8),
    Nth(u8),
    Cursor(u16, u8),
    TryReserve(u8),
}

/// A key that branches do not copy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Opaque(Box<u16>);

fn run<K: Ord + Clone + Debug, S: Shape>(steps: &[Step], key: impl Fn(u16) -> K) {
    let mut map = BPlusTreeMap::<K, u8, S>::with_shape();
    let mut model = BTreeMap::new();
    for step in steps {
        match *step {
            Step::Insert(k, v) => assert_eq!(map.insert(key(k), v), model.insert(key(k), v)),
            Step::Remove(k) => assert_eq!(map.remove(&key(k)), model.remove(&key(k))),
            Step::Get(k) => assert_eq!(map.get(&key(k)), model.get(&key(k))),
            Step::PopFirst => assert!(map.pop_first() == model.pop_first()),
            Step::PopLast => assert!(map.pop_last() == model.pop_last()),
            Step::Retain(n) => {
                map.retain(|_, v| *v % 4 != n % 4);
                model.retain(|_, v| *v % 4 != n % 4);
            }
            Step::SplitAndAppend(k) => {
                let (mut ours, mut theirs) = (map.split_off(&key(k)), model.split_off(&key(k)));
                map.validate().expect("what stays");
                ours.validate().expect("what was split off");
                map.append(&mut ours);
                model.append(&mut theirs);
            }
            Step::SplitAndKeep(k, tail) => {
                let (ours, theirs) = (map.split_off(&key(k)), model.split_off(&key(k)));
                if tail {
                    (map, model) = (ours, theirs);
                }
            }
            Step::AppendSorted(k, count) => {
                let run = (k..k.saturating_add(u16::from(count))).map(|k| (key(k), count));
                let run = run.filter(|(k, _)| model.last_key_value().is_none_or(|(last, _)| last < k));
                let run: Vec<_> = run.collect();
                model.extend(run.clone());
                assert!(map.append_sorted(run).is_ok());
            }
            Step::Range(a, b) => {
                let (a, b) = (key(a.min(b)), key(a.max(b)));
                assert!(map.range(a.clone()..b.clone()).eq(model.range(a.clone()..b.clone())));
                assert!(map.range(a.clone()..=b.clone()).rev().eq(model.range(a..=b).rev()));
            }
            Step::ExtractIf(a, b) => {
                let range = || key(a.min(b))..key(a.max(b));
                let ours = map.extract_if(range(), |_, v| *v % 2 == 0);
                assert!(ours.eq(model.extract_if(range(), |_, v| *v % 2 == 0)));
            }
            Step::GetMany(k, count) => {
                let keys: Vec<K> = (0..u16::from(count)).map(|n| key(k.wrapping_add(3 * n))).collect();
                let mut found = vec![None; keys.len()];
                map.get_many(&keys, &mut found);
                assert!(keys.iter().zip(found).all(|(key, found)| found == model.get(key)));
            }
            Step::Nth(n) => assert!(map.iter().nth(n.into()) == model.iter().nth(n.into())),
            Step::Cursor(k, count) => {
                let k = key(k);
                let mut cursor = map.lower_bound_mut(Bound::Excluded(&k));
                if cursor.insert_before(k.clone(), count).is_ok() {
                    model.insert(k, count);
                }
                for n in 0..count % 8 {
                    let removed = if n % 2 == 0 { cursor.remove_next() } else { cursor.remove_prev() };
                    let Some((k, v)) = removed else { continue };
                    assert_eq!(model.remove(&k), Some(v));
                }
            }
            Step::TryReserve(n) => map.try_reserve(n.into()).expect("memory is there"),
            Step::Compact => map.compact(),
            Step::Clone => map = map.clone(),
        }
        map.validate().expect("after a step");
        assert!(map.iter().eq(model.iter()));
    }
}

fuzz_target!(|steps: Vec<Step>| {
    run::<u16, Nodes<4, 4, true>>(&steps, |k| k);
    run::<Opaque, Nodes<2, 3>>(&steps, |k| Opaque(Box::new(k)));
    run::<u64, Auto>(&steps, |k| u64::MAX - u64::from(u16::MAX - k));
    // Much in common, more than heads tell apart in some groups, and zeros at the end in others.
    run::<Vec<u8>, Nodes<4, 4>>(&steps, |k| {
        let (group, member) = (k / 8, k % 8);
        let mut key = group.to_be_bytes().to_vec();
        key.resize(2 + usize::from(group % 13), b'-');
        key.resize(key.len() + usize::from(member), 0);
        key
    });
    run::<String, Auto>(&steps, |k| format!("user:{k:05}"));
});
