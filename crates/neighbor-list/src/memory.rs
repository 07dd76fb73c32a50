//! Memory that may be refused, and memory for the outputs: zeroed without touching it, in huge pages where the system
//! gives some.
//!
//! The first touch of a page costs more than everything else that is done to it: 4 KiB at a time the kernel hands out
//! memory several times slower than the search fills it (docs/decisions/0020). So large arrays come untouched from the
//! allocator and ask for huge pages before the fill pass touches them.
#![allow(unsafe_code, reason = "zeroed memory that is not touched, and a hint to the kernel about it")]

use std::alloc::{Layout, alloc_zeroed};

use crate::Error;

/// From this size on an array asks for huge pages; one of them has 2 MiB on x86-64.
const HUGE: usize = 2 << 20;

/// Numbers whose zero is all bits zero.
pub(crate) trait Zero: Copy + sealed::Zero {}

impl<T: sealed::Zero> Zero for T {}

mod sealed {
    /// # Safety
    /// A value of all zero bits is valid, and the type is not zero-sized.
    pub(crate) unsafe trait Zero: Copy {
        const ZERO: Self;
    }

    // SAFETY: 0 has all bits zero; four bytes.
    unsafe impl Zero for u32 {
        const ZERO: Self = 0;
    }

    // SAFETY: 0.0 has all bits zero; eight bytes.
    unsafe impl Zero for f64 {
        const ZERO: Self = 0.0;
    }

    // SAFETY: as u32 above; twelve bytes.
    unsafe impl Zero for [i32; 3] {
        const ZERO: Self = [0; 3];
    }

    // SAFETY: as f64 above; 24 bytes.
    unsafe impl Zero for [f64; 3] {
        const ZERO: Self = [0.0; 3];
    }
}

/// Room for exactly `additional` more elements.
///
/// # Errors
/// [`Error::OutOfMemory`]; the array is as before.
pub(crate) fn reserve_exact<T>(array: &mut Vec<T>, additional: usize) -> Result<(), Error> {
    array.try_reserve_exact(additional).map_err(|_| refused::<T>(array.len().saturating_add(additional)))
}

/// Room for `additional` more elements, and in proportion more if the array has to grow for them.
///
/// # Errors
/// As [`reserve_exact`].
pub(crate) fn reserve<T>(array: &mut Vec<T>, additional: usize) -> Result<(), Error> {
    array.try_reserve(additional).map_err(|_| refused::<T>(array.len().saturating_add(additional)))
}

/// Makes `array` a copy of `source`, in the memory that it has if that is enough.
///
/// # Errors
/// As [`reserve_exact`]; the array is empty then.
pub(crate) fn copy<T: Copy>(array: &mut Vec<T>, source: &[T]) -> Result<(), Error> {
    array.clear();
    reserve_exact(array, source.len())?;
    array.extend_from_slice(source);
    Ok(())
}

/// Makes `array` `len` times `value`, in the memory that it has if that is enough.
///
/// # Errors
/// As [`reserve_exact`]; the array is empty then.
pub(crate) fn fill<T: Copy>(array: &mut Vec<T>, len: usize, value: T) -> Result<(), Error> {
    array.clear();
    reserve_exact(array, len)?;
    array.resize(len, value);
    Ok(())
}

fn refused<T>(len: usize) -> Error {
    Error::OutOfMemory { bytes: len.saturating_mul(size_of::<T>()) }
}

/// Gives `array` the length `len`, in the memory that it has if that is enough. Its contents are old or zero.
///
/// # Errors
/// [`Error::OutOfMemory`]; the array is empty then.
pub(crate) fn resize<T: Zero>(array: &mut Vec<T>, len: usize) -> Result<(), Error> {
    if len > array.capacity() {
        *array = Vec::new();
        *array = zeroed(len)?;
    }
    array.resize(len, T::ZERO);
    Ok(())
}

/// `len` zeros in memory that nothing has touched yet, if the allocator has such.
fn zeroed<T: Zero>(len: usize) -> Result<Vec<T>, Error> {
    if len == 0 {
        return Ok(Vec::new());
    }
    let layout = Layout::array::<T>(len).map_err(|_| refused::<T>(len))?;
    // SAFETY: the layout has a size: `len` is not 0, and no `Zero` type is zero-sized.
    let start = unsafe { alloc_zeroed(layout) }.cast::<T>();
    if start.is_null() {
        return Err(refused::<T>(len));
    }
    advise(start.cast(), layout.size());
    // SAFETY: `start` is from the global allocator with the layout of `len` elements, which is what the vector will
    // free; all of them are initialised, because zero bits are a valid `T` by `Zero`.
    Ok(unsafe { Vec::from_raw_parts(start, len, len) })
}

/// Asks the kernel to back this memory with huge pages; a refusal changes nothing.
#[cfg(all(target_os = "linux", not(miri)))]
fn advise(start: *mut u8, bytes: usize) {
    /// The kernel wants whole pages.
    const PAGE: usize = 4096;
    if bytes < HUGE {
        return;
    }
    let first = start.align_offset(PAGE);
    let len = (bytes - first) & !(PAGE - 1);
    // SAFETY: the pages from `start + first` on are within the allocation, and the advice changes neither their
    // contents nor their protection, only how they will be backed.
    let inside = unsafe { start.add(first) };
    // SAFETY: as above; the call has no other effect.
    unsafe { libc::madvise(inside.cast(), len, libc::MADV_HUGEPAGE) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn advise(_start: *mut u8, _bytes: usize) {}
