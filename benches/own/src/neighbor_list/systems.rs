//! Seeded systems of atoms.

use super::packing::pack;
use super::reference::{Lattice, add, norm_squared, subtract};
use crate::random::{self, RngExt};

/// Atoms per cubic ångström of the liquids: about 90 neighbours within 6 Å.
const LIQUID_DENSITY: f64 = 0.1;
/// No two atoms of a liquid or gas are nearer than this, in ångström.
const SEPARATION: f64 = 1.6;
/// Thermal displacement of crystals along each axis, in ångström; it also keeps shells off the cutoff.
const DISPLACEMENT: f64 = 0.08;
/// Cubic cell of face-centred copper, in ångström.
const COPPER: f64 = 3.615;

/// Atoms in a cell: rows of `cell` are the lattice vectors, in ångström.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// Lattice vectors.
    pub cell: [[f64; 3]; 3],
    /// Which of the three repeat.
    pub periodic: [bool; 3],
    /// One position an atom.
    pub positions: Vec<[f64; 3]>,
}

/// A family of systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Random, separated atoms at the density of a liquid in a cube, in random order.
    Liquid,
    /// Face-centred copper with thermal displacements, in lattice order.
    Copper,
    /// The liquid in a cell whose angles are 45°, 60° and 70°.
    Triclinic,
    /// A hundredth of the liquid's density.
    Gas,
    /// The liquid in 20 x 20 x 400 Å, periodic across but not along.
    Column,
    /// The liquid in a thin film under vacuum twice as thick, periodic in the plane.
    Slab,
    /// The liquid as a droplet: nothing repeats.
    Droplet,
}

impl Kind {
    /// As the rows and files are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Liquid => "liquid",
            Self::Copper => "copper",
            Self::Triclinic => "triclinic",
            Self::Gas => "gas",
            Self::Column => "column",
            Self::Slab => "slab",
            Self::Droplet => "droplet",
        }
    }

    /// The system of this kind with `atoms` atoms (copper: the largest cube of whole cells within that).
    pub fn build(self, atoms: usize, seed: u64) -> System {
        let side = (atoms as f64 / LIQUID_DENSITY).cbrt();
        let all = [true; 3];
        match self {
            Self::Liquid => self.fluid(cube(side), all, atoms, seed),
            Self::Copper => copper(atoms, seed),
            Self::Triclinic => self.fluid(skewed(side.powi(3)), all, atoms, seed),
            Self::Gas => self.fluid(cube(side * 100_f64.cbrt()), all, atoms, seed),
            Self::Column => {
                let height = atoms as f64 / LIQUID_DENSITY / 400.0;
                self.fluid(
                    [[20.0, 0.0, 0.0], [0.0, 20.0, 0.0], [0.0, 0.0, height]],
                    [true, true, false],
                    atoms,
                    seed,
                )
            }
            Self::Slab => {
                let width = (atoms as f64 / LIQUID_DENSITY / 20.0).sqrt();
                let film = [[width, 0.0, 0.0], [0.0, width, 0.0], [0.0, 0.0, 20.0]];
                let mut system = self.fluid(film, [true, true, false], atoms, seed);
                system.cell[2][2] = 60.0;
                system
            }
            Self::Droplet => self.fluid(cube(side), [false; 3], atoms, seed),
        }
    }

    fn fluid(self, cell: [[f64; 3]; 3], periodic: [bool; 3], atoms: usize, seed: u64) -> System {
        let mut generator = random::generator(self.name(), seed);
        let positions = pack(&Lattice::new(cell), periodic, atoms, SEPARATION, &mut generator);
        System { cell, periodic, positions }
    }
}

impl System {
    /// The distance of atom `i` from the image of atom `j` that stands `shift` cells away.
    pub fn distance(&self, i: usize, j: usize, shift: [i32; 3]) -> f64 {
        let translation = Lattice::new(self.cell).translation(shift);
        norm_squared(add(subtract(self.positions[j], self.positions[i]), translation)).sqrt()
    }

    /// The same system a little later: every coordinate moved by less than `amplitude`.
    pub fn moved(&self, amplitude: f64, seed: u64) -> Self {
        let mut generator = random::generator("moved", seed);
        let positions = self
            .positions
            .iter()
            .map(|&position| add(position, [0; 3].map(|_| generator.random_range(-amplitude..amplitude))));
        Self { positions: positions.collect(), ..self.clone() }
    }
}

fn cube(side: f64) -> [[f64; 3]; 3] {
    [[side, 0.0, 0.0], [0.0, side, 0.0], [0.0, 0.0, side]]
}

/// A cell of that volume with equal sides, alpha 70°, beta 60°, gamma 45°, the first vector along x.
fn skewed(volume: f64) -> [[f64; 3]; 3] {
    let [alpha, beta, gamma] = [70_f64, 60.0, 45.0].map(|degrees| degrees.to_radians().cos());
    let sine = (1.0 - gamma * gamma).sqrt();
    let y = (alpha - beta * gamma) / sine;
    let z = (1.0 - beta * beta - y * y).sqrt();
    let side = (volume / (sine * z)).cbrt();
    [[1.0, 0.0, 0.0], [gamma, sine, 0.0], [beta, y, z]].map(|vector| vector.map(|x| x * side))
}

fn copper(atoms: usize, seed: u64) -> System {
    let mut generator = random::generator(Kind::Copper.name(), seed);
    let repeats = (1..).take_while(|n| 4 * n * n * n <= atoms).last().unwrap_or(1);
    let mut positions = Vec::with_capacity(4 * repeats * repeats * repeats);
    let basis = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]];
    for x in 0..repeats {
        for y in 0..repeats {
            for z in 0..repeats {
                positions.extend(basis.map(|site| {
                    let corner = add(site, [x as f64, y as f64, z as f64]).map(|x| x * COPPER);
                    add(corner, [0; 3].map(|_| generator.random_range(-DISPLACEMENT..DISPLACEMENT)))
                }));
            }
        }
    }
    System { cell: cube(COPPER * repeats as f64), periodic: [true; 3], positions }
}

#[cfg(test)]
mod tests {
    use super::super::{CellList, List};
    use super::{COPPER, Kind, SEPARATION};

    #[test]
    fn seeds_give_other_atoms_and_the_same_seed_the_same() {
        let liquid = Kind::Liquid.build(100, 1);
        assert_eq!(liquid, Kind::Liquid.build(100, 1));
        assert_ne!(liquid.positions, Kind::Liquid.build(100, 2).positions);
    }

    #[test]
    fn fluids_keep_their_distance_through_the_walls() {
        for kind in [Kind::Liquid, Kind::Triclinic, Kind::Gas, Kind::Column, Kind::Slab, Kind::Droplet] {
            for atoms in [8, 500] {
                let system = kind.build(atoms, 3);
                assert_eq!(system.positions.len(), atoms);
                let near = CellList::new(&system, SEPARATION).pairs(List::Full);
                assert!(near.pairs.is_empty(), "{} of {atoms} atoms", kind.name());
            }
        }
    }

    #[test]
    fn copper_has_twelve_neighbours() {
        let system = Kind::Copper.build(500, 1);
        assert_eq!(system.positions.len(), 500);
        assert_eq!(CellList::new(&system, 0.85 * COPPER).pairs(List::Full).pairs.len(), 12 * 500);
    }
}
