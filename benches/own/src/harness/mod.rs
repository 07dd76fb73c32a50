//! Verify, then measure: contenders do the same work on the same input, their answers are compared before
//! any clock starts, and then they are timed in turn, in a new random order each round.
//!
//! A benchmark binary builds [`Suite::from_args`], and for each row a [`Contest`]:
//!
//! ```no_run
//! use bench_own::harness::{Against, Suite};
//!
//! let mut suite = Suite::from_args("bplus-tree");
//! let keys: Vec<u64> = (0..1000).collect();
//! suite
//!     .contest("get/random", keys.len())
//!     .models("point lookups by a cache-warm index")
//!     .flatters("whoever packs keys densely")
//!     .operations(keys.len())
//!     .target(Against::Engine("std"), 3.5)
//!     .ours("bplus-tree", env!("CARGO_PKG_VERSION"), || (), |()| keys.iter().sum())
//!     .peer("std", "1.95", || (), |()| keys.iter().sum())
//!     .run();
//! suite.finish();
//! ```
//!
//! Each line of standard output that starts with `METRIC ` is one JSON object ([`Metric`]); `cargo xtask
//! bench` reads nothing else. People read the summary on standard error.

mod clock;
mod contest;
mod metric;
mod suite;

pub use clock::Clock;
pub use contest::Contest;
pub use metric::{Against, Metric, SCHEMA, Target};
pub use suite::{Options, Peers, Suite};

/// Folds one value into a checksum that notices order: `checksum(checksum(0, a), b)`.
#[inline]
pub fn checksum(sum: u64, value: u64) -> u64 {
    (sum.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95)
}
