//! Signals: Ctrl-C as a flag, so that a long command can stop in good order and keep what it has; a closed pipe as
//! the end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGPIPE, SIGTERM};

static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static BROKEN_PIPE_ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From here on an interrupt no longer ends the process; [`requested`] tells of it. A second one does end it.
pub(crate) fn watch() {
    let flag = FLAG.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        // Both fail only for signals that cannot be caught. The first hook is armed by the second.
        signal_hook::flag::register_conditional_default(signal, Arc::clone(flag)).expect("catchable");
        signal_hook::flag::register(signal, Arc::clone(flag)).expect("catchable");
    }
}

/// From here on a reader that went away (`… | head`) ends the process quietly, as it does for every other program: Rust
/// ignores the signal and panics at the next line instead. Only [`to_a_child`] may write to a pipe that breaks.
pub(crate) fn end_with_the_reader() {
    let ends = BROKEN_PIPE_ENDS.get_or_init(|| Arc::new(AtomicBool::new(true)));
    signal_hook::flag::register_conditional_default(SIGPIPE, Arc::clone(ends)).expect("catchable");
}

/// Writes to a child that may have died, which is an error and not our end: the signal comes to the thread that writes,
/// within the call.
pub(crate) fn to_a_child<T>(write: impl FnOnce() -> T) -> T {
    let set = |ends| BROKEN_PIPE_ENDS.get().inspect(|flag| flag.store(ends, Ordering::SeqCst));
    set(false);
    let written = write();
    set(true);
    written
}

/// Whether somebody pressed Ctrl-C since [`watch`].
pub(crate) fn requested() -> bool {
    FLAG.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}
