//! Many small structures in one call, as machine-learning training wants them: [`Batch`].

use core::ops::Range;
use std::borrow::Cow;

use crate::rules::check_length;
use crate::{Builder, Cell, Cutoff, Error, NeighborList, Position, Workspace, memory, parallel};

/// Many structures searched in one call, with the options of one [`Builder`]; memory is used again between calls.
///
/// Threads share out the structures. Options for single atoms (radii, types, exclusions, centres) number the atoms of
/// the whole batch through.
///
/// # Examples
/// ```
/// use neighbor_list::{Batch, Cell, NeighborList};
///
/// let water = vec![[0.0, 0.0, 0.0], [0.96, 0.0, 0.0], [-0.24, 0.93, 0.0]];
/// let copper = vec![[0.0; 3]];
/// let primitive = Cell::triclinic([[0.0, 1.8, 1.8], [1.8, 0.0, 1.8], [1.8, 1.8, 0.0]])?;
/// let mut batch = Batch::new(NeighborList::builder(2.6).shifts());
/// batch.build(&[(&water[..], &Cell::none()), (&copper[..], &primitive)])?;
/// assert_eq!(batch.atom_offsets(), [0, 3, 4]); // atom 3 is the copper atom
/// assert_eq!(batch.pair_offsets(), [0, 6, 18]);
/// assert_eq!(batch.list().j()[6..], [3; 12]);
/// # Ok::<(), neighbor_list::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch {
    builder: Builder,
    parts: Vec<Part>,
    list: NeighborList,
    atom_offsets: Vec<usize>,
    pair_offsets: Vec<usize>,
}

/// Some consecutive structures, searched by one thread.
#[derive(Debug, Default)]
struct Part {
    workspace: Workspace,
    one: NeighborList,
    all: NeighborList,
    /// Where the pairs of each structure end in `all`.
    ends: Vec<usize>,
}

impl Batch {
    /// An empty batch with these options.
    pub fn new(builder: Builder) -> Self {
        Self {
            builder,
            parts: Vec::new(),
            list: NeighborList::default(),
            atom_offsets: vec![0],
            pair_offsets: vec![0],
        }
    }

    /// Searches every structure; the lists stand one after the other in [`list`](Self::list).
    ///
    /// # Errors
    /// The first [`Error`] of any structure, whose atoms it numbers within the structure; the batch is empty then.
    pub fn build<P: Position>(&mut self, systems: &[(&[P], &Cell)]) -> Result<&NeighborList, Error> {
        self.clear();
        let threads = parallel::resolve(self.builder.threads).min(systems.len()).max(1);
        let offsets: Vec<usize> = core::iter::once(0)
            .chain(systems.iter().scan(0, |sum, (positions, _)| {
                *sum += positions.len();
                Some(*sum)
            }))
            .collect();
        let mut builder = Builder { threads: 1, ..self.builder.clone() };
        builder.check_atoms(offsets[systems.len()])?;
        // Sorted, so that each structure finds its own without reading those of all others.
        builder.excluded.sort_unstable();
        if let Some(centres) = &mut builder.centres {
            centres.sort_unstable();
        }
        let share = systems.len().div_ceil(threads).max(1);
        self.parts.resize_with(systems.len().div_ceil(share), Part::default);
        let jobs = self.parts.iter_mut().zip(systems.chunks(share)).enumerate();
        parallel::try_for_each(threads, jobs, |(index, (part, systems))| {
            part.build(&builder, systems, &offsets[index * share..])
        })?;
        if let Err(error) = self.join() {
            self.clear();
            return Err(error);
        }
        self.atom_offsets = offsets;
        Ok(&self.list)
    }

    /// The list of the whole batch; atoms are numbered through.
    pub fn list(&self) -> &NeighborList {
        &self.list
    }

    /// Where the atoms of each structure begin, and where the last end.
    pub fn atom_offsets(&self) -> &[usize] {
        &self.atom_offsets
    }

    /// Where the pairs of each structure begin, and where the last end.
    pub fn pair_offsets(&self) -> &[usize] {
        &self.pair_offsets
    }

    fn clear(&mut self) {
        self.list.clear();
        self.atom_offsets.truncate(1);
        self.pair_offsets.truncate(1);
    }

    fn join(&mut self) -> Result<(), Error> {
        if let [only] = &mut self.parts[..] {
            // The list of the only thread is that of the batch, and the old one its memory for the next.
            core::mem::swap(&mut self.list, &mut only.all);
            self.pair_offsets.extend_from_slice(&only.ends);
            return Ok(());
        }
        let list = &mut self.list;
        list.offsets.push(0);
        for part in &self.parts {
            let pairs = list.len();
            self.pair_offsets.extend(part.ends.iter().map(|end| pairs + end));
            list.append(&part.all, 0)?;
        }
        Ok(())
    }
}

impl Part {
    /// `offsets` are those of the atoms of these systems in the batch.
    fn build<P: Position>(
        &mut self,
        builder: &Builder,
        systems: &[(&[P], &Cell)],
        offsets: &[usize],
    ) -> Result<(), Error> {
        self.all.clear();
        self.all.offsets.push(0);
        self.ends.clear();
        for ((positions, cell), atoms) in systems.iter().zip(offsets.windows(2)) {
            let own = builder.part(atoms[0]..atoms[1]);
            own.build_into(positions, cell, &mut self.workspace, &mut self.one)?;
            self.all.append(&self.one, atoms[0] as u32)?;
            self.ends.push(self.all.len());
        }
        Ok(())
    }
}

impl NeighborList {
    /// Adds the rows of `other`, its atoms counted from `first`.
    fn append(&mut self, other: &Self, first: u32) -> Result<(), Error> {
        let pairs = self.len();
        memory::reserve(&mut self.offsets, other.offsets.len())?;
        memory::reserve(&mut self.i, other.i.len())?;
        memory::reserve(&mut self.j, other.j.len())?;
        memory::reserve(&mut self.shifts, other.shifts.len())?;
        memory::reserve(&mut self.distances, other.distances.len())?;
        memory::reserve(&mut self.vectors, other.vectors.len())?;
        self.offsets.extend(other.offsets.iter().skip(1).map(|end| pairs + end));
        self.i.extend(other.i.iter().map(|i| first + i));
        self.j.extend(other.j.iter().map(|j| first + j));
        self.shifts.extend_from_slice(&other.shifts);
        self.distances.extend_from_slice(&other.distances);
        self.vectors.extend_from_slice(&other.vectors);
        Ok(())
    }
}

impl Builder {
    /// Checks what has one entry an atom of the batch.
    fn check_atoms(&self, atoms: usize) -> Result<(), Error> {
        if atoms >= u32::MAX as usize {
            return Err(Error::TooManyAtoms { atoms });
        }
        let inside = |(i, j): &(u32, u32)| (*i.max(j) as usize) < atoms;
        if let Some(index) = self.excluded.iter().position(|pair| !inside(pair)) {
            return Err(Error::OutOfRange { argument: "exclude", index, limit: atoms });
        }
        let centres = self.centres.as_deref().unwrap_or_default();
        if let Some(index) = centres.iter().position(|&atom| atom as usize >= atoms) {
            return Err(Error::OutOfRange { argument: "centres", index, limit: atoms });
        }
        match &self.cutoff {
            Cutoff::PerAtom(radii) => check_length("radii", atoms, radii.len()),
            Cutoff::PerType { types, .. } => check_length("types", atoms, types.len()),
            Cutoff::Global(_) => Ok(()),
        }
    }

    /// The options for the atoms `atoms` of the batch, counted from the first of them; exclusions and centres are
    /// sorted.
    fn part(&self, atoms: Range<usize>) -> Cow<'_, Self> {
        let general =
            matches!(self.cutoff, Cutoff::Global(_)) && self.excluded.is_empty() && self.centres.is_none();
        if general {
            return Cow::Borrowed(self);
        }
        let own = |atom: &u32| atoms.contains(&(*atom as usize)).then(|| *atom - atoms.start as u32);
        let cutoff = match &self.cutoff {
            Cutoff::Global(cutoff) => Cutoff::Global(*cutoff),
            Cutoff::PerAtom(radii) => Cutoff::per_atom(&radii[atoms.clone()]),
            Cutoff::PerType { types, table } => {
                Cutoff::PerType { types: types[atoms.clone()].to_vec(), table: table.clone() }
            }
        };
        let first = self.excluded.partition_point(|(i, _)| (*i as usize) < atoms.start);
        let excluded = self.excluded[first..].iter().take_while(|(i, _)| (*i as usize) < atoms.end);
        let centres = self.centres.as_deref().map(|centres| {
            let first = centres.partition_point(|atom| (*atom as usize) < atoms.start);
            centres[first..].iter().map_while(own).collect()
        });
        Cow::Owned(Self {
            cutoff,
            direction: self.direction,
            arrays: self.arrays,
            threads: self.threads,
            threads_always: self.threads_always,
            excluded: excluded.filter_map(|(i, j)| Some((own(i)?, own(j)?))).collect(),
            centres,
            neighbors_max: self.neighbors_max,
            level: self.level,
        })
    }
}
