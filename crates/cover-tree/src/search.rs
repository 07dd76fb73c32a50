//! What is searched for, and what is found: [`Search`], [`Neighbour`], [`Neighbours`].

use std::fmt;

/// A found point.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Neighbour {
    /// The point's index: its position in the data the index was built from, or what `insert` returned.
    pub index: u32,
    /// [`Metric::distance`](crate::Metric::distance) to the query.
    pub distance: f64,
}

impl Neighbour {
    /// The order of all results: by distance, then by index.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.distance.total_cmp(&other.distance).then(self.index.cmp(&other.index))
    }
}

/// Which points are wanted: the `k` nearest, all within a radius, or both, of those that pass the filters.
///
/// # Examples
/// ```
/// use cover_tree::{CoverTree, Euclidean, Index, Rows, Search};
///
/// let points = Rows::new((0..100).map(f64::from).collect(), 1)?;
/// let tree = CoverTree::new(points, Euclidean)?;
/// let even = |index: u32| index % 2 == 0;
/// let search = Search::nearest(3).within(4.0).before(60).filter(&even);
/// let found = tree.search(&[61.0], &search)?;
/// assert_eq!(found.iter().map(|n| n.index).collect::<Vec<_>>(), [58]);
/// # Ok::<(), cover_tree::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Search<'a> {
    pub(crate) k: usize,
    pub(crate) radius: f64,
    pub(crate) before: u32,
    pub(crate) except: u32,
    pub(crate) filter: Option<&'a (dyn Fn(u32) -> bool + Sync)>,
    pub(crate) among: Option<&'a Bitmap>,
}

impl<'a> Search<'a> {
    const ALL: Self = Self {
        k: usize::MAX,
        radius: f64::INFINITY,
        before: u32::MAX,
        except: u32::MAX,
        filter: None,
        among: None,
    };

    /// The `k` nearest; fewer where there are fewer, none for `k = 0`.
    pub fn nearest(k: usize) -> Self {
        Self { k, ..Self::ALL }
    }

    /// All points at a distance of at most `radius`.
    pub fn radius(radius: f64) -> Self {
        Self { radius, ..Self::ALL }
    }

    /// Only points at a distance of at most `radius`; none for a negative radius or NaN.
    pub fn within(self, radius: f64) -> Self {
        Self { radius, ..self }
    }

    /// Only points whose index is less than `limit`, such as the predecessors of a point.
    pub fn before(self, limit: usize) -> Self {
        Self { before: u32::try_from(limit).unwrap_or(u32::MAX), ..self }
    }

    /// Every point but this one.
    pub fn except(self, index: u32) -> Self {
        Self { except: index, ..self }
    }

    /// Only points for which the predicate is true; it is asked only of points that are near enough to matter.
    pub fn filter(self, filter: &'a (dyn Fn(u32) -> bool + Sync)) -> Self {
        Self { filter: Some(filter), ..self }
    }

    /// Only points whose bit is set.
    pub fn among(self, bitmap: &'a Bitmap) -> Self {
        Self { among: Some(bitmap), ..self }
    }

    /// Whether a point may be found.
    #[inline]
    pub(crate) fn allows(&self, index: u32) -> bool {
        index < self.before
            && index != self.except
            && self.among.is_none_or(|bitmap| bitmap.contains(index))
            && self.filter.is_none_or(|filter| filter(index))
    }

    /// Whether nothing can be found.
    pub(crate) fn is_void(&self) -> bool {
        self.k == 0 || self.before == 0 || self.radius.is_nan() || self.radius < 0.0
    }
}

impl fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search")
            .field("k", &self.k)
            .field("radius", &self.radius)
            .field("before", &self.before)
            .finish_non_exhaustive()
    }
}

/// A set of indices, one bit each.
///
/// # Examples
/// ```
/// let bitmap: cover_tree::Bitmap = [3, 70].into_iter().collect();
/// assert!(bitmap.contains(70) && !bitmap.contains(4));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Bitmap {
    words: Vec<u64>,
}

impl Bitmap {
    /// Adds an index.
    pub fn insert(&mut self, index: u32) {
        let word = index as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (index % 64);
    }

    /// Whether the index is in the set.
    #[inline]
    pub fn contains(&self, index: u32) -> bool {
        self.words.get(index as usize / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }
}

impl FromIterator<u32> for Bitmap {
    fn from_iter<I: IntoIterator<Item = u32>>(indices: I) -> Self {
        let mut bitmap = Self::default();
        indices.into_iter().for_each(|index| bitmap.insert(index));
        bitmap
    }
}

/// The neighbours of many queries: one row a query, as long as that query found points.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Neighbours {
    /// Row `i` is `found[offsets[i]..offsets[i + 1]]`.
    offsets: Vec<usize>,
    found: Vec<Neighbour>,
}

impl Neighbours {
    pub(crate) fn from_rows(rows: Vec<Vec<Neighbour>>) -> Self {
        let mut offsets = Vec::with_capacity(rows.len() + 1);
        offsets.push(0);
        let mut found = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        for row in rows {
            found.extend(row);
            offsets.push(found.len());
        }
        Self { offsets, found }
    }

    /// The number of queries.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there was no query.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The neighbours of one query, nearest first.
    ///
    /// # Panics
    /// If there is no such query.
    pub fn row(&self, query: usize) -> &[Neighbour] {
        &self.found[self.offsets[query]..self.offsets[query + 1]]
    }

    /// The rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[Neighbour]> {
        self.offsets.windows(2).map(|bounds| &self.found[bounds[0]..bounds[1]])
    }

    /// `len x k` indices and distances, row after row, with -1 and infinity where a row is shorter: what Python's
    /// libraries return.
    pub fn to_padded(&self, k: usize) -> (Vec<i64>, Vec<f64>) {
        let mut indices = vec![-1; self.len() * k];
        let mut distances = vec![f64::INFINITY; self.len() * k];
        for (query, row) in self.iter().enumerate() {
            for (column, neighbour) in row.iter().take(k).enumerate() {
                indices[query * k + column] = i64::from(neighbour.index);
                distances[query * k + column] = neighbour.distance;
            }
        }
        (indices, distances)
    }
}
