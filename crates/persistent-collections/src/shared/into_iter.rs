//! The elements of a block by value.

use core::ops::Range;

use super::{Block, Sharing};

/// Gives the elements of a block away, from both ends; drops the rest.
pub(crate) struct IntoIter<H: Copy, A, B, P: Sharing, const KIND: bool> {
    /// Has one owner and says that it is empty: the elements in `left` belong to this iterator.
    block: Block<H, A, B, P, KIND>,
    left: Range<usize>,
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> IntoIter<H, A, B, P, KIND> {
    /// # Safety
    ///
    /// - `block` has no other owner.
    pub(super) unsafe fn new(mut block: Block<H, A, B, P, KIND>) -> Self {
        let left = 0..block.len();
        block.set_len(0);
        Self { block, left }
    }

    /// # Safety
    ///
    /// - `at` was just taken out of `left`.
    #[inline]
    unsafe fn take(&mut self, at: usize) -> (A, B) {
        let (a_at, b_at) = (self.block.a_ptr().wrapping_add(at), self.block.b_ptr().wrapping_add(at));
        // SAFETY: initialised: it was within `left`; taken once, as `left` shrank.
        let a = unsafe { a_at.read() };
        // SAFETY: as for `A`.
        let b = unsafe { b_at.read() };
        (a, b)
    }
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Iterator for IntoIter<H, A, B, P, KIND> {
    type Item = (A, B);

    #[inline]
    fn next(&mut self) -> Option<(A, B)> {
        let at = self.left.next()?;
        // SAFETY: `at` just left `left`.
        Some(unsafe { self.take(at) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> DoubleEndedIterator for IntoIter<H, A, B, P, KIND> {
    #[inline]
    fn next_back(&mut self) -> Option<(A, B)> {
        let at = self.left.next_back()?;
        // SAFETY: `at` just left `left`.
        Some(unsafe { self.take(at) })
    }
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> ExactSizeIterator for IntoIter<H, A, B, P, KIND> {}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Drop for IntoIter<H, A, B, P, KIND> {
    fn drop(&mut self) {
        // Hand the elements that are left back to the block, which drops them, even if one of them panics.
        // They must be the first ones for that.
        let left = core::mem::take(&mut self.left);
        // SAFETY: the elements of `left` are initialised; those before were given away.
        unsafe { self.block.restore(left) };
    }
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Block<H, A, B, P, KIND> {
    /// Makes the elements of `left` the only ones.
    ///
    /// # Safety
    ///
    /// - the block has one owner and counts no elements;
    /// - the elements of `left` are initialised and belong to the caller, who gives them away.
    unsafe fn restore(&mut self, left: Range<usize>) {
        // SAFETY: the elements lie within the array and move down within it.
        unsafe { core::ptr::copy(self.a_ptr().wrapping_add(left.start), self.a_ptr(), left.len()) };
        // SAFETY: as for `A`.
        unsafe { core::ptr::copy(self.b_ptr().wrapping_add(left.start), self.b_ptr(), left.len()) };
        self.set_len(left.len());
    }
}
