//! The periodic cell: [`Cell`], three lattice vectors and which of them repeat.

use crate::Error;
use crate::linear::{cross, determinant, length, unit};

/// Three lattice vectors (the rows of a matrix) and, for each, whether the structure repeats along it.
///
/// Any orientation, left-handed or strongly skewed, is allowed. Only the vectors of periodic axes count: along an
/// open axis the atoms bound the structure, so that vector may be anything finite, zero too.
///
/// # Examples
/// ```
/// use neighbor_list::Cell;
///
/// let crystal = Cell::cubic(4.05)?;
/// let slab = Cell::triclinic([[2.86, 0.0, 0.0], [1.43, 2.48, 0.0], [0.0, 0.0, 30.0]])?.with_periodic([true, true, false])?;
/// let molecule = Cell::none();
/// assert_eq!(crystal.periodic(), [true; 3]);
/// assert!(Cell::cubic(0.0).is_err());
/// # Ok::<(), neighbor_list::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    vectors: [[f64; 3]; 3],
    periodic: [bool; 3],
}

/// Below this share of the product of the lengths, the vectors count as linearly dependent: the inverse matrix would
/// have no correct digit left.
const RELATIVE_VOLUME_MIN: f64 = 1e-12;

impl Cell {
    /// A cell from its lattice vectors (rows), repeating along the axes whose flag is set.
    ///
    /// # Errors
    /// [`Error::NonFiniteCell`], and [`Error::DegenerateCell`] if the vectors of the periodic axes are linearly
    /// dependent relative to their lengths.
    pub fn new(vectors: [[f64; 3]; 3], periodic: [bool; 3]) -> Result<Self, Error> {
        for (vector, row) in vectors.iter().enumerate() {
            for (axis, &value) in row.iter().enumerate() {
                if !value.is_finite() {
                    return Err(Error::NonFiniteCell { vector, axis, value });
                }
            }
        }
        let relative_volume = relative_volume(&vectors, periodic);
        if relative_volume.is_nan() || relative_volume < RELATIVE_VOLUME_MIN {
            return Err(Error::DegenerateCell { relative_volume });
        }
        Ok(Self { vectors, periodic })
    }

    /// A cell of any shape that repeats along all three lattice vectors (rows).
    ///
    /// # Errors
    /// As [`Cell::new`].
    pub fn triclinic(vectors: [[f64; 3]; 3]) -> Result<Self, Error> {
        Self::new(vectors, [true; 3])
    }

    /// A box along the axes that repeats in all three directions.
    ///
    /// # Errors
    /// As [`Cell::new`].
    pub fn orthorhombic(lengths: [f64; 3]) -> Result<Self, Error> {
        let [a, b, c] = lengths;
        Self::triclinic([[a, 0.0, 0.0], [0.0, b, 0.0], [0.0, 0.0, c]])
    }

    /// A cube along the axes that repeats in all three directions.
    ///
    /// # Errors
    /// As [`Cell::new`].
    pub fn cubic(length: f64) -> Result<Self, Error> {
        Self::orthorhombic([length; 3])
    }

    /// No periodic axis: a molecule or a cluster.
    pub fn none() -> Self {
        Self { vectors: [[0.0; 3]; 3], periodic: [false; 3] }
    }

    /// The same vectors, repeating along the axes whose flag is set.
    ///
    /// # Errors
    /// As [`Cell::new`]: an axis that becomes periodic needs a proper vector.
    pub fn with_periodic(self, periodic: [bool; 3]) -> Result<Self, Error> {
        Self::new(self.vectors, periodic)
    }

    /// The lattice vectors, as rows.
    pub fn vectors(&self) -> [[f64; 3]; 3] {
        self.vectors
    }

    /// Which axes repeat.
    pub fn periodic(&self) -> [bool; 3] {
        self.periodic
    }

    /// `shift · cell`: the translation that a shift stands for, as `(s0·a + s1·b) + s2·c` in every component.
    #[inline]
    pub fn translation(&self, shift: [i32; 3]) -> [f64; 3] {
        let (s0, s1, s2) = (f64::from(shift[0]), f64::from(shift[1]), f64::from(shift[2]));
        let [a, b, c] = &self.vectors;
        // An open axis has shift 0, and 0 times its (finite) vector adds nothing.
        core::array::from_fn(|axis| (s0 * a[axis] + s1 * b[axis]) + s2 * c[axis])
    }
}

impl Cell {
    /// The vectors with those of open axes replaced by unit vectors orthogonal to the periodic ones: a full basis
    /// whose open directions do not tilt.
    pub(crate) fn completed_vectors(&self) -> [[f64; 3]; 3] {
        let mut vectors = self.vectors;
        let open: Vec<usize> = (0..3).filter(|&axis| !self.periodic[axis]).collect();
        match open[..] {
            [] => {}
            [one] => vectors[one] = unit(cross(unit(vectors[(one + 1) % 3]), unit(vectors[(one + 2) % 3]))),
            [first, second] => {
                let along = unit(vectors[3 - first - second]);
                // The coordinate axis least along it leaves the largest cross product.
                let least = (0..3).min_by(|&p, &q| along[p].abs().total_cmp(&along[q].abs())).unwrap_or(0);
                vectors[first] = unit(cross(along, core::array::from_fn(|axis| f64::from(axis == least))));
                vectors[second] = unit(cross(along, vectors[first]));
            }
            _ => vectors = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        }
        vectors
    }
}

/// Volume, area or length that the periodic vectors span over the product of their lengths: 1 if orthogonal (or if no
/// axis is periodic), 0 if dependent. Computed from unit vectors, so that no scale overflows.
fn relative_volume(vectors: &[[f64; 3]; 3], periodic: [bool; 3]) -> f64 {
    let mut unit = [[0.0; 3]; 3];
    let mut count = 0;
    for (vector, _) in vectors.iter().zip(periodic).filter(|(_, periodic)| *periodic) {
        let largest = vector.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let scaled = vector.map(|x| x / largest);
        let norm = length(scaled);
        let square = (largest * norm) * (largest * norm);
        if !square.is_normal() {
            return f64::NAN;
        }
        unit[count] = scaled.map(|x| x / norm);
        count += 1;
    }
    match count {
        0 | 1 => 1.0,
        2 => length(cross(unit[0], unit[1])),
        _ => determinant(&unit).abs(),
    }
}
