//! persistent-collections against std and imbl, and against im, rpds and immutable-chunkmap, in one process.
//!
//! All hash maps use ahash. std's collections keep no version and are bounds. "keeping old" is clone, one change, drop of the new version, with the base kept alive; "in place" has one
//! owner. Whole-structure operations (==, diff, union) are timed as a whole.

mod engines;
mod hash;
mod memory;
mod ordered;
mod threads;
mod vector;

use bench_own::harness::{Peers, Suite};

pub(crate) const OURS: (&str, &str) = ("persistent-collections", env!("CARGO_PKG_VERSION"));
pub(crate) const STD: (&str, &str) = ("std", "1.95");
pub(crate) const IMBL: (&str, &str) = ("imbl", "7.0.2");
#[cfg(feature = "persistent-collections-all")]
pub(crate) const IM: (&str, &str) = ("im", "15.1.0");
#[cfg(feature = "persistent-collections-all")]
pub(crate) const RPDS: (&str, &str) = ("rpds", "1.2");
#[cfg(feature = "persistent-collections-all")]
pub(crate) const CHUNKMAP: (&str, &str) = ("immutable-chunkmap", "2.1");

/// Adds an engine to a contest: `$row::<Type>(input…)` gives what to run.
macro_rules! engine {
    ($contest:ident, ours, $name:expr, $run:expr) => {
        $contest = $contest.ours($name.0, $name.1, || (), $crate::run($run))
    };
    ($contest:ident, peer, $name:expr, $run:expr) => {
        $contest = $contest.peer($name.0, $name.1, || (), $crate::run($run))
    };
    ($contest:ident, bound, $name:expr, $run:expr) => {
        $contest = $contest.peer($name.0, $name.1, || (), $crate::run($run)).bound()
    };
}
pub(crate) use engine;

/// A row's closure in the form that the harness wants.
pub(crate) fn run(mut run: impl FnMut() -> u64) -> impl FnMut(&mut ()) -> u64 {
    move |()| run()
}

/// Whether the peers beside imbl take part.
#[cfg_attr(
    not(feature = "persistent-collections-all"),
    allow(dead_code, reason = "they are not compiled in")
)]
pub(crate) fn all_peers(suite: &Suite) -> bool {
    suite.options().peers == Peers::All
}

fn main() {
    let mut suite = Suite::from_args("persistent-collections");
    vector::run(&mut suite);
    hash::run(&mut suite);
    ordered::run(&mut suite);
    threads::run(&mut suite);
    memory::run(&mut suite);
    suite.finish();
}
