//! Every pair of atoms within a cutoff, in periodic cells of any shape.
//!
//! **Not built yet.** What will be here: `Cell`, `NeighborList`, `Search`, `VerletList` and `Batch`.
