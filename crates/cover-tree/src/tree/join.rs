//! All nearest neighbours at once: leaves ask, not points.
//!
//! ```text
//! for each leaf:                                    its points are near one another, and lie in panels already
//!     compare the leaf's points with themselves     limits are low from the start
//!     best first over the other nodes, by           one queue and one row of centres for up to 32 points
//!         |centre - centre| - both radii
//!     a leaf that may matter: tiles of 8 x 16       each load serves eight points
//! ```
//! The dual-tree algorithms of Curtin et al. (2013) descend both trees; here the asking side is its leaves alone, which are
//! blocks of a tile's size, so a pair of inner nodes is never looked at. Answers are those of single searches, point for
//! point: the same candidates are measured in f64.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use simd_kernels::Level;
use simd_kernels::panel::{LANES, QUERIES, Tile};

use super::search::{Open, hits};
use super::{CoverTree, TreePanels};
use crate::best::{Best, Candidates, measure};
use crate::metric::Metric;
use crate::panels::QueryBlock;
use crate::ruler::Ruler;
use crate::scan::fetch;
use crate::{Neighbour, Points, Search, parallel};

/// Points that ask together: those of two panels. A leaf of equal points may have more, which take turns.
const TOGETHER: usize = 2 * LANES;

/// Groups that one thread takes at a time.
const GROUPS: usize = 16;

/// Points of one leaf.
#[derive(Clone, Debug)]
struct Group {
    leaf: usize,
    slots: Range<usize>,
}

/// A point that asks.
struct Asker {
    slot: usize,
    best: Best,
    found: Candidates,
    ruler: Ruler,
}

/// What a thread keeps between groups.
#[derive(Default)]
struct Scratch {
    queue: BinaryHeap<Reverse<Open>>,
    keys: Vec<[f32; LANES]>,
    tiles: Vec<Tile>,
}

impl<S: Points, M: Metric<S::Point>> CoverTree<S, M> {
    /// The `k` nearest others of every point in the nodes that was not removed, by slot.
    pub(super) fn join(&self, panels: &TreePanels, k: usize) -> Vec<(usize, Vec<Neighbour>)> {
        let leaves = (0..self.nodes.len()).filter(|&id| self.nodes[id].is_leaf());
        let groups: Vec<Group> = leaves
            .flat_map(|leaf| {
                let slots = self.nodes[leaf].range();
                let end = slots.end;
                slots.step_by(TOGETHER).map(move |from| Group { leaf, slots: from..end.min(from + TOGETHER) })
            })
            .collect();
        let answers = parallel::map_chunks(&groups, GROUPS, |groups| {
            let mut scratch = Scratch::default();
            groups.iter().flat_map(|group| self.ask(panels, group, k, &mut scratch)).collect::<Vec<_>>()
        });
        answers.into_iter().flatten().collect()
    }

    fn ask(
        &self,
        panels: &TreePanels,
        group: &Group,
        k: usize,
        scratch: &mut Scratch,
    ) -> Vec<(usize, Vec<Neighbour>)> {
        let triangle = |distance| self.metric.triangle(distance);
        let leaf = &self.nodes[group.leaf];
        let panel = leaf.panel as usize + (group.slots.start - leaf.range().start) / LANES;
        let mut askers: Vec<Asker> =
            group.slots.clone().map(|slot| self.asker(panels, panel, group, slot, k)).collect();
        let blocks: Vec<QueryBlock> = (0..askers.len().div_ceil(QUERIES))
            .map(|block| panels.leaves.half(panel + block / 2, block % 2))
            .collect();
        self.meet(panels, group.leaf, &blocks, &mut askers, f32::INFINITY, scratch);
        let centre = self.points.point(leaf.centre as usize);
        let asked = panels.leaves.prepare(&self.metric, centre);
        let radius = Ruler::radius(leaf.radius, panels.leaves.layout.scale);
        let mut bound = reach(&askers);
        scratch.queue.clear();
        scratch.queue.push(Open::new(0.0, 0));
        while let Some(Reverse(open)) = scratch.queue.pop() {
            let nearest = open.nearest();
            if nearest > bound {
                break;
            }
            let node = &self.nodes[open.node()];
            if node.is_leaf() {
                if open.node() != group.leaf {
                    self.meet(panels, open.node(), &blocks, &mut askers, nearest, scratch);
                    bound = reach(&askers);
                }
                continue;
            }
            let below = node.range();
            let first_panel = node.panel as usize;
            let count = below.len().div_ceil(LANES);
            scratch.keys.resize(count.max(scratch.keys.len()), [0.0; LANES]);
            let keys = &mut scratch.keys[..count];
            panels.centres.row(Level::detect(), &asked.values, first_panel, keys);
            for ((first, radii), keys) in
                below.clone().step_by(LANES).zip(&panels.radii[first_panel..]).zip(&*keys)
            {
                // Rounded up, as both radii are.
                let both = radii.map(|other| (other + radius) * (1.0 + 2.0 * f32::EPSILON));
                let gaps = asked.ruler.gaps(keys, &both, nearest);
                let mut left = hits(&gaps, bound) & (u16::MAX >> (LANES - (below.end - first).min(LANES)));
                while left != 0 {
                    let lane = left.trailing_zeros() as usize;
                    left &= left - 1;
                    scratch.queue.push(Open::new(gaps[lane], (first + lane) as u32));
                }
            }
        }
        let answer = |asker: Asker| {
            let Asker { slot, mut best, found, ruler } = asker;
            let point = self.points.point(slot);
            let neighbour = |other: u32| {
                measure(&self.metric, point, self.points.point(other as usize), self.indices[other as usize])
            };
            let prefetch = |other: u32| fetch(self.points.point(other as usize));
            found.finish(&mut best, &ruler, triangle, prefetch, neighbour);
            (slot, best.into_sorted())
        };
        askers.into_iter().filter(|asker| !self.is_removed(asker.slot)).map(answer).collect()
    }

    fn asker(&self, panels: &TreePanels, panel: usize, group: &Group, slot: usize, k: usize) -> Asker {
        let offset = slot - group.slots.start;
        let ruler = panels.leaves.ruler_of(&self.metric, panel + offset / LANES, offset % LANES);
        let search = Search::nearest(k);
        let mut best = Best::new(&search);
        let point = self.points.point(slot);
        for other in (self.indexed..self.indices.len()).filter(|&other| !self.is_removed(other)) {
            best.offer(measure(&self.metric, point, self.points.point(other), self.indices[other]));
        }
        let triangle = |distance| self.metric.triangle(distance);
        let mut found = Candidates::new(&search.within(best.worst()), &ruler, triangle);
        if self.is_removed(slot) {
            // It asks for nothing, so it keeps nobody waiting.
            found.limit = f32::NEG_INFINITY;
        }
        Asker { slot, best, found, ruler }
    }

    /// Offers the points of a leaf to all askers that it is near enough for.
    fn meet(
        &self,
        panels: &TreePanels,
        leaf: usize,
        blocks: &[QueryBlock],
        askers: &mut [Asker],
        nearest: f32,
        scratch: &mut Scratch,
    ) {
        let below = self.nodes[leaf].range();
        let first_panel = self.nodes[leaf].panel as usize;
        let count = below.len().div_ceil(LANES);
        scratch.tiles.resize(count.max(scratch.tiles.len()), Tile::ZERO);
        let tiles = &mut scratch.tiles[..count];
        for (block, askers) in blocks.iter().zip(askers.chunks_mut(QUERIES)) {
            if nearest < f32::INFINITY && nearest > reach(askers) {
                continue;
            }
            let mut limits = [f32::NEG_INFINITY; QUERIES];
            limits.iter_mut().zip(&*askers).for_each(|(limit, asker)| *limit = asker.found.limit);
            panels.leaves.tiles(Level::detect(), block, &limits, first_panel, tiles);
            for (asker, query) in askers.iter_mut().zip(0..) {
                let mut any = 0;
                for ((panel, first), tile) in (first_panel..).zip(below.clone().step_by(LANES)).zip(&*tiles) {
                    let lanes = u16::MAX >> (LANES - (below.end - first).min(LANES));
                    let hits = tile.hits[query] & lanes;
                    any |= hits;
                    let scales = panels.leaves.scales(panel);
                    asker.found.push_hits(hits, &tile.keys[query], scales, &asker.ruler, |lane| {
                        let other = first + lane;
                        (other != asker.slot && !self.is_removed(other)).then_some(other as u32)
                    });
                }
                if any != 0 {
                    asker.found.thin_early(&asker.ruler);
                }
            }
        }
    }

    #[inline]
    fn is_removed(&self, slot: usize) -> bool {
        self.removed.contains(self.indices[slot])
    }
}

/// The greatest distance, in image units, at which a point may matter to any of them.
fn reach(askers: &[Asker]) -> f32 {
    askers.iter().map(|asker| asker.ruler.reach(asker.found.limit)).fold(0.0, f32::max)
}
