//! Loads of simd-kernels, at the level that the machine has (or `SIMD_KERNELS` says).

use bench_own::harness::checksum;
use bench_own::simd_kernels::{Search, cells, coordinates, masks};
use simd_kernels::distance::{planes, rows};
use simd_kernels::{Level, compress, morton, prefix, search};

use crate::load::{Load, Setup, Window, Work};

pub(crate) fn loads() -> Vec<Load> {
    const SIZES: &[usize] = &[1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20];
    let load = |name, size, build| Load { name, size, sizes: SIZES, parallel: false, build };
    vec![
        load("simd-kernels/compress/select", 1 << 14, select),
        load("simd-kernels/distance/planes", 1 << 14, within),
        load("simd-kernels/distance/rows-32", 1 << 16, row_distances),
        load("simd-kernels/morton/encode-3d", 1 << 14, encode),
        load("simd-kernels/prefix/inclusive", 1 << 14, inclusive),
        load("simd-kernels/search/lower-bound-64", 1 << 13, lower_bound),
    ]
}

/// Whole blocks of 64 items, which every kernel can do with.
fn whole(size: usize) -> usize {
    size.next_multiple_of(64)
}

fn lower_bound(setup: Setup) -> Work {
    let (level, work) = (Level::detect(), Search::<64>::full(setup.seed));
    let count = setup.size.min(work.queries.len());
    let mut window = Window::new(work.queries.len(), count);
    Work::new(count, move || {
        work.blocks
            .iter()
            .cycle()
            .zip(&work.queries[window.next()])
            .map(|(block, &x)| search::lower_bound(level, &block.0, x) as u64)
            .sum()
    })
}

fn within(setup: Setup) -> Work {
    let n = whole(setup.size);
    let [x, y, z] = ["x", "y", "z"].map(|axis| coordinates(axis, n, setup.seed));
    let (level, mut hits) = (Level::detect(), vec![0; n / 16]);
    Work::new(n, move || {
        planes::within(level, planes::Planes::new(&x, &y, &z), [1.0, 2.0, 3.0], 50.0, &mut hits);
        hits.iter().fold(0, |sum, &mask| checksum(sum, mask.into()))
    })
}

fn row_distances(setup: Setup) -> Work {
    let n = whole(setup.size);
    let numbers = coordinates("rows", n, setup.seed);
    let (level, mut out) = (Level::detect(), vec![0.0_f32; n / 32]);
    Work::new(n / 32, move || {
        rows::squared_distances(level, &numbers[..32], &numbers, &mut out);
        out.iter().fold(0, |sum, d2| checksum(sum, d2.to_bits().into()))
    })
}

fn encode(setup: Setup) -> Work {
    let n = whole(setup.size);
    let [x, y, z] = ["x", "y", "z"].map(|axis| cells(axis, n, setup.seed));
    let (level, mut codes) = (Level::detect(), vec![0; n]);
    Work::new(n, move || {
        morton::encode_3d_slice(level, [&x, &y, &z], &mut codes);
        codes.iter().step_by(64).fold(0, |sum, &code| checksum(sum, code))
    })
}

fn select(setup: Setup) -> Work {
    let n = whole(setup.size);
    let (ids, masks) = (cells("select", n, setup.seed), masks(n, 16, setup.seed));
    let (level, mut out) = (Level::detect(), vec![0; n]);
    Work::new(n, move || {
        let found = compress::select(level, &ids, &masks, &mut out);
        out[..found].iter().step_by(16).fold(found as u64, |sum, &id| checksum(sum, id.into()))
    })
}

fn inclusive(setup: Setup) -> Work {
    let n = whole(setup.size);
    let (level, mut values) = (Level::detect(), cells("prefix", n, setup.seed));
    Work::new(n, move || {
        // In place and over and over: the values change, and in the same way in every build.
        let last = prefix::inclusive(level, &mut values);
        values[n / 2] &= 0xffff;
        u64::from(last)
    })
}
