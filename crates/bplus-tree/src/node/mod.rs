//! The tree itself: nodes, and every algorithm that follows their pointers. All unsafe code but the allocator's is here.
//!
//! ```text
//! Header  | parent 8 | len 2 | cap 2 | home 4 |                                       16 bytes, both kinds of node
//! leaf    | Header | K x cap | V x cap | prev 8 | next 8 |                            entries 0..len, keys ascending
//! branch  | Header | separator x cap | child 8 x (cap + 1) | end 8 x (cap + 1) |      separators 0..len, children 0..=len
//! ```
//! Of keys that are ordered as their bytes (`bytes`), both kinds have heads behind the header: `8 x cap | cut 8 |`.
//!
//! All entries are in leaves; leaves are linked in key order. A separator stands between two children: keys below
//! the left one are less than it, keys below the right one are not. Of a plain key type (see `plain`) it is a copy of
//! a key; of any other type it is the *address of the first leaf* below the right child, and the first key there is
//! what is compared: branches own no keys, so nothing has to be cloned, moved up or kept in step (decision 0040).
//!
//! # Invariants
//! Everything below rests on these and on nothing else; least of all on the user's `Ord`.
//! 1. *Liveness.* A [`Node`], [`Leaf`] or [`Branch`] that is reachable from a tree, or was just allocated for one, is
//!    allocated, and its header is initialised. Handles are `Copy`; whoever frees a node (the only `unsafe` functions
//!    that end a handle's life) first removes every reachable copy of the handle.
//! 2. *Initialised prefix.* A leaf's keys and values `0..len` are initialised and owned by the leaf; a branch's
//!    separators `0..len` and children `0..=len` are initialised. Keys and separators that are lanes (primitive
//!    integers, see `plain`) and the ends of a shape that counts are initialised up to `cap`; those not in use are the
//!    greatest number, on which no safety hangs. The lanes of heads and the cut are always initialised.
//! 3. *Shape.* Nodes at depth `height` are leaves, nodes above are branches with `len >= 1`; `parent` and the links
//!    `prev`/`next` agree with the children; `len <= cap`. Only the root may be an empty leaf or have a small `cap`.
//! 4. *Exclusivity.* Nodes change only under `&mut Tree`; the references that iterators give out point to keys and
//!    values, never to headers, so a header may be read while they live.
//! 5. *User code* (`cmp`, `clone`, `drop`, closures) runs only while 1 to 3 hold, and nothing depends on its answers
//!    but the order of entries.
//!
//! Handles are private to the crate, so the accessors that follow a live handle are safe functions.

#![allow(unsafe_code, reason = "nodes of variable shape linked by raw pointers; see docs/UNSAFE.md")]

mod batch;
mod branch;
mod bulk;
mod bytes;
mod heads;
mod insert;
mod join;
mod leaf;
pub(crate) mod plain;
mod probe;
mod range;
mod remove;
mod reserve;
mod search;
mod span;
mod tree;
mod validate;

use core::ptr::NonNull;

pub(crate) use batch::BATCH;
pub(crate) use leaf::Leaf;
pub(crate) use span::{IntoRange, Span, SpanMut};
pub(crate) use tree::{Slot, Tree};

/// What both kinds of node begin with.
#[repr(C)]
pub(crate) struct Header {
    parent: Option<Node>,
    /// Entries of a leaf, separators of a branch.
    len: u16,
    cap: u16,
    /// Distance to the end part of the node's chunk in cache lines; 0 for a node in an allocation of its own.
    home: u32,
}

/// A handle to a live node of either kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node(NonNull<Header>);

// SAFETY: as for `Leaf`.
unsafe impl Send for Node {}
// SAFETY: as for `Leaf`.
unsafe impl Sync for Node {}

impl Node {
    /// Begins the life of a node in raw memory.
    ///
    /// # Safety
    /// - `memory` is writable for a header, aligned for it, and nobody else's.
    pub(crate) unsafe fn init(memory: NonNull<Header>, home: u32) -> Self {
        // SAFETY: the caller's promise.
        unsafe { memory.write(Header { parent: None, len: 0, cap: 0, home }) };
        Self(memory)
    }

    #[inline(always)]
    pub(crate) fn as_ptr(self) -> NonNull<Header> {
        self.0
    }

    /// Where the node's parts are, counted in bytes from its start.
    #[inline(always)]
    fn at(self, offset: usize) -> *mut u8 {
        self.0.as_ptr().cast::<u8>().wrapping_add(offset)
    }

    #[inline(always)]
    fn header(&self) -> &Header {
        // SAFETY: the node is live (invariant 1); headers change only under `&mut Tree` (invariant 4), and this
        // reference ends before any of the setters below can be called on a copy of the handle by the same code.
        unsafe { self.0.as_ref() }
    }

    #[inline(always)]
    pub(crate) fn parent(self) -> Option<Self> {
        self.header().parent
    }

    #[inline(always)]
    pub(crate) fn home(self) -> u32 {
        self.header().home
    }

    #[inline(always)]
    fn len(self) -> usize {
        usize::from(self.header().len)
    }

    #[inline(always)]
    fn cap(self) -> usize {
        usize::from(self.header().cap)
    }

    #[inline(always)]
    pub(crate) fn set_parent(self, parent: Option<Self>) {
        // SAFETY: the node is live (invariant 1), and the caller has the tree to itself (invariant 4).
        unsafe { (*self.0.as_ptr()).parent = parent };
    }

    /// Moves the end of the initialised prefix.
    ///
    /// # Safety
    /// - The parts below `len` are initialised, and `len` is at most the capacity.
    #[inline(always)]
    unsafe fn set_len(self, len: usize) {
        debug_assert!(len <= self.cap());
        // SAFETY: as in `set_parent`; a capacity is a u16, so the cast loses nothing.
        unsafe { (*self.0.as_ptr()).len = len as u16 };
    }

    #[inline(always)]
    fn set_cap(self, cap: usize) {
        debug_assert!(self.len() == 0);
        // SAFETY: as in `set_parent`.
        unsafe { (*self.0.as_ptr()).cap = cap as u16 };
    }
}

/// Moves `count` elements within or between arrays of live nodes.
///
/// # Safety
/// - `from` and `to` are valid for reading and writing `count` elements, and aligned.
#[inline(always)]
unsafe fn shift<T>(from: *const T, to: *mut T, count: usize) {
    // SAFETY: the caller's promise; the ranges may overlap.
    unsafe { core::ptr::copy(from, to, count) };
}
