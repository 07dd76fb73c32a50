//! Positions in sorted blocks: many at once, and each waiting for the one before.

use std::hint::black_box;

use bench_own::harness::{Against, Suite};
use bench_own::kernels::Search;
use simd_kernels::Level;

use crate::instantiate::instantiate;
use crate::{RUST, VERSION};

/// The block that a query goes to.
#[inline(always)]
fn block(work: &Search, query: usize) -> &[u64] {
    &work.keys[query % Search::BLOCKS * work.len..][..work.len]
}

/// Answers all queries; `rank(block, x)` is in question.
#[inline(always)]
fn throughput(work: &Search, rank: impl Fn(&[u64], u64) -> usize) -> u64 {
    work.queries.iter().enumerate().map(|(query, &x)| rank(block(work, query), x) as u64).sum()
}

/// Answers all queries; which query comes next is known only when the last is answered.
#[inline(always)]
fn latency(work: &Search, rank: impl Fn(&[u64], u64) -> usize) -> u64 {
    // Zero, but the compiler cannot know it.
    let none = black_box(0);
    let (mut sum, mut last) = (0, 0);
    for i in 0..work.queries.len() {
        let query = i + (last & none);
        last = rank(block(work, query), work.queries[query]);
        sum += last as u64;
    }
    sum
}

instantiate! { fn lower_bound(work: &Search) -> u64, search, { throughput(work, |block, x| isa::lower_bound(block, x)) } }
instantiate! { fn lower_bound_in_turn(work: &Search) -> u64, search, { latency(work, |block, x| isa::lower_bound(block, x)) } }
instantiate! { fn count_lt(work: &Search) -> u64, search, { throughput(work, |block, x| isa::count_lt(block, x)) } }
instantiate! { fn count_lt_in_turn(work: &Search) -> u64, search, { latency(work, |block, x| isa::count_lt(block, x)) } }
instantiate! { fn autovectorised(work: &Search) -> u64, search, { throughput(work, naive_count) } }
instantiate! { fn autovectorised_in_turn(work: &Search) -> u64, search, { latency(work, naive_count) } }

#[inline(always)]
fn naive_count(block: &[u64], x: u64) -> usize {
    block.iter().filter(|&&key| key < x).count()
}

fn partition_point(block: &[u64], x: u64) -> usize {
    block.partition_point(|&key| key < x)
}

pub(super) fn run(suite: &mut Suite) {
    let level = Level::detect();
    let sizes: &[usize] = if suite.options().full { &[8, 16, 32, 64, 128, 256] } else { &[16, 32, 64] };
    for &len in sizes {
        if !suite.wants("lower_bound", len) && !suite.wants("lower_bound in turn", len) {
            continue;
        }
        let work = &Search::new(len, suite.options().seed);
        suite
            .contest("lower_bound", len)
            .models("the search in each node of a batch of independent lookups in a B+ tree")
            .flatters("wide vectors: the blocks are in the first-level cache")
            .operations(work.queries.len())
            .target(Against::Engine("partition_point"), 1.7)
            .ours("lower_bound", VERSION, || (), |()| lower_bound(level, work))
            .peer("count_lt (ours)", VERSION, || (), |()| count_lt(level, work))
            .peer("partition_point", RUST, || (), |()| throughput(work, partition_point))
            .peer(
                "branchless halving",
                VERSION,
                || (),
                |()| throughput(work, simd_kernels::search::scalar::lower_bound),
            )
            .peer("autovectorised count", RUST, || (), |()| autovectorised(level, work))
            .run();
        suite
            .contest("lower_bound in turn", len)
            .models("the search in each node on one descent, which waits for the level above")
            .flatters("straight counting, which has no dependent loads")
            .operations(work.queries.len())
            .target(Against::Engine("partition_point"), 1.5)
            .ours("lower_bound", VERSION, || (), |()| lower_bound_in_turn(level, work))
            .peer("count_lt (ours)", VERSION, || (), |()| count_lt_in_turn(level, work))
            .peer("partition_point", RUST, || (), |()| latency(work, partition_point))
            .peer(
                "branchless halving",
                VERSION,
                || (),
                |()| latency(work, simd_kernels::search::scalar::lower_bound),
            )
            .peer("autovectorised count", RUST, || (), |()| autovectorised_in_turn(level, work))
            .run();
    }
}
