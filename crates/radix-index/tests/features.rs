//! What the features `serde` and `rayon` add.
#![cfg(not(loom))]

#[cfg(feature = "serde")]
#[test]
fn an_index_goes_through_json_and_back() {
    let index: radix_index::RadixIndex<u32, i64> = (0..100).map(|key| (key, -i64::from(key))).collect();
    let text = serde_json::to_string(&index).unwrap();
    let back: radix_index::RadixIndex<u32, i64> = serde_json::from_str(&text).unwrap();
    assert_eq!(back.len(), 100);
    assert!(index.iter().all(|(key, value)| back.get(&key) == Some(value)));
}

#[cfg(feature = "rayon")]
#[test]
fn parallel_iteration_sees_every_entry_once_while_others_insert() {
    use rayon::iter::ParallelIterator;
    let index: radix_index::RadixIndex<u64, u64> = (0..50_000).map(|key| (key, 1)).collect();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| (0..100_000).for_each(|key| _ = index.insert(key | 1 << 40, 0)));
        for _ in 0..20 {
            assert_eq!(index.par_iter().map(|(_, value)| value).sum::<u64>(), 50_000);
        }
        other.join().unwrap();
    });
}

#[cfg(feature = "serde")]
#[test]
fn a_map_goes_through_json_and_back() {
    let map: radix_index::RadixMap<String, Vec<u8>> = (0..100).map(|n| (n.to_string(), vec![n, n])).collect();
    let text = serde_json::to_string(&map).unwrap();
    let back: radix_index::RadixMap<String, Vec<u8>> = serde_json::from_str(&text).unwrap();
    assert_eq!(back.len(), 100);
    assert!(map.pin().iter().all(|(key, value)| back.pin().get(key) == Some(value)));
}

#[cfg(feature = "rayon")]
#[test]
fn a_maps_entries_are_worked_on_in_parallel() {
    use rayon::iter::ParallelIterator;
    let map: radix_index::RadixMap<u64, u64> = (0..5000).map(|key| (key, 2)).collect();
    assert_eq!(map.pin().par_iter().map(|(key, value)| key * value).sum::<u64>(), 4999 * 5000);
}
