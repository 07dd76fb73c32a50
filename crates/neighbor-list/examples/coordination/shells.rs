//! Coordination numbers, and the shells of neighbours around each species.

use neighbor_list::NeighborList;

use crate::structure::Structure;

/// Neighbours of one species.
#[derive(Debug)]
pub(crate) struct Coordination<'a> {
    pub(crate) species: &'a str,
    pub(crate) atoms: usize,
    /// Neighbours of the fewest and of the most an atom has.
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Mean number of neighbours of each species, in the order of [`Structure::kinds`].
    pub(crate) by_species: Vec<(&'a str, f64)>,
}

/// Neighbours of one species at about one distance from atoms of another.
#[derive(Debug)]
pub(crate) struct Shell<'a> {
    pub(crate) centre: &'a str,
    pub(crate) neighbor: &'a str,
    pub(crate) distance: f64,
    /// From the nearest to the farthest of the shell.
    pub(crate) width: f64,
    /// Neighbours of one centre, on average.
    pub(crate) count: f64,
}

impl Coordination<'_> {
    /// The coordination number, averaged over the atoms.
    pub(crate) fn mean(&self) -> f64 {
        self.by_species.iter().map(|(_, mean)| mean).sum()
    }
}

/// Coordination of each species: an atom's neighbours are those before the first gap in its sorted distances,
/// where a gap is a step by more than the factor `gap`.
pub(crate) fn coordination<'a>(
    structure: &'a Structure,
    list: &NeighborList,
    gap: f64,
) -> Vec<Coordination<'a>> {
    let kinds = structure.kinds();
    kinds
        .iter()
        .map(|&species| {
            let atoms = (0..structure.species.len()).filter(|&atom| structure.species[atom] == species);
            let firsts: Vec<Vec<usize>> = atoms.map(|atom| first_shell(list, atom, gap)).collect();
            let count = |kind: &str| {
                let neighbors = firsts.iter().flatten().filter(|&&j| structure.species[j] == kind);
                neighbors.count() as f64 / firsts.len() as f64
            };
            Coordination {
                species,
                atoms: firsts.len(),
                least: firsts.iter().map(Vec::len).min().unwrap_or(0),
                most: firsts.iter().map(Vec::len).max().unwrap_or(0),
                by_species: kinds.iter().map(|&kind| (kind, count(kind))).collect(),
            }
        })
        .collect()
}

fn first_shell(list: &NeighborList, atom: usize, gap: f64) -> Vec<usize> {
    let row = list.row(atom);
    let mut neighbors: Vec<(f64, usize)> =
        row.distances().iter().zip(row.j()).map(|(&distance, &j)| (distance, j as usize)).collect();
    neighbors.sort_by(|a, b| a.0.total_cmp(&b.0));
    let end = neighbors.windows(2).position(|pair| pair[1].0 > gap * pair[0].0);
    neighbors.truncate(end.map_or(neighbors.len(), |last| last + 1));
    neighbors.into_iter().map(|(_, j)| j).collect()
}

/// The nearest `shells_max` shells of every pair of species: distances that follow one another by less than
/// `separation` are one shell.
pub(crate) fn shells<'a>(
    structure: &'a Structure,
    list: &NeighborList,
    separation: f64,
    shells_max: usize,
) -> Vec<Shell<'a>> {
    let kinds = structure.kinds();
    let kind_of = |atom: u32| kinds.iter().position(|&kind| kind == structure.species[atom as usize]);
    let mut distances = vec![Vec::new(); kinds.len() * kinds.len()];
    for ((&i, &j), &distance) in list.i().iter().zip(list.j()).zip(list.distances()) {
        if let (Some(centre), Some(neighbor)) = (kind_of(i), kind_of(j)) {
            distances[centre * kinds.len() + neighbor].push(distance);
        }
    }
    let mut shells = Vec::new();
    for (pair, distances) in distances.iter_mut().enumerate() {
        distances.sort_by(f64::total_cmp);
        let (centre, neighbor) = (kinds[pair / kinds.len()], kinds[pair % kinds.len()]);
        let centres = structure.species.iter().filter(|&species| species == centre).count() as f64;
        let groups = distances.chunk_by(|near, far| far - near < separation).take(shells_max);
        shells.extend(groups.map(|group| Shell {
            centre,
            neighbor,
            distance: group.iter().sum::<f64>() / group.len() as f64,
            width: group[group.len() - 1] - group[0],
            count: group.len() as f64 / centres,
        }));
    }
    shells
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn shipped(name: &str) -> (Structure, NeighborList) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data").join(name);
        let structure = Structure::read(&path).unwrap();
        let list =
            NeighborList::builder(6.0).distances().build(&structure.positions, &structure.cell().unwrap());
        (structure, list.unwrap())
    }

    /// Every atom of a species has this many neighbours, all of one species.
    #[test]
    fn shipped_structures_have_their_known_coordination() {
        for (file, species, number, neighbor) in [
            ("copper.poscar", "Cu", 12, "Cu"),
            ("iron.poscar", "Fe", 8, "Fe"),
            ("diamond.poscar", "C", 4, "C"),
            ("halite.extxyz", "Na", 6, "Cl"),
            ("halite.extxyz", "Cl", 6, "Na"),
            ("quartz.extxyz", "Si", 4, "O"),
            ("quartz.extxyz", "O", 2, "Si"),
            ("rutile.poscar", "Ti", 6, "O"),
            ("rutile.poscar", "O", 3, "Ti"),
            ("moissanite-3c.poscar", "Si", 4, "C"),
            ("moissanite-3c.poscar", "C", 4, "Si"),
            ("breithauptite.extxyz", "Sb", 6, "Ni"),
            ("water.extxyz", "O", 2, "H"),
            ("water.extxyz", "H", 1, "O"),
        ] {
            let (structure, list) = shipped(file);
            let found = coordination(&structure, &list, crate::GAP);
            let found = found.iter().find(|found| found.species == species).unwrap();
            assert_eq!((found.least, found.most), (number, number), "{species} in {file}");
            let all = found.by_species.iter().find(|(kind, _)| *kind == neighbor).unwrap();
            assert_eq!(all.1, number as f64, "{species} in {file}");
        }
    }

    /// Nickel's six antimony atoms are joined by two of its own kind along the axis.
    #[test]
    fn nickel_of_breithauptite_touches_nickel_too() {
        let (structure, list) = shipped("breithauptite.extxyz");
        let nickel = &coordination(&structure, &list, crate::GAP)[0];
        assert_eq!(nickel.by_species, [("Ni", 2.0), ("Sb", 6.0)]);
    }

    #[test]
    fn a_surface_has_fewer_neighbours_than_the_bulk() {
        let (structure, list) = shipped("copper-111-slab.extxyz");
        let copper = &coordination(&structure, &list, crate::GAP)[0];
        assert_eq!((copper.least, copper.most, copper.mean()), (9, 12, 10.5));
    }

    #[test]
    fn shells_of_copper_are_those_of_the_lattice() {
        let (structure, list) = shipped("copper.poscar");
        let counts: Vec<f64> = shells(&structure, &list, 0.1, 10).iter().map(|shell| shell.count).collect();
        assert_eq!(counts, [12.0, 6.0, 24.0, 12.0, 24.0]);
    }
}
