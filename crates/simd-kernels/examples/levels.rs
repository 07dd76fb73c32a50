//! Which levels this machine has, and what each is worth: `cargo run --release --example levels`.
//!
//! A line a kernel, a column a level, in nanoseconds an item; the least of several runs. For a report of wrong or slow
//! results, say at which `SIMD_KERNELS=scalar|sse2|avx2|avx512` they begin.
#![expect(clippy::print_stdout, reason = "an example speaks to people")]

use std::hint::black_box;
use std::time::Instant;

use simd_kernels::distance::{planes, rows, tile};
use simd_kernels::{Level, compress, morton, prefix, search};

/// Items in each input: they fit in the first-level cache.
const N: usize = 1024;

fn main() {
    let levels: Vec<Level> = Level::available().collect();
    print!("{:36}", "ns an item");
    levels.iter().for_each(|level| print!("{level:>9}"));
    println!();

    let numbers: Vec<u32> = (0..N as u32).map(|i| i.wrapping_mul(0x9e37_79b9) >> 12).collect();
    let floats: Vec<f32> = numbers.iter().map(|&x| x as f32).collect();
    let keys: Vec<u64> = (0..N as u64).map(|i| i << 40).collect();
    let masks: Vec<u16> = numbers.iter().take(N / 16).map(|&x| (x >> 3) as u16).collect();
    let points = planes::Planes::new(&floats, &floats, &floats);
    let mut ids = vec![0; N];
    let mut codes = vec![0; N];
    let mut d2 = vec![0.0; N];
    let mut hits = vec![0; N / 16];
    let mut tiles = vec![[[0.0; 16]; 8]; N / 16 / 8];

    let line = |kernel: &str, run: &mut dyn FnMut(Level)| {
        print!("{kernel:36}");
        levels.iter().for_each(|&level| print!("{:>9.3}", fastest(|| run(level)) / N as f64));
        println!();
    };
    line("search::lower_bound, 64 of u64", &mut |level| {
        let blocks = keys.chunks(64).cycle().zip(&keys);
        black_box(blocks.map(|(block, &x)| search::lower_bound(level, block, x)).sum::<usize>());
    });
    line("search::count_lt, 64 of u64", &mut |level| {
        let blocks = keys.chunks(64).cycle().zip(&keys);
        black_box(blocks.map(|(block, &x)| search::count_lt(level, block, x)).sum::<usize>());
    });
    line("distance::planes::squared_distances", &mut |level| {
        planes::squared_distances(level, points, [1.0, 2.0, 3.0], &mut d2);
    });
    line("distance::planes::within", &mut |level| {
        black_box(planes::within(level, points, [1.0, 2.0, 3.0], 1e9, &mut hits));
    });
    line("distance::rows, d = 32, a number", &mut |level| {
        rows::squared_distances(level, &floats[..32], &floats, &mut d2[..N / 32]);
    });
    line("distance::tile, d = 8, 8 queries", &mut |level| {
        let (queries, panels) = (floats[..64].as_chunks().0, floats.as_chunks().0);
        tile::squared_distances(level, queries, panels, &mut tiles);
    });
    line("morton::encode_3d_slice", &mut |level| {
        morton::encode_3d_slice(level, [&numbers, &numbers, &numbers], &mut codes);
    });
    line("compress::select, half kept", &mut |level| {
        black_box(compress::select(level, &numbers, &masks, &mut ids));
    });
    line("prefix::inclusive", &mut |level| {
        black_box(prefix::inclusive(level, &mut ids));
    });
}

/// The least time of one run in nanoseconds.
fn fastest(mut run: impl FnMut()) -> f64 {
    let times = (0..50).map(|_| {
        let start = Instant::now();
        (0..20).for_each(|_| run());
        start.elapsed().as_nanos() as f64 / 20.0
    });
    times.fold(f64::INFINITY, f64::min)
}
