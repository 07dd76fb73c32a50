//! User code that lies, leaks or is of unusual size: memory stays safe, and the map valid.

#![allow(
    clippy::forget_non_drop,
    reason = "that an iterator has no `Drop` today is not what these tests rely on"
)]

mod common;

use std::cell::RefCell;
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use bplus_tree::{Auto, BPlusTreeMap, BPlusTreeSet, Nodes, RankedMap, Shape};
use common::Choices;

#[test]
fn forgotten_iterators_and_cursors_leave_the_map_whole() {
    use std::mem::forget;
    use std::ops::Bound::Included;
    let make = || (0..500).map(|n| (n.to_string(), vec![n; 3])).collect::<BPlusTreeMap<_, _>>();
    let mut map = make();
    macro_rules! forget_after_a_step {
        ($($iter:expr),+ $(,)?) => {$({
            let mut iter = $iter;
            let _ = iter.next();
            let _ = iter.next_back();
            forget(iter);
            map.validate().expect(stringify!($iter));
        })+};
    }
    forget_after_a_step!(map.iter(), map.iter_mut(), map.keys(), map.values(), map.values_mut());
    forget_after_a_step!(map.range("2".to_owned()..), map.range_mut("2".to_owned()..));
    let mut extract = map.extract_if(.., |_, v| v[0] % 2 == 0);
    assert!(extract.next().is_some());
    forget(extract);
    assert_eq!(map.len(), 499);
    let mut chunks = map.chunks();
    chunks.next();
    forget(chunks);
    let key = "3".to_owned();
    let mut cursor = map.lower_bound_mut(Included(&key));
    cursor.next();
    forget(cursor);
    let mut cursor = map.lower_bound_mut(Included(&key)).with_mutable_key();
    cursor.next();
    forget(cursor);
    forget(map.entry("nothing".to_owned()));
    forget(map.first_entry());
    map.validate().expect("after all");
    // Owning ones leak what is left, no more.
    let mut iter = make().into_iter();
    iter.next();
    forget(iter);
    forget(make().into_keys());
    forget(make().into_values());
}

/// An order that answers by dice: answers are unspecified, memory is safe, every object is dropped once.
#[test]
fn chaotic_order() {
    thread_local!(static DICE: RefCell<Choices> = const { RefCell::new(Choices(1)) });
    #[expect(dead_code, reason = "the count of the second is read through another Rc")]
    struct Chaos(u32, Rc<()>);
    impl PartialEq for Chaos {
        fn eq(&self, other: &Self) -> bool {
            self.cmp(other).is_eq()
        }
    }
    impl Eq for Chaos {}
    impl PartialOrd for Chaos {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Chaos {
        fn cmp(&self, other: &Self) -> Ordering {
            DICE.with_borrow_mut(|dice| match dice.below(12) {
                0 => Ordering::Less,
                1 => Ordering::Equal,
                2 => Ordering::Greater,
                _ => self.0.cmp(&other.0),
            })
        }
    }
    fn run<S: Shape>(seed: u64) {
        let alive = Rc::new(());
        let mut choices = Choices(seed);
        let mut map = BPlusTreeMap::<Chaos, Box<u32>, S>::with_shape();
        for step in 0..2000 {
            let n = choices.below(300);
            let key = || Chaos(n, Rc::clone(&alive));
            match choices.below(14) {
                0..=5 => drop(map.insert(key(), Box::new(n))),
                6 => drop(map.remove(&key())),
                7 => drop(map.get(&key()).map(|v| **v + 1)),
                8 => {
                    let mut tail = map.split_off(&key());
                    // A wrong order may panic in append's comparison of ranges only; it does not here.
                    map.append(&mut tail);
                }
                9 => drop(map.extract_if(.., |k, _| k.0 % 5 == 0).take(3).count()),
                10 => {
                    let ends = catch_unwind(AssertUnwindSafe(|| {
                        let mut range = map.range_mut(key()..Chaos(n + 50, Rc::clone(&alive)));
                        let front: Vec<&mut Box<u32>> = range.by_ref().take(20).map(|(_, v)| v).collect();
                        let back: Vec<&mut Box<u32>> = range.rev().take(20).map(|(_, v)| v).collect();
                        let mut all: Vec<*const u32> =
                            front.iter().chain(&back).map(|v| &raw const ***v).collect();
                        all.sort();
                        assert!(all.is_sorted_by(|a, b| a != b), "one value was given out twice");
                        front.into_iter().chain(back).for_each(|v| **v += 1);
                    }));
                    if let Err(error) = ends {
                        let text = error.downcast_ref::<String>().cloned().unwrap_or_default();
                        assert!(!text.contains("twice"), "{text}");
                    }
                }
                11 => **map.entry(key()).or_default() += 1,
                12 => drop((map.pop_first(), map.pop_last())),
                _ => {
                    let key = key();
                    let mut cursor = map.upper_bound_mut(std::ops::Bound::Excluded(&key));
                    let _ = cursor.insert_before(Chaos(n, Rc::clone(&alive)), Box::default());
                    cursor.remove_next();
                }
            }
            assert_eq!(map.iter().count(), map.len(), "step {step}");
        }
        drop(map);
        assert_eq!(Rc::strong_count(&alive), 1, "keys dropped once each");
    }
    for seed in 0..10 * common::scale() {
        run::<Nodes<4, 4>>(seed);
        run::<Nodes<2, 3, true>>(seed);
        run::<Auto>(seed);
    }
}

/// A key that swaps its heap block inside its own `cmp`: copies of it would be stale.
#[test]
fn keys_that_change_themselves_in_cmp() {
    struct Shifty(RefCell<Box<u32>>);
    impl Shifty {
        fn read(&self) -> u32 {
            let n = **self.0.borrow();
            drop(self.0.replace(Box::new(n))); // the old block is freed
            n
        }
    }
    impl PartialEq for Shifty {
        fn eq(&self, other: &Self) -> bool {
            self.read() == other.read()
        }
    }
    impl Eq for Shifty {}
    impl PartialOrd for Shifty {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Shifty {
        fn cmp(&self, other: &Self) -> Ordering {
            if std::ptr::eq(self, other) { Ordering::Equal } else { self.read().cmp(&other.read()) }
        }
    }
    let mut map = BPlusTreeMap::<Shifty, u32, Nodes<4, 4>>::with_shape();
    let mut choices = Choices(3);
    for _ in 0..3000 {
        let n = choices.below(500);
        let key = Shifty(RefCell::new(Box::new(n)));
        if choices.below(3) > 0 {
            map.insert(key, n);
        } else {
            map.remove(&key);
        }
    }
    map.validate().expect("an order that is right, whatever the keys do");
    assert!(map.iter().all(|(key, value)| key.read() == *value));
}

#[test]
fn sizes_from_nothing_to_pages() {
    // Zero-sized keys: one entry.
    let mut units = BPlusTreeMap::new();
    assert_eq!(units.insert((), 1), None);
    assert_eq!(units.insert((), 2), Some(1));
    assert_eq!(units.remove(&()), Some(2));
    // Zero-sized both.
    let mut nothing = BPlusTreeSet::from([()]);
    assert_eq!(nothing.pop_last(), Some(()));

    fn run<K: Ord + Clone + std::fmt::Debug, V: Clone + PartialEq>(
        key: impl Fn(u32) -> K,
        value: impl Fn(u32) -> V,
    ) {
        let mut map = BPlusTreeMap::new();
        let mut ranked = RankedMap::new();
        for n in 0..700 {
            let n = n * 7919 % 700;
            map.insert(key(n), value(n));
            ranked.insert(key(n), value(n));
        }
        map.validate().expect("growth");
        ranked.validate().expect("growth");
        for (n, (k, v)) in (0..).zip(&map) {
            assert!(*k == key(n) && *v == value(n));
            assert_eq!(k as *const K as usize % align_of::<K>(), 0);
            assert_eq!(v as *const V as usize % align_of::<V>(), 0);
            assert!(ranked.nth(n as usize).is_some_and(|(nth, _)| nth == k));
        }
        let mut tail = map.split_off(&key(300));
        tail.append(&mut map);
        for n in (0..700).rev() {
            assert!(tail.remove(&key(n)).is_some());
        }
        tail.validate().expect("decay");
    }
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[repr(align(256))]
    struct Wide(u32);
    run(|n| n, |_| ());
    run(u64::from, |n| [n as u8; 3]);
    run(Wide, Wide);
    run(|n| n, Wide);
    run(|n| [u64::from(n); 300], |n| [n; 1000]);
    run(|n| (n, [0_u8; 5]), |n| n as u8);
    run(|n| Some(Box::new(n)), |n| n.to_string());
}

/// The greatest key is a key like any other.
#[test]
fn greatest_and_least_keys() {
    macro_rules! ends {
        ($($type:ty),+) => {$({
            let mut map = BPlusTreeMap::<$type, u32, Nodes<4, 4>>::with_shape();
            for n in (0..100).chain([<$type>::MAX, <$type>::MIN, <$type>::MAX - 1]) {
                map.insert(n, 1);
            }
            map.validate().expect(stringify!($type));
            assert_eq!(map.get(&<$type>::MAX), Some(&1));
            assert_eq!(map.range(<$type>::MAX..).count(), 1);
            assert_eq!(map.range(..=<$type>::MAX).count(), map.len());
            assert_eq!(map.remove(&<$type>::MAX), Some(1));
            assert_eq!(map.get(&<$type>::MAX), None);
            assert_eq!(map.last_key_value(), Some((&(<$type>::MAX - 1), &1)));
            let empty = BPlusTreeMap::<$type, u32>::from([(3, 3)]);
            assert_eq!(empty.get(&<$type>::MAX), None);
        })+};
    }
    ends!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);
}

/// Floats in the total order, and wrappers that reverse it: exact types only go to the vector search.
#[test]
fn wrappers_order_as_they_say() {
    use std::cmp::Reverse;
    #[derive(Clone, Copy, Debug)]
    struct Total(f64);
    impl PartialEq for Total {
        fn eq(&self, other: &Self) -> bool {
            self.cmp(other).is_eq()
        }
    }
    impl Eq for Total {}
    impl PartialOrd for Total {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Total {
        fn cmp(&self, other: &Self) -> Ordering {
            self.0.total_cmp(&other.0)
        }
    }
    let floats = [f64::NAN, -f64::NAN, 0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 1.5, f64::MIN_POSITIVE];
    let map: BPlusTreeMap<Total, usize> = floats.iter().map(|f| Total(*f)).zip(0..).collect();
    assert_eq!(map.len(), floats.len());
    assert!(floats.iter().zip(0..).all(|(f, n)| map.get(&Total(*f)) == Some(&n)));
    let reversed: BPlusTreeMap<Reverse<u64>, u64> = (0..1000).map(|n| (Reverse(n), n)).collect();
    reversed.validate().expect("reversed");
    assert_eq!(reversed.first_key_value(), Some((&Reverse(999), &999)));
    assert!((0..1000).all(|n| reversed[&Reverse(n)] == n));
    // Looked up by a borrowed form with an order of its own type.
    let strings: BPlusTreeMap<String, usize> = (0..1000).map(|n| (format!("{n:04}"), n)).collect();
    assert_eq!(strings["0123"], 123);
    let bytes: BPlusTreeMap<Vec<u8>, usize> =
        (0..1000).map(|n: usize| (n.to_be_bytes().to_vec(), n)).collect();
    assert_eq!(bytes[&7_usize.to_be_bytes()[..]], 7);
}

/// `K` is `u64`, but what is sought is another type with an order of its own: no vector search.
#[test]
fn borrowed_forms_of_integers_are_compared_by_their_own_order() {
    #[derive(PartialEq, Eq)]
    #[repr(transparent)]
    struct Thousands(u64);
    impl PartialOrd for Thousands {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Thousands {
        fn cmp(&self, other: &Self) -> Ordering {
            (self.0 / 1000).cmp(&(other.0 / 1000))
        }
    }
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Number(Thousands);
    impl std::borrow::Borrow<Thousands> for Number {
        fn borrow(&self) -> &Thousands {
            &self.0
        }
    }
    let map: BPlusTreeMap<Number, u64> = (0..50).map(|n| (Number(Thousands(n * 1000 + 5)), n)).collect();
    assert_eq!(map.get(&Thousands(7999)), Some(&7));
}

/// Many threads read one map.
#[test]
fn concurrent_readers() {
    let map: BPlusTreeMap<u64, u64> = (0..20_000).map(|n| (n, n * n)).collect();
    std::thread::scope(|scope| {
        for start in 0..4 {
            let map = &map;
            scope.spawn(move || (start..20_000).step_by(4).for_each(|n| assert_eq!(map[&n], n * n)));
        }
    });
    // Halves of one map share chunks, and end on different threads.
    let mut left = map;
    let right = left.split_off(&9_000);
    std::thread::scope(|scope| {
        scope.spawn(move || drop(left));
        scope.spawn(move || assert_eq!(right.into_values().last(), Some(19_999 * 19_999)));
    });
}
