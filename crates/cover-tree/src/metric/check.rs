//! A sampling check of the triangle inequality.

use super::Metric;
use crate::Points;

/// Three points that break what a tree relies on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Violation {
    /// A distance is NaN or negative.
    NotADistance {
        /// The two points.
        points: [u32; 2],
        /// Their distance.
        distance: f64,
    },
    /// The distance from the first to the second is not that from the second to the first.
    NotSymmetric {
        /// The two points.
        points: [u32; 2],
        /// Both distances.
        distances: [f64; 2],
    },
    /// The way from the first to the third is longer than that through the second.
    Triangle {
        /// The three points.
        points: [u32; 3],
        /// [`Metric::triangle`] of the direct way.
        direct: f64,
        /// The sum of the two parts of the other way.
        detour: f64,
    },
}

/// The first violation among `samples` random triples of points; none if all of them obey the metric's laws.
///
/// None is no proof. The same seed draws the same triples.
///
/// Time: O(samples) distances.
///
/// # Examples
/// ```
/// use cover_tree::{Metric, check_metric};
///
/// struct Square; // (a - b)^2, and no word that only its root obeys the triangle inequality
/// impl Metric<f64> for Square {
///     fn distance(&self, a: &f64, b: &f64) -> f64 {
///         (a - b).powi(2)
///     }
/// }
/// let points: Vec<f64> = (0..100).map(f64::from).collect();
/// assert!(check_metric(&points, &Square, 1000, 1).is_some());
/// ```
pub fn check_metric<S: Points>(
    points: &S,
    metric: &impl Metric<S::Point>,
    samples: usize,
    seed: u64,
) -> Option<Violation> {
    let n = u32::try_from(points.len()).unwrap_or(u32::MAX);
    let mut state = seed;
    // splitmix64; the high product maps it to below n.
    let mut draw = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * u128::from(n)) >> 64) as u32
    };
    if n == 0 {
        return None;
    }
    (0..samples).find_map(|_| triple(points, metric, [draw(), draw(), draw()]))
}

fn triple<S: Points>(points: &S, metric: &impl Metric<S::Point>, [a, b, c]: [u32; 3]) -> Option<Violation> {
    let rounding = metric.rounding();
    let mut sides = [0.0; 3];
    for (side, [x, y]) in sides.iter_mut().zip([[a, c], [a, b], [b, c]]) {
        let (p, q) = (points.point(x as usize), points.point(y as usize));
        let distances = [metric.distance(p, q), metric.distance(q, p)];
        if distances[0].is_nan() || distances[0] < 0.0 {
            return Some(Violation::NotADistance { points: [x, y], distance: distances[0] });
        }
        if distances[0] != distances[1] {
            return Some(Violation::NotSymmetric { points: [x, y], distances });
        }
        *side = metric.triangle(distances[0]);
    }
    let [direct, first, second] = sides;
    let detour = rounding.above(first) + rounding.above(second);
    (rounding.below(direct) > detour).then_some(Violation::Triangle { points: [a, b, c], direct, detour })
}
