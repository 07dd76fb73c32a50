//! One row of a panel of 16-bit integers, aligned to a cache line.

use super::LANES;

/// Two integers of each of sixteen points: exactly one cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Words(pub [i32; LANES]);

impl Words {
    /// Two integers as one lane.
    pub fn pack([low, high]: [i16; 2]) -> i32 {
        i32::from(high) << 16 | i32::from(low.cast_unsigned())
    }

    /// The two integers of a lane.
    pub fn unpack(lane: i32) -> [i16; 2] {
        [lane as i16, (lane >> 16) as i16]
    }
}
