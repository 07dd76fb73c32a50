//! Other vectors of the same lattice: [`Basis`], short ones where those of the caller are long and nearly parallel.
//!
//! A strongly skewed cell spans the same lattice as a compact one. In the compact one the brick is thick, few images are
//! within reach, and wrapping does not lose digits; searched in the skewed one, a cell of relative volume 1e-6 has a
//! million images around an atom that has no neighbour. So the search takes reduced vectors (Minkowski: no vector gets
//! shorter by adding others) and turns their multiples back into the caller's shifts, which are integers and exact.

use crate::linear::{determinant, dot, length};

/// Vectors to search with, and what they are in the caller's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Basis {
    pub(crate) vectors: [[f64; 3]; 3],
    /// Vector `k` is `Σ coefficients[k][j] · caller[j]`.
    pub(crate) coefficients: [[i64; 3]; 3],
}

/// Cells with a larger relative volume (at least 15 degrees of skew) are searched as they are: there is little to gain.
const THICK: f64 = 0.25;
/// Coefficients beyond this would cost more digits than the reduction saves.
const COEFFICIENT_MAX: i64 = 1 << 20;
/// A step must shorten its vector by more than rounding does.
const SHORTER: f64 = 1.0 - 1e-6;
/// Steps after which what is reached is taken; each shortens a vector, so few cells need a tenth of it.
const STEPS_MAX: usize = 500;

impl Basis {
    /// The vectors as they are if they are good enough, else reduced ones; open axes stay apart.
    pub(crate) fn new(caller: [[f64; 3]; 3], periodic: [bool; 3]) -> Self {
        let mut basis = Self { vectors: caller, coefficients: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] };
        if basis.relative_volume() >= THICK {
            return basis;
        }
        for _ in 0..STEPS_MAX {
            let Some((axis, coefficients)) = basis.step(periodic) else { break };
            let vector =
                core::array::from_fn(|x| (0..3).map(|j| coefficients[j] as f64 * caller[j][x]).sum());
            let small = coefficients.iter().all(|c| c.abs() <= COEFFICIENT_MAX);
            if !small || !shortens(vector, basis.vectors[axis]) {
                break;
            }
            basis.vectors[axis] = vector;
            basis.coefficients[axis] = coefficients;
        }
        basis
    }

    /// The volume over the product of the lengths.
    pub(crate) fn relative_volume(&self) -> f64 {
        let unit = self.vectors.map(|vector| {
            let norm = length(vector);
            vector.map(|x| x / norm)
        });
        determinant(&unit).abs()
    }

    /// By how much longer the terms of a vector are than the vector: the digits that cancel.
    pub(crate) fn cancellation(&self, caller: &[[f64; 3]; 3]) -> f64 {
        let terms =
            |k: usize| (0..3).map(|j| self.coefficients[k][j].abs() as f64 * length(caller[j])).sum::<f64>();
        (0..3).map(|k| terms(k) / length(self.vectors[k])).fold(1.0, f64::max)
    }

    /// The step that shortens a vector most: which, and its new coefficients.
    fn step(&self, periodic: [bool; 3]) -> Option<(usize, [i64; 3])> {
        let mut best: Option<(f64, usize, [i64; 3])> = None;
        let mut offer = |axis: usize, by: [i64; 3]| {
            let moved: [f64; 3] = core::array::from_fn(|x| {
                (0..3).fold(self.vectors[axis][x], |sum, j| sum + by[j] as f64 * self.vectors[j][x])
            });
            let share = dot(moved, moved) / dot(self.vectors[axis], self.vectors[axis]);
            if shortens(moved, self.vectors[axis]) && best.is_none_or(|(least, ..)| share < least) {
                best = Some((share, axis, by));
            }
        };
        let axes = |other: usize| (0..3).filter(move |&axis| axis != other && periodic[axis]);
        for axis in (0..3).filter(|&axis| periodic[axis]) {
            for other in axes(axis) {
                let [v, w] = [self.vectors[axis], self.vectors[other]];
                let multiple = -(dot(v, w) / dot(w, w)).round();
                if multiple != 0.0 && multiple.abs() <= COEFFICIENT_MAX as f64 {
                    let mut by = [0; 3];
                    by[other] = multiple as i64;
                    offer(axis, by);
                }
            }
            if let [p, q] = axes(axis).collect::<Vec<_>>()[..] {
                for (s, t) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
                    let mut by = [0; 3];
                    (by[p], by[q]) = (s, t);
                    offer(axis, by);
                }
            }
        }
        let (_, axis, by) = best?;
        let combined = |j: usize| {
            let terms = (0..3).map(|k| by[k].checked_mul(self.coefficients[k][j]));
            let mut terms = terms;
            terms.try_fold(self.coefficients[axis][j], |sum, term| sum.checked_add(term?))
        };
        Some((axis, [combined(0)?, combined(1)?, combined(2)?]))
    }
}

/// Whether `new` is a vector, and shorter than `old` by more than rounding.
fn shortens(new: [f64; 3], old: [f64; 3]) -> bool {
    new != [0.0; 3] && dot(new, new) < SHORTER * dot(old, old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skewed_cube_is_found() {
        let caller = [[1.0, 0.0, 0.0], [1000.0, 1.0, 0.0], [-300.0, 77.0, 1.0]];
        let basis = Basis::new(caller, [true; 3]);
        assert!((basis.relative_volume() - 1.0).abs() < 1e-9, "{basis:?}");
        for vector in basis.vectors {
            assert!((length(vector) - 1.0).abs() < 1e-9, "{basis:?}");
        }
        assert!(determinant(&basis.coefficients.map(|row| row.map(|c| c as f64))).abs() == 1.0);
    }

    #[test]
    fn open_axes_and_good_cells_stay() {
        let caller = [[1.0, 0.0, 0.0], [5.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let basis = Basis::new(caller, [true, false, true]);
        assert_eq!((basis.vectors, basis.coefficients[1]), (caller, [0, 1, 0]));
        let good = [[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.5, 0.5, 1.0]];
        assert_eq!(Basis::new(good, [true; 3]).vectors, good);
    }
}
