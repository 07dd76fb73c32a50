//! Squared distances and dot products in the three shapes.

use bench_own::harness::{Against, Suite, checksum};
use bench_own::simd_kernels::{Aligned, coordinates};
use simd_kernels::Level;
use simd_kernels::distance::planes::{self, Planes};
use simd_kernels::distance::{rows, tile};

use crate::instantiate::instantiate;
use crate::{RUST, VERSION};

pub(super) fn run(suite: &mut Suite) {
    planes_f32(suite);
    within(suite);
    for d in [32, 128] {
        one_to_many(suite, d);
        eight_to_many(suite, d);
    }
    one_to_many_f64(suite);
}

/// A checksum of every seventh value, so that it takes no time.
fn digest(values: impl Iterator<Item = f64>) -> u64 {
    values.step_by(7).fold(0, |sum, value| checksum(sum, value.to_bits()))
}

/// Points of a round; three axes of them fill half of a first-level cache.
const POINTS: usize = 2048;
/// Rounds on one clock reading.
const CENTERS: usize = 256;

fn planes_f32(suite: &mut Suite) {
    if !suite.wants("distance d=3", POINTS) {
        return;
    }
    let level = Level::detect();
    let seed = suite.options().seed;
    let axes = ["x", "y", "z"].map(|axis| coordinates(axis, POINTS, seed));
    let centers = coordinates("centers", 3 * CENTERS, seed);
    let points = Planes::new(&axes[0], &axes[1], &axes[2]);
    let engine = |level: Level| {
        let centers = centers.as_chunks::<3>().0;
        move |out: &mut Vec<f32>| {
            for &center in centers {
                planes::squared_distances(level, points, center, out);
            }
            digest(out.iter().map(|&d2| d2.into()))
        }
    };
    suite
        .contest("distance d=3", POINTS)
        .models("one atom against a cell of others, coordinates apart")
        .flatters("nobody: all is in the first-level cache")
        .operations(POINTS * CENTERS)
        .unit("ns/pair")
        .target(Against::Engine("loop"), 2.0)
        .ours("planes::squared_distances", VERSION, || vec![0.0; POINTS], engine(level))
        .peer("loop", RUST, || vec![0.0; POINTS], engine(Level::scalar()))
        .run();
}

/// Runs as a cell list has them: of changing length, cut out of long slices.
struct Runs {
    axes: [Vec<f64>; 3],
    runs: Vec<(u32, u32)>,
}

impl Runs {
    fn new(mean: usize, seed: u64) -> Self {
        use bench_own::random::{RngExt, generator};
        let mut random = generator("runs", seed);
        let axes =
            ["x", "y", "z"].map(|axis| coordinates(axis, POINTS, seed).into_iter().map(f64::from).collect());
        let mut run = || {
            let len = random.random_range(1..2 * mean);
            let start = random.random_range(0..POINTS - len - 16);
            (start as u32, len as u32)
        };
        Self { axes, runs: (0..(1 << 20) / mean).map(|_| run()).collect() }
    }

    fn points(&self) -> Planes<'_, f64> {
        Planes::new(&self.axes[0], &self.axes[1], &self.axes[2])
    }
}

const LIMIT: f64 = 100.0;

instantiate! {
    fn within_runs(work: &Runs) -> u64, distance::planes, {
        let points = work.points();
        let mut masks = [0; POINTS / 16];
        let mut sum = 0_u64;
        for &(start, len) in &work.runs {
            let masks = &mut masks[..(len as usize).div_ceil(16)];
            let hits = isa::within(points.run(start as usize..(start + len) as usize), [0.0, 1.0, 2.0], LIMIT, masks);
            sum = sum.wrapping_mul(31) + hits as u64 + u64::from(masks[0]);
        }
        sum
    }
}

/// The loop that counts and marks without branches.
fn marking_loop(work: &Runs) -> u64 {
    let mut masks = [0_u16; POINTS / 16];
    let mut sum = 0_u64;
    for &(start, len) in &work.runs {
        let run = start as usize..(start + len) as usize;
        let [x, y, z] = work.axes.each_ref().map(|axis| &axis[run.clone()]);
        let masks = &mut masks[..run.len().div_ceil(16)];
        let mut hits = 0;
        for (i, mask) in masks.iter_mut().enumerate() {
            *mask = 0;
            for lane in 0..16.min(run.len() - 16 * i) {
                let [dx, dy, dz] = [x[16 * i + lane], y[16 * i + lane] - 1.0, z[16 * i + lane] - 2.0];
                *mask |= u16::from(dx * dx + dy * dy + dz * dz < LIMIT) << lane;
            }
            hits += u64::from(mask.count_ones());
        }
        sum = sum.wrapping_mul(31) + hits + u64::from(masks[0]);
    }
    sum
}

fn within(suite: &mut Suite) {
    for mean in [16, 64] {
        if !suite.wants("within", mean) {
            continue;
        }
        let work = &Runs::new(mean, suite.options().seed);
        let level = Level::detect();
        suite
            .contest("within", mean)
            .models("one atom against the runs of its cell list: f64, runs of changing length")
            .flatters("nobody")
            .operations(work.runs.iter().map(|run| run.1 as usize).sum())
            .unit("ns/pair")
            .ours("planes::within", VERSION, || (), |()| within_runs(level, work))
            .ours("portable", VERSION, || (), |()| within_runs(Level::scalar(), work))
            .peer("loop", RUST, || (), |()| marking_loop(work))
            .run();
    }
}

/// Queries on one clock reading.
const QUERIES: usize = 256;

/// Rows of small integers, and queries; both begin at a cache line, as a structure would place them.
struct Rows<T> {
    d: usize,
    rows: Aligned<T>,
    queries: Aligned<T>,
}

impl<T: Copy + From<f32>> Rows<T> {
    fn new(d: usize, bytes: usize, seed: u64) -> Self {
        let numbers = |name, n| {
            let numbers: Vec<T> = coordinates(name, n, seed).into_iter().map(T::from).collect();
            Aligned::new(&numbers)
        };
        let n = bytes / size_of::<T>() / d;
        Self { d, rows: numbers("rows", n * d), queries: numbers("queries", QUERIES * d) }
    }

    fn len(&self) -> usize {
        self.rows.len() / self.d
    }

    /// An engine that compares pair by pair.
    fn pairs(&self, distance: impl Fn(&[T], &[T]) -> T) -> impl Fn(&mut Vec<T>) -> u64
    where
        T: Into<f64>,
    {
        move |out| {
            for query in self.queries.chunks_exact(self.d) {
                for (d2, row) in out.iter_mut().zip(self.rows.chunks_exact(self.d)) {
                    *d2 = distance(query, row);
                }
            }
            digest(out.iter().map(|&d2| d2.into()))
        }
    }
}

fn naive<T: Copy + std::ops::Sub<Output = T> + std::ops::Mul<Output = T> + std::iter::Sum>(
    a: &[T],
    b: &[T],
) -> T {
    a.iter().zip(b).map(|(&a, &b)| (a - b) * (a - b)).sum()
}

fn one_to_many(suite: &mut Suite, d: usize) {
    let name = format!("one-to-many d={d}");
    let work = &Rows::<f32>::new(d, d * 2048, suite.options().seed);
    if !suite.wants(&name, work.len()) {
        return;
    }
    let level = Level::detect();
    let peers = suite.options().peers;
    let room = || vec![0.0_f32; work.len()];
    #[allow(unused_mut, reason = "the optional peers are added below")]
    let mut contest = suite
        .contest(&name, work.len())
        .models("one query against the rows of a leaf, or the re-ranking of candidates; f32")
        .flatters("nobody: rows are in the second-level cache")
        .operations(work.len() * QUERIES)
        .unit("ns/row")
        .target(Against::Engine("simsimd"), if d == 32 { 4.0 } else { 2.0 })
        .ours("rows::squared_distances", VERSION, room, move |out: &mut Vec<f32>| {
            for query in work.queries.chunks_exact(d) {
                rows::squared_distances(level, query, &work.rows, out);
            }
            digest(out.iter().map(|&d2| d2.into()))
        })
        .peer("loop", RUST, room, work.pairs(naive));
    #[cfg(feature = "simd-kernels-all")]
    if peers == bench_own::harness::Peers::All {
        use numkong::Euclidean;
        use simsimd::SpatialSimilarity;
        contest = contest
            .peer("simsimd", "6.5", room, work.pairs(|a, b| f32::l2sq(a, b).expect("equal lengths") as f32))
            .peer(
                "numkong",
                "7.8",
                room,
                work.pairs(|a, b| <f32 as Euclidean>::sqeuclidean(a, b).expect("equal lengths") as f32),
            );
    }
    let _ = peers;
    contest.run();
}

fn one_to_many_f64(suite: &mut Suite) {
    let (name, d) = ("one-to-many f64 d=32", 32);
    let work = &Rows::<f64>::new(d, 1 << 17, suite.options().seed);
    if !suite.wants(name, work.len()) {
        return;
    }
    let level = Level::detect();
    let peers = suite.options().peers;
    let room = || vec![0.0_f64; work.len()];
    #[allow(unused_mut, reason = "the optional peers are added below")]
    let mut contest = suite
        .contest(name, work.len())
        .models("re-ranking of candidates in f64")
        .flatters("nobody: rows are in the second-level cache")
        .operations(work.len() * QUERIES)
        .unit("ns/row")
        .target(Against::BestPeer, 1.2)
        .ours("rows::squared_distances", VERSION, room, move |out: &mut Vec<f64>| {
            for query in work.queries.chunks_exact(d) {
                rows::squared_distances(level, query, &work.rows, out);
            }
            digest(out.iter().copied())
        })
        .peer("loop", RUST, room, work.pairs(naive));
    #[cfg(feature = "simd-kernels-all")]
    if peers == bench_own::harness::Peers::All {
        use numkong::Euclidean;
        use simsimd::SpatialSimilarity;
        contest = contest
            .peer("simsimd", "6.5", room, work.pairs(|a, b| f64::l2sq(a, b).expect("equal lengths")))
            .peer(
                "numkong",
                "7.8",
                room,
                work.pairs(|a, b| <f64 as Euclidean>::sqeuclidean(a, b).expect("equal lengths")),
            );
    }
    let _ = peers;
    contest.run();
}

/// A kernel of ours: queries and panels, dimension-major, make tiles.
type Kernel = fn(Level, queries: &[[f32; 8]], panels: &[[f32; 16]], out: &mut [tile::Tile<f32>]);

/// `C = Q P^T` for eight queries and all rows: the call of a matrix-multiplication crate.
type Multiply = fn(d: usize, n: usize, queries: &[f32], rows: &[f32], products: &mut [f32]);

fn by_matrixmultiply(d: usize, n: usize, queries: &[f32], rows: &[f32], products: &mut [f32]) {
    assert!(queries.len() == 8 * d && rows.len() == n * d && products.len() == 8 * n, "shapes");
    let [ld, ln] = [d as isize, n as isize];
    #[allow(unsafe_code, reason = "a C-like interface")]
    // SAFETY: the shapes are those of the slices, by the assertion.
    unsafe {
        matrixmultiply::sgemm(
            8,
            d,
            n,
            1.0,
            queries.as_ptr(),
            ld,
            1,
            rows.as_ptr(),
            1,
            ld,
            0.0,
            products.as_mut_ptr(),
            ln,
            1,
        );
    }
}

#[cfg(feature = "simd-kernels-all")]
fn by_gemm(d: usize, n: usize, queries: &[f32], rows: &[f32], products: &mut [f32]) {
    assert!(queries.len() == 8 * d && rows.len() == n * d && products.len() == 8 * n, "shapes");
    let [ld, ln] = [d as isize, n as isize];
    #[allow(unsafe_code, reason = "a C-like interface")]
    // SAFETY: the shapes are those of the slices, by the assertion.
    unsafe {
        gemm::gemm(
            8,
            n,
            d,
            products.as_mut_ptr(),
            1,
            ln,
            false,
            queries.as_ptr(),
            1,
            ld,
            rows.as_ptr(),
            ld,
            1,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

instantiate! {
    fn peak(steps: usize) -> f32, distance::tile, {
        // Ten or twenty registers of subtractions and fused multiply-adds: more than the latency of both hides.
        let mut sums = [[1.0_f32; 16]; 10];
        for _ in 0..steps {
            for lane in sums.as_flattened_mut() {
                let difference = *lane - 0.999;
                *lane = difference.mul_add(difference, 0.999);
            }
        }
        sums.as_flattened().iter().sum()
    }
}

/// The least time in which this processor could do the subtractions and multiply-adds of one pair, in nanoseconds.
fn peak_ns_a_pair(level: Level, d: usize) -> f64 {
    const STEPS: usize = 200_000;
    let run = |_| {
        let start = std::time::Instant::now();
        std::hint::black_box(peak(level, std::hint::black_box(STEPS)));
        start.elapsed().as_nanos() as f64
    };
    let best = (0..9).map(run).min_by(f64::total_cmp).expect("nine runs");
    best / (STEPS * 160) as f64 * d as f64
}

fn eight_to_many(suite: &mut Suite, d: usize) {
    let names = [format!("eight-to-many d={d}"), format!("eight-to-many dots d={d}")];
    let work = &Rows::<f32>::new(d, d * 2048, suite.options().seed);
    let n = work.len();
    if !names.iter().any(|name| suite.wants(name, n)) {
        return;
    }
    let level = Level::detect();
    let peers = suite.options().peers;
    // Ours: dimension-major panels and queries.
    let transposed = |rows: &[f32], width: usize| -> Aligned<f32> {
        let block = |block: &[f32]| {
            (0..d)
                .flat_map(|k| (0..width).map(move |i| (i, k)))
                .map(|(i, k)| block[i * d + k])
                .collect::<Vec<_>>()
        };
        Aligned::new(&rows.chunks_exact(width * d).flat_map(block).collect::<Vec<_>>())
    };
    let panels = transposed(&work.rows, 16);
    let panels = panels.as_chunks::<16>().0;
    let queries = transposed(&work.queries, 8);
    let queries = queries.as_chunks::<8>().0;
    let tiles = || vec![[[0.0_f32; 16]; 8]; n / 16];
    let ours = |kernel: Kernel| {
        move |out: &mut Vec<tile::Tile<f32>>| {
            for queries in queries.chunks_exact(d) {
                kernel(level, queries, panels, out);
            }
            digest((0..8).flat_map(|q| out.iter().flat_map(move |tile| tile[q])).map(f64::from))
        }
    };
    // Theirs: products, and for distances the norms.
    let norms =
        |rows: &[f32]| rows.chunks_exact(d).map(|row| row.iter().map(|x| x * x).sum()).collect::<Vec<f32>>();
    let (query_norms, row_norms) = (norms(&work.queries), norms(&work.rows));
    let (query_norms, row_norms) = (&query_norms[..], &row_norms[..]);
    let room = || vec![0.0_f32; 8 * n];
    let dots = |multiply: Multiply| {
        move |out: &mut Vec<f32>| {
            work.queries.chunks_exact(8 * d).for_each(|queries| multiply(d, n, queries, &work.rows, out));
            digest(out.iter().map(|&dot| dot.into()))
        }
    };
    let distances = |multiply: Multiply| {
        move |out: &mut Vec<f32>| {
            for (queries, norms) in work.queries.chunks_exact(8 * d).zip(query_norms.chunks_exact(8)) {
                multiply(d, n, queries, &work.rows, out);
                for (out, norm) in out.chunks_exact_mut(n).zip(norms) {
                    out.iter_mut().zip(row_norms).for_each(|(dot, row)| *dot = norm + row - 2.0 * *dot);
                }
            }
            digest(out.iter().map(|&d2| d2.into()))
        }
    };
    let models = "a scan that takes eight queries through the points together";
    let flatters = "us: our layout is made once beforehand, theirs is made in each call";
    #[allow(unused_mut, reason = "the optional peers are added below")]
    let mut contest = suite
        .contest(&names[0], n)
        .models(models)
        .flatters(flatters)
        .operations(n * QUERIES)
        .unit("ns/pair")
        .target(Against::Engine("gemm and norms"), 3.0)
        .ours("tile::squared_distances", VERSION, tiles, ours(tile::squared_distances))
        .note("ns/pair at the peak of subtract and fused multiply-add", peak_ns_a_pair(level, d))
        .peer("matrixmultiply and norms", "0.3", room, distances(by_matrixmultiply));
    #[cfg(feature = "simd-kernels-all")]
    if peers == bench_own::harness::Peers::All {
        contest = contest.peer("gemm and norms", "0.19", room, distances(by_gemm));
    }
    contest.run();
    #[allow(unused_mut, reason = "the optional peers are added below")]
    let mut contest = suite
        .contest(&names[1], n)
        .models(models)
        .flatters(flatters)
        .operations(n * QUERIES)
        .unit("ns/pair")
        .target(Against::BestPeer, 1.5)
        .ours("tile::dots", VERSION, tiles, ours(tile::dots))
        .peer("matrixmultiply", "0.3", room, dots(by_matrixmultiply));
    #[cfg(feature = "simd-kernels-all")]
    if peers == bench_own::harness::Peers::All {
        contest = contest.peer("gemm", "0.19", room, dots(by_gemm));
    }
    let _ = peers;
    contest.run();
}
