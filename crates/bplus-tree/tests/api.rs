//! Every stable method, trait and iterator of std's `BTreeMap` and `BTreeSet` of Rust 1.95, called by one text that is
//! compiled for std and for this crate; what it writes down must be equal, the `Debug` forms included.

#![allow(clippy::incompatible_msrv, reason = "std's newest methods are what is compared with")]

use std::fmt::Write;

/// The text. `$map`, `$set`: the types; `$map_mod`, `$set_mod`: the modules of their iterators.
macro_rules! api {
    ($name:ident, $map:path, $set:path, $entry:path, $map_mod:ident, $set_mod:ident, $imports:item) => {
        mod $name {
            $imports
            use std::collections::hash_map::DefaultHasher;
            use std::fmt::Write;
            use std::hash::{Hash, Hasher};
            use std::iter::FusedIterator;
            use std::ops::Bound;
            use $entry as Entry;
            use $map as Map;
            use $set as Set;

            macro_rules! log {
                ($log:expr, $value:expr) => {
                    writeln!($log, "{}: {:?}", stringify!($value), $value).expect("a string takes all")
                };
            }

            fn hash_of<T: Hash>(value: &T) -> u64 {
                let mut hasher = DefaultHasher::new();
                value.hash(&mut hasher);
                hasher.finish()
            }

            /// A key that tells which of two equal keys is kept.
            #[derive(Clone, Debug)]
            #[expect(dead_code, reason = "the tag is read by Debug")]
            struct Tagged(i32, &'static str);
            impl PartialEq for Tagged {
                fn eq(&self, other: &Self) -> bool {
                    self.0 == other.0
                }
            }
            impl Eq for Tagged {}
            impl PartialOrd for Tagged {
                fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                    Some(self.cmp(other))
                }
            }
            impl Ord for Tagged {
                fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                    self.0.cmp(&other.0)
                }
            }

            pub(super) fn map(log: &mut String) {
                static EMPTY: Map<u8, u8> = Map::new();
                log!(log, EMPTY.is_empty());
                let mut map: Map<String, i32> = Map::new();
                log!(log, map.insert("b".to_owned(), 2));
                log!(log, map.insert("b".to_owned(), 20));
                map.extend([("a".to_owned(), 1), ("c".to_owned(), 3), ("d".to_owned(), 4)]);
                log!(log, map.get("b"));
                log!(log, map.get("x"));
                log!(log, map.get_key_value("a"));
                log!(log, map.contains_key("c"));
                log!(log, map.first_key_value());
                log!(log, map.last_key_value());
                log!(log, map.first_entry());
                log!(log, map.last_entry());
                *map.get_mut("a").expect("there") += 10;
                log!(log, map["a"]);
                log!(log, map);
                log!(log, format!("{map:#?}"));
                log!(log, map.remove("a"));
                log!(log, map.remove("a"));
                log!(log, map.remove_entry("b"));
                log!(log, map.pop_first());
                log!(log, map.pop_last());
                log!(log, (map.len(), map.is_empty(), map.pop_first(), map.pop_last()));

                let mut map = Map::from([(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')]);
                log!(log, map.range(2..4));
                log!(log, map.range(..=3).rev().collect::<Vec<_>>());
                log!(log, map.range((Bound::Excluded(1), Bound::Unbounded)).last());
                log!(log, map.range(2..).min());
                log!(log, map.range(2..).max());
                log!(log, map.range_mut(4..));
                map.range_mut(4..).for_each(|(_, v)| v.make_ascii_uppercase());
                log!(log, map.iter());
                log!(log, map.iter().size_hint());
                log!(log, map.iter().len());
                log!(log, map.iter_mut());
                map.iter_mut().for_each(|(k, v)| *v = char::from(b'a' + *k as u8));
                log!(log, map.keys());
                log!(log, map.values());
                map.values_mut().rev().for_each(|v| v.make_ascii_uppercase());
                log!(log, map.values_mut());
                log!(log, map.clone().into_keys());
                log!(log, map.clone().into_values());
                log!(log, map.clone().into_iter());
                log!(log, (&map).into_iter().next_back());
                log!(log, (&mut map).into_iter().next());
                log!(log, map.extract_if(2..=4, |k, _| k % 2 == 0));
                log!(log, map.extract_if(2..=4, |k, v| { *v = '!'; k % 2 == 0 }).collect::<Vec<_>>());
                log!(log, map);
                map.retain(|k, v| { *v = '?'; *k < 4 });
                let mut tail = map.split_off(&2);
                log!(log, (&map, &tail));
                tail.append(&mut map);
                log!(log, (&map, &tail));
                tail.clear();
                log!(log, (tail.first_entry().is_none(), tail.last_entry().is_none(), tail));

                let mut map: Map<i32, Vec<i32>> = Map::default();
                log!(log, map.entry(1));
                map.entry(1).or_default().push(1);
                log!(log, map.entry(1));
                map.entry(2).or_insert(vec![9]).push(8);
                map.entry(3).or_insert_with(Vec::new).push(7);
                map.entry(4).or_insert_with_key(|k| vec![*k]).push(6);
                map.entry(4).and_modify(|v| v.push(5)).or_default();
                log!(log, map.entry(4).key());
                log!(log, map.entry(5).insert_entry(vec![4]));
                log!(log, map.entry(5).insert_entry(vec![3]).get());
                match map.entry(5) {
                    Entry::Occupied(mut entry) => {
                        entry.get_mut().push(2);
                        log!(log, (entry.key(), entry.get()));
                        log!(log, entry.insert(vec![]));
                        entry.into_mut().push(1);
                    }
                    Entry::Vacant(_) => unreachable!("it was inserted"),
                }
                match map.entry(6) {
                    Entry::Vacant(entry) => {
                        log!(log, entry.key());
                        log!(log, entry.insert(vec![6]));
                    }
                    Entry::Occupied(_) => unreachable!("it was not inserted"),
                }
                match map.entry(7) {
                    Entry::Vacant(entry) => log!(log, entry.into_key()),
                    Entry::Occupied(_) => unreachable!("it was not inserted"),
                }
                match map.entry(7) {
                    Entry::Vacant(entry) => log!(log, entry.insert_entry(vec![7]).remove()),
                    Entry::Occupied(_) => unreachable!("it was not inserted"),
                }
                if let Entry::Occupied(entry) = map.entry(6) {
                    log!(log, entry.remove_entry());
                }
                log!(log, map.first_entry().map(|entry| entry.remove()));
                log!(log, map.last_entry().map(|entry| entry.remove_entry()));

                let one: Map<i32, char> = [(2, 'b'), (1, 'a'), (2, 'c')].into_iter().collect();
                let mut two = Map::from([(1, 'a'), (2, 'c')]);
                log!(log, (one == two, one < two, one.cmp(&two), one.partial_cmp(&two), hash_of(&one)));
                two.extend([(&3, &'d')]);
                log!(log, (one == two, one < two, one.cmp(&two), hash_of(&two)));
                two.clone_from(&one);
                log!(log, two);
            }

            pub(super) fn which_key_stays(log: &mut String) {
                let mut map = Map::from([(Tagged(1, "first"), 1), (Tagged(1, "second"), 2)]);
                log!(log, map);
                map.insert(Tagged(1, "third"), 3);
                log!(log, map);
                log!(log, map.entry(Tagged(1, "fourth")).key());
                log!(log, map.entry(Tagged(1, "fifth")).insert_entry(5));
                let mut other = Map::from([(Tagged(1, "other"), 6), (Tagged(2, "other"), 7)]);
                map.append(&mut other);
                log!(log, map);
                // One small map into a large one, and the reverse.
                let tagged = |tag| move |n| (Tagged(n, tag), n);
                let mut large: Map<_, _> = (0..500).map(tagged("large")).collect();
                let mut small: Map<_, _> = (7..9).map(tagged("small")).collect();
                large.append(&mut small);
                log!(log, large.range(Tagged(6, "")..Tagged(10, "")));
                let mut small: Map<_, _> = (7..9).map(tagged("small")).collect();
                small.append(&mut large);
                log!(log, small.range(Tagged(6, "")..Tagged(10, "")));
                let mut set = Set::from([Tagged(1, "first"), Tagged(1, "second")]);
                log!(log, set.insert(Tagged(1, "third")));
                log!(log, set);
                log!(log, set.replace(Tagged(1, "fourth")));
                log!(log, set.replace(Tagged(2, "fifth")));
                log!(log, set.get(&Tagged(1, "?")));
                log!(log, set.take(&Tagged(1, "?")));
                let mut set: Set<Tagged> = [Tagged(1, "x"), Tagged(1, "y")].into_iter().collect();
                set.append(&mut Set::from([Tagged(1, "z")]));
                log!(log, set);
                let (left, right) = (Set::from([Tagged(1, "left")]), Set::from([Tagged(1, "right"), Tagged(2, "right")]));
                log!(log, left.union(&right).collect::<Vec<_>>());
                log!(log, left.intersection(&right).collect::<Vec<_>>());
                log!(log, right.intersection(&left).collect::<Vec<_>>());
                log!(log, &left | &right);
                log!(log, &right & &left);
            }

            pub(super) fn set(log: &mut String) {
                static EMPTY: Set<u8> = Set::new();
                log!(log, (EMPTY.len(), EMPTY.is_empty()));
                let mut set: Set<String> = Set::default();
                log!(log, set.insert("b".to_owned()));
                log!(log, set.insert("b".to_owned()));
                set.extend(["c".to_owned(), "a".to_owned()]);
                log!(log, (set.contains("a"), set.get("b"), set.first(), set.last()));
                log!(log, (set.remove("a"), set.remove("a"), set.take("b")));
                log!(log, (set.pop_first(), set.pop_last(), &set));

                let mut one = Set::from([1, 2, 3, 4, 5]);
                let two: Set<i32> = [4, 5, 6].into_iter().collect();
                one.extend(&[7]);
                log!(log, (one.iter(), one.range(2..4).rev().last(), one.clone().into_iter().rev().last()));
                log!(log, (&one).into_iter().rev().collect::<Vec<_>>());
                log!(log, (one.iter().len(), one.iter().min(), one.iter().max(), one.iter().last()));
                log!(log, one.union(&two).collect::<Vec<_>>());
                log!(log, one.difference(&two).collect::<Vec<_>>());
                log!(log, one.intersection(&two).collect::<Vec<_>>());
                log!(log, one.symmetric_difference(&two).collect::<Vec<_>>());
                log!(log, (one.union(&two).min(), one.union(&two).size_hint().1, one.difference(&two).size_hint().1));
                log!(log, (&one | &two, &one & &two, &one ^ &two, &one - &two));
                log!(log, (one.is_disjoint(&two), one.is_subset(&two), one.is_superset(&two), two.is_subset(&two)));
                log!(log, one.extract_if(.., |k| k % 2 == 0).collect::<Vec<_>>());
                one.retain(|k| *k != 3);
                let mut tail = one.split_off(&5);
                log!(log, (&one, &tail));
                tail.append(&mut one);
                log!(log, (&one, &tail, one < tail, one.cmp(&tail), one == tail, hash_of(&tail)));
                log!(log, format!("{tail:#?}"));
                tail.clear();
                log!(log, tail);
                // Far apart in size: the larger is searched.
                let (few, many): (Set<u32>, Set<u32>) = ((0..5).map(|n| n * 7).collect(), (0..1000).collect());
                log!(log, (few.intersection(&many).count(), few.difference(&many).count(), many.intersection(&few).max()));
                log!(log, (many.difference(&few).count(), many.union(&few).count()));
                log!(log, (few.is_subset(&many), many.is_superset(&few), few.is_disjoint(&many)));
            }

            /// What the iterators' types promise; checked by the compiler.
            pub(super) fn traits() {
                fn sized<I: ExactSizeIterator + DoubleEndedIterator + FusedIterator + Default + std::fmt::Debug>() {}
                fn double<I: DoubleEndedIterator + FusedIterator + std::fmt::Debug>() {}
                fn fused<I: FusedIterator + std::fmt::Debug + Clone>() {}
                fn cloned<I: Clone>() {}
                fn both<T: Send + Sync + Unpin + std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
                fn ordered<T: Ord + Hash + Clone + Default + std::fmt::Debug>() {}
                sized::<$map_mod::Iter<'_, i32, i32>>();
                sized::<$map_mod::IterMut<'_, i32, i32>>();
                sized::<$map_mod::IntoIter<i32, i32>>();
                sized::<$map_mod::Keys<'_, i32, i32>>();
                sized::<$map_mod::Values<'_, i32, i32>>();
                sized::<$map_mod::ValuesMut<'_, i32, i32>>();
                sized::<$map_mod::IntoKeys<i32, i32>>();
                sized::<$map_mod::IntoValues<i32, i32>>();
                double::<$map_mod::Range<'_, i32, i32>>();
                double::<$map_mod::RangeMut<'_, i32, i32>>();
                cloned::<($map_mod::Iter<'_, i32, i32>, $map_mod::Keys<'_, i32, i32>, $map_mod::Values<'_, i32, i32>)>();
                cloned::<($map_mod::Range<'_, i32, i32>, $set_mod::Iter<'_, i32>, $set_mod::Range<'_, i32>)>();
                sized::<$set_mod::Iter<'_, i32>>();
                sized::<$set_mod::IntoIter<i32>>();
                double::<$set_mod::Range<'_, i32>>();
                fused::<$set_mod::Union<'_, i32>>();
                fused::<$set_mod::Intersection<'_, i32>>();
                fused::<$set_mod::Difference<'_, i32>>();
                fused::<$set_mod::SymmetricDifference<'_, i32>>();
                both::<(Map<i32, i32>, Set<i32>)>();
                both::<($map_mod::Iter<'_, i32, i32>, $map_mod::IntoIter<i32, i32>, $map_mod::Range<'_, i32, i32>)>();
                ordered::<(Map<i32, i32>, Set<i32>)>();
                let _ = $map_mod::Range::<'_, i32, i32>::default().next();
            }

            /// Covariance in keys and values; checked by the compiler.
            #[allow(dead_code, reason = "compiling is the test")]
            pub(super) fn variance<'short, 'long: 'short>(
                map: Map<&'long str, &'long str>,
                iter: $map_mod::Iter<'short, &'long str, &'long str>,
                range: $map_mod::Range<'short, &'long str, &'long str>,
                keys: $map_mod::Keys<'short, &'long str, &'long str>,
                values: $map_mod::Values<'short, &'long str, &'long str>,
                into: $map_mod::IntoIter<&'long str, &'long str>,
                set: Set<&'long str>,
            ) {
                let _: Map<&'short str, &'short str> = map;
                let _: $map_mod::Iter<'short, &'short str, &'short str> = iter;
                let _: $map_mod::Range<'short, &'short str, &'short str> = range;
                let _: $map_mod::Keys<'short, &'short str, &'short str> = keys;
                let _: $map_mod::Values<'short, &'short str, &'short str> = values;
                let _: $map_mod::IntoIter<&'short str, &'short str> = into;
                let _: Set<&'short str> = set;
            }
        }
    };
}

api!(
    theirs,
    std::collections::BTreeMap,
    std::collections::BTreeSet,
    std::collections::btree_map::Entry,
    btree_map,
    btree_set,
    use std::collections::{btree_map, btree_set};
);
api!(
    ours,
    bplus_tree::BPlusTreeMap,
    bplus_tree::BPlusTreeSet,
    bplus_tree::Entry,
    btree_map,
    btree_set,
    use bplus_tree::{map as btree_map, set as btree_set};
);

fn same(ours: fn(&mut String), theirs: fn(&mut String)) {
    let (mut a, mut b) = (String::new(), String::new());
    ours(&mut a);
    theirs(&mut b);
    let mut differences = String::new();
    for (ours, theirs) in a.lines().zip(b.lines()).filter(|(ours, theirs)| ours != theirs) {
        writeln!(differences, "ours   {ours}\ntheirs {theirs}").expect("a string takes all");
    }
    assert!(differences.is_empty() && a == b, "{differences}");
}

#[test]
fn map_as_std() {
    same(ours::map, theirs::map);
}

#[test]
fn set_as_std() {
    same(ours::set, theirs::set);
}

#[test]
fn equal_keys_as_std() {
    same(ours::which_key_stays, theirs::which_key_stays);
}

#[test]
fn traits_as_std() {
    ours::traits();
    theirs::traits();
}

/// Reversed bounds panic with std's words, and `range_or_empty` never does.
#[test]
fn reversed_bounds_as_std() {
    use bplus_tree::BPlusTreeMap;
    use std::collections::BTreeMap;
    use std::ops::Bound::{Excluded, Included};
    use std::panic::catch_unwind;
    let theirs = BTreeMap::from([(1, 1), (2, 2), (3, 3)]);
    let ours = BPlusTreeMap::from([(1, 1), (2, 2), (3, 3)]);
    for bounds in [
        (Included(3), Included(1)),
        (Excluded(3), Included(1)),
        (Included(3), Excluded(1)),
        (Excluded(2), Excluded(2)),
        (Included(50), Excluded(20)),
    ] {
        let message = |error: Box<dyn std::any::Any + Send>| {
            error
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| error.downcast_ref::<&str>().map(ToString::to_string))
        };
        let theirs = catch_unwind(|| theirs.range(bounds).count()).map_err(message);
        assert_eq!(catch_unwind(|| ours.range(bounds).count()).map_err(message), theirs, "{bounds:?}");
        assert_eq!(ours.range_or_empty(bounds).count(), 0);
    }
    assert_eq!(ours.range((Included(2), Excluded(2))).count(), 0);
    assert_eq!(ours.range((Excluded(2), Included(2))).count(), 0);
}
