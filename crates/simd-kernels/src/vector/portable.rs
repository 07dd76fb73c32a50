//! Four lanes in an array; the compiler makes of it what the target has.

use core::cmp::Ordering;

use super::{Float, Vector};

/// Four lanes.
#[derive(Clone, Copy, Debug)]
pub struct Portable<T>([T; 4]);

impl<T: Float> Portable<T> {
    #[inline(always)]
    fn map(self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        let ([a, b, c, d], [e, g, h, i]) = (self.0, other.0);
        Self([f(a, e), f(b, g), f(c, h), f(d, i)])
    }
}

impl<T: Float> Vector for Portable<T> {
    type Proof = ();
    type Lane = T;
    const LANES: usize = 4;
    const REGISTERS: usize = 16;
    const FUSES: bool = false;

    #[inline(always)]
    fn splat((): (), lane: T) -> Self {
        Self([lane; 4])
    }

    #[inline(always)]
    fn load((): (), lanes: &[T]) -> Self {
        Self(lanes.try_into().expect("a vector of lanes"))
    }

    #[inline(always)]
    fn load_part((): (), lanes: &[T]) -> Self {
        let mut all = [T::ZERO; 4];
        for (slot, lane) in all.iter_mut().zip(lanes) {
            *slot = *lane;
        }
        Self(all)
    }

    #[inline(always)]
    fn store(self, (): (), lanes: &mut [T]) {
        lanes.copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn add(self, (): (), other: Self) -> Self {
        self.map(other, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, (): (), other: Self) -> Self {
        self.map(other, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, (): (), other: Self) -> Self {
        self.map(other, |a, b| a * b)
    }

    /// Not fused: without the instruction a fused multiply-add is a slow function call.
    #[inline(always)]
    fn mul_add(self, (): (), factor: Self, term: Self) -> Self {
        self.mul((), factor).add((), term)
    }

    #[inline(always)]
    fn abs(self, (): ()) -> Self {
        self.map(self, |a, _| if a < T::ZERO { T::ZERO - a } else { a })
    }

    #[inline(always)]
    fn max(self, (): (), other: Self) -> Self {
        self.map(other, |a, b| match a.partial_cmp(&b) {
            Some(Ordering::Less) => b,
            Some(_) => a,
            None => a + b, // NaN
        })
    }

    #[inline(always)]
    fn less(self, (): (), other: Self) -> u16 {
        let lanes = self.0.into_iter().zip(other.0).enumerate();
        lanes.fold(0, |mask, (lane, (a, b))| mask | u16::from(a < b) << lane)
    }

    #[inline(always)]
    fn at_most(self, (): (), other: Self) -> u16 {
        let lanes = self.0.into_iter().zip(other.0).enumerate();
        lanes.fold(0, |mask, (lane, (a, b))| mask | u16::from(a <= b) << lane)
    }

    #[inline(always)]
    fn sum(self, (): ()) -> T {
        let [a, b, c, d] = self.0;
        (a + c) + (b + d)
    }

    #[inline(always)]
    fn sum_eight((): (), vectors: [Self; 8]) -> [T; 8] {
        vectors.map(|vector| vector.sum(()))
    }
}
