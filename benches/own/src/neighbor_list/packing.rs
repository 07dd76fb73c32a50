//! Atoms at random that keep a distance from one another, as the atoms of a liquid do.

use super::reference::{Lattice, add, norm_squared, subtract};
use crate::random::{Rng, RngExt};

const NONE: u32 = u32::MAX;

/// Random sequential addition: each atom is drawn until it stands at least `separation` from all before it,
/// their periodic images included. Fills up to about 38 % of the volume with spheres of that diameter.
pub(super) fn pack(
    lattice: &Lattice,
    periodic: [bool; 3],
    atoms: usize,
    separation: f64,
    generator: &mut impl Rng,
) -> Vec<[f64; 3]> {
    // Bins no thinner than the separation: whatever is too near stands in this bin or one beside it.
    let bins = lattice.heights().map(|height| ((height / separation) as usize).clamp(1, 256));
    let mut grid =
        Grid { bins, head: vec![NONE; bins.iter().product()], next: Vec::new(), positions: Vec::new() };
    while grid.positions.len() < atoms {
        let fraction: [f64; 3] = [generator.random(), generator.random(), generator.random()];
        let position = lattice.cartesian(fraction);
        if !grid.crowded(lattice, periodic, fraction, position, separation) {
            grid.insert(fraction, position);
        }
    }
    grid.positions
}

struct Grid {
    bins: [usize; 3],
    /// The newest atom of each bin, and before each atom the one that it covers.
    head: Vec<u32>,
    next: Vec<u32>,
    positions: Vec<[f64; 3]>,
}

impl Grid {
    fn insert(&mut self, fraction: [f64; 3], position: [f64; 3]) {
        let bin = self.flat(self.bin(fraction));
        let atom = u32::try_from(self.positions.len()).expect("workloads have fewer than 2^32 atoms");
        self.next.push(self.head[bin]);
        self.head[bin] = atom;
        self.positions.push(position);
    }

    fn crowded(
        &self,
        lattice: &Lattice,
        periodic: [bool; 3],
        fraction: [f64; 3],
        position: [f64; 3],
        separation: f64,
    ) -> bool {
        let centre = self.bin(fraction);
        super::reference::offsets([1; 3]).any(|offset| {
            let mut bin = [0; 3];
            let mut shift = [0; 3];
            for axis in 0..3 {
                let n = self.bins[axis] as i64;
                let at = centre[axis] as i64 + i64::from(offset[axis]);
                (bin[axis], shift[axis]) = (at.rem_euclid(n) as usize, at.div_euclid(n) as i32);
                if shift[axis] != 0 && !periodic[axis] {
                    return false;
                }
            }
            let moved = subtract(lattice.translation(shift), position);
            let mut atom = self.head[self.flat(bin)];
            while atom != NONE {
                if norm_squared(add(self.positions[atom as usize], moved)) < separation * separation {
                    return true;
                }
                atom = self.next[atom as usize];
            }
            false
        })
    }

    fn bin(&self, fraction: [f64; 3]) -> [usize; 3] {
        [0, 1, 2].map(|axis| (fraction[axis] * self.bins[axis] as f64) as usize)
    }

    fn flat(&self, bin: [usize; 3]) -> usize {
        (bin[0] * self.bins[1] + bin[1]) * self.bins[2] + bin[2]
    }
}
