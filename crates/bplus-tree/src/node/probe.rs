//! What a search compares with: any `Ord`, or a primitive number in the lanes of one instruction set.

use core::borrow::Borrow;
use core::cmp::Ordering;

use simd_kernels::search::{self, Key};

use super::heads::Heads;

/// A key that is sought among stored keys of type `K`. Its answers are positions; a wrong order gives wrong
/// positions, but never one beyond the slice.
pub(super) trait Probe<K>: Copy {
    /// The number of keys less than the sought one, and whether the next is equal to it.
    fn lower(self, keys: &[K]) -> (usize, bool);
    /// The number of keys not greater than the sought one.
    fn upper(self, keys: &[K]) -> usize;
    /// Whether the sought key is not before `key`.
    fn not_before(self, key: &K) -> bool;
    /// Whether the sought key is behind `key`.
    fn is_after(self, key: &K) -> bool;

    /// Whether keys are lanes, so that whole blocks of them, filled up with the greatest key, can be searched.
    const WHOLE: bool = false;

    /// Whether it is nodes' heads that are searched, by `seek` instead of `lower` and `upper`.
    const HEADS: bool = false;
    /// The number of keys less than the sought one, and whether the next is equal to it; `key` gives their bytes.
    #[inline(always)]
    fn seek<'k>(&mut self, _: Heads<'_>, _: impl Fn(usize) -> &'k [u8]) -> (usize, bool) {
        (0, false)
    }
    /// Takes note that the search goes on below child `slot` of the branch that has these heads.
    #[inline(always)]
    fn descend(&mut self, _: Heads<'_>, _slot: usize) {}
}

/// The most keys of a block that is searched whole, and lanes of the header before it.
pub(super) const BLOCK: usize = 64;

/// Compares with `Ord::cmp` of the borrowed form.
pub(super) struct ByOrd<'q, Q: ?Sized>(pub(super) &'q Q);

impl<Q: ?Sized> Clone for ByOrd<'_, Q> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Q: ?Sized> Copy for ByOrd<'_, Q> {}

impl<K: Borrow<Q>, Q: Ord + ?Sized> Probe<K> for ByOrd<'_, Q> {
    #[inline]
    fn lower(self, keys: &[K]) -> (usize, bool) {
        match keys.binary_search_by(|key| key.borrow().cmp(self.0)) {
            Ok(index) => (index, true),
            Err(index) => (index, false),
        }
    }

    #[inline]
    fn upper(self, keys: &[K]) -> usize {
        keys.partition_point(|key| self.not_before(key))
    }

    #[inline]
    fn not_before(self, key: &K) -> bool {
        key.borrow().cmp(self.0) != Ordering::Greater
    }

    #[inline]
    fn is_after(self, key: &K) -> bool {
        key.borrow().cmp(self.0) == Ordering::Less
    }
}

/// Compares a primitive number with whole vectors of keys, as far as the instruction set `I` goes.
#[derive(Clone, Copy)]
pub(super) struct ByLanes<T, I> {
    pub(super) sought: T,
    pub(super) isa: I,
}

/// The instruction set of portable code.
#[derive(Clone, Copy)]
pub(super) struct Scalar;

macro_rules! by_lanes {
    ($isa:ty, $($kernels:ident)::+) => {
        impl<T: Key + Copy + Ord> Probe<T> for ByLanes<T, $isa> {
            #[inline(always)]
            fn lower(self, keys: &[T]) -> (usize, bool) {
                let _proof: $isa = self.isa;
                // SAFETY: the token `self.isa` proves every feature that the kernel enables; scalar enables none.
                #[allow(unused_unsafe, reason = "the scalar kernel is safe")]
                let index = unsafe { $($kernels)::+::lower_bound(keys, self.sought) };
                (index, index < keys.len() && keys[index] == self.sought)
            }

            #[inline(always)]
            fn upper(self, keys: &[T]) -> usize {
                // SAFETY: as in `lower`.
                #[allow(unused_unsafe, reason = "the scalar kernel is safe")]
                unsafe { $($kernels)::+::upper_bound(keys, self.sought) }
            }

            #[inline(always)]
            fn not_before(self, key: &T) -> bool {
                *key <= self.sought
            }

            #[inline(always)]
            fn is_after(self, key: &T) -> bool {
                *key < self.sought
            }

            const WHOLE: bool = true;
        }
    };
}

by_lanes!(Scalar, search::scalar);
#[cfg(target_arch = "x86_64")]
by_lanes!(simd_kernels::level::Avx2, search::avx2);
#[cfg(target_arch = "x86_64")]
by_lanes!(simd_kernels::level::Avx512, search::avx512);
