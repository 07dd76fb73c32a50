//! Counts, in branches of shapes that count: entries up to the end of each child.

use core::slice;

use super::Branch;
use crate::node::shift;
use crate::shape::Shape;

impl<K, V, S: Shape> Branch<K, V, S> {
    /// Entries below the child at `slot`; 0 if the shape does not count.
    #[inline(always)]
    pub(in crate::node) fn count(self, slot: usize) -> usize {
        self.count_before(slot + 1).wrapping_sub(self.count_before(slot))
    }

    /// Entries below this branch; 0 if the shape does not count.
    pub(in crate::node) fn total(self) -> usize {
        self.count_before(self.len() + 1)
    }

    /// Entries below the children before `slot`; 0 if the shape does not count.
    #[inline(always)]
    pub(in crate::node) fn count_before(self, slot: usize) -> usize {
        if S::COUNTED && slot > 0 { self.ends()[slot - 1] } else { 0 }
    }

    /// Takes up that there are so many more entries below the child at `slot`; in counted shapes.
    #[inline]
    pub(in crate::node) fn add_count(self, slot: usize, entries: isize) {
        for end in self.ends_mut().get_mut(slot..).unwrap_or_default() {
            *end = end.wrapping_add_signed(entries);
        }
    }

    /// Takes up that of the entries below the children at `slot` and `slot + 1` so many are in the first.
    pub(in crate::node) fn divide_count(self, slot: usize, entries: usize) {
        self.write_end(slot, self.count_before(slot).wrapping_add(entries));
    }

    /// Entries up to the end of each child, so that both a rank and its place are found without a sum (decision 0095).
    #[inline(always)]
    pub(super) fn ends(&self) -> &[usize] {
        let ends = if S::COUNTED { self.len() + 1 } else { 0 };
        &self.ends_and_room()[..ends]
    }

    /// The ends, and the greatest number in places not in use; in counted shapes.
    #[inline(always)]
    pub(super) fn ends_and_room(&self) -> &[usize] {
        let ends = if S::COUNTED { Self::CAP + 1 } else { 0 };
        // SAFETY: ends are initialised up to the capacity in counted shapes (invariant 2).
        unsafe { slice::from_raw_parts(self.end_ptr(0), ends) }
    }

    /// The ends, to be changed; the caller has the tree to itself.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "a handle, not the owner; as in `heads_mut`")]
    fn ends_mut(&self) -> &mut [usize] {
        let ends = if S::COUNTED { self.len() + 1 } else { 0 };
        // SAFETY: as in `ends`; there is no other reference to them while the caller uses this one.
        unsafe { slice::from_raw_parts_mut(self.end_ptr(0), ends) }
    }

    /// Writes into room that is within the capacity; in counted shapes.
    #[inline(always)]
    pub(super) fn write_end(self, slot: usize, end: usize) {
        if S::COUNTED {
            assert!(slot <= self.node.cap());
            // SAFETY: within the capacity of ends, which is one more than that of separators.
            unsafe { self.end_ptr(slot).write(end) };
        }
    }

    /// Moves the ends from `from` on to `to`, within the capacity, each so much greater; in counted shapes.
    pub(super) fn move_ends(self, from: usize, to: usize, entries: usize) {
        if !S::COUNTED {
            return;
        }
        self.add_count(from, entries as isize);
        let moved = self.len() + 1 - from;
        assert!(to + moved <= self.node.cap() + 1);
        // SAFETY: ends `from..=len` are initialised, and the places that they go to are within the capacity.
        unsafe { shift(self.end_ptr(from), self.end_ptr(to), moved) };
    }
}
