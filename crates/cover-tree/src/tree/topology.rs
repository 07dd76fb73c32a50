//! The nodes of a cover tree, without points or metric: children in CSR, leaves as ranges of the traversal order.

use std::ops::Range;

/// A node: a centre, and all points below it within a radius.
///
/// Siblings have consecutive ids; the root is node 0. A node has children or, as a leaf, a range of slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Node {
    /// Above the distance ([`Metric::triangle`](crate::Metric::triangle)) from the centre to every point below.
    pub(crate) radius: f64,
    /// The centre's slot in the traversal order.
    pub(crate) centre: u32,
    /// The least index of a point below: nothing here precedes it.
    pub(crate) index_min: u32,
    /// For a leaf its first slot, else its first child.
    first: u32,
    /// How many slots or children; the top bit marks a leaf.
    packed: u32,
    /// Every point below lies within `BASE^level` of the centre, and siblings are farther than `BASE^(level - 1)` apart.
    pub(crate) level: i32,
    /// The first panel of the leaf's points, or of the children's centres.
    pub(crate) panel: u32,
}

/// The ratio of two levels' radii.
pub(crate) const BASE: f64 = 2.0;

/// The level of a leaf of equal points: no radius at all.
pub(crate) const LEVEL_MIN: i32 = i32::MIN;

const LEAF: u32 = 1 << 31;

impl Node {
    pub(crate) fn leaf(slots: Range<u32>) -> Self {
        Self::new(slots.start, LEAF | slots.len() as u32)
    }

    pub(crate) fn inner(children: Range<u32>) -> Self {
        Self::new(children.start, children.len() as u32)
    }

    fn new(first: u32, packed: u32) -> Self {
        Self { radius: 0.0, centre: 0, index_min: u32::MAX, first, packed, level: LEVEL_MIN, panel: 0 }
    }

    /// The node as it is saved; the least index and the panel are computed anew.
    pub(crate) fn to_words(self) -> [u64; 3] {
        let pair = |low: u32, high: u32| u64::from(low) | (u64::from(high) << 32);
        [self.radius.to_bits(), pair(self.centre, self.level as u32), pair(self.first, self.packed)]
    }

    pub(crate) fn from_words([radius, place, below]: [u64; 3]) -> Self {
        let mut node = Self::new(below as u32, (below >> 32) as u32);
        node.radius = f64::from_bits(radius);
        node.centre = place as u32;
        node.level = (place >> 32) as i32;
        node
    }

    pub(crate) fn is_leaf(&self) -> bool {
        self.packed & LEAF != 0
    }

    /// The slots of a leaf, or the children of another node.
    pub(crate) fn range(&self) -> Range<usize> {
        let first = self.first as usize;
        first..first + (self.packed & !LEAF) as usize
    }
}

/// The least level whose radius is not less than a distance.
pub(crate) fn level_of(distance: f64) -> i32 {
    match distance > 0.0 {
        true if distance.is_finite() => {
            let guess = distance.log2().ceil() as i32;
            // The logarithm may be wrong by one at a power of two.
            if BASE.powi(guess - 1) >= distance {
                guess - 1
            } else {
                guess + i32::from(BASE.powi(guess) < distance)
            }
        }
        true => i32::MAX,
        false => LEVEL_MIN,
    }
}
