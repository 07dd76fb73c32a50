//! Search with a budget: its own name, and an honest word on what it may have missed.

use super::CoverTree;
use super::search::Scratch;
use crate::index::{Index, Request};
use crate::metric::Metric;
use crate::{Error, Neighbour, Points, Search};

/// What a search with a budget found.
#[derive(Clone, Debug, PartialEq)]
pub struct Approximate {
    /// The nearest of the points that were compared.
    pub neighbours: Vec<Neighbour>,
    /// How many of them, from the nearest on, are proven to be the exact answer's.
    pub proven: usize,
    /// The recall is at least this: proven neighbours in those that an exact search would find.
    pub recall_bound: f64,
    /// Points compared, centres of nodes included.
    pub compared: usize,
}

impl<S: Points, M: Metric<S::Point>> CoverTree<S, M> {
    /// What a search finds that stops after it has compared some `budget` points; a leaf that was begun is finished.
    ///
    /// # Errors
    /// If the query is not a point of this space.
    ///
    /// # Examples
    /// ```
    /// use cover_tree::{CoverTree, Euclidean, Rows, Search};
    ///
    /// let tree = CoverTree::new(Rows::new((0..10_000).map(f64::from).collect(), 1)?, Euclidean)?;
    /// let found = tree.search_approximate(&[5000.2], &Search::nearest(10), 400)?;
    /// assert!(found.compared < 500);
    /// assert!(found.recall_bound >= 0.5);
    /// # Ok::<(), cover_tree::Error>(())
    /// ```
    pub fn search_approximate(
        &self,
        query: &S::Point,
        search: &Search<'_>,
        budget: usize,
    ) -> Result<Approximate, Error> {
        self.check(query)?;
        let (neighbours, work) =
            self.run(&Request { point: query, search: *search }, &mut Scratch::default(), budget);
        let rounding = self.metric.rounding();
        let proven = work.unseen.map_or(neighbours.len(), |unseen| {
            // Distances may be infinite, and what is unseen as well: then they tie.
            let is_proven = |n: &&Neighbour| rounding.above(self.metric.triangle(n.distance)) < unseen;
            neighbours.iter().take_while(is_proven).count()
        });
        // An exact search finds k if there are as many points; what the filters let through is not known.
        let wanted = match work.unseen {
            None => proven,
            Some(_) => search.k.min(self.len()).min(search.before as usize),
        };
        let recall_bound = if wanted == 0 { 1.0 } else { proven as f64 / wanted as f64 };
        Ok(Approximate { neighbours, proven, recall_bound, compared: work.compared })
    }
}
