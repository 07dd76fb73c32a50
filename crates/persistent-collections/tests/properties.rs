//! Laws and contracts: what holds for every collection, and what the type system must know.

use std::cell::Cell;

use persistent_collections::{HashMap, HashSet, Local, OrdMap, OrdSet, Queue, Stack, Vector};
use proptest::prelude::*;

fn is_send_and_sync<T: Send + Sync>() {}

#[test]
fn collections_are_send_and_sync_as_their_contents() {
    is_send_and_sync::<Vector<String>>();
    is_send_and_sync::<HashMap<String, u8>>();
    is_send_and_sync::<OrdMap<String, u8>>();
    is_send_and_sync::<(HashSet<u8>, OrdSet<u8>, Queue<u8>, Stack<u8>)>();
}

#[allow(dead_code, reason = "compiling is the test")]
fn collections_are_covariant<'a>(
    v: Vector<&'static str>,
    h: HashMap<&'static str, &'static str>,
    o: OrdMap<&'static str, &'static str>,
) -> (Vector<&'a str>, HashMap<&'a str, &'a str>, OrdMap<&'a str, &'a str>) {
    (v, h, o)
}

#[test]
fn reading_needs_no_clone() {
    struct Plain(#[allow(dead_code, reason = "only there")] Cell<u8>);
    let v: Vector<Plain> = Vector::new();
    assert!(v.get(0).is_none() && v.iter().next().is_none() && v.clone().is_empty());
}

#[test]
fn nan_is_not_equal_to_itself() {
    let nan = |m: &[f64]| m.iter().copied().collect::<Vector<f64>>();
    let v = nan(&[f64::NAN]);
    assert!(v != v.clone());
    let m: HashMap<u8, f64> = HashMap::from([(1, f64::NAN)]);
    assert!(m != m.clone());
    let o: OrdMap<u8, f64> = OrdMap::from([(1, f64::NAN)]);
    assert!(o != o.clone());
    assert!(HashMap::from([(1, 2)]) == HashMap::from([(1, 2)]));
}

#[test]
fn lengths_do_not_overflow() {
    let mut v: Vector<u8, Local> = std::iter::repeat_n(7, 1000).collect();
    while v.clone().try_append(v.clone()).is_ok() {
        v.append(v.clone());
    }
    assert!(v.len() > usize::MAX / 8 && v.get(v.len() - 1) == Some(&7) && v.get(v.len() / 3) == Some(&7));
    assert!(
        std::panic::catch_unwind(|| {
            let mut w: Vector<u8> = std::iter::repeat_n(7, 1000).collect();
            loop {
                w.append(w.clone());
            }
        })
        .is_err()
    );
}

#[test]
fn panics_name_index_and_length() {
    let message = |f: fn()| *std::panic::catch_unwind(f).unwrap_err().downcast::<String>().unwrap();
    assert_eq!(
        message(|| _ = Vector::from([1, 2])[5]),
        "index out of bounds: the len is 2 but the index is 5"
    );
    assert_eq!(message(|| Vector::from([1]).insert(3, 1)), "insertion index (is 3) should be <= len (is 1)");
    assert_eq!(message(|| _ = Vector::from([1]).remove(1)), "removal index (is 1) should be < len (is 1)");
    assert_eq!(
        message(|| drop(Vector::from([1]).slice(0..2))),
        "range end 2 out of range for a vector of length 1"
    );
}

#[test]
fn deep_and_large_elements() {
    let big: Vector<[u64; 200]> = (0..50).map(|i| [i; 200]).collect();
    assert_eq!(big[49][199], 49);
    let unit: Vector<()> = std::iter::repeat_n((), 10_000).collect();
    assert_eq!(unit.iter().count(), 10_000);
    let set: OrdSet<()> = std::iter::once(()).collect();
    assert!(set.contains(&()));
    // Dropping a vector in a vector in a vector… recurses as deep as it is nested, not as long as it is.
    let long: Vector<Vector<u8>> = (0..100_000).map(|i| Vector::from([i as u8])).collect();
    std::thread::Builder::new().stack_size(64 << 10).spawn(move || drop(long)).unwrap().join().unwrap();
}

proptest! {
    #[test]
    fn union_is_commutative_on_keys(a: Vec<u8>, b: Vec<u8>) {
        let (x, y): (OrdSet<u8>, OrdSet<u8>) = (a.iter().copied().collect(), b.iter().copied().collect());
        prop_assert_eq!(&x | &y, &y | &x);
        prop_assert_eq!(&(&x - &y) | &(&x & &y), x);
        let (x, y): (HashSet<u8>, HashSet<u8>) = (a.into_iter().collect(), b.into_iter().collect());
        prop_assert_eq!(&x | &y, &y | &x);
        prop_assert_eq!(&(&x - &y) | &(&x & &y), x);
    }

    #[test]
    fn splitting_and_joining_gives_the_same(values: Vec<u16>, at: usize) {
        let v = Vector::from(values.clone());
        let (left, right) = v.split_at(at % (values.len() + 1));
        prop_assert_eq!(left + right, v);
    }
}

#[test]
fn readers_and_forking_writers() {
    let base: HashMap<u64, u64> = (0..5000).map(|i| (i, i)).collect();
    let list: Vector<u64> = (0..5000).collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (mut map, mut list) = (base.clone(), list.clone());
            scope.spawn(move || {
                for i in 0..2000 {
                    map.insert(i * 3, thread);
                    list.set(i as usize, thread);
                    map.remove(&(i * 7));
                }
                assert!(list.iter().take(2000).all(|x| *x == thread));
                map.validate();
            });
        }
        (0..5000).for_each(|i| assert_eq!((base.get(&i), list.get(i as usize)), (Some(&i), Some(&i))));
    });
}

/// Documents that are cut off, of the wrong type, or that tell of changes outside of what they change: an error, or a valid collection.
#[cfg(feature = "serde")]
mod documents {
    use persistent_collections::{HashMap, IndexMap, OrdMap, OrdSet, Vector, Versions};
    use serde::{Serialize, de::DeserializeOwned};

    fn every_cut_is_an_error<C: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &C) {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(&serde_json::from_str::<C>(&text).unwrap(), value);
        for end in 0..text.len() {
            assert!(serde_json::from_str::<C>(&text[..end]).is_err(), "{}", &text[..end]);
        }
    }

    #[test]
    fn truncated() {
        let values: Vector<u32> = (0..300).collect();
        every_cut_is_an_error(&values);
        every_cut_is_an_error(&(0..50).map(|i| (i.to_string(), i)).collect::<HashMap<String, u32>>());
        every_cut_is_an_error(&(0..50).rev().map(|i| (i, i)).collect::<OrdMap<u32, u32>>());
        every_cut_is_an_error(&(0..50).rev().map(|i| (i, i)).collect::<IndexMap<u32, u32>>());
        let set: OrdSet<u8> = (0..50).collect();
        every_cut_is_an_error(&Versions(vec![set.clone(), set.without(&7), set.with(99)]));
        every_cut_is_an_error(&Versions(vec![values.clone(), values.with(7, 9), values.slice(3..)]));
    }

    #[test]
    fn hostile() {
        // Keys that come twice, and out of order.
        let map: OrdMap<u8, u8> = serde_json::from_str(r#"{"9":1,"3":2,"9":3}"#).unwrap();
        map.validate();
        assert!(map.iter().eq([(&3, &2), (&9, &3)]));
        let map: IndexMap<u8, u8> = serde_json::from_str(r#"{"9":1,"3":2,"9":3}"#).unwrap();
        map.validate();
        assert!(map.iter().eq([(&9, &3), (&3, &2)]));
        // Changes outside of the vector, backwards, of nothing; the wrong shapes.
        for text in [
            "[[1,2],[[[5,6,[1]]]]]",
            "[[1,2],[[[2,1,[]]]]]",
            "[[1,2],[[[0,18446744073709551615,[]]]]]",
            "[null,[[]]]",
            "[[1,2]]",
            "[[1,2],3]",
            "{}",
            "[[1,-2],[]]",
        ] {
            assert!(serde_json::from_str::<Versions<Vector<u8>>>(text).is_err(), "{text}");
        }
        // Changes to keys that are not there are changes all the same.
        let text = r#"[{"1":1},[[[7],[[2,2]]]]]"#;
        let Versions(read) = serde_json::from_str::<Versions<OrdMap<u8, u8>>>(text).unwrap();
        assert!(read[1].iter().eq([(&1, &1), (&2, &2)]));
    }

    /// A format that claims a length it does not have: room is made for what comes, not for what is claimed.
    #[test]
    fn lengths_are_not_believed() {
        use serde::de::value::{Error, SeqDeserializer};

        struct Liar(std::ops::Range<u8>);
        impl Iterator for Liar {
            type Item = u8;
            fn next(&mut self) -> Option<u8> {
                self.0.next()
            }
            fn size_hint(&self) -> (usize, Option<usize>) {
                (usize::MAX, Some(usize::MAX))
            }
        }
        let read: Vector<u8> =
            serde::Deserialize::deserialize(SeqDeserializer::<_, Error>::new(Liar(0..5))).unwrap();
        assert_eq!(read, [0, 1, 2, 3, 4]);
    }
}

#[test]
fn positions_from_outside_are_answers_not_panics() {
    let mut v = Vector::from([1, 2, 3]);
    assert_eq!((v.try_set(3, 9), v.try_set(2, 9)), (Err(9), Ok(3)));
    assert_eq!((v.try_insert(4, 7), v.try_insert(3, 7)), (Err(7), Ok(())));
    assert_eq!((v.try_remove(4), v.try_remove(0)), (None, Some(1)));
    assert_eq!(
        (v.try_slice(..=usize::MAX), v.try_slice(2..4), v.try_slice(3..3)),
        (None, None, Some(Vector::new()))
    );
    #[allow(clippy::reversed_empty_ranges, reason = "the point of it")]
    let backwards = v.try_slice(2..1);
    assert_eq!((backwards, v), (None, Vector::from([2, 9, 7])));
}
