//! What the rows of panels are: how points become them, how far off they are, and which queries they serve badly.

use simd_kernels::panel::{Covariance, Norm};

use crate::Points;
use crate::metric::{Blocks, Image, Metric, Residuals};
use crate::projection::Projection;
use crate::ruler::{Ruler, dot_part, numerator_error};

/// A query is ill-conditioned if the error of its keys blurs the correlation with a typical point by more than this:
/// so many candidates would lie within the blur that f64 is cheaper from the start.
const ILL: f64 = 0.02;

/// It is ill-conditioned, too, if its `sqrt(p)` is less than this part of the median: an inducing point keeps little
/// but the jitter, and correlates with nothing by more than the blur.
const ILL_ROOT: f64 = 0.02;

/// A direct form is worth it only with far less blur, because correlations are that much smaller.
const ILL_DIRECT: f64 = 1e-3;

/// Coordinates are not beyond this.
const COORDINATE_MAX: f64 = 1e17;

/// Beyond this, products of vectors' lengths and of scales come near the ends of f32: a query is measured with every point.
const LENGTHS_MAX: f64 = 1e15;
const SCALES: std::ops::Range<f64> = 1e-18..1e18;

/// The same for a variance, where keys are computed in f64: only there are they in units of the data.
const VARIANCES: std::ops::Range<f64> = 1e-20..1e20;

/// What a panel's rows are, and how far they are from the points.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(super) form: Form,
    /// What the rows of images are instead of their coordinates; the last one is then the length that is left out.
    pub(super) projection: Option<Projection>,
    /// What is subtracted from each coordinate before it is rounded to f32.
    pub(crate) centre: Vec<f64>,
    /// What it is multiplied by then: a power of two.
    pub(crate) scale: f64,
    /// The largest length of a point's rounding error, after that.
    pub(super) error: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// Rows are the coordinates of images.
    Image(Norm),
    /// Rows are coordinates, vectors and one row of `1 / sqrt(p)`, all for a unit variance.
    Residual {
        covariance: Covariance,
        rank: usize,
        /// The square root of the variance.
        deviation: f64,
        /// The longest vector; infinite if a scale is out of bounds.
        vector_max: f64,
        /// The median `1 / sqrt(p)`.
        scale_median: f64,
    },
}

/// A query as the kernels take it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prepared {
    /// The image, or the coordinates and the vector.
    pub(crate) values: Vec<f32>,
    /// What is added to the numerators of residual correlations.
    pub(super) slack: f32,
    /// Whether keys in f32 say too little to be worth computing.
    pub(crate) ill: bool,
    /// Whether no bound holds for keys, in f64 either.
    pub(crate) beyond: bool,
    pub(crate) ruler: Ruler,
}

impl Layout {
    pub(crate) fn rows(&self) -> usize {
        match self.form {
            Form::Image(_) => self.centre.len(),
            Form::Residual { rank, .. } => self.centre.len() + rank + 1,
        }
    }

    /// The layout of all points, if the metric has blocks.
    pub(crate) fn new<S: Points>(points: &S, metric: &impl Metric<S::Point>) -> Option<Self> {
        let all: Vec<u32> = (0..points.len() as u32).collect();
        match metric.blocks() {
            Blocks::None => None,
            Blocks::Image(image) => Some(Self::of_images(points, image, &all, None)),
            Blocks::Residual(residuals) => Some(Self::of_residuals(points, residuals, &all)),
        }
    }

    pub(crate) fn of_images<S: Points>(
        points: &S,
        image: &dyn Image<S::Point>,
        positions: &[u32],
        projection: Option<Projection>,
    ) -> Self {
        let of_point = |first: &u32| image.dimension(points.point(*first as usize)).max(1);
        let whole = positions.first().map_or(1, of_point);
        let dimension = projection.as_ref().map_or(whole, Projection::dimension);
        let write = |position: u32, out: &mut [f64]| {
            write_image(image, projection.as_ref(), points.point(position as usize), out);
        };
        let (low, high) = bounds(positions, dimension, write);
        let origin = vec![0.0; dimension];
        let mut middle: Vec<f64> = low.iter().zip(&high).map(|(low, high)| low / 2.0 + high / 2.0).collect();
        if projection.is_some() {
            // Lengths that are left out are multiplied with one another, so they stay what they are.
            middle[dimension - 1] = 0.0;
        }
        // Floats that are f32 already stay exact where they are; others lose least near 0.
        [origin, middle]
            .into_iter()
            .map(|centre| {
                let scale = power_of_two_below(low.iter().chain(&high).zip(centre.iter().cycle()));
                let form = Form::Image(image.norm());
                let mut layout = Self { form, projection: projection.clone(), centre, scale, error: 0.0 };
                let mut values = vec![0.0; dimension];
                for &position in positions {
                    write(position, &mut values);
                    layout.error = layout.error.max(layout.fit(&mut values));
                }
                layout
            })
            .min_by(|a, b| (a.error / a.scale).total_cmp(&(b.error / b.scale)))
            .expect("there are two centres")
    }

    fn of_residuals<S: Points>(points: &S, residuals: &dyn Residuals<S::Point>, positions: &[u32]) -> Self {
        let residual = residuals.residual();
        let (dimension, rank) = (residual.dimension(), residual.rank());
        let row = |position: u32| residuals.row(points.point(position as usize));
        let (low, high) = bounds(positions, dimension, |position, out| {
            out.copy_from_slice(&row(position)[..dimension]);
        });
        let centre: Vec<f64> = low.iter().zip(&high).map(|(low, high)| low / 2.0 + high / 2.0).collect();
        let deviation = residual.parameters().variance.sqrt();
        let covariance = residual.parameters().unit_kernel();
        let form = |vector_max, scale_median| Form::Residual {
            covariance,
            rank,
            deviation,
            vector_max,
            scale_median,
        };
        let mut layout = Self { form: form(0.0, 0.0), projection: None, centre, scale: 1.0, error: 0.0 };
        let mut vector_max = 0.0_f64;
        let mut scales = Vec::with_capacity(positions.len());
        for &position in positions {
            let row = row(position);
            let mut coordinates = row[..dimension].to_vec();
            layout.error = layout.error.max(layout.fit(&mut coordinates));
            vector_max = vector_max.max(length(&row[dimension..][..rank]) / deviation);
            scales.push(row[dimension + rank] * deviation);
        }
        if !scales.iter().all(|scale| SCALES.contains(scale)) {
            vector_max = f64::INFINITY;
        }
        let middle = scales.len() / 2;
        let median =
            if scales.is_empty() { 1.0 } else { *scales.select_nth_unstable_by(middle, f64::total_cmp).1 };
        layout.form = form(vector_max, median);
        layout
    }

    /// Moves and scales a point's coordinates, rounds them to f32, and tells the length of the rounding error.
    fn fit(&self, coordinates: &mut [f64]) -> f64 {
        let blur = self
            .projection
            .as_ref()
            .map_or(0.0, |projection| projection.error() * self.scale * length(coordinates));
        let mut error = 0.0;
        for (value, centre) in coordinates.iter_mut().zip(&self.centre) {
            let moved = (*value - centre) * self.scale;
            // Beyond this, squares overflow; the error then says that nothing is known.
            let rounded = f64::from(moved.clamp(-COORDINATE_MAX, COORDINATE_MAX) as f32);
            let off = (moved - rounded).abs() + if *centre == 0.0 { 0.0 } else { moved.abs() * f64::EPSILON };
            error += match self.form {
                Form::Image(Norm::Manhattan) => off,
                _ => off * off,
            };
            *value = rounded;
        }
        match self.form {
            Form::Image(Norm::Manhattan) => error,
            _ => error.sqrt() * (1.0 + 1e-12) + blur,
        }
    }

    /// Writes a point's rows, and tells the error of its coordinates.
    pub(super) fn write<P: ?Sized>(&self, blocks: Blocks<'_, P>, point: &P, values: &mut [f64]) -> f64 {
        match (blocks, self.form) {
            (Blocks::Image(image), _) => {
                write_image(image, self.projection.as_ref(), point, values);
                self.fit(values)
            }
            (Blocks::Residual(residuals), Form::Residual { rank, deviation, .. }) => {
                let dimension = self.centre.len();
                values.copy_from_slice(residuals.row(point));
                values[dimension..][..rank].iter_mut().for_each(|value| *value /= deviation);
                values[dimension + rank] *= deviation;
                self.fit(&mut values[..dimension])
            }
            _ => unreachable!("a layout is used with the metric that made it"),
        }
    }

    /// The ruler of a query whose own coordinates are wrong by `error`.
    pub(super) fn ruler<P: ?Sized>(
        &self,
        norm: Norm,
        error: f64,
        left_out: f32,
        metric: &impl Metric<P>,
    ) -> Ruler {
        let squared = norm == Norm::Euclidean;
        Ruler::of_norm(squared, self.scale, self.rows(), error + self.error, metric.rounding())
            .leaving_out(left_out)
    }

    pub(crate) fn prepare<P: ?Sized>(&self, metric: &impl Metric<P>, query: &P) -> Prepared {
        let mut values = vec![0.0; self.rows()];
        let error = self.write(metric.blocks(), query, &mut values);
        let floats = |values: &[f64]| values.iter().map(|value| *value as f32).collect();
        match self.form {
            Form::Image(norm) => {
                let values: Vec<f32> = floats(&values);
                let left_out = self.projection.as_ref().and(values.last().copied()).unwrap_or(0.0);
                let ruler = self.ruler(norm, error, left_out, metric);
                Prepared { values, slack: 0.0, ill: false, beyond: false, ruler }
            }
            Form::Residual { .. } => self.prepare_residual(metric, query, values, error + self.error),
        }
    }

    /// A query whose row in unit variance and whose coordinates' error are these.
    fn prepare_residual<P: ?Sized>(
        &self,
        metric: &impl Metric<P>,
        query: &P,
        mut values: Vec<f64>,
        error: f64,
    ) -> Prepared {
        let (Form::Residual { rank, deviation, vector_max, scale_median, .. }, Blocks::Residual(residuals)) =
            (self.form, metric.blocks())
        else {
            unreachable!("a layout is used with the metric that made it")
        };
        let dimension = self.centre.len();
        let root = 1.0 / values[dimension + rank];
        let own = length(&values[dimension..][..rank]);
        let lengths = own * vector_max;
        let mut slack = numerator_error(dimension, rank, lengths, error);
        let blur = |slack: f64| 2.0 * slack * scale_median / root;
        let mut ill = blur(slack) > ILL || root * scale_median < ILL_ROOT;
        // Endless times nothing is NaN, and not less.
        let bounded = [own, vector_max, lengths].iter().all(|length| *length < LENGTHS_MAX)
            && SCALES.contains(&values[dimension + rank]);
        if ill
            && bounded
            && let Some(direct) = residuals.residual().direct(residuals.row(query))
        {
            let lengths = length(&direct.vector) / deviation * vector_max;
            let rounding = residuals.residual().row_slack(residuals.row(query), self.longest());
            let rounding = rounding / (deviation * deviation);
            let tighter = dot_part(rank, lengths) + direct.error * vector_max / deviation + rounding;
            if blur(tighter) <= ILL_DIRECT {
                (slack, ill) = (tighter, false);
                // So far away, from where any point may be, that no covariance is left.
                values[..dimension].fill(10.0 * COORDINATE_MAX);
                values[dimension..].iter_mut().zip(&direct.vector).for_each(|(to, x)| *to = x / deviation);
            }
        }
        let slack = (slack * 1.000_001) as f32;
        let beyond = !bounded || ill && !VARIANCES.contains(&(deviation * deviation));
        let values = values[..dimension + rank].iter().map(|value| *value as f32).collect();
        Prepared { values, slack, ill, beyond, ruler: Ruler::Residual { root, slack } }
    }

    /// The longest vector, in units of the data.
    pub(crate) fn longest(&self) -> f64 {
        match self.form {
            Form::Residual { vector_max, deviation, .. } => vector_max * deviation,
            Form::Image(_) => 0.0,
        }
    }

    /// Whether a query is ill-conditioned, unless it has a direct form.
    pub(crate) fn seems_ill(&self, row: &[f64]) -> bool {
        let Form::Residual { rank, deviation, scale_median, .. } = self.form else { return false };
        scale_median < ILL_ROOT * deviation * row[self.centre.len() + rank]
    }
}

/// Saved layouts: a code of the norm, the number of coordinates, error and scale, the centre, and for a projection its mean
/// and its axes.
impl Layout {
    /// The layout as numbers; only of images, which is all that trees have.
    pub(crate) fn to_words(&self) -> Vec<f64> {
        let Form::Image(norm) = self.form else { unreachable!("trees have panels of images alone") };
        let code = NORMS.iter().position(|known| *known == norm).expect("every norm has a code");
        let mut words = vec![code as f64, self.centre.len() as f64, self.error, self.scale];
        words.extend_from_slice(&self.centre);
        if let Some(projection) = &self.projection {
            words.extend(projection.to_words());
        }
        words
    }

    /// The layout that these numbers are, if it is one of this norm and of images of this dimension.
    pub(crate) fn from_words(words: &[f64], norm: Norm, dimension: usize) -> Option<Self> {
        let [code, rows, error, scale, rest @ ..] = words else { return None };
        let rows = *rows as usize;
        let (centre, axes) = rest.split_at_checked(rows)?;
        let sound = NORMS.get(*code as usize) == Some(&norm)
            && *error >= 0.0
            && scale.is_normal()
            && *scale > 0.0
            && centre.iter().all(|value| value.is_finite());
        let projection = match axes {
            [] if rows == dimension.max(1) => None,
            _ => Some(Projection::from_words(axes, dimension, rows)?),
        };
        let form = Form::Image(norm);
        sound.then(|| Self { form, projection, centre: centre.to_vec(), scale: *scale, error: *error })
    }
}

/// The codes of norms in saved layouts.
const NORMS: [Norm; 3] = [Norm::Euclidean, Norm::Manhattan, Norm::Chebyshev];

fn write_image<P: ?Sized>(
    image: &dyn Image<P>,
    projection: Option<&Projection>,
    point: &P,
    values: &mut [f64],
) {
    match projection {
        Some(projection) => projection.image(image, point, values),
        None => image.image(point, values),
    }
}

/// The smallest and the largest value of each coordinate.
fn bounds(positions: &[u32], dimension: usize, read: impl Fn(u32, &mut [f64])) -> (Vec<f64>, Vec<f64>) {
    let (mut low, mut high) = (vec![f64::INFINITY; dimension], vec![f64::NEG_INFINITY; dimension]);
    let mut values = vec![0.0; dimension];
    for &position in positions {
        read(position, &mut values);
        for (i, value) in values.iter().enumerate() {
            low[i] = low[i].min(*value);
            high[i] = high[i].max(*value);
        }
    }
    if positions.is_empty() {
        return (vec![0.0; dimension], vec![0.0; dimension]);
    }
    (low, high)
}

/// A power of two that brings the largest distance of a value from its centre to at most 1.
fn power_of_two_below<'a>(values: impl Iterator<Item = (&'a f64, &'a f64)>) -> f64 {
    let largest = values.map(|(value, centre)| (value - centre).abs()).fold(0.0, f64::max);
    let exponent = if largest > 0.0 { largest.log2().ceil().clamp(-1000.0, 1000.0) } else { 0.0 };
    (-exponent).exp2()
}

pub(super) fn length(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>().sqrt() * (1.0 + 1e-12)
}
