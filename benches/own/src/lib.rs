//! What every benchmark shares: seeded workloads with expected answers, one module a structure, and the
//! harness that verifies and then times contenders in turn. Docs/BENCHMARKS.md tells the method.
#![forbid(unsafe_code)]

pub mod bplus_tree;
pub mod harness;
pub mod neighbor_list;
pub mod radix_index;
pub mod random;
pub mod simd_kernels;

/// The workspace's README: its examples are tested here, where every crate is at hand.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[derive(Debug)]
pub struct Readme;
