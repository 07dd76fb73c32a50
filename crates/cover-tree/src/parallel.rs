//! Batches of requests, on one thread or on rayon's pool: the answers are the same.

use crate::index::{Index, Request};
use crate::{Neighbours, Points};

/// Requests that one thread answers together: whole tiles of queries, and few enough to share the work well.
const TOGETHER: usize = 64;

/// Answers `count` requests, in their order.
pub(crate) fn answer<'a, I: Index + ?Sized>(
    index: &I,
    count: usize,
    request: &(impl Fn(usize) -> Request<'a, <I::Points as Points>::Point> + Sync),
) -> Neighbours
where
    I::Points: 'a,
{
    // Queries with like prefixes share tiles, so that no query drags others past their prefix.
    let rank = |query: usize| {
        let Request { point, search } = request(query);
        (index.is_ill(point), search.before, query as u32)
    };
    let mut order: Vec<(bool, u32, u32)> = (0..count).map(rank).collect();
    order.sort_unstable();
    let answers = map_chunks(&order, TOGETHER, |chunk| {
        let requests: Vec<_> = chunk.iter().map(|&(.., query)| request(query as usize)).collect();
        index.answer(&requests)
    });
    let mut rows = vec![Vec::new(); count];
    for ((.., query), row) in order.into_iter().zip(answers.into_iter().flatten()) {
        rows[query as usize] = row;
    }
    Neighbours::from_rows(rows)
}

/// The threads that a batch or a build may use.
#[cfg(feature = "rayon")]
pub(crate) fn threads() -> usize {
    rayon::current_num_threads()
}

/// Applies a function to chunks of a slice, in parallel where there are threads.
pub(crate) fn map_chunks<T: Sync, R: Send>(items: &[T], size: usize, f: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    #[cfg(feature = "rayon")]
    if threads() > 1 {
        use rayon::prelude::*;
        return items.par_chunks(size).map(&f).collect();
    }
    items.chunks(size).map(f).collect()
}
