//! Cursors of [`BPlusTreeSet`](crate::BPlusTreeSet): the map's, without values. Names and contracts are those of std's
//! nightly.

use core::borrow::Borrow;
use core::fmt::{self, Debug};
use core::ops::Bound;

use crate::cursor;
use crate::error::UnorderedKeyError;
use crate::set::BPlusTreeSet;
use crate::shape::{Auto, Shape};

/// A gap between two keys of a set, of [`lower_bound`](BPlusTreeSet::lower_bound).
pub struct Cursor<'a, T, S: Shape = Auto> {
    inner: cursor::Cursor<'a, T, (), S>,
}

/// A gap between two keys of a set that is changed there, of [`lower_bound_mut`](BPlusTreeSet::lower_bound_mut).
pub struct CursorMut<'a, T, S: Shape = Auto> {
    inner: cursor::CursorMut<'a, T, (), S>,
}

/// As [`CursorMut`], with keys to change too, of [`with_mutable_key`](CursorMut::with_mutable_key).
pub struct CursorMutKey<'a, T, S: Shape = Auto> {
    inner: cursor::CursorMutKey<'a, T, (), S>,
}

impl<T, S: Shape> BPlusTreeSet<T, S> {
    /// The gap before the first key that is not below `bound`.
    ///
    /// Time: O(log n).
    ///
    /// # Examples
    /// ```
    /// use std::ops::Bound;
    /// use bplus_tree::BPlusTreeSet;
    ///
    /// let set = BPlusTreeSet::from([1, 5, 9]);
    /// let cursor = set.lower_bound(Bound::Included(&4));
    /// assert_eq!((cursor.peek_prev(), cursor.peek_next()), (Some(&1), Some(&5)));
    /// ```
    pub fn lower_bound<Q>(&self, bound: Bound<&Q>) -> Cursor<'_, T, S>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Cursor { inner: self.as_map().lower_bound(bound) }
    }

    /// The gap behind the last key that is not above `bound`.
    ///
    /// Time: O(log n).
    pub fn upper_bound<Q>(&self, bound: Bound<&Q>) -> Cursor<'_, T, S>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Cursor { inner: self.as_map().upper_bound(bound) }
    }

    /// As [`lower_bound`](BPlusTreeSet::lower_bound), to change the set there.
    ///
    /// Time: O(log n).
    ///
    /// # Examples
    /// ```
    /// use std::ops::Bound;
    /// use bplus_tree::BPlusTreeSet;
    ///
    /// let mut set = BPlusTreeSet::from([1, 5]);
    /// let mut cursor = set.lower_bound_mut(Bound::Excluded(&1));
    /// cursor.insert_before(2)?;
    /// assert!(cursor.insert_before(9).is_err(), "9 does not belong between 2 and 5");
    /// assert_eq!(cursor.remove_next(), Some(5));
    /// assert!(set.into_iter().eq([1, 2]));
    /// # Ok::<(), bplus_tree::UnorderedKeyError>(())
    /// ```
    pub fn lower_bound_mut<Q>(&mut self, bound: Bound<&Q>) -> CursorMut<'_, T, S>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        CursorMut { inner: self.as_map_mut().lower_bound_mut(bound) }
    }

    /// As [`upper_bound`](BPlusTreeSet::upper_bound), to change the set there.
    ///
    /// Time: O(log n).
    pub fn upper_bound_mut<Q>(&mut self, bound: Bound<&Q>) -> CursorMut<'_, T, S>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        CursorMut { inner: self.as_map_mut().upper_bound_mut(bound) }
    }
}

impl<T, S: Shape> Clone for Cursor<'_, T, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<'a, T, S: Shape> Cursor<'a, T, S> {
    /// Goes past the next key, and gives it; stays at the end of the set.
    ///
    /// Time: O(1).
    #[expect(clippy::should_implement_trait, reason = "the name in std")]
    pub fn next(&mut self) -> Option<&'a T> {
        self.inner.next().map(|(key, ())| key)
    }

    /// Goes back past the previous key, and gives it; stays at the start of the set.
    ///
    /// Time: O(1).
    pub fn prev(&mut self) -> Option<&'a T> {
        self.inner.prev().map(|(key, ())| key)
    }

    /// The key behind the gap.
    ///
    /// Time: O(1).
    pub fn peek_next(&self) -> Option<&'a T> {
        self.inner.peek_next().map(|(key, ())| key)
    }

    /// The key before the gap.
    ///
    /// Time: O(1).
    pub fn peek_prev(&self) -> Option<&'a T> {
        self.inner.peek_prev().map(|(key, ())| key)
    }
}

/// What both mutable cursors have, `$key` being how they give keys.
macro_rules! mutable {
    ($name:ident, $($key:tt)+) => {
        impl<'a, T, S: Shape> $name<'a, T, S> {
            /// Goes past the next key, and gives it; stays at the end of the set.
            ///
            /// Time: O(1).
            #[expect(clippy::should_implement_trait, reason = "the name in std")]
            pub fn next(&mut self) -> Option<$($key)+ T> {
                self.inner.next().map(|(key, ())| -> $($key)+ T { key })
            }

            /// Goes back past the previous key, and gives it; stays at the start of the set.
            ///
            /// Time: O(1).
            pub fn prev(&mut self) -> Option<$($key)+ T> {
                self.inner.prev().map(|(key, ())| -> $($key)+ T { key })
            }

            /// The key behind the gap.
            ///
            /// Time: O(1).
            pub fn peek_next(&mut self) -> Option<$($key)+ T> {
                self.inner.peek_next().map(|(key, ())| -> $($key)+ T { key })
            }

            /// The key before the gap.
            ///
            /// Time: O(1).
            pub fn peek_prev(&mut self) -> Option<$($key)+ T> {
                self.inner.peek_prev().map(|(key, ())| -> $($key)+ T { key })
            }

            /// A shared cursor at the same gap.
            ///
            /// Time: O(1).
            pub fn as_cursor(&self) -> Cursor<'_, T, S> {
                Cursor { inner: self.inner.as_cursor() }
            }

            /// Inserts a key into the gap; the cursor is before it then.
            ///
            /// Time: O(1) amortised.
            ///
            /// # Errors
            /// If the key is not between its neighbours.
            pub fn insert_after(&mut self, key: T) -> Result<(), UnorderedKeyError>
            where
                T: Ord,
            {
                self.inner.insert_after(key, ())
            }

            /// Inserts a key into the gap; the cursor is behind it then.
            ///
            /// Time: O(1) amortised.
            ///
            /// # Errors
            /// If the key is not between its neighbours.
            pub fn insert_before(&mut self, key: T) -> Result<(), UnorderedKeyError>
            where
                T: Ord,
            {
                self.inner.insert_before(key, ())
            }

            /// Removes and gives the key behind the gap.
            ///
            /// Time: O(1) amortised.
            pub fn remove_next(&mut self) -> Option<T> {
                self.inner.remove_next().map(|(key, ())| key)
            }

            /// Removes and gives the key before the gap.
            ///
            /// Time: O(1) amortised.
            pub fn remove_prev(&mut self) -> Option<T> {
                self.inner.remove_prev().map(|(key, ())| key)
            }
        }
    };
}

mutable!(CursorMut, &);
mutable!(CursorMutKey, &mut);

impl<'a, T, S: Shape> CursorMut<'a, T, S> {
    /// Lets keys be changed as well; as the map's
    /// [`with_mutable_key`](crate::CursorMut::with_mutable_key), safe here.
    ///
    /// Time: O(1).
    pub fn with_mutable_key(self) -> CursorMutKey<'a, T, S> {
        CursorMutKey { inner: self.inner.with_mutable_key() }
    }
}

impl<T: Debug, S: Shape> Debug for Cursor<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({:?}, {:?})", self.peek_prev(), self.peek_next())
    }
}
impl<T: Debug, S: Shape> Debug for CursorMut<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cursor = self.as_cursor();
        write!(f, "CursorMut({:?}, {:?})", cursor.peek_prev(), cursor.peek_next())
    }
}
impl<T: Debug, S: Shape> Debug for CursorMutKey<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cursor = self.as_cursor();
        write!(f, "CursorMutKey({:?}, {:?})", cursor.peek_prev(), cursor.peek_next())
    }
}
