//! Morton codes of a million points.

use bench_own::harness::{Against, Suite, checksum};
use bench_own::simd_kernels::{FRESH, cells};
use simd_kernels::{Isa, Level, morton};

use crate::{RUST, VERSION};

/// Points at a time, so that the codes stay in the first-level cache.
const CHUNK: usize = 1024;

/// The codes of all points, chunk by chunk.
fn encode(axes: &[Vec<u32>; 3], encode: impl Fn([&[u32]; 3], &mut [u64])) -> u64 {
    let mut codes = [0; CHUNK];
    let mut sum = 0;
    for start in (0..FRESH).step_by(CHUNK) {
        encode(axes.each_ref().map(|axis| &axis[start..start + CHUNK]), &mut codes);
        sum = checksum(sum, codes[start % 1000]);
    }
    sum
}

fn decode(codes: &[u64], decode: impl Fn(&[u64], [&mut [u32]; 3])) -> u64 {
    let mut axes = [[0; CHUNK]; 3];
    let mut sum = 0;
    for codes in codes.chunks_exact(CHUNK) {
        decode(codes, axes.each_mut().map(|axis| &mut axis[..]));
        let place = codes[0] as usize % CHUNK;
        sum = checksum(sum, axes.iter().map(|axis| u64::from(axis[place])).sum());
    }
    sum
}

/// A loop point by point.
#[inline(always)]
fn each([x, y, z]: [&[u32]; 3], codes: &mut [u64], point: impl Fn(u32, u32, u32) -> u64) {
    for (((code, &x), &y), &z) in codes.iter_mut().zip(x).zip(y).zip(z) {
        *code = point(x, y, z);
    }
}

const EVERY_THIRD: u64 = 0x1249_2492_4924_9249;

#[target_feature(enable = "bmi2")]
fn encode_pdep(axes: [&[u32]; 3], codes: &mut [u64]) {
    use std::arch::x86_64::_pdep_u64;
    each(axes, codes, |x, y, z| {
        let [x, y, z] = [x, y, z].map(u64::from);
        _pdep_u64(x, EVERY_THIRD) | _pdep_u64(y, EVERY_THIRD << 1) | _pdep_u64(z, EVERY_THIRD << 2)
    });
}

#[target_feature(enable = "bmi2")]
fn decode_pext(codes: &[u64], [x, y, z]: [&mut [u32]; 3]) {
    use std::arch::x86_64::_pext_u64;
    for (((&code, x), y), z) in codes.iter().zip(x).zip(y).zip(z) {
        *x = _pext_u64(code, EVERY_THIRD) as u32;
        *y = _pext_u64(code, EVERY_THIRD << 1) as u32;
        *z = _pext_u64(code, EVERY_THIRD << 2) as u32;
    }
}

/// Shifts and masks one point after another, kept from being vectorised.
#[inline(never)]
fn encode_magic(x: u32, y: u32, z: u32) -> u64 {
    morton::encode_3d(x, y, z)
}

#[inline(never)]
fn decode_magic(code: u64) -> [u32; 3] {
    morton::decode_3d(code)
}

pub(super) fn run(suite: &mut Suite) {
    three_d(suite);
    two_d(suite);
}

/// Two coordinates of 32 bits: what the peer crates make of one `u64`.
fn two_d(suite: &mut Suite) {
    if !suite.wants("morton encode 2-D", FRESH) {
        return;
    }
    let level = Level::detect();
    let peers = suite.options().peers;
    let axes = &["x", "y", "z"].map(|axis| cells(axis, FRESH, suite.options().seed));
    #[allow(unused_mut, reason = "the optional peers are added below")]
    let mut contest = suite
        .contest("morton encode 2-D", FRESH)
        .models("sorting points of the plane by place")
        .flatters("nobody")
        .operations(FRESH)
        .unit("ns/point")
        .target(Against::BestPeer, 1.2)
        .ours(
            "morton::encode_2d_slice",
            VERSION,
            || (),
            |()| encode(axes, |[x, y, _], codes| morton::encode_2d_slice(level, [x, y], codes)),
        )
        .peer(
            "loop",
            RUST,
            || (),
            |()| encode(axes, |axes, codes| each(axes, codes, |x, y, _| morton::encode_2d(x, y))),
        );
    #[cfg(feature = "simd-kernels-all")]
    if peers == bench_own::harness::Peers::All {
        contest = contest
            .peer(
                "zorder",
                "0.2",
                || (),
                |()| encode(axes, |axes, codes| each(axes, codes, |x, y, _| zorder::index_of([x, y]))),
            )
            .peer(
                "morton-encoding",
                "2.0",
                || (),
                |()| {
                    encode(axes, |axes, codes| {
                        each(axes, codes, |x, y, _| morton_encoding::morton_encode([y, x]))
                    })
                },
            );
        if let Some(token) = zorder::bmi2::HardwareSupportToken::new() {
            contest = contest.peer(
                "zorder bmi2",
                "0.2",
                || (),
                move |()| {
                    encode(axes, |axes, codes| {
                        each(axes, codes, |x, y, _| zorder::bmi2::index_of([x, y], token))
                    })
                },
            );
        }
    }
    let _ = peers;
    contest.run();
}

fn three_d(suite: &mut Suite) {
    if !suite.wants("morton encode 3-D", FRESH) && !suite.wants("morton decode 3-D", FRESH) {
        return;
    }
    let level = Level::detect();
    let bmi2 = matches!(level.isa(), Isa::Avx2(_) | Isa::Avx512(_));
    let axes = &["x", "y", "z"].map(|axis| cells(axis, FRESH, suite.options().seed));
    let mut contest = suite
        .contest("morton encode 3-D", FRESH)
        .models("sorting points by place")
        .flatters("nobody")
        .operations(FRESH)
        .unit("ns/point")
        .target(Against::Engine("magic numbers"), 8.0)
        .target(Against::Engine("pdep"), 1.2)
        .ours(
            "morton::encode_3d_slice",
            VERSION,
            || (),
            |()| encode(axes, |axes, codes| morton::encode_3d_slice(level, axes, codes)),
        )
        .peer("magic numbers", RUST, || (), |()| encode(axes, |axes, codes| each(axes, codes, encode_magic)));
    if bmi2 {
        #[allow(unsafe_code, reason = "the dispatching call")]
        // SAFETY: the token that `bmi2` was made of proves it.
        let pdep = |axes: [&[u32]; 3], codes: &mut [u64]| unsafe { encode_pdep(axes, codes) };
        contest = contest.peer("pdep", RUST, || (), move |()| encode(axes, pdep));
    }
    contest.run();

    let mut codes = vec![0; FRESH];
    morton::encode_3d_slice(level, axes.each_ref().map(|axis| &axis[..]), &mut codes);
    let codes = &codes;
    let mut contest = suite
        .contest("morton decode 3-D", FRESH)
        .models("cells of sorted points")
        .flatters("nobody")
        .operations(FRESH)
        .unit("ns/point")
        .ours(
            "morton::decode_3d_slice",
            VERSION,
            || (),
            |()| decode(codes, |codes, axes| morton::decode_3d_slice(level, codes, axes)),
        )
        .peer(
            "magic numbers",
            RUST,
            || (),
            |()| {
                decode(codes, |codes, [x, y, z]| {
                    for (((&code, x), y), z) in codes.iter().zip(x).zip(y).zip(z) {
                        [*x, *y, *z] = decode_magic(code);
                    }
                })
            },
        );
    if bmi2 {
        #[allow(unsafe_code, reason = "the dispatching call")]
        // SAFETY: the token that `bmi2` was made of proves it.
        let pext = |codes: &[u64], axes: [&mut [u32]; 3]| unsafe { decode_pext(codes, axes) };
        contest = contest.peer("pext", RUST, || (), move |()| decode(codes, pext));
    }
    contest.run();
}
