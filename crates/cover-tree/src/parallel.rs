//! Batches of requests, on one thread or on rayon's pool: the answers are the same.

use simd_kernels::panel::QUERIES;

use crate::index::{Index, Request};
use crate::{Neighbours, Points};

/// Requests that one thread answers together, at least and at most: whole tiles of queries. A scan reads all points from
/// memory once for all of them (at 64, that was a third of the time of workload D), but they must stay in the
/// second-level cache, and leave work for every thread.
const TOGETHER: [usize; 2] = [64, 256];

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
    let together = count.div_ceil(threads()).next_multiple_of(QUERIES).clamp(TOGETHER[0], TOGETHER[1]);
    let answers = map_chunks(&order, together, |chunk| {
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
pub(crate) fn threads() -> usize {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    1
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
