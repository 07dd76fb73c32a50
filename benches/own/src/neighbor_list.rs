//! Neighbour-list workloads: seeded systems of atoms, the rows of the table, and the oracle that answers them.
//!
//! Every pair list is compared by [`PairSum`], which does not depend on the order of the pairs, because vesin's
//! faster mode promises none.

mod checksum;
mod export;
mod packing;
mod reference;
mod rows;
mod systems;

pub use checksum::PairSum;
pub use export::export;
pub use reference::{CellList, PairList, all_pairs, holds_distances};
pub use rows::{List, Output, Row, rows};
pub use systems::{Kind, System};
