//! Sorted maps: ours against std and its peers.

mod capacity;
mod engines;
mod memory;
mod rows;

use bench_own::harness::Suite;
use bench_peers::Counting;

#[global_allocator]
static COUNTING: Counting = Counting::new();

fn main() {
    let mut suite = Suite::from_args("bplus-tree");
    rows::reads(&mut suite);
    rows::writes(&mut suite);
    rows::other_keys(&mut suite);
    rows::ranks(&mut suite);
    memory::rows(&mut suite);
    capacity::rows(&mut suite);
    suite.finish();
}
