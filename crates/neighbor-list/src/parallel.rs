//! Threads: jobs that share nothing, taken one after the other.

use std::sync::{Mutex, PoisonError};

/// Runs `work` on every job, with up to `threads` threads (this one among them).
///
/// Scoped threads rather than a pool: a build lasts milliseconds, starting a thread some ten microseconds, and the
/// crate needs no dependency for it (docs/decisions/0021).
pub(crate) fn for_each<J: Send>(threads: usize, jobs: Vec<J>, work: impl Fn(J) + Sync) {
    let threads = threads.min(jobs.len());
    if threads <= 1 {
        jobs.into_iter().for_each(work);
        return;
    }
    let queue = Mutex::new(jobs.into_iter());
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || {
        while let Some(job) = take() {
            work(job);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
}

/// The number of threads that `threads` asks for: 0 means one for each processor.
pub(crate) fn resolve(threads: usize) -> usize {
    if threads > 0 { threads } else { std::thread::available_parallelism().map_or(1, usize::from) }
}
