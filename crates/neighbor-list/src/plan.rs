//! The whole search: [`Workspace`] sorts the atoms, counts the rows in parallel chunks, and fills them.

use simd_kernels::Level;

use crate::chunk::Chunk;
use crate::frame::Frame;
use crate::grid::Grid;
use crate::hits::Hits;
use crate::lattice::Lattice;
use crate::marks::Marks;
use crate::options::Arrays;
use crate::resolution::Resolution;
use crate::rules::Rules;
use crate::scene::Scene;
use crate::stencil::Translations;
use crate::{Buffers, Builder, Cell, Error, NeighborList, Pair, Position, effort, memory, parallel};

/// Memory of a search; give the same one to every [`Builder::build_into`], and it is used again.
#[derive(Debug, Default)]
pub struct Workspace {
    grid: Grid,
    translations: Translations,
    lattice: Lattice,
    marks: Marks,
    threads: usize,
    level: Option<Level>,
    /// Scratch: the places of the grid by chunk.
    places: Vec<u32>,
}

/// Chunks for each thread: the rows of a dense region take longer, and the others then take the chunks left.
const CHUNKS_PER_THREAD: usize = 4;
/// A chunk has at least this many atoms.
const CHUNK_MIN: usize = 128;

/// The most images and pairs of a search whose memory is kept for the next small one: some hundred kilobytes.
const IMAGES_KEPT: usize = 1 << 12;
const PAIRS_KEPT: usize = 1 << 15;

impl Workspace {
    /// Whether what it holds is worth keeping between builds that nobody asked to share it.
    pub(crate) fn is_small(&self) -> bool {
        self.translations.shifts.len() <= IMAGES_KEPT && self.marks.pairs() <= PAIRS_KEPT
    }

    /// Finds all hits; the offsets are known after it.
    pub(crate) fn search<P: Position>(
        &mut self,
        builder: &Builder,
        rules: &Rules<'_>,
        positions: &[P],
        cell: &Cell,
    ) -> Result<(), Error> {
        self.marks.clear();
        self.threads = 1;
        self.level = Some(rules.level);
        if self.bin(rules, positions, cell)? {
            let asked = parallel::resolve(builder.threads);
            self.threads = match builder.threads_always {
                true => asked,
                false => effort::worthwhile(asked, self.scene(), rules),
            };
            self.divide(positions.len())?;
            self.count(rules)
        } else {
            memory::fill(&mut self.marks.offsets, positions.len() + 1, 0)
        }
    }

    /// Sorts the atoms; says whether there can be any hit.
    fn bin<P: Position>(&mut self, rules: &Rules<'_>, positions: &[P], cell: &Cell) -> Result<bool, Error> {
        phase!("bin");
        let frame = Frame::new(positions, cell, rules.reach)?;
        if rules.reach <= 0.0 || positions.is_empty() {
            return Ok(false);
        }
        // With what bounds have to spare: in a flat cell that may be many times the cutoff, and as many bins would be
        // looked into for nothing.
        let resolution = Resolution::choose(&frame, positions.len(), rules.reach + 2.0 * frame.slack);
        self.grid.fill(positions, frame, resolution)?;
        self.translations.fill(&self.grid, cell, rules.reach)?;
        if Lattice::suits(&self.grid, &self.translations) {
            self.lattice.fill(&self.grid, &self.translations)?;
        } else {
            self.lattice.clear();
        }
        Ok(true)
    }

    /// Shares out the rows.
    fn divide(&mut self, atoms: usize) -> Result<(), Error> {
        let most = if self.threads > 1 { CHUNKS_PER_THREAD.saturating_mul(self.threads) } else { 1 };
        let chunks = most.min(atoms.div_ceil(CHUNK_MIN)).max(1);
        let size = atoms.div_ceil(chunks);
        self.marks.chunks.resize_with(atoms.div_ceil(size), Chunk::default);
        self.places.clear();
        memory::reserve_exact(&mut self.places, atoms)?;
        if self.marks.chunks.len() == 1 {
            self.places.extend(0..atoms as u32);
        } else {
            self.sort_places(size);
        }
        for (index, chunk) in self.marks.chunks.iter_mut().enumerate() {
            let rows = index * size..((index + 1) * size).min(atoms);
            chunk.reset(rows.clone(), &self.places[rows])?;
        }
        Ok(())
    }

    /// Sorts the places by the chunk of their atom, keeping their order within.
    fn sort_places(&mut self, size: usize) {
        let atoms = self.grid.len();
        self.places.resize(atoms, 0);
        // A chunk's places stand where its rows do, because both are as many.
        let mut next: Vec<usize> = (0..self.marks.chunks.len()).map(|chunk| chunk * size).collect();
        for (place, &atom) in self.grid.atoms[..atoms].iter().enumerate() {
            let next = &mut next[atom as usize / size];
            self.places[*next] = place as u32;
            *next += 1;
        }
    }

    fn count(&mut self, rules: &Rules<'_>) -> Result<(), Error> {
        phase!("count");
        let mut marks = core::mem::take(&mut self.marks);
        let scene = self.scene();
        let counted = marks.for_each_chunk(self.threads, |chunk| chunk.count(scene, rules));
        self.marks = marks;
        counted
    }

    /// Of all hits those whose squared distance is now less than `limit`.
    pub(crate) fn refine(&self, limit: f64, marks: &mut Marks) -> Result<(), Error> {
        marks.copy_from(&self.marks)?;
        phase!("refine");
        let scene = self.scene();
        marks.for_each_chunk(self.threads, |chunk| {
            chunk.refine(scene, limit);
            Ok(())
        })
    }

    /// Moves the atoms without sorting them anew: [`Workspace::refine`] then sees them where they are.
    pub(crate) fn move_atoms(&mut self, positions: &[[f64; 3]]) {
        self.grid.move_atoms(positions);
        if self.lattice.is_used() {
            self.lattice.compare(&self.grid);
        }
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        let level = self.level.unwrap_or_else(Level::detect);
        let lattice = self.lattice.is_used().then_some(&self.lattice);
        Scene { grid: &self.grid, translations: &self.translations, lattice, level }
    }

    /// What the search found.
    pub(crate) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Writes the list of `marks`.
    pub(crate) fn store(&self, marks: &Marks, arrays: Arrays, list: &mut NeighborList) -> Result<(), Error> {
        let pairs = marks.pairs();
        let pairs_if = |wanted: bool| if wanted { pairs } else { 0 };
        memory::copy(&mut list.offsets, marks.offsets())?;
        memory::resize(&mut list.i, pairs)?;
        memory::resize(&mut list.j, pairs)?;
        memory::resize(&mut list.shifts, pairs_if(arrays.shifts))?;
        memory::resize(&mut list.distances, pairs_if(arrays.distances))?;
        memory::resize(&mut list.vectors, pairs_if(arrays.vectors))?;
        let buffers = Buffers {
            i: Some(&mut list.i),
            j: Some(&mut list.j),
            shifts: arrays.shifts.then_some(&mut list.shifts),
            distances: arrays.distances.then_some(&mut list.distances),
            vectors: arrays.vectors.then_some(&mut list.vectors),
        };
        self.fill(marks, buffers);
        Ok(())
    }

    /// Writes the arrays that are given; each has the length of the list of `marks`.
    pub(crate) fn fill(&self, marks: &Marks, buffers: Buffers<'_>) {
        phase!("fill");
        let scene = self.scene();
        let fill = |(chunk, mut buffers): (&Chunk, Buffers<'_>)| {
            chunk.fill(scene, marks.offsets(), &mut buffers);
            Ok::<(), core::convert::Infallible>(())
        };
        let filled = if self.threads <= 1 {
            marks.divide(buffers).try_for_each(fill)
        } else {
            parallel::try_for_each(self.threads, marks.divide(buffers).collect::<Vec<_>>().into_iter(), fill)
        };
        let Ok(()) = filled;
    }

    /// Calls `visit` with every atom, its place and its hits, which are in the order of its row.
    pub(crate) fn for_each_row(&self, mut visit: impl FnMut(usize, u32, Hits<'_>)) {
        let atoms = &self.grid.atoms;
        let mut visit = |place: u32, hits: Hits<'_>| visit(atoms[place as usize] as usize, place, hits);
        self.marks.chunks.iter().for_each(|chunk| chunk.for_each_row(&mut visit));
    }

    /// Calls `visit` with every hit.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(Pair)) {
        let scene = self.scene();
        self.marks.chunks.iter().for_each(|chunk| chunk.for_each(scene, &mut visit));
    }
}
