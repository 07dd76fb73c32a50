//! Keys that are plain numbers, seen as such, so that vector instructions can search them.

use core::any::TypeId;
use core::slice;

use simd_kernels::search::Key;

/// `keys` and `key` as what they are, if both have the type `T`; decided at compile time.
#[inline]
pub(crate) fn as_numbers<'k, T: Key + 'static, K, Q: ?Sized>(keys: &'k [K], key: &Q) -> Option<(&'k [T], T)> {
    if typeid::of::<K>() != TypeId::of::<T>() || typeid::of::<Q>() != TypeId::of::<T>() {
        return None;
    }
    // SAFETY: `K` is `T`: their ids agree, and `Key` is sealed to numbers, which have no lifetimes that ids could hide.
    let keys = unsafe { slice::from_raw_parts(keys.as_ptr().cast::<T>(), keys.len()) };
    let key: *const T = (&raw const *key).cast();
    // SAFETY: `Q` is `T`, and `key` was a reference to one.
    Some((keys, unsafe { *key }))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_type_is_seen() {
        assert_eq!(as_numbers::<u64, _, _>(&[1_u64, 2], &3_u64), Some((&[1, 2][..], 3)));
        assert_eq!(as_numbers::<u64, _, _>(&[1_i64], &3_i64), None);
        assert_eq!(as_numbers::<u64, u64, str>(&[1], "x"), None);
        assert_eq!(as_numbers::<u64, core::num::NonZeroU64, u64>(&[], &3), None);
    }
}
