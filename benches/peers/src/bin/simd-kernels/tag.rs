//! Tag matches in a bucket, each waiting for the one before, as probes of one lookup do.

use std::hint::black_box;

use bench_own::harness::{Against, Suite};
use bench_own::simd_kernels as kernels;
use simd_kernels::tag;

use crate::{RUST, VERSION};

/// Matches all groups; which group comes next is known only when the last is matched.
#[inline(always)]
fn in_turn<const N: usize>(tags: &[[u8; N]], wanted: &[u8], mask: impl Fn(&[u8; N], u8) -> u64) -> u64 {
    // Zero, but the compiler cannot know it.
    let none = black_box(0);
    let (mut sum, mut last) = (0_u64, 0_u64);
    for i in 0..wanted.len() {
        let group = i + (last & none) as usize;
        last = mask(&tags[group], wanted[group]);
        sum = sum.rotate_left(1) ^ last;
    }
    sum
}

/// What one writes first: a loop that sets a bit for each hit.
#[inline(always)]
fn bit_scan<const N: usize>(tags: &[u8; N], tag: u8) -> u64 {
    let mut mask = 0;
    for (i, &candidate) in tags.iter().enumerate() {
        if candidate == tag {
            mask |= 1 << i;
        }
    }
    mask
}

fn contest<const N: usize>(
    suite: &mut Suite,
    target: f64,
    ours: impl Fn(&[u8; N], u8) -> u64 + Copy,
    swar: impl Fn(&[u8; N], u8) -> u64 + Copy,
) {
    if !suite.wants("tag match", N) {
        return;
    }
    let (tags, wanted) = kernels::tags(N, suite.options().seed);
    let tags = tags.as_chunks::<N>().0;
    suite
        .contest("tag match", N)
        .models("the probe of one bucket of a hash index")
        .flatters("nobody: the groups stream from the second-level cache")
        .operations(wanted.len())
        .target(Against::Engine("bit-scan loop"), target)
        .ours("tag::match", VERSION, || (), |()| in_turn(tags, &wanted, ours))
        .ours("SWAR", VERSION, || (), |()| in_turn(tags, &wanted, swar))
        .peer("bit-scan loop", RUST, || (), |()| in_turn(tags, &wanted, bit_scan))
        .run();
}

pub(super) fn run(suite: &mut Suite) {
    contest::<16>(
        suite,
        2.0,
        |tags, tag| tag::match_16(tags, tag).into(),
        |tags, tag| tag::swar::match_16(tags, tag).into(),
    );
    contest::<32>(
        suite,
        2.0,
        |tags, tag| tag::match_32(tags, tag).into(),
        |tags, tag| tag::swar::match_32(tags, tag).into(),
    );
    contest::<64>(suite, 5.0, tag::match_64, tag::swar::match_64);
}
