//! The peers that do not lead: nabo's k-d tree, linfa's k-d and ball trees, petal's ball tree.

use linfa_nn::distance::L2Dist;
use linfa_nn::{CommonNearestNeighbour, NearestNeighbour, NearestNeighbourIndex};
use nabo::{KDTree, NotNan, Point};
use petal_neighbors::BallTree;
use petal_neighbors::distance::Euclidean;

use super::{Peer, Tree};

pub(super) fn peers<const D: usize>() -> Vec<Peer<D>> {
    vec![
        Peer { name: "nabo", version: "0.6", build: nabo, borrows: false },
        Peer { name: "linfa-kd", version: "0.8", build: linfa_kd, borrows: true },
        Peer { name: "linfa-ball", version: "0.8", build: linfa_ball, borrows: true },
        Peer { name: "petal-ball", version: "0.19", build: petal, borrows: true },
    ]
}

/// A point as nabo takes it.
#[derive(Clone, Copy)]
struct Place<const D: usize>([NotNan<f32>; D]);

impl<const D: usize> Place<D> {
    fn new(point: &[f32; D]) -> Self {
        Self(point.map(|x| NotNan::new(x).expect("clouds are finite")))
    }
}

impl<const D: usize> Default for Place<D> {
    fn default() -> Self {
        Self([NotNan::default(); D])
    }
}

impl<const D: usize> Point<f32> for Place<D> {
    const DIM: u32 = D as u32;

    fn set(&mut self, i: u32, value: NotNan<f32>) {
        self.0[i as usize] = value;
    }

    fn get(&self, i: u32) -> NotNan<f32> {
        self.0[i as usize]
    }
}

impl<const D: usize> Tree<D> for KDTree<f32, Place<D>> {
    fn nearest(&self, query: &[f32; D], k: usize) -> Vec<u32> {
        self.knn(k as u32, &Place::new(query)).into_iter().map(|neighbour| neighbour.index).collect()
    }
}

fn nabo<'a, const D: usize>(points: &'a [[f32; D]]) -> Box<dyn Tree<D> + 'a> {
    let places: Vec<Place<D>> = points.iter().map(Place::new).collect();
    Box::new(KDTree::new(&places))
}

/// Either of linfa's trees.
struct Linfa<'a>(Box<dyn NearestNeighbourIndex<f32> + Send + Sync + 'a>);

impl<const D: usize> Tree<D> for Linfa<'_> {
    fn nearest(&self, query: &[f32; D], k: usize) -> Vec<u32> {
        let found = self.0.k_nearest(ndarray_0_16::aview1(query), k).expect("the query is of this space");
        found.into_iter().map(|(_, index)| index as u32).collect()
    }
}

fn linfa<'a, const D: usize>(points: &'a [[f32; D]], tree: &CommonNearestNeighbour) -> Linfa<'a> {
    // The index borrows the view itself, not only what it shows; a few words a build are leaked.
    let view: &'a _ = Box::leak(Box::new(ndarray_0_16::aview2(points)));
    Linfa(tree.from_batch(view, L2Dist).expect("linfa takes these points"))
}

fn linfa_kd<'a, const D: usize>(points: &'a [[f32; D]]) -> Box<dyn Tree<D> + 'a> {
    Box::new(linfa(points, &CommonNearestNeighbour::KdTree))
}

fn linfa_ball<'a, const D: usize>(points: &'a [[f32; D]]) -> Box<dyn Tree<D> + 'a> {
    Box::new(linfa(points, &CommonNearestNeighbour::BallTree))
}

/// petal's tree.
struct Petal<'a>(BallTree<'a, f32, Euclidean>);

impl<const D: usize> Tree<D> for Petal<'_> {
    fn nearest(&self, query: &[f32; D], k: usize) -> Vec<u32> {
        self.0.query(&ndarray::aview1(query), k).0.into_iter().map(|index| index as u32).collect()
    }
}

fn petal<'a, const D: usize>(points: &'a [[f32; D]]) -> Box<dyn Tree<D> + 'a> {
    Box::new(Petal(
        BallTree::new(ndarray::aview2(points), Euclidean::default()).expect("petal takes these points"),
    ))
}
