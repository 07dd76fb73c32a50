//! How many entries there are: one counter a thread, added up when somebody asks.
//!
//! The first threads of a process own a stripe each and count in it with a plain load and store; that is exact,
//! because nobody else writes there, and spares each insertion an atomic read-modify-write, which costs as much
//! as all the rest of it (decision 0053). Later threads share one stripe.

use crate::sync::{AtomicI64, Ordering};

/// Entries by which a thread's count may differ from what it has reported.
const BATCH: i64 = 4;

/// The number of entries of a table.
#[derive(Debug)]
pub(crate) struct Population {
    stripes: Box<[Stripe]>,
    /// What the stripes have reported.
    total: AtomicI64,
}

/// A pair of cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe {
    /// Insertions less removals by this stripe's threads.
    count: AtomicI64,
    /// The part of `count` that is in `total`.
    reported: AtomicI64,
}

impl Population {
    pub(crate) fn new() -> Self {
        let stripes = (0..=seat::owned()).map(|_| Stripe::default()).collect();
        Self { stripes, total: AtomicI64::new(0) }
    }

    /// Adds `change`; now and then gives nearly the number of entries.
    #[inline]
    pub(crate) fn add(&self, change: i64) -> Option<usize> {
        let seat = seat::mine();
        let shared = self.stripes.len() - 1;
        if seat >= shared {
            return self.add_shared(&self.stripes[shared], change);
        }
        let stripe = &self.stripes[seat];
        let count = stripe.count.load(Ordering::Relaxed) + change;
        stripe.count.store(count, Ordering::Relaxed);
        let due = count - stripe.reported.load(Ordering::Relaxed);
        if due.abs() < BATCH {
            return None;
        }
        stripe.reported.store(count, Ordering::Relaxed);
        Some(entries(self.total.fetch_add(due, Ordering::Relaxed) + due))
    }

    #[cold]
    fn add_shared(&self, stripe: &Stripe, change: i64) -> Option<usize> {
        stripe.count.fetch_add(change, Ordering::Relaxed);
        Some(entries(self.total.fetch_add(change, Ordering::Relaxed) + change))
    }

    /// The number of entries, exact if no thread is changing it.
    pub(crate) fn count(&self) -> usize {
        entries(self.stripes.iter().map(|stripe| stripe.count.load(Ordering::Relaxed)).sum())
    }
}

/// A sum that was read while others count may be negative for a moment.
fn entries(sum: i64) -> usize {
    usize::try_from(sum).unwrap_or(0)
}

/// A small number of its own for each of the first threads.
#[cfg(not(loom))]
mod seat {
    use std::cell::Cell;
    use std::sync::{Mutex, OnceLock, PoisonError};

    /// Seats are for threads that can run at once, and a bound on an index's size.
    const SEATS_MAX: usize = 64;
    const UNSEATED: usize = usize::MAX;
    const STANDING: usize = usize::MAX - 1;

    /// Seats that are free again, and the next one never taken.
    static SEATS: Mutex<(Vec<usize>, usize)> = Mutex::new((Vec::new(), 0));

    thread_local! {
        static MINE: Cell<usize> = const { Cell::new(UNSEATED) };
        static LEAVE: Leave = const { Leave };
    }

    /// Gives the seat back when the thread ends. The mutex orders all that the thread counted before what the
    /// next one on that seat counts.
    struct Leave;

    impl Drop for Leave {
        fn drop(&mut self) {
            // Destructors of other thread-locals may still count after this one: with the crowd.
            let seat = MINE.replace(STANDING);
            if seat < SEATS_MAX {
                SEATS.lock().unwrap_or_else(PoisonError::into_inner).0.push(seat);
            }
        }
    }

    /// Seats that there are.
    pub(super) fn owned() -> usize {
        static OWNED: OnceLock<usize> = OnceLock::new();
        *OWNED.get_or_init(|| {
            let threads = std::thread::available_parallelism().map_or(4, usize::from);
            (2 * threads).next_power_of_two().min(SEATS_MAX)
        })
    }

    /// This thread's seat, or a number beyond all.
    #[inline]
    pub(super) fn mine() -> usize {
        let seat = MINE.get();
        if seat == UNSEATED { sit() } else { seat }
    }

    #[cold]
    fn sit() -> usize {
        if LEAVE.try_with(|_| ()).is_err() {
            return STANDING;
        }
        let mut seats = SEATS.lock().unwrap_or_else(PoisonError::into_inner);
        let seat = seats.0.pop().or_else(|| {
            let seat = seats.1;
            (seat < owned()).then(|| seats.1 += 1)?;
            Some(seat)
        });
        // A thread that finds no seat stays without one.
        let seat = seat.unwrap_or(STANDING);
        MINE.set(seat);
        seat
    }
}

#[cfg(loom)]
mod seat {
    pub(super) fn owned() -> usize {
        0
    }

    pub(super) fn mine() -> usize {
        0
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn counts_of_more_threads_than_seats_add_up() {
        let population = Population::new();
        std::thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| (0..100).for_each(|i| _ = population.add(if i % 4 == 3 { -1 } else { 1 })));
            }
        });
        assert_eq!(population.count(), 200 * 50);
        let estimate = population.total.load(Ordering::Relaxed);
        assert!(estimate.abs_diff(200 * 50) < 64 * BATCH as u64);
    }
}
