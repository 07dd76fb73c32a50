//! The points of many runs that lie in one ball: neighbours in a grid whose candidates stand in contiguous runs.
//!
//! The points are sorted into columns, and along each column by height. A search asks three things, one call each
//! for all columns around a centre, so that the instruction set is chosen once a centre and not once a run:
//! [`spans`] gives the heights between which a column can touch the ball, [`select`] marks the points of the runs that
//! are inside, and [`gather`] collects what the marks name. Marks come as a flat list of blocks that have some: loops
//! over runs of one block or two would mispredict their end in every run, once a kernel.
//!
//! # Rounding
//! [`select`] computes `d = (x[i] - center) + translation` in each axis and `dx * dx + dy * dy + dz * dz` from left to
//! right, never fused: bit-equal at every level. Negating the translation and swapping point and centre negates
//! every difference exactly, so a pair is seen alike from both ends. [`measure`] draws correctly rounded roots of the
//! same squares. [`spans`] only bounds, with room for the rounding of its roots and squares; a level may give a bin more
//! than another at either end.
//!
//! # Examples
//! ```
//! use simd_kernels::Level;
//! use simd_kernels::ball::{self, Ball, Block, Run};
//! use simd_kernels::distance::planes::Planes;
//!
//! let mut x = vec![0.0, 1.0, 2.0, 3.0];
//! x.resize(4 + ball::BLOCK, 0.0);
//! let zeros = vec![0.0; x.len()];
//! let points = Planes::new(&x, &zeros, &zeros);
//! let ball = Ball { center: [0.0; 3], limit: 1.5 * 1.5 };
//! // The points themselves, and once more 4 to the left.
//! let runs = [Run { start: 0, len: 4, translation: 0 }, Run { start: 0, len: 4, translation: 1 }];
//! let translations = [[0.0; 3], [-4.0, 0.0, 0.0]];
//! let (mut blocks, mut masks) = ([Block::default(); 2], [0; 2]);
//! let selected = ball::select(Level::detect(), points, ball, &translations, &runs, &mut blocks, &mut masks);
//! assert_eq!((selected.blocks, selected.hits), (2, 3));
//! assert_eq!(masks, [0b0011, 0b1000]);
//! ```

use crate::distance::planes::Planes;
use crate::level::{Level, dispatch};
use crate::vector::Vector;

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

/// Points that [`select`] takes at a time; a run may read this many behind its last point.
pub const BLOCK: usize = 16;

/// A centre and the square of a radius: inside is what has a squared distance less than `limit`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ball {
    /// The centre.
    pub center: [f64; 3],
    /// The square of the radius.
    pub limit: f64,
}

/// Consecutive points, all moved by one translation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Run {
    /// The first point.
    pub start: u32,
    /// How many points.
    pub len: u32,
    /// The index of the translation.
    pub translation: u32,
}

/// [`BLOCK`] consecutive points, of which a mask marks some: bit `i` that at `start + i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Block {
    /// The first point.
    pub start: u32,
    /// The index of the translation.
    pub translation: u32,
}

/// What [`select`] kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// Blocks with a point inside, and their masks; they stand in front, in order.
    pub blocks: usize,
    /// Points inside.
    pub hits: usize,
}

/// Eight columns: the rectangle that each stands on, and the height of its floor.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct Columns {
    /// The lower wall along x.
    pub x_min: [f64; 8],
    /// The upper wall along x.
    pub x_max: [f64; 8],
    /// The lower wall along y.
    pub y_min: [f64; 8],
    /// The upper wall along y.
    pub y_max: [f64; 8],
    /// The height where its bins begin.
    pub floor: [f64; 8],
}

impl Columns {
    /// Columns that no ball touches; for the lanes that are left over.
    pub const NOWHERE: Self = Self {
        x_min: [f64::INFINITY; 8],
        x_max: [f64::INFINITY; 8],
        y_min: [f64::INFINITY; 8],
        y_max: [f64::INFINITY; 8],
        floor: [0.0; 8],
    };
}

/// For eight columns the first and the last bin that a ball may touch; the first is greater if there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(32))]
pub struct Spans {
    /// The first bin.
    pub first: [i32; 8],
    /// The last bin.
    pub last: [i32; 8],
}

/// For each column the bins, `1 / scale` high from its floor upwards, that `ball` may touch.
///
/// Spans are wider than the ball by 2^-12 of its half height at the most. The columns' walls and floors and the centre
/// count as exact: who computed them with an error makes the ball larger by it, and by an eps of the largest of them
/// for the differences taken here. Where the centre is NaN, or the limit is not positive, no bin is touched; an infinite
/// limit touches all.
///
/// Time: O(columns).
///
/// # Panics
/// If the lengths differ.
#[inline]
pub fn spans(level: Level, columns: &[Columns], ball: Ball, scale: f64, spans: &mut [Spans]) {
    dispatch!(level, spans(columns, ball, scale, spans))
}

/// Marks the points of the runs that lie inside of `ball`; gives the blocks that have some, in the order of the runs.
///
/// Time: O(points of the runs).
///
/// # Panics
/// If the last [`BLOCK`] of a run ends behind the points, a translation does not exist, or there is not room for every
/// block begun in `blocks` and `masks`.
#[inline]
pub fn select(
    level: Level,
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    runs: &[Run],
    blocks: &mut [Block],
    masks: &mut [u16],
) -> Selected {
    dispatch!(level, select(points, ball, translations, runs, blocks, masks))
}

/// Unmarks the points outside of `ball`, which may be another than they were selected by; gives the number of marks left.
///
/// Time: O(blocks).
///
/// # Panics
/// If a block ends behind the points, or a translation does not exist.
#[inline]
pub fn reselect(
    level: Level,
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    blocks: &[Block],
    masks: &mut [u16],
) -> usize {
    dispatch!(level, reselect(points, ball, translations, blocks, masks))
}

/// Unmarks the points whose id is less than `least`; gives the number of marks left.
///
/// Time: O(blocks).
///
/// # Panics
/// If a block ends behind `ids`.
#[inline]
pub fn keep_from(level: Level, ids: &[u32], least: u32, blocks: &[Block], masks: &mut [u16]) -> usize {
    dispatch!(level, keep_from(ids, least, blocks, masks))
}

/// Writes the `ids` of the marked points to `out`, block by block; gives their number.
///
/// Time: O(blocks).
///
/// # Panics
/// If a block ends behind `ids`, or `out` is shorter than the number of marks.
#[inline]
pub fn gather(level: Level, ids: &[u32], blocks: &[Block], masks: &[u16], out: &mut [u32]) -> usize {
    dispatch!(level, gather(ids, blocks, masks, out))
}

/// Writes `values[k]` `counts[k]` times, for each `k` in turn.
///
/// Time: O(sum of the counts).
///
/// # Panics
/// If `out` has not the length of the sum.
#[inline]
pub fn repeat(level: Level, values: &[[i32; 3]], counts: &[u32], out: &mut [[i32; 3]]) {
    dispatch!(level, repeat(values, counts, out))
}

/// Writes `values[k]` less an offset of its own `counts[k]` times, for each `k` in turn.
///
/// An offset is packed: `x`, `y` and `z` in its lowest three bytes, signed. Differences are modulo 2^32.
///
/// Time: O(sum of the counts).
///
/// # Panics
/// If `out` has not the length of the sum, or `offsets` is shorter.
#[inline]
pub fn repeat_less(level: Level, values: &[[i32; 3]], counts: &[u32], offsets: &[u32], out: &mut [[i32; 3]]) {
    dispatch!(level, repeat_less(values, counts, offsets, out))
}

/// Room for the geometry of marked points; each array given has one entry a mark.
#[derive(Debug, Default)]
pub struct Geometry<'a> {
    /// Distances from the centre.
    pub distances: Option<&'a mut [f64]>,
    /// Vectors from the centre.
    pub vectors: Option<&'a mut [[f64; 3]]>,
}

/// Room of [`measure`] for the places of some marked points.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Staging {
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "only AVX-512 stages"))]
    places: [u32; Self::ROOM],
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "only AVX-512 stages"))]
    translations: [u32; Self::ROOM],
}

impl Staging {
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "only AVX-512 stages"))]
    const POINTS: usize = 240;
    const ROOM: usize = Self::POINTS + BLOCK;
}

impl Default for Staging {
    fn default() -> Self {
        Self { places: [0; Self::ROOM], translations: [0; Self::ROOM] }
    }
}

/// Writes how far the marked points are from `center`, and in which direction, as [`select`] saw them.
///
/// Time: O(blocks).
///
/// # Panics
/// If a marked point or its translation does not exist, or an array is shorter than the number of marks. A block whose
/// other points or translation do not exist panics at some levels and not at others.
#[inline]
#[expect(clippy::too_many_arguments, reason = "those of `select`, and where the results go")]
pub fn measure(
    level: Level,
    points: Planes<'_, f64>,
    center: [f64; 3],
    translations: &[[f64; 3]],
    blocks: &[Block],
    masks: &[u16],
    geometry: Geometry<'_>,
    staging: &mut Staging,
) {
    dispatch!(level, measure(points, center, translations, blocks, masks, geometry, staging))
}

/// The body of [`select`] at every level.
#[inline(always)]
fn select_body<V: Vector<Lane = f64>>(
    proof: V::Proof,
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    runs: &[Run],
    blocks: &mut [Block],
    masks: &mut [u16],
) -> Selected {
    let center = ball.center.map(|c| V::splat(proof, c));
    let limit = V::splat(proof, ball.limit);
    let mut selected = Selected::default();
    for run in runs {
        let translation = translations[run.translation as usize].map(|t| V::splat(proof, t));
        let len = (run.len as usize).next_multiple_of(BLOCK);
        let axes = points.axes(run.start as usize, len).map(|axis| axis.as_chunks::<BLOCK>().0);
        let (mut start, mut left) = (run.start, run.len);
        for ((x, y), z) in axes[0].iter().zip(axes[1]).zip(axes[2]) {
            let marked = mark::<V>(proof, [x, y, z], center, translation, limit);
            let marked = marked & if left < 16 { (1 << left) - 1 } else { u16::MAX };
            // Written in any case, and overwritten if nothing is marked: that is no branch.
            blocks[selected.blocks] = Block { start, translation: run.translation };
            masks[selected.blocks] = marked;
            selected.blocks += usize::from(marked != 0);
            selected.hits += marked.count_ones() as usize;
            (start, left) = (start.wrapping_add(16), left.wrapping_sub(16));
        }
    }
    selected
}

/// The coordinates of a block's points.
#[inline(always)]
fn axes_of<'a>(points: &Planes<'a, f64>, block: &Block) -> [&'a [f64; BLOCK]; 3] {
    let axes = points.axes(block.start as usize, BLOCK);
    axes.map(|axis| axis.first_chunk().expect("as long as was asked for"))
}

/// The ids of a block's points.
#[inline(always)]
fn ids_of<'a>(ids: &'a [u32], block: &Block) -> &'a [u32; BLOCK] {
    ids[block.start as usize..].first_chunk().expect("a block ends with the ids")
}

/// The body of [`reselect`] at every level.
#[inline(always)]
fn reselect_body<V: Vector<Lane = f64>>(
    proof: V::Proof,
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    blocks: &[Block],
    masks: &mut [u16],
) -> usize {
    let center = ball.center.map(|c| V::splat(proof, c));
    let limit = V::splat(proof, ball.limit);
    let mut hits = 0;
    for (block, mask) in blocks.iter().zip(masks) {
        let translation = translations[block.translation as usize].map(|t| V::splat(proof, t));
        *mask &= mark::<V>(proof, axes_of(&points, block), center, translation, limit);
        hits += mask.count_ones() as usize;
    }
    hits
}

/// The body of [`keep_from`] at every level; the compiler makes one comparison of a block.
#[inline(always)]
fn keep_from_body(ids: &[u32], least: u32, blocks: &[Block], masks: &mut [u16]) -> usize {
    let mut hits = 0;
    for (block, mask) in blocks.iter().zip(masks) {
        let ids = ids_of(ids, block);
        *mask &= (0..BLOCK).fold(0, |kept, lane| kept | (u16::from(ids[lane] >= least) << lane));
        hits += mask.count_ones() as usize;
    }
    hits
}

/// The mask of one block.
#[inline(always)]
fn mark<V: Vector<Lane = f64>>(
    proof: V::Proof,
    axes: [&[f64; BLOCK]; 3],
    center: [V; 3],
    translation: [V; 3],
    limit: V,
) -> u16 {
    let mut mask = 0;
    for lane in (0..BLOCK).step_by(V::LANES) {
        let difference = |axis: usize| {
            let x = V::load(proof, &axes[axis][lane..lane + V::LANES]);
            x.sub(proof, center[axis]).add(proof, translation[axis])
        };
        let [dx, dy, dz] = [difference(0), difference(1), difference(2)];
        let [dx2, dy2, dz2] = [dx.mul(proof, dx), dy.mul(proof, dy), dz.mul(proof, dz)];
        mask |= dx2.add(proof, dy2).add(proof, dz2).less(proof, limit) << lane;
    }
    mask
}

/// The body of [`measure`] where there is no instruction to compress: vectors of a block, then mark by mark.
#[inline(always)]
fn measure_body(
    points: Planes<'_, f64>,
    center: [f64; 3],
    translations: &[[f64; 3]],
    blocks: &[Block],
    masks: &[u16],
    geometry: Geometry<'_>,
) {
    let Geometry { mut distances, mut vectors } = geometry;
    let mut at = 0;
    for (block, &mask) in blocks.iter().zip(masks) {
        let t = translations[block.translation as usize];
        let axes = axes_of(&points, block);
        let difference: [[f64; BLOCK]; 3] = core::array::from_fn(|axis| {
            core::array::from_fn(|lane| (axes[axis][lane] - center[axis]) + t[axis])
        });
        let [dx, dy, dz] = &difference;
        let distance: [f64; BLOCK] = core::array::from_fn(|lane| {
            (dx[lane] * dx[lane] + dy[lane] * dy[lane] + dz[lane] * dz[lane]).sqrt()
        });
        let mut rest = mask;
        while rest != 0 {
            let lane = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            if let Some(distances) = &mut distances {
                distances[at] = distance[lane];
            }
            if let Some(vectors) = &mut vectors {
                vectors[at] = [dx[lane], dy[lane], dz[lane]];
            }
            at += 1;
        }
    }
}

/// The body of [`spans`] at every level: straight lines that the compiler turns into vectors.
#[inline(always)]
fn spans_body(columns: &[Columns], ball: Ball, scale: f64, spans: &mut [Spans]) {
    assert!(columns.len() == spans.len(), "{} spans for {} blocks of columns", spans.len(), columns.len());
    let [x, y, z] = ball.center;
    for (column, span) in columns.iter().zip(spans) {
        for lane in 0..8 {
            let gap_x = (column.x_min[lane] - x).max(x - column.x_max[lane]).max(0.0);
            let gap_y = (column.y_min[lane] - y).max(y - column.y_max[lane]).max(0.0);
            let left = ball.limit - (gap_x * gap_x + gap_y * gap_y);
            let half = left.max(0.0).sqrt() * WIDER;
            let height = z - column.floor[lane];
            let first = floor((height - half) * scale);
            let last = floor((height + half) * scale);
            // Without the sum a NaN in z would pass.
            let touched = (left > 0.0) & !(x + y + z).is_nan();
            span.first[lane] = if touched { first } else { i32::MAX };
            span.last[lane] = if touched { last } else { i32::MIN };
        }
    }
}

/// By how much more than its half height a ball is taken to reach: AVX-512 draws roots within 2^-14.
const WIDER: f64 = 1.0 + 1.0 / 8192.0;

/// The greatest integer that is not greater than `x`, within `i32` and away from its ends.
#[inline(always)]
fn floor(x: f64) -> i32 {
    let x = x.clamp(-2_147_483_647.0, 2_147_483_647.0);
    let truncated = x as i32;
    truncated - i32::from(f64::from(truncated) > x)
}

/// Panics unless there is room for `needed` more.
#[inline(always)]
fn check_room(needed: usize, room: usize) {
    assert!(needed <= room, "room for {room} of {needed} that are marked");
}
