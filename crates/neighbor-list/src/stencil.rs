//! Where to look: [`Stencil`], the neighbour columns of a column, and the runs of candidates of an atom in them.

use core::ops::RangeInclusive;

use simd_kernels::Level;
use simd_kernels::ball::{self, BLOCK, Ball, Columns, Run, Spans};

use crate::grid::Grid;
use crate::linear::dot;
use crate::{Error, memory};

/// All translations that the search may need, so that a run names one by its index.
#[derive(Debug, Default)]
pub(crate) struct Translations {
    /// The most cells away along the brick's x, y and z.
    reach: [i64; 3],
    /// `S` in the caller's order.
    pub(crate) shifts: Vec<[i32; 3]>,
    /// `S · cell` in original coordinates.
    pub(crate) vectors: Vec<[f64; 3]>,
    /// The greatest number in them.
    pub(crate) shift_max: i32,
    /// Whether an atom may be the neighbour of its own image.
    pub(crate) own_images: bool,
}

/// More images than this, each of which needs 36 bytes here, are beyond any list that could be stored.
const IMAGES_MAX: f64 = (1 << 24) as f64;

impl Translations {
    /// Tables for every image within `reach` of the brick.
    pub(crate) fn fill(&mut self, grid: &Grid, cell: &crate::Cell, reach: f64) -> Result<(), Error> {
        let frame = &grid.frame;
        let [a, b, _] = frame.basis;
        let reach = reach + 2.0 * frame.slack;
        let cells = |axis: usize, tilt: f64| {
            let side = frame.extent[axis];
            if frame.periodic[axis] { ((reach + tilt) / side + 1e-6).floor() + 1.0 } else { 0.0 }
        };
        // Along y and z the images of a skewed cell are also offset by those before: `tilt`.
        let na = cells(0, 0.0);
        let nb = cells(1, na * a[1].abs());
        // And `ball::spans` may look 2^-12 of the reach too far along z.
        let nc = cells(2, na * a[2].abs() + nb * b[2].abs() + reach / 4096.0);
        let images = (2.0 * na + 1.0) * (2.0 * nb + 1.0) * (2.0 * nc + 1.0);
        let too_many = Error::TooManyPairs { pairs: images * (grid.len() as f64).powi(2) };
        if images.is_nan() || images > IMAGES_MAX {
            return Err(too_many);
        }
        self.reach = [na, nb, nc].map(|cells| cells as i64);
        self.shifts.clear();
        self.vectors.clear();
        self.own_images = false;
        memory::reserve(&mut self.shifts, images as usize)?;
        memory::reserve(&mut self.vectors, images as usize)?;
        let (shift_max, [a, b, c]) = frame.image_shifts(self.reach).ok_or(too_many)?;
        self.shift_max = shift_max;
        let [na, nb, nc] = self.reach.map(|cells| cells as i32);
        for sa in -na..=na {
            for sb in -nb..=nb {
                let column: [i32; 3] = core::array::from_fn(|x| sa * a[x] + sb * b[x]);
                let shifts = (-nc..=nc).map(|sc| core::array::from_fn(|x| column[x] + sc * c[x]));
                self.shifts.extend(shifts);
            }
        }
        self.vectors.extend(self.shifts.iter().map(|&shift| cell.translation(shift)));
        let near = |(shift, &vector): (&[i32; 3], &[f64; 3])| {
            *shift != [0; 3] && dot(vector, vector) <= reach * reach
        };
        self.own_images = self.shifts.iter().zip(&self.vectors).any(near);
        Ok(())
    }

    /// The index of `(sa, sb, 0)`; that of `(sa, sb, sc)` is `sc` more.
    fn index(&self, sa: i64, sb: i64) -> u32 {
        let [na, nb, nc] = self.reach;
        (((sa + na) * (2 * nb + 1) + (sb + nb)) * (2 * nc + 1) + nc) as u32
    }
}

/// The columns that atoms of one column may have neighbours in, the column itself first.
#[derive(Debug, Default)]
pub(crate) struct Stencil {
    /// Their walls in the brick's coordinates, moved by the translation of their image; the last block is padded.
    walls: Vec<Columns>,
    /// Their first bin, and the index of their translation with `sc = 0`.
    columns: Vec<(u32, u32)>,
    /// Scratch: the bins to search in each.
    spans: Vec<Spans>,
}

impl Stencil {
    /// Lists the columns within `reach` of the column at `(ix, iy)`.
    pub(crate) fn fill(
        &mut self,
        grid: &Grid,
        translations: &Translations,
        (ix, iy): (usize, usize),
        reach: f64,
    ) {
        let frame = &grid.frame;
        let reach = reach + 2.0 * frame.slack;
        let a = frame.basis[0];
        let [wx, wy, _] = grid.width;
        let [nx, ny, _] = grid.bins.map(|bins| bins as i64);
        let (x0, y0) = (ix as f64 * wx, iy as f64 * wy);
        self.walls.clear();
        self.columns.clear();
        self.push(grid, translations, [ix as i64, iy as i64], [0, 0], [x0, y0]);
        for gx in around(x0, wx, reach, nx, frame.periodic[0]) {
            let sa = gx.div_euclid(nx);
            let wall_x = gx as f64 * wx;
            let tilt = sa as f64 * a[1];
            for gy in around(y0 - tilt, wy, reach, ny, frame.periodic[1]) {
                let sb = gy.div_euclid(ny);
                let wall_y = gy as f64 * wy + tilt;
                let (gap_x, gap_y) = (gap(x0, wall_x, wx), gap(y0, wall_y, wy));
                let itself = (gx, gy) == (ix as i64, iy as i64);
                if gap_x * gap_x + gap_y * gap_y < reach * reach && !itself {
                    self.push(grid, translations, [gx - sa * nx, gy - sb * ny], [sa, sb], [wall_x, wall_y]);
                }
            }
        }
        self.spans.resize(self.walls.len(), Spans::default());
    }

    /// Adds the column at `[jx, jy]` in the image `[sa, sb]`, whose lower walls stand at `wall` above the origin.
    fn push(
        &mut self,
        grid: &Grid,
        translations: &Translations,
        [jx, jy]: [i64; 2],
        [sa, sb]: [i64; 2],
        wall: [f64; 2],
    ) {
        let frame = &grid.frame;
        let lane = self.columns.len() % 8;
        if lane == 0 {
            self.walls.push(Columns::NOWHERE);
        }
        let block = self.walls.last_mut().expect("a block was pushed with its first column");
        block.x_min[lane] = frame.origin[0] + wall[0];
        block.x_max[lane] = frame.origin[0] + wall[0] + grid.width[0];
        block.y_min[lane] = frame.origin[1] + wall[1];
        block.y_max[lane] = frame.origin[1] + wall[1] + grid.width[1];
        block.floor[lane] = frame.origin[2] + (sa as f64 * frame.basis[0][2] + sb as f64 * frame.basis[1][2]);
        let first_bin = grid.first_bin(jx as usize, jy as usize);
        self.columns.push((first_bin as u32, translations.index(sa, sb)));
    }

    /// The runs of atoms that may lie within `reach` of `center` (in the brick's coordinates), and how many blocks
    /// they have. The first run is that of the center's own surroundings, without translation.
    pub(crate) fn runs(
        &mut self,
        level: Level,
        grid: &Grid,
        center: [f64; 3],
        reach: f64,
        runs: &mut Vec<Run>,
    ) -> usize {
        let reach = reach + 2.0 * grid.frame.slack;
        let ball = Ball { center, limit: reach * reach };
        ball::spans(level, &self.walls, ball, grid.bins_per_height(), &mut self.spans);
        runs.clear();
        let nz = grid.bins[2] as i32;
        let mut blocks = 0;
        let mut push = |first_bin: u32, first: i32, last: i32, translation: u32| {
            let bin = first_bin as usize;
            let start = grid.start[bin + first as usize];
            let len = grid.start[bin + last as usize + 1] - start;
            if len > 0 {
                runs.push(Run { start, len, translation });
                blocks += len.div_ceil(BLOCK as u32) as usize;
            }
        };
        for (columns, spans) in self.columns.chunks(8).zip(&self.spans) {
            for ((&(bin, translation), first), last) in columns.iter().zip(spans.first).zip(spans.last) {
                if first > last {
                    continue;
                }
                if first < nz && last >= 0 {
                    push(bin, first.max(0), last.min(nz - 1), translation);
                }
                if grid.frame.periodic[2] && (first < 0 || last >= nz) {
                    for sc in (first.div_euclid(nz)..=last.div_euclid(nz)).filter(|&sc| sc != 0) {
                        let (first, last) = ((first - sc * nz).max(0), (last - sc * nz).min(nz - 1));
                        push(bin, first, last, translation.wrapping_add_signed(sc));
                    }
                }
            }
        }
        blocks
    }
}

/// The columns of width `width` that reach into `reach` around the one whose lower wall stands at `low`; beyond the
/// brick they are images, which an open axis has none of.
fn around(low: f64, width: f64, reach: f64, columns: i64, periodic: bool) -> RangeInclusive<i64> {
    // The width is 0 where all atoms of an open axis lie in one plane: 0 / 0 ends as column 0.
    let first = ((low - reach) / width).floor() as i64;
    let last = ((low + width + reach) / width).floor() as i64;
    if periodic { first..=last } else { first.clamp(0, columns - 1)..=last.clamp(0, columns - 1) }
}

/// The gap between two intervals of one width that begin at `p` and `q`.
fn gap(p: f64, q: f64, width: f64) -> f64 {
    ((p - q).abs() - width).max(0.0)
}
