//! The radial distribution function, as a histogram.

use std::f64::consts::PI;

use neighbor_list::NeighborList;

use crate::structure::Structure;

/// Neighbours of an average atom by distance.
#[derive(Debug)]
pub(crate) struct Rdf {
    /// Width of a bin in ångström; bin `k` covers `k * width..(k + 1) * width`.
    pub(crate) width: f64,
    /// Neighbours nearer than the end of the bin.
    pub(crate) running: Vec<f64>,
    /// All species, then each pair of them (if there are several): g(r), or neighbours per ångström where no
    /// density is defined.
    pub(crate) curves: Vec<Curve>,
    /// Whether the curves are g(r).
    pub(crate) normalised: bool,
}

/// One curve.
#[derive(Debug)]
pub(crate) struct Curve {
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
}

impl Rdf {
    /// Counts the distances of a full list built with that cutoff.
    pub(crate) fn new(structure: &Structure, list: &NeighborList, cutoff: f64, width: f64) -> Self {
        let bins = ((cutoff / width).ceil() as usize).max(1);
        let atoms = structure.positions.len();
        let kinds = structure.kinds();
        let count = |centre: Option<&str>, neighbor: Option<&str>| {
            let is = |kind: Option<&str>, atom: u32| {
                kind.is_none_or(|kind| structure.species[atom as usize] == kind)
            };
            let mut counts = vec![0_u64; bins];
            for ((&i, &j), &distance) in list.i().iter().zip(list.j()).zip(list.distances()) {
                if is(centre, i) && is(neighbor, j) {
                    counts[((distance / width) as usize).min(bins - 1)] += 1;
                }
            }
            counts
        };
        let number = |kind: &str| structure.species.iter().filter(|species| *species == kind).count();
        let curve = |name: String, counts: &[u64], centres: usize, share: f64| {
            let values = counts.iter().enumerate().map(|(bin, &count)| {
                let neighbors = count as f64 / centres.max(1) as f64;
                match structure.density() {
                    Some(density) => neighbors / (shell_volume(bin, width) * density * share),
                    None => neighbors / width,
                }
            });
            Curve { name, values: values.collect() }
        };

        let all = count(None, None);
        let running = all.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum as f64 / atoms.max(1) as f64)
        });
        let running = running.collect();
        let mut curves = vec![curve("all".to_owned(), &all, atoms, 1.0)];
        for (index, &centre) in kinds.iter().enumerate().filter(|_| kinds.len() > 1) {
            for &neighbor in &kinds[index..] {
                let share = number(neighbor) as f64 / atoms as f64;
                let counts = count(Some(centre), Some(neighbor));
                curves.push(curve(format!("{centre}–{neighbor}"), &counts, number(centre), share));
            }
        }
        Self { width, running, curves, normalised: structure.density().is_some() }
    }

    /// The middle of a bin.
    pub(crate) fn distance(&self, bin: usize) -> f64 {
        (bin as f64 + 0.5) * self.width
    }
}

/// Between the spheres that bound a bin.
fn shell_volume(bin: usize, width: f64) -> f64 {
    let (near, far) = (bin as f64 * width, (bin + 1) as f64 * width);
    4.0 / 3.0 * PI * (far.powi(3) - near.powi(3))
}

#[cfg(test)]
mod tests {
    use neighbor_list::Cell;

    use super::*;

    /// g(r) integrates to the neighbours: the sum of g · shell volume · density is the running number.
    #[test]
    fn curves_add_up_to_the_neighbours() {
        let structure = Structure {
            title: String::new(),
            species: vec!["A".to_owned(), "B".to_owned()],
            positions: vec![[0.0; 3], [1.0; 3]],
            lattice: Some([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]),
            periodic: [true; 3],
        };
        let list =
            NeighborList::builder(4.0).distances().build(&structure.positions, &Cell::cubic(2.0).unwrap());
        let list = list.unwrap();
        let rdf = Rdf::new(&structure, &list, 4.0, 0.05);
        let names: Vec<&str> = rdf.curves.iter().map(|curve| curve.name.as_str()).collect();
        assert_eq!(names, ["all", "A–A", "A–B", "B–B"]);
        let sum: f64 = (0..rdf.running.len())
            .map(|bin| rdf.curves[0].values[bin] * shell_volume(bin, 0.05) * 0.25)
            .sum();
        assert!((sum - list.len() as f64 / 2.0).abs() < 1e-9);
        assert_eq!(*rdf.running.last().unwrap(), list.len() as f64 / 2.0);
    }
}
