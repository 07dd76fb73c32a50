//! A persistent queue.

use crate::layer::layer;
use crate::shared::{Atomic, Sharing};
use crate::vector::{self, Vector};

/// A first-in, first-out queue whose clones share what they have in common: a thin layer over [`Vector`].
///
/// # Examples
///
/// ```
/// use persistent_collections::Queue;
///
/// let mut jobs: Queue<&str> = ["parse", "check"].into_iter().collect();
/// let before = jobs.clone();
/// jobs.enqueue("link");
/// assert_eq!((jobs.dequeue(), jobs.peek(), before.len()), (Some("parse"), Some(&"check"), 2));
/// ```
pub struct Queue<T, P: Sharing = Atomic> {
    values: Vector<T, P>,
}

impl<T> Queue<T> {
    /// An empty queue. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { values: Vector::new() }
    }
}

impl<T, P: Sharing> Queue<T, P> {
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

    /// The element that comes out next.
    ///
    /// Time: O(log n).
    pub fn peek(&self) -> Option<&T> {
        self.values.first()
    }

    /// The elements, in the order in which they come out.
    ///
    /// Time: O(1), and O(1) amortised for each element.
    pub fn iter(&self) -> vector::Iter<'_, T, P> {
        self.values.iter()
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

    /// The vector below, the next one first.
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

impl<T: Clone, P: Sharing> Queue<T, P> {
    /// Puts `value` in, behind the others.
    ///
    /// Time: O(1), amortised.
    pub fn enqueue(&mut self, value: T) {
        self.values.push(value);
    }

    /// Takes the next element out.
    ///
    /// Time: O(log n).
    pub fn dequeue(&mut self) -> Option<T> {
        self.values.pop_front()
    }
}

layer!(Queue, vector::Iter<'a, T, P>, vector::IntoIter<T, P>, |values| values);
