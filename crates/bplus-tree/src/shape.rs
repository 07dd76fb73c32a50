//! How large the nodes of a tree are, and whether its branches count: a parameter of the tree's type.

/// The node sizes of a tree, and whether its branches count the entries below them.
///
/// Sealed; the three shapes are [`Auto`], [`Counted`] and [`Nodes`].
pub trait Shape: sealed::Sealed + 'static {
    /// Entries in a leaf; 0 chooses by the sizes of key and value so that a leaf fills about a kibibyte.
    const LEAF: usize;
    /// Separators in a branch; 0 chooses by the size of the key.
    const BRANCH: usize;
    /// Whether branches hold the number of entries below each child.
    const COUNTED: bool;
    /// Whether a search asks for the lines of a leaf as soon as it knows which it is.
    const PREFETCH: bool = true;
}

/// Node sizes chosen by the sizes of key and value; the shape of a plain map.
#[derive(Debug)]
pub enum Auto {}

/// As [`Auto`], with subtree counts; the shape of [`RankedMap`](crate::RankedMap).
#[derive(Debug)]
pub enum Counted {}

/// `LEAF` entries in a leaf (2..=4096) and `BRANCH` separators in a branch (3..=4096): for measurements and for tests.
#[derive(Debug)]
pub enum Nodes<
    const LEAF: usize,
    const BRANCH: usize,
    const COUNTED: bool = false,
    const PREFETCH: bool = true,
> {}

impl Shape for Auto {
    const LEAF: usize = 0;
    const BRANCH: usize = 0;
    const COUNTED: bool = false;
}

impl Shape for Counted {
    const LEAF: usize = 0;
    const BRANCH: usize = 0;
    const COUNTED: bool = true;
}

impl<const LEAF: usize, const BRANCH: usize, const COUNTED: bool, const PREFETCH: bool> Shape
    for Nodes<LEAF, BRANCH, COUNTED, PREFETCH>
{
    const LEAF: usize = {
        assert!(LEAF >= 2 && LEAF <= 4096, "a leaf has 2..=4096 entries");
        LEAF
    };
    const BRANCH: usize = {
        assert!(BRANCH >= 3 && BRANCH <= 4096, "a branch has 3..=4096 separators");
        BRANCH
    };
    const COUNTED: bool = COUNTED;
    const PREFETCH: bool = PREFETCH;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Auto {}
    impl Sealed for super::Counted {}
    impl<const LEAF: usize, const BRANCH: usize, const COUNTED: bool, const PREFETCH: bool> Sealed
        for super::Nodes<LEAF, BRANCH, COUNTED, PREFETCH>
    {
    }
}
