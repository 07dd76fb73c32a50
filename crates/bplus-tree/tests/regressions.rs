//! Errors that other B-trees have or had, and those that this one had; a sentence on each.

#![allow(dropping_copy_types, reason = "answers are thrown away in one way, whatever their type")]
#![allow(clippy::reversed_empty_ranges, reason = "such ranges are what is tested")]

mod common;

use std::cell::Cell;
use std::ops::Bound;

use bplus_tree::{BPlusTreeMap, Nodes, RankedMap};

/// embed-btree 0.4.1 drops entries or panics from 20 entries on; btree-slab 0.6.1 is wrong for every start.
#[test]
fn open_ranges_are_whole() {
    for n in [1_u32, 19, 20, 21, 62, 63, 64, 124, 1000, 5000] {
        let map: BPlusTreeMap<u32, u32> = (0..n).map(|k| (k, k)).collect();
        for lo in [0, 1, n / 2, n - 1, n] {
            assert_eq!(map.range(lo..).count(), (n - lo) as usize, "{lo}.. of {n}");
            assert_eq!(map.range(lo..=u32::MAX).count(), (n - lo) as usize);
            assert_eq!(map.range(..lo).rev().count(), lo as usize);
        }
    }
}

/// embed-btree 0.4.1 is `Sync` for values that are not: `BPlusTreeMap<u32, Cell<u32>>` must not be. The compiler
/// chooses the method by whether the bound holds.
#[test]
fn not_sync_where_values_are_not() {
    struct Probe<T>(std::marker::PhantomData<T>);
    trait Not {
        fn is_sync(&self) -> bool {
            false
        }
        fn is_send(&self) -> bool {
            false
        }
    }
    impl<T> Not for &Probe<T> {}
    impl<T: Sync> Probe<T> {
        fn is_sync(&self) -> bool {
            true
        }
    }
    struct SendProbe<T>(std::marker::PhantomData<T>);
    impl<T> Not for &SendProbe<T> {}
    impl<T: Send> SendProbe<T> {
        fn is_send(&self) -> bool {
            true
        }
    }
    macro_rules! sync {
        ($t:ty) => {
            (&Probe::<$t>(std::marker::PhantomData)).is_sync()
        };
    }
    macro_rules! send {
        ($t:ty) => {
            (&SendProbe::<$t>(std::marker::PhantomData)).is_send()
        };
    }
    type C = Cell<u32>;
    type R = std::rc::Rc<u32>;
    type G = std::sync::MutexGuard<'static, u32>; // Sync, not Send
    use bplus_tree::map::{IntoIter, Iter, IterMut, Range, RangeMut};
    use bplus_tree::{Cursor, CursorMut};
    assert!(!sync!(BPlusTreeMap<u32, C>) && send!(BPlusTreeMap<u32, C>));
    assert!(!sync!(BPlusTreeMap<R, u32>) && !send!(BPlusTreeMap<R, u32>));
    assert!(!send!(BPlusTreeMap<u32, G>));
    assert!(!send!(Iter<'static, u32, C>) && !sync!(Iter<'static, u32, C>));
    assert!(!send!(Range<'static, u32, C>) && send!(Iter<'static, u32, u32>));
    assert!(send!(IterMut<'static, u32, C>) && !sync!(IterMut<'static, u32, C>));
    assert_eq!(send!(IterMut<'static, C, u32>), send!(std::collections::btree_map::IterMut<'static, C, u32>));
    assert!(!send!(RangeMut<'static, R, u32>) && send!(IntoIter<u32, C>) && !sync!(IntoIter<u32, C>));
    assert!(!send!(Cursor<'static, u32, C>) && send!(CursorMut<'static, u32, C>));
    assert!(sync!(BPlusTreeMap<u32, u32>) && send!(RankedMap<String, Vec<u8>>));
    // What holds slots, leaves and nodes, whose own `Send` and `Sync` are unconditional.
    use bplus_tree::map::{Chunks, ExtractIf, IntoKeys, Keys, ValuesMut};
    use bplus_tree::{CursorMutKey, Entry, OccupiedEntry, OccupiedError, VacantEntry};
    type All = std::ops::RangeFull;
    type Pred = fn(&u32, &mut u32) -> bool;
    macro_rules! neither {
        ($($t:ty),+ $(,)?) => { $( assert!(!send!($t) && !sync!($t), stringify!($t)); )+ };
    }
    neither!(RankedMap<R, u32>, bplus_tree::BPlusTreeSet<R>, IntoIter<u32, R>, IntoKeys<R, u32>);
    neither!(Chunks<'static, u32, C>, Keys<'static, u32, C>, ValuesMut<'static, u32, R>);
    neither!(
        CursorMut<'static, R, u32>,
        CursorMutKey<'static, u32, R>,
        ExtractIf<'static, u32, R, All, Pred>
    );
    neither!(Entry<'static, u32, R>, OccupiedEntry<'static, R, u32>, VacantEntry<'static, u32, R>);
    neither!(
        OccupiedError<'static, u32, R>,
        bplus_tree::set::IntoIter<R>,
        bplus_tree::set::Range<'static, C>
    );
    assert!(
        !sync!(CursorMut<'static, u32, C>)
            && !sync!(Entry<'static, u32, C>)
            && !sync!(Cursor<'static, C, u32>)
    );
    assert!(send!(Entry<'static, u32, C>) && send!(ExtractIf<'static, u32, u32, All, Pred>));
}

/// indexset 0.16: a reversed range gives the items between (`range(50..20)` gave 50), and an empty one panics (#34).
#[test]
fn reversed_and_empty_ranges() {
    let map: BPlusTreeMap<u32, u32> = (0..100).map(|k| (k, k)).collect();
    assert!(std::panic::catch_unwind(|| map.range(50..20).count()).is_err());
    let (from, to) = (50, 20);
    assert_eq!(map.range_or_empty(from..to).count(), 0);
    assert_eq!(map.range(0..0).count(), 0);
    let mut empty = BPlusTreeMap::<u32, u32>::new();
    assert_eq!(
        (empty.range(0..0).count(), empty.range_mut(0..0).count(), empty.range(..).count()),
        (0, 0, 0)
    );
    let mut ranked: RankedMap<u32, u32> = (0..100).map(|k| (k, k)).collect();
    assert_eq!(ranked.range_len(from..to), 0);
    assert_eq!(ranked.range_mut(0..0).count(), 0);
}

/// brie-tree 0.1 kept the greatest key for itself.
#[test]
fn the_greatest_key_is_free() {
    let map = BPlusTreeMap::from([(u64::MAX, 1), (0, 2)]);
    assert_eq!(map.get(&u64::MAX), Some(&1));
    assert_eq!(map.get(&(u64::MAX - 1)), None);
    // In leaves of every fill, where unused places hold the same number.
    let mut map = BPlusTreeMap::new();
    for n in (0..1000).rev().map(|n| u64::MAX - n) {
        map.insert(n, n);
        let mut found = [None; 2];
        map.get_many(&[u64::MAX, n], &mut found);
        assert_eq!(found, [map.get(&u64::MAX), Some(&n)]);
        assert_eq!(map.get(&u64::MAX), (n == u64::MAX).then_some(&n));
    }
}

/// Ours: of a batch, a key that begins a line of its leaf was not found.
#[test]
fn every_key_of_a_batch_is_found() {
    for count in [1, 2, 61, 62, 63, 1000, 5000] {
        let map = BPlusTreeMap::from_sorted_iter((0..count).map(|n| (2 * n + 1, n))).expect("sorted");
        let keys: Vec<u64> = (0..2 * count + 3).collect();
        let mut found = vec![None; keys.len()];
        map.get_many(&keys, &mut found);
        for (key, found) in keys.iter().zip(found) {
            assert_eq!(found, map.get(key), "{key} of {count}");
            assert_eq!(found, (key % 2 == 1 && *key < 2 * count).then_some(&(key / 2)), "{key} of {count}");
        }
    }
}

/// brie-tree before 0.2: a value whose drop panics leaked the nodes. (Counted in faults.rs; the address sanitizer
/// sees the nodes.)
#[test]
fn a_drop_that_panics_frees_the_nodes() {
    struct Bomb(u32);
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(self.0 != 777 || std::thread::panicking(), "boom");
        }
    }
    let make = || (0..2000).map(|n| (n, Bomb(n))).collect::<BPlusTreeMap<_, _>>();
    assert!(std::panic::catch_unwind(|| drop(make())).is_err());
    assert!(std::panic::catch_unwind(|| drop(make().into_iter())).is_err());
    assert!(std::panic::catch_unwind(|| make().clear()).is_err());
}

/// Ours, found by the operation lists: a cursor's insertion into the gap between two leaves put the key on the wrong
/// side of the separator, so that it was not found again.
#[test]
fn cursor_insertions_between_leaves_are_found() {
    for gap in 0..64_u64 {
        let mut map = BPlusTreeMap::<u64, u64, Nodes<4, 4>>::with_shape();
        for key in 0..64 {
            map.insert(key * 10, key);
        }
        // Make separators stale first: remove the keys that they were copied from.
        for key in (0..64).step_by(2) {
            map.remove(&(key * 10));
        }
        for key in [gap * 10 + 5, gap * 10 + 3, gap * 10 + 7] {
            let mut cursor = map.lower_bound_mut(Bound::Included(&key));
            cursor.insert_before(key, key).expect("the gap is the key's");
            assert_eq!(map.get(&key), Some(&key));
            map.validate().expect("after an insertion by cursor");
        }
    }
}

/// A changed first key of a leaf is told to the branches.
#[test]
fn keys_changed_by_cursor_are_found() {
    let mut map = BPlusTreeMap::<u64, u64, Nodes<4, 4>>::with_shape();
    for key in 0..100 {
        map.insert(key * 10, key);
    }
    let mut cursor = map.lower_bound_mut(Bound::Unbounded).with_mutable_key();
    while let Some((key, _)) = cursor.next() {
        *key -= *key / 10 % 7;
    }
    drop(cursor);
    map.validate().expect("after keys were changed in order");
    assert!((0..100).all(|key| map.get(&(key * 10 - key % 7)) == Some(&key)));
}

// From here on: attacks of the review (docs/UNSAFE.md) that found nothing, kept so that they go on finding nothing.

/// Iterators that lie about their size, `push_all`'s only advice on the first leaf: too many, too few, another each time.
#[test]
fn sizes_that_lie() {
    struct Liar<I>(I, Cell<usize>, fn(usize) -> usize);
    impl<I: Iterator> Iterator for Liar<I> {
        type Item = I::Item;
        fn next(&mut self) -> Option<I::Item> {
            self.0.next()
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            self.1.set(self.1.get() + 1);
            ((self.2)(self.1.get()), None)
        }
    }
    let lies: [fn(usize) -> usize; 4] = [
        |_| usize::MAX,
        |_| 0,
        |call| if call % 2 == 1 { 5 } else { 0 },
        |call| usize::MAX >> (call * 7 % 64),
    ];
    for lie in lies {
        for n in [0, 1, 2, 5, 9, 100] {
            let mut map = BPlusTreeMap::<u32, String, Nodes<6, 3>>::with_shape();
            map.append_sorted(Liar((0..n).map(|k| (k, k.to_string())), Cell::new(0), lie)).expect("sorted");
            map.validate().expect("after a lie");
            assert!(map.keys().copied().eq(0..n));
        }
    }
}

/// A range whose bounds are others at each call, so that its front may stand behind its back: no value is given twice.
#[test]
fn bounds_that_change() {
    struct Shifting(Cell<usize>, [u32; 4]);
    impl std::ops::RangeBounds<u32> for Shifting {
        fn start_bound(&self) -> Bound<&u32> {
            self.0.set(self.0.get() + 1);
            Bound::Included(&self.1[self.0.get() % 4])
        }
        fn end_bound(&self) -> Bound<&u32> {
            self.0.set(self.0.get() + 1);
            Bound::Excluded(&self.1[self.0.get() % 4])
        }
    }
    let mut map: BPlusTreeMap<u32, Box<u32>, Nodes<4, 4>> = BPlusTreeMap::with_shape();
    map.extend((0..200).map(|k| (k, Box::new(k))));
    for keys in [[10, 190, 180, 20], [5, 9, 7, 6], [0, 200, 199, 1], [100, 101, 100, 99], [3, 3, 2, 2]] {
        for start in 0..4 {
            let range = || Shifting(Cell::new(start), keys);
            let steps = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let mut ends = map.range_mut(range());
                let mut all = Vec::new();
                while let Some((_, front)) = ends.next() {
                    all.push(front);
                    all.extend(ends.next_back().map(|(_, back)| back));
                }
                all.extend(ends.rev().map(|(_, back)| back));
                all.iter_mut().for_each(|value| ***value += 1);
                let mut places: Vec<_> = all.iter().map(|value| &raw const ***value).collect();
                let given = places.len();
                places.sort();
                places.dedup();
                (given, places.len())
            }));
            if let Ok((given, places)) = steps {
                assert_eq!(given, places, "{keys:?} from {start}: a value was given twice");
            }
            let mut copy = map.clone();
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                copy.extract_if(range(), |k, _| k % 3 == 0).take(40).for_each(drop);
            }));
            copy.validate().expect("after an extraction between shifting bounds");
        }
    }
}

/// Keys turned upside down by cursors, forgotten or not: separators are stale then, and every operation stays safe.
#[test]
fn keys_in_no_order() {
    fn run<K: Ord + Clone, S: bplus_tree::Shape>(key: impl Fn(u32) -> K) {
        for seed in 0..12 {
            let mut choices = common::Choices(seed);
            let mut map = BPlusTreeMap::<K, Box<u32>, S>::with_shape();
            let mut entries = 0;
            for step in 0..600 {
                let n = choices.below(400);
                match choices.below(9) {
                    0..=4 => entries += usize::from(map.insert(key(n), Box::new(n)).is_none()),
                    5 => entries -= usize::from(map.remove(&key(n)).is_some()),
                    6 => {
                        let bound = key(n);
                        let mut cursor = map.lower_bound_mut(Bound::Included(&bound)).with_mutable_key();
                        for _ in 0..choices.below(9) {
                            if let Some((k, v)) = cursor.next() {
                                (*k, **v) = (key(choices.below(400)), step);
                            }
                        }
                        entries -= usize::from(cursor.remove_prev().is_some());
                        entries += usize::from(cursor.insert_after(key(n), Box::new(n)).is_ok());
                        if let Some((k, _)) = cursor.peek_next() {
                            *k = key(choices.below(400));
                        }
                        if choices.below(2) == 0 {
                            std::mem::forget(cursor);
                        }
                    }
                    7 => {
                        let mut tail = map.split_off(&key(n));
                        assert_eq!(map.len() + tail.len(), entries);
                        assert_eq!((map.iter().count(), tail.iter().rev().count()), (map.len(), tail.len()));
                        map.append(&mut tail);
                        entries = map.len(); // overlapping keys, now that they have no order, replace each other
                    }
                    _ => entries -= map.extract_if(.., |_, v| **v % 11 == 0).take(4).count(),
                }
                assert_eq!((map.len(), map.iter().count()), (entries, entries), "seed {seed}, step {step}");
            }
        }
    }
    run::<u64, Nodes<4, 4>>(u64::from);
    run::<_, Nodes<2, 3, true>>(|n| n.to_string());
    run::<(u32, u64), Nodes<3, 3>>(|n| (n, 7)); // copied with its padding
    run::<_, bplus_tree::Counted>(common::Opaque);
}

/// Keys without a size that are never equal; the largest nodes; and an alignment beyond a page in joins and cuts.
#[test]
fn sizes_at_the_limits() {
    #[derive(Clone, Debug)]
    struct Unequal;
    impl PartialEq for Unequal {
        fn eq(&self, _: &Self) -> bool {
            false
        }
    }
    impl Eq for Unequal {}
    impl PartialOrd for Unequal {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Unequal {
        fn cmp(&self, _: &Self) -> std::cmp::Ordering {
            std::cmp::Ordering::Less
        }
    }
    let mut nothings = BPlusTreeMap::<Unequal, (), Nodes<4, 3, true>>::with_shape();
    (0..500).for_each(|_| drop(nothings.insert(Unequal, ())));
    assert_eq!(
        (nothings.len(), nothings.iter().rev().count(), nothings.clone().into_iter().count()),
        (500, 500, 500)
    );
    while nothings.pop_first().is_some() && nothings.pop_last().is_some() {}
    assert!(nothings.is_empty());

    let mut largest = BPlusTreeMap::<u16, u8, Nodes<4096, 4096, true>>::with_shape();
    (0..=u16::MAX).rev().for_each(|k| drop(largest.insert(k, k as u8)));
    largest.validate().expect("the largest nodes");
    let tail = largest.split_off(&12_345);
    tail.validate().expect("the tail");
    assert_eq!((largest.len(), tail.len()), (12_345, 65_536 - 12_345));

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    #[repr(align(8192))]
    struct Page(u32);
    let mut pages = BPlusTreeMap::<Page, Page, Nodes<2, 3>>::with_shape();
    (0..300).for_each(|k| drop(pages.insert(Page(k * 7 % 300), Page(k))));
    for at in [150, 3, 299, 1, 77] {
        let mut tail = pages.split_off(&Page(at));
        assert!(tail.iter().all(
            |(k, v)| std::ptr::from_ref(k).addr() % 8192 == 0 && std::ptr::from_ref(v).addr() % 8192 == 0
        ));
        pages.append(&mut tail);
        pages.validate().expect("pages");
    }
}

/// Maps of one chunk on many threads, each growing and shrinking its part while others free theirs.
#[test]
fn parts_of_one_chunk_on_threads() {
    let mut whole: BPlusTreeMap<u32, Box<u32>, Nodes<4, 4>> = BPlusTreeMap::with_shape();
    whole.extend((0..8_000).map(|k| (k, Box::new(k))));
    let mut parts = Vec::new();
    for cut in (1..8).rev() {
        parts.push(whole.split_off(&(cut * 1000)));
    }
    parts.push(whole);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = parts
            .into_iter()
            .map(|mut part| {
                scope.spawn(move || {
                    part.retain(|k, _| k % 3 == 0);
                    let from = part.first_key_value().map_or(0, |(k, _)| *k);
                    part.extend((from..from + 500).map(|k| (k, Box::new(k))));
                    part.validate().expect("a part");
                    part
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let mut joined = BPlusTreeMap::with_shape();
    for mut part in parts.into_iter().rev() {
        joined.append(&mut part);
    }
    joined.validate().expect("joined again");
    assert!(joined.iter().all(|(k, v)| *k == **v));
}

/// Owned and shared types are covariant, as std's; this need only compile. What is invariant is tested in `map/iter.rs`.
#[test]
#[allow(dead_code, reason = "it need only compile")]
fn covariant() {
    use bplus_tree::map::{Chunks, IntoIter, Iter, Range};
    type Text = &'static str;
    fn _map<'a>(map: BPlusTreeMap<Text, Text>) -> BPlusTreeMap<&'a str, &'a str> {
        map
    }
    fn _iter<'a, 'b>(iter: Iter<'b, Text, Text>) -> Iter<'b, &'a str, &'a str> {
        iter
    }
    fn _range<'a, 'b>(range: Range<'b, Text, Text>) -> Range<'b, &'a str, &'a str> {
        range
    }
    fn _chunks<'a, 'b>(chunks: Chunks<'b, Text, Text>) -> Chunks<'b, &'a str, &'a str> {
        chunks
    }
    fn _into_iter<'a>(iter: IntoIter<Text, Text>) -> IntoIter<&'a str, &'a str> {
        iter
    }
}
