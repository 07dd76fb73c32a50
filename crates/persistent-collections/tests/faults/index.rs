//! `IndexMap`.

use persistent_collections::index::Entry as IndexEntry;

use super::*;

type Indexed = IndexMap<Probe, Probe, BuildHasherDefault<Mixed>, SmallNodes>;

#[test]
fn index_map_survives_every_fault() {
    silent(|| {
        let make = || entries().collect::<Indexed>();
        let check = |m: &Indexed| {
            m.validate_after_panic();
            assert_eq!(m.iter().count(), m.len());
            let live = |x: &Probe| LIVE.with_borrow(|live| live.contains(&x.id));
            assert!(m.iter().all(|(k, v)| live(k) && live(v) && m.get(k).is_some_and(|w| w.id == v.id)));
        };
        let go = |name, edit: &dyn Fn(&mut Indexed, &Indexed)| inject(name, make, |m, o| edit(m, o), check);
        go("replace", &|m, _| (0..8).for_each(|i| drop(m.insert(probe(i * 6), probe(i)))));
        go("reads", &|m, o| {
            assert!(m.get(&probe(8)).is_some() && m.contains_key(&probe(8)) && !m.is_empty() && !m.ptr_eq(o));
            assert!(m.get_key_value(&probe(8)).is_some() && m.get_full(&probe(8)).is_some());
            assert!(m.get_index_of(&probe(8)) == Some(4) && m.get_index(4).is_some());
            assert!(m.first() < m.last() && m[&probe(8)].value == 4);
        });
        go("iter", &|m, _| drop(m.iter().map(|(k, v)| (k.clone(), v.clone())).nth(9)));
        go("keys", &|m, _| m.keys().take(9).cloned().for_each(drop));
        go("values", &|m, _| m.values().take(9).cloned().for_each(drop));
        go("values_mut", &|m, _| m.values_mut().take(20).for_each(|v| *v = probe(1)));
        go("into_keys", &|m, _| drop(std::mem::take(m).into_keys().nth(9)));
        go("into_values", &|m, _| drop(std::mem::take(m).into_values().nth(9)));
        go("get_mut", &|m, _| *m.get_mut(&probe(8)).unwrap() = probe(1));
        go("get_index_mut", &|m, _| *m.get_index_mut(8).unwrap().1 = probe(1));
        go("remove_entry", &|m, _| (0..6).for_each(|i| drop(m.remove_entry(&probe(i * 3)))));
        go("remove_full", &|m, _| (0..6).for_each(|i| drop(m.remove_full(&probe(i * 3)))));
        go("pop", &|m, _| (0..4).for_each(|_| drop((m.pop(), m.pop_first()))));
        go("clear", &|m, _| m.clear());
        go("with", &|m, _| drop((m.with(probe(3), probe(1)), m.with(probe(4), probe(1)))));
        go("without", &|m, _| drop((m.without(&probe(3)), m.without(&probe(4)))));
        go("extend", &|m, _| m.extend((0..9).map(|i| (probe(i), probe(i)))));
        go("new", &|m, _| *m = entries().chain(IndexMap::<Probe, Probe>::new()).collect());
        go("with_hasher", &|m, _| *m = Indexed::with_hasher(m.hasher().clone()));
        go("or_insert", &|m, _| m.entry(probe(3)).or_insert(probe(1)).value += 1);
        go("or_default", &|m, _| m.entry(probe(3)).or_default().value += 1);
        go("or_insert_with_key", &|m, _| m.entry(probe(3)).or_insert_with_key(Probe::clone).value += 1);
        go("and_modify", &|m, _| {
            m.entry(probe(4)).and_modify(|v| *v = probe(1)).or_insert(probe(2)).value += 1;
        });
        for key in [3, 4] {
            go("the entry's parts", &|m, _| match m.entry(probe(key)) {
                IndexEntry::Occupied(mut entry) => {
                    assert!(entry.key().value == entry.get().value * 2 && entry.index() == 2);
                    *entry.get_mut() = probe(1);
                    drop(entry.insert(probe(2)));
                    entry.into_mut().value += 1;
                }
                IndexEntry::Vacant(entry) => {
                    assert!(entry.key().value == key);
                    entry.insert(probe(1)).value += 1;
                }
            });
            go("the entry given up", &|m, _| match m.entry(probe(key)) {
                IndexEntry::Occupied(entry) => drop(entry.remove_entry()),
                IndexEntry::Vacant(entry) => drop(entry.into_key()),
            });
            go("the entry removed", &|m, _| match m.entry(probe(key)) {
                IndexEntry::Occupied(entry) => drop(entry.remove()),
                IndexEntry::Vacant(entry) => drop(entry.into_key()),
            });
        }
        go("insert", &|m, _| (0..8).for_each(|i| drop(m.insert(probe(i * 7 + 1), probe(i)))));
        go("insert_full", &|m, _| (0..4).for_each(|i| drop(m.insert_full(probe(i * 7 + 1), probe(i)))));
        go("remove", &|m, _| (0..12).for_each(|i| drop(m.remove(&probe(i * 4)))));
        go("remove_index", &|m, _| (0..6).for_each(|i| drop(m.remove_index(i * 3))));
        go("entry", &|m, _| m.entry(probe(3)).or_insert_with(|| probe(1)).value += 1);
        go("retain", &|m, _| m.retain(|k, _| k.value % 3 == 0));
        go("truncate", &|m, _| m.truncate(20));
        go("swap_indices", &|m, _| m.swap_indices(3, 20));
        go("sort_by", &|m, _| m.sort_by(|_, a, _, b| b.cmp(a)));
        go("into_iter", &|m, _| drop(std::mem::take(m).into_iter().nth(10)));
        go("eq", &|m, o| assert!(m == o));
        go("iter_mut", &|m, _| m.iter_mut().for_each(|(_, v)| v.value += 1));
    });
}
