//! What can be wrong with the input: [`Error`] names the argument and carries the value.

use core::fmt;

/// Why a list could not be built. Nothing in this crate panics on data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A coordinate is NaN, infinite or so large that squares overflow (beyond ±1e150).
    NonFinitePosition {
        /// The atom.
        atom: usize,
        /// 0, 1 or 2 for x, y or z.
        axis: usize,
        /// The coordinate.
        value: f64,
    },
    /// A cutoff (or a per-atom radius, or an entry of a table of cutoffs) is NaN, infinite or not positive, or its
    /// square is not a normal number (beyond 1e±154).
    BadCutoff {
        /// Which argument: `cutoff`, `radii`, `table` or `skin`.
        argument: &'static str,
        /// Its position in that argument (0 for a single number).
        index: usize,
        /// The value.
        value: f64,
    },
    /// An entry of the cell matrix is NaN or infinite.
    NonFiniteCell {
        /// The lattice vector.
        vector: usize,
        /// 0, 1 or 2 for x, y or z.
        axis: usize,
        /// The entry.
        value: f64,
    },
    /// The lattice vectors of the periodic axes have a zero length or lie in one plane (or on one line), relative to
    /// their lengths.
    DegenerateCell {
        /// Volume (area, length) that the periodic vectors span, divided by the product of their lengths; NaN if one
        /// of the lengths is 0, or its square beyond the range of `f64`.
        relative_volume: f64,
    },
    /// Two arguments must have one length and have not.
    LengthMismatch {
        /// The argument at fault.
        argument: &'static str,
        /// The length it should have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
    /// An index points past the atoms (or the types past the table).
    OutOfRange {
        /// The argument at fault.
        argument: &'static str,
        /// The index in it.
        index: usize,
        /// The limit it must stay below.
        limit: usize,
    },
    /// The table of type cutoffs differs between `(row, column)` and `(column, row)`.
    AsymmetricTable {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// The entry at `(row, column)`.
        value: f64,
        /// The entry at `(column, row)`.
        mirrored: f64,
    },
    /// Atoms are counted in `u32`.
    TooManyAtoms {
        /// How many there are.
        atoms: usize,
    },
    /// An atom lies so far outside of the cell that its shift does not fit into `i32`.
    ShiftOverflow {
        /// The atom.
        atom: usize,
        /// The lattice vector.
        vector: usize,
        /// The number of cells it is away.
        cells: f64,
    },
    /// The cutoff reaches so many images of the cell, or so many pairs, that they cannot be counted or stored.
    TooManyPairs {
        /// An estimate of their number.
        pairs: f64,
    },
    /// The allocator refused the memory for the list, or for what the search notes of each atom and pair.
    OutOfMemory {
        /// The size of the array.
        bytes: usize,
    },
    /// Two options exclude one another.
    Conflict {
        /// The first.
        first: &'static str,
        /// The second.
        second: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonFinitePosition { atom, axis, value } => {
                write!(
                    f,
                    "positions[{atom}][{axis}] is {value:?}; coordinates must be finite, and at most 1e150"
                )
            }
            Self::BadCutoff { argument, index, value } => {
                write!(
                    f,
                    "{argument} (entry {index}) is {value:?}; it must be positive, and its square a normal number"
                )
            }
            Self::NonFiniteCell { vector, axis, value } => {
                write!(f, "cell[{vector}][{axis}] is {value:?}; lattice vectors must be finite")
            }
            Self::DegenerateCell { relative_volume } => write!(
                f,
                "the periodic lattice vectors span {relative_volume:?} of the product of their lengths; they must be \
                 linearly independent"
            ),
            Self::LengthMismatch { argument, expected, found } => {
                write!(f, "{argument} has length {found}, expected {expected}")
            }
            Self::OutOfRange { argument, index, limit } => {
                write!(f, "{argument} has index {index}; it must be below {limit}")
            }
            Self::AsymmetricTable { row, column, value, mirrored } => write!(
                f,
                "table[{row}][{column}] is {value:?} but table[{column}][{row}] is {mirrored:?}; it must be symmetric"
            ),
            Self::TooManyAtoms { atoms } => write!(f, "{atoms} atoms; at most {} can be indexed", u32::MAX),
            Self::ShiftOverflow { atom, vector, cells } => {
                write!(
                    f,
                    "atom {atom} lies {cells:?} cells away along lattice vector {vector}; shifts are i32"
                )
            }
            Self::TooManyPairs { pairs } => {
                write!(
                    f,
                    "the cutoff reaches about {pairs:.0e} pairs or images of the cell; that is beyond all memory"
                )
            }
            Self::OutOfMemory { bytes } => write!(f, "no memory for an array of {bytes} bytes"),
            Self::Conflict { first, second } => {
                write!(f, "options `{first}` and `{second}` exclude one another")
            }
        }
    }
}

impl core::error::Error for Error {}
