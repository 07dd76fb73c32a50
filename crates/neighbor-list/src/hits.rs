//! The marked candidates one by one: [`Hits`], and what takes marks away again.

use simd_kernels::ball::Run;

use crate::scene::Scene;

/// A marked candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// Its place in the grid.
    pub(crate) place: usize,
    /// The index of its image's translation.
    pub(crate) translation: u32,
}

/// The marked candidates of one atom, in the order of its row.
#[derive(Clone, Debug)]
pub(crate) struct Hits<'a> {
    runs: core::slice::Iter<'a, Run>,
    masks: core::slice::Iter<'a, u16>,
    /// Masks left of the current run.
    blocks: u32,
    /// The place of bit 0 of the current mask.
    place: u32,
    translation: u32,
    mask: u16,
}

impl<'a> Hits<'a> {
    pub(crate) fn new(runs: &'a [Run], masks: &'a [u16]) -> Self {
        Self { runs: runs.iter(), masks: masks.iter(), blocks: 0, place: 0, translation: 0, mask: 0 }
    }
}

impl Iterator for Hits<'_> {
    type Item = Hit;

    #[inline]
    fn next(&mut self) -> Option<Hit> {
        while self.mask == 0 {
            if self.blocks == 0 {
                let run = self.runs.next()?;
                self.blocks = run.len.div_ceil(16);
                self.place = run.start.wrapping_sub(16);
                self.translation = run.translation;
            }
            self.mask = *self.masks.next()?;
            self.blocks -= 1;
            self.place = self.place.wrapping_add(16);
        }
        let bit = self.mask.trailing_zeros();
        self.mask &= self.mask - 1;
        Some(Hit { place: (self.place + bit) as usize, translation: self.translation })
    }
}

/// Clears the marks of hits that `keep` turns down; gives the number left.
pub(crate) fn drop_hits(runs: &[Run], masks: &mut [u16], mut keep: impl FnMut(Hit) -> bool) -> usize {
    let (mut masks, mut left) = (masks.iter_mut(), 0);
    for run in runs {
        for (block, mask) in (0..run.len.div_ceil(16)).zip(&mut masks) {
            let mut rest = *mask;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                let hit =
                    Hit { place: (run.start + 16 * block + bit) as usize, translation: run.translation };
                if keep(hit) {
                    left += 1;
                } else {
                    *mask &= !(1 << bit);
                }
            }
        }
    }
    left
}

/// Clears all marks but those of the `k` nearest hits; ties go to the smaller `j`, then the smaller shift.
pub(crate) fn keep_nearest(scene: Scene<'_>, place: usize, runs: &[Run], masks: &mut [u16], k: usize) {
    let key = |hit: Hit| {
        let d2 = scene.distance_squared(place, hit);
        (d2, scene.neighbour(hit), scene.shift(place, hit))
    };
    let order = |a: &(f64, u32, [i32; 3]), b: &(f64, u32, [i32; 3])| {
        a.0.total_cmp(&b.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
    };
    if k == 0 {
        masks.fill(0);
        return;
    }
    let mut keys: Vec<_> = Hits::new(runs, masks).map(key).collect();
    let (_, last, _) = keys.select_nth_unstable_by(k - 1, order);
    let last = *last;
    drop_hits(runs, masks, |hit| order(&key(hit), &last).is_le());
}
