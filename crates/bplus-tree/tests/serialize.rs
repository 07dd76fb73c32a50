//! Documents in and out, sorted or not.
#![cfg(feature = "serde")]

use bplus_tree::{BPlusTreeMap, BPlusTreeSet, RankedMap};

#[test]
fn round_trip_and_unsorted_documents() {
    let map: BPlusTreeMap<u32, String> = (0..500).map(|n| (n, n.to_string())).collect();
    let json = serde_json::to_string(&map).expect("plain data");
    assert_eq!(serde_json::from_str::<BPlusTreeMap<u32, String>>(&json).expect("our own"), map);
    let rebuilt: RankedMap<u32, u8> = serde_json::from_str(r#"{"3": 1, "1": 2, "3": 3}"#).expect("a map");
    rebuilt.validate().expect("sorted while reading");
    assert!(rebuilt.iter().eq([(&1, &2), (&3, &3)]) && rebuilt.rank(&3) == 1);
    let set: BPlusTreeSet<i32> = serde_json::from_str("[5, 1, 5, 3]").expect("a sequence");
    set.validate().expect("sorted while reading");
    assert_eq!(serde_json::to_string(&set).expect("plain data"), "[1,3,5]");
    assert!(serde_json::from_str::<BPlusTreeSet<i32>>("{}").is_err());
}
