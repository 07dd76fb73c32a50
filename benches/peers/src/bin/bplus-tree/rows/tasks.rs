//! What is done with the maps of a row.

use bench_own::bplus_tree::{Key, Step, Workload};

use crate::engines::SortedMap;

/// Something done with a map that is there already.
pub(super) trait Read<K> {
    /// Whether it takes a map that has ranges.
    const RANGES: bool = false;
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64;
}

/// Something done with a map of one's own.
pub(super) trait Write<K> {
    type State<M>;
    fn set_up<M: SortedMap<K>>(&self) -> Self::State<M>;
    fn run<M: SortedMap<K>>(&self, state: &mut Self::State<M>) -> u64;
}

pub(super) struct Get<'a, K>(pub(super) &'a [K]);
impl<K: Key> Read<K> for Get<'_, K> {
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64 {
        self.0.iter().fold(0, |sum: u64, key| sum.wrapping_add(map.get(key).unwrap_or(1)))
    }
}

/// Each key looked up is known only when the value before it is there.
pub(super) struct Dependent<'a>(pub(super) &'a [u64]);
impl Read<u64> for Dependent<'_> {
    fn run<M: SortedMap<u64>>(&self, map: &M) -> u64 {
        let mut value = 0;
        let mut sum = 0_u64;
        for key in self.0 {
            // The value is below 2^32, so nothing of it is left, but the processor cannot know.
            value = map.get(&(*key ^ (value >> 40))).unwrap_or(0);
            sum = sum.wrapping_add(value);
        }
        sum
    }
}

pub(super) struct Iterate;
impl<K: Key> Read<K> for Iterate {
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64 {
        map.sum()
    }
}

pub(super) struct Ranges<'a, K>(pub(super) &'a [(K, K)]);
impl<K: Key> Read<K> for Ranges<'_, K> {
    const RANGES: bool = true;
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64 {
        self.0.iter().fold(0, |sum: u64, (from, to)| sum.wrapping_add(map.range_sum(from, to)))
    }
}

/// So many entries from each key on, in ranges without an end.
pub(super) struct Nexts<'a, K>(pub(super) &'a [K], pub(super) usize);
impl<K: Key> Read<K> for Nexts<'_, K> {
    const RANGES: bool = true;
    fn run<M: SortedMap<K>>(&self, map: &M) -> u64 {
        self.0.iter().fold(0, |sum: u64, from| sum.wrapping_add(map.next_sum(from, self.1)))
    }
}

pub(super) struct Insert<'a, K>(pub(super) &'a [K], pub(super) usize);
impl<K: Key> Write<K> for Insert<'_, K> {
    type State<M> = M;
    fn set_up<M: SortedMap<K>>(&self) -> M {
        M::empty()
    }
    fn run<M: SortedMap<K>>(&self, map: &mut M) -> u64 {
        let mut maps = 0_u64;
        for _ in 0..self.1 {
            *map = M::from_random(self.0);
            maps += map.get(&self.0[self.0.len() / 2]).unwrap_or(1);
        }
        maps
    }
}

pub(super) struct Build<'a, K>(pub(super) &'a [(K, u64)]);
impl<K: Key> Write<K> for Build<'_, K> {
    /// The entries, copied off the clock, and the map, dropped off the clock.
    type State<M> = (Vec<(K, u64)>, Option<M>);
    fn set_up<M: SortedMap<K>>(&self) -> Self::State<M> {
        (self.0.to_vec(), None)
    }
    fn run<M: SortedMap<K>>(&self, (entries, built): &mut Self::State<M>) -> u64 {
        let map = built.insert(M::from_sorted(std::mem::take(entries)));
        map.get(&self.0[self.0.len() / 2].0).unwrap_or(1)
    }
}

pub(super) struct Remove<'a, K>(pub(super) &'a Workload<K>);
impl<K: Key> Write<K> for Remove<'_, K> {
    type State<M> = M;
    fn set_up<M: SortedMap<K>>(&self) -> M {
        M::from_random(&self.0.keys)
    }
    fn run<M: SortedMap<K>>(&self, map: &mut M) -> u64 {
        self.0.lookups.iter().fold(0, |sum: u64, key| sum.wrapping_add(map.remove(key).unwrap_or(1)))
    }
}

pub(super) struct Mixed<'a, K>(pub(super) &'a Workload<K>, pub(super) &'a [Step]);
impl<K: Key> Write<K> for Mixed<'_, K> {
    type State<M> = M;
    fn set_up<M: SortedMap<K>>(&self) -> M {
        M::from_random(&self.0.keys)
    }
    fn run<M: SortedMap<K>>(&self, map: &mut M) -> u64 {
        let mut sum = 0_u64;
        let mut inserted = vec![false; self.0.others.len()];
        for step in self.1 {
            match *step {
                Step::Get(i) => sum = sum.wrapping_add(map.get(&self.0.keys[i as usize]).unwrap_or(1)),
                Step::Remove(i) => sum = sum.wrapping_add(map.remove(&self.0.keys[i as usize]).unwrap_or(1)),
                Step::Insert(i) => {
                    // Once each, for one of the contenders is a multimap.
                    if !std::mem::replace(&mut inserted[i as usize], true) {
                        map.insert(self.0.others[i as usize].clone(), u64::from(i));
                    }
                }
            }
        }
        sum
    }
}
