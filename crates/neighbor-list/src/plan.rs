//! STAGE 1: the plain search behind the final interface; every pair with every image.

use crate::options::{Arrays, Direction};
use crate::{Buffers, Builder, Cell, Cutoff, Error, NeighborList, Pair, Position, oracle};

/// Scratch memory that searches use again; give the same one to every [`Builder::build_into`].
#[derive(Debug, Default)]
pub struct Workspace {}

#[derive(Debug)]
pub(crate) struct Plan {
    offsets: Vec<usize>,
    pairs: Vec<Pair>,
}

impl Plan {
    pub(crate) fn new<P: Position>(
        builder: &Builder,
        positions: &[P],
        cell: &Cell,
        _workspace: &mut Workspace,
    ) -> Result<Self, Error> {
        let wide: Vec<[f64; 3]> = positions.iter().map(|r| r.widen()).collect();
        for (atom, r) in wide.iter().enumerate() {
            if let Some(axis) = r.iter().position(|x| !x.is_finite()) {
                return Err(Error::NonFinitePosition { atom, axis, value: r[axis] });
            }
        }
        let largest = match &builder.cutoff {
            Cutoff::Global(cutoff) => *cutoff,
            Cutoff::PerAtom(radii) => 2.0 * radii.iter().copied().fold(0.0, f64::max),
            Cutoff::PerType { table, .. } => table.iter().flatten().copied().fold(0.0, f64::max),
        };
        if !(largest > 0.0 && largest.is_finite()) {
            return Err(Error::BadCutoff { argument: "cutoff", index: 0, value: largest });
        }
        let mut pairs = oracle::pairs(&wide, cell, largest);
        pairs.retain(|pair| keep(builder, pair));
        if let Some(k) = builder.neighbors_max {
            pairs.sort_by(|a, b| {
                (a.i, a.distance_squared, a.j, a.shift)
                    .partial_cmp(&(b.i, b.distance_squared, b.j, b.shift))
                    .expect("distances are finite")
            });
            let mut rank = (u32::MAX, 0);
            pairs.retain(|pair| {
                rank = if rank.0 == pair.i { (pair.i, rank.1 + 1) } else { (pair.i, 1) };
                rank.1 <= k
            });
        }
        let mut offsets = vec![0; wide.len() + 1];
        pairs.iter().for_each(|pair| offsets[pair.i as usize + 1] += 1);
        (1..offsets.len()).for_each(|i| offsets[i] += offsets[i - 1]);
        Ok(Self { offsets, pairs })
    }

    pub(crate) fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    pub(crate) fn store(&self, arrays: Arrays, list: &mut NeighborList) -> Result<(), Error> {
        list.offsets.clone_from(&self.offsets);
        let n = self.pairs.len();
        list.i.resize(n, 0);
        list.j.resize(n, 0);
        list.shifts.resize(if arrays.shifts { n } else { 0 }, [0; 3]);
        list.distances.resize(if arrays.distances { n } else { 0 }, 0.0);
        list.vectors.resize(if arrays.vectors { n } else { 0 }, [0.0; 3]);
        self.fill(Buffers {
            i: Some(&mut list.i),
            j: Some(&mut list.j),
            shifts: arrays.shifts.then_some(&mut list.shifts),
            distances: arrays.distances.then_some(&mut list.distances),
            vectors: arrays.vectors.then_some(&mut list.vectors),
        });
        Ok(())
    }

    pub(crate) fn fill(&self, mut buffers: Buffers<'_>) {
        for (at, pair) in self.pairs.iter().enumerate() {
            if let Some(i) = &mut buffers.i {
                i[at] = pair.i;
            }
            if let Some(j) = &mut buffers.j {
                j[at] = pair.j;
            }
            if let Some(shifts) = &mut buffers.shifts {
                shifts[at] = pair.shift;
            }
            if let Some(distances) = &mut buffers.distances {
                distances[at] = pair.distance_squared.sqrt();
            }
            if let Some(vectors) = &mut buffers.vectors {
                vectors[at] = pair.vector;
            }
        }
    }

    pub(crate) fn for_each(&self, visit: impl FnMut(Pair)) {
        self.pairs.iter().copied().for_each(visit);
    }
}

fn keep(builder: &Builder, pair: &Pair) -> bool {
    let (i, j) = (pair.i as usize, pair.j as usize);
    let within = match &builder.cutoff {
        Cutoff::Global(_) => true,
        Cutoff::PerAtom(radii) => pair.distance_squared < (radii[i] + radii[j]).powi(2),
        Cutoff::PerType { types, table } => {
            pair.distance_squared < table[types[i] as usize][types[j] as usize].powi(2)
        }
    };
    let listed = match builder.direction {
        Direction::Full => true,
        Direction::Half => i < j || (i == j && pair.shift > [0; 3]),
    };
    let excluded = |(a, b): &(u32, u32)| (*a, *b) == (pair.i, pair.j) || (*b, *a) == (pair.i, pair.j);
    within
        && listed
        && !builder.excluded.iter().any(excluded)
        && builder.centres.as_ref().is_none_or(|centres| centres.contains(&pair.i))
}
