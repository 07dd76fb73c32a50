//! Asking for memory before it is needed.
#![allow(unsafe_code, reason = "the prefetch instruction takes a raw pointer")]

/// Bytes that one prefetch brings.
pub const CACHE_LINE: usize = 64;

/// Asks for the cache line of `address`, to be read soon; does nothing on architectures other than x86-64.
///
/// Any pointer will do, dangling ones included: nothing is read, and a bad address is ignored.
///
/// # Examples
/// ```
/// let table = vec![1_u64; 1 << 16];
/// let places = [5_usize, 60_000, 1_234];
/// places.iter().for_each(|&place| simd_kernels::prefetch(&table[place]));
/// let sum: u64 = places.iter().map(|&place| table[place]).sum();
/// assert_eq!(sum, 3);
/// ```
#[inline(always)]
pub fn prefetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 processor has the instruction, which uses no SSE register; a prefetch neither reads nor
        // faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Asks for every cache line of the `bytes` bytes from `address`, as [`prefetch`].
#[inline(always)]
pub fn prefetch_bytes<T>(address: *const T, bytes: usize) {
    let first = address.cast::<u8>();
    for offset in (0..bytes).step_by(CACHE_LINE) {
        prefetch(first.wrapping_add(offset));
    }
    // The last byte may lie in a further line if `address` does not begin one.
    if bytes > 0 {
        prefetch(first.wrapping_add(bytes - 1));
    }
}
