//! Portable prefix sums; also the oracle of the vector versions, and their tails.

/// [`super::exclusive`], one value after another.
#[inline]
pub fn exclusive(values: &mut [u32]) -> u32 {
    exclusive_from(0, values)
}

/// [`super::inclusive`], one value after another.
#[inline]
pub fn inclusive(values: &mut [u32]) -> u32 {
    inclusive_from(0, values)
}

#[inline(always)]
pub(super) fn exclusive_from(mut sum: u32, values: &mut [u32]) -> u32 {
    for value in values {
        let next = sum.wrapping_add(*value);
        *value = sum;
        sum = next;
    }
    sum
}

#[inline(always)]
pub(super) fn inclusive_from(mut sum: u32, values: &mut [u32]) -> u32 {
    for value in values {
        sum = sum.wrapping_add(*value);
        *value = sum;
    }
    sum
}
