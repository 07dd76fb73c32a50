//! A share of the rows: [`Chunk`], counted by one thread and then filled by one.
//!
//! The count pass stores for each atom the blocks of candidates that hold a hit and a bit for each candidate. The fill
//! pass only expands these bits, so the two cannot disagree on how long a row is.

use core::ops::Range;

use simd_kernels::ball::{self, Ball, Block, Geometry, Run, Staging};
use simd_kernels::prefetch_bytes;

use crate::hits::{Hits, drop_hits, keep_nearest};
use crate::rules::Rules;
use crate::scene::Scene;
use crate::stencil::Stencil;
use crate::{Buffers, Error, Pair, memory};

/// Atoms whose blocks and masks share an allocation: enough to make allocations rare, few enough that the one tile that
/// grows by doubling does not count.
const TILE: usize = 128;

/// How long before a row is written its hits are asked for.
const ROWS_AHEAD: usize = 4;

/// Some consecutive rows.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// The atoms whose rows these are.
    pub(crate) rows: Range<usize>,
    /// How many pairs each row has.
    pub(crate) counts: Vec<u32>,
    /// Where the hits of each row are, as `tile * TILE + slot`: rows are counted in the order of the grid, in which they
    /// share candidates, and written in their own, in which the outputs are streams.
    slots: Vec<u32>,
    /// The first `tiles_used` count; the others keep their memory for later.
    tiles: Vec<Tile>,
    tiles_used: usize,
    scratch: Scratch,
}

/// Up to [`TILE`] atoms of a chunk, neighbours in space.
#[derive(Debug, Default)]
struct Tile {
    /// Their places in the grid.
    places: Vec<u32>,
    /// Where the segments and blocks of each of them end.
    ends: Vec<[u32; 2]>,
    segments: Vec<Segment>,
    /// Where each block starts, and its marks.
    starts: Vec<u32>,
    masks: Vec<u16>,
}

/// Consecutive blocks of one translation: the memory that a search needs beside its outputs is that of the blocks.
#[derive(Clone, Copy, Debug)]
struct Segment {
    blocks: u32,
    translation: u32,
}

#[derive(Debug, Default)]
struct Scratch {
    tile: Tile,
    stencil: Stencil,
    runs: Vec<Run>,
    blocks: Vec<Block>,
    masks: Vec<u16>,
}

#[derive(Debug, Default)]
struct FillScratch {
    blocks: Vec<Block>,
    /// The shifts of the blocks, neighbours of one shift taken together, and the hits of each.
    shifts: Vec<[i32; 3]>,
    shift_counts: Vec<u32>,
    /// What wrapping took off each neighbour.
    packed: Vec<u32>,
    staging: Option<Box<Staging>>,
}

impl FillScratch {
    /// Notes what shifts the blocks of a row have, and how many hits each.
    fn merge(&mut self, scene: Scene<'_>, place: usize, blocks: &[Block], masks: &[u16]) {
        self.shifts.clear();
        self.shift_counts.clear();
        let mut translation = None;
        for (block, mask) in blocks.iter().zip(masks) {
            let hits = mask.count_ones();
            if translation != Some(block.translation) {
                translation = Some(block.translation);
                let shift = scene.run_shift(place, block.translation);
                if self.shifts.last() != Some(&shift) {
                    self.shifts.push(shift);
                    self.shift_counts.push(0);
                }
            }
            if let Some(count) = self.shift_counts.last_mut() {
                *count += hits;
            }
        }
    }
}

impl Chunk {
    /// Begins anew with these rows, whose atoms stand at `places`, ascending.
    pub(crate) fn reset(&mut self, rows: Range<usize>, places: &[u32]) -> Result<(), Error> {
        memory::fill(&mut self.counts, rows.len(), 0)?;
        memory::fill(&mut self.slots, rows.len(), 0)?;
        self.rows = rows;
        self.use_tiles(places.len().div_ceil(TILE))?;
        for (tile, places) in self.tiles.iter_mut().zip(places.chunks(TILE)) {
            memory::copy(&mut tile.places, places)?;
        }
        Ok(())
    }

    /// No row; memory is kept.
    pub(crate) fn clear(&mut self) {
        self.rows = 0..0;
        self.counts.clear();
        self.slots.clear();
        self.tiles_used = 0;
    }

    fn use_tiles(&mut self, count: usize) -> Result<(), Error> {
        self.tiles_used = 0;
        let more = count.saturating_sub(self.tiles.len());
        if more > 0 {
            memory::reserve_exact(&mut self.tiles, more)?;
            self.tiles.resize_with(count, Tile::default);
        }
        self.tiles_used = count;
        Ok(())
    }

    /// Finds the hits of every row.
    pub(crate) fn count(&mut self, scene: Scene<'_>, rules: &Rules<'_>) -> Result<(), Error> {
        let Self { rows, counts, slots, tiles, tiles_used, scratch } = self;
        let mut column = None;
        // Counted into one tile whose memory grows, then copied to memory of just their size.
        let mut growing = core::mem::take(&mut scratch.tile);
        for (index, tile) in tiles[..*tiles_used].iter_mut().enumerate() {
            growing.clear();
            let mut slot = (index * TILE) as u32;
            tile.count(scene, rules, scratch, &mut column, &mut growing, |atom, hits| {
                let row = atom as usize - rows.start;
                (counts[row], slots[row]) = (hits, slot);
                slot += 1;
            })?;
            tile.copy_from(&growing)?;
        }
        scratch.tile = growing;
        Ok(())
    }

    /// Takes over the hits of `other`.
    pub(crate) fn copy_from(&mut self, other: &Self) -> Result<(), Error> {
        self.rows = other.rows.clone();
        memory::copy(&mut self.counts, &other.counts)?;
        memory::copy(&mut self.slots, &other.slots)?;
        self.use_tiles(other.tiles_used)?;
        for (tile, other) in self.tiles.iter_mut().zip(&other.tiles[..other.tiles_used]) {
            memory::copy(&mut tile.places, &other.places)?;
            tile.copy_from(other)?;
        }
        Ok(())
    }

    /// Drops the hits whose squared distance is not less than `limit`.
    pub(crate) fn refine(&mut self, scene: Scene<'_>, limit: f64) {
        let Self { rows, counts, tiles, tiles_used, scratch, .. } = self;
        for tile in &mut tiles[..*tiles_used] {
            tile.refine(scene, limit, &mut scratch.blocks, |atom, hits| {
                counts[atom as usize - rows.start] = hits
            });
        }
    }

    /// Writes the rows; `offsets` are those of all rows, `buffers` this chunk's part.
    pub(crate) fn fill(&self, scene: Scene<'_>, offsets: &[usize], buffers: &mut Buffers<'_>) {
        let mut scratch = FillScratch::default();
        let offsets = &offsets[self.rows.start..=self.rows.end];
        for (index, (&slot, ends)) in self.slots.iter().zip(offsets.windows(2)).enumerate() {
            if let Some(&ahead) = self.slots.get(index + ROWS_AHEAD) {
                self.tiles[ahead as usize / TILE].prefetch(ahead as usize % TILE);
            }
            let row = ends[0] - offsets[0]..ends[1] - offsets[0];
            if !row.is_empty() {
                let (tile, slot) = (&self.tiles[slot as usize / TILE], slot as usize % TILE);
                let mut blocks = core::mem::take(&mut scratch.blocks);
                let masks = tile.hits(slot, &mut blocks);
                fill_row(scene, tile.places[slot] as usize, &blocks, masks, row, buffers, &mut scratch);
                scratch.blocks = blocks;
            }
        }
    }

    /// Calls `visit` with the place and the hits of every row.
    #[inline]
    pub(crate) fn for_each_row(&self, mut visit: impl FnMut(u32, Hits<'_>)) {
        let mut blocks = Vec::new();
        for tile in &self.tiles[..self.tiles_used] {
            for (slot, &place) in tile.places.iter().enumerate() {
                let masks = tile.hits(slot, &mut blocks);
                visit(place, Hits::new(&blocks, masks));
            }
        }
    }

    /// Calls `visit` with every pair.
    pub(crate) fn for_each(&self, scene: Scene<'_>, visit: &mut impl FnMut(Pair)) {
        self.for_each_row(|place, hits| {
            let (place, i) = (place as usize, scene.grid.atoms[place as usize]);
            for hit in hits {
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

impl Tile {
    /// Finds the hits of every row, for `found`.
    fn count(
        &self,
        scene: Scene<'_>,
        rules: &Rules<'_>,
        scratch: &mut Scratch,
        column: &mut Option<usize>,
        found: &mut Self,
        mut row: impl FnMut(u32, u32),
    ) -> Result<(), Error> {
        let grid = scene.grid;
        let points = scene.points();
        for index in 0..self.places.len() {
            let place = self.places[index];
            let atom = grid.atoms[place as usize];
            let reach = rules.reach_of(atom);
            if reach <= 0.0 {
                found.keep(&[], &[])?;
                row(atom, 0);
                continue;
            }
            let blocks = scratch.candidates(scene, rules, place, column, reach);
            if scratch.masks.len().min(scratch.blocks.len()) < blocks {
                memory::fill(&mut scratch.masks, blocks, 0)?;
                memory::fill(&mut scratch.blocks, blocks, Block::default())?;
            }
            let ball = Ball { center: scene.center(place as usize), limit: rules.limit_of(reach) };
            let vectors = scene.vectors();
            let Scratch { runs, blocks, masks, .. } = scratch;
            let selected = ball::select(scene.level, points, ball, vectors, runs, blocks, masks);
            let (blocks, masks) = (&blocks[..selected.blocks], &mut masks[..selected.blocks]);
            // Itself is always a hit (0 < limit), and in the first run: no other block before that holds its place.
            let own = scene.itself(place);
            let place_in = |block: &Block| own.wrapping_sub(block.start);
            if let Some(at) = blocks.iter().position(|block| place_in(block) < 16) {
                masks[at] &= !(1 << place_in(&blocks[at]));
            }
            let mut hits = selected.hits - 1;
            if rules.are_half() {
                if scene.lattice.is_none() {
                    hits = ball::keep_from(scene.level, &grid.atoms, atom, blocks, masks);
                }
                if scene.lattice.is_some() || scene.translations.own_images {
                    hits = drop_hits(blocks, masks, |hit| {
                        let neighbour = scene.neighbour(hit);
                        neighbour > atom || (neighbour == atom && scene.shift(place as usize, hit) > [0; 3])
                    });
                }
            }
            if rules.are_selective() {
                hits = drop_hits(blocks, masks, |hit| {
                    let d2 = scene.distance_squared(place as usize, hit);
                    rules.admit(atom, scene.neighbour(hit), d2)
                });
            }
            if let Some(k) = rules.neighbors_max.filter(|&k| hits > k) {
                keep_nearest(scene, place as usize, blocks, masks, k);
                hits = k;
            }
            let hits = u32::try_from(hits).map_err(|_| Error::TooManyPairs { pairs: hits as f64 })?;
            found.keep(blocks, masks)?;
            row(atom, hits);
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.segments.clear();
        self.starts.clear();
        self.masks.clear();
    }

    /// Takes over the hits of `other`, whose places are those of this.
    fn copy_from(&mut self, other: &Self) -> Result<(), Error> {
        memory::copy(&mut self.ends, &other.ends)?;
        memory::copy(&mut self.segments, &other.segments)?;
        memory::copy(&mut self.starts, &other.starts)?;
        memory::copy(&mut self.masks, &other.masks)
    }

    /// Adds the hits of the next row.
    fn keep(&mut self, blocks: &[Block], masks: &[u16]) -> Result<(), Error> {
        memory::reserve(&mut self.ends, 1)?;
        memory::reserve(&mut self.starts, blocks.len())?;
        memory::reserve(&mut self.masks, blocks.len())?;
        for own in blocks.chunk_by(|a, b| a.translation == b.translation) {
            memory::reserve(&mut self.segments, 1)?;
            self.segments.push(Segment { blocks: own.len() as u32, translation: own[0].translation });
        }
        self.starts.extend(blocks.iter().map(|block| block.start));
        self.masks.extend_from_slice(masks);
        let end = |at: usize| u32::try_from(at).map_err(|_| Error::TooManyPairs { pairs: 16.0 * at as f64 });
        self.ends.push([end(self.segments.len())?, end(self.starts.len())?]);
        Ok(())
    }

    /// Where the segments and the blocks of a row are.
    fn ranges(&self, slot: usize) -> [Range<usize>; 2] {
        let first = slot.checked_sub(1).map_or([0; 2], |before| self.ends[before]);
        core::array::from_fn(|k| first[k] as usize..self.ends[slot][k] as usize)
    }

    /// Asks for the hits of a row: rows are written in the order of the atoms, in which their hits stand anywhere.
    fn prefetch(&self, slot: usize) {
        let [segments, own] = self.ranges(slot);
        prefetch_all(&self.segments[segments]);
        prefetch_all(&self.starts[own.clone()]);
        prefetch_all(&self.masks[own]);
    }

    /// Writes the blocks of a row to `blocks`; gives their masks.
    fn hits(&self, slot: usize, blocks: &mut Vec<Block>) -> &[u16] {
        let [segments, own] = self.ranges(slot);
        let mut rest = &self.starts[own.clone()];
        blocks.clear();
        for &Segment { blocks: count, translation } in &self.segments[segments] {
            let (starts, others) = rest.split_at(count as usize);
            blocks.extend(starts.iter().map(|&start| Block { start, translation }));
            rest = others;
        }
        &self.masks[own]
    }

    fn refine(
        &mut self,
        scene: Scene<'_>,
        limit: f64,
        blocks: &mut Vec<Block>,
        mut row: impl FnMut(u32, u32),
    ) {
        let points = scene.points();
        for slot in 0..self.places.len() {
            let place = self.places[slot] as usize;
            self.hits(slot, blocks);
            let [_, own] = self.ranges(slot);
            let ball = Ball { center: scene.center(place), limit };
            let masks = &mut self.masks[own];
            let hits = ball::reselect(scene.level, points, ball, scene.vectors(), blocks, masks);
            row(scene.grid.atoms[place], hits as u32); // no more than before
        }
    }
}

/// Asks for so many lines of `items` as a row of a hundred hits has.
fn prefetch_all<T>(items: &[T]) {
    const BYTES_MAX: usize = 512;
    prefetch_bytes(items.as_ptr(), size_of_val(items).min(BYTES_MAX));
}

/// Writes one row.
fn fill_row(
    scene: Scene<'_>,
    place: usize,
    blocks: &[Block],
    masks: &[u16],
    row: Range<usize>,
    buffers: &mut Buffers<'_>,
    scratch: &mut FillScratch,
) {
    let grid = scene.grid;
    if let Some(i) = &mut buffers.i {
        i[row.clone()].fill(grid.atoms[place]);
    }
    match (&mut buffers.j, scene.lattice) {
        (Some(j), None) => {
            ball::gather(scene.level, &grid.atoms, blocks, masks, &mut j[row.clone()]);
        }
        (Some(j), Some(lattice)) => {
            let mut rest = &mut j[row.clone()];
            for (block, mask) in blocks.iter().zip(masks) {
                let (own, others) = rest.split_at_mut(mask.count_ones() as usize);
                own.fill(grid.atoms[lattice.neighbour(block.translation)]);
                rest = others;
            }
        }
        (None, _) => {}
    }
    if let Some(shifts) = &mut buffers.shifts {
        fill_shifts(scene, place, blocks, masks, scratch, &mut shifts[row.clone()]);
    }
    fill_geometry(scene, place, blocks, masks, row, buffers, &mut scratch.staging);
}

/// The shifts of one row: those of the blocks, less what wrapping took off each neighbour.
fn fill_shifts(
    scene: Scene<'_>,
    place: usize,
    blocks: &[Block],
    masks: &[u16],
    scratch: &mut FillScratch,
    out: &mut [[i32; 3]],
) {
    let grid = scene.grid;
    let packed_shifts = scene.lattice.map_or(&grid.packed_shifts, |lattice| &lattice.packed_shifts);
    scratch.merge(scene, place, blocks, masks);
    if scene.lattice.is_none() && grid.shifts.is_empty() {
        ball::repeat(scene.level, &scratch.shifts, &scratch.shift_counts, out);
    } else if !packed_shifts.is_empty() {
        scratch.packed.resize(out.len(), 0);
        ball::gather(scene.level, packed_shifts, blocks, masks, &mut scratch.packed);
        ball::repeat_less(scene.level, &scratch.shifts, &scratch.shift_counts, &scratch.packed, out);
    } else {
        for (out, hit) in out.iter_mut().zip(Hits::new(blocks, masks)) {
            *out = scene.shift(place, hit);
        }
    }
}

/// The distances and vectors of one row.
fn fill_geometry(
    scene: Scene<'_>,
    place: usize,
    blocks: &[Block],
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
            blocks,
            masks,
            geometry,
            staging.get_or_insert_default(),
        );
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
