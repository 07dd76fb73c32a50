//! What is timed: CPU time of this thread, or the wall.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// The clock that a contest is timed on.
///
/// Thread-CPU time is steadier on a shared machine and is the default; work on several threads needs the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// CPU time of the calling thread.
    ThreadCpu,
    /// Time on the wall, for contests whose engines run several threads.
    Wall,
}

impl Clock {
    /// Reads the clock; only differences mean anything.
    pub fn now(self) -> Duration {
        let time = clock_gettime(match self {
            Self::ThreadCpu => ClockId::ThreadCPUTime,
            Self::Wall => ClockId::Monotonic,
        });
        let seconds = u64::try_from(time.tv_sec).expect("clocks do not run below zero");
        let nanos = u32::try_from(time.tv_nsec).expect("a nanosecond part is below a billion");
        Duration::new(seconds, nanos)
    }
}
