//! Memory for the outputs.

use crate::Error;

/// Gives `array` the length `len`; what it holds then is to be overwritten.
pub(crate) fn resize<T: Copy>(array: &mut Vec<T>, len: usize, value: T) -> Result<(), Error> {
    if len > array.capacity() {
        let bytes = len.saturating_mul(size_of::<T>());
        *array = Vec::new();
        array.try_reserve_exact(len).map_err(|_| Error::OutOfMemory { bytes })?;
    }
    array.resize(len, value);
    Ok(())
}
