//! What the tests share: keys of several kinds made from numbers, seeded random numbers, and the operation lists that
//! run on a map and on std's, compared after every step.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]
#![allow(clippy::incompatible_msrv, reason = "std's newest methods are what is compared with")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Bound;
use std::sync::OnceLock;

use bplus_tree::{BPlusTreeMap, Shape};

/// A key type of a test, made from a small number so that the order is the numbers'.
pub trait Key: Ord + Clone + Debug {
    fn of(n: u32) -> Self;
}

macro_rules! integers {
    ($($type:ty),+) => {$(
        impl Key for $type {
            fn of(n: u32) -> Self { n as Self }
        }
    )+};
}
integers!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, isize);

/// A key that branches must not copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opaque(pub u32);

impl Key for Opaque {
    fn of(n: u32) -> Self {
        Self(n)
    }
}

impl Key for String {
    fn of(n: u32) -> Self {
        format!("key/{n:08}")
    }
}

/// Groups of keys that share much, with more in common in some groups than heads can tell apart.
impl Key for Box<str> {
    fn of(n: u32) -> Self {
        let (group, member) = (n / 17, n % 17);
        format!("{group:05}{}{member:02}", "-".repeat(group as usize % 23)).into()
    }
}

/// Few and many zeros at the end, and bytes above those of text.
impl Key for Vec<u8> {
    fn of(n: u32) -> Self {
        let mut key = (n / 6).to_be_bytes().map(|byte| byte ^ 0x80).to_vec();
        key.extend(std::iter::repeat_n(0, 3 * (n as usize % 6)));
        key
    }
}

/// None, one or several of the greatest byte.
impl Key for std::sync::Arc<[u8]> {
    fn of(n: u32) -> Self {
        [vec![0xff; n as usize / 60], vec![n as u8 % 60]].concat().into()
    }
}

/// Borrowed ones, all of one text.
impl Key for &'static str {
    fn of(n: u32) -> Self {
        static TEXT: OnceLock<Vec<String>> = OnceLock::new();
        let all = TEXT.get_or_init(|| (0..10_000).map(|n| format!("a/common/start/{n:04}")).collect());
        &all[n as usize]
    }
}

impl Key for (u32, u32) {
    fn of(n: u32) -> Self {
        (n / 7, n % 7)
    }
}

impl Key for [u8; 16] {
    fn of(n: u32) -> Self {
        u128::from(n).to_be_bytes()
    }
}

impl Key for Box<u32> {
    fn of(n: u32) -> Self {
        Self::new(n)
    }
}

/// A generator of test choices (SplitMix64).
#[derive(Clone)]
pub struct Choices(pub u64);

impl Choices {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u32) -> u32 {
        (self.next() % u64::from(n.max(1))) as u32
    }
}

/// How many times more cases are run on request.
pub fn scale() -> u64 {
    if std::env::var_os("LOCALITY_LONG").is_some() { 20 } else { 1 }
}

/// A map and its model.
pub struct Pair<K, V, S: Shape> {
    pub map: BPlusTreeMap<K, V, S>,
    pub model: BTreeMap<K, V>,
}

impl<K: Key, S: Shape> Pair<K, u32, S> {
    pub fn new() -> Self {
        Self { map: BPlusTreeMap::with_shape(), model: BTreeMap::new() }
    }

    pub fn check(&self, after: &str) {
        if let Err(error) = self.map.validate() {
            panic!("after {after}: {error}");
        }
        assert_eq!(self.map.len(), self.model.len(), "len after {after}");
        assert!(
            self.map.iter().eq(self.model.iter()),
            "entries after {after}: {:?} {:?}",
            self.map,
            self.model
        );
    }

    /// One random operation with keys below `space`; gives its name.
    pub fn step(&mut self, choices: &mut Choices, space: u32) -> &'static str {
        let n = choices.below(space);
        let key = K::of(n);
        let value = choices.below(1000);
        let bias = choices.below(100);
        match choices.below(41) {
            0..=9 => {
                assert_eq!(self.map.insert(key.clone(), value), self.model.insert(key, value));
                "insert"
            }
            10..=15 => {
                assert_eq!(self.map.remove(&key), self.model.remove(&key));
                "remove"
            }
            16 => {
                assert_eq!(self.map.get(&key), self.model.get(&key));
                assert_eq!(self.map.get_key_value(&key), self.model.get_key_value(&key));
                assert_eq!(self.map.contains_key(&key), self.model.contains_key(&key));
                "get"
            }
            17 => {
                *self.map.entry(key.clone()).or_insert(value) += 1;
                *self.model.entry(key).or_insert(value) += 1;
                "entry"
            }
            18 => {
                use std::collections::btree_map::Entry;
                if let Entry::Occupied(entry) = self.model.entry(key.clone()) {
                    let removed = entry.remove_entry();
                    let bplus_tree::Entry::Occupied(ours) = self.map.entry(key) else { panic!("occupied") };
                    assert_eq!(ours.remove_entry(), removed);
                }
                "entry.remove"
            }
            19 => {
                assert_eq!(self.map.pop_first(), self.model.pop_first());
                "pop_first"
            }
            20 => {
                assert_eq!(self.map.pop_last(), self.model.pop_last());
                "pop_last"
            }
            21 if bias < 30 => {
                self.map.retain(|_, v| *v % 3 != 0);
                self.model.retain(|_, v| *v % 3 != 0);
                "retain"
            }
            22 if bias < 60 => {
                let (lo, hi) = self.two_keys(choices, space);
                let ours: Vec<_> = self.map.extract_if(lo.clone()..hi.clone(), |_, v| *v % 2 == 0).collect();
                let theirs: Vec<_> = self.model.extract_if(lo..hi, |_, v| *v % 2 == 0).collect();
                assert_eq!(ours, theirs);
                "extract_if"
            }
            23..=25 => {
                let (mut ours, mut theirs) = (self.map.split_off(&key), self.model.split_off(&key));
                ours.validate().expect("the part split off");
                self.check("split_off, the part that stays");
                assert!(ours.iter().eq(theirs.iter()));
                match bias {
                    0..30 => {}
                    30..90 => {
                        self.map.append(&mut ours);
                        self.model.append(&mut theirs);
                    }
                    _ => {
                        ours.append(&mut self.map);
                        theirs.append(&mut self.model);
                        self.map = ours;
                        self.model = theirs;
                    }
                }
                "split_off and append"
            }
            26 => {
                let mut other = Self::new();
                for _ in 0..choices.below(40) {
                    let n = choices.below(space);
                    other.map.insert(K::of(n), n);
                    other.model.insert(K::of(n), n);
                }
                self.map.append(&mut other.map);
                self.model.append(&mut other.model);
                other.check("append, the other");
                "append"
            }
            27..=29 => {
                // A sorted run behind the last.
                let from = self.model.len() as u32 + n;
                let run = (from..from + choices.below(30)).map(|n| (K::of(n), value));
                let fits =
                    |(key, _): &(K, u32)| self.model.last_key_value().is_none_or(|(last, _)| last < key);
                let run: Vec<_> = run.filter(fits).collect();
                self.model.extend(run.clone());
                match self.map.append_sorted(run) {
                    Ok(()) => {}
                    // Narrow key types wrap around.
                    Err(error) => {
                        self.map.insert(error.key, error.value);
                        self.map = self.model.iter().map(|(k, v)| (k.clone(), *v)).fold(
                            BPlusTreeMap::with_shape(),
                            |mut map, (k, v)| {
                                map.insert(k, v);
                                map
                            },
                        );
                    }
                }
                "append_sorted"
            }
            30 => {
                self.map.compact();
                "compact"
            }
            31 => {
                self.map = self.map.clone();
                "clone"
            }
            32 => {
                let (lo, hi) = self.two_keys(choices, space);
                for bounds in bounds_of(lo, hi) {
                    let ours = self.map.range(bounds.clone());
                    let theirs = self.model.range(bounds.clone());
                    assert!(ours.clone().eq(theirs.clone()), "{bounds:?}: {ours:?} {theirs:?}");
                    assert!(ours.rev().eq(theirs.rev()), "{bounds:?} reversed");
                }
                "range"
            }
            33 => {
                let (lo, hi) = self.two_keys(choices, space);
                self.map.range_mut(lo.clone()..=hi.clone()).for_each(|(_, v)| *v += 1);
                self.model.range_mut(lo..=hi).for_each(|(_, v)| *v += 1);
                "range_mut"
            }
            34 => {
                let (mut ours, mut theirs) = (self.map.iter(), self.model.iter());
                loop {
                    let back = choices.below(2) == 0;
                    let (a, b) = if back {
                        (ours.next_back(), theirs.next_back())
                    } else {
                        (ours.next(), theirs.next())
                    };
                    assert_eq!(a, b);
                    assert_eq!(ours.len(), theirs.len());
                    if a.is_none() {
                        break;
                    }
                }
                "iter from both ends"
            }
            38 => {
                let (lo, hi) = self.two_keys(choices, space);
                let (mut ours, mut theirs) = (self.map.range(lo.clone()..), self.model.range(lo.clone()..));
                let (mut all, mut their_all) = (self.map.iter(), self.model.iter());
                loop {
                    let n = choices.below(90) as usize;
                    let found = ours.nth(n);
                    assert_eq!(found, theirs.nth(n), "nth({n})");
                    assert_eq!(all.nth(n), their_all.nth(n), "nth({n})");
                    assert_eq!(all.len(), their_all.len());
                    assert_eq!(ours.clone().count(), theirs.clone().count());
                    if found.is_none() {
                        break;
                    }
                }
                assert_eq!(
                    self.map.range(lo.clone()..=hi.clone()).count(),
                    self.model.range(lo..=hi).count()
                );
                assert_eq!(self.map.values().nth(n as usize), self.model.values().nth(n as usize));
                "nth and count"
            }
            35 => {
                self.cursor(choices, key, value);
                "cursor"
            }
            36 => {
                let keys: Vec<K> = (0..choices.below(70)).map(|_| K::of(choices.below(space))).collect();
                let mut found = vec![None; keys.len()];
                self.map.get_many(&keys, &mut found);
                assert!(keys.iter().zip(&found).all(|(key, found)| self.model.get(key) == *found));
                "get_many"
            }
            37 => {
                let many: Vec<_> =
                    (0..choices.below(70)).map(|_| (K::of(choices.below(space)), value)).collect();
                let before = self.model.len();
                self.model.extend(many.iter().cloned());
                assert_eq!(self.map.insert_many(many), self.model.len() - before);
                "insert_many"
            }
            39 if bias < 10 => {
                self.map.clear();
                self.model.clear();
                "clear"
            }
            _ => {
                let chunks = self.map.chunks().flat_map(|(keys, values)| keys.iter().zip(values));
                assert!(chunks.eq(self.model.iter()));
                assert_eq!(self.map.first_key_value(), self.model.first_key_value());
                assert_eq!(self.map.last_key_value(), self.model.last_key_value());
                "chunks"
            }
        }
    }

    fn two_keys(&self, choices: &mut Choices, space: u32) -> (K, K) {
        let (a, b) = (K::of(choices.below(space)), K::of(choices.below(space)));
        if a <= b { (a, b) } else { (b, a) }
    }

    /// A walk of a mutable cursor that inserts and removes, mirrored by keys in the model.
    fn cursor(&mut self, choices: &mut Choices, key: K, value: u32) {
        let bound = if choices.below(2) == 0 { Bound::Included(&key) } else { Bound::Excluded(&key) };
        let mut cursor = if choices.below(2) == 0 {
            self.map.lower_bound_mut(bound)
        } else {
            self.map.upper_bound_mut(bound)
        };
        for _ in 0..choices.below(30) {
            match choices.below(6) {
                0 => drop(cursor.next().map(|(_, v)| *v += 0)),
                1 => drop(cursor.prev().map(|(_, v)| *v += 0)),
                2 => {
                    let next = cursor.peek_next().map(|(k, _)| k.clone());
                    let removed = cursor.remove_next();
                    assert_eq!(removed.as_ref().map(|(k, _)| k), next.as_ref());
                    assert_eq!(next.and_then(|k| self.model.remove(&k)), removed.map(|(_, v)| v));
                }
                3 => {
                    let prev = cursor.peek_prev().map(|(k, _)| k.clone());
                    let removed = cursor.remove_prev();
                    assert_eq!(removed.as_ref().map(|(k, _)| k), prev.as_ref());
                    assert_eq!(prev.and_then(|k| self.model.remove(&k)), removed.map(|(_, v)| v));
                }
                insertion => {
                    let fits = cursor.peek_prev().is_none_or(|(k, _)| *k < key)
                        && cursor.peek_next().is_none_or(|(k, _)| key < *k);
                    let result = if insertion == 4 {
                        cursor.insert_before(key.clone(), value)
                    } else {
                        cursor.insert_after(key.clone(), value)
                    };
                    assert_eq!(result.is_ok(), fits);
                    if fits {
                        self.model.insert(key.clone(), value);
                        let beside = if insertion == 4 { cursor.peek_prev() } else { cursor.peek_next() };
                        assert_eq!(beside.map(|(k, v)| (k.clone(), *v)), Some((key.clone(), value)));
                    }
                }
            }
        }
    }
}

fn bounds_of<K: Key>(lo: K, hi: K) -> Vec<(Bound<K>, Bound<K>)> {
    use Bound::{Excluded, Included, Unbounded};
    let mut all = vec![
        (Included(lo.clone()), Included(hi.clone())),
        (Included(lo.clone()), Excluded(hi.clone())),
        (Excluded(lo.clone()), Included(hi.clone())),
        (Included(lo.clone()), Unbounded),
        (Excluded(lo.clone()), Unbounded),
        (Unbounded, Included(hi.clone())),
        (Unbounded, Excluded(hi.clone())),
        (Unbounded, Unbounded),
    ];
    if lo < hi {
        all.push((Excluded(lo), Excluded(hi)));
    }
    all
}

/// Runs `lists` operation lists of `steps` steps over keys below `space`.
pub(crate) fn run<K: Key, S: Shape>(lists: u64, steps: u32, space: u32) {
    for seed in 0..lists * scale() {
        let mut choices = Choices(seed);
        let mut pair = Pair::<K, u32, S>::new();
        for step in 0..steps {
            let name = pair.step(&mut choices, space);
            pair.check(&format!("step {step} of seed {seed}, {name}"));
        }
    }
}
