//! The marked candidates one by one: [`Hits`], and what takes marks away again.

use simd_kernels::ball::Block;

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
    blocks: core::iter::Zip<core::slice::Iter<'a, Block>, core::slice::Iter<'a, u16>>,
    block: Block,
    mask: u16,
}

impl<'a> Hits<'a> {
    pub(crate) fn new(blocks: &'a [Block], masks: &'a [u16]) -> Self {
        Self { blocks: blocks.iter().zip(masks), block: Block::default(), mask: 0 }
    }
}

impl Iterator for Hits<'_> {
    type Item = Hit;

    #[inline]
    fn next(&mut self) -> Option<Hit> {
        while self.mask == 0 {
            let (block, mask) = self.blocks.next()?;
            (self.block, self.mask) = (*block, *mask);
        }
        let bit = self.mask.trailing_zeros();
        self.mask &= self.mask - 1;
        Some(Hit { place: (self.block.start + bit) as usize, translation: self.block.translation })
    }
}

/// Clears the marks of hits that `keep` turns down; gives the number left.
pub(crate) fn drop_hits(blocks: &[Block], masks: &mut [u16], mut keep: impl FnMut(Hit) -> bool) -> usize {
    let mut left = 0;
    for (block, mask) in blocks.iter().zip(masks) {
        let mut rest = *mask;
        while rest != 0 {
            let bit = rest.trailing_zeros();
            rest &= rest - 1;
            if keep(Hit { place: (block.start + bit) as usize, translation: block.translation }) {
                left += 1;
            } else {
                *mask &= !(1 << bit);
            }
        }
    }
    left
}

/// Clears all marks but those of the `k` nearest hits; ties go to the smaller `j`, then the smaller shift.
pub(crate) fn keep_nearest(scene: Scene<'_>, place: usize, blocks: &[Block], masks: &mut [u16], k: usize) {
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
    let mut keys: Vec<_> = Hits::new(blocks, masks).map(key).collect();
    let (_, last, _) = keys.select_nth_unstable_by(k - 1, order);
    let last = *last;
    drop_hits(blocks, masks, |hit| order(&key(hit), &last).is_le());
}
