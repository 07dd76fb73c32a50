//! A persistent stack.

use core::iter::Rev;

use crate::layer::layer;
use crate::shared::{Atomic, Sharing};
use crate::vector::{self, Vector};

/// A last-in, first-out stack whose clones share what they have in common: a thin layer over [`Vector`].
///
/// # Examples
///
/// ```
/// use persistent_collections::Stack;
///
/// let mut undo = Stack::new();
/// undo.push("typed a");
/// let before = undo.clone();
/// undo.push("typed b");
/// assert_eq!((undo.pop(), undo.peek(), before.len()), (Some("typed b"), Some(&"typed a"), 1));
/// ```
pub struct Stack<T, P: Sharing = Atomic> {
    values: Vector<T, P>,
}

impl<T> Stack<T> {
    /// An empty stack. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { values: Vector::new() }
    }
}

impl<T, P: Sharing> Stack<T, P> {
    /// How many elements there are.
    ///
    /// Time: O(1).
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no elements.
    ///
    /// Time: O(1).
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The element on top.
    ///
    /// Time: O(1), amortised.
    pub fn peek(&self) -> Option<&T> {
        self.values.last()
    }

    /// The elements, the one on top first.
    ///
    /// Time: O(1), and O(1) amortised for each element.
    pub fn iter(&self) -> Rev<vector::Iter<'_, T, P>> {
        self.values.iter().rev()
    }

    /// Drops all elements.
    ///
    /// Time: O(1), and the time to drop what no other version shares.
    pub fn clear(&mut self) {
        self.values = Vector::default();
    }

    /// Whether both are the same version.
    ///
    /// Time: O(1).
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.values.ptr_eq(&other.values)
    }

    /// The vector below, bottom first.
    ///
    /// Time: O(1).
    pub fn as_vector(&self) -> &Vector<T, P> {
        &self.values
    }

    #[cfg(feature = "rayon")]
    pub(crate) fn from_vector(values: Vector<T, P>) -> Self {
        Self { values }
    }
}

impl<T: Clone, P: Sharing> Stack<T, P> {
    /// Puts `value` on top.
    ///
    /// Time: O(1), amortised.
    pub fn push(&mut self, value: T) {
        self.values.push(value);
    }

    /// Takes the element on top off.
    ///
    /// Time: O(1), amortised.
    pub fn pop(&mut self) -> Option<T> {
        self.values.pop()
    }

    /// The element on top, to be changed.
    ///
    /// Time: O(1), amortised.
    pub fn peek_mut(&mut self) -> Option<&mut T> {
        self.values.last_mut()
    }
}

layer!(Stack, Rev<vector::Iter<'a, T, P>>, Rev<vector::IntoIter<T, P>>, |values| values.rev());
