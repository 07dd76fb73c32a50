//! Compress of identifiers by masks, distances to masks, and prefix sums.

use bench_own::harness::{Against, Suite, checksum};
use bench_own::simd_kernels::{self as kernels, FRESH};
use simd_kernels::{Level, compress, prefix};

use crate::{RUST, VERSION};

fn digest(values: &[u32]) -> u64 {
    values.iter().step_by(997).fold(values.len() as u64, |sum, &value| checksum(sum, value.into()))
}

/// Writes every id and moves on if it is marked.
fn branchless(ids: &[u32], masks: &[u16], out: &mut [u32]) -> usize {
    let mut kept = 0;
    for (i, &id) in ids.iter().enumerate() {
        out[kept] = id;
        kept += usize::from(masks[i / 16] >> (i % 16) & 1);
    }
    kept
}

fn branchy(ids: &[u32], masks: &[u16], out: &mut [u32]) -> usize {
    let mut kept = 0;
    for (i, &id) in ids.iter().enumerate() {
        if masks[i / 16] >> (i % 16) & 1 != 0 {
            out[kept] = id;
            kept += 1;
        }
    }
    kept
}

pub(super) fn run(suite: &mut Suite) {
    let level = Level::detect();
    for percent in [3, 16, 50] {
        let name = format!("compress {percent} %");
        if !suite.wants(&name, FRESH) {
            continue;
        }
        let ids = kernels::cells("simd-kernels/compress", FRESH, suite.options().seed);
        let masks = kernels::masks(FRESH, percent, suite.options().seed);
        let room = || vec![0_u32; FRESH + 1];
        let (ids, masks) = (&ids[..], &masks[..]);
        let engine = |select: fn(&[u32], &[u16], &mut [u32]) -> usize| {
            move |out: &mut Vec<u32>| {
                let kept = select(ids, masks, out);
                digest(&out[..kept])
            }
        };
        suite
            .contest(&name, FRESH)
            .models("the neighbours of an atom, kept of its candidates")
            .flatters("nobody: fresh masks, so that no branch is learned")
            .operations(FRESH)
            .unit("ns/id")
            .target(Against::Engine("branchless loop"), 4.0)
            .ours("compress::select", VERSION, room, move |out: &mut Vec<u32>| {
                let kept = compress::select(level, ids, masks, out);
                digest(&out[..kept])
            })
            .ours("set bits", VERSION, room, engine(compress::scalar::select))
            .peer("branchless loop", RUST, room, engine(branchless))
            .peer("branchy loop", RUST, room, engine(branchy))
            .run();
    }
    if suite.wants("prefix sum", FRESH) {
        let values = &kernels::cells("simd-kernels/prefix", 1 << 14, suite.options().seed);
        let repeat = |sum: &dyn Fn(&mut [u32]) -> u32, state: &mut Vec<u32>| {
            (0..64).fold(0, |_, _| sum(state));
            digest(state)
        };
        suite
            .contest("prefix sum", values.len())
            .models("counts of a counting sort, made offsets; 64 KiB at a time")
            .flatters("nobody")
            .operations(64 * values.len())
            .unit("ns/value")
            .target(Against::Engine("loop"), 1.5)
            .ours(
                "prefix::exclusive",
                VERSION,
                || values.clone(),
                |state| repeat(&|values| prefix::exclusive(level, values), state),
            )
            .peer("loop", RUST, || values.clone(), |state| repeat(&prefix::scalar::exclusive, state))
            .run();
    }
}
