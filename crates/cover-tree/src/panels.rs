//! Points as panels of sixteen, the form that the kernels take.

mod layout;
mod words;

pub(crate) use layout::{Layout, Prepared};
pub(crate) use words::{WordBlock, WordPanels};

use layout::Form;
use simd_kernels::Level;
use simd_kernels::panel::{self, LANES, Lanes, QUERIES, ResidualQueries, Tile};

use crate::Points;
use crate::metric::Metric;
use crate::ruler::Ruler;
use crate::storage::Storage;

/// The panels of some points, in the points' order; the last one is filled up with zeros.
#[derive(Clone, Debug)]
pub(crate) struct Panels {
    pub(crate) layout: Layout,
    pub(crate) lanes: Storage<Lanes>,
    len: usize,
}

impl Panels {
    /// The panels of the points at these positions, in a layout whose error covers them.
    pub(crate) fn with_layout<S: Points>(
        layout: Layout,
        points: &S,
        metric: &impl Metric<S::Point>,
        positions: &[u32],
    ) -> Self {
        let rows = layout.rows();
        let mut lanes = vec![Lanes::default(); positions.len().div_ceil(LANES) * rows];
        let mut values = vec![0.0; rows];
        for (slot, &position) in positions.iter().enumerate() {
            layout.write(metric.blocks(), points.point(position as usize), &mut values);
            let panel = &mut lanes[slot / LANES * rows..][..rows];
            for (lanes, value) in panel.iter_mut().zip(&values) {
                lanes.0[slot % LANES] = *value as f32;
            }
        }
        Self { layout, lanes: lanes.into(), len: positions.len() }
    }

    /// Panels that were written before, whose layout and length were checked.
    pub(crate) fn from_parts(layout: Layout, lanes: Storage<Lanes>) -> Self {
        let len = lanes.len() / layout.rows() * LANES;
        Self { layout, lanes, len }
    }

    /// Whether the first point of the first panel is this one: a saved index must meet the metric it was built with.
    pub(crate) fn begin_with<P: ?Sized>(&self, metric: &impl Metric<P>, point: &P) -> bool {
        let mut values = vec![0.0; self.layout.rows()];
        self.layout.write(metric.blocks(), point, &mut values);
        values.iter().zip(&*self.lanes).all(|(value, lanes)| *value as f32 == lanes.0[0])
    }

    /// Points in all panels.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The keys of one query's image and `keys.len()` panels from `first` on.
    #[inline]
    pub(crate) fn row(&self, level: Level, query: &[f32], first: usize, keys: &mut [[f32; LANES]]) {
        let Form::Image(norm) = self.layout.form else { unreachable!("trees have panels of images alone") };
        let rows = query.len();
        let panels = &self.lanes[first * rows..][..keys.len() * rows];
        panel::norm_row(level, norm, query, panels, keys);
    }

    /// What [`Ruler::loosen`] takes of a panel's points: for residuals `1 / sqrt(p)`, for projections what they leave out.
    #[inline]
    pub(crate) fn scales(&self, panel: usize) -> Option<&[f32; LANES]> {
        let exact = matches!(self.layout.form, Form::Image(_)) && self.layout.projection.is_none();
        (!exact).then(|| &self.lanes[(panel + 1) * self.layout.rows() - 1].0)
    }

    /// Half of a panel's points as queries.
    pub(crate) fn half(&self, panel: usize, half: usize) -> QueryBlock {
        let rows = self.layout.rows();
        let points = |lanes: &Lanes| std::array::from_fn(|i| lanes.0[half * QUERIES + i]);
        let values = self.lanes[panel * rows..][..rows].iter().map(points).collect();
        QueryBlock { values, slack: [0.0; QUERIES] }
    }

    /// The ruler of a point in a panel of images, as [`Panels::prepare`] makes it.
    pub(crate) fn ruler_of<P: ?Sized>(&self, metric: &impl Metric<P>, panel: usize, lane: usize) -> Ruler {
        let Form::Image(norm) = self.layout.form else { unreachable!("trees have panels of images alone") };
        let left_out = match self.layout.projection {
            Some(_) => self.lanes[(panel + 1) * self.layout.rows() - 1].0[lane],
            None => 0.0,
        };
        self.layout.ruler(norm, self.layout.error, left_out, metric)
    }

    /// Bytes of the rows.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.lanes[..])
    }

    /// A query in the panels' form.
    pub(crate) fn prepare<P: ?Sized>(&self, metric: &impl Metric<P>, query: &P) -> Prepared {
        self.layout.prepare(metric, query)
    }

    /// The keys of up to eight queries and `tiles.len()` panels from `first` on; each query's hits are the keys up to
    /// its limit, the last panel's padding among them.
    pub(crate) fn tiles(
        &self,
        level: Level,
        queries: &QueryBlock,
        limits: &[f32; QUERIES],
        first: usize,
        tiles: &mut [Tile],
    ) {
        let rows = self.layout.rows();
        let panels = &self.lanes[first * rows..][..tiles.len() * rows];
        match self.layout.form {
            Form::Image(norm) => panel::norm_tiles(level, norm, &queries.values, panels, limits, tiles),
            Form::Residual { covariance, .. } => {
                let (coordinates, vectors) = queries.values.split_at(self.layout.centre.len());
                let queries = ResidualQueries { coordinates, vectors, slack: &queries.slack, limits };
                panel::residual_tiles(level, covariance, &queries, panels, tiles);
            }
        }
    }
}

/// Eight prepared queries, row by row; missing ones repeat the last.
#[derive(Clone, Debug)]
pub(crate) struct QueryBlock {
    values: Vec<[f32; QUERIES]>,
    slack: [f32; QUERIES],
}

impl QueryBlock {
    pub(crate) fn new(queries: &[Prepared]) -> Self {
        let query = |i: usize| &queries[i.min(queries.len() - 1)];
        let rows = query(0).values.len();
        Self {
            values: (0..rows).map(|row| std::array::from_fn(|i| query(i).values[row])).collect(),
            slack: std::array::from_fn(|i| query(i).slack),
        }
    }
}
