//! Best-first search: the node that may hold the nearest point is opened next, until none can matter.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use simd_kernels::Level;
use simd_kernels::panel::LANES;

use super::topology::Node;
use super::{CoverTree, NO_SLOT, TreePanels};
use crate::best::{Best, Candidates, measure};
use crate::index::{Index, Request};
use crate::metric::Metric;
use crate::panels::Prepared;
use crate::scan::fetch;
use crate::{Error, Neighbour, Neighbours, Points, Search};

/// A node in the queue: nothing below it is nearer than `nearest`, which is not negative.
///
/// Both fit one word, whose order is that of `nearest` and then of the id: a float that is not negative orders as its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Open(u64);

impl Open {
    #[inline]
    pub(super) fn new(nearest: f32, node: u32) -> Reverse<Self> {
        Reverse(Self((u64::from(nearest.to_bits()) << 32) | u64::from(node)))
    }

    #[inline]
    pub(super) fn nearest(self) -> f32 {
        f32::from_bits((self.0 >> 32) as u32)
    }

    #[inline]
    pub(super) fn node(self) -> usize {
        self.0 as u32 as usize
    }
}

/// The greatest f32 that is not greater, for a number that is not negative.
fn round_down(x: f64) -> f32 {
    let rounded = x as f32;
    if f64::from(rounded) > x { rounded.next_down() } else { rounded }
}

/// What a search keeps between queries, so that it allocates once a batch.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    queue: BinaryHeap<Reverse<Open>>,
    keys: Vec<[f32; LANES]>,
}

/// How much a search did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// Points compared, centres included.
    pub(super) compared: usize,
    /// Where the budget ended the search: nothing unseen is nearer than this.
    pub(super) unseen: Option<f64>,
}

impl<S: Points, M: Metric<S::Point>> CoverTree<S, M> {
    /// The neighbours, and the work, of a search that compares at most about `budget` points.
    pub(super) fn run(
        &self,
        request: &Request<'_, S::Point>,
        scratch: &mut Scratch,
        budget: usize,
    ) -> (Vec<Neighbour>, Work) {
        if request.search.is_void() {
            return (Vec::new(), Work::default());
        }
        let mut best = Best::new(&request.search);
        for slot in self.indexed..self.indices.len() {
            self.offer(&mut best, request, slot);
        }
        scratch.queue.clear();
        if self.nodes.first().is_some_and(|root| root.index_min < request.search.before) {
            scratch.queue.push(Open::new(0.0, 0));
        }
        let mut work = match &self.blocks {
            Some(panels) => self.run_panels(panels, request, scratch, budget, &mut best),
            None => self.run_plain(request, scratch, budget, &mut best),
        };
        work.compared += self.indices.len() - self.indexed;
        (best.into_sorted(), work)
    }

    /// How many points and centres an exact search for the `k` nearest compares.
    pub(crate) fn compared(&self, query: &S::Point, k: usize) -> usize {
        let request = Request { point: query, search: crate::Search::nearest(k) };
        self.run(&request, &mut Scratch::default(), usize::MAX).1.compared
    }

    #[inline]
    fn offer(&self, best: &mut Best, request: &Request<'_, S::Point>, slot: usize) {
        let index = self.indices[slot];
        if request.search.allows(index) && !self.removed.contains(index) {
            best.offer(measure(&self.metric, request.point, self.points.point(slot), index));
        }
    }

    /// Distances one by one, in f64.
    fn run_plain(
        &self,
        request: &Request<'_, S::Point>,
        scratch: &mut Scratch,
        budget: usize,
        best: &mut Best,
    ) -> Work {
        let rounding = self.metric.rounding();
        let mut work = Work::default();
        while let Some(Reverse(open)) = scratch.queue.pop() {
            let nearest = f64::from(open.nearest());
            let bound = rounding.above(self.metric.triangle(best.worst()));
            if nearest > bound {
                break;
            }
            if work.compared >= budget {
                work.unseen = Some(nearest);
                break;
            }
            let node = &self.nodes[open.node()];
            work.compared += node.range().len();
            if node.is_leaf() {
                node.range().for_each(|slot| self.offer(best, request, slot));
                continue;
            }
            for child in node.range() {
                let Node { centre, radius, index_min, .. } = self.nodes[child];
                if index_min >= request.search.before {
                    continue;
                }
                let centre = self.points.point(centre as usize);
                let distance = crate::oracle::distance(&self.metric, request.point, centre);
                // Infinity minus infinity: an infinite radius rules nothing out.
                let gap = (rounding.below(self.metric.triangle(distance)) - radius).max(nearest);
                if gap <= bound {
                    scratch.queue.push(Open::new(round_down(gap), child as u32));
                }
            }
        }
        work
    }

    /// A panel of children or points at a time, in f32; f64 decides among what is left.
    fn run_panels(
        &self,
        panels: &TreePanels,
        request: &Request<'_, S::Point>,
        scratch: &mut Scratch,
        budget: usize,
        best: &mut Best,
    ) -> Work {
        let level = Level::detect();
        let triangle = |distance| self.metric.triangle(distance);
        let Prepared { values, ruler, .. } = panels.leaves.prepare(&self.metric, request.point);
        let search = request.search.within(best.worst());
        let mut found = Candidates::new(&search, &ruler, triangle);
        let mut work = Work::default();
        let mut limit = found.limit;
        let mut bound = ruler.reach(limit);
        // Until there is a bound, the next node is the child whose centre is nearest: the sooner a leaf is found, and the
        // nearer it is, the fewer nodes are queued at all.
        let mut child = None;
        while let Some(Reverse(open)) = child.take().or_else(|| scratch.queue.pop()) {
            let nearest = open.nearest();
            if nearest > bound {
                break;
            }
            if work.compared >= budget {
                let queued = scratch.queue.peek().map_or(nearest, |Reverse(other)| other.nearest());
                work.unseen = Some(f64::from(nearest.min(queued)) / panels.leaves.layout.scale);
                break;
            }
            let node = &self.nodes[open.node()];
            if node.index_min >= request.search.before {
                continue;
            }
            let below = node.range();
            work.compared += below.len();
            let first_panel = node.panel as usize;
            let count = below.len().div_ceil(LANES);
            if scratch.keys.len() < count {
                scratch.keys.resize(count, [0.0; LANES]);
            }
            let keys = &mut scratch.keys[..count];
            let firsts = below.clone().step_by(LANES);
            let lanes = |first: usize| u16::MAX >> (LANES - (below.end - first).min(LANES));
            if node.is_leaf() {
                panels.leaves.row(level, &values, first_panel, keys);
                for ((first, panel), keys) in firsts.zip(first_panel..).zip(&*keys) {
                    let hits = hits(keys, found.limit) & lanes(first);
                    found.push_hits(hits, keys, panels.leaves.scales(panel), &ruler, |lane| {
                        let index = self.indices[first + lane];
                        let wanted = request.search.allows(index) && !self.removed.contains(index);
                        wanted.then_some((first + lane) as u32)
                    });
                }
                found.thin_early(&ruler);
                if found.limit < limit {
                    limit = found.limit;
                    bound = ruler.reach(limit);
                }
                continue;
            }
            panels.centres.row(level, &values, first_panel, keys);
            let mut key_min = if bound == f32::INFINITY { f32::INFINITY } else { f32::NEG_INFINITY };
            for ((first, radii), keys) in firsts.zip(&panels.radii[first_panel..]).zip(&*keys) {
                let gaps = ruler.gaps(keys, radii, nearest);
                let mut left = hits(&gaps, bound) & lanes(first);
                while left != 0 {
                    let lane = left.trailing_zeros() as usize;
                    left &= left - 1;
                    let open = Open::new(gaps[lane], (first + lane) as u32);
                    if keys[lane] >= key_min {
                        scratch.queue.push(open);
                        continue;
                    }
                    key_min = keys[lane];
                    if let Some(farther) = child.replace(open) {
                        scratch.queue.push(farther);
                    }
                }
            }
        }
        let neighbour = |slot: u32| {
            measure(
                &self.metric,
                request.point,
                self.points.point(slot as usize),
                self.indices[slot as usize],
            )
        };
        let prefetch = |slot: u32| fetch(self.points.point(slot as usize));
        found.finish(best, &ruler, triangle, prefetch, neighbour);
        work
    }
}

/// Which keys are at most the limit; sixteen comparisons that the compiler makes one or two of.
#[inline]
pub(super) fn hits(keys: &[f32; LANES], limit: f32) -> u16 {
    keys.iter().enumerate().fold(0, |hits, (lane, &key)| hits | (u16::from(key <= limit) << lane))
}

impl<S: Points, M: Metric<S::Point>> Index for CoverTree<S, M> {
    type Points = S;

    fn end(&self) -> usize {
        self.slots.len()
    }

    fn point(&self, index: u32) -> Option<&S::Point> {
        let slot = *self.slots.get(index as usize)?;
        (slot != NO_SLOT).then(|| self.points.point(slot as usize))
    }

    fn check(&self, point: &S::Point) -> Result<(), Error> {
        self.points.check(point)?;
        self.metric.check(point)
    }

    fn all_knn(&self, k: usize) -> Neighbours {
        let mut rows = vec![Vec::new(); self.end()];
        let Some(panels) = self.blocks.as_ref().filter(|_| k > 0) else {
            return self.all_knn_singly(k);
        };
        for (slot, row) in self.join(panels, k) {
            rows[self.indices[slot] as usize] = row;
        }
        // Points that were inserted since the last rebuild are in no leaf.
        for slot in self.indexed..self.indices.len() {
            let index = self.indices[slot];
            if !self.removed.contains(index) {
                let search = Search::nearest(k).except(index);
                let request = Request { point: self.points.point(slot), search };
                rows[index as usize] = self.run(&request, &mut Scratch::default(), usize::MAX).0;
            }
        }
        Neighbours::from_rows(rows)
    }

    fn answer(&self, requests: &[Request<'_, S::Point>]) -> Vec<Vec<Neighbour>> {
        let mut scratch = Scratch::default();
        requests.iter().map(|request| self.run(request, &mut scratch, usize::MAX).0).collect()
    }
}
