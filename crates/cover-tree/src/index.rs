//! What every engine answers: [`Index`], with one required search and all queries on top of it.

use std::ops::Range;

use crate::{Error, Neighbour, Neighbours, Points, Search, parallel};

/// A point to search for, and what to search; both have been checked.
#[derive(Debug)]
pub struct Request<'a, P: ?Sized> {
    pub(crate) point: &'a P,
    pub(crate) search: Search<'a>,
}

impl<P: ?Sized> Clone for Request<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: ?Sized> Copy for Request<'_, P> {}

/// An index of points: [`Scan`](crate::Scan), [`CoverTree`](crate::CoverTree) or [`Auto`](crate::Auto).
///
/// All engines give the same answers: exact, ranked by distance and then by index, whatever the number of threads.
/// Queries with NaN, infinity or another dimension are refused; `k = 0` finds nothing, and where there are fewer than
/// `k` points all of them are found.
pub trait Index: Sync {
    /// What the points are kept in.
    type Points: Points;

    /// One more than the largest index that was ever given to a point.
    fn end(&self) -> usize;

    /// The point with an index, if there is one.
    fn point(&self, index: u32) -> Option<&<Self::Points as Points>::Point>;

    /// Whether a point can be a query.
    ///
    /// # Errors
    /// What is wrong with it.
    fn check(&self, point: &<Self::Points as Points>::Point) -> Result<(), Error>;

    /// Whether a query is better answered together with others like it than among the rest.
    #[doc(hidden)]
    fn is_ill(&self, _point: &<Self::Points as Points>::Point) -> bool {
        false
    }

    /// Answers checked requests, one row each.
    #[doc(hidden)]
    fn answer(&self, requests: &[Request<'_, <Self::Points as Points>::Point>]) -> Vec<Vec<Neighbour>>;

    /// What a search finds, nearest first.
    ///
    /// # Errors
    /// If the query is not a point of this space.
    fn search(
        &self,
        query: &<Self::Points as Points>::Point,
        search: &Search<'_>,
    ) -> Result<Vec<Neighbour>, Error> {
        self.check(query)?;
        let mut rows = self.answer(&[Request { point: query, search: *search }]);
        Ok(rows.pop().expect("one request has one row"))
    }

    /// The `k` nearest points.
    ///
    /// # Errors
    /// If the query is not a point of this space.
    #[doc(alias("k_nearest", "nearest_n", "query"))]
    fn knn(&self, query: &<Self::Points as Points>::Point, k: usize) -> Result<Vec<Neighbour>, Error> {
        self.search(query, &Search::nearest(k))
    }

    /// The `k` nearest points at a distance of at most `radius`.
    ///
    /// # Errors
    /// If the query is not a point of this space.
    fn knn_within(
        &self,
        query: &<Self::Points as Points>::Point,
        k: usize,
        radius: f64,
    ) -> Result<Vec<Neighbour>, Error> {
        self.search(query, &Search::nearest(k).within(radius))
    }

    /// All points at a distance of at most `radius`.
    ///
    /// # Errors
    /// If the query is not a point of this space.
    #[doc(alias("query_radius", "within"))]
    fn radius(&self, query: &<Self::Points as Points>::Point, radius: f64) -> Result<Vec<Neighbour>, Error> {
        self.search(query, &Search::radius(radius))
    }

    /// What a search finds for each of many queries; `search` gives the search of the query with that number.
    ///
    /// # Errors
    /// If a query is not a point of this space.
    fn search_batch<'a>(
        &self,
        queries: &Self::Points,
        search: impl Fn(usize) -> Search<'a> + Sync,
    ) -> Result<Neighbours, Error> {
        (0..queries.len()).try_for_each(|query| self.check(queries.point(query)).map_err(at_row(query)))?;
        let request = |query| Request { point: queries.point(query), search: search(query) };
        Ok(parallel::answer(self, queries.len(), &request))
    }

    /// The `k` nearest points of each query.
    ///
    /// # Errors
    /// If a query is not a point of this space.
    fn knn_batch(&self, queries: &Self::Points, k: usize) -> Result<Neighbours, Error> {
        self.search_batch(queries, |_| Search::nearest(k))
    }

    /// All points within the radius of each query.
    ///
    /// # Errors
    /// If a query is not a point of this space.
    fn radius_batch(&self, queries: &Self::Points, radius: f64) -> Result<Neighbours, Error> {
        self.search_batch(queries, |_| Search::radius(radius))
    }

    /// The `k` nearest predecessors, those with a smaller index, of each point of the index in a range: what a Vecchia
    /// approximation conditions on. Point `i` has at most `i`.
    ///
    /// # Errors
    /// [`Error::UnknownPoint`] if the index has not all the points.
    #[doc(alias("vecchia"))]
    fn knn_predecessors(&self, range: Range<usize>, k: usize) -> Result<Neighbours, Error> {
        let indices: Vec<usize> = range.collect();
        self.knn_of(&indices, |index| Search::nearest(k).before(index))
    }

    /// What a search finds for points of the index itself; `search` gives the search of the point with that index.
    ///
    /// # Errors
    /// [`Error::UnknownPoint`] if the index has not all the points.
    fn knn_of<'a>(
        &self,
        indices: &[usize],
        search: impl Fn(usize) -> Search<'a> + Sync,
    ) -> Result<Neighbours, Error> {
        let point = |index: usize| u32::try_from(index).ok().and_then(|index| self.point(index));
        if let Some(&id) = indices.iter().find(|&&index| point(index).is_none()) {
            return Err(Error::UnknownPoint { id });
        }
        let request = |query: usize| Request {
            point: point(indices[query]).expect("every index was looked up above"),
            search: search(indices[query]),
        };
        Ok(parallel::answer(self, indices.len(), &request))
    }

    /// The `k` nearest other points of each point, one row for each index below [`Index::end`]; rows of removed points
    /// are empty.
    #[doc(alias("knn_graph"))]
    fn all_knn(&self, k: usize) -> Neighbours {
        self.all_knn_singly(k)
    }

    /// [`Index::all_knn`] by one search a point.
    #[doc(hidden)]
    fn all_knn_singly(&self, k: usize) -> Neighbours {
        let live: Vec<u32> = (0..self.end() as u32).filter(|&index| self.point(index).is_some()).collect();
        let request = |query: usize| Request {
            point: self.point(live[query]).expect("only live points are asked for"),
            search: Search::nearest(k).except(live[query]),
        };
        let found = parallel::answer(self, live.len(), &request);
        if live.len() == self.end() {
            return found;
        }
        let mut rows = vec![Vec::new(); self.end()];
        for (&index, row) in live.iter().zip(found.iter()) {
            rows[index as usize] = row.to_vec();
        }
        Neighbours::from_rows(rows)
    }
}

/// Puts the number of the query into an error about one of many.
fn at_row(query: usize) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::NotFinite { column, value, .. } => {
            Error::NotFinite { argument: "queries", row: query, column, value }
        }
        Error::Dimension { expected, found, .. } => Error::Dimension { argument: "queries", expected, found },
        other => other,
    }
}
