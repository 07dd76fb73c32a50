//! What a scan sweeps over: panels in f32 or mostly in 16-bit integers, or the points' own rows in f64.

use simd_kernels::panel::{self, LANES, QUERIES, RowQueries, Tile};
use simd_kernels::{Level, prefetch_bytes};

use super::sweep::Source;
use crate::Points;
use crate::metric::Residuals;
use crate::panels::{Panels, QueryBlock, WordBlock, WordPanels};

/// Panels, for queries that f32 can tell apart.
pub(super) struct Singles<'a> {
    pub(super) panels: &'a Panels,
    pub(super) blocks: Vec<QueryBlock>,
    /// What most points are in, if these are the panels of the others.
    pub(super) words: Option<&'a WordPanels>,
}

impl Source for Singles<'_> {
    fn len(&self) -> usize {
        self.panels.len()
    }

    fn tiles(&self, block: usize, limits: &[f32; QUERIES], first: usize, tiles: &mut [Tile]) {
        self.panels.tiles(Level::detect(), &self.blocks[block], limits, first, tiles);
    }

    fn scales(&self, panel: usize) -> Option<[f32; LANES]> {
        let scales = self.panels.scales(panel).copied();
        // Rulers have the slack of integers, which times the floor is that of f32, rounded up.
        match self.words {
            Some(words) => scales.map(|scales| scales.map(|scale| 1.000_01 * words.floor() * scale)),
            None => scales,
        }
    }

    fn position(&self, slot: usize) -> u32 {
        self.words.map_or(slot as u32, |words| words.others[slot])
    }

    fn slots_before(&self, before: u32) -> usize {
        match self.words {
            Some(words) => words.others.partition_point(|other| *other < before),
            None => self.len().min(before as usize),
        }
    }
}

/// Panels that are mostly integers, whose NaN scales leave out some points.
pub(super) struct Mixed<'a> {
    pub(super) panels: &'a WordPanels,
    pub(super) blocks: Vec<WordBlock>,
}

impl Source for Mixed<'_> {
    fn len(&self) -> usize {
        self.panels.len()
    }

    fn tiles(&self, block: usize, limits: &[f32; QUERIES], first: usize, tiles: &mut [Tile]) {
        self.panels.tiles(Level::detect(), &self.blocks[block], limits, first, tiles);
    }

    fn scales(&self, panel: usize) -> Option<[f32; LANES]> {
        Some(*self.panels.reaches(panel))
    }
}

/// Rows in f64, for the ill-conditioned queries of the residual metric: twice the work of panels, not eight times, since
/// eight queries share each number of a row.
pub(super) struct Doubles<'a, S: Points> {
    points: &'a S,
    residuals: &'a dyn Residuals<S::Point>,
    blocks: Vec<RowBlock>,
}

/// Eight queries side by side; missing ones repeat the last.
struct RowBlock {
    /// Coordinates and vectors, row by row.
    values: Vec<[f64; QUERIES]>,
    slack: [f64; QUERIES],
}

impl<'a, S: Points> Doubles<'a, S> {
    /// `longest` is the length of the longest vector.
    pub(super) fn new(
        points: &'a S,
        residuals: &'a dyn Residuals<S::Point>,
        queries: &[&[f64]],
        longest: f64,
    ) -> Self {
        let residual = residuals.residual();
        let block = |queries: &[&[f64]]| {
            let query = |i: usize| queries[i.min(queries.len() - 1)];
            RowBlock {
                values: (0..query(0).len() - 1).map(|row| std::array::from_fn(|i| query(i)[row])).collect(),
                slack: std::array::from_fn(|i| residual.row_slack(query(i), longest)),
            }
        };
        Self { points, residuals, blocks: queries.chunks(QUERIES).map(block).collect() }
    }

    /// A panel's rows; missing ones repeat the last.
    fn rows(&self, panel: usize) -> [&[f64]; LANES] {
        let first = panel * LANES;
        let last = self.points.len() - 1;
        std::array::from_fn(|lane| self.residuals.row(self.points.point((first + lane).min(last))))
    }
}

impl<S: Points> Source for Doubles<'_, S> {
    fn len(&self) -> usize {
        self.points.len()
    }

    fn tiles(&self, block: usize, limits: &[f32; QUERIES], first: usize, tiles: &mut [Tile]) {
        let residual = self.residuals.residual();
        let parameters = residual.parameters();
        let RowBlock { values, slack } = &self.blocks[block];
        let (coordinates, vectors) = values.split_at(residual.dimension());
        let queries = RowQueries { coordinates, vectors, variance: parameters.variance, slack, limits };
        for (panel, tile) in (first..).zip(tiles) {
            let rows = self.rows(panel);
            if block == 0 {
                // Eight rows of a page side by side are no stream that a processor would follow by itself.
                for row in self.rows(panel + 1) {
                    prefetch_bytes(row.as_ptr(), size_of_val(row));
                }
            }
            panel::residual_rows(Level::detect(), parameters.unit_kernel(), &queries, &rows, tile);
        }
    }

    fn scales(&self, panel: usize) -> Option<[f32; LANES]> {
        Some(self.rows(panel).map(|row| row[row.len() - 1] as f32))
    }
}
