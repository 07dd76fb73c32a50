//! Insert and remove: new points stand apart until they are many enough to build the tree anew.

use super::{CoverTree, NO_SLOT};
use crate::metric::Metric;
use crate::{Error, Points};

/// Points outside the nodes that are compared one by one, before a rebuild is thought of.
const APART: usize = 64;

impl<S: Points, M: Metric<S::Point>> CoverTree<S, M> {
    /// Adds a point and returns its index: one more than the last that was given.
    ///
    /// Points inserted since the last rebuild are compared with every query; the tree is rebuilt when they are a
    /// sixteenth of it.
    ///
    /// Time: O(1), and O(c log n) distances on average for the rebuilds.
    ///
    /// # Errors
    /// If the point is not one of this space, or there is no further index.
    pub fn insert(&mut self, point: &S::Point) -> Result<u32, Error> {
        self.points.check(point)?;
        self.metric.check(point)?;
        let index = self.slots.len() as u32;
        if index >= NO_SLOT - 1 {
            return Err(Error::TooManyPoints { points: self.slots.len() });
        }
        self.points.push(point)?;
        self.slots.to_mut().push(self.indices.len() as u32);
        self.indices.to_mut().push(index);
        if self.indices.len() - self.indexed > APART + self.indexed / 16 {
            self.rebuild();
        }
        Ok(index)
    }

    /// Removes the point with an index; the index is not given again.
    ///
    /// Time: O(1), and O(c log n) distances on average for the rebuilds.
    ///
    /// # Errors
    /// [`Error::UnknownPoint`] if there is no such point.
    pub fn remove(&mut self, index: u32) -> Result<(), Error> {
        match self.slots.get(index as usize) {
            Some(&slot) if slot != NO_SLOT => self.slots.to_mut()[index as usize] = NO_SLOT,
            _ => return Err(Error::UnknownPoint { id: index as usize }),
        }
        self.removed.insert(index);
        self.removed_count += 1;
        if self.removed_count > APART + self.indices.len() / 2 {
            self.rebuild();
        }
        Ok(())
    }
}
