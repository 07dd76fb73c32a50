//! The twins of methods that panic, for positions that come from outside.

use core::ops::{Bound, RangeBounds};

use super::Vector;
use crate::shared::Sharing;

impl<T: Clone, P: Sharing> Vector<T, P> {
    /// [`Vector::set`], or the value back if `index` is not below the length.
    ///
    /// Time: O(log n).
    ///
    /// # Errors
    ///
    /// `value`, if `index` is not below the length.
    pub fn try_set(&mut self, index: usize, value: T) -> Result<T, T> {
        if index < self.len() { Ok(self.set(index, value)) } else { Err(value) }
    }

    /// [`Vector::insert`], or the value back if `index` is beyond the length.
    ///
    /// Time: O(log n).
    ///
    /// # Errors
    ///
    /// `value`, if `index` is beyond the length.
    pub fn try_insert(&mut self, index: usize, value: T) -> Result<(), T> {
        if index > self.len() {
            return Err(value);
        }
        self.insert(index, value);
        Ok(())
    }

    /// [`Vector::remove`], or none if `index` is not below the length.
    ///
    /// Time: O(log n).
    pub fn try_remove(&mut self, index: usize) -> Option<T> {
        if index < self.len() { Some(self.remove(index)) } else { None }
    }

    /// [`Vector::slice`], or none if the range ends beyond the length or before it starts.
    ///
    /// Time: O(log n).
    ///
    /// ```
    /// use persistent_collections::Vector;
    ///
    /// let v = Vector::from([1, 2, 3]);
    /// assert_eq!(v.try_slice(1..), Some(Vector::from([2, 3])));
    /// assert_eq!(v.try_slice(2..9), None);
    /// ```
    #[must_use]
    pub fn try_slice<R: RangeBounds<usize>>(&self, range: R) -> Option<Self> {
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&start) => start.checked_add(1)?,
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&end) => end.checked_add(1)?,
            Bound::Excluded(&end) => end,
            Bound::Unbounded => self.len(),
        };
        drop(range); // while nothing is given yet: rust-lang/rust#47949
        if start <= end && end <= self.len() { Some(self.slice(start..end)) } else { None }
    }
}
