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

mod batch;
mod cell;
mod chunk;
mod error;
mod frame;
mod grid;
mod hits;
mod linear;
mod marks;
mod memory;
mod options;
pub mod oracle;
mod pairs;
mod parallel;
mod plan;
mod position;
mod resolution;
mod rules;
mod search;
mod stencil;
mod verlet;

pub use batch::Batch;
pub use cell::Cell;
pub use error::Error;
pub use options::{Builder, Cutoff};
pub use pairs::{NeighborList, Pair, Row};
pub use plan::Workspace;
pub use position::Position;
pub use search::{Buffers, Search};
pub use verlet::{Update, VerletList};
