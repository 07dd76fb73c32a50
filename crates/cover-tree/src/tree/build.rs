//! Building from the top, level by level; the nodes of a level are split in parallel.
//!
//! ```text
//! split(centre, members):
//!     centres = [centre]                                   nesting: the first child has its parent's centre
//!     while the member farthest from its nearest centre is farther than half the node's radius,
//!           and there are not yet members / 16 centres:    (Gonzalez' farthest-first traversal)
//!         make it a centre; members nearer to it move to it
//!     each centre with its members is a child
//! ```
//! Each centre was, when chosen, at least as far from all others as any member then was from its nearest one. So
//! children are farther apart than the radius that covers any of them allows for one level less, which is the
//! cover tree's separation; and all within that radius, which is its covering. Against the textbook: levels without a
//! new centre are skipped, separation holds among siblings (as in Izbicki and Shelton's simplified cover tree, 2015),
//! and a node of at most [`LEAF_MAX`] points is a leaf, a block for the kernels.

use super::topology::{BASE, Node, level_of};
use crate::metric::{Metric, Rounding};
use crate::{Points, oracle, parallel};

/// Points of a leaf: two panels. Equal points make one leaf, whatever their number.
pub(crate) const LEAF_MAX: usize = 32;

/// Children of a node: two panels.
const CHILDREN_MAX: usize = 32;

/// Members per child for which a node is split: about a panel, so that leaves are not mostly padding.
const MEMBERS_PER_CHILD: usize = 16;

/// Nodes, and the positions of the points in traversal order.
#[derive(Debug, Default)]
pub(super) struct Built {
    pub(super) nodes: Vec<Node>,
    pub(super) order: Vec<u32>,
}

/// A node that is being built: its centre and all points below it, by position.
struct Cluster {
    centre: u32,
    members: Vec<Member>,
}

#[derive(Clone, Copy)]
struct Member {
    position: u32,
    /// [`Metric::triangle`] of the distance to the cluster's centre.
    distance: f64,
}

/// What a cluster becomes.
enum Split {
    Leaf(Cluster),
    Inner(Vec<Cluster>),
}

/// The topology over some positions. Node ids run level by level, slots of leaves in the same order.
pub(super) fn build<S: Points>(points: &S, metric: &impl Metric<S::Point>, positions: &[u32]) -> Built {
    let Some(&centre) = positions.first() else { return Built::default() };
    let root = Cluster { centre, members: distances(points, metric, centre, positions) };
    let mut built = Built { nodes: Vec::new(), order: Vec::with_capacity(positions.len()) };
    let mut frontier = vec![root];
    while !frontier.is_empty() {
        let radii: Vec<f64> = frontier.iter().map(Cluster::radius).collect();
        let mut below = Vec::new();
        // Ids of the next level begin after this one's.
        let next = (built.nodes.len() + frontier.len()) as u32;
        let centres: Vec<u32> = frontier.iter().map(|cluster| cluster.centre).collect();
        for (i, split) in split_all(points, metric, frontier).into_iter().enumerate() {
            let mut node = match split {
                Split::Leaf(cluster) => {
                    let first = built.order.len() as u32;
                    built.order.extend(cluster.members.iter().map(|member| member.position));
                    Node::leaf(first..built.order.len() as u32)
                }
                Split::Inner(children) => {
                    let first = next + below.len() as u32;
                    below.extend(children);
                    Node::inner(first..next + below.len() as u32)
                }
            };
            node.centre = centres[i];
            node.radius = metric.rounding().above(radii[i]);
            node.level = level_of(radii[i]);
            built.nodes.push(node);
        }
        frontier = below;
    }
    built
}

fn split_all<S: Points>(points: &S, metric: &impl Metric<S::Point>, frontier: Vec<Cluster>) -> Vec<Split> {
    #[cfg(feature = "rayon")]
    if parallel::threads() > 1 {
        use rayon::prelude::*;
        return frontier.into_par_iter().map(|cluster| split(points, metric, cluster)).collect();
    }
    frontier.into_iter().map(|cluster| split(points, metric, cluster)).collect()
}

fn distances<S: Points>(
    points: &S,
    metric: &impl Metric<S::Point>,
    centre: u32,
    positions: &[u32],
) -> Vec<Member> {
    let from = points.point(centre as usize);
    let member = |&position: &u32| {
        let distance = metric.triangle(oracle::distance(metric, from, points.point(position as usize)));
        Member { position, distance }
    };
    parallel::map_chunks(positions, 4096, |chunk| chunk.iter().map(member).collect::<Vec<_>>()).concat()
}

impl Cluster {
    fn radius(&self) -> f64 {
        self.members.iter().map(|member| member.distance).fold(0.0, f64::max)
    }
}

fn split<S: Points>(points: &S, metric: &impl Metric<S::Point>, cluster: Cluster) -> Split {
    let radius = cluster.radius();
    if cluster.members.len() <= LEAF_MAX || radius == 0.0 {
        return Split::Leaf(cluster);
    }
    let target = BASE.powi(level_of(radius).saturating_sub(1));
    let most = (cluster.members.len() / MEMBERS_PER_CHILD).clamp(2, CHILDREN_MAX);
    let rounding = metric.rounding();
    let mut members = cluster.members;
    let mut nearest = vec![0_u8; members.len()];
    let mut centres = vec![cluster.centre];
    while centres.len() < most {
        // The first of the farthest, so that the tree does not depend on anything but the points.
        let far =
            (0..members.len()).fold(0, |a, b| if members[b].distance > members[a].distance { b } else { a });
        let apart = members[far].distance;
        if apart == 0.0 || (apart <= target && centres.len() > 1) {
            break;
        }
        let centre = members[far].position;
        let limits = reach(points, metric, rounding, &centres, centre);
        let from = points.point(centre as usize);
        for (member, nearest) in members.iter_mut().zip(&mut nearest) {
            // Nearer to its own centre than half the way to the new one: it cannot move.
            if member.distance < limits[usize::from(*nearest)] {
                continue;
            }
            let to = points.point(member.position as usize);
            let distance = metric.triangle(oracle::distance(metric, from, to));
            if distance < member.distance {
                member.distance = distance;
                *nearest = centres.len() as u8;
            }
        }
        // Under an honest metric this is so already; a metric that lies must not keep the build from ending.
        members[far].distance = 0.0;
        nearest[far] = centres.len() as u8;
        centres.push(centre);
    }
    let mut children: Vec<Cluster> =
        centres.into_iter().map(|centre| Cluster { centre, members: Vec::new() }).collect();
    for (member, nearest) in members.into_iter().zip(nearest) {
        children[usize::from(nearest)].members.push(member);
    }
    children.retain(|child| !child.members.is_empty());
    if let [_] = children[..] {
        let members = children.swap_remove(0).members;
        return Split::Leaf(Cluster { centre: cluster.centre, members });
    }
    Split::Inner(children)
}

/// For each centre, the distance below which a member certainly is nearer to it than to the new centre.
fn reach<S: Points>(
    points: &S,
    metric: &impl Metric<S::Point>,
    rounding: Rounding,
    centres: &[u32],
    new: u32,
) -> Vec<f64> {
    let to = points.point(new as usize);
    let half = |&centre: &u32| {
        let distance = metric.triangle(oracle::distance(metric, points.point(centre as usize), to));
        rounding.below(rounding.below(distance) / 2.0)
    };
    centres.iter().map(half).collect()
}
