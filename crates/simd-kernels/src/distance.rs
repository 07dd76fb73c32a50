//! Squared Euclidean distances and dot products, in the three shapes that neighbour searches need.
//!
//! | module | shape | for |
//! |---|---|---|
//! | [`planes`] | one point against many in three dimensions, `x`, `y`, `z` apart | cells of atoms |
//! | [`rows`] | one point against many of any dimension, a row each | metric trees, re-ranking |
//! | [`tile`] | eight queries against panels of sixteen points, dimension-major | scans |
//!
//! # Rounding
//! [`planes`] gives the same bits at every level. [`rows`] and [`tile`] fuse multiply and add where the processor can,
//! so their last bits depend on the level; each states its bound.

pub mod planes;
pub mod rows;
pub mod tile;

pub use crate::vector::Float;
