//! The model harness: a collection and its model go through the same random operations; several versions stay alive
//! and all of them are checked again after each step, so that an edit which leaks into another version is seen.
#![allow(dead_code, reason = "each test binary uses its own part")]

/// How many times longer than usual to test; `LOCALITY_LONG=1` asks for more.
pub(crate) fn scale() -> usize {
    if std::env::var_os("LOCALITY_LONG").is_some() { 20 } else { 1 }
}

/// A small generator of its own (splitmix64): tests replay from the seed alone.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; zero if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// A range within `0..=len`.
    pub(crate) fn range(&mut self, len: usize) -> core::ops::Range<usize> {
        let (a, b) = (self.below(len + 1), self.below(len + 1));
        a.min(b)..a.max(b)
    }
}

/// A collection beside its model.
pub(crate) trait Subject: Clone {
    /// Does one random operation on both and compares what they answer.
    fn step(&mut self, random: &mut Random, others: &[Self]);
    /// Compares all contents and checks the invariants.
    fn check(&self);
}

/// Forks versions at random, edits one after another, and re-checks all live ones after each step.
pub(crate) fn live_versions<S: Subject + Default>(seed: u64, steps: usize, live: usize) {
    live_versions_of(S::default(), seed, steps, live);
}

/// [`live_versions`] of a first version.
pub(crate) fn live_versions_of<S: Subject>(first: S, seed: u64, steps: usize, live: usize) {
    let mut random = Random::new(seed);
    let mut versions = vec![first];
    for _ in 0..steps {
        let at = random.below(versions.len());
        let mut version = versions[at].clone();
        let edits = 1 + random.below(4);
        for _ in 0..edits {
            version.step(&mut random, &versions);
        }
        if random.below(4) == 0 {
            versions[at] = version;
        } else {
            versions.push(version);
        }
        if versions.len() > live {
            let gone = random.below(versions.len());
            versions.swap_remove(gone);
        }
        versions.iter().for_each(S::check);
    }
}
