//! The engine that a probe picks.

use std::fmt;

use crate::index::Request;
use crate::{CoverTree, Error, Index, Metric, Neighbour, Neighbours, Points, Scan};

/// Points that the probe searches for.
const PROBES: usize = 64;

/// Neighbours that the probe searches for, as typical a number as any.
const PROBE_K: usize = 10;

/// The fraction of points that a tree may compare and still be preferred: a scan compares a pair of a batch some eight
/// times faster, because eight queries share each load and none waits for a queue. An estimate from the rows M of the bench, not yet a sweep.
const COMPARED_MAX: f64 = 0.12;

/// A tree or a scan, whichever a probe of the data finds faster; it tells which and why.
///
/// # Examples
/// ```
/// use cover_tree::{Auto, Engine, Euclidean, Index, Rows};
///
/// let line = Rows::new((0..5000).map(f64::from).collect(), 1)?;
/// let auto = Auto::new(line, Euclidean)?;
/// assert_eq!(auto.choice().engine, Engine::CoverTree);
/// println!("{}", auto.choice());
/// assert_eq!(auto.knn(&[17.2], 1)?[0].index, 17);
/// # Ok::<(), cover_tree::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "S: Points + serde::Serialize, M: Metric<S::Point> + serde::Serialize",
        deserialize = "S: Points + serde::Deserialize<'de>, M: Metric<S::Point> + serde::Deserialize<'de>"
    ))
)]
pub struct Auto<S, M> {
    picked: Picked<S, M>,
    choice: Choice,
}

#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "S: Points + serde::Serialize, M: Metric<S::Point> + serde::Serialize",
        deserialize = "S: Points + serde::Deserialize<'de>, M: Metric<S::Point> + serde::Deserialize<'de>"
    ))
)]
enum Picked<S, M> {
    Tree(Box<CoverTree<S, M>>),
    Scan(Scan<S, M>),
}

/// An engine of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Engine {
    /// [`CoverTree`].
    CoverTree,
    /// [`Scan`].
    Scan,
}

/// What [`Auto`] picked, and the measurement behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Choice {
    /// The engine.
    pub engine: Engine,
    /// The fraction of points and centres that the tree did not have to compare, on average over the probes.
    pub pruned: f64,
    /// How many points of the index were searched for.
    pub probes: usize,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, pruned, probes } = self;
        let percent = pruned * 100.0;
        match engine {
            Engine::CoverTree => {
                write!(f, "cover tree: it prunes {percent:.1} % of the points, by {probes} probes")
            }
            Engine::Scan => {
                write!(f, "scan: a tree would prune only {percent:.1} % of the points, by {probes} probes")
            }
        }
    }
}

impl<S: Points + Clone, M: Metric<S::Point> + Clone> Auto<S, M> {
    /// Builds a tree, searches for the 10 nearest others of up to 64 of its points, and keeps it if it pruned enough.
    ///
    /// Time: that of both engines' constructors, and the probes.
    ///
    /// # Errors
    /// As [`CoverTree::new`].
    pub fn new(points: S, metric: M) -> Result<Self, Error> {
        let tree = CoverTree::new(points.clone(), metric.clone())?;
        let n = points.len();
        let probes = n.min(PROBES);
        let compared: f64 = (0..probes)
            .map(|probe| tree.compared(points.point(probe * n / probes), PROBE_K) as f64 / n as f64)
            .sum();
        let pruned = if probes == 0 { 1.0 } else { (1.0 - compared / probes as f64).max(0.0) };
        let engine = if pruned >= 1.0 - COMPARED_MAX { Engine::CoverTree } else { Engine::Scan };
        let picked = match engine {
            Engine::CoverTree => Picked::Tree(Box::new(tree)),
            Engine::Scan => Picked::Scan(Scan::new(points, metric)?),
        };
        Ok(Self { picked, choice: Choice { engine, pruned, probes } })
    }
}

impl<S, M> Auto<S, M> {
    /// What was picked, and why.
    pub fn choice(&self) -> Choice {
        self.choice
    }
}

impl<S: Points, M: Metric<S::Point>> Index for Auto<S, M> {
    type Points = S;

    fn end(&self) -> usize {
        match &self.picked {
            Picked::Tree(tree) => tree.end(),
            Picked::Scan(scan) => scan.end(),
        }
    }

    fn point(&self, index: u32) -> Option<&S::Point> {
        match &self.picked {
            Picked::Tree(tree) => tree.point(index),
            Picked::Scan(scan) => scan.point(index),
        }
    }

    fn check(&self, point: &S::Point) -> Result<(), Error> {
        match &self.picked {
            Picked::Tree(tree) => tree.check(point),
            Picked::Scan(scan) => scan.check(point),
        }
    }

    fn is_ill(&self, point: &S::Point) -> bool {
        match &self.picked {
            Picked::Tree(tree) => tree.is_ill(point),
            Picked::Scan(scan) => scan.is_ill(point),
        }
    }

    fn all_knn(&self, k: usize) -> Neighbours {
        match &self.picked {
            Picked::Tree(tree) => tree.all_knn(k),
            Picked::Scan(scan) => scan.all_knn(k),
        }
    }

    fn answer(&self, requests: &[Request<'_, S::Point>]) -> Vec<Vec<Neighbour>> {
        match &self.picked {
            Picked::Tree(tree) => tree.answer(requests),
            Picked::Scan(scan) => scan.answer(requests),
        }
    }
}
