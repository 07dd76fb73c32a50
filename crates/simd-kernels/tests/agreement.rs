//! Every kernel at every level that this machine has, against the scalar one: all tails, all offsets.

use simd_kernels::distance::{Float, planes, rows, tile};
use simd_kernels::search::Key;
use simd_kernels::{Level, axes, compress, morton, prefix, search, tag};

/// A small generator (splitmix64), so that a failing case can be named by its number.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Longer than three vectors of the widest kind, for bytes.
const LENGTHS: usize = 3 * 64 + 2;

mod searching {
    use super::*;

    /// Random bits make random keys of any type; a few extreme ones are mixed in, and ties are frequent.
    fn check<T: Key + Copy + std::fmt::Debug>(
        extremes: &[T],
        from_bits: impl Fn(u64) -> T,
        order: impl Fn(&T, &T) -> std::cmp::Ordering,
    ) {
        let mut random = Random(size_of::<T>() as u64);
        for len in (0..LENGTHS).chain([255, 256, 257, 511, 512]) {
            let offset = len % 7;
            let mut keys: Vec<T> = (0..offset + len)
                .map(|_| match random.next() % 8 {
                    0 => extremes[random.next() as usize % extremes.len()],
                    1 => from_bits(random.next() % 16),
                    _ => from_bits(random.next()),
                })
                .collect();
            let shuffled = keys[offset..].to_vec();
            keys[offset..].sort_by(&order);
            let block = &keys[offset..];
            let stray = [from_bits(random.next()), from_bits(3), from_bits(random.next())];
            let near: Vec<T> =
                (0..12).filter_map(|_| block.get(random.next() as usize % len.max(1)).copied()).collect();
            for &x in extremes.iter().chain(&stray).chain(&near) {
                let less = block.partition_point(|key| order(key, &x).is_lt());
                let not_greater = block.partition_point(|key| order(key, &x).is_le());
                for level in Level::available() {
                    let context = || format!("{level}, {len} keys, x = {x:?}");
                    assert_eq!(search::lower_bound(level, block, x), less, "{}", context());
                    assert_eq!(search::upper_bound(level, block, x), not_greater, "{}", context());
                    assert_eq!(search::count_lt(level, &shuffled, x), less, "{}", context());
                    assert_eq!(search::count_le(level, &shuffled, x), not_greater, "{}", context());
                    assert!(search::lower_bound(level, &shuffled, x) <= len, "{}", context());
                    assert!(search::upper_bound(level, &shuffled, x) <= len, "{}", context());
                }
            }
        }
    }

    macro_rules! integers {
        ($($name:ident: $key:ty),+) => {$(
            #[test]
            fn $name() {
                check(&[<$key>::MIN, <$key>::MAX, 0, 1, <$key>::MAX / 2, <$key>::MAX - 1], |bits| bits as $key, <$key>::cmp);
            }
        )+};
    }
    integers! { of_u8: u8, of_u16: u16, of_u32: u32, of_u64: u64, of_usize: usize,
    of_i8: i8, of_i16: i16, of_i32: i32, of_i64: i64, of_isize: isize }

    macro_rules! floats {
        ($($name:ident: $key:ty, $bits:ty),+) => {$(
            #[test]
            fn $name() {
                let extremes = [
                    <$key>::NAN, -<$key>::NAN, <$key>::INFINITY, <$key>::NEG_INFINITY, 0.0, -0.0,
                    <$key>::MIN_POSITIVE, <$key>::MAX, <$key>::MIN, <$key>::from_bits(1),
                ];
                check(&extremes, |bits| <$key>::from_bits(bits as $bits), <$key>::total_cmp);
            }
        )+};
    }
    floats! { of_f32: f32, u32, of_f64: f64, u64 }

    #[test]
    fn padded_blocks_stop_at_len() {
        let mut random = Random(3);
        for len in 0..=64 {
            let mut block = [u64::MAX; 64];
            block[..len].fill_with(|| random.next() >> (random.next() % 60));
            block[..len].sort();
            for x in block.into_iter().chain([0, 1, random.next()]) {
                for level in Level::available() {
                    let real = &block[..len];
                    assert_eq!(
                        search::lower_bound_padded(level, &block, len, x),
                        real.partition_point(|&key| key < x)
                    );
                    assert_eq!(
                        search::upper_bound_padded(level, &block, len, x),
                        real.partition_point(|&key| key <= x)
                    );
                }
            }
        }
    }
}

#[test]
fn tags_match_where_equal() {
    let mut random = Random(5);
    for _ in 0..2000 {
        let mut tags = [0_u8; 64];
        tags.fill_with(|| [0, 0x80, 0xff, 0x7f, 1, random.next() as u8][random.next() as usize % 6]);
        let tag = [tags[0], tags[63], random.next() as u8, 0, 0x80][random.next() as usize % 5];
        let expected = (0..64).fold(0_u64, |mask, i| mask | u64::from(tags[i] == tag) << i);
        let [t16, t32]: [&[u8]; 2] = [&tags[..16], &tags[..32]];
        let (t16, t32) = (t16.try_into().unwrap(), t32.try_into().unwrap());
        assert_eq!(tag::match_64(&tags, tag), expected);
        assert_eq!(tag::match_32(t32, tag), expected as u32);
        assert_eq!(tag::match_16(t16, tag), expected as u16);
        assert_eq!(tag::swar::match_64(&tags, tag), expected);
        assert_eq!(tag::swar::match_32(t32, tag), expected as u32);
        assert_eq!(tag::swar::match_16(t16, tag), expected as u16);
        let word = u64::from_le_bytes(tags[..8].try_into().unwrap());
        let hits = (0..8).fold(0, |hits, i| hits | u64::from(tags[i] == tag) << (8 * i + 7));
        assert_eq!(tag::match_word(word, tag), hits);
    }
}

mod distances {
    use super::*;

    fn cast<T: Float>(values: &[f64], from: impl Fn(f64) -> T) -> Vec<T> {
        values.iter().map(|&value| from(value)).collect()
    }

    /// `within` and `squared_distances` are bit-equal at all levels, at every place in a run.
    fn planes_agree<T: Float + Copy + PartialEq + std::fmt::Debug>(
        from: impl Fn(f64) -> T,
        bits: impl Fn(T) -> u64,
    ) {
        let mut random = Random(11);
        for len in 0..3 * 16 + 2 {
            for room in [0, 1, 15, 16] {
                let start = len % 5;
                let total = start + len + room;
                let [mut x, y, z] =
                    [(); 3].map(|()| cast(&(0..total).map(|_| random.unit()).collect::<Vec<_>>(), &from));
                if len > 2 {
                    (x[start], x[start + 1]) = (from(f64::NAN), from(f64::INFINITY));
                }
                let center = [from(random.unit()), from(random.unit()), from(random.unit())];
                let points = planes::Planes::new(&x, &y, &z).run(start..start + len);
                let mut expected = vec![from(0.0); len];
                planes::squared_distances(Level::scalar(), points, center, &mut expected);
                // A limit that one point meets exactly: `<` must leave it out.
                let limit = if len > 3 { expected[3] } else { from(0.3) };
                let mut masks = vec![0xffff; len.div_ceil(16)];
                let hits = planes::within(Level::scalar(), points, center, limit, &mut masks);
                for level in Level::available() {
                    let mut out = vec![from(0.0); len];
                    planes::squared_distances(level, points, center, &mut out);
                    let as_bits = |d2: &[T]| d2.iter().map(|&d2| bits(d2)).collect::<Vec<_>>();
                    assert_eq!(as_bits(&out), as_bits(&expected), "{level}, {len} points");
                    let mut found = vec![0xffff; len.div_ceil(16)];
                    assert_eq!(
                        planes::within(level, points, center, limit, &mut found),
                        hits,
                        "{level}, {len} points"
                    );
                    assert_eq!(found, masks, "{level}, {len} points, room {room}");
                }
            }
        }
    }

    #[test]
    fn planes_of_f32_agree() {
        planes_agree(|x| x as f32, |x| if x.is_nan() { 0 } else { u64::from(x.to_bits()) });
    }

    #[test]
    fn planes_of_f64_agree() {
        planes_agree(|x| x, |x| if x.is_nan() { 0 } else { x.to_bits() });
    }

    #[test]
    fn within_marks_what_is_less() {
        let mut random = Random(13);
        let axes = [(); 3].map(|()| (0..50).map(|_| random.unit()).collect::<Vec<f64>>());
        let points = planes::Planes::new(&axes[0], &axes[1], &axes[2]);
        let mut masks = [0; 4];
        let hits = planes::within(Level::scalar(), points, [0.5; 3], 0.2, &mut masks);
        let near = |i: usize| axes.iter().map(|axis| (axis[i] - 0.5) * (axis[i] - 0.5)).sum::<f64>() < 0.2;
        for i in 0..64 {
            assert_eq!(masks[i / 16] >> (i % 16) & 1 == 1, i < 50 && near(i));
        }
        assert_eq!(hits, compress::count(&masks));
    }

    /// `rows` and `tile` keep their bounds against sums in f64 (for f64 itself, plus that sum's own error).
    fn sums_agree<T: Float + Copy + Into<f64>>(epsilon: f64, from: impl Fn(f64) -> T) {
        let mut random = Random(17);
        for d in (0..3 * 16 + 2).chain([63, 64, 65, 128, 130]) {
            let n = 1 + d % 19;
            let mut numbers =
                |n: usize| cast(&(0..n).map(|_| random.unit() - 0.5).collect::<Vec<_>>(), &from);
            let offset = d % 3;
            let (query, points) = (numbers(d), numbers(offset + d * n));
            let rows = &points[offset..];
            for level in Level::available() {
                let (mut d2, mut dots) = (vec![from(f64::NAN); n], vec![from(f64::NAN); n]);
                rows::squared_distances(level, &query, rows, &mut d2);
                rows::dots(level, &query, rows, &mut dots);
                for i in 0..n {
                    let row = &rows[d * i..d * (i + 1)];
                    check_pair(
                        &query,
                        row,
                        d2[i],
                        dots[i],
                        (d as f64 + 4.0) * epsilon,
                        &format!("{level}, d = {d}, row {i}"),
                    );
                }
            }
            let (queries, panels) = (numbers(8 * d), numbers(16 * d * 3));
            let (queries, panels) = (queries.as_chunks::<8>().0, panels.as_chunks::<16>().0);
            for level in Level::available() {
                let mut d2 = vec![[[from(f64::NAN); 16]; 8]; 3];
                let mut dots = d2.clone();
                tile::squared_distances(level, queries, panels, &mut d2);
                tile::dots(level, queries, panels, &mut dots);
                for (panel, q, p) in (0..3 * 8 * 16).map(|i| (i / 128, i / 16 % 8, i % 16)) {
                    let query: Vec<T> = queries.iter().map(|queries| queries[q]).collect();
                    let point: Vec<T> =
                        panels[d * panel..d * (panel + 1)].iter().map(|points| points[p]).collect();
                    let bound = (d.min(32) + d / 32 + 4) as f64 * epsilon;
                    let context = format!("{level}, d = {d}, panel {panel}, query {q}, point {p}");
                    check_pair(&query, &point, d2[panel][q][p], dots[panel][q][p], bound, &context);
                }
            }
        }
    }

    fn check_pair<T: Float + Copy + Into<f64>>(a: &[T], b: &[T], d2: T, dot: T, bound: f64, context: &str) {
        let pairs = || a.iter().zip(b).map(|(&a, &b)| -> (f64, f64) { (a.into(), b.into()) });
        let own = pairs().count() as f64 * f64::EPSILON;
        let exact: f64 = pairs().map(|(a, b)| (a - b) * (a - b)).sum();
        assert!((d2.into() - exact).abs() <= (bound + own) * exact, "{context}: {} for {exact}", d2.into());
        let exact: f64 = pairs().map(|(a, b)| a * b).sum();
        let size: f64 = pairs().map(|(a, b)| (a * b).abs()).sum();
        assert!((dot.into() - exact).abs() <= (bound + own) * size, "{context}: {} for {exact}", dot.into());
    }

    #[test]
    fn sums_of_f32_agree() {
        sums_agree(f64::from(f32::EPSILON), |x| x as f32);
    }

    #[test]
    fn sums_of_f64_agree() {
        sums_agree(f64::EPSILON, |x| x);
    }
}

#[test]
fn morton_codes_agree() {
    let mut random = Random(19);
    for len in 0..3 * 16 + 2 {
        let axes = [(); 3].map(|()| (0..len).map(|_| random.next() as u32).collect::<Vec<_>>());
        let bit = |x: u32, i: u32| u64::from(x >> i & 1);
        for level in Level::available() {
            let mut codes = vec![0; len];
            let [mut x, mut y, mut z] = [(); 3].map(|()| vec![0; len]);
            morton::encode_2d_slice(level, [&axes[0], &axes[1]], &mut codes);
            morton::decode_2d_slice(level, &codes, [&mut x, &mut y]);
            assert_eq!([&x, &y], [&axes[0], &axes[1]]);
            for (i, &code) in codes.iter().enumerate() {
                let slow = (0..32).fold(0, |code, b| {
                    code | bit(axes[0][i], b) << (2 * b) | bit(axes[1][i], b) << (2 * b + 1)
                });
                assert_eq!(code, slow, "{level}");
            }
            morton::encode_3d_slice(level, axes.each_ref().map(|axis| &axis[..]), &mut codes);
            morton::decode_3d_slice(level, &codes, [&mut x, &mut y, &mut z]);
            for (i, &code) in codes.iter().enumerate() {
                let [a, b, c] = axes.each_ref().map(|axis| axis[i] & 0x1f_ffff);
                let slow = (0..21).fold(0, |code, i| {
                    code | bit(a, i) << (3 * i) | bit(b, i) << (3 * i + 1) | bit(c, i) << (3 * i + 2)
                });
                assert_eq!(code, slow, "{level}");
                assert_eq!([x[i], y[i], z[i]], [a, b, c], "{level}");
            }
        }
    }
}

#[test]
fn compress_keeps_what_is_marked() {
    let mut random = Random(23);
    for len in 0..3 * 16 + 2 {
        for density in 0..4 {
            let offset = len % 3;
            let ids: Vec<u32> = (0..offset + len).map(|_| random.next() as u32).collect();
            let ids = &ids[offset..];
            let marked: Vec<bool> = (0..len)
                .map(|_| [false, true, random.next() < 1 << 63, random.next() < 1 << 60][density])
                .collect();
            let masks: Vec<u16> = marked
                .chunks(16)
                .map(|marks| marks.iter().enumerate().fold(0, |mask, (i, &mark)| mask | u16::from(mark) << i))
                .collect();
            let kept: Vec<u32> = (0..len).filter(|&i| marked[i]).map(|i| ids[i]).collect();
            let places: Vec<u32> =
                (0..len).filter(|&i| marked[i]).map(|i| (i as u32).wrapping_add(u32::MAX - 20)).collect();
            assert_eq!(compress::count(&masks), kept.len());
            for level in Level::available() {
                for room in [0, 1, 7, 8, 15, 16, 40] {
                    let mut out = vec![0; kept.len() + room];
                    assert_eq!(
                        compress::select(level, ids, &masks, &mut out),
                        kept.len(),
                        "{level}, {len} ids"
                    );
                    assert_eq!(out[..kept.len()], kept, "{level}, {len} ids");
                    assert_eq!(
                        compress::positions(level, u32::MAX - 20, &masks, &mut out),
                        kept.len(),
                        "{level}, {len} ids"
                    );
                    assert_eq!(out[..kept.len()], places, "{level}, {len} ids");
                }
            }
        }
    }
}

#[test]
fn prefix_sums_agree() {
    let mut random = Random(29);
    for len in 0..3 * 16 + 2 {
        let values: Vec<u32> = (0..len).map(|_| random.next() as u32).collect();
        let mut sums = vec![0_u32];
        values.iter().for_each(|&value| sums.push(sums.last().unwrap().wrapping_add(value)));
        for level in Level::available() {
            let (mut exclusive, mut inclusive) = (values.clone(), values.clone());
            assert_eq!(prefix::exclusive(level, &mut exclusive), sums[len], "{level}");
            assert_eq!(prefix::inclusive(level, &mut inclusive), sums[len], "{level}");
            assert_eq!((&exclusive[..], &inclusive[..]), (&sums[..len], &sums[1..]), "{level}");
        }
    }
}

mod balls {
    use super::*;
    use simd_kernels::ball::{self, BLOCK, Ball, Block, Columns, Geometry, Run, Spans, Staging};
    use simd_kernels::distance::planes::Planes;

    const POINTS: usize = 300;
    const TRANSLATIONS: [[f64; 3]; 3] = [[0.0; 3], [0.5, -0.25, 0.0], [0.1, 0.2, -0.3]];

    /// Coordinates, padded for the last block.
    fn axes(random: &mut Random) -> [Vec<f64>; 3] {
        [(); 3].map(|()| (0..POINTS + BLOCK).map(|_| random.unit()).collect())
    }

    /// Runs of every length up to three blocks and a bit, at every offset in turn; empty ones, too.
    fn runs(random: &mut Random, count: usize) -> Vec<Run> {
        let mut run = || {
            let len = random.next() as u32 % 52;
            let start = random.next() as u32 % (POINTS as u32 - len);
            Run { start, len, translation: random.next() as u32 % 3 }
        };
        (0..count).map(|_| run()).collect()
    }

    fn begun(runs: &[Run]) -> usize {
        runs.iter().map(|run| run.len.div_ceil(16) as usize).sum()
    }

    /// What `select` says, one point after the other.
    fn inside(axes: &[Vec<f64>; 3], ball: Ball, run: Run) -> Vec<usize> {
        let t = TRANSLATIONS[run.translation as usize];
        let squared = |i: usize| {
            let [dx, dy, dz] = [0, 1, 2].map(|axis| (axes[axis][i] - ball.center[axis]) + t[axis]);
            dx * dx + dy * dy + dz * dz
        };
        (run.start as usize..(run.start + run.len) as usize).filter(|&i| squared(i) < ball.limit).collect()
    }

    #[test]
    fn select_gather_and_measure_agree_with_the_loop() {
        let mut random = Random(3);
        let axes = axes(&mut random);
        let points = Planes::new(&axes[0], &axes[1], &axes[2]);
        let ids: Vec<u32> = (0..axes[0].len()).map(|_| random.next() as u32).collect();
        let mut staging = Staging::default();
        for case in 0..400 {
            let ball =
                Ball { center: [random.unit(), random.unit(), random.unit()], limit: random.unit() * 0.3 };
            let candidates = runs(&mut random, case % 12);
            let hits: Vec<Vec<usize>> = candidates.iter().map(|&run| inside(&axes, ball, run)).collect();
            let kept: Vec<Block> = candidates
                .iter()
                .zip(&hits)
                .flat_map(|(run, hits)| {
                    let of = |place: usize| run.start + (place as u32 - run.start) / 16 * 16;
                    let mut starts: Vec<u32> = hits.iter().map(|&place| of(place)).collect();
                    starts.dedup();
                    starts.into_iter().map(|start| Block { start, translation: run.translation })
                })
                .collect();
            let all: Vec<(usize, u32)> = candidates
                .iter()
                .zip(&hits)
                .flat_map(|(run, hits)| hits.iter().map(|&i| (i, run.translation)))
                .collect();
            for level in Level::available() {
                let runs = &candidates;
                let (mut blocks, mut masks) =
                    (vec![Block::default(); begun(runs)], vec![0xaaaa; begun(runs)]);
                let selected =
                    ball::select(level, points, ball, &TRANSLATIONS, runs, &mut blocks, &mut masks);
                assert_eq!(selected.hits, all.len(), "{level}, case {case}");
                assert_eq!(blocks[..selected.blocks], kept, "{level}, case {case}");
                let (blocks, masks) = (&blocks[..selected.blocks], &masks[..selected.blocks]);

                let mut out = vec![0; all.len()];
                assert_eq!(ball::gather(level, &ids, blocks, masks, &mut out), all.len());
                assert!(out.iter().zip(&all).all(|(id, (i, _))| *id == ids[*i]), "{level}, case {case}");

                let least = ids[case % 60];
                let mut fewer = masks.to_vec();
                let left = ball::keep_from(level, &ids, least, blocks, &mut fewer);
                assert_eq!(left, all.iter().filter(|(i, _)| ids[*i] >= least).count());
                let smaller = Ball { limit: 0.4 * ball.limit, ..ball };
                let mut fewer = masks.to_vec();
                let left = ball::reselect(level, points, smaller, &TRANSLATIONS, blocks, &mut fewer);
                assert_eq!(
                    left,
                    candidates.iter().map(|&run| inside(&axes, smaller, run).len()).sum::<usize>()
                );

                let (mut distances, mut vectors) = (vec![0.0; all.len()], vec![[0.0; 3]; all.len()]);
                let geometry = Geometry { distances: Some(&mut distances), vectors: Some(&mut vectors) };
                ball::measure(
                    level,
                    points,
                    ball.center,
                    &TRANSLATIONS,
                    blocks,
                    masks,
                    geometry,
                    &mut staging,
                );
                let mut alone = vec![0.0; all.len()];
                let geometry = Geometry { distances: Some(&mut alone), vectors: None };
                ball::measure(
                    level,
                    points,
                    ball.center,
                    &TRANSLATIONS,
                    blocks,
                    masks,
                    geometry,
                    &mut staging,
                );
                assert_eq!(alone, distances);
                for ((&(i, t), d), v) in all.iter().zip(&distances).zip(&vectors) {
                    let expected =
                        [0, 1, 2].map(|x| (axes[x][i] - ball.center[x]) + TRANSLATIONS[t as usize][x]);
                    assert_eq!(v.map(f64::to_bits), expected.map(f64::to_bits), "{level}, case {case}");
                    let [dx, dy, dz] = expected;
                    assert_eq!(d.to_bits(), (dx * dx + dy * dy + dz * dz).sqrt().to_bits());
                }
            }
        }
    }

    #[test]
    fn repeat_writes_each_value_as_often_as_it_should() {
        let mut random = Random(4);
        for case in 0..200 {
            let counts: Vec<u32> = (0..case % 9).map(|_| random.next() as u32 % 40).collect();
            let values: Vec<[i32; 3]> =
                counts.iter().map(|_| [(); 3].map(|()| random.next() as i32)).collect();
            let expected: Vec<[i32; 3]> =
                values.iter().zip(&counts).flat_map(|(&v, &n)| std::iter::repeat_n(v, n as usize)).collect();
            for level in Level::available() {
                let mut out = vec![[0; 3]; expected.len()];
                ball::repeat(level, &values, &counts, &mut out);
                assert_eq!(out, expected, "{level}");
                let offsets: Vec<[i8; 4]> = expected
                    .iter()
                    .map(|_| (random.next() as u32).to_le_bytes().map(u8::cast_signed))
                    .collect();
                let packed: Vec<u32> =
                    offsets.iter().map(|o| u32::from_le_bytes(o.map(i8::cast_unsigned))).collect();
                ball::repeat_less(level, &values, &counts, &packed, &mut out);
                for ((out, value), offset) in out.iter().zip(&expected).zip(&offsets) {
                    assert_eq!(
                        *out,
                        [0, 1, 2].map(|x| value[x].wrapping_sub(i32::from(offset[x]))),
                        "{level}"
                    );
                }
            }
        }
    }

    /// Whatever a level makes of the ends, no bin that the ball touches may be missing, nor many be added.
    #[test]
    fn spans_hold_every_bin_that_the_ball_touches() {
        let mut random = Random(5);
        for _ in 0..200 {
            let mut columns = [Columns::NOWHERE; 3];
            for k in 0..20 {
                let (block, lane) = (&mut columns[k / 8], k % 8);
                let (x, y) = (10.0 * random.unit(), 10.0 * random.unit());
                (block.x_min[lane], block.x_max[lane]) = (x, x + 2.0);
                (block.y_min[lane], block.y_max[lane]) = (y, y + 2.0);
                block.floor[lane] = random.unit() * 6.0 - 3.0;
            }
            let center = [(); 3].map(|()| 10.0 * random.unit());
            let (radius, scale) = (1.0 + 5.0 * random.unit(), 0.5 + random.unit());
            let ball = Ball { center, limit: radius * radius };
            for level in Level::available() {
                let mut spans = [Spans::default(); 3];
                ball::spans(level, &columns, ball, scale, &mut spans);
                for k in 0..24 {
                    let (block, lane) = (&columns[k / 8], k % 8);
                    let gap = |low: f64, high: f64, at: f64| (low - at).max(at - high).max(0.0);
                    let left = ball.limit
                        - gap(block.x_min[lane], block.x_max[lane], center[0]).powi(2)
                        - gap(block.y_min[lane], block.y_max[lane], center[1]).powi(2);
                    let (first, last) = (spans[k / 8].first[lane], spans[k / 8].last[lane]);
                    if left < -1e-12 {
                        assert!(first > last, "{level}");
                    } else if left > 1e-12 {
                        let height = center[2] - block.floor[lane];
                        let low = ((height - left.sqrt()) * scale).floor() as i32;
                        let high = ((height + left.sqrt()) * scale).floor() as i32;
                        assert!(first <= low && last >= high, "{level}: {first}..={last}, {low}..={high}");
                        assert!(
                            first >= low - 1 && last <= high + 1,
                            "{level}: {first}..={last}, {low}..={high}"
                        );
                    }
                }
            }
        }
    }

    /// Balls that touch all or nothing do so at every level, also far outside of what bins can be numbered by.
    #[test]
    fn spans_of_balls_without_an_end_or_a_place() {
        let mut columns = [Columns::NOWHERE];
        columns[0].x_min[..4].fill(-1.0);
        columns[0].x_max[..4].fill(1.0);
        columns[0].y_min[..4].fill(-1.0);
        columns[0].y_max[..4].fill(1.0);
        let spans = |level, center, limit| {
            let mut spans = [Spans::default()];
            ball::spans(level, &columns, Ball { center, limit }, 1.0, &mut spans);
            (spans[0].first[0], spans[0].last[0], spans[0].first[7] > spans[0].last[7])
        };
        for level in Level::available() {
            for limit in [f64::INFINITY, f64::MAX, 1e100] {
                let (first, last, apart) = spans(level, [0.0; 3], limit);
                assert!(
                    first <= -2_147_483_646 && last >= 2_147_483_646,
                    "{level}, {limit}: {first}..={last}"
                );
                assert!(apart || limit == f64::INFINITY, "{level}, {limit}");
            }
            for limit in [f64::NAN, -1.0, 0.0, f64::NEG_INFINITY] {
                let (first, last, apart) = spans(level, [0.0; 3], limit);
                assert!(first > last && apart, "{level}, {limit}");
            }
            for axis in 0..3 {
                let mut center = [0.0; 3];
                center[axis] = f64::NAN;
                let (first, last, apart) = spans(level, center, 4.0);
                assert!(first > last && apart, "{level}, NaN along {axis}");
            }
            for z in [-1e300, 1e300] {
                let (first, last, _) = spans(level, [0.0, 0.0, z], 4.0);
                assert!(first <= last && first.unsigned_abs() > 2_147_483_000, "{level}: {first}..={last}");
            }
        }
    }
}

#[test]
fn coordinates_along_axes() {
    let mut random = Random(15);
    for dimension in (0..40).chain([63, 64, 65, 200]) {
        for count in [0, 1, 2, 7] {
            let mut number = || 2.0 * random.unit() - 1.0;
            let along: Vec<f64> = (0..count * dimension).map(|_| number() * 0.3).collect();
            let vector: Vec<f64> = (0..dimension).map(|_| number()).collect();
            let (mut rest, mut expected) = (vector.clone(), vec![0.0; count]);
            for (axis, coordinate) in along.chunks(dimension.max(1)).zip(&mut expected) {
                *coordinate = axis.iter().zip(&rest).map(|(a, x)| a * x).sum();
                rest.iter_mut().zip(axis).for_each(|(x, a)| *x -= *coordinate * a);
            }
            let mut first = None;
            for level in Level::available() {
                let (mut values, mut coordinates) = (vector.clone(), vec![f64::NAN; count]);
                let square = axes::deflate(level, &along, &mut values, &mut coordinates);
                // A dimension of 0 has no axes to go through.
                let expected = if dimension == 0 { vec![0.0; count] } else { expected.clone() };
                for (found, expected) in coordinates.iter().zip(&expected) {
                    assert!((found - expected).abs() < 1e-12, "{level} {dimension} {count}");
                }
                assert!(values.iter().zip(&rest).all(|(a, b)| (a - b).abs() < 1e-12), "{level} {dimension}");
                let exact: f64 = values.iter().map(|x| x * x).sum();
                assert!((square - exact).abs() <= 1e-12 * exact, "{level} {dimension} {count}");
                let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                let found = (bits(&values), bits(&coordinates), square.to_bits());
                assert_eq!(*first.get_or_insert_with(|| found.clone()), found, "{level} {dimension} {count}");
            }
        }
    }
}
