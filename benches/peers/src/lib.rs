//! Head-to-heads of our crates with their peers: one binary a structure, in `src/bin`.

mod counting;

pub use counting::Counting;
