//! Primitive integers are searched in whole blocks that are filled up with the greatest number (decision 0044): every
//! type, both ends of its values, and nodes that shrink, split and merge. And full leaves pour over into their
//! neighbours before they split (decision 0094).

use std::collections::BTreeMap;
use std::fmt::Debug;

use bplus_tree::{BPlusTreeMap, Nodes};

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

/// Twelve bytes that end with these.
fn array(bytes: &[u8; 8]) -> [u8; 12] {
    let mut array = [1; 12];
    array[4..].copy_from_slice(bytes);
    array
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
    // Arrays of bytes, which branches hold copies of; keys differ in the last bytes or in the first.
    agrees(3_000, |n| (n as u16).to_be_bytes(), [[0; 2], [255; 2]]);
    agrees(3_000, |n| (n as u32).wrapping_mul(0x00ab_0001).to_be_bytes(), [[0; 4], [255; 4]]);
    agrees(3_000, |n| n.to_le_bytes(), [[0; 8], [255; 8]]);
    agrees(3_000, |n| array(&n.to_be_bytes()), [[0; 12], [255; 12]]);
    agrees(3_000, |n| (u128::from(n) << 64 | u128::from(!n)).to_be_bytes(), [[0; 16], [255; 16]]);
    agrees(3_000, |n| u128::from(n).to_be_bytes(), [[0; 16], [255; 16]]);
    agrees(3_000, |n| n as isize - 1_500, [isize::MIN, isize::MAX]);
}

/// Even keys in packed leaves of eight, but leaf `thin` has `left`.
fn thinned(thin: u64, left: u64) -> BPlusTreeMap<u64, u64, Nodes<8, 4, true>> {
    let mut map = BPlusTreeMap::with_shape();
    map.append_sorted((0..LEAVES * 8).map(|n| (2 * n, n))).expect("they ascend");
    for n in thin * 8 + left..thin * 8 + 8 {
        map.remove(&(2 * n));
    }
    map
}
const LEAVES: u64 = 24;

#[test]
fn a_full_leaf_pours_over_at_every_place() {
    let mut poured = 0;
    for thin in 0..LEAVES {
        for left in [3, 6, 7] {
            for gap in
                (thin.saturating_sub(1) * 8..((thin + 2) * 8).min(LEAVES * 8)).filter(|n| n / 8 != thin)
            {
                let mut map = thinned(thin, left);
                let mut model: BTreeMap<u64, u64> = map.iter().map(|(key, value)| (*key, *value)).collect();
                let before = map.memory_usage();
                map.insert(2 * gap + 1, 7);
                model.insert(2 * gap + 1, 7);
                poured += u64::from(map.memory_usage() == before);
                map.validate().unwrap_or_else(|wrong| panic!("{thin} {left} {gap}: {wrong}"));
                assert!(map.iter().eq(&model), "{thin} {left} {gap}");
                assert!(map.keys().all(|key| map.contains_key(key)), "{thin} {left} {gap}");
            }
        }
    }
    assert!(poured > LEAVES * 8, "{poured} insertions found room next door");
}

#[test]
fn random_insertions_leave_leaves_nearly_four_fifths_full() {
    let (mut map, mut state) = (BPlusTreeMap::new(), 1);
    for _ in 0..100_000 {
        map.insert(next(&mut state), 0_u64);
    }
    let each = map.memory_usage() as f64 / map.len() as f64;
    assert!(each < 22.0, "{each} bytes an entry");
}

#[test]
fn runs_in_the_middle_leave_leaves_nearly_full() {
    let mut map = BPlusTreeMap::new();
    for second in 0..1000_u64 {
        for source in 0..100_u64 {
            map.insert(source << 32 | second, second);
        }
    }
    let each = map.memory_usage() as f64 / map.len() as f64;
    assert!(each < 20.0, "{each} bytes an entry");
}
