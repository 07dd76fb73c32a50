//! Many small structures in one call, as machine-learning training wants them: [`Batch`].

use crate::{Builder, Cell, Error, NeighborList, Position, Workspace};

/// Many structures searched in one call, with the options of one [`Builder`]; memory is used again between calls.
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
    workspace: Workspace,
    one: NeighborList,
    all: NeighborList,
    atom_offsets: Vec<usize>,
    pair_offsets: Vec<usize>,
}

impl Batch {
    /// A batch with these options. Threads share out the structures. Per-atom options (radii, types, exclusions,
    /// centres) index the atoms of the whole batch.
    pub fn new(builder: Builder) -> Self {
        Self {
            builder,
            workspace: Workspace::default(),
            one: NeighborList::default(),
            all: NeighborList::default(),
            atom_offsets: vec![0],
            pair_offsets: vec![0],
        }
    }

    /// Searches every structure; the lists stand one after the other in [`list`](Self::list).
    ///
    /// # Errors
    /// The first [`Error`] of any structure; the batch is empty then.
    pub fn build<P: Position>(&mut self, systems: &[(&[P], &Cell)]) -> Result<&NeighborList, Error> {
        self.all.clear();
        self.all.offsets.push(0);
        self.atom_offsets.truncate(1);
        self.pair_offsets.truncate(1);
        for (positions, cell) in systems {
            self.builder.build_into(positions, cell, &mut self.workspace, &mut self.one)?;
            let (atoms, pairs) = (self.all.atoms(), self.all.len());
            self.all.offsets.extend(self.one.offsets[1..].iter().map(|end| pairs + end));
            self.all.i.extend(self.one.i.iter().map(|i| atoms as u32 + i));
            self.all.j.extend(self.one.j.iter().map(|j| atoms as u32 + j));
            self.all.shifts.extend_from_slice(&self.one.shifts);
            self.all.distances.extend_from_slice(&self.one.distances);
            self.all.vectors.extend_from_slice(&self.one.vectors);
            self.atom_offsets.push(self.all.atoms());
            self.pair_offsets.push(self.all.len());
        }
        Ok(&self.all)
    }

    /// The list of the whole batch; atoms are numbered through.
    pub fn list(&self) -> &NeighborList {
        &self.all
    }

    /// Where the atoms of each structure begin, and where the last end.
    pub fn atom_offsets(&self) -> &[usize] {
        &self.atom_offsets
    }

    /// Where the pairs of each structure begin, and where the last end.
    pub fn pair_offsets(&self) -> &[usize] {
        &self.pair_offsets
    }
}
