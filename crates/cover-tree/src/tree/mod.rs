//! The cover tree.

mod approximate;
mod build;
mod join;
mod load;
mod save;
mod search;
mod topology;
mod update;
mod validate;

pub use approximate::Approximate;
pub use validate::Broken;

use crate::metric::{Blocks, Metric};
use crate::panels::{Layout, Panels};
use crate::projection::Projection;
use crate::ruler::Ruler;
use crate::scan::check_points;
use crate::storage::Storage;
use crate::{Bitmap, Error, Points};
use build::Built;
use simd_kernels::panel::{LANES, Norm};
use topology::Node;

/// An exact index that prunes by the triangle inequality: for data of low intrinsic dimension in any space, and for
/// every metric.
///
/// Use it where distances discriminate: points near a surface or curve in many coordinates, strings, bit strings with
/// near duplicates, few neighbours of many points. In two or three dimensions a k-d tree is faster (the crate `kiddo`);
/// in uniform data from some 20 dimensions on, and for the residual metric, [`Scan`](crate::Scan) is.
///
/// ```text
/// nodes, level by level:   | root | children of the root | children of 1 | children of 2 | ..    siblings side by side
/// centres' panels:         one block of panels an inner node: its children's centres, compared in one call
/// leaves' panels:          one block of panels a leaf: its points, in the order of the slots
/// points, in slot order:   | leaf | leaf | leaf | ..  | inserted since                            f64 decides here
/// ```
///
/// Invariants, which [`CoverTree::validate`] checks: a node's first child has the node's centre (nesting); every point
/// below a node at level `l` is within `2^l` of its centre (covering); siblings at level `l` are farther than
/// `2^(l - 1)` apart (separation).
///
/// # Examples
/// ```
/// use cover_tree::{CoverTree, Euclidean, Index, Rows};
///
/// let spiral = (0..1000).flat_map(|i| {
///     let t = f64::from(i) * 0.01;
///     [t.cos(), t.sin(), t, 2.0 * t]
/// });
/// let mut tree = CoverTree::new(Rows::new(spiral.collect(), 4)?, Euclidean)?;
/// assert_eq!(tree.knn(&[1.0, 0.0, 0.0, 0.0], 1)?[0].index, 0);
///
/// let id = tree.insert(&[1.0, 0.0, 0.0, 0.001])?;
/// tree.remove(0)?;
/// assert_eq!(tree.knn(&[1.0, 0.0, 0.0, 0.0], 1)?[0].index, id);
/// # Ok::<(), cover_tree::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CoverTree<S, M> {
    /// In slot order; slots from `indexed` on are not in the nodes.
    points: S,
    metric: M,
    nodes: Vec<Node>,
    /// The index of the point in each slot.
    indices: Storage<u32>,
    /// The slot of each index, or `NO_SLOT` for removed points.
    slots: Storage<u32>,
    indexed: usize,
    /// Indices of removed points that still have a slot.
    removed: Bitmap,
    removed_count: usize,
    blocks: Option<TreePanels>,
}

/// The slot of a point that is not there.
const NO_SLOT: u32 = u32::MAX;

/// Both kinds of panels, in one layout.
#[derive(Clone, Debug)]
struct TreePanels {
    leaves: Panels,
    centres: Panels,
    /// The radii around the centres, in image units and rounded up; one array a panel.
    radii: Vec<[f32; LANES]>,
}

/// The slots in all panels, and the radii around the centres.
#[derive(Debug, Default)]
struct Numbered {
    leaves: Vec<u32>,
    centres: Vec<u32>,
    radii: Vec<f64>,
}

impl Numbered {
    fn radii(&self, layout: &Layout) -> Vec<[f32; LANES]> {
        let lanes = |radii: &[f64; LANES]| radii.map(|radius| Ruler::radius(radius, layout.scale));
        self.radii.as_chunks().0.iter().map(lanes).collect()
    }
}

impl<S: Points, M: Metric<S::Point>> CoverTree<S, M> {
    /// Builds the tree; index `i` is the point at position `i`.
    ///
    /// With the feature `rayon` it is built on the current thread pool; the tree is the same.
    ///
    /// Time: O(c n log n) distances, where c grows with the intrinsic dimension.
    ///
    /// # Errors
    /// If a point is not one of the metric's space, or there are more than 2^32 - 2.
    pub fn new(points: S, metric: M) -> Result<Self, Error> {
        check_points(&points, &metric)?;
        let n = points.len() as u32;
        let indices: Vec<u32> = (0..n).collect();
        let mut tree = Self {
            points,
            metric,
            nodes: Vec::new(),
            slots: indices.clone().into(),
            indices: indices.into(),
            indexed: 0,
            removed: Bitmap::default(),
            removed_count: 0,
            blocks: None,
        };
        tree.rebuild();
        Ok(tree)
    }

    /// The metric.
    pub fn metric(&self) -> &M {
        &self.metric
    }

    /// The number of points, without removed ones.
    pub fn len(&self) -> usize {
        self.indices.len() - self.removed_count
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the nodes, panels and tables, besides the points.
    pub fn bytes(&self) -> usize {
        let panels = |panels: &TreePanels| {
            panels.leaves.bytes() + panels.centres.bytes() + size_of_val(&panels.radii[..])
        };
        size_of_val(&self.nodes[..])
            + size_of_val(&self.indices[..])
            + size_of_val(&self.slots[..])
            + self.blocks.as_ref().map_or(0, panels)
    }

    /// The indices of all points, removed ones among them until the next rebuild, in the order in which they lie in memory:
    /// near points are near one another in it.
    ///
    /// Queries of the index's own points are fastest in this order ([`Index::knn_of`](crate::Index::knn_of)).
    pub fn traversal_order(&self) -> &[u32] {
        &self.indices
    }

    /// Builds nodes and panels anew over all points that were not removed.
    fn rebuild(&mut self) {
        let live: Vec<u32> = (0..self.indices.len() as u32)
            .filter(|&slot| !self.removed.contains(self.indices[slot as usize]))
            .collect();
        let Built { nodes, order } = build::build(&self.points, &self.metric, &live);
        let mut slot_of = vec![NO_SLOT; self.indices.len()];
        for (slot, &position) in order.iter().enumerate() {
            slot_of[position as usize] = slot as u32;
        }
        self.points = self.points.select(&order);
        let indices: Vec<u32> = order.iter().map(|&position| self.indices[position as usize]).collect();
        let slots = self.slots.to_mut();
        slots.fill(NO_SLOT);
        for (slot, &index) in indices.iter().enumerate() {
            slots[index as usize] = slot as u32;
        }
        self.indices = indices.into();
        self.nodes = nodes;
        for node in &mut self.nodes {
            node.centre = slot_of[node.centre as usize];
        }
        self.indexed = self.indices.len();
        self.removed = Bitmap::default();
        self.removed_count = 0;
        self.spread_index_min();
        self.pack();
    }

    /// Sets each node's least index, children before parents.
    fn spread_index_min(&mut self) {
        for id in (0..self.nodes.len()).rev() {
            let node = self.nodes[id];
            let below = node.range();
            let least = match node.is_leaf() {
                true => self.indices[below].iter().copied().min(),
                false => self.nodes[below].iter().map(|child| child.index_min).min(),
            };
            self.nodes[id].index_min = least.unwrap_or(u32::MAX);
        }
    }

    /// Gives each leaf and each set of children panels of its own.
    fn number_panels(&mut self) -> Numbered {
        let mut numbered = Numbered::default();
        for id in 0..self.nodes.len() {
            let node = self.nodes[id];
            let (slots, to): (Vec<u32>, _) = match node.is_leaf() {
                true => (node.range().map(|slot| slot as u32).collect(), &mut numbered.leaves),
                false => {
                    let children = &self.nodes[node.range()];
                    let radii = &mut numbered.radii;
                    radii.extend(children.iter().map(|child| child.radius));
                    radii.resize(radii.len().next_multiple_of(LANES), 0.0);
                    (children.iter().map(|child| child.centre).collect(), &mut numbered.centres)
                }
            };
            self.nodes[id].panel = (to.len() / LANES) as u32;
            to.extend_from_slice(&slots);
            // Padding repeats the first point; it is masked wherever it is read.
            to.resize(to.len().next_multiple_of(LANES), slots[0]);
        }
        numbered
    }

    /// Writes the panels.
    fn pack(&mut self) {
        let numbered = self.number_panels();
        let leaves = &numbered.leaves;
        self.blocks = None;
        if let Blocks::Image(image) = self.metric.blocks()
            && !leaves.is_empty()
        {
            let projection = match image.norm() {
                Norm::Euclidean => Projection::find(&self.points, image, leaves, self.leaf_radius()),
                _ => None,
            };
            let layout = Layout::of_images(&self.points, image, leaves, projection);
            let pack = |slots: &[u32]| Panels::with_layout(layout.clone(), &self.points, &self.metric, slots);
            self.blocks = Some(TreePanels {
                leaves: pack(leaves),
                centres: pack(&numbered.centres),
                radii: numbered.radii(&layout),
            });
        }
    }

    /// The median radius of a leaf: the length at which distances are told apart.
    fn leaf_radius(&self) -> f64 {
        let leaves = self.nodes.iter().filter(|node| node.is_leaf());
        let mut radii: Vec<f64> = leaves.map(|leaf| leaf.radius).collect();
        let middle = radii.len() / 2;
        if radii.is_empty() { 0.0 } else { *radii.select_nth_unstable_by(middle, f64::total_cmp).1 }
    }
}
