//! Threads: jobs that share nothing, taken one after the other.

use std::sync::{Mutex, PoisonError};

/// Runs `work` on every job, with up to `threads` threads (this one among them); gives the error of the first job that
/// has one, after all have run.
///
/// Scoped threads rather than a pool: a build lasts milliseconds, starting a thread some ten microseconds, and the
/// crate needs no dependency for it (docs/decisions/0021).
pub(crate) fn try_for_each<J: Send, E: Send>(
    threads: usize,
    jobs: impl ExactSizeIterator<Item = J> + Send,
    work: impl Fn(J) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let threads = threads.min(jobs.len());
    if threads <= 1 {
        return jobs.into_iter().map(work).fold(Ok(()), Result::and);
    }
    let queue = Mutex::new(jobs.enumerate());
    let first_error = Mutex::new(None::<(usize, E)>);
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || {
        while let Some((index, job)) = take() {
            let Err(error) = work(job) else { continue };
            let mut first = first_error.lock().unwrap_or_else(PoisonError::into_inner);
            if first.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
                *first = Some((index, error));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // A refused thread is no loss: those that run take its jobs.
            if std::thread::Builder::new().spawn_scoped(scope, run).is_err() {
                break;
            }
        }
        run();
    });
    let first_error = first_error.into_inner().unwrap_or_else(PoisonError::into_inner);
    first_error.map_or(Ok(()), |(_, error)| Err(error))
}

/// The number of threads that `threads` asks for: 0 means one for each processor.
pub(crate) fn resolve(threads: usize) -> usize {
    if threads > 0 { threads } else { std::thread::available_parallelism().map_or(1, usize::from) }
}
