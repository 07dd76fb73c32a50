//! What a distance is: [`Metric`] for any point type, and the metrics that ship with the crate.
//!
//! Every engine ranks by the same number, [`Metric::distance`] in f64, and then by the point's index. Kernels in f32
//! only ever rule points out, by bounds that are certified against that number ([`Blocks`] says how).

mod angular;
mod check;
mod hamming;
mod haversine;
mod vector;

pub use angular::{Angular, Cosine};
pub use check::{Violation, check_metric};
pub use hamming::Hamming;
pub use haversine::Haversine;
pub use simd_kernels::panel::Norm;
pub use vector::{Chebyshev, Euclidean, Manhattan, SquaredEuclidean};

use crate::{Error, Residual};

/// A distance between two points.
///
/// [`Scan`](crate::Scan) is exact for any symmetric function. [`CoverTree`](crate::CoverTree) prunes by the triangle
/// inequality, which [`Metric::triangle`] of the distance must obey up to [`Metric::rounding`];
/// [`check_metric`] looks for triples that break it. A metric that lies makes answers wrong, and nothing worse. A
/// distance that is NaN counts as infinite.
///
/// # Examples
/// The distance of two words, as any user might bring it:
/// ```
/// use cover_tree::{CoverTree, Index, Metric};
///
/// struct Levenshtein;
///
/// impl Metric<String> for Levenshtein {
///     fn distance(&self, a: &String, b: &String) -> f64 {
///         let b: Vec<char> = b.chars().collect();
///         let mut row: Vec<usize> = (0..=b.len()).collect();
///         for (i, x) in a.chars().enumerate() {
///             let mut diagonal = std::mem::replace(&mut row[0], i + 1);
///             for (j, &y) in b.iter().enumerate() {
///                 let change = diagonal + usize::from(x != y);
///                 let least = change.min(row[j] + 1).min(row[j + 1] + 1);
///                 diagonal = std::mem::replace(&mut row[j + 1], least);
///             }
///         }
///         row[b.len()] as f64
///     }
/// }
///
/// let words: Vec<String> = ["tree", "three", "cover", "clover"].map(String::from).to_vec();
/// let tree = CoverTree::new(words, Levenshtein)?;
/// let nearest = tree.knn(&"trees".to_string(), 2)?;
/// assert_eq!(nearest.iter().map(|n| (n.index, n.distance)).collect::<Vec<_>>(), [(0, 1.0), (1, 2.0)]);
/// # Ok::<(), cover_tree::Error>(())
/// ```
pub trait Metric<P: ?Sized>: Sync {
    /// The distance that results are ranked by and report; symmetric, not negative.
    fn distance(&self, a: &P, b: &P) -> f64;

    /// An increasing function of the distance that obeys the triangle inequality; the distance itself by default.
    ///
    /// It lets a tree search by squared Euclidean or cosine distance, which obey none.
    fn triangle(&self, distance: f64) -> f64 {
        distance
    }

    /// How far `triangle(distance(a, b))` as computed can be from its value in exact arithmetic.
    fn rounding(&self) -> Rounding {
        Rounding { relative: 1e-12, absolute: 1e-150 }
    }

    /// Whether the metric is defined at this point.
    ///
    /// # Errors
    /// [`Error::OutsideMetric`], for example for a zero vector under [`Cosine`].
    fn check(&self, _point: &P) -> Result<(), Error> {
        Ok(())
    }

    /// How blocks of sixteen points can be compared with SIMD; by default they cannot.
    fn blocks(&self) -> Blocks<'_, P> {
        Blocks::None
    }
}

impl<P: ?Sized, M: Metric<P> + ?Sized> Metric<P> for &M {
    fn distance(&self, a: &P, b: &P) -> f64 {
        (**self).distance(a, b)
    }
    fn triangle(&self, distance: f64) -> f64 {
        (**self).triangle(distance)
    }
    fn rounding(&self) -> Rounding {
        (**self).rounding()
    }
    fn check(&self, point: &P) -> Result<(), Error> {
        (**self).check(point)
    }
    fn blocks(&self) -> Blocks<'_, P> {
        (**self).blocks()
    }
}

/// A bound of rounding errors: `|computed - exact| <= relative * exact + absolute`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounding {
    /// The part that grows with the value.
    pub relative: f64,
    /// The part that does not.
    pub absolute: f64,
}

impl Rounding {
    /// A bound from above of the exact value.
    pub(crate) fn above(self, computed: f64) -> f64 {
        (computed + self.absolute) * (1.0 + 2.0 * self.relative)
    }

    /// A bound from below of the exact value.
    pub(crate) fn below(self, computed: f64) -> f64 {
        ((computed - self.absolute) * (1.0 - 2.0 * self.relative)).max(0.0)
    }
}

/// How blocks of points are compared with SIMD.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Blocks<'a, P: ?Sized> {
    /// Not at all: [`Metric::distance`] is called for each pair.
    None,
    /// By a norm of the difference of the points' images.
    Image(&'a dyn Image<P>),
    /// By the kernel of the residual correlation.
    Residual(&'a dyn Residuals<P>),
}

impl<P: ?Sized> std::fmt::Debug for Blocks<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Image(_) => "Image",
            Self::Residual(_) => "Residual",
        })
    }
}

/// A map into a vector space, in which a norm of the difference is [`Metric::triangle`] of the distance.
///
/// The identity for norms of vectors; the unit vector for angles; a point on the unit sphere in space for positions
/// on the globe. The index keeps the images in f32 and accounts for their rounding.
pub trait Image<P: ?Sized>: Sync {
    /// The norm.
    fn norm(&self) -> Norm;

    /// The image's dimension, for points like this one.
    fn dimension(&self, point: &P) -> usize;

    /// Writes the image, as exact as f64 allows, to a slice of that dimension.
    fn image(&self, point: &P, out: &mut [f64]);
}

/// Points that carry the rows of a [`Residual`].
pub trait Residuals<P: ?Sized>: Sync {
    /// The metric that prepared the rows.
    fn residual(&self) -> &Residual;

    /// The row of a point.
    fn row<'p>(&self, point: &'p P) -> &'p [f64];
}

/// Sums a function of coordinate pairs in eight lanes, an order that does not depend on the machine.
#[inline]
pub(crate) fn sum<T: crate::Scalar>(a: &[T], b: &[T], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (a8, a_tail) = a.as_chunks::<8>();
    let (b8, b_tail) = b.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for (x, y) in a8.iter().zip(b8) {
        for lane in 0..8 {
            lanes[lane] += term(x[lane].to_f64(), y[lane].to_f64());
        }
    }
    let tail: f64 = a_tail.iter().zip(b_tail).map(|(x, y)| term(x.to_f64(), y.to_f64())).sum();
    let [s0, s1, s2, s3, s4, s5, s6, s7] = lanes;
    ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7)) + tail
}
