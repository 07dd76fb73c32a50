//! An array of the index: a vector, or a part of a mapped file that becomes a vector when it is changed.

use std::ops::Deref;

use simd_kernels::panel::Lanes;

use crate::Scalar;

/// What may stand in a mapped file: plain numbers, whatever their bits.
pub(crate) trait Stored: Copy + 'static {
    /// The bytes as values, if they are aligned for them and whole.
    #[cfg(feature = "mmap")]
    fn view(bytes: &[u8]) -> Option<&[Self]>;
}

impl<T: Scalar> Stored for T {
    #[cfg(feature = "mmap")]
    fn view(bytes: &[u8]) -> Option<&[Self]> {
        bytemuck::try_cast_slice(bytes).ok()
    }
}

impl Stored for u32 {
    #[cfg(feature = "mmap")]
    fn view(bytes: &[u8]) -> Option<&[Self]> {
        bytemuck::try_cast_slice(bytes).ok()
    }
}

impl Stored for Lanes {
    #[cfg(feature = "mmap")]
    fn view(bytes: &[u8]) -> Option<&[Self]> {
        Self::from_floats(bytemuck::try_cast_slice(bytes).ok()?)
    }
}

/// A slice that owns its memory.
#[derive(Clone)]
pub(crate) enum Storage<T: Stored> {
    Owned(Vec<T>),
    #[cfg(feature = "mmap")]
    Mapped(Mapped<T>),
}

/// Bytes of a mapped file that were found to be values of `T`.
#[cfg(feature = "mmap")]
#[derive(Clone)]
pub(crate) struct Mapped<T> {
    file: std::sync::Arc<memmap2::Mmap>,
    bytes: std::ops::Range<usize>,
    values: std::marker::PhantomData<T>,
}

#[cfg(feature = "mmap")]
impl<T: Stored> Mapped<T> {
    /// These bytes of a file, if they are values of `T`.
    pub(crate) fn new(file: std::sync::Arc<memmap2::Mmap>, bytes: std::ops::Range<usize>) -> Option<Self> {
        T::view(file.get(bytes.clone())?)?;
        Some(Self { file, bytes, values: std::marker::PhantomData })
    }
}

impl<T: Stored> Storage<T> {
    /// The values as a vector; mapped ones are copied now.
    pub(crate) fn to_mut(&mut self) -> &mut Vec<T> {
        #[cfg(feature = "mmap")]
        if let Self::Mapped(_) = self {
            *self = Self::Owned(self.to_vec());
        }
        match self {
            Self::Owned(values) => values,
            #[cfg(feature = "mmap")]
            Self::Mapped(_) => unreachable!("mapped values were copied above"),
        }
    }
}

impl<T: Stored> Deref for Storage<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(values) => values,
            #[cfg(feature = "mmap")]
            Self::Mapped(Mapped { file, bytes, .. }) => {
                T::view(&file[bytes.clone()]).expect("the bytes were values when the file was opened")
            }
        }
    }
}

impl<T: Stored> From<Vec<T>> for Storage<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Owned(values)
    }
}

impl<T: Stored> Default for Storage<T> {
    fn default() -> Self {
        Self::Owned(Vec::new())
    }
}

impl<T: Stored + std::fmt::Debug> std::fmt::Debug for Storage<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Stored + PartialEq> PartialEq for Storage<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(feature = "serde")]
impl<T: Stored + serde::Serialize> serde::Serialize for Storage<T> {
    fn serialize<Z: serde::Serializer>(&self, to: Z) -> Result<Z::Ok, Z::Error> {
        (**self).serialize(to)
    }
}
