//! A share of the rows: [`Chunk`], counted by one thread and then filled by one.
//!
//! The count pass stores for each atom the runs of candidates that hold a hit and a bit for each candidate. The fill
//! pass only expands these bits, so the two cannot disagree on how long a row is.

use core::ops::Range;

use simd_kernels::ball::{self, Ball, Geometry, Run, Staging};

use crate::hits::{Hits, drop_hits, keep_nearest};
use crate::rules::Rules;
use crate::scene::Scene;
use crate::stencil::Stencil;
use crate::{Buffers, Error, Pair};

/// Atoms whose runs and masks share an allocation: large enough to make allocations rare, small enough that none
/// grows by doubling to much more than it needs.
const TILE: usize = 512;

/// Some consecutive rows.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// The atoms whose rows these are.
    pub(crate) rows: Range<usize>,
    /// How many pairs each row has.
    pub(crate) counts: Vec<u32>,
    /// Where the hits of each row are.
    found: Vec<Found>,
    /// The first `tiles_used` count; the others keep their memory for later.
    tiles: Vec<Tile>,
    tiles_used: usize,
    scratch: Scratch,
}

/// Where the hits of a row are: rows are counted in the order of the grid, where candidates are shared, and written in
/// their own, where the outputs are streams.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    tile: u32,
    /// The row in the tile, and the first of its runs and masks there.
    slot: u32,
    run: u32,
    mask: u32,
}

/// Up to [`TILE`] atoms of a chunk, neighbours in space.
#[derive(Debug, Default)]
struct Tile {
    /// Their places in the grid.
    places: Vec<u32>,
    /// How many runs each of them has.
    run_counts: Vec<u32>,
    runs: Vec<Run>,
    masks: Vec<u16>,
}

#[derive(Debug, Default)]
struct Scratch {
    stencil: Stencil,
    runs: Vec<Run>,
    masks: Vec<u16>,
}

#[derive(Debug, Default)]
struct FillScratch {
    /// The hits of each run.
    counts: Vec<u32>,
    /// The shifts of the runs, neighbours of one shift taken together, and the hits of each.
    shifts: Vec<[i32; 3]>,
    shift_counts: Vec<u32>,
    /// What wrapping took off each neighbour.
    packed: Vec<u32>,
    staging: Option<Box<Staging>>,
}

impl FillScratch {
    fn merge(&mut self, shifts: impl Iterator<Item = [i32; 3]>) {
        self.shifts.clear();
        self.shift_counts.clear();
        for (shift, &count) in shifts.zip(&self.counts) {
            match (self.shifts.last(), self.shift_counts.last_mut()) {
                (Some(last), Some(sum)) if *last == shift => *sum += count,
                _ => {
                    self.shifts.push(shift);
                    self.shift_counts.push(count);
                }
            }
        }
    }
}

impl Chunk {
    /// Begins anew with these rows, whose atoms stand at `places`, ascending.
    pub(crate) fn reset(&mut self, rows: Range<usize>, places: &[u32]) {
        self.counts.clear();
        self.counts.resize(rows.len(), 0);
        self.found.resize(rows.len(), Found::default());
        self.rows = rows;
        self.use_tiles(places.len().div_ceil(TILE));
        for (tile, places) in self.tiles.iter_mut().zip(places.chunks(TILE)) {
            tile.places.clear();
            tile.places.extend_from_slice(places);
        }
    }

    fn use_tiles(&mut self, count: usize) {
        self.tiles_used = count;
        if self.tiles.len() < count {
            self.tiles.resize_with(count, Tile::default);
        }
    }

    /// Finds the hits of every row.
    pub(crate) fn count(&mut self, scene: Scene<'_>, rules: &Rules<'_>) -> Result<(), Error> {
        let Self { rows, counts, found, tiles, tiles_used, scratch } = self;
        let mut column = None;
        for (index, tile) in tiles[..*tiles_used].iter_mut().enumerate() {
            tile.count(scene, rules, scratch, &mut column, |atom, hits, at| {
                let row = atom as usize - rows.start;
                counts[row] = hits;
                found[row] = Found { tile: index as u32, ..at };
            })?;
        }
        Ok(())
    }

    /// Takes over the hits of `other`.
    pub(crate) fn copy_from(&mut self, other: &Self) -> Result<(), Error> {
        self.rows = other.rows.clone();
        self.counts.clone_from(&other.counts);
        self.found.clone_from(&other.found);
        self.use_tiles(other.tiles_used);
        for (tile, other) in self.tiles.iter_mut().zip(&other.tiles[..other.tiles_used]) {
            tile.places.clone_from(&other.places);
            tile.run_counts.clone_from(&other.run_counts);
            tile.runs.clear();
            tile.masks.clear();
            tile.reserve(&other.runs, &other.masks)?;
            tile.runs.extend_from_slice(&other.runs);
            tile.masks.extend_from_slice(&other.masks);
        }
        Ok(())
    }

    /// Drops the hits whose squared distance is not less than `limit`.
    pub(crate) fn refine(&mut self, scene: Scene<'_>, limit: f64) {
        let Self { rows, counts, tiles, tiles_used, .. } = self;
        for tile in &mut tiles[..*tiles_used] {
            tile.refine(scene, limit, |atom, hits| counts[atom as usize - rows.start] = hits);
        }
    }

    /// Writes the rows; `offsets` are those of all rows, `buffers` this chunk's part.
    pub(crate) fn fill(&self, scene: Scene<'_>, offsets: &[usize], buffers: &mut Buffers<'_>) {
        let mut scratch = FillScratch::default();
        let offsets = &offsets[self.rows.start..=self.rows.end];
        for (found, ends) in self.found.iter().zip(offsets.windows(2)) {
            let row = ends[0] - offsets[0]..ends[1] - offsets[0];
            if !row.is_empty() {
                let (place, runs, masks) = self.tiles[found.tile as usize].hits(found);
                fill_row(scene, place, runs, masks, row, buffers, &mut scratch);
            }
        }
    }

    /// Calls `visit` with every pair.
    pub(crate) fn for_each(&self, scene: Scene<'_>, visit: &mut impl FnMut(Pair)) {
        for tile in &self.tiles[..self.tiles_used] {
            tile.atoms().for_each(|(place, runs, masks)| {
                let i = scene.grid.atoms[place];
                for hit in Hits::new(runs, masks) {
                    let vector = scene.displacement(place, hit);
                    visit(Pair {
                        i,
                        j: scene.neighbour(hit),
                        shift: scene.shift(place, hit),
                        distance_squared: crate::linear::dot(vector, vector),
                        vector,
                    });
                }
            });
        }
    }
}

impl Tile {
    fn count(
        &mut self,
        scene: Scene<'_>,
        rules: &Rules<'_>,
        scratch: &mut Scratch,
        column: &mut Option<usize>,
        mut row: impl FnMut(u32, u32, Found),
    ) -> Result<(), Error> {
        let grid = scene.grid;
        let points = scene.points();
        self.run_counts.clear();
        self.runs.clear();
        self.masks.clear();
        for index in 0..self.places.len() {
            let place = self.places[index];
            let atom = grid.atoms[place as usize];
            let reach = rules.reach_of(atom);
            if reach <= 0.0 {
                row(atom, 0, self.keep(&[], &[])?);
                continue;
            }
            let blocks = scratch.candidates(scene, rules, place, column, reach);
            if scratch.masks.len() < blocks {
                scratch.masks.resize(blocks, 0);
            }
            let ball = Ball { center: scene.center(place as usize), limit: rules.limit_of(reach) };
            let vectors = scene.vectors();
            let found =
                ball::select(scene.level, points, ball, vectors, &mut scratch.runs, &mut scratch.masks);
            let (runs, masks) = (&scratch.runs[..found.runs], &mut scratch.masks[..found.masks]);
            // Itself is always a hit (0 < limit) and stands in the first run.
            let own = scene.itself(place) - runs[0].start;
            masks[own as usize / 16] &= !(1 << (own % 16));
            let mut hits = found.hits - 1;
            if rules.are_half() {
                if scene.lattice.is_none() {
                    hits = ball::keep_from(scene.level, &grid.atoms, atom, runs, masks);
                }
                if scene.lattice.is_some() || scene.translations.own_images {
                    hits = drop_hits(runs, masks, |hit| {
                        let neighbour = scene.neighbour(hit);
                        neighbour > atom || (neighbour == atom && scene.shift(place as usize, hit) > [0; 3])
                    });
                }
            }
            if rules.are_selective() {
                hits = drop_hits(runs, masks, |hit| {
                    let d2 = scene.distance_squared(place as usize, hit);
                    rules.admit(atom, scene.neighbour(hit), d2)
                });
            }
            if let Some(k) = rules.neighbors_max.filter(|&k| hits > k) {
                keep_nearest(scene, place as usize, runs, masks, k);
                hits = k;
            }
            let hits = u32::try_from(hits).map_err(|_| Error::TooManyPairs { pairs: hits as f64 })?;
            row(atom, hits, self.keep(runs, masks)?);
        }
        Ok(())
    }

    /// Adds the hits of the next row.
    fn keep(&mut self, runs: &[Run], masks: &[u16]) -> Result<Found, Error> {
        self.reserve(runs, masks)?;
        let index = |at: usize| u32::try_from(at).map_err(|_| Error::TooManyPairs { pairs: at as f64 });
        let found = Found {
            tile: 0,
            slot: self.run_counts.len() as u32,
            run: index(self.runs.len())?,
            mask: index(self.masks.len())?,
        };
        self.run_counts.push(runs.len() as u32);
        self.runs.extend_from_slice(runs);
        self.masks.extend_from_slice(masks);
        Ok(found)
    }

    /// The place, the runs and the masks (and more behind them) of a row.
    fn hits(&self, found: &Found) -> (usize, &[Run], &[u16]) {
        let slot = found.slot as usize;
        let runs = &self.runs[found.run as usize..][..self.run_counts[slot] as usize];
        (self.places[slot] as usize, runs, &self.masks[found.mask as usize..])
    }

    /// Makes room for these beside what is there.
    fn reserve(&mut self, runs: &[Run], masks: &[u16]) -> Result<(), Error> {
        let bytes = size_of_val(masks) + size_of_val(runs);
        let room = self.runs.try_reserve(runs.len()).and_then(|()| self.masks.try_reserve(masks.len()));
        room.map_err(|_| Error::OutOfMemory { bytes })
    }

    fn refine(&mut self, scene: Scene<'_>, limit: f64, mut row: impl FnMut(u32, u32)) {
        let points = scene.points();
        let (mut runs, mut masks) = (&self.runs[..], &mut self.masks[..]);
        for (&place, &count) in self.places.iter().zip(&self.run_counts) {
            let (own_runs, other_runs) = runs.split_at(count as usize);
            let (own_masks, other_masks) = masks.split_at_mut(blocks(own_runs));
            (runs, masks) = (other_runs, other_masks);
            let ball = Ball { center: scene.center(place as usize), limit };
            let vectors = scene.vectors();
            let hits = ball::reselect(scene.level, points, ball, vectors, own_runs, own_masks);
            row(scene.grid.atoms[place as usize], hits as u32); // no more than before
        }
    }

    /// The place, the runs and the masks of each atom.
    fn atoms(&self) -> impl Iterator<Item = (usize, &[Run], &[u16])> {
        let (mut runs, mut masks) = (&self.runs[..], &self.masks[..]);
        self.places.iter().zip(&self.run_counts).map(move |(&place, &count)| {
            let (own_runs, other_runs) = runs.split_at(count as usize);
            let (own_masks, other_masks) = masks.split_at(blocks(own_runs));
            (runs, masks) = (other_runs, other_masks);
            (place as usize, own_runs, own_masks)
        })
    }
}

/// Writes one row.
fn fill_row(
    scene: Scene<'_>,
    place: usize,
    runs: &[Run],
    masks: &[u16],
    row: Range<usize>,
    buffers: &mut Buffers<'_>,
    scratch: &mut FillScratch,
) {
    let grid = scene.grid;
    if let Some(i) = &mut buffers.i {
        i[row.clone()].fill(grid.atoms[place]);
    }
    scratch.counts.resize(runs.len(), 0);
    match (&mut buffers.j, scene.lattice) {
        (Some(j), None) => {
            let j = &mut j[row.clone()];
            ball::gather(scene.level, &grid.atoms, runs, masks, &mut scratch.counts, j);
        }
        (Some(j), Some(lattice)) => {
            count_runs(runs, masks, &mut scratch.counts);
            let mut rest = &mut j[row.clone()];
            for (run, &count) in runs.iter().zip(&scratch.counts) {
                let (own, others) = rest.split_at_mut(count as usize);
                own.fill(grid.atoms[lattice.neighbour(run.translation)]);
                rest = others;
            }
        }
        (None, _) => count_runs(runs, masks, &mut scratch.counts),
    }
    if let Some(shifts) = &mut buffers.shifts {
        fill_shifts(scene, place, runs, masks, scratch, &mut shifts[row.clone()]);
    }
    fill_geometry(scene, place, runs, masks, row, buffers, &mut scratch.staging);
}

/// The shifts of one row: those of the runs, less what wrapping took off each neighbour.
fn fill_shifts(
    scene: Scene<'_>,
    place: usize,
    runs: &[Run],
    masks: &[u16],
    scratch: &mut FillScratch,
    out: &mut [[i32; 3]],
) {
    let grid = scene.grid;
    let packed_shifts = scene.lattice.map_or(&grid.packed_shifts, |lattice| &lattice.packed_shifts);
    scratch.merge(runs.iter().map(|run| scene.run_shift(place, run.translation)));
    if scene.lattice.is_none() && grid.shifts.is_empty() {
        ball::repeat(scene.level, &scratch.shifts, &scratch.shift_counts, out);
    } else if !packed_shifts.is_empty() {
        scratch.packed.resize(out.len(), 0);
        ball::gather(scene.level, packed_shifts, runs, masks, &mut scratch.counts, &mut scratch.packed);
        ball::repeat_less(scene.level, &scratch.shifts, &scratch.shift_counts, &scratch.packed, out);
    } else {
        for (out, hit) in out.iter_mut().zip(Hits::new(runs, masks)) {
            *out = scene.shift(place, hit);
        }
    }
}

/// The distances and vectors of one row.
fn fill_geometry(
    scene: Scene<'_>,
    place: usize,
    runs: &[Run],
    masks: &[u16],
    row: Range<usize>,
    buffers: &mut Buffers<'_>,
    staging: &mut Option<Box<Staging>>,
) {
    let geometry = Geometry {
        distances: buffers.distances.as_deref_mut().map(|out| &mut out[row.clone()]),
        vectors: buffers.vectors.as_deref_mut().map(|out| &mut out[row]),
    };
    if geometry.distances.is_some() || geometry.vectors.is_some() {
        let (center, vectors) = (scene.center(place), scene.vectors());
        ball::measure(
            scene.level,
            scene.points(),
            center,
            vectors,
            runs,
            masks,
            geometry,
            staging.get_or_insert_default(),
        );
    }
}

/// The masks that these runs have.
fn blocks(runs: &[Run]) -> usize {
    runs.iter().map(|run| run.len.div_ceil(16) as usize).sum()
}

/// The hits of each run.
fn count_runs(runs: &[Run], mut masks: &[u16], counts: &mut [u32]) {
    for (run, count) in runs.iter().zip(counts) {
        let (own, others) = masks.split_at(run.len.div_ceil(16) as usize);
        *count = own.iter().map(|mask| mask.count_ones()).sum();
        masks = others;
    }
}

impl Scratch {
    /// Lists the runs of candidates around `place`; gives their blocks.
    fn candidates(
        &mut self,
        scene: Scene<'_>,
        rules: &Rules<'_>,
        place: u32,
        column: &mut Option<usize>,
        reach: f64,
    ) -> usize {
        let grid = scene.grid;
        if let Some(lattice) = scene.lattice {
            return lattice.runs(place as usize, &mut self.runs);
        }
        self.move_to(scene, rules, place, column);
        let brick = grid.frame.turned(grid.position(place as usize));
        self.stencil.runs(scene.level, grid, brick, reach, &mut self.runs)
    }

    /// Makes the stencil that of the column in which `place` stands; places come in ascending order.
    fn move_to(&mut self, scene: Scene<'_>, rules: &Rules<'_>, place: u32, column: &mut Option<usize>) {
        let grid = scene.grid;
        let height = grid.bins[2];
        let end = |column: usize| grid.start[(column + 1) * height];
        if column.is_some_and(|column| place < end(column)) {
            return;
        }
        let mut next = column.map_or(0, |column| column + 1);
        while end(next) <= place {
            next += 1;
        }
        *column = Some(next);
        self.stencil.fill(grid, scene.translations, grid.column(next), rules.reach);
    }
}
