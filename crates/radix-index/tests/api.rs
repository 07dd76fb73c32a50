//! Every verb that issue 4 lists, for both maps: used once, with its answer.
#![cfg(not(loom))]

use std::collections::HashMap;

use radix_index::{Computed, Full, Operation, RadixIndex, RadixMap, RadixMapRef, Stats};

type State = std::hash::RandomState;

fn assert_send_sync<T: Send + Sync>() {}

#[test]
fn radix_index_has_every_verb() {
    assert_send_sync::<RadixIndex<u64, u64>>();
    for index in [
        RadixIndex::<u64, u64, State>::with_hasher(State::new()),
        RadixIndex::with_capacity_and_hasher(10, State::new()),
        RadixIndex::default(),
    ] {
        assert_eq!(index.insert(1, 10), None);
        _ = index.hasher();
    }
    let mut index = RadixIndex::<u64, u64>::with_capacity(100);
    assert!(index.capacity() >= 100 && RadixIndex::<u64, u64>::new().is_empty());
    assert_eq!(index.insert(1, 10), None);
    assert!(index.upsert(2, 20));
    assert_eq!(index.try_insert(3, 30), Ok(None));
    assert_eq!((index.get(&1), index.contains_key(&4)), (Some(10), false));
    assert_eq!(index.get_hashed(index.hash_of(&2), &2), Some(20));
    assert_eq!(index.remove(&1), Some(10));
    assert_eq!(index.remove_if(&2, |&value| value > 20), None);
    assert_eq!(index.update(&2, |value| value + 1), Some(21));
    assert_eq!(index.fetch_update(&2, |_| None), Err(Some(21)));
    assert_eq!(index.compare_exchange(&2, 21, 22), Ok(21));
    assert_eq!(index.compute(2, |_| Operation::Remove), Computed::Removed(22));
    assert_eq!(index.get_or_insert(2, 5), 5);
    assert_eq!(index.get_or_insert_with(2, || unreachable!()), 5);
    let mut values = [None; 2];
    index.get_many(&[2, 9], &mut values);
    assert_eq!(values, [Some(5), None]);
    assert_eq!(index.insert_many(&[(2, 6), (4, 40)]), 1);
    assert_eq!(index.iter().count(), 3);
    assert_eq!((index.keys().sum::<u64>(), index.values().sum::<u64>()), (9, 76));
    index.retain(|key, _| key % 2 == 0);
    assert_eq!((index.len(), index.is_empty()), (2, false));
    index.reserve(1000);
    assert!(index.try_reserve(usize::MAX).is_err());
    index.shrink_to(10);
    index.shrink_to_fit();
    let Stats { entries, .. } = index.stats();
    assert_eq!(entries, 2);
    index.extend([(7, 70)]);
    (&index).extend([(8, 80)]);
    assert!(format!("{index:?}").contains("7: 70"));
    let copy: HashMap<u64, u64> = index.clone().into_iter().collect();
    assert_eq!(copy.len(), 4);
    assert_eq!((&index).into_iter().count(), 4);
    assert_eq!(index.drain().count(), 4);
    index.clear();
    assert_eq!(RadixIndex::<_, _>::from_iter([(1, 1), (1, 2)]).into_iter().collect::<Vec<_>>(), [(1, 2)]);
    assert_eq!(RadixIndex::fixed(0).try_insert(1, 1), Err(Full(1, 1)));
}

#[test]
fn radix_map_has_every_verb() {
    assert_send_sync::<RadixMap<String, Vec<u8>>>();
    for map in [
        RadixMap::<String, u64, State>::with_hasher(State::new()),
        RadixMap::with_capacity_and_hasher(10, State::new()),
        RadixMap::default(),
    ] {
        assert_eq!(map.pin().insert("one".to_owned(), 1), None);
        _ = map.hasher();
    }
    let key = str::to_owned;
    let mut map = RadixMap::<String, u64>::with_capacity(100);
    assert!(map.capacity() >= 100 && RadixMap::<String, u64>::new().is_empty());
    let view: RadixMapRef<'_, _, _> = map.pin();
    assert_eq!(view.insert(key("a"), 10), None);
    assert_eq!(view.try_insert(key("b"), 20), Ok(None));
    assert_eq!((view.get("a"), view.contains_key("z")), (Some(&10), false));
    assert_eq!(view.get_hashed(view.hash_of("b"), "b"), Some(&20));
    assert_eq!(view.get_key_value("b"), Some((&key("b"), &20)));
    assert_eq!(view.remove("a"), Some(&10));
    assert_eq!(view.remove_if("b", |_, &value| value > 20), None);
    assert_eq!(view.update("b", |value| value + 1), Some(&21));
    assert_eq!(view.fetch_update("b", |_| None), Err(Some(&21)));
    assert_eq!(view.compare_exchange("b", &21, 22), Ok(&21));
    assert_eq!(view.compute(key("b"), |_| Operation::Remove), Computed::Removed(&22));
    assert_eq!(view.get_or_insert(key("b"), 5), &5);
    assert_eq!(view.get_or_insert_with(key("b"), || unreachable!()), &5);
    let mut values = [None; 2];
    view.get_many(&["b".to_owned(), key("z")], &mut values);
    assert_eq!(values, [Some(&5), None]);
    assert_eq!(view.insert_many([(key("b"), 6), (key("c"), 40)]), 1);
    assert_eq!((view.iter().count(), view.keys().count(), view.values().sum::<u64>()), (2, 2, 46));
    view.retain(|key, _| key == "c");
    assert_eq!((view.len(), view.is_empty(), view.map().len()), (1, false, 1));
    view.reserve(1000);
    assert!(view.try_reserve(usize::MAX).is_err());
    view.clear();
    drop(view);
    map.shrink_to_fit();
    assert_eq!(map.stats().entries, 0);
    map.extend([(key("d"), 70), (key("e"), 80)]);
    assert!(format!("{map:?}").contains("\"d\": 70"));
    let copy: HashMap<String, u64> = map.clone().into_iter().collect();
    assert_eq!(copy.len(), 2);
    assert_eq!((&map.pin()).into_iter().count(), 2);
    assert_eq!(map.drain().map(|(_, value)| value).sum::<u64>(), 150);
    assert!(map.is_empty());
    assert_eq!(RadixMap::<_, _>::from_iter([(1, 1), (1, 2)]).into_iter().collect::<Vec<_>>(), [(1, 2)]);
}

#[test]
fn a_fixed_map_refuses_what_has_no_room() {
    let map = RadixMap::fixed(2);
    let view = map.pin();
    assert_eq!(view.try_insert("a".to_owned(), 1), Ok(None));
    assert_eq!(view.try_insert("b".to_owned(), 2), Ok(None));
    assert_eq!(view.try_insert("c".to_owned(), 3), Err(Full("c".to_owned(), 3)));
    assert_eq!(view.try_insert("b".to_owned(), 4), Ok(Some(&2)));
    assert!(view.try_reserve(1).is_err());
    assert_eq!(view.remove("a"), Some(&1));
    assert_eq!(view.try_insert("c".to_owned(), 3), Ok(None));
}

#[test]
fn what_a_drain_does_not_give_is_dropped_once() {
    let value = std::sync::Arc::new(());
    let mut map: RadixMap<_, _> = (0..100).map(|key| (key, value.clone())).collect();
    let taken: Vec<_> = map.drain().take(30).collect();
    assert_eq!((taken.len(), std::sync::Arc::strong_count(&value)), (30, 31));
    map.extend(taken);
    assert_eq!(std::sync::Arc::strong_count(&value), 31);
    assert_eq!(map.into_iter().count(), 30);
    assert_eq!(std::sync::Arc::strong_count(&value), 1);
}

#[test]
fn no_room_is_refused_that_is_there() {
    for _ in 0..200 {
        let index = RadixIndex::<u64, u64>::fixed(2);
        let map = RadixMap::fixed(2);
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            for key in 0..2 {
                let (index, map) = (&index, &map);
                running.push(scope.spawn(move || {
                    assert_eq!(index.try_insert(key, 1), Ok(None));
                    assert_eq!(map.pin().try_insert(key, 1), Ok(None));
                }));
            }
            running.into_iter().for_each(|thread| thread.join().unwrap());
        });
        assert!(index.try_insert(2, 2).is_err() && map.pin().try_insert(2, 2).is_err());
    }
}
