//! Memory for insertions to come, asked for while the tree is whole.

use super::branch::Branch;
use super::leaf::Leaf;
use super::tree::{Tree, Trunk};
use crate::error::TryReserveError;
use crate::shape::Shape;

impl<K, V, S: Shape> Tree<K, V, S> {
    /// Sees to it that the next `additional` insertions allocate nothing.
    pub(crate) fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        if additional == 0 {
            return Ok(());
        }
        let error = TryReserveError { additional };
        let entries = self.len.checked_add(additional).ok_or(error.clone())?;
        let full = const { Leaf::<K, V>::full_cap::<S>() };
        match &self.trunk {
            None => {
                let leaf = Leaf::try_alloc_alone(entries.min(full)).map_err(|_| error.clone())?;
                self.trunk = Some(Trunk::of_leaf(leaf));
            }
            Some(trunk) if trunk.height == 0 && trunk.first.cap() < entries.min(full) => {
                let leaf = Leaf::try_alloc_alone(entries.min(full)).map_err(|_| error.clone())?;
                self.replace_root(leaf);
            }
            Some(_) => {}
        }
        let height = self.trunk.as_ref().map_or(0, |trunk| trunk.height);
        if height == 0 && entries <= full {
            return Ok(());
        }
        // At worst each insertion splits a leaf and every branch above it, and new roots are fewer than insertions.
        let branches =
            additional.checked_mul(height + 1).and_then(|n| n.checked_add(1)).ok_or(error.clone())?;
        self.leaves.try_reserve(additional, Leaf::<K, V>::layout(full)).map_err(|_| error.clone())?;
        self.branches.try_reserve(branches, Branch::<K, V, S>::layout()).map_err(|_| error)
    }
}
