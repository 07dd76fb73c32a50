//! Points near a plane of few dimensions, in that plane's coordinates: less memory to read for a bound as tight.
//!
//! With orthonormal axes `Q` and a mean `c`, let `t(x) = |(x - c) - Q^T Q (x - c)|` be the length of what the plane leaves
//! out. Then
//!
//! ```text
//! |Q x - Q y|^2 + (t(x) - t(y))^2  <=  |x - y|^2  <=  |Q x - Q y|^2 + (t(x) + t(y))^2
//! ```
//! The left side is a squared Euclidean distance of images `(Q (x - c), t(x))`, so the kernels compute it as any other;
//! the right side exceeds it by `4 t(x) t(y)`. Both hold for every point, however badly it fits the plane.
//!
//! **Error.** An image is made axis by axis: `v -> (a . v, v' = v - (a . v) a)`. For a unit axis that step keeps lengths
//! (`(a . v)^2 + |v'|^2 = |v|^2`), and those of differences, since it is linear; the angle between axes plays no part. So
//! the inequalities need unit axes alone, and an image of `r` axes in `d` dimensions is wrong by, for each unit of `|v|`:
//!
//! - an axis whose `|a|^2` is off from 1 by `tau <= 4 (d + 8) eps`: `tau / 2`, since `c^2 + |v'|^2 = |v|^2 + c^2 (|a|^2 - 1)`;
//! - the rounding of its dot product, at most `d eps / 2`, in the coordinate and in what is left: `d eps` together;
//! - the rounding of the subtraction: at most 2 eps;
//! - once, the rounding of the length at the end: `(d / 2 + 2) eps`.
//!
//! Later steps keep the length of an error as of any vector, so errors add: `r (3 d + 18) eps + (d / 2 + 2) eps`, which
//! [`Projection::error`] bounds by `8 (r + 1) (d + 8) eps`, more than twice as much. Subtracting the mean rounds each
//! coordinate by half an eps of itself: that is in the margin too.
//!
//! **Range.** Axes are looked for only where lengths that matter lie in 1e-100 .. 1e100. A coordinate beyond 1e150 would
//! overflow in a square: such a point gets a left-out length of infinity, which rules nothing out. A rest below 1e-150
//! underflows to 0 in its square: its length is then wrong by at most 1e-150 a coordinate, less than
//! [`Ruler::of_norm`](crate::ruler::Ruler::of_norm) grants for underflow in f32.

use simd_kernels::Level;
use simd_kernels::axes::deflate;

use crate::Points;
use crate::metric::Image;

/// Coordinates of an image that fit the stack.
const STACK: usize = 256;

/// Points from which axes are found.
const SAMPLE: usize = 1024;

/// Numbers of axes that are tried; with the length left out they fill whole steps of the kernels.
const RANKS: [usize; 4] = [7, 15, 23, 31];

/// Rounds of orthogonal iteration: the axes need not be the best, only good.
const ROUNDS: usize = 6;

/// The square of what axes may leave out on average, as a part of the square of the length that matters.
const LEFT_MAX: f64 = 1.0 / 16.0;

/// Beyond this, squares come near the end of f64.
const HUGE: f64 = 1e150;

/// A plane through a mean.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Projection {
    mean: Vec<f64>,
    /// Orthonormal, row after row.
    axes: Vec<f64>,
}

impl Projection {
    /// The least plane that leaves out little, measured against `length`, if there is one of at most half of the
    /// coordinates.
    ///
    /// Time: O(sample d^2).
    pub(crate) fn find<S: Points>(
        points: &S,
        image: &dyn Image<S::Point>,
        positions: &[u32],
        length: f64,
    ) -> Option<Self> {
        let dimension = image.dimension(points.point(*positions.first()? as usize));
        let most = dimension / 2;
        if RANKS[0] >= most || dimension > 4 * STACK || !(1e-100..1e100).contains(&length) {
            return None;
        }
        let step = positions.len().div_ceil(SAMPLE);
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for &position in positions.iter().step_by(step) {
            let mut row = vec![0.0; dimension];
            image.image(points.point(position as usize), &mut row);
            rows.push(row);
        }
        if rows.iter().flatten().any(|value| value.abs() > HUGE) {
            return None;
        }
        let mean: Vec<f64> =
            (0..dimension).map(|axis| rows.iter().map(|row| row[axis] / rows.len() as f64).sum()).collect();
        rows.iter_mut().for_each(|row| row.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean));
        let allowed = LEFT_MAX * length * length;
        for rank in RANKS.into_iter().take_while(|rank| *rank < most) {
            let axes = principal_axes(&rows, dimension, rank)?;
            let projection = Self { mean: mean.clone(), axes };
            let mut out = vec![0.0; rank + 1];
            let left = |row: &Vec<f64>| {
                projection.deflate(&mut row.clone(), &mut out);
                out[rank] * out[rank]
            };
            if rows.iter().map(left).sum::<f64>() <= allowed * rows.len() as f64 {
                return Some(projection);
            }
        }
        None
    }

    /// The mean and the axes, as they are saved.
    pub(crate) fn to_words(&self) -> impl Iterator<Item = f64> {
        self.mean.iter().chain(&self.axes).copied()
    }

    /// A saved projection of images of this dimension to so many coordinates.
    pub(crate) fn from_words(words: &[f64], dimension: usize, coordinates: usize) -> Option<Self> {
        let (mean, axes) = words.split_at_checked(dimension)?;
        let whole =
            dimension > 0 && coordinates > 1 && axes.len() == (coordinates - 1).checked_mul(dimension)?;
        let unit = |axis: &[f64]| (dot(axis, axis) - 1.0).abs() <= tolerance(dimension);
        let sound = whole && mean.iter().all(|x| x.abs() <= HUGE) && axes.chunks_exact(dimension).all(unit);
        sound.then(|| Self { mean: mean.to_vec(), axes: axes.to_vec() })
    }

    /// Coordinates of an image: the axes, and the length that they leave out.
    pub(crate) fn dimension(&self) -> usize {
        self.axes.len() / self.mean.len() + 1
    }

    /// The error of an image as computed, for each unit of its length.
    pub(crate) fn error(&self) -> f64 {
        // Each axis is subtracted with a dot product's rounding, and is orthogonal to the others up to as much.
        8.0 * (self.dimension() * (self.mean.len() + 8)) as f64 * f64::EPSILON
    }

    /// Writes the image of a point; of one beyond all bounds, an infinite length that is left out.
    pub(crate) fn image<P: ?Sized>(&self, image: &dyn Image<P>, point: &P, out: &mut [f64]) {
        let dimension = self.mean.len();
        let (mut stack, mut heap) = ([0.0; STACK], Vec::new());
        let values = match stack.get_mut(..dimension) {
            Some(values) => values,
            None => {
                heap.resize(dimension, 0.0);
                &mut heap[..]
            }
        };
        image.image(point, values);
        let mut beyond = false;
        for (value, mean) in values.iter_mut().zip(&self.mean) {
            *value -= mean;
            beyond |= value.abs() > HUGE;
        }
        if beyond {
            out.fill(0.0);
            out[self.dimension() - 1] = f64::INFINITY;
            return;
        }
        self.deflate(values, out);
    }

    /// The image of a centred vector.
    fn deflate(&self, values: &mut [f64], out: &mut [f64]) {
        let (last, coordinates) = out.split_last_mut().expect("an image has a last coordinate");
        *last = deflate(Level::detect(), &self.axes, values, coordinates).sqrt();
    }
}

/// Axes that hold most of the rows' squares, by orthogonal iteration; none if rounding keeps them from being
/// orthonormal.
pub(crate) fn principal_axes(rows: &[Vec<f64>], dimension: usize, rank: usize) -> Option<Vec<f64>> {
    // A fixed start that no data is made for: the multiples of the golden ratio.
    let start = |i: usize| (i as f64 * 0.618_033_988_749_894_9).fract() - 0.5;
    let mut axes: Vec<f64> = (1..=rank * dimension).map(start).collect();
    orthonormalise(&mut axes, dimension);
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; axes.len()];
        for row in rows {
            for (axis, next) in axes.chunks_exact(dimension).zip(next.chunks_exact_mut(dimension)) {
                subtract(next, -dot(axis, row), row);
            }
        }
        axes = next;
        orthonormalise(&mut axes, dimension);
        orthonormalise(&mut axes, dimension);
    }
    let tolerance = tolerance(dimension);
    let orthonormal = axes.chunks_exact(dimension).enumerate().all(|(i, a)| {
        axes.chunks_exact(dimension)
            .enumerate()
            .all(|(j, b)| (dot(a, b) - f64::from(u8::from(i == j))).abs() <= tolerance)
    });
    orthonormal.then_some(axes)
}

/// By how much the square of an axis's length may be off from 1.
fn tolerance(dimension: usize) -> f64 {
    4.0 * (dimension + 8) as f64 * f64::EPSILON
}

/// Gram and Schmidt, modified; an axis without a direction of its own becomes NaN, which the check afterwards finds.
fn orthonormalise(axes: &mut [f64], dimension: usize) {
    for i in 0..axes.len() / dimension {
        let (before, rest) = axes.split_at_mut(i * dimension);
        let axis = &mut rest[..dimension];
        for other in before.chunks_exact(dimension) {
            let along = dot(other, axis);
            subtract(axis, along, other);
        }
        let length = dot(axis, axis).sqrt();
        axis.iter_mut().for_each(|value| *value /= length);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    crate::metric::sum(a, b, |x, y| x * y)
}

fn subtract(from: &mut [f64], times: f64, what: &[f64]) {
    from.iter_mut().zip(what).for_each(|(from, what)| *from -= times * what);
}
