//! The frame that the search works in: [`Frame`], a rotated view in which the cell becomes a brick.
//!
//! Any lattice has a triangular basis: turn it so that its third vector points along z and its second lies in the
//! y-z plane. Then the brick `ax × by × cz` is a fundamental domain, whatever the skew: moving an atom by `a` brings
//! its x into the brick, `b` then its y without touching x, `c` its z without touching either.
//!
//! ```text
//!     a = (ax, ay, az)        x: wrap by a        columns stand on the x-y plane
//!     b = ( 0, by, bz)        y: wrap by b        and run along z
//!     c = ( 0,  0, cz)        z: wrap by c
//! ```
//!
//! The basis is the caller's, or a reduced one where that is strongly skewed ([`crate::reduction`]).
//!
//! The frame decides only where to look (bins, bounds), always with [`Frame::slack`] to spare for its rounding.
//! Whether two atoms are neighbours is decided in the original coordinates.

use crate::linear::{cross, dot, length, unit};
use crate::reduction::Basis;
use crate::{Cell, Error, Position};

/// The brick, and the turn that leads into it. All arrays of three are in the order x, y, z of the brick.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    /// The order in which multiples of the caller's vectors are taken off: that of `a`, `b`, `c`.
    axes: [usize; 3],
    /// What `a`, `b`, `c` are in the caller's vectors.
    coefficients: [[i64; 3]; 3],
    /// Whether the structure repeats along them.
    pub(crate) periodic: [bool; 3],
    /// The caller's vectors; those of open axes do not count.
    vectors: [[f64; 3]; 3],
    /// The unit vectors x, y, z in original coordinates.
    turn: [[f64; 3]; 3],
    /// `a`, `b`, `c` in the brick's coordinates: lower triangular.
    pub(crate) basis: [[f64; 3]; 3],
    /// 1 / (ax, by, cz).
    inverse: [f64; 3],
    /// The brick's lower corner: 0 along periodic axes, that of the atoms along open ones.
    pub(crate) origin: [f64; 3],
    /// The brick's sides.
    pub(crate) extent: [f64; 3],
    /// More than the error of any brick coordinate.
    pub(crate) slack: f64,
}

/// Beyond this a squared difference could overflow.
const COORDINATE_MAX: f64 = 1e150;

/// Shifts must leave room to be added to one another in `i32`.
const CELLS_MAX: f64 = 1e9;
const IMAGES_AWAY_MAX: i64 = 100_000_000;

impl Frame {
    /// Checks the positions and lays the brick around them.
    pub(crate) fn new<P: Position>(positions: &[P], cell: &Cell, reach: f64) -> Result<Self, Error> {
        let largest = largest_coordinate(positions)?;
        let completed = cell.completed_vectors();
        let searched = Basis::new(completed, cell.periodic());
        let sides = sides(positions, cell, &searched.vectors);
        let axes = order(sides);
        let vectors = axes.map(|axis| searched.vectors[axis]);
        let z = unit(vectors[2]);
        // Twice, because one step leaves an error of eps / sin(angle) along z.
        let y = unit(across(unit(across(unit(vectors[1]), z)), z));
        let x = cross(y, z);
        let x = if dot(vectors[0], x) < 0.0 { x.map(|x| -x) } else { x };
        let turn = [x, y, z];
        let mut basis = vectors.map(|v| turn.map(|axis| dot(v, axis)));
        // Zero by construction; their rounding would only leak into the bounds.
        basis[1][0] = 0.0;
        basis[2] = [0.0, 0.0, basis[2][2]];
        let mut frame = Self {
            axes,
            coefficients: axes.map(|axis| searched.coefficients[axis]),
            periodic: axes.map(|axis| cell.periodic()[axis]),
            vectors: completed,
            turn,
            basis,
            inverse: [1.0 / basis[0][0], 1.0 / basis[1][1], 1.0 / basis[2][2]],
            origin: [0.0; 3],
            extent: [basis[0][0], basis[1][1], basis[2][2]],
            slack: 0.0,
        };
        frame.bound_open_axes(positions);
        // Wrapping along a skewed vector takes more of the next one off: the error grows as the brick gets thin.
        let thinness: f64 = (0..3).map(|k| basis[k][k].abs() / length(vectors[k])).product();
        let cancelled = searched.cancellation(&completed);
        frame.slack = 1e-14 * (largest + sides.iter().sum::<f64>() + reach) * cancelled / thinness;
        Ok(frame)
    }

    /// The brick's coordinates of a point.
    #[inline]
    pub(crate) fn turned(&self, r: [f64; 3]) -> [f64; 3] {
        self.turn.map(|axis| dot(r, axis))
    }

    /// How many of `a`, `b`, `c` to take off to bring `r` into the brick (0 along open axes), and where it then is in
    /// the brick's coordinates.
    #[inline]
    pub(crate) fn wrap(&self, r: [f64; 3]) -> ([f64; 3], [f64; 3]) {
        let mut u = self.turned(r);
        let mut cells = [0.0; 3];
        for axis in 0..3 {
            let share = u[axis] * self.inverse[axis];
            if self.periodic[axis] && !(0.0..1.0).contains(&share) {
                cells[axis] = share.floor();
                for (u, v) in u.iter_mut().zip(self.basis[axis]) {
                    *u -= cells[axis] * v;
                }
            }
        }
        (cells, u)
    }

    /// `r − shift · cell` in original coordinates; `r` itself, bit for bit, where `shift` is zero.
    #[inline]
    pub(crate) fn wrapped(&self, r: [f64; 3], shift: [i32; 3]) -> [f64; 3] {
        let [i, j, k] = self.axes;
        let (a, b, c) = (&self.vectors[i], &self.vectors[j], &self.vectors[k]);
        let [sa, sb, sc] = [i, j, k].map(|axis| f64::from(shift[axis]));
        core::array::from_fn(|x| ((r[x] - sa * a[x]) - sb * b[x]) - sc * c[x])
    }

    /// `cells` of `a`, `b` and `c` as shifts of the caller's vectors.
    ///
    /// # Errors
    /// [`Error::ShiftOverflow`].
    #[inline]
    pub(crate) fn shift_of(&self, cells: [f64; 3], atom: usize) -> Result<[i32; 3], Error> {
        let mut shift = [0; 3];
        for (vector, shift) in shift.iter_mut().enumerate() {
            let cells = (0..3).map(|k| cells[k] * self.coefficients[k][vector] as f64).sum::<f64>();
            if cells.is_nan() || cells.abs() > CELLS_MAX {
                return Err(Error::ShiftOverflow { atom, vector, cells });
            }
            *shift = cells as i32;
        }
        Ok(shift)
    }

    /// As [`shift_of`](Self::shift_of) for the images at most `reach` cells away, which are nearer: the greatest number
    /// in any shift and the shifts of `a`, `b` and `c`, of which sums do not overflow. `None` if they are not nearer.
    pub(crate) fn image_shifts(&self, reach: [i64; 3]) -> Option<(i32, [[i32; 3]; 3])> {
        let most = |vector: usize| (0..3).map(|k| reach[k] * self.coefficients[k][vector].abs()).sum::<i64>();
        let greatest = most(0).max(most(1)).max(most(2));
        // Coefficients have at most 20 bits (`reduction`).
        let shifts = self.coefficients.map(|vector| vector.map(|c| c as i32));
        (greatest <= IMAGES_AWAY_MAX).then_some((greatest as i32, shifts))
    }

    fn bound_open_axes<P: Position>(&mut self, positions: &[P]) {
        for axis in (0..3).filter(|&axis| !self.periodic[axis]) {
            let (low, high) = spread(positions, self.turn[axis]);
            self.origin[axis] = low;
            self.extent[axis] = high - low;
        }
    }
}

/// The largest coordinate by magnitude; all must be numbers within [`COORDINATE_MAX`].
fn largest_coordinate<P: Position>(positions: &[P]) -> Result<f64, Error> {
    let mut largest = 0.0_f64;
    let mut sum = 0.0;
    for r in positions {
        let r = r.widen();
        largest = largest.max(r[0].abs()).max(r[1].abs()).max(r[2].abs());
        // 0 · x is NaN exactly if x is not finite; one sum replaces three tests an atom.
        sum += (r[0] * 0.0 + r[1] * 0.0) + r[2] * 0.0;
    }
    if sum == 0.0 && largest <= COORDINATE_MAX {
        return Ok(largest);
    }
    for (atom, r) in positions.iter().enumerate() {
        let r = r.widen();
        if let Some(axis) = r.iter().position(|x| x.is_nan() || x.abs() > COORDINATE_MAX) {
            return Err(Error::NonFinitePosition { atom, axis, value: r[axis] });
        }
    }
    Ok(largest)
}

/// How far the structure extends along each vector: its length, or the spread of the atoms if the axis is open.
fn sides<P: Position>(positions: &[P], cell: &Cell, vectors: &[[f64; 3]; 3]) -> [f64; 3] {
    core::array::from_fn(|axis| {
        if cell.periodic()[axis] {
            return length(vectors[axis]);
        }
        let (low, high) = spread(positions, vectors[axis]);
        high - low
    })
}

/// The smallest and the largest coordinate of the atoms along `axis`; zeros if there is no atom.
fn spread<P: Position>(positions: &[P], axis: [f64; 3]) -> (f64, f64) {
    let Some(first) = positions.first() else { return (0.0, 0.0) };
    let first = dot(first.widen(), axis);
    positions.iter().fold((first, first), |(low, high), r| {
        let along = dot(r.widen(), axis);
        (low.min(along), high.max(along))
    })
}

/// The axes by side, longest last: it becomes the direction of the columns, so that runs of candidates are long.
/// Equal sides keep the caller's order.
fn order(sides: [f64; 3]) -> [usize; 3] {
    let mut axes = [0, 1, 2];
    axes.sort_by(|&p, &q| sides[p].total_cmp(&sides[q]));
    axes
}

/// The part of `v` orthogonal to the unit vector `axis`.
fn across(v: [f64; 3], axis: [f64; 3]) -> [f64; 3] {
    let along = dot(v, axis);
    core::array::from_fn(|x| v[x] - along * axis[x])
}
