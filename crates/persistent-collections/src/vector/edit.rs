//! Changing the length: pushing, inserting, cutting, joining.

use core::ops::{Bound, RangeBounds};

use super::{Drain, Vector};
use crate::nodes::{Assembler, Leaf, Limits, Tree};
use crate::shared::Sharing;

impl<T: Clone, P: Sharing> Vector<T, P> {
    /// Puts `value` behind the last element.
    ///
    /// Time: O(1), amortised.
    #[inline]
    pub fn push(&mut self, value: T) {
        // The common way is short enough to be inlined.
        if let Some(tail) = &mut self.tail
            && let Some(mut own) = tail.get_mut()
            && own.len() < own.capacity()
        {
            return own.push((), value);
        }
        self.push_apart(value);
    }

    /// Puts `value` into a tail that is shared or has no room, or into a new one.
    #[inline(never)]
    fn push_apart(&mut self, value: T) {
        if let Some(tail) = &mut self.tail
            && tail.len() < Self::LEAF
        {
            let room = Limits::<(), T, P>::leaf_room(tail.len() + 1).max(tail.capacity());
            return tail.make_mut_with(room).push((), value);
        }
        self.flush();
        let room = if self.tree.len() == 0 { 4 } else { Self::LEAF };
        let mut tail = Leaf::with_capacity(room.min(Self::LEAF), ());
        tail.make_mut().push((), value);
        self.tail = Some(tail);
    }

    /// [`Vector::push`], by the name that deques have.
    ///
    /// Time: O(1), amortised.
    pub fn push_back(&mut self, value: T) {
        self.push(value);
    }

    /// Takes the last element off.
    ///
    /// Time: O(1), amortised.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        if self.tail.is_none() {
            self.tail = self.tree.pop_leaf();
        }
        let mut own = self.tail.as_mut()?.make_mut();
        let ((), value) = own.pop()?;
        if own.len() == 0 {
            self.tail = None;
        }
        Some(value)
    }

    /// [`Vector::pop`], by the name that deques have.
    ///
    /// Time: O(1), amortised.
    pub fn pop_back(&mut self) -> Option<T> {
        self.pop()
    }

    /// Puts `value` before the first element.
    ///
    /// Time: O(log n).
    pub fn push_front(&mut self, value: T) {
        self.insert(0, value);
    }

    /// Takes the first element off.
    ///
    /// Time: O(log n).
    pub fn pop_front(&mut self) -> Option<T> {
        if self.is_empty() { None } else { Some(self.remove(0)) }
    }

    /// Puts `value` at `index` and moves what follows up by one.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `index` is beyond the length.
    pub fn insert(&mut self, index: usize, value: T) {
        let len = self.len();
        assert!(index <= len, "insertion index (is {index}) should be <= len (is {len})");
        if index == len {
            return self.push(value);
        }
        let Some(tail) = &mut self.tail else { return self.insert_into_tree(index, value) };
        match index.checked_sub(self.tree.len()) {
            None => self.insert_into_tree(index, value),
            Some(at) if tail.len() < Self::LEAF => {
                let room = if tail.len() < tail.capacity() {
                    0
                } else {
                    Limits::<(), T, P>::leaf_room(tail.len() + 1)
                };
                tail.make_mut_with(room.max(tail.capacity())).insert(at, (), value);
            }
            Some(_) => {
                self.flush();
                self.insert_into_tree(index, value);
            }
        }
    }

    fn insert_into_tree(&mut self, index: usize, value: T) {
        let path = self.tree.path_of_index(index);
        self.tree.insert(&path, (), value);
    }

    /// Takes the element at `index` out and moves what follows down by one.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `index` is not below the length.
    pub fn remove(&mut self, index: usize) -> T {
        let len = self.len();
        assert!(index < len, "removal index (is {index}) should be < len (is {len})");
        if index + 1 == len {
            return self.pop().expect("there is a last element");
        }
        match index.checked_sub(self.tree.len()) {
            None => {
                let path = self.tree.path_of_index(index);
                self.tree.remove(&path).1
            }
            Some(at) => self.tail.as_mut().expect("the index is in the tail").make_mut().remove(at).1,
        }
    }

    /// Takes the element at `index` out and puts the last one there.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `index` is not below the length.
    pub fn swap_remove(&mut self, index: usize) -> T {
        let len = self.len();
        assert!(index < len, "swap_remove index (is {index}) should be < len (is {len})");
        // The place is made writable first, so that a clone that panics loses nothing.
        self.get_mut(index);
        let last = self.pop().expect("there is a last element");
        if index + 1 == len { last } else { self.set(index, last) }
    }

    /// Cuts this vector at `at`: keeps what comes before, gives the rest.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `at` is beyond the length.
    #[must_use = "the elements from `at` on are given back"]
    pub fn split_off(&mut self, at: usize) -> Self {
        let (left, right) = self.split_at(at);
        *self = left;
        right
    }

    /// The elements before `at`, and the others; both share with this vector what they have in common.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `at` is beyond the length.
    #[must_use]
    pub fn split_at(&self, at: usize) -> (Self, Self) {
        let len = self.len();
        assert!(at <= len, "`at` split index (is {at}) should be <= len (is {len})");
        match at.checked_sub(self.tree.len()) {
            None => {
                let (left, right) = self.tree.split_at(at);
                (Self { tree: left, tail: None }, Self { tree: right, tail: self.tail.clone() })
            }
            Some(at) => {
                let part = |range: core::ops::Range<usize>| match (&self.tail, range.len()) {
                    (Some(tail), len) if len == tail.len() => Some(tail.clone()),
                    (Some(tail), len @ 1..) => Some(tail.copy_range(range, len)),
                    _ => None,
                };
                let tail_len = self.tail.as_ref().map_or(0, Leaf::len);
                let left = Self { tree: self.tree.clone(), tail: part(0..at) };
                (left, Self { tree: Tree::new(), tail: part(at..tail_len) })
            }
        }
    }

    /// Puts all elements of `other` behind the last one.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If both together have more than `isize::MAX - 0xffff` elements; see [`Vector::try_append`].
    pub fn append(&mut self, other: Self) {
        if other.tree.len() == 0
            && let (Some(tail), Some(mut other)) = (&mut self.tail, other.tail.clone())
            && tail.len() + other.len() <= Self::LEAF
        {
            let mut tail = tail.make_mut_with(Limits::<(), T, P>::leaf_room(tail.len() + other.len()));
            tail.append(&mut other.make_mut());
            return;
        }
        if other.is_empty() {
            return;
        }
        assert!(self.fits(&other), "capacity overflow: {} and {} elements", self.len(), other.len());
        self.flush();
        self.tree.join(other.tree);
        self.tail = other.tail;
    }

    /// Puts all elements of `other` behind the last one, or gives it back if both together are too many.
    ///
    /// Time: O(log n).
    ///
    /// # Errors
    ///
    /// `other`, if both together have more than `isize::MAX - 0xffff` elements.
    pub fn try_append(&mut self, other: Self) -> Result<(), Self> {
        if !self.fits(&other) {
            return Err(other);
        }
        self.append(other);
        Ok(())
    }

    fn fits(&self, other: &Self) -> bool {
        self.len().checked_add(other.len()).is_some_and(|len| len <= Tree::<(), T, P>::LEN_MAX)
    }

    /// The elements in `range`; shares with this vector what they have in common.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If the range ends beyond the length or before it starts.
    #[must_use]
    pub fn slice<R: RangeBounds<usize>>(&self, range: R) -> Self {
        let (start, end) = self.bounds(range);
        let (left, right) = self.split_at(end);
        drop(right);
        let (before, slice) = left.split_at(start);
        drop((before, left)); // while `slice` is not given yet: rust-lang/rust#47949
        slice
    }

    /// Keeps the first `len` elements; does nothing if there are no more.
    ///
    /// Time: O(log n), and the time to drop the others.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            *self = self.split_at(len).0;
        }
    }

    /// Drops all elements.
    ///
    /// Time: O(1), and the time to drop what no other version shares.
    pub fn clear(&mut self) {
        *self = Self::empty();
    }

    /// Takes the elements in `range` out and gives them, in order. They are gone even if the iterator is leaked.
    ///
    /// Time: O(log n), and O(1) for each element given.
    ///
    /// # Panics
    ///
    /// If the range ends beyond the length or before it starts.
    pub fn drain<R: RangeBounds<usize>>(&mut self, range: R) -> Drain<T, P> {
        let (start, end) = self.bounds(range);
        Drain(self.replace_range(start, end, Self::empty()).into_iter())
    }

    /// Replaces the elements in `range` by those of `with`; gives the former ones.
    ///
    /// Time: O(log n + m) for m new elements.
    ///
    /// # Panics
    ///
    /// If the range ends beyond the length or before it starts.
    pub fn splice<R: RangeBounds<usize>, I: IntoIterator<Item = T>>(
        &mut self,
        range: R,
        with: I,
    ) -> Drain<T, P> {
        let (start, end) = self.bounds(range);
        Drain(self.replace_range(start, end, with.into_iter().collect()).into_iter())
    }

    fn replace_range(&mut self, start: usize, end: usize, with: Self) -> Self {
        let (rest, right) = self.split_at(end);
        let (mut left, out) = rest.split_at(start);
        left.append(with);
        left.append(right);
        *self = left;
        drop(rest); // while `out` is not given yet: rust-lang/rust#47949
        out
    }

    /// Clones the elements of `values` behind the last one, a leaf at a time.
    ///
    /// Time: O(m) for m elements; at the speed of copying bytes if they are `Copy`.
    pub fn extend_from_slice(&mut self, values: &[T]) {
        let mut rest = values;
        if let Some(tail) = &mut self.tail {
            let (now, later) = rest.split_at(rest.len().min(Self::LEAF - tail.len()));
            let room = Limits::<(), T, P>::leaf_room(tail.len() + now.len()).max(tail.capacity());
            tail.make_mut_with(room).extend_from_slices(units(now.len()), now);
            rest = later;
        }
        if rest.is_empty() {
            return;
        }
        self.flush();
        let (mut leaves, mut tail) = (Assembler::new(), None);
        for values in rest.chunks(Self::LEAF) {
            let mut leaf = Leaf::with_capacity(values.len(), ());
            leaf.make_mut().extend_from_slices(units(values.len()), values);
            // The last one is the tail; it may be full, as after a push.
            tail.replace(leaf).into_iter().for_each(|leaf| leaves.push(leaf));
        }
        self.tree.join(leaves.finish());
        self.tail = tail;
    }

    /// Makes the length `len`: cuts the end off, or fills up with clones of `value`.
    ///
    /// Time: O(log n), and O(1) for each element added or dropped.
    pub fn resize(&mut self, len: usize, value: T) {
        self.truncate(len);
        self.extend(core::iter::repeat_n(value, len - self.len()));
    }

    /// Moves the first `mid` elements to the end.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `mid` is beyond the length.
    pub fn rotate_left(&mut self, mid: usize) {
        let (left, mut right) = self.split_at(mid);
        right.append(left);
        *self = right;
    }

    /// Moves the last `k` elements to the front.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `k` is beyond the length.
    pub fn rotate_right(&mut self, k: usize) {
        let len = self.len();
        assert!(k <= len, "rotation by {k} of {len} elements");
        self.rotate_left(len - k);
    }

    /// The range as start and end, checked. Takes it by value: it is dropped before its caller gives anything (rust-lang/rust#47949).
    pub(super) fn bounds<R: RangeBounds<usize>>(&self, range: R) -> (usize, usize) {
        let len = self.len();
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&start) => start.checked_add(1).expect("range starts after usize::MAX"),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&end) => end.checked_add(1).expect("range ends after usize::MAX"),
            Bound::Excluded(&end) => end,
            Bound::Unbounded => len,
        };
        assert!(start <= end, "range starts at {start} but ends at {end}");
        assert!(end <= len, "range end {end} out of range for a vector of length {len}");
        (start, end)
    }
}

/// The keys of `len` elements without keys.
const fn units(len: usize) -> &'static [()] {
    const UNITS: [(); 1 << 15] = [(); 1 << 15];
    UNITS.split_at(len).0
}
