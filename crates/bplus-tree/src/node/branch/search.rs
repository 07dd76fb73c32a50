//! The child that a key, or a rank, is below.

use core::slice;

use super::Branch;
use crate::node::Node;
use crate::node::leaf::Leaf;
use crate::node::plain::{is_plain, lead};
use crate::node::probe::{BLOCK, ByLanes, Probe};
use crate::shape::Shape;

impl<K, V, S: Shape> Branch<K, V, S> {
    /// The child that a search goes into: the number of separators that are not greater than what is sought.
    #[inline(always)]
    pub(in crate::node) fn search<P: Probe<K>>(self, probe: &mut P) -> Node {
        let slot = self.search_slot(probe);
        // SAFETY: `slot <= len`: `search_slot` never gives more.
        unsafe { *self.child_ptr(slot) }
    }

    #[inline(always)]
    pub(in crate::node) fn search_slot<P: Probe<K>>(self, probe: &mut P) -> usize {
        let len = self.len();
        if P::HEADS {
            let heads = self.heads();
            let (index, hit) = probe.seek(heads, |index| self.first_bytes(index));
            let slot = (index + usize::from(hit)).min(len);
            probe.descend(heads, slot);
            return slot;
        }
        if P::WHOLE && const { Self::CAP + lead::<K>() <= BLOCK } {
            // SAFETY: where a probe wants whole blocks, keys are lanes, initialised up to the capacity (invariant 2).
            let block = unsafe { slice::from_raw_parts(self.separator_ptr(0).cast::<K>(), Self::CAP) };
            return probe.upper(block).min(len);
        }
        let slot = if is_plain::<K>() {
            // SAFETY: separators `0..len` are initialised (invariant 2), and of a plain type they are keys.
            probe.upper(unsafe { slice::from_raw_parts(self.separator_ptr(0).cast::<K>(), len) })
        } else {
            // SAFETY: as above; of any other type they are nodes.
            let firsts = unsafe { slice::from_raw_parts(self.separator_ptr(0).cast::<Node>(), len) };
            firsts.partition_point(|first| match Leaf::<K, V>::of(*first).keys().first() {
                Some(key) => probe.not_before(key),
                None => false,
            })
        };
        slot.min(len)
    }

    /// The child that has the entry of rank `rank`, which becomes the rank below that child; in counted shapes.
    #[inline(always)]
    pub(in crate::node) fn select<I>(self, rank: &mut usize, isa: I) -> Node
    where
        ByLanes<usize, I>: Probe<usize>,
    {
        // The last child needs no look: what is not before it is in it. A block of all that there is room for has a length
        // that the compiler knows (decision 0044); behind the last end is the greatest number.
        let slot = ByLanes { sought: *rank, isa }.upper(&self.ends_and_room()[..Self::CAP]).min(self.len());
        *rank -= self.count_before(slot);
        self.child(slot)
    }
}
