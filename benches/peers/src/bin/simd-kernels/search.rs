//! Positions in sorted blocks: many at once, and each waiting for the one before.

use std::hint::black_box;

use bench_own::harness::{Against, Suite};
use bench_own::simd_kernels::Search;
use simd_kernels::{Level, search};

use crate::instantiate::instantiate;
use crate::{RUST, VERSION};

/// Answers all queries; `rank(block, len, x)` is in question.
#[inline(always)]
fn throughput<const N: usize>(work: &Search<N>, rank: impl Fn(&[u64; N], usize, u64) -> usize) -> u64 {
    let (blocks, lens) = (&work.blocks[..Search::<N>::BLOCKS], &work.lens[..Search::<N>::BLOCKS]);
    let ranks = work.queries.iter().enumerate().map(|(query, &x)| {
        let block = query % Search::<N>::BLOCKS;
        rank(&blocks[block].0, lens[block], x) as u64
    });
    ranks.sum()
}

/// Answers all queries; which query comes next is known only when the last is answered.
#[inline(always)]
fn latency<const N: usize>(work: &Search<N>, rank: impl Fn(&[u64; N], usize, u64) -> usize) -> u64 {
    let (blocks, lens) = (&work.blocks[..Search::<N>::BLOCKS], &work.lens[..Search::<N>::BLOCKS]);
    // Zero, but the compiler cannot know it.
    let none = black_box(0);
    let (mut sum, mut last) = (0, 0);
    for i in 0..work.queries.len() {
        let query = i + (last & none);
        let block = query % Search::<N>::BLOCKS;
        last = rank(&blocks[block].0, lens[block], work.queries[query]);
        sum += last as u64;
    }
    sum
}

instantiate! { fn lower_bound<const N>(work: &Search<N>) -> u64, search, { throughput(work, |block, _, x| isa::lower_bound(block, x)) } }
instantiate! { fn lower_bound_in_turn<const N>(work: &Search<N>) -> u64, search, { latency(work, |block, _, x| isa::lower_bound(block, x)) } }
instantiate! { fn count_lt<const N>(work: &Search<N>) -> u64, search, { throughput(work, |block, _, x| isa::count_lt(block, x)) } }
instantiate! { fn count_lt_in_turn<const N>(work: &Search<N>) -> u64, search, { latency(work, |block, _, x| isa::count_lt(block, x)) } }
instantiate! { fn autovectorised<const N>(work: &Search<N>) -> u64, search, { throughput(work, naive_count) } }
instantiate! { fn autovectorised_in_turn<const N>(work: &Search<N>) -> u64, search, { latency(work, naive_count) } }
instantiate! { fn padded<const N>(work: &Search<N>) -> u64, search, { throughput(work, |block, len, x| isa::lower_bound(block, x).min(len)) } }
instantiate! { fn sliced<const N>(work: &Search<N>) -> u64, search, { throughput(work, |block, len, x| isa::lower_bound(&block[..len], x)) } }
instantiate! { fn counted<const N>(work: &Search<N>) -> u64, search, { throughput(work, |block, len, x| isa::count_lt(&block[..len], x)) } }

#[inline(always)]
fn naive_count<const N: usize>(block: &[u64; N], _: usize, x: u64) -> usize {
    block.iter().filter(|&&key| key < x).count()
}

#[inline(always)]
fn partition_point<const N: usize>(block: &[u64; N], len: usize, x: u64) -> usize {
    block[..len].partition_point(|&key| key < x)
}

#[inline(always)]
fn halving<const N: usize>(block: &[u64; N], len: usize, x: u64) -> usize {
    search::scalar::lower_bound(&block[..len], x)
}

fn contests<const N: usize>(suite: &mut Suite) {
    let level = Level::detect();
    let names = ["lower_bound", "lower_bound in turn", "lower_bound partly filled"];
    if !names.iter().any(|name| suite.wants(name, N)) {
        return;
    }
    let (full, partly) =
        (&Search::<N>::full(suite.options().seed), &Search::<N>::partly(suite.options().seed));
    suite
        .contest(names[0], N)
        .models("the search in each node of a batch of independent lookups in a B+ tree")
        .flatters("wide vectors: the blocks are in the first-level cache")
        .operations(full.queries.len())
        .target(Against::Engine("partition_point"), 1.7)
        .ours("lower_bound", VERSION, || (), |()| lower_bound(level, full))
        .ours("count_lt", VERSION, || (), |()| count_lt(level, full))
        .peer(
            "partition_point",
            RUST,
            || (),
            |()| throughput(full, |block, _, x| partition_point(block, N, x)),
        )
        .ours("branchless halving", VERSION, || (), |()| throughput(full, |block, _, x| halving(block, N, x)))
        .peer("autovectorised count", RUST, || (), |()| autovectorised(level, full))
        .run();
    suite
        .contest(names[1], N)
        .models("the search in each node on one descent, which waits for the level above")
        .flatters("straight counting, which has no dependent loads")
        .operations(full.queries.len())
        .target(Against::Engine("partition_point"), 1.5)
        .ours("count_lt", VERSION, || (), |()| count_lt_in_turn(level, full))
        .ours("lower_bound", VERSION, || (), |()| lower_bound_in_turn(level, full))
        .peer("partition_point", RUST, || (), |()| latency(full, |block, _, x| partition_point(block, N, x)))
        .ours("branchless halving", VERSION, || (), |()| latency(full, |block, _, x| halving(block, N, x)))
        .peer("autovectorised count", RUST, || (), |()| autovectorised_in_turn(level, full))
        .run();
    suite
        .contest(names[2], N)
        .models("as lower_bound, in nodes half to wholly full")
        .flatters("the padded form, whose work does not hang on the length")
        .operations(partly.queries.len())
        .target(Against::Engine("partition_point"), 1.7)
        .ours("lower_bound_padded", VERSION, || (), |()| padded(level, partly))
        .ours("lower_bound", VERSION, || (), |()| sliced(level, partly))
        .ours("count_lt", VERSION, || (), |()| counted(level, partly))
        .peer("partition_point", RUST, || (), |()| throughput(partly, partition_point))
        .ours("branchless halving", VERSION, || (), |()| throughput(partly, halving))
        .run();
}

pub(super) fn run(suite: &mut Suite) {
    contests::<16>(suite);
    contests::<32>(suite);
    contests::<64>(suite);
    if suite.options().full {
        contests::<8>(suite);
        contests::<128>(suite);
        contests::<256>(suite);
    }
}
