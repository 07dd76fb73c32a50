//! One pointer that is one of two block types; its lowest bit says which.

use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ptr::NonNull;

use super::block::{head_of, kind_of};
use super::count::Counter;
use super::{Block, Sharing};

/// A block type; implemented for [`Block`] alone.
pub(crate) trait Pointer: Clone {
    /// Sets this type apart from the other one in an [`Either`].
    const KIND: bool;
    /// The flavour, which must be the same on both sides.
    type Flavour: Sharing;

    fn into_raw(self) -> NonNull<u8>;
}

impl<H: Copy, A, B, P: Sharing, const KIND: bool> Pointer for Block<H, A, B, P, KIND> {
    const KIND: bool = KIND;
    type Flavour = P;

    #[inline]
    fn into_raw(self) -> NonNull<u8> {
        Self::into_raw(self)
    }
}

/// An owned block of type `X` (kind false) or `Y` (kind true), in one pointer.
///
/// Invariant: `raw` came from `into_raw` of the side that its lowest bit names, and this value is its owner.
pub(crate) struct Either<X: Pointer, Y: Pointer<Flavour = X::Flavour>> {
    raw: NonNull<u8>,
    owns: PhantomData<(X, Y)>,
}

// SAFETY: an `Either` owns one `X` or one `Y` and nothing else.
unsafe impl<X: Pointer + Send, Y: Pointer<Flavour = X::Flavour> + Send> Send for Either<X, Y> {}
// SAFETY: as above.
unsafe impl<X: Pointer + Sync, Y: Pointer<Flavour = X::Flavour> + Sync> Sync for Either<X, Y> {}

/// A borrowed look at an [`Either`].
pub(crate) enum Side<'a, X, Y> {
    X(&'a X),
    Y(&'a Y),
}

/// A mutable look at an [`Either`]; what is put in its place has the same type, and so the same kind.
pub(crate) enum SideMut<'a, X, Y> {
    X(&'a mut X),
    Y(&'a mut Y),
}

/// An [`Either`] by value.
pub(crate) enum SideOwned<X, Y> {
    X(X),
    Y(Y),
}

impl<X: Pointer, Y: Pointer<Flavour = X::Flavour>> Either<X, Y> {
    const DISTINCT: () = assert!(!X::KIND && Y::KIND, "the kinds tell the sides apart");

    #[inline]
    pub(crate) fn from_x(block: X) -> Self {
        const { Self::DISTINCT };
        Self { raw: block.into_raw(), owns: PhantomData }
    }

    #[inline]
    pub(crate) fn from_y(block: Y) -> Self {
        const { Self::DISTINCT };
        Self { raw: block.into_raw(), owns: PhantomData }
    }

    #[inline]
    fn is_y(&self) -> bool {
        kind_of(self.raw)
    }

    #[inline]
    pub(crate) fn side(&self) -> Side<'_, X, Y> {
        let raw: *const NonNull<u8> = &raw const self.raw;
        if self.is_y() {
            // SAFETY: a block is nothing but its pointer, and this one's kind says `Y`.
            Side::Y(unsafe { &*raw.cast() })
        } else {
            // SAFETY: a block is nothing but its pointer, and this one's kind says `X`.
            Side::X(unsafe { &*raw.cast() })
        }
    }

    #[inline]
    pub(crate) fn side_mut(&mut self) -> SideMut<'_, X, Y> {
        let is_y = self.is_y();
        let raw: *mut NonNull<u8> = &raw mut self.raw;
        if is_y {
            // SAFETY: as in `side`; a `Y` put here instead has that kind too, so the invariant stays.
            SideMut::Y(unsafe { &mut *raw.cast() })
        } else {
            // SAFETY: as in `side`; an `X` put here instead has that kind too, so the invariant stays.
            SideMut::X(unsafe { &mut *raw.cast() })
        }
    }

    #[inline]
    pub(crate) fn into_side(self) -> SideOwned<X, Y> {
        let this = ManuallyDrop::new(self);
        if this.is_y() {
            // SAFETY: a block is nothing but its pointer, this one's kind says `Y`, and `this` gives up its ownership.
            SideOwned::Y(unsafe { mem::transmute_copy(&this.raw) })
        } else {
            // SAFETY: as for `Y`.
            SideOwned::X(unsafe { mem::transmute_copy(&this.raw) })
        }
    }

    /// Whether both are the same allocation.
    #[inline]
    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }

    /// Asks for the line with the counter, which is about to be changed.
    #[inline]
    pub(crate) fn prefetch_counter(&self) {
        simd_kernels::prefetch(self.raw.as_ptr());
    }

    /// The address, to recognise a block by.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        self.raw.addr().get() & !1
    }
}

impl<X: Pointer, Y: Pointer<Flavour = X::Flavour>> Clone for Either<X, Y> {
    #[inline]
    fn clone(&self) -> Self {
        // SAFETY: `self` owns the block, and both sides have the flavour of `X`.
        let head = unsafe { head_of::<X::Flavour>(self.raw) };
        head.owners.increment();
        Self { raw: self.raw, owns: PhantomData }
    }
}

impl<X: Pointer, Y: Pointer<Flavour = X::Flavour>> Drop for Either<X, Y> {
    #[inline]
    fn drop(&mut self) {
        let is_y = self.is_y();
        let raw: *mut NonNull<u8> = &raw mut self.raw;
        if is_y {
            // SAFETY: owned, its kind says `Y`, and it is not used again.
            unsafe { raw.cast::<Y>().drop_in_place() };
        } else {
            // SAFETY: owned, its kind says `X`, and it is not used again.
            unsafe { raw.cast::<X>().drop_in_place() };
        }
    }
}
