//! What a closure may decide about an entry, and what became of it.

/// What `compute` is to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<V> {
    /// Leave it as it is.
    Keep,
    /// Give the key this value.
    Insert(V),
    /// Remove the key, if it is there.
    Remove,
}

/// What `compute` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computed<V> {
    /// Nothing: the key has this value, or none.
    Kept(Option<V>),
    /// The key was new and has this value.
    Inserted(V),
    /// The key got another value.
    Updated {
        /// The value that it had.
        old: V,
        /// The value that it has now.
        new: V,
    },
    /// The key is gone; this was its value.
    Removed(V),
}
