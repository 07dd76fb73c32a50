//! `HashMap` and `OrdMap`, which have the same names for nearly everything.

use std::ops::Bound;

use super::*;

pub(crate) fn entries() -> impl Iterator<Item = (Probe, Probe)> {
    (0..30).map(|i| (probe(i * 2), probe(i)))
}

fn hashed() -> Hashed {
    entries().collect()
}

pub(crate) fn ordered() -> Ordered {
    entries().collect()
}

fn check_hashed(m: &Hashed) {
    m.validate();
    assert_eq!(m.iter().count(), m.len());
    assert!(m.iter().all(|(k, v)| LIVE.with_borrow(|live| live.contains(&k.id) && live.contains(&v.id))));
}

pub(crate) fn check_ordered(m: &Ordered) {
    m.validate_after_panic();
    assert_eq!(m.iter().count(), m.len());
    assert!(m.iter().all(|(k, v)| LIVE.with_borrow(|live| live.contains(&k.id) && live.contains(&v.id))));
}

/// The same edits on both maps, which have the same names for everything.
macro_rules! survives {
    ($name:ident, $map:ty, $entry:ident, $make:ident, $check:ident) => {
        #[test]
        fn $name() {
            silent(|| {
                let go =
                    |name, edit: &dyn Fn(&mut $map, &$map)| inject(name, $make, |m, o| edit(m, o), $check);
                go("insert", &|m, _| (0..8).for_each(|i| drop(m.insert(probe(i * 7 + 1), probe(i)))));
                go("replace", &|m, _| (0..8).for_each(|i| drop(m.insert(probe(i * 6), probe(i)))));
                go("remove", &|m, _| (0..12).for_each(|i| drop(m.remove(&probe(i * 4)))));
                go("get_mut", &|m, _| m.get_mut(&probe(8)).into_iter().for_each(|v| v.value += 1));
                go("entry", &|m, _| m.entry(probe(3)).or_insert_with(|| probe(1)).value += 1);
                go("entry modify", &|m, _| {
                    m.entry(probe(4)).and_modify(|v| v.value += 1).or_insert(probe(2)).value += 1;
                });
                go("entry remove", &|m, _| match m.entry(probe(4)) {
                    $entry::Occupied(entry) => drop(entry.remove()),
                    $entry::Vacant(_) => unreachable!("4 is there"),
                });
                go("alter", &|m, _| m.alter(probe(4), |_| None));
                go("retain", &|m, _| m.retain(|k, _| k.value % 3 == 0));
                go("extract_if", &|m, _| drop(m.extract_if(|k, _| k.value % 3 == 0).next()));
                go("clear", &|m, _| m.clear());
                go("iter_mut", &|m, _| m.iter_mut().for_each(|(_, v)| v.value += 1));
                go("into_iter", &|m, _| drop(m.clone().into_iter().nth(10)));
                go("into_iter unique", &|m, _| drop(std::mem::take(m).into_iter().nth(10)));
                go("into_keys", &|m, _| drop(std::mem::take(m).into_keys().nth(10)));
                go("into_values", &|m, _| drop(std::mem::take(m).into_values().nth(10)));
                go("union_with", &|m, o| drop(m.union_with(o, |_, _, v| v.clone())));
                go("extend", &|m, _| m.extend((0..9).map(|i| (probe(i), probe(i)))));
                go("union", &|m, o| drop(m.with(probe(5), probe(5)).union(&o.with(probe(7), probe(7)))));
                go("intersection", &|m, o| drop(m.intersection(&o.without(&probe(8)))));
                go("difference", &|m, o| drop(m.with(probe(5), probe(5)).difference(o)));
                go("symmetric_difference", &|m, o| drop(m.with(probe(5), probe(5)).symmetric_difference(o)));
                go("merge_with", &|m, o| {
                    drop(
                        m.merge_with(
                            o,
                            |k, _, _| if k.value % 4 == 0 { Merge::Remove } else { Merge::Right },
                        ),
                    )
                });
                go("eq", &|m, o| assert!(m == o));
                go("diff", &|m, o| assert!(m.diff(o).is_empty()));
                go("collect", &|m, _| *m = (0..20).rev().map(|i| (probe(i), probe(i))).collect());
            });
        }
    };
}

/// What [`survives`] leaves out: reading, and the parts of an entry.
macro_rules! reading_survives {
    ($name:ident, $map:ty, $entry:ident, $make:ident, $check:ident) => {
        #[test]
        fn $name() {
            silent(|| {
                let go =
                    |name, edit: &dyn Fn(&mut $map, &$map)| inject(name, $make, |m, o| edit(m, o), $check);
                go("get", &|m, _| assert!(m.get(&probe(8)).is_some() && m.get(&probe(9)).is_none()));
                go("get_key_value", &|m, _| assert!(m.get_key_value(&probe(8)).is_some()));
                go("contains_key", &|m, _| assert!(m.contains_key(&probe(8)) && !m.contains_key(&probe(9))));
                go("index", &|m, _| assert!(m[&probe(8)].value == 4));
                go("no user code", &|m, o| assert!(!m.ptr_eq(o) && m.len() == 30 && !m.is_empty()));
                go("iter", &|m, _| drop(m.iter().map(|(k, v)| (k.clone(), v.clone())).nth(9)));
                go("keys", &|m, _| m.keys().take(9).cloned().for_each(drop));
                go("values", &|m, _| m.values().take(9).cloned().for_each(drop));
                go("eq_shared", &|m, o| assert!(m.eq_shared(o) && !m.eq_shared(&o.without(&probe(8)))));
                go("is_submap", &|m, o| assert!(o.without(&probe(8)).is_submap(m)));
                go("is_submap_by", &|m, o| assert!(m.is_submap_by(o, |v, w| v.clone() == *w)));
                go("diff_with", &|m, o| m.diff_with(&o.with(probe(8), probe(1)), |_| ()));
                go("with", &|m, _| drop((m.with(probe(3), probe(1)), m.with(probe(4), probe(1)))));
                go("without", &|m, _| drop((m.without(&probe(3)), m.without(&probe(4)))));
                go("remove_entry", &|m, _| (0..9).for_each(|i| drop(m.remove_entry(&probe(i * 3)))));
                go("get_mut", &|m, _| *m.get_mut(&probe(8)).unwrap() = probe(1));
                go("values_mut", &|m, _| m.values_mut().take(20).for_each(|v| *v = probe(1)));
                go("alter", &|m, _| m.alter(probe(4), |old| old.map(raised)));
                go("alter nothing", &|m, _| m.alter(probe(5), |_| Some(probe(5))));
                go("union_with", &|m, o| drop(m.union_with(o, |k, _, _| k.clone())));
                go("merge_with new", &|m, o| drop(m.merge_with(o, |k, _, _| Merge::New(k.clone()))));
                go("merge_with left", &|m, o| drop(m.merge_with(o, |_, _, _| Merge::Left)));
                go("far union", &|m, o| {
                    let mut far = o.clone();
                    far.extend((0..40).map(|i| (probe(i * 3 + 100), probe(i))));
                    drop((m.union(&far), far.union(m), far.intersection(m), far.difference(m)));
                });
                go("extract_if all", &|m, _| m.extract_if(|_, _| true).for_each(drop));
                go("or_insert", &|m, _| m.entry(probe(3)).or_insert(probe(1)).value += 1);
                go("or_default", &|m, _| m.entry(probe(3)).or_default().value += 1);
                go("or_insert_with_key", &|m, _| {
                    m.entry(probe(3)).or_insert_with_key(Probe::clone).value += 1
                });
                for key in [3, 4] {
                    go("the entry's parts", &|m, _| match m.entry(probe(key)) {
                        $entry::Occupied(mut entry) => {
                            assert!(entry.key().value == entry.get().value * 2);
                            *entry.get_mut() = probe(1);
                            drop(entry.insert(probe(2)));
                            entry.into_mut().value += 1;
                        }
                        $entry::Vacant(entry) => {
                            assert!(entry.key().value == key);
                            entry.insert(probe(1)).value += 1;
                        }
                    });
                    go("the entry given up", &|m, _| match m.entry(probe(key)) {
                        $entry::Occupied(entry) => drop(entry.remove_entry()),
                        $entry::Vacant(entry) => drop(entry.into_key()),
                    });
                }
            });
        }
    };
}

reading_survives!(reading_a_hash_map_survives_every_fault, Hashed, HashEntry, hashed, check_hashed);
reading_survives!(reading_an_ord_map_survives_every_fault, Ordered, OrdEntry, ordered, check_ordered);

#[test]
fn what_only_hash_maps_have_survives_every_fault() {
    silent(|| {
        let go =
            |name, edit: &dyn Fn(&mut Hashed, &Hashed)| inject(name, hashed, |m, o| edit(m, o), check_hashed);
        go("get_many", &|m, _| {
            let keys: Vec<Probe> = (0..40).map(probe).collect();
            m.get_many(&keys, |at, value| assert!(value.cloned().is_some() == (at % 2 == 0)));
        });
        go("with_hasher", &|m, _| {
            let mut new = Hashed::with_hasher(m.hasher().clone());
            new.extend((0..9).map(|i| (probe(i), probe(i))));
            // Built apart, so not walked side by side where hashers have a state.
            drop(m.union(&new));
            *m = new;
        });
    });
}

/// All keys have one hash: lists of leaves below the last level.
#[test]
fn colliding_keys_survive_every_fault() {
    type Colliding = HashMap<Probe, Probe, BuildHasherDefault<Flat>, SmallNodes>;
    #[derive(Default)]
    struct Flat;
    impl Hasher for Flat {
        fn finish(&self) -> u64 {
            7
        }
        fn write(&mut self, _: &[u8]) {}
    }
    silent(|| {
        let make = || (0..11).map(|i| (probe(i * 2), probe(i))).collect::<Colliding>();
        let check = |m: &Colliding| {
            m.validate();
            assert_eq!(m.iter().count(), m.len());
        };
        let go =
            |name, edit: &dyn Fn(&mut Colliding, &Colliding)| inject(name, make, |m, o| edit(m, o), check);
        go("insert", &|m, _| (0..4).for_each(|i| drop(m.insert(probe(i * 3), probe(i)))));
        go("remove", &|m, _| (0..8).for_each(|i| drop(m.remove(&probe(i * 3)))));
        go("get_mut", &|m, _| m.get_mut(&probe(8)).unwrap().value += 1);
        go("union", &|m, o| drop(m.with(probe(5), probe(5)).union(&o.with(probe(7), probe(7)))));
        go("intersection", &|m, o| drop(m.intersection(&o.without(&probe(8)))));
        go("difference", &|m, o| drop(m.with(probe(5), probe(5)).difference(o)));
        go("diff", &|m, o| assert!(m.diff(&o.without(&probe(8))).len() == 1));
        go("retain", &|m, _| m.retain(|k, _| k.value % 3 == 0));
    });
}

survives!(hash_map_survives_every_fault, Hashed, HashEntry, hashed, check_hashed);
survives!(ord_map_survives_every_fault, Ordered, OrdEntry, ordered, check_ordered);

#[test]
fn ordered_cuts_survive_every_fault() {
    silent(|| {
        let go = |name, edit: &dyn Fn(&mut Ordered, &Ordered)| {
            inject(name, ordered, |m, o| edit(m, o), check_ordered)
        };
        go("split_off", &|m, _| drop(m.split_off(&probe(21))));
        go("append", &|m, _| {
            let mut right = m.split_off(&probe(21));
            right.append(std::mem::take(m));
            *m = right;
        });
        go("split_at_index", &|m, _| drop(m.split_at_index(13)));
        go("remove_nth", &|m, _| (0..6).for_each(|i| drop(m.remove_nth(i * 3))));
        go("append among", &|m, o| {
            m.retain(|k, _| k.value % 3 > 0);
            m.append(o.clone());
        });
        go("first and last", &|m, _| assert!(m.first_key_value() < m.last_key_value()));
        go("nth and rank", &|m, _| assert!(m.rank(m.nth(9).unwrap().0) == 9));
        go("bounds", &|m, _| {
            let key = probe(21);
            assert!(m.lower_bound(Bound::Included(&key)) > m.upper_bound(Bound::Excluded(&key)));
        });
        go("range", &|m, _| drop(m.range(probe(5)..=probe(40)).rev().map(|(k, _)| k.clone()).nth(3)));
        go("range_mut back", &|m, _| {
            m.range_mut(probe(5)..probe(40)).rev().take(9).for_each(|(_, v)| *v = probe(1));
        });
        go("both ends", &|m, _| drop(std::mem::take(m).into_iter().rev().nth(10)));
        go("compared", &|m, o| assert!((*m).cmp(o) == Ordering::Equal));
        go("new", &|m, _| *m = entries().chain(OrdMap::<Probe, Probe>::new()).collect());
        go("hash", &|m, _| m.hash(&mut Mixed::default()));
        go("pop", &|m, _| drop((m.pop_first(), m.pop_last())));
        go("range_mut", &|m, _| m.range_mut(probe(5)..probe(40)).for_each(|(_, v)| v.value += 1));
    });
}
