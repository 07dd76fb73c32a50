//! Differing bits.

use super::{Metric, Rounding};

/// The number of bits in which two bit strings, in words of 64, differ.
///
/// # Examples
/// ```
/// use cover_tree::{Hamming, Metric};
///
/// assert_eq!(Hamming.distance(&[0b1010, 0][..], &[0b0011, 1][..]), 3.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hamming;

impl Metric<[u64]> for Hamming {
    #[inline]
    fn distance(&self, a: &[u64], b: &[u64]) -> f64 {
        simd_kernels::panel::hamming(a, b) as f64
    }

    fn rounding(&self) -> Rounding {
        Rounding { relative: 0.0, absolute: 0.0 }
    }
}
