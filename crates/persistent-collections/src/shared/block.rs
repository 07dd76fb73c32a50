//! The thin counted pointer: allocation, reading, cloning, dropping.

use alloc::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use core::marker::PhantomData;
use core::mem;
use core::ptr::{self, NonNull};
use core::slice;

use super::count::{Counter, ThreadSafe};
use super::{Own, Sealed, Sharing};

/// The longest array a block can have.
const CAP_MAX: usize = u16::MAX as usize;

/// What every block starts with, whatever it holds.
///
/// Aligned so that the lowest bit of its address is free: a pointer to a block has its kind there.
#[repr(C)]
pub(super) struct Head<N> {
    pub(super) owners: N,
    len: u16,
    cap: u16,
}

/// A counted pointer to a header `H` and two arrays of equal length; `KIND` tells two block types apart at run time.
///
/// Invariant: `raw` is `KIND` bytes past the start of a live allocation with the layout of this type, which begins with an
/// initialised `Head`. So the kind is known without a look at the node, and taking it off again is part of an address.
#[repr(transparent)]
pub(crate) struct Block<H: Copy, A, B, P: Sharing, const KIND: bool> {
    raw: NonNull<u8>,
    owns: PhantomData<(H, A, B, P)>,
}

// SAFETY: as for `Arc`: moving a block to another thread may drop its contents there (Send) and shares them
// with owners that stayed behind (Sync); `ThreadSafe` flavours count atomically.
unsafe impl<H: Copy + Send + Sync, A: Send + Sync, B: Send + Sync, P: ThreadSafe, const KIND: bool> Send
    for Block<H, A, B, P, KIND>
{
}
// SAFETY: as above; a shared block can be cloned, and so moved, by any thread that sees it.
unsafe impl<H: Copy + Send + Sync, A: Send + Sync, B: Send + Sync, P: ThreadSafe, const KIND: bool> Sync
    for Block<H, A, B, P, KIND>
{
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Block<H, A, B, P, KIND> {
    const ALIGNED: () = assert!(align_of::<Head<<P as Sealed>::Count>>() >= 2, "the lowest bit is free");

    /// Where `H` and `A` begin; the same for every capacity.
    const HEADER_AT: usize = round_up(size_of::<Head<<P as Sealed>::Count>>(), align_of::<H>());
    const A_AT: usize = round_up(Self::HEADER_AT + size_of::<H>(), align_of::<A>());

    const fn b_at(cap: usize) -> usize {
        round_up(Self::A_AT + cap * size_of::<A>(), align_of::<B>())
    }

    fn layout(cap: usize) -> Layout {
        let arrays = Layout::array::<A>(cap).and_then(|a| Ok((a, Layout::array::<B>(cap)?)));
        let block =
            Layout::new::<Head<<P as Sealed>::Count>>().extend(Layout::new::<H>()).and_then(|(head, _)| {
                let (a, b) = arrays?;
                Ok(head.extend(a)?.0.extend(b)?.0)
            });
        block.expect("a node's bytes fit in isize")
    }

    /// An empty block with room for `cap` elements.
    ///
    /// # Panics
    ///
    /// If `cap` exceeds [`CAP_MAX`].
    #[inline]
    pub(crate) fn with_capacity(cap: usize, header: H) -> Self {
        assert!(cap <= CAP_MAX, "a node of {cap} elements exceeds {CAP_MAX}");
        let layout = Self::layout(cap);
        // SAFETY: the layout is not empty, it contains a `Head`.
        let bytes = unsafe { alloc(layout) };
        let Some(head) = NonNull::new(bytes.cast::<Head<<P as Sealed>::Count>>()) else {
            handle_alloc_error(layout)
        };
        // SAFETY: `head` is the start of an allocation whose layout begins with a `Head`.
        unsafe { head.write(Head { owners: <P as Sealed>::Count::one(), len: 0, cap: cap as u16 }) };
        const { Self::ALIGNED };
        // SAFETY: one byte past the start still lies within a `Head`.
        let raw = unsafe { head.cast::<u8>().byte_add(usize::from(KIND)) };
        let block = Self { raw, owns: PhantomData };
        // SAFETY: `header_ptr` lies within the allocation, aligned for `H`, and nobody else knows of it yet.
        unsafe { block.header_ptr().write(header) };
        block
    }

    /// The start of the allocation.
    #[inline]
    fn start(&self) -> NonNull<Head<<P as Sealed>::Count>> {
        // SAFETY: `raw` is `KIND` bytes past it, by the invariant.
        unsafe { self.raw.byte_sub(usize::from(KIND)) }.cast()
    }

    #[inline]
    fn head(&self) -> &Head<<P as Sealed>::Count> {
        // SAFETY: the invariant; only an `Own` writes to the head, and that borrows the block mutably.
        unsafe { self.start().as_ref() }
    }

    /// How many elements each array has.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        usize::from(self.head().len)
    }

    /// How many elements each array has room for.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        usize::from(self.head().cap)
    }

    /// The header.
    #[inline]
    pub(crate) fn header(&self) -> &H {
        // SAFETY: written by `with_capacity`; only an `Own` writes to it again, and that borrows the block mutably.
        unsafe { &*self.header_ptr() }
    }

    /// The first array.
    #[inline]
    pub(crate) fn a(&self) -> &[A] {
        // SAFETY: `len` elements are initialised (sentence 1 of the module), and stay so while `self` is borrowed.
        unsafe { slice::from_raw_parts(self.a_ptr(), self.len()) }
    }

    /// The second array.
    #[inline]
    pub(crate) fn b(&self) -> &[B] {
        // SAFETY: as for `a`.
        unsafe { slice::from_raw_parts(self.b_ptr(), self.len()) }
    }

    #[inline]
    pub(super) fn header_ptr(&self) -> *mut H {
        // SAFETY: `HEADER_AT` bytes lie within the allocation, whose layout has an `H` there.
        unsafe { self.start().as_ptr().byte_add(Self::HEADER_AT).cast() }
    }

    #[inline]
    pub(super) fn a_ptr(&self) -> *mut A {
        // SAFETY: the layout has the array `A` at `A_AT`.
        unsafe { self.start().as_ptr().byte_add(Self::A_AT).cast() }
    }

    #[inline]
    pub(super) fn b_ptr(&self) -> *mut B {
        // SAFETY: the layout for this capacity has the array `B` at `b_at`.
        unsafe { self.start().as_ptr().byte_add(Self::b_at(self.capacity())).cast() }
    }

    /// Whether both are the same allocation.
    #[inline]
    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }

    /// The address, to recognise a block by.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        self.start().as_ptr().addr()
    }

    /// Bytes of the allocation.
    pub(crate) fn bytes(&self) -> usize {
        Self::layout(self.capacity()).size()
    }

    /// Whether nobody else owns this block.
    #[inline]
    pub(crate) fn is_unique(&self) -> bool {
        self.head().owners.is_one()
    }

    /// The right to edit, if nobody else owns this block.
    #[inline]
    pub(crate) fn get_mut(&mut self) -> Option<Own<'_, H, A, B, P, KIND>> {
        // SAFETY: one owner was counted, and this is it; `Own` keeps it borrowed.
        if self.is_unique() { Some(unsafe { Own::new(self) }) } else { None }
    }

    /// The right to edit, or the block back if somebody else owns it too.
    #[inline]
    pub(crate) fn try_own(&mut self) -> Result<Own<'_, H, A, B, P, KIND>, &mut Self> {
        // SAFETY: as for `get_mut`.
        if self.is_unique() { Ok(unsafe { Own::new(self) }) } else { Err(self) }
    }

    /// The right to edit: a block with other owners is copied first.
    #[inline]
    pub(crate) fn make_mut(&mut self) -> Own<'_, H, A, B, P, KIND>
    where
        A: Clone,
        B: Clone,
    {
        if !self.is_unique() {
            *self = self.copy(self.capacity());
        }
        // SAFETY: the block has one owner: it was counted, or the copy is new.
        unsafe { Own::new(self) }
    }

    /// The right to edit a block with room for at least `cap` elements: a shared or a smaller one is copied or moved first.
    #[inline]
    pub(crate) fn make_mut_with(&mut self, cap: usize) -> Own<'_, H, A, B, P, KIND>
    where
        A: Clone,
        B: Clone,
    {
        if !self.is_unique() {
            *self = self.copy(cap.max(self.len()));
        }
        // SAFETY: the block has one owner: it was counted, or the copy is new.
        let mut own = unsafe { Own::new(self) };
        own.reserve(cap);
        own
    }

    /// A copy of all elements with room for `cap`; the elements of a half-made copy are dropped if a clone panics.
    pub(crate) fn copy(&self, cap: usize) -> Self
    where
        A: Clone,
        B: Clone,
    {
        self.copy_range(0..self.len(), cap)
    }

    /// A copy of the elements in `range` with room for `cap`.
    pub(crate) fn copy_range(&self, range: core::ops::Range<usize>, cap: usize) -> Self
    where
        A: Clone,
        B: Clone,
    {
        let (a, b) = (&self.a()[range.clone()], &self.b()[range]);
        let mut copy = Self::with_capacity(cap, *self.header());
        // SAFETY: the copy is new, so it has one owner.
        unsafe { Own::new(&mut copy) }.extend_from_slices(a, b);
        copy
    }

    pub(super) fn set_len(&mut self, len: usize) {
        debug_assert!(len <= self.capacity(), "length within capacity");
        // SAFETY: `self` is borrowed mutably, and only `Own` calls this, which knows of no other owner.
        unsafe { self.start().as_mut() }.len = len as u16;
    }

    /// Gives the allocation back without dropping any element.
    ///
    /// # Safety
    ///
    /// - the caller is the last owner and uses no copy of this pointer again;
    /// - the elements were moved out or dropped.
    pub(super) unsafe fn free(&mut self) {
        let layout = Self::layout(self.capacity());
        // SAFETY: the head is initialised, and the caller is its last owner.
        unsafe { ptr::drop_in_place(self.start().as_ptr()) };
        // SAFETY: allocated with this layout, whose capacity never changes; the caller is the last to know of it.
        unsafe { dealloc(self.start().as_ptr().cast(), layout) };
    }

    /// The pointer without its owner. Its lowest bit is the kind.
    #[inline]
    pub(super) fn into_raw(self) -> NonNull<u8> {
        let raw = self.raw;
        mem::forget(self);
        raw
    }
}

/// The kind of the block that `raw`, from [`Block::into_raw`], points to.
#[inline]
pub(super) fn kind_of(raw: NonNull<u8>) -> bool {
    raw.addr().get() & 1 == 1
}

/// The head of a block of either kind.
///
/// # Safety
///
/// - `raw` came from [`Block::into_raw`] of a block of the flavour `P` that is still owned for as long as 'a.
#[inline]
pub(super) unsafe fn head_of<'a, P: Sharing>(raw: NonNull<u8>) -> &'a Head<<P as Sealed>::Count> {
    // SAFETY: the start of the allocation, by the invariant of `Block`.
    let head = unsafe { raw.byte_sub(usize::from(kind_of(raw))) };
    // SAFETY: every block of this flavour starts with this `Head`, and the caller says that it is still owned.
    unsafe { head.cast().as_ref() }
}

const fn round_up(at: usize, align: usize) -> usize {
    (at + align - 1) & !(align - 1)
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Clone for Block<H, A, B, P, KIND> {
    /// Another owner of the same allocation.
    #[inline]
    fn clone(&self) -> Self {
        self.head().owners.increment();
        Self { raw: self.raw, owns: PhantomData }
    }
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Drop for Block<H, A, B, P, KIND> {
    #[inline]
    fn drop(&mut self) {
        if self.head().owners.decrement() {
            self.drop_contents();
        }
    }
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Block<H, A, B, P, KIND> {
    /// Drops the elements of a block whose last owner is going, then its memory.
    #[inline(never)]
    fn drop_contents(&mut self) {
        /// Frees the memory even if an element's drop panics.
        struct Free<'a, H: Copy, A, B, P: Sharing, const KIND: bool>(&'a mut Block<H, A, B, P, KIND>);
        impl<H: Copy, A, B, P: Sharing, const KIND: bool> Drop for Free<'_, H, A, B, P, KIND> {
            fn drop(&mut self) {
                // SAFETY: the last owner is being dropped, and `clear` gave every element away before it dropped any.
                unsafe { self.0.free() };
            }
        }
        let free = Free(self);
        // SAFETY: the count said that no other owner is left.
        unsafe { Own::new(&mut *free.0) }.clear();
    }
}
