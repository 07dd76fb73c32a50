//! Primitive integers are searched in whole blocks that are filled up with the greatest number (decision 0044): every
//! type, both ends of its values, and nodes that shrink, split and merge.

use std::collections::BTreeMap;
use std::fmt::Debug;

use bplus_tree::BPlusTreeMap;

/// A generator that is enough to mix keys.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 20
}

/// Fills, thins out and refills a map of `keys` values, and compares with std all along.
fn agrees<K: Ord + Copy + Debug>(keys: u64, of: impl Fn(u64) -> K, ends: [K; 2]) {
    let (mut ours, mut theirs, mut state) = (BPlusTreeMap::new(), BTreeMap::new(), 1);
    for round in 0..8 {
        for _ in 0..keys {
            let (key, value) = (of(next(&mut state) % keys), next(&mut state));
            // Rounds of growth and of shrinking, so that nodes split and merge.
            if next(&mut state) % 8 < [6, 1][round % 2] {
                assert_eq!(ours.insert(key, value), theirs.insert(key, value), "insert {key:?}");
            } else {
                assert_eq!(ours.remove(&key), theirs.remove(&key), "remove {key:?}");
            }
        }
        for end in ends {
            assert_eq!(ours.get(&end), theirs.get(&end));
            assert_eq!(ours.insert(end, 7), theirs.insert(end, 7));
            assert_eq!(ours.get(&end), Some(&7));
            assert!(ours.range(end..).eq(theirs.range(end..)));
            assert!(ours.range(..=end).eq(theirs.range(..=end)));
        }
        let sought: Vec<K> = (0..keys).map(&of).collect();
        let mut found = vec![None; sought.len()];
        ours.get_many(&sought, &mut found);
        for (key, found) in sought.iter().zip(found) {
            assert_eq!(found, theirs.get(key), "get_many {key:?}");
            assert_eq!(ours.get(key), theirs.get(key), "get {key:?}");
            assert!(ours.range(key..).next() == theirs.range(key..).next(), "range {key:?}");
        }
        for end in ends {
            assert_eq!(ours.remove(&end), theirs.remove(&end));
            assert_eq!(ours.get(&end), None);
        }
        assert!(ours.iter().eq(&theirs));
        ours.validate().expect("valid");
    }
}

#[test]
fn of_every_width_and_sign() {
    agrees(20_000, |n| u64::MAX - n, [0, u64::MAX]);
    agrees(20_000, |n| n as i64 - 10_000, [i64::MIN, i64::MAX]);
    agrees(20_000, |n| u32::MAX - n as u32, [0, u32::MAX]);
    agrees(20_000, |n| n as i32 - 10_000, [i32::MIN, i32::MAX]);
    agrees(20_000, |n| n as u16, [0, u16::MAX]);
    agrees(20_000, |n| (n as i32 - 10_000) as i16, [i16::MIN, i16::MAX]);
    agrees(250, |n| n as u8, [0, u8::MAX]);
    agrees(250, |n| (n as i32 - 125) as i8, [i8::MIN, i8::MAX]);
    agrees(3_000, |n| n as usize, [0, usize::MAX]);
    agrees(3_000, |n| n as isize - 1_500, [isize::MIN, isize::MAX]);
}
