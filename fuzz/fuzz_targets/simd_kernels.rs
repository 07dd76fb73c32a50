//! Every kernel at every level against the scalar one, on lengths, offsets and values that the fuzzer makes.
#![cfg_attr(fuzzing, no_main)]

use arbitrary::Arbitrary;
use locality_fuzz::fuzz_target;
use simd_kernels::distance::planes::{self, Planes};
use simd_kernels::{Level, compress, morton, prefix, search, tag};

#[derive(Arbitrary, Debug)]
enum Case {
    Bytes { block: Vec<u8>, x: u8 },
    Words { block: Vec<i16>, x: i16 },
    Keys { block: Vec<u64>, x: u64 },
    Floats { block: Vec<f32>, x: f32 },
    Tags { tags: [u8; 32], tag: u8 },
    Within { points: Vec<[f64; 3]>, start: u8, end: u8, center: [f64; 3], limit: f64 },
    Compress { ids: Vec<u32>, bits: Vec<u16> },
    Morton { points: Vec<[u32; 3]> },
    Prefix { values: Vec<u32> },
}

/// Sorted or not, the level must not matter to a count, and must not lead out of the block.
fn searches<T: search::Key + Copy>(mut block: Vec<T>, x: T, order: impl Fn(&T, &T) -> std::cmp::Ordering) {
    for level in Level::available() {
        assert_eq!(search::count_lt(level, &block, x), search::scalar::count_lt(&block, x));
        assert_eq!(search::count_le(level, &block, x), search::scalar::count_le(&block, x));
        assert!(search::lower_bound(level, &block, x) <= block.len());
        assert!(search::upper_bound(level, &block, x) <= block.len());
    }
    block.sort_by(order);
    for level in Level::available() {
        assert_eq!(search::lower_bound(level, &block, x), search::scalar::count_lt(&block, x));
        assert_eq!(search::upper_bound(level, &block, x), search::scalar::count_le(&block, x));
    }
}

fn within(points: &[[f64; 3]], start: u8, end: u8, center: [f64; 3], limit: f64) {
    let axes = [0, 1, 2].map(|axis| points.iter().map(|point| point[axis]).collect::<Vec<_>>());
    let start = usize::from(start).min(points.len());
    let end = usize::from(end).clamp(start, points.len());
    let run = Planes::new(&axes[0], &axes[1], &axes[2]).run(start..end);
    let mut expected = vec![0; run.len().div_ceil(16)];
    let hits = planes::scalar::within(run, center, limit, &mut expected);
    for level in Level::available() {
        let mut masks = vec![0xffff; expected.len()];
        assert_eq!(planes::within(level, run, center, limit, &mut masks), hits);
        assert_eq!(masks, expected);
    }
}

fn selects(ids: &[u32], mut bits: Vec<u16>) {
    bits.resize(ids.len().div_ceil(16), 0xa5a5);
    if let (Some(last), 1..) = (bits.last_mut(), ids.len() % 16) {
        *last &= (1 << (ids.len() % 16)) - 1;
    }
    let mut expected = vec![0; compress::count(&bits)];
    compress::scalar::select(ids, &bits, &mut expected);
    for level in Level::available() {
        let mut out = vec![0; expected.len()];
        assert_eq!(compress::select(level, ids, &bits, &mut out), expected.len());
        assert_eq!(out, expected);
    }
}

fn codes(points: &[[u32; 3]]) {
    let axes = [0, 1, 2].map(|axis| points.iter().map(|point| point[axis]).collect::<Vec<_>>());
    for level in Level::available() {
        let mut codes = vec![0; points.len()];
        morton::encode_3d_slice(level, axes.each_ref().map(|axis| &axis[..]), &mut codes);
        assert!(codes.iter().zip(points).all(|(&code, &[x, y, z])| code == morton::encode_3d(x, y, z)));
        morton::encode_2d_slice(level, [&axes[0], &axes[1]], &mut codes);
        assert!(codes.iter().zip(points).all(|(&code, &[x, y, _])| morton::decode_2d(code) == [x, y]));
    }
}

fuzz_target!(|case: Case| match case {
    Case::Bytes { block, x } => searches(block, x, u8::cmp),
    Case::Words { block, x } => searches(block, x, i16::cmp),
    Case::Keys { block, x } => searches(block, x, u64::cmp),
    Case::Floats { block, x } => searches(block, x, f32::total_cmp),
    Case::Tags { tags, tag } => assert_eq!(tag::match_32(&tags, tag), tag::swar::match_32(&tags, tag)),
    Case::Within { points, start, end, center, limit } => within(&points, start, end, center, limit),
    Case::Compress { ids, bits } => selects(&ids, bits),
    Case::Morton { points } => codes(&points),
    Case::Prefix { values } => {
        let mut expected = values.clone();
        prefix::scalar::inclusive(&mut expected);
        for level in Level::available() {
            let mut sums = values.clone();
            prefix::inclusive(level, &mut sums);
            assert_eq!(sums, expected);
        }
    }
});
