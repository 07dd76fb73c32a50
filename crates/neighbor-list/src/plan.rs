//! The whole search: [`Workspace`] sorts the atoms, counts the rows in parallel chunks, and fills them.

use simd_kernels::Level;

use crate::chunk::{Chunk, Scene};
use crate::frame::Frame;
use crate::grid::Grid;
use crate::options::Arrays;
use crate::resolution::Resolution;
use crate::rules::Rules;
use crate::stencil::Translations;
use crate::{Buffers, Builder, Cell, Error, NeighborList, Pair, Position, memory, parallel};

/// Memory of a search; give the same one to every [`Builder::build_into`], and it is used again.
#[derive(Debug, Default)]
pub struct Workspace {
    grid: Grid,
    translations: Translations,
    chunks: Vec<Chunk>,
    offsets: Vec<usize>,
    threads: usize,
    level: Option<Level>,
    /// Scratch: the places of the grid by chunk.
    places: Vec<u32>,
}

/// Chunks for each thread: the rows of a dense region take longer, and the others then take the chunks left.
const CHUNKS_PER_THREAD: usize = 4;
/// A chunk has at least this many atoms.
const CHUNK_MIN: usize = 128;

impl Workspace {
    /// Finds all hits; the offsets are known after it.
    pub(crate) fn search<P: Position>(
        &mut self,
        builder: &Builder,
        rules: &Rules<'_>,
        positions: &[P],
        cell: &Cell,
    ) -> Result<(), Error> {
        self.offsets.clear();
        self.offsets.push(0);
        let frame = Frame::new(positions, cell, rules.reach)?;
        if rules.reach <= 0.0 || positions.is_empty() {
            self.chunks.clear();
            self.offsets.resize(positions.len() + 1, 0);
            return Ok(());
        }
        let resolution = Resolution::choose(&frame, positions.len(), rules.reach);
        self.grid.fill(positions, frame, resolution)?;
        self.translations.fill(&self.grid, cell, rules.reach)?;
        self.threads = parallel::resolve(builder.threads);
        self.level = Some(rules.level);
        self.divide(positions.len());
        self.count(rules)
    }

    /// Shares out the rows.
    fn divide(&mut self, atoms: usize) {
        let most = if self.threads > 1 { CHUNKS_PER_THREAD * self.threads } else { 1 };
        let chunks = most.min(atoms.div_ceil(CHUNK_MIN)).max(1);
        let size = atoms.div_ceil(chunks);
        self.chunks.resize_with(atoms.div_ceil(size), Chunk::default);
        self.places.clear();
        if self.chunks.len() == 1 {
            self.places.extend(0..atoms as u32);
        } else {
            self.sort_places(size);
        }
        for (index, chunk) in self.chunks.iter_mut().enumerate() {
            let rows = index * size..((index + 1) * size).min(atoms);
            chunk.reset(rows.clone(), &self.places[rows]);
        }
    }

    /// Sorts the places by the chunk of their atom, keeping their order within.
    fn sort_places(&mut self, size: usize) {
        let atoms = self.grid.len();
        self.places.resize(atoms, 0);
        // A chunk's places stand where its rows do, because both are as many.
        let mut next: Vec<usize> = (0..self.chunks.len()).map(|chunk| chunk * size).collect();
        for (place, &atom) in self.grid.atoms[..atoms].iter().enumerate() {
            let next = &mut next[atom as usize / size];
            self.places[*next] = place as u32;
            *next += 1;
        }
    }

    fn count(&mut self, rules: &Rules<'_>) -> Result<(), Error> {
        let scene = Scene { grid: &self.grid, translations: &self.translations, level: rules.level };
        let mut results = vec![Ok(()); self.chunks.len()];
        let jobs = self.chunks.iter_mut().zip(&mut results).collect();
        parallel::for_each(self.threads, jobs, |(chunk, result): (&mut Chunk, &mut Result<(), Error>)| {
            *result = chunk.count(scene, rules);
        });
        results.into_iter().collect::<Result<(), Error>>()?;
        let mut sum = 0;
        for &count in self.chunks.iter().flat_map(|chunk| &chunk.counts) {
            sum += count as usize;
            self.offsets.push(sum);
        }
        Ok(())
    }

    fn scene(&self) -> Scene<'_> {
        let level = self.level.unwrap_or_else(Level::detect);
        Scene { grid: &self.grid, translations: &self.translations, level }
    }

    pub(crate) fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    fn pairs(&self) -> usize {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// Writes the list.
    pub(crate) fn store(&self, arrays: Arrays, list: &mut NeighborList) -> Result<(), Error> {
        let pairs = self.pairs();
        list.offsets.clear();
        list.offsets.extend_from_slice(&self.offsets);
        memory::resize(&mut list.i, pairs)?;
        memory::resize(&mut list.j, pairs)?;
        memory::resize(&mut list.shifts, if arrays.shifts { pairs } else { 0 })?;
        memory::resize(&mut list.distances, if arrays.distances { pairs } else { 0 })?;
        memory::resize(&mut list.vectors, if arrays.vectors { pairs } else { 0 })?;
        let buffers = Buffers {
            i: Some(&mut list.i),
            j: Some(&mut list.j),
            shifts: arrays.shifts.then_some(&mut list.shifts),
            distances: arrays.distances.then_some(&mut list.distances),
            vectors: arrays.vectors.then_some(&mut list.vectors),
        };
        self.fill(buffers);
        Ok(())
    }

    /// Writes the arrays that are given; each has the length of the list.
    pub(crate) fn fill(&self, buffers: Buffers<'_>) {
        let scene = self.scene();
        let mut rest = buffers;
        let mut jobs = Vec::with_capacity(self.chunks.len());
        for chunk in &self.chunks {
            let pairs = self.offsets[chunk.rows.end] - self.offsets[chunk.rows.start];
            let (own, others) = rest.split_at(pairs);
            rest = others;
            jobs.push((chunk, own));
        }
        parallel::for_each(self.threads, jobs, |(chunk, mut buffers)| {
            chunk.fill(scene, &self.offsets, &mut buffers);
        });
    }

    pub(crate) fn for_each(&self, mut visit: impl FnMut(Pair)) {
        let scene = self.scene();
        self.chunks.iter().for_each(|chunk| chunk.for_each(scene, &mut visit));
    }
}
