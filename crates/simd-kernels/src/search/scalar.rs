//! Portable search; also the oracle of the vector versions.

use super::{Key, halve};

/// [`super::lower_bound`] by branchless halving.
#[inline]
pub fn lower_bound<T: Key>(block: &[T], x: T) -> usize {
    bound(block, |key| key.below(x))
}

/// [`super::upper_bound`] by branchless halving.
#[inline]
pub fn upper_bound<T: Key>(block: &[T], x: T) -> usize {
    bound(block, |key| !x.below(key))
}

/// [`super::count_lt`], one key after another.
#[inline]
pub fn count_lt<T: Key>(block: &[T], x: T) -> usize {
    block.iter().map(|key| usize::from(key.below(x))).sum()
}

/// [`super::count_le`], one key after another.
#[inline]
pub fn count_le<T: Key>(block: &[T], x: T) -> usize {
    block.iter().map(|key| usize::from(!x.below(*key))).sum()
}

#[inline(always)]
fn bound<T: Key>(block: &[T], goes_left: impl Fn(T) -> bool) -> usize {
    let (start, len) = halve(block, 1, &goes_left);
    start + usize::from(len == 1 && goes_left(block[start]))
}
