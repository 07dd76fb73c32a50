//! One row of a panel, aligned to a cache line.
#![allow(unsafe_code, reason = "views of a plain array of floats as rows and back, without a copy")]

use super::LANES;

/// One coordinate of sixteen points: exactly one cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub struct Lanes(pub [f32; LANES]);

impl Lanes {
    /// The rows as one slice of floats.
    pub fn as_floats(rows: &[Self]) -> &[f32] {
        // SAFETY: `Lanes` is `repr(C)` around sixteen floats, 64 bytes large and aligned, so it has no padding; the
        // slice covers the same memory for the same lifetime.
        unsafe { core::slice::from_raw_parts(rows.as_ptr().cast(), rows.len() * LANES) }
    }

    /// The rows as arrays.
    pub(crate) fn as_arrays(rows: &[Self]) -> &[[f32; LANES]] {
        Self::as_floats(rows).as_chunks().0
    }

    /// The floats as rows, if they start at a cache line and are whole rows.
    pub fn from_floats(floats: &[f32]) -> Option<&[Self]> {
        if !floats.as_ptr().cast::<Self>().is_aligned() || !floats.len().is_multiple_of(LANES) {
            return None;
        }
        // SAFETY: aligned and a whole number of rows by the test above; every bit pattern of sixteen floats is a
        // `Lanes`; the slice covers the same memory for the same lifetime.
        Some(unsafe { core::slice::from_raw_parts(floats.as_ptr().cast(), floats.len() / LANES) })
    }
}
