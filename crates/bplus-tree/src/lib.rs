//! A drop-in, faster `BTreeMap`.
//!
//! **Not built yet.** What will be here: `BPlusTreeMap`, `BPlusTreeSet` and `RankedMap`.
