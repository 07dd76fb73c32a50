//! Checks of everything that the tree relies on.

use super::CoverTree;
use super::topology::BASE;
use crate::metric::Metric;
use crate::{Points, oracle};

/// What [`CoverTree::validate`] found broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Broken {
    /// A node's first child has another centre.
    Nesting {
        /// The node.
        node: usize,
    },
    /// Two siblings are too near.
    Separation {
        /// The two nodes.
        nodes: [usize; 2],
    },
    /// A point lies beyond the radius or the level of a node above it.
    Covering {
        /// The node.
        node: usize,
        /// The point's index.
        index: u32,
    },
    /// A point is below no leaf, or below two; or a node has two parents, or a wrong least index.
    Structure {
        /// The node or slot.
        at: usize,
    },
}

impl<S: Points, M: Metric<S::Point>> CoverTree<S, M> {
    /// Checks nesting, covering, separation and the structure, for tests and for data whose metric is in doubt.
    ///
    /// Time: O(n depth + nodes * fanout) distances.
    ///
    /// # Errors
    /// The first invariant that is broken.
    pub fn validate(&self) -> Result<(), Broken> {
        let mut seen = vec![false; self.indexed];
        let mut parents = vec![0; self.nodes.len()];
        for (id, node) in self.nodes.iter().enumerate() {
            let structure = |ok: bool, at: usize| if ok { Ok(()) } else { Err(Broken::Structure { at }) };
            structure(!node.range().is_empty(), id)?;
            if node.is_leaf() {
                for slot in node.range() {
                    structure(slot < self.indexed && !seen[slot], slot)?;
                    seen[slot] = true;
                }
                continue;
            }
            let children = node.range();
            structure(children.start > id && children.end <= self.nodes.len(), id)?;
            if self.nodes[children.start].centre != node.centre {
                return Err(Broken::Nesting { node: id });
            }
            for child in children.clone() {
                parents[child] += 1;
                structure(self.nodes[child].index_min >= node.index_min, child)?;
            }
            self.separated(children)?;
        }
        let all_below = seen.iter().all(|&seen| seen) && parents.iter().skip(1).all(|&count| count == 1);
        if !all_below {
            return Err(Broken::Structure { at: self.nodes.len() });
        }
        (0..self.nodes.len()).try_for_each(|id| self.covered(id))
    }

    fn between(&self, a: usize, b: usize) -> f64 {
        self.metric.triangle(oracle::distance(&self.metric, self.points.point(a), self.points.point(b)))
    }

    /// Siblings are farther apart than one level below the least radius that covers each of them.
    fn separated(&self, children: std::ops::Range<usize>) -> Result<(), Broken> {
        let top = self.nodes[children.clone()].iter().map(|child| child.level).max().unwrap_or(i32::MIN);
        let least = BASE.powi(top.saturating_sub(1));
        for a in children.clone() {
            for b in a + 1..children.end {
                let apart = self.between(self.nodes[a].centre as usize, self.nodes[b].centre as usize);
                // Symmetry is the metric's word; `<` lets an infinite distance pass.
                if apart <= least && apart < f64::INFINITY {
                    return Err(Broken::Separation { nodes: [a, b] });
                }
            }
        }
        Ok(())
    }

    /// Every point below a node is within its radius and its level.
    fn covered(&self, id: usize) -> Result<(), Broken> {
        let node = &self.nodes[id];
        let reach = BASE.powi(node.level);
        let mut open = vec![id];
        while let Some(below) = open.pop() {
            if !self.nodes[below].is_leaf() {
                open.extend(self.nodes[below].range());
                continue;
            }
            for slot in self.nodes[below].range() {
                // A point is at no distance from itself, even if rounding says so, as with residual correlations.
                let centre = node.centre as usize;
                let distance = if slot == centre { 0.0 } else { self.between(centre, slot) };
                if distance > node.radius || (distance > reach && distance > 0.0) {
                    return Err(Broken::Covering { node: id, index: self.indices[slot] });
                }
            }
        }
        Ok(())
    }
}
