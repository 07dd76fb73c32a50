//! The nodes of a cover tree, without points or metric: children in CSR, leaves as ranges of the traversal order.

/// A node: a centre, and all points below it within a radius.
///
/// Siblings have consecutive ids, and so lie side by side; the root is node 0. A node has children or, as a leaf, a
/// range of slots.
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(C)]
pub(crate) struct Node {
    /// Above the distance ([`Metric::triangle`](crate::Metric::triangle)) from the centre to every point below.
    pub(crate) radius: f64,
    /// The centre's slot in the traversal order.
    pub(crate) centre: u32,
    /// The least index of a point below: nothing here precedes it.
    pub(crate) index_min: u32,
    /// For a leaf the first slot, else the first child.
    pub(crate) first: u32,
    /// How many slots or children; the top bit marks a leaf.
    packed: u32,
    /// The level: children are at least `BASE^(level - 1)` apart, and at most `BASE^level` from the centre.
    pub(crate) level: i32,
    /// The parent, or `u32::MAX` for the root.
    pub(crate) parent: u32,
}

const LEAF: u32 = 1 << 31;

impl Node {
    pub(crate) fn leaf(centre: u32, radius: f64, level: i32, slots: std::ops::Range<u32>, parent: u32) -> Self {
        let packed = LEAF | slots.len() as u32;
        Self { radius, centre, index_min: u32::MAX, first: slots.start, packed, level, parent }
    }

    pub(crate) fn inner(centre: u32, radius: f64, level: i32, children: std::ops::Range<u32>, parent: u32) -> Self {
        let packed = children.len() as u32;
        Self { radius, centre, index_min: u32::MAX, first: children.start, packed, level, parent }
    }

    pub(crate) fn is_leaf(&self) -> bool {
        self.packed & LEAF != 0
    }

    /// The slots of a leaf, or the children of another node.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        let first = self.first as usize;
        first..first + (self.packed & !LEAF) as usize
    }
}
