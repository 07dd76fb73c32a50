//! Which key types are ordered as their bytes are, decided at compile time by the exact type.

use core::mem;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::plain::same;

/// Applies `$then` to the types that own their bytes. Nobody can change those behind a shared reference, and the types'
/// `Ord`, as that of every form that std can borrow them as, compares them one by one.
macro_rules! owners {
    ($then:ident) => {
        $then!(String, Vec<u8>, Box<str>, Box<[u8]>, Arc<str>, Arc<[u8]>, Rc<str>, Rc<[u8]>)
    };
}

/// Whether keys are ordered as their bytes are: then nodes have heads (see `heads`).
#[inline(always)]
pub(super) fn is_bytes<K>() -> bool {
    macro_rules! any_of {
        ($($type:ty),+) => { $( (const { size_of::<K>() == size_of::<$type>() } && same::<K, $type>()) )||+ };
    }
    owners!(any_of) || any_of!(&'static str, &'static [u8])
}

/// The bytes that `value` is ordered by, if its type is a key type of [`is_bytes`] or what one is borrowed as.
#[inline(always)]
pub(super) fn bytes_of<T: ?Sized>(value: &T) -> Option<&[u8]> {
    macro_rules! try_each {
        ($($type:ty),+) => {$(
            if same::<T, $type>() {
                // SAFETY: `T` is this type by the test, so the reference points to one.
                let owner = unsafe { &*core::ptr::from_ref(value).cast::<$type>() };
                return Some((**owner).as_ref());
            }
        )+};
    }
    if same::<T, str>() || same::<T, [u8]>() {
        // SAFETY: `&T` is `&str` or `&[u8]`, of which both are an address and a number of bytes, valid for as long.
        return Some(unsafe { mem::transmute_copy::<&T, &[u8]>(&value) });
    }
    if same::<T, &'static str>() || same::<T, &'static [u8]>() {
        // SAFETY: `T` is `&'t str` or `&'t [u8]` by the test, which ignores lifetimes; 't is unknown, but outlives the
        // reference to `T`, whose lifetime is the one given to the bytes.
        return Some(unsafe { *core::ptr::from_ref(value).cast::<&[u8]>() });
    }
    owners!(try_each);
    None
}
