//! The checked options of one search: [`Rules`] says how far each atom looks and which of the hits count.

use simd_kernels::Level;

use crate::options::Direction;
use crate::{Builder, Cutoff, Error};

/// The options, checked against the number of atoms.
#[derive(Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) level: Level,
    /// The largest distance of any pair.
    pub(crate) reach: f64,
    pub(crate) neighbors_max: Option<usize>,
    cutoff: &'a Cutoff,
    /// That of the largest distance.
    limit: f64,
    /// For [`Cutoff::PerAtom`] the largest radius; for [`Cutoff::PerType`] the largest entry of each row.
    largest: Vec<f64>,
    direction: Direction,
    /// The partners that each atom excludes, sorted pairs.
    excluded: Vec<(u32, u32)>,
    /// Whether an atom is a centre; empty if all are.
    centres: Vec<bool>,
}

impl<'a> Rules<'a> {
    pub(crate) fn new(builder: &'a Builder, atoms: usize) -> Result<Self, Error> {
        if atoms >= u32::MAX as usize {
            return Err(Error::TooManyAtoms { atoms });
        }
        let (reach, largest) = check_cutoff(&builder.cutoff, atoms)?;
        let half = builder.direction == Direction::Half;
        for (first, set) in
            [("centres", builder.centres.is_some()), ("max_neighbors", builder.neighbors_max.is_some())]
        {
            if half && set {
                return Err(Error::Conflict { first, second: "half" });
            }
        }
        Ok(Self {
            level: builder.level.unwrap_or_else(Level::detect),
            reach,
            neighbors_max: builder.neighbors_max,
            cutoff: &builder.cutoff,
            limit: limit(reach),
            largest,
            direction: builder.direction,
            excluded: both_ways(&builder.excluded, atoms)?,
            centres: marks(builder.centres.as_deref(), atoms)?,
        })
    }

    /// How far `atom` looks; 0 if it has no neighbours at all.
    #[inline]
    pub(crate) fn reach_of(&self, atom: u32) -> f64 {
        if self.centres.get(atom as usize) == Some(&false) {
            return 0.0;
        }
        match self.cutoff {
            Cutoff::Global(cutoff) => *cutoff,
            Cutoff::PerAtom(radii) => radii[atom as usize] + self.largest[0],
            Cutoff::PerType { types, .. } => self.largest[types[atom as usize] as usize],
        }
    }

    /// What the squared distances of an atom with this reach must be below.
    #[inline]
    pub(crate) fn limit_of(&self, reach: f64) -> f64 {
        if reach == self.reach { self.limit } else { limit(reach) }
    }

    /// Whether only one of the two directions of a pair is listed.
    pub(crate) fn are_half(&self) -> bool {
        self.direction == Direction::Half
    }

    /// Whether a hit within the reach of its atom may still be turned down, the direction aside.
    pub(crate) fn are_selective(&self) -> bool {
        !self.excluded.is_empty() || !matches!(self.cutoff, Cutoff::Global(_))
    }

    /// Whether a hit within the reach of `i` is listed, the direction aside.
    #[inline]
    pub(crate) fn admit(&self, i: u32, j: u32, distance_squared: f64) -> bool {
        self.within(i, j, distance_squared) && self.excluded.binary_search(&(i, j)).is_err()
    }

    fn within(&self, i: u32, j: u32, distance_squared: f64) -> bool {
        let (i, j) = (i as usize, j as usize);
        let cutoff = match self.cutoff {
            Cutoff::Global(_) => return true, // the search itself was that strict
            Cutoff::PerAtom(radii) => radii[i] + radii[j],
            Cutoff::PerType { types, table } => table[types[i] as usize][types[j] as usize],
        };
        distance_squared.sqrt() < cutoff
    }
}

/// The least square whose root is not below `cutoff`: `d2 < limit(cutoff)` says exactly what `d2.sqrt() < cutoff` does.
///
/// The rounded square of the cutoff would not: 8.0.sqrt() squared is more than 8.
pub(crate) fn limit(cutoff: f64) -> f64 {
    let mut limit = cutoff * cutoff;
    while limit.next_down().sqrt() >= cutoff {
        limit = limit.next_down();
    }
    while limit.sqrt() < cutoff {
        limit = limit.next_up();
    }
    limit
}

/// The largest distance of any pair, and [`Rules::largest`].
fn check_cutoff(cutoff: &Cutoff, atoms: usize) -> Result<(f64, Vec<f64>), Error> {
    match cutoff {
        Cutoff::Global(cutoff) => {
            positive("cutoff", 0, *cutoff)?;
            Ok((*cutoff, Vec::new()))
        }
        Cutoff::PerAtom(radii) => {
            check_length("radii", atoms, radii.len())?;
            for (index, &radius) in radii.iter().enumerate() {
                positive("radii", index, radius)?;
            }
            let largest = radii.iter().copied().fold(0.0, f64::max);
            Ok((2.0 * largest, vec![largest]))
        }
        Cutoff::PerType { types, table } => {
            check_length("types", atoms, types.len())?;
            if let Some((index, _)) =
                types.iter().enumerate().find(|(_, kind)| **kind as usize >= table.len())
            {
                return Err(Error::OutOfRange { argument: "types", index, limit: table.len() });
            }
            check_table(table)?;
            let rows: Vec<f64> = table.iter().map(|row| row.iter().copied().fold(0.0, f64::max)).collect();
            Ok((rows.iter().copied().fold(0.0, f64::max), rows))
        }
    }
}

fn check_table(table: &[Vec<f64>]) -> Result<(), Error> {
    for (row, entries) in table.iter().enumerate() {
        check_length("table", table.len(), entries.len())?;
        for (column, &value) in entries.iter().enumerate() {
            if value != 0.0 {
                positive("table", row * table.len() + column, value)?;
            }
            if column < row && table[column][row] != value {
                return Err(Error::AsymmetricTable { row, column, value, mirrored: table[column][row] });
            }
        }
    }
    Ok(())
}

/// A cutoff must be positive, and its square neither overflow nor underflow: distances are compared squared.
pub(crate) fn positive(argument: &'static str, index: usize, value: f64) -> Result<(), Error> {
    if value > 0.0 && (value * value).is_normal() && (4.0 * value * value).is_finite() {
        Ok(())
    } else {
        Err(Error::BadCutoff { argument, index, value })
    }
}

pub(crate) fn check_length(argument: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::LengthMismatch { argument, expected, found }) }
}

/// The pairs in both directions, sorted.
fn both_ways(pairs: &[(u32, u32)], atoms: usize) -> Result<Vec<(u32, u32)>, Error> {
    if let Some(index) = pairs.iter().position(|&(i, j)| i.max(j) as usize >= atoms) {
        return Err(Error::OutOfRange { argument: "exclude", index, limit: atoms });
    }
    let mut both: Vec<_> = pairs.iter().flat_map(|&(i, j)| [(i, j), (j, i)]).collect();
    both.sort_unstable();
    both.dedup();
    Ok(both)
}

/// Whether each atom is among the centres; empty without centres.
fn marks(centres: Option<&[u32]>, atoms: usize) -> Result<Vec<bool>, Error> {
    let Some(centres) = centres else { return Ok(Vec::new()) };
    let mut marks = vec![false; atoms];
    for (index, &atom) in centres.iter().enumerate() {
        *marks.get_mut(atom as usize).ok_or(Error::OutOfRange {
            argument: "centres",
            index,
            limit: atoms,
        })? = true;
    }
    Ok(marks)
}
