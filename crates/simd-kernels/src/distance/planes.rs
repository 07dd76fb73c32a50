//! One point against many in three dimensions, their coordinates in one slice an axis.
//!
//! # Rounding
//! Always `dx * dx + dy * dy + dz * dz` with `dx = x[i] - center[0]` and so on, added from left to right and never
//! fused: bit-equal at every level, in every position of a run. A NaN coordinate gives a NaN, which is within nothing.
//!
//! # Examples
//! ```
//! use simd_kernels::Level;
//! use simd_kernels::distance::planes::{self, Planes};
//!
//! let (x, y, z) = ([0.0, 1.0, 2.0, 3.0], [0.0; 4], [0.0; 4]);
//! let points = Planes::new(&x, &y, &z);
//! let mut masks = [0];
//! let hits = planes::within(Level::detect(), points.run(1..4), [1.5, 0.0, 0.0], 1.0, &mut masks);
//! assert_eq!((hits, masks), (2, [0b011]));
//! ```

use core::ops::Range;

use super::Float;
use crate::level::{Level, dispatch};
use crate::vector::{Sealed, Vector};

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod scalar;

/// Points in three dimensions, one slice an axis: a run of them, and the room behind it.
///
/// The kernels take sixteen points at a time and ignore those behind the run; only where the slices end sooner do
/// they need a slower way. So cut runs with [`Planes::run`] out of long slices, and pad those with 15 points of any
/// value.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a, T> {
    // Invariant: the three have one length, and `len` is at most that.
    x: &'a [T],
    y: &'a [T],
    z: &'a [T],
    len: usize,
}

impl<'a, T: Float> Planes<'a, T> {
    /// All points of the three slices.
    ///
    /// # Panics
    /// If their lengths differ.
    #[inline]
    pub fn new(x: &'a [T], y: &'a [T], z: &'a [T]) -> Self {
        // One by one: comparing arrays goes through the stack, where a wide load waits for all stores before it.
        let same = x.len() == y.len() && x.len() == z.len();
        assert!(same, "coordinates of lengths {:?}", [x.len(), y.len(), z.len()]);
        Self { x, y, z, len: x.len() }
    }

    /// The points of `range`; those behind it stay as room for whole vectors.
    ///
    /// # Panics
    /// If `range` is not within these points.
    #[inline]
    pub fn run(self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.len, "run {range:?} of {} points", self.len);
        let from = range.start;
        Self { x: &self.x[from..], y: &self.y[from..], z: &self.z[from..], len: range.end - from }
    }

    /// The number of points.
    #[inline]
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there is no point.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// All of each axis, the points behind the run included.
    #[cfg(all(feature = "std", target_arch = "x86_64"))] // for `ball`
    #[inline(always)]
    pub(crate) fn whole(&self) -> [&'a [T]; 3] {
        [self.x, self.y, self.z]
    }

    /// `len` points from `start` of each axis, those behind the run included.
    #[cfg(feature = "std")] // for `ball`
    #[inline(always)]
    pub(crate) fn axes(&self, start: usize, len: usize) -> [&'a [T]; 3] {
        [self.x, self.y, self.z].map(|axis| &axis[start..start + len])
    }
}

/// The squared distance of each point from `center`, in the coordinates' unit squared.
///
/// Time: O(n).
///
/// # Panics
/// If `out` has not the length of `points`.
#[inline]
pub fn squared_distances<T: Float>(level: Level, points: Planes<'_, T>, center: [T; 3], out: &mut [T]) {
    dispatch!(level, squared_distances(points, center, out))
}

/// Marks the points whose squared distance from `center` is less than `limit`; gives their number.
///
/// Bit `i % 16` of `masks[i / 16]` is for point `i`; bits behind the last point are cleared. [`crate::compress`] reads
/// such masks.
///
/// Time: O(n).
///
/// # Panics
/// If there is not one mask for each 16 points begun.
#[inline]
pub fn within<T: Float>(
    level: Level,
    points: Planes<'_, T>,
    center: [T; 3],
    limit: T,
    masks: &mut [u16],
) -> usize {
    dispatch!(level, within(points, center, limit, masks))
}

/// The body of [`squared_distances`] at every level: the compiler's own vectors are as good as written ones here.
#[inline(always)]
fn squared_distances_body<T: Float>(points: Planes<'_, T>, center: [T; 3], out: &mut [T]) {
    let n = points.len;
    assert!(out.len() == n, "room for {} distances of {n} points", out.len());
    let (x, y, z) = (&points.x[..n], &points.y[..n], &points.z[..n]);
    for (((d2, &x), &y), &z) in out.iter_mut().zip(x).zip(y).zip(z) {
        let [dx, dy, dz] = [x - center[0], y - center[1], z - center[2]];
        *d2 = dx * dx + dy * dy + dz * dz;
    }
}

/// The body of [`within`] at every level.
#[inline(always)]
fn within_body<V: Vector>(
    proof: V::Proof,
    points: Planes<'_, V::Lane>,
    center: [V::Lane; 3],
    limit: V::Lane,
    masks: &mut [u16],
) -> usize {
    let n = points.len;
    assert!(masks.len() == n.div_ceil(16), "{} masks for {n} points", masks.len());
    let room = points.x.len();
    // Of one length, as the compiler can see now.
    let axes = [points.x, &points.y[..room], &points.z[..room]];
    let center = center.map(|c| V::splat(proof, c));
    let limit = V::splat(proof, limit);
    let mut hits = 0;
    for (i, mask) in masks.iter_mut().enumerate() {
        let start = 16 * i;
        let marked = if start + 16 <= room {
            block::<V>(proof, axes.map(|axis| &axis[start..start + 16]), center, limit)
        } else {
            let mut padded = [[V::Lane::ZERO; 16]; 3];
            for (padded, axis) in padded.iter_mut().zip(axes) {
                padded[..room - start].copy_from_slice(&axis[start..]);
            }
            block::<V>(proof, padded.each_ref().map(|axis| &axis[..]), center, limit)
        };
        let counted = if n - start < 16 { (1 << (n - start)) - 1 } else { u16::MAX };
        *mask = marked & counted;
        hits += mask.count_ones() as usize;
    }
    hits
}

/// The mask of sixteen points.
#[inline(always)]
fn block<V: Vector>(proof: V::Proof, axes: [&[V::Lane]; 3], center: [V; 3], limit: V) -> u16 {
    let mut mask = 0;
    for lane in (0..16).step_by(V::LANES) {
        let difference = |axis: usize| {
            let x = V::load(proof, &axes[axis][lane..lane + V::LANES]);
            x.sub(proof, center[axis])
        };
        let [dx, dy, dz] = [difference(0), difference(1), difference(2)];
        let [dx2, dy2, dz2] = [dx.mul(proof, dx), dy.mul(proof, dy), dz.mul(proof, dz)];
        mask |= dx2.add(proof, dy2).add(proof, dz2).less(proof, limit) << lane;
    }
    mask
}
