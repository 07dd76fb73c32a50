//! Walking the leaves: a range of entries with two ends, and what is asked for ahead of it.

use core::ptr;

use simd_kernels::prefetch;

use super::Node;
use super::branch::Branch;
use super::leaf::Leaf;
use super::tree::{Slot, Tree};
use crate::shape::Shape;

/// The entries between two gaps, the front gap not behind the back gap. `Copy`, so that shared iterators can be cloned;
/// who gives out `&mut` keeps one only.
///
/// ```text
/// front leaf: key, value -> | ... index | ... end | ...       back leaf: | ... back_index | ...
/// ```
///
/// While both ends are in one leaf, `end` is `back_index`; else it is the front leaf's length. Stepping changes `index`
/// alone, and what is seldom done takes and gives the whole by value: so a loop keeps it in registers.
pub(crate) struct RawRange<K, V> {
    front: Option<Leaf<K, V>>,
    key: *const K,
    value: *const V,
    index: usize,
    end: usize,
    /// Entries behind `end`; only true if it was set by [`RawRange::count`].
    rest: usize,
    back: Option<Leaf<K, V>>,
    back_index: usize,
    /// The branch above the front leaf and its slot there, to ask for leaves further ahead than the links reach.
    above: Option<Node>,
    slot: usize,
    /// The slot there at which nothing more is to be asked for: of the back leaf, which was searched already, or the end.
    stop: usize,
}

/// How many leaves ahead of the front are asked for: the lines in use.
const AHEAD: usize = 4;
/// How many leaves ahead the header is asked for, which says what lines are in use.
const FAR_AHEAD: usize = 8;

impl<K, V> Clone for RawRange<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V> Copy for RawRange<K, V> {}

/// The place of one entry.
pub(crate) type EntryPtr<K, V> = (*mut K, *mut V);

impl<K, V> RawRange<K, V> {
    pub(crate) const fn empty() -> Self {
        Self {
            front: None,
            key: ptr::null(),
            value: ptr::null(),
            index: 0,
            end: 0,
            rest: 0,
            back: None,
            back_index: 0,
            above: None,
            slot: 0,
            stop: 0,
        }
    }

    /// The entries from one gap to another that is not before it, both of a tree as it is.
    pub(crate) fn between<S: Shape>(from: Slot<K, V>, to: Slot<K, V>) -> Self {
        let mut range = Self::empty();
        range.back = Some(to.leaf);
        range.back_index = to.index();
        range.enter(from.leaf, from.index());
        if from.leaf != to.leaf {
            range.look_ahead_anew::<S>(from.leaf);
        }
        range
    }

    /// Sets the front to an index of a leaf that is not behind the back.
    #[inline(always)]
    fn enter(&mut self, leaf: Leaf<K, V>, index: usize) {
        let end = if self.back == Some(leaf) { self.back_index } else { leaf.len() };
        self.front = Some(leaf);
        self.key = leaf.key_ptr(0);
        self.value = leaf.value_ptr(0);
        self.index = index;
        self.end = end.max(index);
        self.rest = self.rest.wrapping_sub(self.end - index);
    }

    /// Says how many entries there are, so that `len` can tell how many are left.
    pub(crate) fn count(mut self, len: usize) -> Self {
        self.rest = len.wrapping_sub(self.end - self.index);
        self
    }

    /// Entries not given yet, if `count` was told.
    pub(crate) fn len(&self) -> usize {
        self.rest.wrapping_add(self.end - self.index)
    }

    /// The next entry from the front.
    #[inline(always)]
    pub(crate) fn next<S: Shape>(&mut self) -> Option<EntryPtr<K, V>> {
        if self.index == self.end {
            *self = self.next_leaf::<S>();
            if self.index == self.end {
                return None;
            }
        }
        let index = self.index;
        self.index += 1;
        Some((self.key.wrapping_add(index).cast_mut(), self.value.wrapping_add(index).cast_mut()))
    }

    /// Goes to the next leaf that has an entry before the back; stays at the back if there is none.
    #[inline(never)]
    fn next_leaf<S: Shape>(mut self) -> Self {
        while self.front != self.back && self.index == self.end {
            let Some(next) = self.front.and_then(Leaf::next) else { break };
            self.enter(next, 0);
            if self.front != self.back {
                self.look_ahead::<S>(next);
            }
        }
        self
    }

    /// Asks for the leaves that come after `leaf`, which the front has just entered from the one before.
    ///
    /// Links alone lead one leaf further for each miss. The branch above names forty leaves at once.
    fn look_ahead<S: Shape>(&mut self, leaf: Leaf<K, V>) {
        let above = leaf.node().parent();
        if self.above != above {
            return self.look_ahead_anew::<S>(leaf);
        }
        self.slot += 1;
        let Some(branch) = above.map(Branch::<K, V, S>::of) else { return };
        let ahead = branch.children().get(self.slot..self.stop).unwrap_or_default();
        if let Some(node) = ahead.get(FAR_AHEAD) {
            prefetch(node.as_ptr().as_ptr());
        }
        if let Some(node) = ahead.get(AHEAD) {
            Leaf::<K, V>::of(*node).prefetch_used();
        }
    }

    /// As [`RawRange::look_ahead`], where the branch above is another than before.
    #[inline(never)]
    fn look_ahead_anew<S: Shape>(&mut self, leaf: Leaf<K, V>) {
        self.above = leaf.node().parent();
        let Some(branch) = self.above.map(Branch::<K, V, S>::of) else { return };
        let children = branch.children();
        let slot_of = |leaf: Leaf<K, V>| children.iter().position(|child| *child == leaf.node());
        self.slot = slot_of(leaf).unwrap_or(0);
        self.stop = self.back.and_then(slot_of).unwrap_or(children.len());
        let ahead = children.get(self.slot + 1..self.stop).unwrap_or_default();
        for node in ahead.iter().take(FAR_AHEAD).skip(AHEAD) {
            prefetch(node.as_ptr().as_ptr());
        }
        for node in ahead.iter().take(AHEAD) {
            Tree::<K, V, S>::prefetch_leaf(*node);
        }
    }

    /// The next entry from the back.
    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<EntryPtr<K, V>> {
        loop {
            let back = self.back?;
            if self.front == Some(back) {
                if self.index == self.end {
                    return None;
                }
                self.end -= 1;
            } else if self.back_index == 0 {
                let prev = back.prev()?;
                self.back = Some(prev);
                self.back_index = prev.len();
                continue;
            } else {
                self.rest = self.rest.wrapping_sub(1);
            }
            self.back_index -= 1;
            return Some((back.key_ptr(self.back_index), back.value_ptr(self.back_index)));
        }
    }

    /// Goes past `count` entries at the front, or to the end if there are fewer. Time: O(1) a leaf.
    pub(crate) fn skip<S: Shape>(&mut self, mut count: usize) {
        while count > self.end - self.index {
            count -= self.end - self.index;
            self.index = self.end;
            *self = self.next_leaf::<S>();
            if self.index == self.end {
                return;
            }
        }
        self.index += count;
    }

    /// All entries left in the front leaf at once: first key, first value, number.
    #[inline(always)]
    pub(crate) fn next_run<S: Shape>(&mut self) -> Option<(*mut K, *mut V, usize)> {
        if self.index == self.end {
            *self = self.next_leaf::<S>();
            if self.index == self.end {
                return None;
            }
        }
        let from = core::mem::replace(&mut self.index, self.end);
        let run = (
            self.key.wrapping_add(from).cast_mut(),
            self.value.wrapping_add(from).cast_mut(),
            self.end - from,
        );
        Some(run)
    }
}
