//! Immutable vectors, maps and sets with structural sharing.
//!
//! **Not built yet.** What will be here: `Vector`, `HashMap`, `OrdMap`, their sets, `Queue`, `Stack` and `IndexMap`.
