//! The right to edit a block: proof that it has one owner.

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;
use core::ptr;
use core::slice;

use super::{Block, IntoIter, Sharing};

/// A block that has exactly one owner, borrowed from it: the only writer of elements.
pub(crate) struct Own<'a, H: Copy, A, B, P: Sharing, const KIND: bool> {
    block: &'a mut Block<H, A, B, P, KIND>,
}

impl<'a, H: Copy, A, B, P: Sharing, const KIND: bool> Own<'a, H, A, B, P, KIND> {
    /// # Safety
    ///
    /// - `block` has no other owner.
    #[inline]
    pub(super) unsafe fn new(block: &'a mut Block<H, A, B, P, KIND>) -> Self {
        Self { block }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.block.len()
    }

    /// How many elements each array has room for.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.block.capacity()
    }

    #[inline]
    pub(crate) fn a(&self) -> &[A] {
        self.block.a()
    }

    #[inline]
    pub(crate) fn b(&self) -> &[B] {
        self.block.b()
    }

    #[inline]
    pub(crate) fn a_mut(&mut self) -> &mut [A] {
        self.both_mut().0
    }

    #[inline]
    pub(crate) fn b_mut(&mut self) -> &mut [B] {
        self.both_mut().1
    }

    /// Both arrays.
    #[inline]
    pub(crate) fn both_mut(&mut self) -> (&mut [A], &mut [B]) {
        let (a, b, len) = (self.block.a_ptr(), self.block.b_ptr(), self.len());
        // SAFETY: `len` elements of `A` are initialised, and this is the only owner, borrowed mutably.
        let a = unsafe { slice::from_raw_parts_mut(a, len) };
        // SAFETY: as for `A`; the two arrays do not overlap.
        let b = unsafe { slice::from_raw_parts_mut(b, len) };
        (a, b)
    }

    /// Both arrays, for as long as the block is borrowed.
    #[inline]
    pub(crate) fn into_both_mut(self) -> (&'a mut [A], &'a mut [B]) {
        let (a, b, len) = (self.block.a_ptr(), self.block.b_ptr(), self.block.len());
        // SAFETY: `len` elements of `A` are initialised; the block stays mutably borrowed for 'a and `self` ends here.
        let a = unsafe { slice::from_raw_parts_mut(a, len) };
        // SAFETY: as for `A`; the two arrays do not overlap.
        let b = unsafe { slice::from_raw_parts_mut(b, len) };
        (a, b)
    }

    #[inline]
    pub(crate) fn header_mut(&mut self) -> &mut H {
        // SAFETY: the header is initialised, and this is the only owner, borrowed mutably.
        unsafe { &mut *self.block.header_ptr() }
    }

    /// Makes room for `cap` elements in all; moves them to a larger block if need be.
    #[inline]
    pub(crate) fn reserve(&mut self, cap: usize) {
        if self.block.capacity() < cap {
            self.resize(cap);
        }
    }

    /// Moves the elements to a block with room for exactly `cap`, which is at least `len`.
    pub(crate) fn resize(&mut self, cap: usize) {
        assert!(cap >= self.len(), "{} elements do not fit in {cap}", self.len());
        let mut target = Block::with_capacity(cap, *self.block.header());
        // SAFETY: the block is new.
        unsafe { Own::new(&mut target) }.append(self);
        *self.block = target;
    }

    /// Puts `(a, b)` at the end.
    ///
    /// # Panics
    ///
    /// If the block is full.
    #[inline]
    pub(crate) fn push(&mut self, a: A, b: B) {
        self.insert(self.len(), a, b);
    }

    /// Puts `(a, b)` at `at` and moves what follows up by one.
    ///
    /// # Panics
    ///
    /// If `at` is beyond the end or the block is full.
    #[inline]
    pub(crate) fn insert(&mut self, at: usize, a: A, b: B) {
        let len = self.len();
        if at > len || len >= self.block.capacity() {
            no_room(at, len, self.block.capacity());
        }
        // SAFETY: `at <= len < cap`: the slot is within the array.
        let a_at = unsafe { self.block.a_ptr().add(at) };
        // SAFETY: as for `A`.
        let b_at = unsafe { self.block.b_ptr().add(at) };
        if at < len {
            // SAFETY: `len - at` initialised elements move up within a capacity of at least `len + 1`.
            unsafe { ptr::copy(a_at, a_at.wrapping_add(1), len - at) };
            // SAFETY: as for `A`.
            unsafe { ptr::copy(b_at, b_at.wrapping_add(1), len - at) };
        }
        // SAFETY: the slot is within the array, and its former element was moved up.
        unsafe { a_at.write(a) };
        // SAFETY: as for `A`.
        unsafe { b_at.write(b) };
        self.block.set_len(len + 1);
    }

    /// Takes the elements at `at` out and moves what follows down by one.
    ///
    /// # Panics
    ///
    /// If `at` is not below `len`.
    #[inline]
    pub(crate) fn remove(&mut self, at: usize) -> (A, B) {
        let len = self.len();
        assert!(at < len, "remove at {at} of {len}");
        self.block.set_len(len - 1);
        // SAFETY: `at < len`: the slot is within the array.
        let a_at = unsafe { self.block.a_ptr().add(at) };
        // SAFETY: as for `A`.
        let b_at = unsafe { self.block.b_ptr().add(at) };
        // SAFETY: initialised, and no longer counted: it was within `len`, and the gap closes below.
        let a = unsafe { a_at.read() };
        // SAFETY: as for `A`.
        let b = unsafe { b_at.read() };
        // SAFETY: the elements after `at` move down by one within the array.
        unsafe { ptr::copy(a_at.wrapping_add(1), a_at, len - at - 1) };
        // SAFETY: as for `A`.
        unsafe { ptr::copy(b_at.wrapping_add(1), b_at, len - at - 1) };
        (a, b)
    }

    /// Takes the elements at `at` out and puts the last ones in their place.
    pub(crate) fn swap_remove(&mut self, at: usize) -> (A, B) {
        let last = self.len().checked_sub(1).expect("swap_remove from an empty node");
        let (a, b) = self.both_mut();
        a.swap(at, last);
        b.swap(at, last);
        self.remove(last)
    }

    /// Takes the last elements out.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(A, B)> {
        let last = self.len().checked_sub(1)?;
        Some(self.remove(last))
    }

    /// Moves the elements from `at` on to a new block with room for `cap`.
    pub(crate) fn split_off(&mut self, at: usize, cap: usize) -> Block<H, A, B, P, KIND> {
        let mut right = Block::with_capacity(cap, *self.block.header());
        // SAFETY: the block is new.
        let mut own = unsafe { Own::new(&mut right) };
        own.append_range(self, at..self.len());
        right
    }

    /// Moves all elements of `other` to the end of this block.
    ///
    /// # Panics
    ///
    /// If there is no room for them.
    pub(crate) fn append(&mut self, other: &mut Own<'_, H, A, B, P, KIND>) {
        self.append_range(other, 0..other.len());
    }

    /// Moves the elements of `other` in `range` to the end of this block, and closes the gap.
    ///
    /// # Panics
    ///
    /// If there is no room for them, or `range` is not within `other`.
    pub(crate) fn append_range(&mut self, other: &mut Own<'_, H, A, B, P, KIND>, range: Range<usize>) {
        let (len, other_len, count) = (self.len(), other.len(), range.len());
        assert!(range.start <= range.end && range.end <= other_len, "{range:?} is not within {other_len}");
        assert!(
            len + count <= self.block.capacity(),
            "{len} + {count} exceed room for {}",
            self.block.capacity()
        );
        other.block.set_len(range.start);
        // SAFETY: the elements of `range` are initialised and no longer counted in `other`; there is room for them
        // here, past `len`; two mutable borrows are two allocations.
        unsafe {
            ptr::copy_nonoverlapping(
                other.block.a_ptr().wrapping_add(range.start),
                self.block.a_ptr().wrapping_add(len),
                count,
            )
        };
        // SAFETY: as for `A`.
        unsafe {
            ptr::copy_nonoverlapping(
                other.block.b_ptr().wrapping_add(range.start),
                self.block.b_ptr().wrapping_add(len),
                count,
            )
        };
        self.block.set_len(len + count);
        let rest = other_len - range.end;
        if rest > 0 {
            let (a, b) = (other.block.a_ptr(), other.block.b_ptr());
            // SAFETY: the elements after `range` move down to where it began, within the array.
            unsafe { ptr::copy(a.wrapping_add(range.end), a.wrapping_add(range.start), rest) };
            // SAFETY: as for `A`.
            unsafe { ptr::copy(b.wrapping_add(range.end), b.wrapping_add(range.start), rest) };
            other.block.set_len(range.start + rest);
        }
    }

    /// Clones `a` and `b`, of equal length, to the end of this block; drops the clones if one panics.
    ///
    /// # Panics
    ///
    /// If there is no room for them, or the lengths differ.
    pub(crate) fn extend_from_slices(&mut self, a: &[A], b: &[B])
    where
        A: Clone,
        B: Clone,
    {
        let len = self.len();
        assert!(
            a.len() == b.len() && len + a.len() <= self.block.capacity(),
            "no room for {} elements",
            a.len()
        );
        // SAFETY: there is room for `a.len()` elements past `len`, by the assertion.
        let done_a = unsafe { fill(self.block.a_ptr().wrapping_add(len), a) };
        // SAFETY: as for `A`; the lengths are equal.
        let done_b = unsafe { fill(self.block.b_ptr().wrapping_add(len), b) };
        mem::forget((done_a, done_b));
        self.block.set_len(len + a.len());
    }

    /// Drops all elements from `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        let count = self.len().saturating_sub(len);
        if count == 0 {
            return;
        }
        let (a, b) = (self.block.a_ptr().wrapping_add(len), self.block.b_ptr().wrapping_add(len));
        self.block.set_len(len);
        // Both guards exist before either drops, so that a panic in one does not keep the other's elements alive.
        let _dropped_second = Filled { first: b, count };
        let _dropped_first = Filled { first: a, count };
    }

    /// Drops all elements.
    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }
}

impl<H: Copy, B, P: Sharing, const KIND: bool> Own<'_, H, (), B, P, KIND> {
    /// Moves values from `values` to the end until the block is full or there are no more.
    #[inline]
    pub(crate) fn extend<I: Iterator<Item = B>>(&mut self, values: &mut I) {
        let (len, room) = (self.len(), self.block.capacity() - self.len());
        let mut filled = Filled { first: self.block.b_ptr().wrapping_add(len), count: 0 };
        while filled.count < room {
            let Some(value) = values.next() else { break };
            // SAFETY: fewer than `room` values so far, and `first` has room for `room`.
            unsafe { filled.push(value) };
        }
        let count = filled.count;
        mem::forget(filled);
        self.block.set_len(len + count);
    }

    /// Moves the values from `at` on to the end: one copy of their bytes.
    ///
    /// # Panics
    ///
    /// If there is no room for them, or `at` is beyond the length of `values`.
    pub(crate) fn append_vec(&mut self, values: &mut Vec<B>, at: usize) {
        let (len, count) = (self.len(), values.len().checked_sub(at).expect("`at` is within the values"));
        assert!(count <= self.block.capacity() - len, "no room for {count} values");
        // SAFETY: `at` is at most the length; the values behind it belong to this function from here on.
        unsafe { values.set_len(at) };
        let from = values.as_ptr().wrapping_add(at);
        // SAFETY: `count` initialised values behind `at`; room for as many here, past `len`; two allocations.
        unsafe { ptr::copy_nonoverlapping(from, self.block.b_ptr().wrapping_add(len), count) };
        self.block.set_len(len + count);
    }
}

/// Elements that are initialised but not yet, or no longer, counted by a block: dropped with this guard.
struct Filled<T> {
    first: *mut T,
    count: usize,
}

impl<T> Filled<T> {
    /// # Safety
    ///
    /// - there is room for `count + 1` elements from `first` on, and nobody else writes there.
    #[inline]
    unsafe fn push(&mut self, value: T) {
        // SAFETY: the caller promises the room.
        unsafe { self.first.wrapping_add(self.count).write(value) };
        self.count += 1;
    }
}

impl<T> Drop for Filled<T> {
    fn drop(&mut self) {
        // SAFETY: `count` elements from `first` on are initialised and owned by this guard alone.
        unsafe { ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.first, self.count)) };
    }
}

/// Clones `from` to `to`.
///
/// # Safety
///
/// - `to` has room for `from.len()` elements, and nobody else writes there.
#[inline]
unsafe fn fill<T: Clone>(to: *mut T, from: &[T]) -> Filled<T> {
    let mut filled = Filled { first: to, count: 0 };
    for value in from {
        // SAFETY: at most `from.len()` elements, for which the caller promises room.
        unsafe { filled.push(value.clone()) };
    }
    filled
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Block<H, A, B, P, KIND> {
    /// All elements by value; a block with other owners is copied first.
    pub(crate) fn into_elements(mut self) -> IntoIter<H, A, B, P, KIND>
    where
        A: Clone,
        B: Clone,
    {
        self.make_mut();
        // SAFETY: one owner, by `make_mut`.
        unsafe { IntoIter::new(self) }
    }
}

/// Apart and by value: a message that borrows its numbers keeps them in memory on every way that might need it.
#[cold]
#[inline(never)]
fn no_room(at: usize, len: usize, cap: usize) -> ! {
    panic!("insert at {at} of {len} into room for {cap}");
}
