//! Operation lists on `RadixIndex` and `RadixMap` against `std::collections::HashMap`, with hashes of few bits.
#![cfg_attr(fuzzing, no_main)]

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use arbitrary::Arbitrary;
use locality_fuzz::fuzz_target;
use radix_index::{RadixIndex, RadixMap};

#[derive(Arbitrary, Debug)]
enum Action {
    Insert(u8, u64),
    Remove(u8),
    Get(u8),
    Increment(u8),
    InsertMany(Vec<(u8, u64)>),
    RetainOdd,
    Clear,
    Shrink,
    Entries,
}

/// Keeps so many bits of a byte's hash, at both ends.
#[derive(Clone)]
struct Bits(u32, u64);

impl BuildHasher for Bits {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        self.clone()
    }
}

impl Hasher for Bits {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.1 = (self.1 ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }

    fn finish(&self) -> u64 {
        let kept = self.1.checked_shr(64 - self.0).unwrap_or(0);
        kept | kept << 56
    }
}

fuzz_target!(|input: (u8, Vec<Action>)| {
    let (bits, actions) = input;
    let hasher = Bits(u32::from(bits % 9), 0);
    let mut index = RadixIndex::<u64, [u64; 2], _>::with_hasher(hasher.clone());
    let mut map = RadixMap::<String, u64, _>::with_hasher(hasher);
    let mut model = HashMap::<u8, u64>::new();
    let wide = |value: u64| [value, !value];
    for action in actions {
        match action {
            Action::Insert(key, value) => {
                let old = model.insert(key, value);
                assert_eq!(index.insert(key.into(), wide(value)), old.map(wide));
                assert_eq!(map.pin().insert(key.to_string(), value), old.as_ref());
            }
            Action::Remove(key) => {
                let old = model.remove(&key);
                assert_eq!(index.remove(&key.into()), old.map(wide));
                assert_eq!(map.pin().remove(&key.to_string()), old.as_ref());
            }
            Action::Get(key) => {
                let value = model.get(&key);
                assert_eq!(index.get(&key.into()), value.copied().map(wide));
                assert_eq!(map.pin().get(&key.to_string()), value);
            }
            Action::Increment(key) => {
                let new = model.get_mut(&key).map(|value| {
                    *value = value.wrapping_add(1);
                    *value
                });
                assert_eq!(index.update(&key.into(), |[value, _]| wide(value.wrapping_add(1))), new.map(wide));
                assert_eq!(map.pin().update(&key.to_string(), |value| value.wrapping_add(1)), new.as_ref());
            }
            Action::InsertMany(entries) => {
                let made: Vec<_> = entries.iter().map(|&(key, value)| (key.into(), wide(value))).collect();
                let before = model.len();
                model.extend(entries.iter().copied());
                assert_eq!(index.insert_many(&made), model.len() - before);
                map.extend(entries.into_iter().map(|(key, value)| (key.to_string(), value)));
            }
            Action::RetainOdd => {
                index.retain(|_, [value, _]| value % 2 == 1);
                map.pin().retain(|_, value| value % 2 == 1);
                model.retain(|_, value| *value % 2 == 1);
            }
            Action::Clear => {
                index.clear();
                map.pin().clear();
                model.clear();
            }
            Action::Shrink => {
                index.shrink_to_fit();
                map.shrink_to_fit();
            }
            Action::Entries => {
                let entries: HashMap<u8, u64> = index.iter().map(|(key, [value, _])| (key as u8, value)).collect();
                assert_eq!(entries, model);
                assert_eq!(map.pin().iter().count(), model.len());
            }
        }
        assert_eq!((index.len(), map.len()), (model.len(), model.len()));
    }
});
