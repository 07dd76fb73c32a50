//! Errors that other B-trees have or had, and those that this one had; a sentence on each.

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
    assert!(
        !send!(IterMut<'static, C, u32>) == !send!(std::collections::btree_map::IterMut<'static, C, u32>)
    );
    assert!(!send!(RangeMut<'static, R, u32>) && send!(IntoIter<u32, C>) && !sync!(IntoIter<u32, C>));
    assert!(!send!(Cursor<'static, u32, C>) && send!(CursorMut<'static, u32, C>));
    assert!(sync!(BPlusTreeMap<u32, u32>) && send!(RankedMap<String, Vec<u8>>));
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
}

/// brie-tree before 0.2: a value whose drop panics leaked the nodes. (Counted in soundness.rs; the address sanitizer
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
