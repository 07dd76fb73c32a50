//! The other crates' indexes of points, each behind one trait.

#[cfg(feature = "cover-tree-all")]
mod more;

use std::num::NonZero;

use acap::distance::{Metric as AcapMetric, Proximity};
use acap::euclid::EuclideanDistance;
use acap::knn::NearestNeighbors;
use acap::vp::FlatVpTree;
use bench_own::harness::Peers;
use kiddo::{ImmutableKdTree, SquaredEuclidean};

/// An index that a peer built.
pub(crate) trait Tree<const D: usize>: Sync {
    /// The indices of the `k` nearest points.
    fn nearest(&self, query: &[f32; D], k: usize) -> Vec<u32>;
}

/// A peer, and how it builds its index with its own defaults.
#[derive(Clone, Copy)]
pub(crate) struct Peer<const D: usize> {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) build: for<'a> fn(&'a [[f32; D]]) -> Box<dyn Tree<D> + 'a>,
    /// Whether the index borrows the points, which it then needs beside itself.
    pub(crate) borrows: bool,
}

/// The peers that take part.
pub(crate) fn peers<const D: usize>(wanted: Peers) -> Vec<Peer<D>> {
    let leading = [
        Peer { name: "acap-vp", version: "0.4", build: vantage_points, borrows: false },
        Peer { name: "kiddo", version: "6.3", build: kiddo, borrows: false },
    ];
    let more = if wanted == Peers::All { more::peers() } else { Vec::new() };
    leading.into_iter().chain(more).collect()
}

/// None were compiled.
#[cfg(not(feature = "cover-tree-all"))]
mod more {
    pub(super) fn peers<const D: usize>() -> Vec<super::Peer<D>> {
        Vec::new()
    }
}

/// A point as acap takes it: its distance is summed in lanes, as ours is.
#[derive(Clone, Copy)]
struct Item<const D: usize> {
    point: [f32; D],
    index: u32,
}

impl<const D: usize> Proximity for Item<D> {
    type Distance = EuclideanDistance<f32>;

    #[inline]
    fn distance(&self, other: &Self) -> EuclideanDistance<f32> {
        let mut lanes = [0.0; 16];
        let (a, a_tail) = self.point.as_chunks::<16>();
        let (b, b_tail) = other.point.as_chunks::<16>();
        for (a, b) in a.iter().zip(b) {
            for lane in 0..16 {
                lanes[lane] += (a[lane] - b[lane]) * (a[lane] - b[lane]);
            }
        }
        let tail: f32 = a_tail.iter().zip(b_tail).map(|(a, b)| (a - b) * (a - b)).sum();
        EuclideanDistance::from_squared(lanes.iter().sum::<f32>() + tail)
    }
}

impl<const D: usize> AcapMetric for Item<D> {}

impl<const D: usize> Tree<D> for FlatVpTree<Item<D>> {
    fn nearest(&self, query: &[f32; D], k: usize) -> Vec<u32> {
        let found = self.k_nearest(&Item { point: *query, index: 0 }, k);
        found.into_iter().map(|neighbour| neighbour.item.index).collect()
    }
}

fn vantage_points<'a, const D: usize>(points: &'a [[f32; D]]) -> Box<dyn Tree<D> + 'a> {
    let item = |(index, point): (usize, &[f32; D])| Item { point: *point, index: index as u32 };
    Box::new(FlatVpTree::balanced(points.iter().enumerate().map(item)))
}

impl<const D: usize> Tree<D> for ImmutableKdTree<f32, D> {
    fn nearest(&self, query: &[f32; D], k: usize) -> Vec<u32> {
        let k = NonZero::new(k).expect("k is at least 1");
        let found = self.query(query).nearest_n::<SquaredEuclidean<f32>>(k).execute();
        found.into_iter().map(|neighbour| neighbour.item).collect()
    }
}

fn kiddo<'a, const D: usize>(points: &'a [[f32; D]]) -> Box<dyn Tree<D> + 'a> {
    let tree: ImmutableKdTree<f32, D> = ImmutableKdTree::new_from_slice(points).expect("kiddo takes these");
    Box::new(tree)
}
