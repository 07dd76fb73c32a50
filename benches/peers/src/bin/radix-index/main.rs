//! The radix index against papaya (leading), and with `--features radix-index-all` against dashmap, scc,
//! leapfrog, flurry and a locked `HashMap`; hashbrown by one thread is the bound.

mod allowance;
mod cycles;
mod engines;
mod memory;
mod rows;

use bench_own::harness::Suite;

fn main() {
    let mut suite = Suite::from_args("radix-index");
    for size in [1_000, 100_000, 1_000_000, 10_000_000] {
        if size <= 1_000_000 || suite.options().full {
            rows::run(&mut suite, size);
            cycles::run(&suite, size);
        }
    }
    memory::run(&mut suite);
    suite.finish();
}
