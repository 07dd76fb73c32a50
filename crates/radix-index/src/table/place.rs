//! Where an insertion will put its entry.

use super::{Seen, Table};
use crate::bucket::{AllocError, Chain, Locked, Nodes, Shape, Spot};

/// A place for a new entry, found before the lock is taken: a free slot, or a new overflow node, which is given
/// back if it was not needed.
pub(crate) struct Place<'t, L: Shape> {
    nodes: &'t Nodes<L>,
    spot: Spot,
    is_new: bool,
}

impl<'t, L: Shape> Place<'t, L> {
    #[inline]
    pub(crate) fn find(table: &'t Table<L>, seen: &Seen<'t, L>) -> Result<Self, AllocError> {
        let nodes = &table.nodes;
        let free = !seen.header.live() & L::FULL;
        if free != 0 {
            let spot = Spot::new(0, free.trailing_zeros());
            return Ok(Self { nodes, spot, is_new: false });
        }
        if let Some(spot) = Chain::new(nodes, seen.header, seen.tags).room() {
            return Ok(Self { nodes, spot, is_new: false });
        }
        Ok(Self { nodes, spot: Spot::new(nodes.allocate()?, 0), is_new: true })
    }

    #[inline]
    pub(crate) fn take(mut self, locked: &mut Locked<'t, L>) -> Spot {
        if std::mem::take(&mut self.is_new) {
            locked.append(self.nodes, self.spot.node());
        }
        self.spot
    }
}

impl<L: Shape> Drop for Place<'_, L> {
    #[inline]
    fn drop(&mut self) {
        if self.is_new {
            self.nodes.free(self.spot.node());
        }
    }
}
