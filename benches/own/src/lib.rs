//! What every benchmark shares: seeded workloads with expected answers, one module a structure, and the
//! harness that verifies and then times contenders in turn. Docs/BENCHMARKS.md tells the method.
#![forbid(unsafe_code)]

pub mod cover_tree;
pub mod harness;
pub mod neighbor_list;
pub mod random;
