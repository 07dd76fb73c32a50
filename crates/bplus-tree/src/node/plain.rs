//! Which key types may be copied into branches, decided at compile time by the exact type.
//!
//! [`is_plain`] and [`same`] compare type ids without asking for `'static`; in optimised code they are constants.
//! A type id ignores lifetimes, so "same" is only concluded for types that have none, and for two of which only the
//! outermost borrow is then used (`bytes`).

use core::any::TypeId;
use core::marker::PhantomData;

use super::Header;

/// The id of `T` with its lifetimes made `'static`.
#[inline(always)]
fn id_of<T: ?Sized>() -> TypeId {
    trait Lifeless {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }
    impl<T: ?Sized> Lifeless for PhantomData<T> {
        #[inline(always)]
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }
    let phantom: &dyn Lifeless = &PhantomData::<T>;
    // SAFETY: only the bound on the trait object's lifetime changes. Its one method reads nothing of `self`: it gives
    // the id of `T`, which the compiler computes with lifetimes erased.
    let phantom = unsafe { core::mem::transmute::<&dyn Lifeless, &(dyn Lifeless + 'static)>(phantom) };
    phantom.id()
}

/// Whether `A` is `B` but for lifetimes: exactly `B`, if `B` has none.
#[inline(always)]
pub(crate) fn same<A: ?Sized, B: ?Sized + 'static>() -> bool {
    id_of::<A>() == TypeId::of::<B>()
}

/// `value` as a `B`, if it is one.
#[inline(always)]
pub(crate) fn read_as<A: ?Sized, B: Copy + 'static>(value: &A) -> Option<B> {
    if same::<A, B>() {
        // SAFETY: `A` is `B` by the test, so the reference points to a `B`.
        Some(unsafe { *core::ptr::from_ref(value).cast::<B>() })
    } else {
        None
    }
}

/// Writes the greatest number over `count` keys that are not in use, if keys are searched in the lanes of vectors: the
/// primitive integers. Of other types it does nothing.
///
/// So a search may take the whole block as sorted, of a length that the compiler knows.
///
/// # Safety
/// - `count` keys may be written from `keys` on; they need not be initialised, and are not dropped.
#[inline(always)]
pub(super) unsafe fn fill_up<K>(keys: *mut K, count: usize) {
    macro_rules! lanes {
        ($($type:ty),+) => {$(
            if const { size_of::<K>() == size_of::<$type>() } && same::<K, $type>() {
                for index in 0..count {
                    // SAFETY: the caller's promise; `K` is this type.
                    unsafe { keys.wrapping_add(index).cast::<$type>().write(<$type>::MAX) };
                }
            }
        )+};
    }
    lanes!(u64, u32, usize, i64, i32, isize, u16, i16, u8, i8);
}

/// Whether keys are searched in the lanes of vectors: the primitive integers.
#[inline(always)]
pub(super) fn is_lane<K>() -> bool {
    macro_rules! any_of {
        ($($type:ty),+) => { $( (const { size_of::<K>() == size_of::<$type>() } && same::<K, $type>()) )||+ };
    }
    any_of!(u64, u32, usize, i64, i32, isize, u16, i16, u8, i8)
}

/// Whether [`fill_up`] wrote `count` keys from `keys` on, or had nothing to write.
///
/// # Safety
/// - `count` keys may be read from `keys` on if they are lanes.
pub(super) unsafe fn is_filled_up<K>(keys: *const K, count: usize) -> bool {
    macro_rules! lanes {
        ($($type:ty),+) => {$(
            if const { size_of::<K>() == size_of::<$type>() } && same::<K, $type>() {
                // SAFETY: the caller's promise; `K` is this type.
                let keys = unsafe { core::slice::from_raw_parts(keys.cast::<$type>(), count) };
                return keys.iter().all(|key| *key == <$type>::MAX);
            }
        )+};
    }
    lanes!(u64, u32, usize, i64, i32, isize, u16, i16, u8, i8);
    true
}

/// Lanes of keys that a node's header takes up in its first cache line.
pub(super) const fn lead<K>() -> usize {
    match size_of::<K>() {
        1 | 2 | 4 | 8 => size_of::<Header>() / size_of::<K>(),
        _ => 0,
    }
}

/// The most bytes that a plain key has.
pub(super) const PLAIN_BYTES_MAX: usize = 16;

/// Whether branches hold copies of keys of this type.
///
/// They may where a copy is as good as the original for ever: primitives and arrays and pairs of them, which own
/// nothing and cannot change behind a shared reference. Of any other type branches hold no keys (decision 0040).
#[inline(always)]
pub(super) fn is_plain<K>() -> bool {
    macro_rules! any_of {
        ($($type:ty),+ $(,)?) => { $( (const { size_of::<K>() == size_of::<$type>() } && same::<K, $type>()) )||+ };
    }
    any_of!(
        u8,
        u16,
        u32,
        u64,
        u128,
        usize,
        i8,
        i16,
        i32,
        i64,
        i128,
        isize,
        bool,
        char,
        [u8; 1],
        [u8; 2],
        [u8; 3],
        [u8; 4],
        [u8; 6],
        [u8; 8],
        [u8; 12],
        [u8; 16],
        [u16; 2],
        [u16; 4],
        [u16; 8],
        [u32; 2],
        [u32; 4],
        [u64; 1],
        [u64; 2],
        (u8, u8),
        (u16, u16),
        (u32, u32),
        (u64, u64),
        (u32, u64),
        (u64, u32),
        (i32, i32),
        (i64, i64),
        (usize, usize),
        (u128,),
        core::num::NonZeroU8,
        core::num::NonZeroU16,
        core::num::NonZeroU32,
        core::num::NonZeroU64,
        core::num::NonZeroU128,
        core::num::NonZeroUsize,
    )
}
