//! Every pair of atoms within a cutoff, in periodic cells of any shape.
//!
//! ```
//! use neighbor_list::{Cell, NeighborList};
//!
//! let cell = Cell::triclinic([[2.86, 0.0, 0.0], [1.43, 2.48, 0.0], [0.0, 0.0, 4.67]])?;
//! let positions = [[0.0, 0.0, 0.0], [1.43, 0.83, 2.335]];
//! let list = NeighborList::builder(3.2).full().shifts().distances().build(&positions, &cell)?;
//! for (j, shift) in list.row(0) {
//!     println!("0 -> {j} in cell {shift:?}");
//! }
//! # Ok::<(), neighbor_list::Error>(())
//! ```
//!
//! # Operations
//!
//! | you want | take |
//! |---|---|
//! | arrays `i`, `j`, `S`, `d`, `D`, sorted by `i`, with row offsets | [`NeighborList::builder`], [`Builder::build`] |
//! | the same into memory used again | [`Builder::build_into`] |
//! | cutoffs per atom or per pair of types | [`Cutoff`] |
//! | one list for each of several cutoffs | [`Builder::build_cutoffs`] |
//! | half lists, exclusions, some centres, the k nearest | the options of [`Builder`] |
//! | the exact size first, your own arrays, or no list at all | [`Search`] |
//! | a list through a trajectory | [`VerletList`] |
//! | many small structures in one call | [`Batch`] |
//!
//! # What a neighbour is
//!
//! `D = r[j] − r[i] + S · cell`, where the rows of the cell are the lattice vectors and `S` are integers, and a pair is
//! listed if `d < cutoff`, strictly. An atom is no neighbour of itself, but of its images. To be exact at the cutoff:
//!
//! 1. an atom outside of the cell is first moved into it, `r − k · cell`; inside, its coordinates are taken as they are.
//!    (Into the brick that has the cell's volume: for a skewed cell that is another part of space than the
//!    parallelepiped of its vectors. Shifts are those between the atoms as they were given.)
//! 2. each component is `(r[j] − r[i]) + t` with `t = (S0·a + S1·b) + S2·c`;
//! 3. `d² = (x·x + y·y) + z·z`, never fused, and the pair is listed if the root of it, rounded to `f64`, is less than the
//!    cutoff. The distance that is listed is this root.
//!
//! So `(i, j, S)` is listed exactly if `(j, i, −S)` is, and **the list has the same bytes for any number of threads and
//! any instruction set**. The order within a row is unspecified beyond that.
//!
//! # Cost
//!
//! `Time: O(n + pairs)` for a bounded density, also in a huge empty box or for a cutoff of many cells. Memory beside the
//! outputs: about 60 bytes an atom and a bit for each candidate; a test keeps the peak below 1.3 times the outputs.
//!
//! # When not to use it
//!
//! For neighbours of points in more than three dimensions, or nearest neighbours without a radius, take a tree. For a
//! handful of atoms without periodic images two loops are faster.
//!
//! # Features
//!
//! - `tracing`: spans `bin`, `count`, `refine` and `fill` around the phases of a search, at debug level.

/// Marks the rest of the scope as a phase of the search: a `tracing` span, if the feature is on.
macro_rules! phase {
    ($name:literal) => {
        #[cfg(feature = "tracing")]
        let _phase = tracing::debug_span!($name).entered();
    };
}

mod batch;
mod cell;
mod chunk;
mod effort;
mod error;
mod frame;
mod grid;
mod hits;
mod lattice;
mod linear;
mod marks;
mod members;
mod memory;
mod options;
pub mod oracle;
mod pairs;
mod parallel;
mod plan;
mod position;
mod reduction;
mod resolution;
mod rules;
mod scene;
mod search;
mod stencil;
mod verlet;

pub use batch::Batch;
pub use cell::Cell;
pub use error::Error;
pub use members::Rows;
pub use options::{Builder, Cutoff};
pub use pairs::{NeighborList, Pair, Row};
pub use plan::Workspace;
pub use position::Position;
pub use search::{Buffers, Search};
pub use verlet::{Update, VerletList};

/// The README: its example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;
