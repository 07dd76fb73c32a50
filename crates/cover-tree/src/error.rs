//! What can be wrong with points, matrices and parameters.

use std::fmt;

/// Why an index, a metric or a query was refused; it names the argument and carries the offending value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A coordinate is NaN or infinite.
    NotFinite {
        /// The argument it stands in.
        argument: &'static str,
        /// The point, counted from 0.
        row: usize,
        /// The coordinate within the point.
        column: usize,
        /// What stands there.
        value: f64,
    },
    /// A point has the wrong number of coordinates.
    Dimension {
        /// The argument.
        argument: &'static str,
        /// The dimension of the index.
        expected: usize,
        /// The dimension that was given.
        found: usize,
    },
    /// An array has the wrong length.
    Length {
        /// The argument.
        argument: &'static str,
        /// The length that the other arguments imply.
        expected: usize,
        /// The length that was given.
        found: usize,
    },
    /// A number that must be positive and finite is not, such as a lengthscale.
    NotPositive {
        /// The argument.
        argument: &'static str,
        /// Its position in the argument.
        index: usize,
        /// What stands there.
        value: f64,
    },
    /// A point lies outside what the metric is defined on: a zero vector has no angle, a latitude ends at 90 degrees.
    OutsideMetric {
        /// What the metric asks.
        requires: &'static str,
        /// The value that breaks it.
        value: f64,
    },
    /// The covariance of the inducing points is not positive definite, even with the jitter.
    NotPositiveDefinite {
        /// The row of the Cholesky factor at which it showed.
        pivot: usize,
        /// The pivot's square, which must be positive.
        value: f64,
    },
    /// A point id that the index does not have, or no longer has.
    UnknownPoint {
        /// The id.
        id: usize,
    },
    /// More points than ids of 32 bits can tell apart.
    TooManyPoints {
        /// How many were given.
        points: usize,
    },
    /// A saved index that was cut short, altered, or written for other types.
    Corrupt {
        /// The part that does not fit.
        part: &'static str,
    },
    /// Reading or writing a saved index failed.
    Io {
        /// The kind of failure.
        kind: std::io::ErrorKind,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { argument, row, column, value } => {
                write!(f, "{argument}: coordinate {column} of point {row} is {value}, not a finite number")
            }
            Self::Dimension { argument, expected, found } => {
                write!(f, "{argument}: a point of dimension {found} where the dimension is {expected}")
            }
            Self::Length { argument, expected, found } => {
                write!(f, "{argument}: length {found} where the other arguments imply {expected}")
            }
            Self::NotPositive { argument, index, value } => {
                write!(f, "{argument}[{index}] is {value}; it must be positive and finite")
            }
            Self::OutsideMetric { requires, value } => {
                write!(f, "the metric requires {requires}, found {value}")
            }
            Self::NotPositiveDefinite { pivot, value } => write!(
                f,
                "the covariance of the inducing points is not positive definite: pivot {pivot} is {value}; \
                 a larger jitter may help"
            ),
            Self::UnknownPoint { id } => write!(f, "no point has the id {id}"),
            Self::TooManyPoints { points } => write!(f, "{points} points; ids have 32 bits"),
            Self::Corrupt { part } => write!(f, "the saved index is damaged or of another type: {part}"),
            Self::Io { kind } => write!(f, "input or output failed: {kind}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io { kind: error.kind() }
    }
}
