//! The one door to atomics: `core`'s, or loom's under `cfg(loom)`, so that a model sees every access.

#[cfg(not(loom))]
pub(crate) use std::sync::{
    Mutex,
    atomic::{AtomicI64, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence},
};

#[cfg(loom)]
pub(crate) use loom::sync::{
    Mutex,
    atomic::{AtomicI64, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence},
};

/// Waits for another thread, longer each time: a bucket's lock is held for a few nanoseconds, unless its
/// holder was descheduled.
#[derive(Default)]
pub(crate) struct Backoff {
    #[cfg(not(loom))]
    rounds: u32,
}

impl Backoff {
    /// Rounds of spinning before the processor is offered to others.
    #[cfg(not(loom))]
    const SPINS: u32 = 6;

    #[cfg(not(loom))]
    pub(crate) fn wait(&mut self) {
        if self.rounds < Self::SPINS {
            for _ in 0..1 << self.rounds {
                std::hint::spin_loop();
            }
            self.rounds += 1;
        } else {
            std::thread::yield_now();
        }
    }

    #[cfg(loom)]
    pub(crate) fn wait(&mut self) {
        loom::thread::yield_now();
    }
}

/// A place where a model lets another thread run. Loom finds such places by itself from the last access to an
/// atomic, but a writer that loads a word before it writes it hides the readers that loaded it earlier. A store that
/// nobody reads makes threads dependent, and orders nothing.
#[inline(always)]
pub(crate) fn interleave() {
    linger();
    #[cfg(loom)]
    {
        loom::lazy_static! {
            static ref PLACE: AtomicU64 = AtomicU64::new(0);
        }
        PLACE.store(0, Ordering::Relaxed);
    }
}

/// A place where a thread now and then loses the processor, with `--cfg chaos`: so the stress tests meet states that last
/// for a nanosecond otherwise, also between two stores under a lock.
#[inline(always)]
pub(crate) fn linger() {
    #[cfg(chaos)]
    chaos::delay();
}

#[cfg(chaos)]
mod chaos {
    use std::cell::Cell;

    thread_local! {
        static STATE: Cell<u64> = const { Cell::new(0) };
    }

    /// Nothing, a short wait, or a turn for others, as chance will have it: an address and an xorshift.
    pub(super) fn delay() {
        let mut state = STATE.try_with(|state| state.get()).unwrap_or(1);
        if state == 0 {
            state = std::ptr::from_ref(&state).addr() as u64 | 1;
        }
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        _ = STATE.try_with(|cell| cell.set(state));
        match state >> 32 & 63 {
            0 | 1 => std::thread::yield_now(),
            2..8 => (0..state >> 40 & 255).for_each(|_| std::hint::spin_loop()),
            _ => {}
        }
    }
}

/// Whether a model is to run without this ordering or check, and fail: see `tests/weakened.sh`. Always false but in
/// models.
#[inline(always)]
pub(crate) fn weakened(what: &str) -> bool {
    #[cfg(any(loom, chaos))]
    {
        static WEAKEN: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        WEAKEN.get_or_init(|| std::env::var("WEAKEN").ok()).as_deref() == Some(what)
    }
    #[cfg(not(any(loom, chaos)))]
    {
        _ = what;
        false
    }
}
