//! SIMD kernels over slices and numbers, chosen at run time: one binary runs on any x86-64 processor at the speed that the
//! processor has, and on every other architecture in portable code.
//!
//! The data structures of Locality stand on this crate. It knows none of them, allocates nothing and depends on nothing;
//! it is published because they need it, and they pin its version.
//!
//! # The kernels
//!
//! | module | answers | levels |
//! |---|---|---|
//! | [`search`] | where a key belongs in a sorted block: `u8`..`u64`, `i8`..`i64`, `f32`, `f64` by total order | scalar, AVX2, AVX-512 |
//! | [`tag`] | which of 8, 16, 32, 64 bytes equal one | the baseline, inline |
//! | [`distance::planes`] | squared distances in three dimensions, and which are below a limit | scalar, AVX2, AVX-512 |
//! | [`distance::rows`] | squared distances and dot products of one point with rows of any dimension | scalar, AVX2, AVX-512 |
//! | [`distance::tile`] | the same of eight queries with panels of sixteen points | scalar, AVX2, AVX-512 |
//! | [`axes`] | a vector's coordinates along axes, and what they leave of it | scalar, AVX2, AVX-512 |
//! | [`morton`] | Morton codes of two and three dimensions, and back | scalar, AVX2, AVX-512 |
//! | [`compress`] | the items that a mask marks, or their positions | scalar, AVX2, AVX-512 |
//! | [`prefix`] | prefix sums | scalar, AVX2, AVX-512 |
//! | [`prefetch()`], [`prefetch_bytes`] | nothing; the memory is there sooner | the baseline, inline |
//!
//! # Choosing the level
//!
//! Each door takes a [`Level`]: take [`Level::detect`] once an operation or batch and pass it down. A call through a door
//! costs about a nanosecond that an inlined kernel does not, so what is called in a tree's every node is compiled as a
//! whole, once for each instruction set, and calls the forms in the modules `avx512`, `avx2` and `scalar` beside the door;
//! [`Isa`] shows how, and proves that the call is sound.
//!
//! Those forms are safe functions with a target feature: in a function that enables the same features they are called
//! like any other and are inlined; elsewhere the compiler asks for `unsafe`, and the obligation is that the processor has
//! the features.
//!
//! `SIMD_KERNELS=scalar|sse2|avx2|avx512` lowers the level of a whole process, so that any test-suite or failing program
//! can be run at each. Portable code stands at both `scalar` and `sse2`.
//!
//! # Same answers
//!
//! Integers, masks, [`axes`] and [`distance::planes`] are equal at every level, bit by bit. [`distance::rows`] and
//! [`distance::tile`] fuse multiply and add where the processor can; their modules state the bounds.
//!
//! # When not to use it
//!
//! The compiler's own vectors are as good wherever a loop is plain and its target is fixed: do not look here for sums,
//! maxima or element-wise arithmetic. For dense linear algebra use a BLAS or `gemm`; for distances of strings, bits and
//! half floats, NumKong.
//!
//! # Features
//!
//! `std` (default): detection at run time and the environment variable. Without it the crate is `no_std`, and the level is
//! what the compiler was told to target.
#![cfg_attr(not(feature = "std"), no_std)]
#![allow(
    clippy::missing_safety_doc,
    reason = "no function here is `unsafe`; the lint takes those with a target feature for such, and the tour tells the rule"
)]

pub mod axes;
#[cfg(feature = "std")] // square roots are not in `core`
pub mod ball;
pub mod compress;
pub mod distance;
mod key;
pub mod level;
pub mod morton;
#[cfg(feature = "std")]
pub mod panel;
mod prefetch;
pub mod prefix;
pub mod search;
pub mod tag;
mod vector;

pub use level::{Isa, Level};
pub use prefetch::{CACHE_LINE, prefetch, prefetch_bytes};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
