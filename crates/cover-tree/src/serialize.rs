//! Indexes in serde's terms: points, metric and, for a tree, its nodes. Panels are made anew.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::metric::Metric;
use crate::{CoverTree, Points, Scan};

/// A tree's parts, with references to write and values to read.
#[derive(Serialize, Deserialize)]
#[serde(rename = "CoverTree")]
struct Tree<S, M, N, I> {
    points: S,
    metric: M,
    nodes: N,
    indices: I,
    slots: I,
    indexed: usize,
}

impl<S: Serialize, M: Serialize> Serialize for CoverTree<S, M> {
    fn serialize<Z: Serializer>(&self, to: Z) -> Result<Z::Ok, Z::Error> {
        let (points, metric, nodes, [indices, slots], indexed) = self.parts();
        Tree { points, metric, nodes, indices, slots, indexed }.serialize(to)
    }
}

/// Everything is checked as [`CoverTree::load`] does.
impl<'de, S, M> Deserialize<'de> for CoverTree<S, M>
where
    S: Points + Deserialize<'de>,
    M: Metric<S::Point> + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Tree { points, metric, nodes, indices, slots, indexed } =
            Tree::<S, M, Vec<[u64; 3]>, Vec<u32>>::deserialize(from)?;
        Self::from_parts(points, metric, &nodes, [indices, slots], indexed).map_err(D::Error::custom)
    }
}

/// A scan's parts.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Scan")]
struct Whole<S, M> {
    points: S,
    metric: M,
}

impl<S: Points + Serialize, M: Metric<S::Point> + Serialize> Serialize for Scan<S, M> {
    fn serialize<Z: Serializer>(&self, to: Z) -> Result<Z::Ok, Z::Error> {
        Whole { points: self.points(), metric: self.metric() }.serialize(to)
    }
}

/// Points are checked as [`Scan::new`] does.
impl<'de, S, M> Deserialize<'de> for Scan<S, M>
where
    S: Points + Deserialize<'de>,
    M: Metric<S::Point> + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Whole { points, metric } = Whole::deserialize(from)?;
        Self::new(points, metric).map_err(D::Error::custom)
    }
}
