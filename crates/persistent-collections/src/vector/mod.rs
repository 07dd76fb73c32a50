//! A persistent vector.

mod checked;
mod edit;
mod iter;
mod order;
mod traits;

pub use iter::{Chunks, Drain, Edit, IntoIter, Iter, IterMut};

use crate::nodes::{Assembler, Leaf, Limits, Tree, diff_by_position, same};
use crate::reflexive::is_reflexive;
use crate::shared::{Atomic, Sharing};

/// A vector whose clones share what they have in common.
///
/// `clone()` takes constant time. Changing a clone copies the nodes on the way to the change, and only those that it shares
/// with other versions: a vector that nobody shares is changed in place, like a `Vec`.
///
/// The elements lie in leaves of about 1 KiB below a counted tree of small branches. The last elements lie in a leaf of their own, next
/// to the tree, so `push` and `pop` touch nothing else. Up to one leaf, a vector is one allocation.
///
/// # Examples
///
/// ```
/// use persistent_collections::Vector;
///
/// let mut text: Vector<char> = "immutable".chars().collect();
/// let before = text.clone();
/// text[0] = 'I';
/// text.push('!');
/// assert_eq!(text.iter().collect::<String>(), "Immutable!");
/// assert_eq!(before.iter().collect::<String>(), "immutable");
/// ```
pub struct Vector<T, P: Sharing = Atomic> {
    tree: Tree<(), T, P>,
    /// The elements behind those of the tree; never an empty leaf.
    tail: Option<Leaf<(), T, P>>,
}

impl<T> Vector<T> {
    /// An empty vector. Allocates nothing.
    ///
    /// Time: O(1).
    #[must_use]
    pub const fn new() -> Self {
        Self { tree: Tree::new(), tail: None }
    }
}

impl<T, P: Sharing> Vector<T, P> {
    pub(crate) const LEAF: usize = Limits::<(), T, P>::LEAF;

    const fn empty() -> Self {
        Self { tree: Tree::new(), tail: None }
    }

    /// How many elements there are.
    ///
    /// Time: O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.tree.len() + self.tail.as_ref().map_or(0, Leaf::len)
    }

    /// Whether there are no elements.
    ///
    /// Time: O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`, or none beyond the end.
    ///
    /// Time: O(log n), with a base of 16.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        match index.checked_sub(self.tree.len()) {
            None => self.tree.get(index).map(|(_, value)| value),
            Some(index) => self.tail.as_ref()?.b().get(index),
        }
    }

    /// The first element.
    ///
    /// Time: O(log n).
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last element.
    ///
    /// Time: O(1) if the vector was built by pushing, O(log n) after a cut.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Whether both are the same version: equal without a look at the elements.
    ///
    /// Time: O(1).
    pub fn ptr_eq(&self, other: &Self) -> bool {
        let tails = match (&self.tail, &other.tail) {
            (None, None) => true,
            (Some(tail), Some(other)) => tail.ptr_eq(other),
            _ => false,
        };
        tails && self.tree.ptr_eq(&other.tree)
    }

    /// Equality that skips what both share, for element types that are equal to themselves.
    ///
    /// `==` does the same for integers, strings and the like; for other types it compares every element, as `Vec` does,
    /// because `T: PartialEq` alone does not promise that a value equals itself.
    ///
    /// Time: O(differences · log n) between versions of one vector.
    pub fn eq_shared(&self, other: &Self) -> bool
    where
        T: Eq,
    {
        self.equals(other, true)
    }

    fn equals(&self, other: &Self, skip_shared: bool) -> bool
    where
        T: PartialEq,
    {
        if self.len() != other.len() {
            return false;
        }
        if skip_shared && self.ptr_eq(other) {
            return true;
        }
        if skip_shared && self.tree.len() == other.tree.len() {
            return same(&self.tree, &other.tree, true, |(_, value), (_, other)| value == other)
                && self.tail.as_ref().map(Leaf::b) == other.tail.as_ref().map(Leaf::b);
        }
        self.iter().eq(other.iter())
    }

    /// Where `self` and `other` differ, in order: ranges of positions in both, between which all elements are equal.
    ///
    /// An edit with an empty `old` range is an insertion, with an empty `new` range a removal. Leaves that both share are recognised
    /// wherever they have moved to. Between shared leaves the edits are the fewest, as long as these are no more than 64; then
    /// elements are compared position by position, and where the lengths differ all of them are one edit.
    ///
    /// Time: O(differences · (log n + leaf)) between versions of one vector, O(n + m) between others.
    ///
    /// ```
    /// use persistent_collections::Vector;
    ///
    /// let old: Vector<u32> = (0..10_000).collect();
    /// let mut new = old.clone();
    /// new.insert(5_000, 7);
    /// let edits = old.diff(&new);
    /// assert_eq!((edits[0].old.clone(), edits[0].new.clone()), (5_000..5_000, 5_000..5_001));
    /// ```
    pub fn diff(&self, other: &Self) -> alloc::vec::Vec<Edit>
    where
        T: PartialEq + Clone,
    {
        let (mut old, mut new) = (self.clone(), other.clone());
        let mut edits: alloc::vec::Vec<Edit> = alloc::vec::Vec::new();
        if old.ptr_eq(&new) {
            return edits;
        }
        old.flush();
        new.flush();
        diff_by_position(&old.tree, &new.tree, &mut |old, new| match edits.last_mut() {
            Some(last) if last.old.end == old.start && last.new.end == new.start => {
                (last.old.end, last.new.end) = (old.end, new.end);
            }
            _ if old.is_empty() && new.is_empty() => {}
            _ => edits.push(Edit { old, new }),
        });
        edits
    }

    /// Moves the tail into the tree.
    fn flush(&mut self)
    where
        T: Clone,
    {
        if let Some(tail) = self.tail.take() {
            self.tree.join(Tree::from_leaf(tail));
        }
    }

    /// As `validate`, but nodes may be too small, as a panic in `Clone` or `Drop` may leave them.
    #[doc(hidden)]
    pub fn validate_after_panic(&self) {
        self.tree.validate_with(false);
    }

    /// Panics with what is wrong if an invariant does not hold; for tests and fuzzing.
    #[doc(hidden)]
    pub fn validate(&self) {
        self.tree.validate();
        assert!(
            self.tail.as_ref().is_none_or(|tail| (1..=Self::LEAF).contains(&tail.len())),
            "the tail's length"
        );
    }

    pub(crate) fn tree(&self) -> &Tree<(), T, P> {
        &self.tree
    }

    pub(crate) fn tail(&self) -> Option<&Leaf<(), T, P>> {
        self.tail.as_ref()
    }
}

impl<T: Clone, P: Sharing> Vector<T, P> {
    /// The element at `index`, to be changed, or none beyond the end. Nodes shared with other versions are copied first.
    ///
    /// Time: O(log n).
    #[inline]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        match index.checked_sub(self.tree.len()) {
            None => self.tree.get_mut(index).map(|(_, value)| value),
            Some(index) => self.tail.as_mut()?.make_mut().into_both_mut().1.get_mut(index),
        }
    }

    /// The first element, to be changed.
    ///
    /// Time: O(log n).
    pub fn first_mut(&mut self) -> Option<&mut T> {
        self.get_mut(0)
    }

    /// The last element, to be changed.
    ///
    /// Time: O(log n).
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.get_mut(self.len().checked_sub(1)?)
    }

    /// Puts `value` at `index`; gives the former one back.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `index` is not below the length.
    #[inline]
    pub fn set(&mut self, index: usize, value: T) -> T {
        let len = self.len();
        match self.get_mut(index) {
            Some(place) => core::mem::replace(place, value),
            None => out_of_bounds(index, len),
        }
    }

    /// A version with `value` at `index`; this one stays as it is.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If `index` is not below the length.
    #[must_use]
    pub fn with(&self, index: usize, value: T) -> Self {
        let mut new = self.clone();
        new.set(index, value);
        new
    }

    /// A version with `value` behind the last element; this one stays as it is.
    ///
    /// Time: O(1), amortised.
    #[must_use]
    pub fn pushed(&self, value: T) -> Self {
        let mut new = self.clone();
        new.push(value);
        new
    }

    /// Exchanges two elements.
    ///
    /// Time: O(log n).
    ///
    /// # Panics
    ///
    /// If an index is not below the length.
    pub fn swap(&mut self, a: usize, b: usize) {
        let len = self.len();
        let Some(second) = self.get(b).cloned() else { out_of_bounds(b, len) };
        let first = self.set(a, second);
        self.set(b, first);
    }

    /// Moves all values into leaves, the last ones first: so each move shortens what is left of `values`, and nothing is ever
    /// owned twice.
    pub(crate) fn from_vec(values: &mut alloc::vec::Vec<T>) -> Self {
        let Some(last) = values.len().checked_sub(1) else { return Self::empty() };
        let mut leaves = alloc::vec::Vec::with_capacity(last / Self::LEAF + 1);
        for at in (0..=last / Self::LEAF).rev().map(|leaf| leaf * Self::LEAF) {
            let mut leaf = Leaf::with_capacity(values.len() - at, ());
            leaf.make_mut().append_vec(values, at);
            leaves.push(leaf);
        }
        let mut leaves = leaves.into_iter();
        let tail = leaves.next();
        let mut tree = Assembler::new();
        leaves.rev().for_each(|leaf| tree.push(leaf));
        Self { tree: tree.finish(), tail }
    }

    /// Builds from whole leaves; all but the last one are full.
    fn from_values<I: Iterator<Item = T>>(mut values: I) -> Self {
        let vector = Self::from_all(&mut values);
        drop(values); // while `vector` is not given yet: rust-lang/rust#47949
        vector
    }

    #[inline]
    fn from_all<I: Iterator<Item = T>>(values: &mut I) -> Self {
        let mut leaves = Assembler::new();
        let mut room = values.size_hint().0.clamp(1, Self::LEAF);
        loop {
            let mut leaf = Leaf::with_capacity(room, ());
            let mut own = leaf.get_mut().expect("a new block has one owner");
            own.extend(values);
            if own.len() < room {
                let tail = if own.len() == 0 { None } else { Some(leaf) };
                return Self { tree: leaves.finish(), tail };
            }
            if room == Self::LEAF {
                leaves.push(leaf);
                continue;
            }
            // As many as the iterator had promised; it may have more.
            let Some(value) = values.next() else { return Self { tree: leaves.finish(), tail: Some(leaf) } };
            room = Self::LEAF;
            own.reserve(room);
            own.push((), value);
            own.extend(values);
            if own.len() < room {
                return Self { tree: leaves.finish(), tail: Some(leaf) };
            }
            leaves.push(leaf);
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn out_of_bounds(index: usize, len: usize) -> ! {
    panic!("index out of bounds: the len is {len} but the index is {index}")
}
