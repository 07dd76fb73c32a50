//! Brute force in f64: short enough to be obviously right, and the judge of every engine.

use crate::{Metric, Neighbour, Points, Search};

/// What `search` finds among the points, by one call of [`Metric::distance`] for each.
///
/// Time: O(n) distances and a sort.
pub fn brute_force<S: Points>(
    points: &S,
    metric: &impl Metric<S::Point>,
    query: &S::Point,
    search: &Search<'_>,
) -> Vec<Neighbour> {
    if search.is_void() {
        return Vec::new();
    }
    let mut found: Vec<Neighbour> = (0..points.len() as u32)
        .filter(|&index| search.allows(index))
        .map(|index| Neighbour { index, distance: distance(metric, query, points.point(index as usize)) })
        .filter(|neighbour| neighbour.distance <= search.radius)
        .collect();
    found.sort_unstable_by(Neighbour::order);
    found.truncate(search.k);
    found
}

/// The distance, where NaN counts as infinite.
#[inline]
pub(crate) fn distance<P: ?Sized>(metric: &impl Metric<P>, a: &P, b: &P) -> f64 {
    let distance = metric.distance(a, b);
    if distance.is_nan() { f64::INFINITY } else { distance }
}
