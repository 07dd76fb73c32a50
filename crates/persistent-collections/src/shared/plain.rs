//! Keys that are plain numbers, seen as such, so that vector instructions can search them.
//!
//! A search is compiled as a whole for each instruction set, and the set is chosen once for each search: a call for every node costs
//! more than the compares in it.

use core::any::TypeId;
use core::slice;

#[cfg(target_arch = "x86_64")]
use simd_kernels::level::{Avx2, Avx512};
use simd_kernels::search::{self, Key};
use simd_kernels::{Isa, Level};

/// Where a key belongs among sorted keys.
pub(crate) trait Probe<K> {
    /// How many of `keys` are at most the key.
    fn upper_bound(&self, keys: &[K]) -> usize;
    /// How many of `keys` are below the key, and whether the next one equals it.
    fn lower_bound(&self, keys: &[K]) -> (usize, bool);
}

/// What is done with a probe; `run` has to be `#[inline(always)]`, so that it takes on its caller's instruction set.
pub(crate) trait Search<K> {
    type Output;
    fn run(self, probe: impl Probe<K>) -> Self::Output;
}

/// Runs `search` for `key` with vector instructions if both are numbers of one type that these know; else gives it back.
#[inline]
pub(crate) fn search_numbers<K, Q: ?Sized, S: Search<K>>(search: S, key: &Q) -> Result<S::Output, S> {
    macro_rules! try_each {
        ($($number:ty),*) => {
            $(if let Some(key) = as_number::<$number, K, Q>(key) {
                return Ok(dispatch(search, key));
            })*
        };
    }
    try_each!(u64, i64, u32, i32, usize, isize, u16, i16);
    Err(search)
}

/// `key` as the number that it is, if both `K` and `Q` are `T`; decided at compile time.
#[inline]
fn as_number<T: Key + 'static, K, Q: ?Sized>(key: &Q) -> Option<T> {
    if typeid::of::<K>() != TypeId::of::<T>() || typeid::of::<Q>() != TypeId::of::<T>() {
        return None;
    }
    let key: *const T = (&raw const *key).cast();
    // SAFETY: `Q` is `T`: their ids agree, and `Key` is sealed to numbers, which have no lifetimes that ids could hide.
    Some(unsafe { *key })
}

/// `keys` as the numbers that they are, if `K` is `T`; decided at compile time.
#[inline(always)]
fn as_numbers<T: Key + 'static, K>(keys: &[K]) -> &[T] {
    assert!(typeid::of::<K>() == TypeId::of::<T>(), "keys of the type of the one sought");
    // SAFETY: `K` is `T`, as in `as_number`.
    unsafe { slice::from_raw_parts(keys.as_ptr().cast::<T>(), keys.len()) }
}

#[inline]
fn dispatch<K, T: Key + Eq + 'static, S: Search<K>>(search: S, key: T) -> S::Output {
    match Level::detect().isa() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512(isa) => {
            // SAFETY: the token proves the features that the function enables.
            unsafe { run_avx512(search, Lanes { key, isa }) }
        }
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2(isa) => {
            // SAFETY: the token proves the features that the function enables.
            unsafe { run_avx2(search, Lanes { key, isa }) }
        }
        _ => search.run(Lanes { key, isa: Scalar }),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
fn run_avx512<K, S: Search<K>>(search: S, probe: impl Probe<K>) -> S::Output {
    search.run(probe)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
fn run_avx2<K, S: Search<K>>(search: S, probe: impl Probe<K>) -> S::Output {
    search.run(probe)
}

/// A number, and the instruction set that looks for it.
struct Lanes<T, I> {
    key: T,
    isa: I,
}

impl<K, T: Key + Eq + 'static, I: Count> Probe<K> for Lanes<T, I> {
    #[inline(always)]
    fn upper_bound(&self, keys: &[K]) -> usize {
        self.isa.count_le(as_numbers(keys), self.key)
    }

    #[inline(always)]
    fn lower_bound(&self, keys: &[K]) -> (usize, bool) {
        let keys = as_numbers(keys);
        let at = self.isa.lower_bound(keys, self.key);
        (at, keys.get(at) == Some(&self.key))
    }
}

/// The kernels of one instruction set.
trait Count: Copy {
    fn count_le<T: Key>(self, keys: &[T], key: T) -> usize;
    fn lower_bound<T: Key>(self, keys: &[T], key: T) -> usize;
}

/// The token of the portable code.
#[derive(Clone, Copy)]
struct Scalar;

impl Count for Scalar {
    #[inline(always)]
    fn count_le<T: Key>(self, keys: &[T], key: T) -> usize {
        search::scalar::upper_bound(keys, key)
    }

    #[inline(always)]
    fn lower_bound<T: Key>(self, keys: &[T], key: T) -> usize {
        search::scalar::lower_bound(keys, key)
    }
}

macro_rules! count {
    ($token:ty, $kernels:ident) => {
        #[cfg(target_arch = "x86_64")]
        impl Count for $token {
            #[inline(always)]
            fn count_le<T: Key>(self, keys: &[T], key: T) -> usize {
                // SAFETY: the token `self` proves every feature that the kernel enables.
                unsafe { search::$kernels::count_le(keys, key) }
            }

            #[inline(always)]
            fn lower_bound<T: Key>(self, keys: &[T], key: T) -> usize {
                // SAFETY: as above.
                unsafe { search::$kernels::lower_bound(keys, key) }
            }
        }
    };
}

count!(Avx512, avx512);
count!(Avx2, avx2);

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_type_is_seen() {
        assert_eq!(as_number::<u64, u64, u64>(&3), Some(3));
        assert_eq!(as_number::<u64, i64, i64>(&3), None);
        assert_eq!(as_number::<u64, u64, str>("x"), None);
        assert_eq!(as_number::<u64, core::num::NonZeroU64, u64>(&3), None);
        assert_eq!(as_numbers::<u64, u64>(&[1, 2]), [1, 2]);
    }

    #[test]
    #[should_panic(expected = "keys of the type")]
    fn keys_of_another_type_are_not_seen() {
        as_numbers::<u64, i64>(&[1]);
    }
}
