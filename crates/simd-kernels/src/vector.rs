//! Vectors of floats behind one crate-private trait, so that each distance kernel is written once.
//!
//! Every operation takes the token of its instruction set: holding it proves that the instructions exist. All are
//! `#[inline(always)]` and become single instructions inside the `#[target_feature]` functions that call the kernels.

use core::fmt::Debug;
use core::ops::{Add, Mul, Sub};

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

/// `f32` or `f64`. Sealed.
pub trait Float: Sealed {}

impl Float for f32 {}
impl Float for f64 {}

/// What the kernels need of a float, and its vector at each level.
pub trait Sealed:
    Copy + Debug + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + 'static
{
    const ZERO: Self;
    type Portable: Vector<Lane = Self, Proof = ()>;
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Lane = Self, Proof = crate::level::Avx2>;
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Lane = Self, Proof = crate::level::Avx512>;
}

impl Sealed for f32 {
    const ZERO: Self = 0.0;
    type Portable = portable::Portable<Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = core::arch::x86_64::__m256;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = core::arch::x86_64::__m512;
}

impl Sealed for f64 {
    const ZERO: Self = 0.0;
    type Portable = portable::Portable<Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = core::arch::x86_64::__m256d;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = core::arch::x86_64::__m512d;
}

/// A vector of floats.
pub trait Vector: Copy {
    /// Proves that the processor has the instructions.
    type Proof: Copy;
    type Lane: Float;
    /// Lanes in a vector, a divisor of 16.
    const LANES: usize;
    /// Registers that the processor has of them.
    const REGISTERS: usize;
    /// Whether [`Self::mul_add`] rounds once.
    const FUSES: bool;

    /// `lane` in every lane.
    fn splat(proof: Self::Proof, lane: Self::Lane) -> Self;
    /// Exactly [`Self::LANES`] lanes.
    fn load(proof: Self::Proof, lanes: &[Self::Lane]) -> Self;
    /// Fewer than [`Self::LANES`] lanes; the others are zero.
    fn load_part(proof: Self::Proof, lanes: &[Self::Lane]) -> Self;
    /// To exactly [`Self::LANES`] lanes.
    fn store(self, proof: Self::Proof, lanes: &mut [Self::Lane]);
    fn add(self, proof: Self::Proof, other: Self) -> Self;
    fn sub(self, proof: Self::Proof, other: Self) -> Self;
    fn mul(self, proof: Self::Proof, other: Self) -> Self;
    /// `self * factor + term`, rounded once where the processor can.
    fn mul_add(self, proof: Self::Proof, factor: Self, term: Self) -> Self;
    /// The lanes without their signs.
    fn abs(self, proof: Self::Proof) -> Self;
    /// The greater of two lanes without sign; NaN if either is.
    fn max(self, proof: Self::Proof, other: Self) -> Self;
    /// A bit for each lane: `self < other`, false for NaN.
    fn less(self, proof: Self::Proof, other: Self) -> u16;
    /// A bit for each lane: `self <= other`, false for NaN.
    fn at_most(self, proof: Self::Proof, other: Self) -> u16;
    /// The sum of the lanes, as a balanced tree.
    fn sum(self, proof: Self::Proof) -> Self::Lane;
    /// The sums of the lanes of eight vectors, which share the work of moving lanes about.
    fn sum_eight(proof: Self::Proof, vectors: [Self; 8]) -> [Self::Lane; 8];
}
