//! Panels of residual rows with most of each vector in 16-bit integers: half the memory and half the multiplications.
//!
//! A vector `v` is split into its coordinates `c` along a few leading axes, which stay f32, and a tail `t`, which is
//! rounded to integers times a step of its own, `t = step q + e`. Axes are principal: the tail keeps little of the length,
//! and its rounding error is that much smaller.
//!
//! **Error.** The axes are orthonormal, so `v_x . v_y = c_x . c_y + t_x . t_y` (but for less than 1e-7 of the lengths; see
//! [`AXES_MAX`]), and
//!
//! ```text
//! | t_x . t_y - (t_x - e_x) . (t_y - e_y) |  <=  |e_x| |t_y| + |t_x - e_x| |e_y|
//! ```
//! by Cauchy and Schwarz. Lengths are measured, not estimated. Integers are such that the product of two vectors'
//! lengths is below 2^31: no sum overflows, and the dot product is exact until it is rounded to f32, by a few eps of
//! `|t_x - e_x| |t_y - e_y|`. What else is off in a key is what [`Prepared`] grants the key in f32 with all of the vector:
//! `slack`. With a small `floor > 0` and `spread = max |e_y| / (|t_y| + floor)` over all points, all of it together is at most
//!
//! ```text
//! blur_x (|t_y| + floor),      blur_x = (|t_x| + |e_x|) (spread + a few eps) + max(|e_x|, slack / floor)
//! ```
//! one number for the query and one for the point.
//!
//! Points of which that says too little, above all the inducing points, are left to panels in f32.

use simd_kernels::axes::deflate;
use simd_kernels::panel::{
    self, LANES, Lanes, QUERIES, ResidualQueries, Tile, WORD_BLOCK, WordQueries, Words,
};
use simd_kernels::{Level, panel::Covariance};

use super::layout::{Form, Layout, Prepared, length};
use crate::Points;
use crate::metric::{Blocks, Metric};
use crate::projection::principal_axes;
use crate::ruler::{HALF_EPS, Ruler};

/// Vectors shorter than this are cheap in f32.
const RANK_MIN: usize = 16;

/// Dimensions of a vector for each leading axis. Without axes 1.2 % of workload D's points are left to f64, with one axis
/// for 64 dimensions 0.2 %, of which .15 % are wanted; others need none.
const RANK_PER_AXIS: usize = 32;

/// Gram and Schmidt leave axes orthonormal, and a tail orthogonal to them, up to `64 (axes + 1)^2 (rank + 8) eps` of the
/// lengths: below 1e-7 for so many axes and a rank of at most [`RANK_MAX`]. A key's slack covers it: it grants a
/// dot product in f32 of the whole rank, at least 16 roundings more than that of the axes takes.
const AXES_MAX: usize = 16;
const RANK_MAX: usize = 1 << 14;

/// Points from which axes are found.
const SAMPLE: usize = 1024;

/// The length of a vector of integers: with half a unit more a dimension, the product of two stays below 2^31.
const LENGTH_MAX: f64 = 46_000.0;

/// A point is left to f32 if its `1 / sqrt(p)` is so many times the median.
const SCALE_MAX: f64 = 8.0;

/// All points are if more than one in so many were, or if the correlation of typical points is blurred by more.
const OTHERS_PART: usize = 8;
const BLUR_MAX: f64 = 0.1;

/// A query is ill-conditioned if it is blurred by more.
const BLUR_QUERY_MAX: f64 = 0.5;

/// Times the least floor it is more than what underflows in a product of two steps and a sum of integers.
const UNDERFLOW: f64 = 1e-25;

/// What [`WordPanels::floor`] is of the longest vector.
const FLOOR_PART: f64 = 1.0 / 32.0;

/// Most points of a scan in integers.
#[derive(Clone, Debug)]
pub(crate) struct WordPanels {
    covariance: Covariance,
    dimension: usize,
    /// Orthonormal, row after row.
    axes: Vec<f64>,
    /// Coordinates, leading part, steps, reaches `(|t| + floor) / sqrt(p)` and scales `1 / sqrt(p)`; the last are NaN for
    /// points that are elsewhere, and for none: NaN is never a hit.
    lanes: Vec<Lanes>,
    /// The tails.
    words: Vec<Words>,
    len: usize,
    spread: f64,
    floor: f64,
    /// The median `1 / sqrt(p)`, and the root of the mean square of tails.
    scale_median: f64,
    tail_mean: f64,
    /// The points that are left to f32, in ascending order.
    pub(crate) others: Vec<u32>,
}

/// A vector as the kernels take it.
#[derive(Clone, Debug)]
pub(crate) struct Split {
    leading: Vec<f64>,
    words: Vec<i32>,
    step: f32,
    /// Lengths of the tail and of its rounding error.
    tail: f64,
    error: f64,
}

impl WordPanels {
    /// Panels of the points for whose residual correlations 16 bits are enough, if they are for most.
    ///
    /// Time: O(n m axes).
    pub(crate) fn new<S: Points>(
        layout: &Layout,
        points: &S,
        metric: &impl Metric<S::Point>,
    ) -> Option<Self> {
        let (Form::Residual { covariance, rank, vector_max, scale_median, .. }, Blocks::Residual(_)) =
            (layout.form, metric.blocks())
        else {
            return None;
        };
        let (dimension, n) = (layout.centre.len(), points.len());
        if !(RANK_MIN..=RANK_MAX).contains(&rank) || n == 0 || !(1e-6..1e6).contains(&vector_max) {
            return None;
        }
        let mut values = vec![0.0; layout.rows()];
        let mut write = |position: usize| {
            layout.write(metric.blocks(), points.point(position), &mut values);
            values.clone()
        };
        let sample: Vec<Vec<f64>> = (0..n)
            .step_by(n.div_ceil(SAMPLE))
            .map(|position| write(position)[dimension..][..rank].to_vec())
            .collect();
        let axes = principal_axes(&sample, rank, (rank / RANK_PER_AXIS).min(AXES_MAX)).unwrap_or_default();
        let square = |row: &Vec<f64>| split(&axes, &mut row.clone()).tail.powi(2);
        let tails = sample.iter().map(square).sum::<f64>() / sample.len() as f64;
        let spread = (rank.min(2 * WORD_BLOCK) as f64 / 12.0).sqrt() / LENGTH_MAX;
        if 4.0 * spread * tails * scale_median * scale_median > BLUR_MAX {
            return None;
        }
        let leading = axes.len() / rank;
        let floor = FLOOR_PART * vector_max;
        let (rows, pairs, count) = (dimension + leading + 3, rank.div_ceil(2), n.div_ceil(LANES));
        let mut all = Self {
            covariance,
            dimension,
            axes,
            lanes: vec![Lanes::default(); count * rows],
            words: vec![Words::default(); count * pairs],
            len: n,
            spread: 0.0,
            floor,
            scale_median,
            tail_mean: tails.sqrt(),
            others: Vec::new(),
        };
        for panel in all.lanes.chunks_mut(rows) {
            panel[rows - 1] = Lanes([f32::NAN; LANES]);
        }
        for slot in 0..n {
            let mut values = write(slot);
            let scale = values[dimension + rank];
            if scale > SCALE_MAX * scale_median {
                all.others.push(slot as u32);
                if all.others.len() * OTHERS_PART > n {
                    return None;
                }
            } else {
                all.put(slot, &mut values, rows, pairs);
            }
        }
        // Roundings of the sum of integers to f32, of both products and of the sum.
        all.spread = all.spread * (1.0 + 1e-6) + 6.0 * HALF_EPS * (1.0 + all.spread);
        Some(all)
    }

    /// Writes a point's rows.
    fn put(&mut self, slot: usize, values: &mut [f64], rows: usize, pairs: usize) {
        let dimension = self.dimension;
        let (coordinates, rest) = values.split_at_mut(dimension);
        let (scale, vector) = rest.split_last_mut().expect("a row has a scale");
        let Split { leading, words, step, tail, error } = split(&self.axes, vector);
        self.spread = self.spread.max(error / (tail + self.floor));
        let reach = (tail + self.floor) * *scale * (1.0 + 1e-6);
        let lane = slot % LANES;
        let numbers = coordinates.iter().chain(&leading).copied();
        let lanes = &mut self.lanes[slot / LANES * rows..][..rows];
        for (lanes, value) in lanes.iter_mut().zip(numbers.chain([f64::from(step), reach, *scale])) {
            lanes.0[lane] = value as f32;
        }
        for (to, word) in self.words[slot / LANES * pairs..][..pairs].iter_mut().zip(words) {
            to.0[lane] = word;
        }
    }

    /// Points in all panels, and among them.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes of the rows.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.lanes[..]) + size_of_val(&self.words[..])
    }

    /// What a query's slack is to be multiplied by for a point that is left to f32.
    pub(crate) fn floor(&self) -> f32 {
        self.floor as f32
    }

    /// What [`Ruler::loosen`] takes of a panel's points.
    pub(crate) fn reaches(&self, panel: usize) -> &[f32; LANES] {
        let rows = self.rows();
        &self.lanes[(panel + 1) * rows - 2].0
    }

    /// Rows of floats in a panel.
    fn rows(&self) -> usize {
        self.lanes.len() / self.len.div_ceil(LANES)
    }

    /// A query's vector in integers, whose blur becomes its own for all of its keys.
    pub(crate) fn split(&self, query: &mut Prepared) -> Split {
        let Ruler::Residual { root, slack } = &mut query.ruler else {
            unreachable!("words are of residual correlations alone")
        };
        let vector = query.values[self.dimension..].iter();
        let split = split(&self.axes, &mut vector.map(|x| f64::from(*x)).collect::<Vec<f64>>());
        let part = split.error.max(f64::from(query.slack) / self.floor);
        let blur = ((split.tail + split.error) * self.spread + part) * (1.0 + 1e-6) + UNDERFLOW;
        *slack = blur as f32 * (1.0 + f32::EPSILON);
        query.slack = (f64::from(*slack) * self.floor * (1.0 + 1e-6)) as f32;
        query.ill |= 2.0 * blur * (self.tail_mean + self.floor) * self.scale_median / *root > BLUR_QUERY_MAX;
        split
    }

    /// Up to eight queries and their vectors.
    pub(crate) fn block(&self, queries: &[Prepared], splits: &[Split]) -> WordBlock {
        let query = |i: usize| &queries[i.min(queries.len() - 1)];
        let split = |i: usize| &splits[i.min(splits.len() - 1)];
        let Split { leading, words, .. } = &splits[0];
        let row = |row: usize| std::array::from_fn(|i| query(i).values[row]);
        WordBlock {
            coordinates: (0..self.dimension).map(row).collect(),
            leading: (0..leading.len())
                .map(|row| std::array::from_fn(|i| split(i).leading[row] as f32))
                .collect(),
            words: (0..words.len()).map(|row| std::array::from_fn(|i| split(i).words[row])).collect(),
            steps: std::array::from_fn(|i| split(i).step),
            slack: std::array::from_fn(|i| query(i).ruler.slack()),
        }
    }

    /// As [`Panels::tiles`](super::Panels::tiles).
    pub(crate) fn tiles(
        &self,
        level: Level,
        queries: &WordBlock,
        limits: &[f32; QUERIES],
        first: usize,
        tiles: &mut [Tile],
    ) {
        let (rows, pairs) = (self.rows(), queries.words.len());
        let lanes = &self.lanes[first * rows..][..tiles.len() * rows];
        let words = &self.words[first * pairs..][..tiles.len() * pairs];
        let floats = ResidualQueries {
            coordinates: &queries.coordinates,
            vectors: &queries.leading,
            slack: &queries.slack,
            limits,
        };
        let queries = WordQueries { floats, words: &queries.words, steps: &queries.steps };
        panel::residual_words(level, self.covariance, &queries, lanes, words, tiles);
    }
}

/// Eight queries, row by row; missing ones repeat the last.
#[derive(Clone, Debug)]
pub(crate) struct WordBlock {
    coordinates: Vec<[f32; QUERIES]>,
    leading: Vec<[f32; QUERIES]>,
    words: Vec<[i32; QUERIES]>,
    steps: [f32; QUERIES],
    slack: [f32; QUERIES],
}

/// Splits a vector into its coordinates along the axes and integers; leaves the tail in its place.
fn split(axes: &[f64], vector: &mut [f64]) -> Split {
    let mut leading = vec![0.0; axes.len() / vector.len()];
    deflate(Level::detect(), axes, vector, &mut leading);
    let tail = length(vector);
    let block = vector.chunks(2 * WORD_BLOCK).map(length).fold(0.0, f64::max);
    let largest = vector.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    // A little more, so that rounding the step does not lead beyond the integers.
    let step = ((largest / 32_767.0).max(block / LENGTH_MAX) * (1.0 + 1e-6)).max(1e-35) as f32;
    let (inverse, unit) = (1.0 / f64::from(step), f64::from(step));
    let mut square = 0.0;
    let mut word = |x: f64| {
        // Adding and subtracting this rounds to an integer; the function for it is a call without SSE4.1.
        const MAGIC: f64 = 1.5 * (1_u64 << 52) as f64;
        let rounded = (x * inverse + MAGIC) - MAGIC;
        square += (x - rounded * unit).powi(2);
        rounded as i16
    };
    let (pairs, single) = vector.as_chunks::<2>();
    let mut words: Vec<i32> =
        pairs.iter().map(|[low, high]| Words::pack([word(*low), word(*high)])).collect();
    words.extend(single.iter().map(|low| Words::pack([word(*low), 0])));
    Split { leading, words, step, tail, error: square.sqrt() * (1.0 + 1e-9) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kernel, Parameters, Residual, Rows};

    /// Points in two dimensions and some of them as inducing points, in a random field.
    fn field(kernel: Kernel, m: usize, lengthscale: f64) -> (Residual, Rows<f64>) {
        let coordinates: Vec<f64> = (1..=1400).map(|i| (f64::from(i) * 0.754_877_666).fract()).collect();
        let parameters = Parameters::new(kernel, 2.5, &[lengthscale]);
        Residual::new(&coordinates, 2, &coordinates[..2 * m], &parameters).expect("the field is sound")
    }

    #[test]
    fn keys_bound_what_they_stand_for() {
        for kernel in [Kernel::Rbf, Kernel::Matern12, Kernel::Matern32, Kernel::Matern52] {
            for (m, lengthscale) in [(16, 0.2), (33, 0.1), (70, 0.05), (87, 0.1)] {
                let (metric, rows) = field(kernel, m, lengthscale);
                check(&metric, &rows, kernel == Kernel::Matern12);
            }
        }
    }

    fn check(metric: &Residual, rows: &Rows<f64>, must: bool) {
        let layout = Layout::new(rows, metric).expect("residuals have blocks");
        let Some(words) = WordPanels::new(&layout, rows, metric) else {
            assert!(!must, "16 bits are enough for a rough field");
            return;
        };
        let deviation = metric.parameters().variance.sqrt();
        let mut tiles = vec![Tile::ZERO; rows.len().div_ceil(LANES)];
        for first in (0..rows.len()).step_by(40) {
            let asked = first..(first + QUERIES).min(rows.len());
            let mut queries: Vec<Prepared> =
                asked.clone().map(|i| layout.prepare(metric, rows.point(i))).collect();
            let splits: Vec<Split> = queries.iter_mut().map(|query| words.split(query)).collect();
            let block = words.block(&queries, &splits);
            for level in Level::available() {
                words.tiles(level, &block, &[f32::INFINITY; QUERIES], 0, &mut tiles);
                for (i, query) in asked.clone().zip(&queries).filter(|(_, query)| !query.ill) {
                    for j in 0..rows.len() {
                        let key = tiles[j / LANES].keys[i - first][j % LANES];
                        let hit = tiles[j / LANES].hits[i - first] >> (j % LANES) & 1 == 1;
                        assert_eq!(hit, words.others.binary_search(&(j as u32)).is_err());
                        if !hit {
                            continue;
                        }
                        let scale = rows.point(j)[2 + metric.rank()];
                        let covariance = metric.covariance(rows.point(i), rows.point(j));
                        let exact = -covariance.abs() * scale / deviation;
                        let loose = query.ruler.loosen(key, words.reaches(j / LANES)[j % LANES]);
                        // What `Ruler::widen` grants the rounding of a key itself.
                        let rounding = 1e-6 * exact.abs() + 1e-12;
                        assert!(f64::from(key) <= exact + rounding, "{level} {i} {j}: {key} > {exact}");
                        assert!(f64::from(loose) >= exact - rounding, "{level} {i} {j}: {loose} < {exact}");
                    }
                }
            }
        }
    }

    #[test]
    fn integers_stay_within_their_bounds() {
        for len in [1, 2, 127, 128, 129, 1000] {
            for shape in 0..3 {
                let mut vector: Vec<f64> = (0..len)
                    .map(|i| match shape {
                        0 => 1.0,
                        1 => f64::from(u8::from(i == len / 2)) * 1e-3,
                        _ => (i as f64 * 0.618).fract() - 0.5,
                    })
                    .collect();
                let Split { words, step, error, .. } = split(&[], &mut vector);
                let numbers: Vec<i16> = words.iter().flat_map(|word| Words::unpack(*word)).collect();
                for block in numbers.chunks(2 * WORD_BLOCK) {
                    let square: i64 = block.iter().map(|x| i64::from(*x).pow(2)).sum();
                    assert!(square < i64::from(i32::MAX), "{len} {shape}: {square}");
                }
                let off = vector.iter().zip(&numbers).map(|(x, q)| x - f64::from(*q) * f64::from(step));
                let off = off.map(|x| x * x).sum::<f64>().sqrt();
                assert!(off <= error && off <= f64::from(step) * (len as f64).sqrt(), "{len} {shape}: {off}");
            }
        }
    }
}
