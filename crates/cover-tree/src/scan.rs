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
//! **Integers.** Under [`Residual`](crate::Residual) most of the work is dot products of long vectors, and 16 bits say
//! enough of most of them (`panels/words.rs`): then two sources are swept, one after the other.
//!
//! **Ill-conditioned points.** Under [`Residual`](crate::Residual), keys of points whose `p` is near the floor, above
//! all of the inducing points themselves, say little. Their error is known one by one, so they are candidates where
//! they may matter, and never lower a limit that they cannot vouch for.

mod source;
mod sweep;

use simd_kernels::panel::QUERIES;

use crate::best::{Best, Candidates, measure};
use crate::index::{Index, Request};
use crate::metric::{Blocks, Metric};
use crate::panels::{Layout, Panels, QueryBlock, WordPanels};
use crate::ruler::Ruler;
use crate::{Error, Neighbour, Points};
use source::{Doubles, Mixed, Singles};
use sweep::{Source, sweep};

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
    /// In the points' own order; none where the metric has no blocks.
    panels: Option<Panels>,
    /// Where 16 bits do for most points: then the panels above are of the others.
    words: Option<Box<WordPanels>>,
}

impl<S: Points, M: Metric<S::Point>> Scan<S, M> {
    /// Copies the points into panels.
    ///
    /// Time: O(n). Allocates 4 bytes a coordinate besides the points, or some 2 for residual vectors.
    ///
    /// # Errors
    /// If a point is not one of the metric's space, or there are more than 2^32 - 2.
    pub fn new(points: S, metric: M) -> Result<Self, Error> {
        check_points(&points, &metric)?;
        let layout = Layout::new(&points, &metric);
        let words =
            layout.as_ref().and_then(|layout| WordPanels::new(layout, &points, &metric)).map(Box::new);
        let panels = layout.map(|layout| match &words {
            Some(words) => Panels::with_layout(layout, &points, &metric, &words.others),
            None => {
                let all: Vec<u32> = (0..points.len() as u32).collect();
                Panels::with_layout(layout, &points, &metric, &all)
            }
        });
        Ok(Self { points, metric, panels, words })
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
        self.panels.as_ref().map_or(0, Panels::bytes) + self.words.as_ref().map_or(0, |words| words.bytes())
    }

    fn neighbour(&self, query: &S::Point, index: u32) -> Neighbour {
        measure(&self.metric, query, self.points.point(index as usize), index)
    }

    /// Sweeps for some of the requests, measures their candidates in f64, and writes their rows.
    fn run(
        &self,
        sources: &[&dyn Source],
        requests: &[Request<'_, S::Point>],
        wanted: &[usize],
        rulers: Vec<Ruler>,
        rows: &mut [Vec<Neighbour>],
    ) {
        let asked: Vec<_> = wanted.iter().map(|&i| requests[i]).collect();
        let triangle = |distance| self.metric.triangle(distance);
        let each = asked.iter().zip(&rulers);
        let mut found: Vec<Candidates> =
            each.map(|(request, ruler)| Candidates::new(&request.search, ruler, triangle)).collect();
        sweep(sources, &asked, &rulers, &mut found);
        for (((&i, request), ruler), found) in wanted.iter().zip(&asked).zip(&rulers).zip(found) {
            let mut best = Best::new(&request.search);
            let neighbour = |index| self.neighbour(request.point, index);
            let prefetch = |index: u32| fetch(self.points.point(index as usize));
            found.finish(&mut best, ruler, triangle, prefetch, neighbour);
            rows[i] = best.into_sorted();
        }
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

    fn is_ill(&self, point: &S::Point) -> bool {
        match (self.metric.blocks(), &self.panels) {
            (Blocks::Residual(residuals), Some(panels)) => panels.layout.seems_ill(residuals.row(point)),
            _ => false,
        }
    }

    fn answer(&self, requests: &[Request<'_, S::Point>]) -> Vec<Vec<Neighbour>> {
        let mut rows = vec![Vec::new(); requests.len()];
        let asked = (0..requests.len()).filter(|&i| !requests[i].search.is_void());
        let Some(panels) = &self.panels else {
            asked.for_each(|i| rows[i] = self.plain(&requests[i]));
            return rows;
        };
        let (mut ill, mut wanted, mut well, mut splits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for i in asked {
            let mut prepared = panels.prepare(&self.metric, requests[i].point);
            if prepared.beyond {
                rows[i] = self.plain(&requests[i]);
                continue;
            }
            let split = self.words.as_ref().map(|words| words.split(&mut prepared));
            if prepared.ill {
                ill.push(i);
            } else {
                wanted.push(i);
                well.push(prepared);
                splits.extend(split);
            }
        }
        let rulers = well.iter().map(|prepared| prepared.ruler).collect();
        let blocks = well.chunks(QUERIES).map(QueryBlock::new).collect();
        let singles = Singles { panels, blocks, words: self.words.as_deref() };
        if let Some(words) = &self.words {
            let blocks = well.chunks(QUERIES).zip(splits.chunks(QUERIES));
            let blocks = blocks.map(|(queries, splits)| words.block(queries, splits)).collect();
            self.run(&[&Mixed { panels: words, blocks }, &singles], requests, &wanted, rulers, &mut rows);
        } else {
            self.run(&[&singles], requests, &wanted, rulers, &mut rows);
        }
        if let Blocks::Residual(residuals) = self.metric.blocks()
            && !ill.is_empty()
        {
            let row = |&i: &usize| residuals.row(requests[i].point);
            let longest = panels.layout.longest();
            let rulers = ill.iter().map(|i| residuals.residual().row_ruler(row(i), longest)).collect();
            let asked: Vec<&[f64]> = ill.iter().map(row).collect();
            let source = Doubles::new(&self.points, residuals, &asked, longest);
            self.run(&[&source], requests, &ill, rulers, &mut rows);
        }
        rows
    }
}

/// Asks for a point's memory ahead of its use.
pub(crate) fn fetch<P: ?Sized>(point: &P) {
    simd_kernels::prefetch_bytes(std::ptr::from_ref(point).cast::<u8>(), size_of_val(point).min(FETCHED));
}

/// Bytes of a point that are asked for; the processor follows a longer run by itself.
const FETCHED: usize = 512;

/// Whether every point can be in an index under this metric.
pub(crate) fn check_points<S: Points>(points: &S, metric: &impl Metric<S::Point>) -> Result<(), Error> {
    if points.len() >= u32::MAX as usize {
        return Err(Error::TooManyPoints { points: points.len() });
    }
    (0..points.len()).try_for_each(|position| metric.check(points.point(position)))
}
