//! Where points are kept: [`Points`] is what an index asks of a container, [`Rows`] the one for vectors.

use crate::Error;
use crate::storage::Storage;

/// A container of points that an index can put into its own order.
///
/// `Vec<P>` is one for any point type; [`Rows`] keeps vectors of one dimension in one allocation.
pub trait Points: Sync + Sized {
    /// One point: a sized type, or `[T]` for a row.
    type Point: ?Sized + Sync;

    /// The number of points.
    fn len(&self) -> usize;

    /// Whether there is no point.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The point at a position below [`Points::len`].
    ///
    /// # Panics
    /// If there is no such point.
    fn point(&self, position: usize) -> &Self::Point;

    /// A container of the points at these positions, in this order; a position may be named more than once.
    fn select(&self, positions: &[u32]) -> Self;

    /// Adds a copy of a point at the end.
    ///
    /// # Errors
    /// If the point does not fit the container, as [`Points::check`] tells.
    fn push(&mut self, point: &Self::Point) -> Result<(), Error>;

    /// Whether a point could be one of these: its dimension fits and its coordinates are numbers.
    ///
    /// # Errors
    /// What is wrong with the point.
    fn check(&self, point: &Self::Point) -> Result<(), Error>;
}

impl<P: Clone + Sync> Points for Vec<P> {
    type Point = P;

    fn len(&self) -> usize {
        self.len()
    }

    fn point(&self, position: usize) -> &P {
        &self[position]
    }

    fn select(&self, positions: &[u32]) -> Self {
        positions.iter().map(|&position| self[position as usize].clone()).collect()
    }

    fn push(&mut self, point: &P) -> Result<(), Error> {
        self.push(point.clone());
        Ok(())
    }

    fn check(&self, _: &P) -> Result<(), Error> {
        Ok(())
    }
}

/// A coordinate: `f32`, `f64`, or `u64` for a word of 64 bits.
pub trait Scalar: bytemuck::Pod + Send + Sync + PartialEq + std::fmt::Debug {
    /// The value as `f64`; exact for floats.
    fn to_f64(self) -> f64;

    /// A number that names the type in a saved index.
    const TAG: u32;
}

impl Scalar for f32 {
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    const TAG: u32 = 0x6633_3220;
}

impl Scalar for f64 {
    fn to_f64(self) -> f64 {
        self
    }
    const TAG: u32 = 0x6636_3420;
}

impl Scalar for u64 {
    fn to_f64(self) -> f64 {
        self as f64
    }
    const TAG: u32 = 0x7536_3420;
}

/// Vectors of one dimension, row after row in one allocation.
///
/// # Examples
/// ```
/// use cover_tree::{Points, Rows};
///
/// let rows = Rows::new(vec![0.0_f32, 1.0, 2.0, 3.0], 2)?;
/// assert_eq!(rows.len(), 2);
/// assert_eq!(rows.point(1), [2.0, 3.0]);
/// assert!(Rows::new(vec![f32::NAN, 1.0], 2).is_err());
/// # Ok::<(), cover_tree::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rows<T: Scalar> {
    values: Storage<T>,
    dimension: usize,
    /// Stored, because rows of dimension 0 have no values to count.
    len: usize,
}

impl<T: Scalar> Rows<T> {
    /// Takes `n * dimension` values, point after point.
    ///
    /// # Errors
    /// [`Error::Length`] if the values are no multiple of the dimension, [`Error::NotFinite`] for NaN or infinity,
    /// [`Error::TooManyPoints`] from 2^32 - 1 points on.
    pub fn new(values: Vec<T>, dimension: usize) -> Result<Self, Error> {
        let len = values.len().checked_div(dimension).unwrap_or(0);
        if len * dimension != values.len() {
            let expected = (len + 1) * dimension;
            return Err(Error::Length { argument: "values", expected, found: values.len() });
        }
        if len >= u32::MAX as usize {
            return Err(Error::TooManyPoints { points: len });
        }
        match values.iter().position(|value| !value.to_f64().is_finite()) {
            Some(at) => Err(Error::NotFinite {
                argument: "values",
                row: at / dimension,
                column: at % dimension,
                value: values[at].to_f64(),
            }),
            None => Ok(Self { values: values.into(), dimension, len }),
        }
    }

    /// Values that a file maps, of `len` points; they are not looked at.
    #[cfg(feature = "mmap")]
    pub(crate) fn from_storage(values: Storage<T>, dimension: usize, len: usize) -> Self {
        debug_assert_eq!(values.len(), dimension * len);
        Self { values, dimension, len }
    }

    /// Coordinates of each point.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// All values, row after row.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[T]> {
        (0..self.len).map(|position| self.point(position))
    }
}

impl<T: Scalar> Points for Rows<T> {
    type Point = [T];

    fn len(&self) -> usize {
        self.len
    }

    fn point(&self, position: usize) -> &[T] {
        &self.values[position * self.dimension..][..self.dimension]
    }

    fn select(&self, positions: &[u32]) -> Self {
        let mut values = Vec::with_capacity(positions.len() * self.dimension);
        for &position in positions {
            values.extend_from_slice(self.point(position as usize));
        }
        Self { values: values.into(), dimension: self.dimension, len: positions.len() }
    }

    fn push(&mut self, point: &[T]) -> Result<(), Error> {
        self.check(point)?;
        self.values.to_mut().extend_from_slice(point);
        self.len += 1;
        Ok(())
    }

    fn check(&self, point: &[T]) -> Result<(), Error> {
        if point.len() != self.dimension {
            return Err(Error::Dimension { argument: "point", expected: self.dimension, found: point.len() });
        }
        match point.iter().position(|value| !value.to_f64().is_finite()) {
            Some(column) => {
                Err(Error::NotFinite { argument: "point", row: 0, column, value: point[column].to_f64() })
            }
            None => Ok(()),
        }
    }
}

/// Rows are checked as [`Rows::new`] does.
#[cfg(feature = "serde")]
impl<'de, T: Scalar + serde::Deserialize<'de>> serde::Deserialize<'de> for Rows<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(rename = "Rows")]
        struct Saved<T> {
            values: Vec<T>,
            dimension: usize,
            len: usize,
        }
        let Saved { values, dimension, len } = Saved::deserialize(from)?;
        if dimension == 0 && values.is_empty() && len < u32::MAX as usize {
            return Ok(Self { values: values.into(), dimension, len });
        }
        let rows = Self::new(values, dimension).map_err(serde::de::Error::custom)?;
        if rows.len == len { Ok(rows) } else { Err(serde::de::Error::custom("rows of another length")) }
    }
}
