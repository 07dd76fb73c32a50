//! Four lanes in an array; also the oracle of the vector versions.

use super::Pairs;
use crate::panel::Words;
use crate::vector::{Sealed, Vector};

/// Four lanes.
#[derive(Clone, Copy, Debug)]
pub(in crate::panel) struct Portable([i32; 4]);

impl Pairs for Portable {
    type Proof = ();
    type Floats = <f32 as Sealed>::Portable;

    #[inline(always)]
    fn splat((): (), lane: i32) -> Self {
        Self([lane; 4])
    }

    #[inline(always)]
    fn load((): (), lanes: &[i32]) -> Self {
        Self(lanes.try_into().expect("a vector of lanes"))
    }

    #[inline(always)]
    fn to_floats(self, (): ()) -> Self::Floats {
        let [a, b, c, d] = self.0;
        Vector::load((), &[a as f32, b as f32, c as f32, d as f32])
    }

    #[inline(always)]
    fn add_products(mut self, (): (), a: Self, b: Self) -> Self {
        for (sum, (a, b)) in self.0.iter_mut().zip(a.0.into_iter().zip(b.0)) {
            let ([a0, a1], [b0, b1]) = (Words::unpack(a), Words::unpack(b));
            let first = i32::from(a0) * i32::from(b0);
            *sum = sum.wrapping_add(first.wrapping_add(i32::from(a1) * i32::from(b1)));
        }
        self
    }
}
