//! Keys with heads: what shares much, what is borrowed, and what lies.

mod common;

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::rc::Rc;

use bplus_tree::{BPlusTreeMap, BPlusTreeSet, Nodes, RankedMap, Shape};
use common::Choices;

/// Every text of up to `longest` of these bytes.
fn texts(bytes: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for index in from..to {
            for byte in bytes {
                let mut longer = all[index].clone();
                longer.push(*byte);
                all.push(longer);
            }
        }
        from = to;
    }
    all
}

/// Texts that differ in zeros at the end and in bytes behind any head, all in one map, each sought and removed.
#[test]
fn every_text_is_found_where_it_belongs() {
    fn run<S: Shape>(prefix: &[u8]) {
        let mut keys = texts(&[0, 1, 0xff], 5);
        keys.extend(texts(&[0, 0xff], 3).into_iter().map(|end| [&[7; 12][..], &end].concat()));
        keys.iter_mut().for_each(|key| _ = key.splice(0..0, prefix.iter().copied()));
        let mut choices = Choices(3);
        for index in (1..keys.len()).rev() {
            keys.swap(index, choices.below(index as u32 + 1) as usize);
        }
        let (present, absent) = keys.split_at(keys.len() / 2);
        let mut map = BPlusTreeMap::<Vec<u8>, usize, S>::with_shape();
        let mut model = BTreeMap::new();
        for (index, key) in present.iter().enumerate() {
            map.insert(key.clone(), index);
            model.insert(key.clone(), index);
            map.validate().expect("after an insertion");
        }
        for key in keys.iter().chain(&[Vec::new(), vec![0xff; 40]]) {
            assert_eq!(map.get(&key[..]), model.get(key), "{key:?}");
            let from = Bound::Included(&key[..]);
            assert!(
                map.range::<[u8], _>((from, Bound::Unbounded))
                    .eq(model.range::<[u8], _>((from, Bound::Unbounded)))
            );
        }
        let mut found = vec![None; keys.len()];
        map.get_many(&keys, &mut found);
        assert!(keys.iter().zip(found).all(|(key, found)| found == model.get(key)));
        for key in absent.iter().chain(present) {
            assert_eq!(map.remove(&key[..]), model.remove(key));
            map.validate().expect("after a removal");
        }
    }
    for prefix in [&b""[..], b"\0", b"a/prefix/longer/than/a/head/"] {
        run::<Nodes<3, 3>>(prefix);
        run::<Nodes<16, 6, true>>(prefix);
        run::<bplus_tree::Auto>(prefix);
    }
}

/// Ranks by the same search.
#[test]
fn ranks_of_texts() {
    let ranked: RankedMap<String, usize> = (0..3000).map(|n| (format!("user:{n:05}"), n)).collect();
    for n in (0..3000).step_by(7) {
        assert_eq!(ranked.rank(&format!("user:{n:05}")[..]), n);
        assert_eq!(ranked.rank(&format!("user:{n:05}!")[..]), n + 1);
        assert_eq!(ranked.nth(n).map(|(_, value)| *value), Some(n));
    }
    assert_eq!((ranked.rank("a"), ranked.rank("z"), ranked.rank("user:")), (0, 3000, 0));
}

/// Keys that live as short as the map, sought by others that live shorter.
#[test]
fn borrowed_keys_of_any_lifetime() {
    let text: String = (0..2000).map(|n| format!("{n:04}")).collect();
    let mut map: BPlusTreeMap<&str, usize> = BPlusTreeMap::new();
    let mut bytes: BPlusTreeMap<&[u8], usize> = BPlusTreeMap::new();
    for n in (0..2000).rev() {
        map.insert(&text[4 * n..4 * n + 4], n);
        bytes.insert(&text.as_bytes()[4 * n..4 * n + 4], n);
    }
    map.validate().expect("after insertions");
    for n in 0..2000 {
        let sought = format!("{n:04}");
        assert_eq!(map.get(&sought[..]), Some(&n));
        assert_eq!(map.get(&&sought[..]), Some(&n));
        assert_eq!(bytes.get(sought.as_bytes()), Some(&n));
    }
    let shared: BPlusTreeSet<Rc<str>> = map.keys().map(|key| Rc::from(*key)).collect();
    assert!(shared.contains("0777") && !shared.contains("07777"));
}

/// A form of `String` that is ordered in another way, which is wrong but no more than that.
#[derive(PartialEq, Eq)]
struct Backwards;

impl PartialOrd for Backwards {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Backwards {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Greater
    }
}
impl Borrow<Backwards> for String {
    fn borrow(&self) -> &Backwards {
        &Backwards
    }
}

#[test]
fn forms_of_strings_are_compared_by_their_own_order() {
    let mut map: BPlusTreeMap<String, u32> = (0..500).map(|n| (format!("{n:03}"), n)).collect();
    assert_eq!(map.get(&Backwards), None);
    assert_eq!(map.remove(&Backwards), None);
    assert_eq!(map.split_off(&Backwards).len() + map.len(), 500);
    map.validate().expect("after a cut anywhere");
}

/// Keys changed by a cursor in order are found; changed out of order, and the cursor forgotten, they are not, and
/// everything else goes on.
#[test]
fn changed_keys() {
    let fill = || (0..600).map(|n| (format!("key/{n:04}"), n)).fold(small(), with);
    let mut map = fill();
    let mut cursor = map.lower_bound_mut::<str>(Bound::Unbounded).with_mutable_key();
    while let Some((key, _)) = cursor.next() {
        key.push_str("/more");
    }
    drop(cursor);
    map.validate().expect("after changes in order");
    assert!((0..600).all(|n| map.get(&format!("key/{n:04}/more")[..]) == Some(&n)));

    for seed in 0..20 {
        let mut choices = Choices(seed);
        let mut map = fill();
        for _ in 0..40 {
            let sought = format!("key/{:04}", choices.below(600));
            let mut cursor = map.lower_bound_mut(Bound::Included(&sought[..])).with_mutable_key();
            if let Some((key, _)) = cursor.next() {
                *key = ["", "zzz", "key/0300/x", "key"][choices.below(4) as usize]
                    .repeat(choices.below(3) as usize);
            }
            if choices.below(2) == 0 {
                std::mem::forget(cursor);
            }
        }
        for n in 0..800 {
            let key = format!("key/{:04}", choices.below(800));
            match choices.below(5) {
                0 => drop(map.insert(key, n)),
                1 => drop(map.remove(&key[..])),
                2 => assert!(
                    map.range::<str, _>((Bound::Included(&key[..]), Bound::Unbounded)).count() <= map.len()
                ),
                3 => {
                    let mut found = [None; 3];
                    map.get_many(&[key.clone(), String::new(), "zzzz".into()], &mut found);
                }
                _ => {
                    let mut tail = map.split_off(&key[..]);
                    assert!(map.len() + tail.len() <= 2000);
                    map.append(&mut tail);
                }
            }
        }
        assert_eq!(map.iter().fold(0, |n, _| n + 1), map.len());
        drop(map);
    }
}

fn small() -> BPlusTreeMap<String, u32, Nodes<5, 4>> {
    BPlusTreeMap::with_shape()
}

fn with<K: Ord, S: Shape>(
    mut map: BPlusTreeMap<K, u32, S>,
    (key, value): (K, u32),
) -> BPlusTreeMap<K, u32, S> {
    map.insert(key, value);
    map
}
