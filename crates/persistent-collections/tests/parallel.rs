//! What rayon does on all threads is what one thread does.
#![cfg(feature = "rayon")]

use persistent_collections::{HashMap, HashSet, IndexMap, OrdMap, OrdSet, Queue, Stack, Vector};
use rayon::prelude::*;

const LEN: u32 = 40_000;

/// Numbers in no order, each at most twice.
fn numbers() -> Vec<u32> {
    (0..LEN).map(|i| i.wrapping_mul(2_654_435_761) % (LEN / 2 * 3)).collect()
}

fn entries() -> Vec<(u32, u32)> {
    numbers().into_iter().zip(0..).collect()
}

#[test]
fn building_in_parallel() {
    let (numbers, entries) = (numbers(), entries());
    let v: Vector<u32> = numbers.clone().into_par_iter().collect();
    v.validate();
    assert_eq!(v, numbers);
    let q: Queue<u32> = numbers.clone().into_par_iter().collect();
    assert!(q.iter().eq(&numbers));
    let s: Stack<u32> = numbers.clone().into_par_iter().collect();
    assert!(s.iter().eq(numbers.iter().rev()));
    let o: OrdMap<u32, u32> = entries.clone().into_par_iter().collect();
    o.validate();
    assert_eq!(o, OrdMap::from(entries.clone()));
    let h: HashMap<u32, u32> = entries.clone().into_par_iter().collect();
    h.validate();
    assert_eq!(h, HashMap::from(entries.clone()));
    let i: IndexMap<u32, u32> = entries.clone().into_par_iter().collect();
    i.validate();
    assert!(i.iter().eq(&IndexMap::<u32, u32>::from(entries)));
    let o: OrdSet<u32> = numbers.clone().into_par_iter().collect();
    let h: HashSet<u32> = numbers.clone().into_par_iter().collect();
    assert!(o.iter().eq(&numbers.iter().copied().collect::<std::collections::BTreeSet<_>>()));
    assert_eq!(h.len(), o.len());
}

#[test]
fn iterating_in_parallel() {
    let (numbers, entries) = (numbers(), entries());
    let sum: u64 = numbers.iter().map(|x| u64::from(*x)).sum();
    let v = Vector::from(numbers.clone());
    assert_eq!(v.par_iter().map(|x| u64::from(*x)).sum::<u64>(), sum);
    assert_eq!(v.par_iter().copied().collect::<Vec<_>>(), numbers);
    assert_eq!(
        numbers.iter().copied().collect::<Queue<_>>().par_iter().copied().collect::<Vec<_>>(),
        numbers
    );
    let stack: Stack<u32> = numbers.iter().copied().collect();
    assert!(stack.par_iter().copied().collect::<Vec<_>>().iter().eq(numbers.iter().rev()));
    let h = HashMap::from(entries.clone());
    let all: HashMap<u32, u32> = h.par_iter().map(|(k, v)| (*k, *v)).collect();
    assert_eq!(all, h);
    let i = IndexMap::from(entries.clone());
    assert!(i.par_iter().collect::<Vec<_>>().into_iter().eq(&i));
    let o = OrdMap::from(entries);
    assert!(o.par_iter().collect::<Vec<_>>().into_iter().eq(&o));
    let o: OrdSet<u32> = numbers.iter().copied().collect();
    assert!(o.par_iter().collect::<Vec<_>>().into_iter().eq(&o));
    let h: HashSet<u32> = numbers.into_iter().collect();
    assert_eq!(h.par_iter().count(), h.len());
}

#[test]
fn uniting_in_parallel() {
    let base: HashMap<u32, u32> = entries().into_iter().collect();
    let (mut left, mut right) = (base.clone(), base.clone());
    left.extend((200_000..200_100).map(|i| (i, i)));
    right.extend((300_000..320_000).map(|i| (i, i)));
    let united = left.par_union(&right);
    united.validate();
    assert_eq!(united, left.union(&right));
    assert!(base.par_union(&base.clone()) == base && base.par_union(&HashMap::new()) == base);
    let other: HashMap<u32, u32> = (0..30_000).map(|i| (i * 3, 1)).collect();
    assert_eq!(base.par_union(&other), base.union(&other));
    let base: OrdMap<u32, u32> = entries().into_iter().collect();
    let other: OrdMap<u32, u32> = (0..30_000).map(|i| (i * 3, 1)).collect();
    let united = base.par_union(&other);
    united.validate();
    assert_eq!(united, base.union(&other));
}

#[test]
fn extending_in_parallel() {
    let (old, new) = ((0..9000).map(|i| (i, 0)), (5000..20_000).map(|i| (i, 1)));
    let mut model: std::collections::BTreeMap<u32, u32> = old.clone().collect();
    model.extend(new.clone());
    let mut o: OrdMap<u32, u32> = old.clone().collect();
    o.par_extend(new.clone().collect::<Vec<_>>());
    o.validate();
    assert!(o.iter().eq(&model));
    let mut h: HashMap<u32, u32> = old.collect();
    h.par_extend(new.collect::<Vec<_>>());
    h.validate();
    assert!(h.len() == model.len() && h.iter().all(|(k, v)| model[k] == *v));
    let mut v: Vector<u32> = (0..100).collect();
    v.par_extend((100..30_000).collect::<Vec<_>>());
    v.validate();
    assert!(v.iter().copied().eq(0..30_000));
    let (mut a, mut b): (OrdSet<u32>, HashSet<u32>) = ((0..100).collect(), (0..100).collect());
    a.par_extend((50..20_000).collect::<Vec<_>>());
    b.par_extend((50..20_000).collect::<Vec<_>>());
    assert_eq!((a.len(), b.len()), (20_000, 20_000));
}
