//! The exact blocked scan: every query against every point, eight queries and sixteen points at a time.
//!
//! ```text
//! for each batch of panels                      stays in the second-level cache
//!     for each eight queries
//!         keys and hits of 8 x 16 x 16 pairs    one kernel call, f32
//!         offer the hits                        few, once the limits are low
//! for each query: distances in f64 of what was kept, nearest key first
//! ```
//! **Error bound.** A key in f32 is within a certified bound of the distance (the rules are in `ruler.rs`), and a point
//! is dropped only if its key lies beyond that of the k-th by more than both bounds. So the answer is that of f64 brute
//! force, whatever the data; bad data only makes more candidates.
//!
//! **Ill-conditioned points.** Under [`Residual`](crate::Residual), points whose `p` is near the floor, above all the
//! inducing points themselves, have keys that say little. They stand in panels of their own, which are scanned last,
//! when the k-th distance in f64 is known.

use simd_kernels::Level;
use simd_kernels::panel::{LANES, QUERIES, Tile};

use crate::best::{Best, Candidates, measure};
use crate::index::{Index, Request};
use crate::metric::{Blocks, Metric};
use crate::panels::{BATCH, Panels, Prepared, QueryBlock};
use crate::{Error, Neighbour, Points};

/// An index that compares every query with every point: the engine where no tree can prune.
///
/// Use it for the residual metric, for uniform data from some 20 dimensions on, and for a metric without a triangle
/// inequality.
///
/// # Examples
/// ```
/// use cover_tree::{Euclidean, Index, Rows, Scan};
///
/// let points = Rows::new(vec![0.0_f32, 0.0, 3.0, 4.0, 1.0, 1.0], 2)?;
/// let scan = Scan::new(points, Euclidean)?;
/// let found = scan.knn(&[0.0, 0.0], 2)?;
/// assert_eq!(found.iter().map(|n| n.index).collect::<Vec<_>>(), [0, 2]);
/// assert_eq!(scan.radius(&[0.0, 0.0], 5.0)?[2].distance, 5.0);
/// # Ok::<(), cover_tree::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scan<S, M> {
    points: S,
    metric: M,
    /// Well-conditioned points first, then the others; none where the metric has no blocks.
    parts: Vec<Part>,
}

/// Panels and the indices of their points, ascending.
#[derive(Clone, Debug)]
struct Part {
    panels: Panels,
    indices: Vec<u32>,
}

impl<S: Points, M: Metric<S::Point>> Scan<S, M> {
    /// Copies the points into panels.
    ///
    /// Time: O(n). Allocates 4 bytes a coordinate besides the points.
    ///
    /// # Errors
    /// If a point is not one of the metric's space, or there are more than 2^32 - 2.
    pub fn new(points: S, metric: M) -> Result<Self, Error> {
        check_points(&points, &metric)?;
        let parts = split(&points, &metric)
            .into_iter()
            .filter(|indices| !indices.is_empty())
            .filter_map(|indices| Some(Part { panels: Panels::new(&points, &metric, &indices)?, indices }))
            .collect();
        Ok(Self { points, metric, parts })
    }

    /// The points, in their own order.
    pub fn points(&self) -> &S {
        &self.points
    }

    /// The metric.
    pub fn metric(&self) -> &M {
        &self.metric
    }

    /// Bytes that the panels take, besides the points.
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.panels.bytes() + size_of_val(&part.indices[..])).sum()
    }

    fn neighbour(&self, query: &S::Point, index: u32) -> Neighbour {
        measure(&self.metric, query, self.points.point(index as usize), index)
    }

    /// Without blocks: one distance after the other.
    fn plain(&self, request: &Request<'_, S::Point>) -> Vec<Neighbour> {
        let mut best = Best::new(&request.search);
        let end = self.points.len().min(request.search.before as usize) as u32;
        for index in (0..end).filter(|&index| request.search.allows(index)) {
            best.offer(self.neighbour(request.point, index));
        }
        best.into_sorted()
    }

    /// Offers all points of a part whose keys are within the candidates' limits.
    fn scan(&self, part: &Part, requests: &[Request<'_, S::Point>], prepared: &[Prepared], found: &mut [Candidates]) {
        let level = Level::detect();
        let blocks: Vec<QueryBlock> = prepared.chunks(QUERIES).map(QueryBlock::new).collect();
        // A tile that no query of its block may look at is not computed: predecessors come first.
        let ends: Vec<usize> = requests
            .chunks(QUERIES)
            .map(|block| {
                let before = block.iter().map(|request| request.search.before).max().unwrap_or(0);
                part.indices.partition_point(|&index| index < before).div_ceil(LANES)
            })
            .collect();
        let panels = part.panels.len().div_ceil(LANES);
        let mut tiles = [Tile::ZERO; BATCH];
        for first in (0..panels).step_by(BATCH) {
            for (block, queries) in blocks.iter().enumerate() {
                let count = ends[block].saturating_sub(first).min(BATCH);
                if count == 0 {
                    continue;
                }
                let found = &mut found[block * QUERIES..];
                let requests = &requests[block * QUERIES..];
                let prepared = &prepared[block * QUERIES..];
                let limits = std::array::from_fn(|i| found.get(i).map_or(f32::NEG_INFINITY, |found| found.limit));
                part.panels.tiles(level, queries, &limits, first, &mut tiles[..count]);
                for (panel, tile) in tiles[..count].iter().enumerate() {
                    for (i, &hits) in tile.hits.iter().enumerate().filter(|(_, hits)| **hits != 0) {
                        let offer = Offer { search: &requests[i].search, indices: &part.indices };
                        offer.hits(hits, &tile.keys[i], (first + panel) * LANES, &prepared[i], &mut found[i]);
                    }
                }
            }
        }
    }
}

/// What decides whether a hit is a candidate.
struct Offer<'a> {
    search: &'a crate::Search<'a>,
    indices: &'a [u32],
}

impl Offer<'_> {
    #[inline]
    fn hits(&self, hits: u16, keys: &[f32; LANES], first: usize, prepared: &Prepared, found: &mut Candidates) {
        let mut left = hits;
        while left != 0 {
            let lane = left.trailing_zeros() as usize;
            left &= left - 1;
            let index = self.indices[first + lane];
            if keys[lane] <= found.limit && self.search.allows(index) {
                found.push(keys[lane], index, &prepared.ruler);
            }
        }
    }
}

impl<S: Points, M: Metric<S::Point>> Index for Scan<S, M> {
    type Points = S;

    fn end(&self) -> usize {
        self.points.len()
    }

    fn point(&self, index: u32) -> Option<&S::Point> {
        ((index as usize) < self.points.len()).then(|| self.points.point(index as usize))
    }

    fn check(&self, point: &S::Point) -> Result<(), Error> {
        self.points.check(point)?;
        self.metric.check(point)
    }

    fn answer(&self, requests: &[Request<'_, S::Point>]) -> Vec<Vec<Neighbour>> {
        let mut rows = vec![Vec::new(); requests.len()];
        let wanted: Vec<usize> = (0..requests.len()).filter(|&i| !requests[i].search.is_void()).collect();
        if self.parts.is_empty() {
            wanted.into_iter().for_each(|i| rows[i] = self.plain(&requests[i]));
            return rows;
        }
        let asked: Vec<_> = wanted.iter().map(|&i| requests[i]).collect();
        let mut best: Vec<Best> = asked.iter().map(|request| Best::new(&request.search)).collect();
        let triangle = |distance| self.metric.triangle(distance);
        for part in &self.parts {
            let prepared: Vec<Prepared> =
                asked.iter().map(|request| part.panels.prepare(&self.metric, request.point)).collect();
            let mut found: Vec<Candidates> = (0..asked.len())
                .map(|i| {
                    // What an earlier part found bounds this one.
                    let search = asked[i].search.within(best[i].worst());
                    Candidates::new(&search, &prepared[i].ruler, triangle)
                })
                .collect();
            self.scan(part, &asked, &prepared, &mut found);
            for (i, found) in found.into_iter().enumerate() {
                let neighbour = |index| self.neighbour(asked[i].point, index);
                found.finish(&mut best[i], &prepared[i].ruler, triangle, neighbour);
            }
        }
        for (i, best) in wanted.into_iter().zip(best) {
            rows[i] = best.into_sorted();
        }
        rows
    }
}

/// Whether every point can be in an index under this metric.
pub(crate) fn check_points<S: Points>(points: &S, metric: &impl Metric<S::Point>) -> Result<(), Error> {
    if points.len() >= u32::MAX as usize {
        return Err(Error::TooManyPoints { points: points.len() });
    }
    (0..points.len()).try_for_each(|position| metric.check(points.point(position)))
}

/// The indices of well-conditioned and of ill-conditioned points.
///
/// A point is well-conditioned if the error of its keys, seen by a query of median `p`, moves the correlation by at
/// most a hundredth.
fn split<S: Points>(points: &S, metric: &impl Metric<S::Point>) -> [Vec<u32>; 2] {
    let all: Vec<u32> = (0..points.len() as u32).collect();
    let Blocks::Residual(residuals) = metric.blocks() else { return [all, Vec::new()] };
    let residual = residuals.residual();
    let variance = residual.parameters().variance;
    let scale = |index: u32| residuals.row(points.point(index as usize)).last().map_or(0.0, |s| s * variance.sqrt());
    let mut scales: Vec<f64> = all.iter().map(|&index| scale(index)).collect();
    let Some(middle) = scales.len().checked_sub(1).map(|last| last / 2) else { return [all, Vec::new()] };
    let median = *scales.select_nth_unstable_by(middle, f64::total_cmp).1;
    let error = crate::ruler::numerator_error(residual.dimension(), residual.rank(), 1.0, 0.0);
    let scale_max = 0.005 / (error * median);
    let (well, ill) = all.into_iter().partition(|&index| scale(index) <= scale_max);
    [well, ill]
}
