//! simd-kernels against std, autovectorised code, hand-written scalar code and the SIMD crates of each field.
//!
//! Ours runs as a structure runs it: a whole loop compiled for the instruction set, the kernel inlined. The level is the
//! best of the machine, or less by `SIMD_KERNELS`.

mod compress;
mod distance;
mod instantiate;
mod morton;
mod search;
mod tag;

use bench_own::harness::Suite;

/// The version on our METRIC lines.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The version of what the compiler brings.
const RUST: &str = "1.95";

fn main() {
    let mut suite = Suite::from_args("simd-kernels");
    search::run(&mut suite);
    tag::run(&mut suite);
    distance::run(&mut suite);
    morton::run(&mut suite);
    compress::run(&mut suite);
    suite.finish();
}
