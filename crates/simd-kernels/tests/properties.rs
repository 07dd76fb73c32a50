//! Laws of the kernels, at every level, on inputs that proptest makes and shrinks. `LOCALITY_LONG=1` runs more of them.

use proptest::collection::vec;
use proptest::prelude::*;
use simd_kernels::distance::{planes, rows, tile};
use simd_kernels::{Level, compress, morton, prefix, search};

fn config() -> ProptestConfig {
    let long = std::env::var_os("LOCALITY_LONG").is_some();
    ProptestConfig::with_cases(if long { 20_000 } else { 1_000 })
}

/// A prefix of `numbers` that is a multiple of `d` long.
fn whole_rows(numbers: &[f32], d: usize) -> &[f32] {
    &numbers[..numbers.len() - numbers.len() % d]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn bounds_part_a_sorted_block(mut block in vec(any::<i32>(), 0..300), x: i32) {
        block.sort();
        for level in Level::available() {
            let (lower, upper) = (search::lower_bound(level, &block, x), search::upper_bound(level, &block, x));
            prop_assert!(lower <= upper && upper <= block.len());
            prop_assert!(block[..lower].iter().all(|&key| key < x));
            prop_assert!(block[lower..upper].iter().all(|&key| key == x));
            prop_assert!(block[upper..].iter().all(|&key| key > x));
        }
    }

    #[test]
    fn float_bounds_part_by_total_order(mut block in vec(any::<f64>(), 0..100), x: f64) {
        block.sort_by(f64::total_cmp);
        for level in Level::available() {
            let (lower, upper) = (search::lower_bound(level, &block, x), search::upper_bound(level, &block, x));
            prop_assert!(block[..lower].iter().all(|key| key.total_cmp(&x).is_lt()));
            prop_assert!(block[lower..upper].iter().all(|key| key.total_cmp(&x).is_eq()));
            prop_assert!(block[upper..].iter().all(|key| key.total_cmp(&x).is_gt()));
        }
    }

    #[test]
    fn counting_ignores_order(block in vec(any::<u16>(), 0..300), x: u16) {
        let mut sorted = block.clone();
        sorted.sort();
        for level in Level::available() {
            prop_assert_eq!(search::count_lt(level, &block, x), search::lower_bound(level, &sorted, x));
            prop_assert_eq!(search::count_le(level, &block, x), search::upper_bound(level, &sorted, x));
        }
    }

    #[test]
    fn unsorted_blocks_give_a_position_within(block in vec(any::<u64>(), 0..100), x: u64) {
        for level in Level::available() {
            prop_assert!(search::lower_bound(level, &block, x) <= block.len());
            prop_assert!(search::upper_bound(level, &block, x) <= block.len());
        }
    }

    #[test]
    fn morton_codes_decode_to_what_was_encoded(points in vec(any::<(u32, u32, u32)>(), 0..50)) {
        let axes = [0, 1, 2].map(|axis| points.iter().map(|&(x, y, z)| [x, y, z][axis]).collect::<Vec<_>>());
        for level in Level::available() {
            let mut codes = vec![0; points.len()];
            let [mut x, mut y, mut z] = [(); 3].map(|()| vec![0; points.len()]);
            morton::encode_2d_slice(level, [&axes[0], &axes[1]], &mut codes);
            morton::decode_2d_slice(level, &codes, [&mut x, &mut y]);
            prop_assert_eq!([&x, &y], [&axes[0], &axes[1]]);
            morton::encode_3d_slice(level, axes.each_ref().map(|axis| &axis[..]), &mut codes);
            morton::decode_3d_slice(level, &codes, [&mut x, &mut y, &mut z]);
            for (axis, decoded) in axes.iter().zip([x, y, z]) {
                prop_assert!(axis.iter().zip(decoded).all(|(&put, got)| put % (1 << morton::BITS_3D) == got));
            }
        }
    }

    #[test]
    fn morton_order_never_falls_along_the_diagonal(x in 0..u32::MAX, y in 0..u32::MAX, step in 1..1000_u32) {
        let (x, y) = (x.saturating_sub(step), y.saturating_sub(step));
        prop_assert!(morton::encode_2d(x, y) < morton::encode_2d(x + step, y + step));
    }

    #[test]
    fn select_keeps_order_and_number(ids in vec(any::<u32>(), 0..200), bits in vec(any::<u16>(), 13)) {
        let mut masks = bits[..ids.len().div_ceil(16)].to_vec();
        if let (Some(last), 1..) = (masks.last_mut(), ids.len() % 16) {
            *last &= (1 << (ids.len() % 16)) - 1;
        }
        let kept: Vec<u32> = (0..ids.len()).filter(|i| masks[i / 16] >> (i % 16) & 1 == 1).map(|i| ids[i]).collect();
        for level in Level::available() {
            let mut out = vec![0; kept.len()];
            prop_assert_eq!(compress::select(level, &ids, &masks, &mut out), kept.len());
            prop_assert_eq!(&out, &kept);
            // Positions select the same ids.
            prop_assert_eq!(compress::positions(level, 0, &masks, &mut out), kept.len());
            prop_assert!(out.iter().zip(&kept).all(|(&place, &id)| ids[place as usize] == id));
        }
    }

    #[test]
    fn prefix_sums_differ_by_the_values(values in vec(any::<u32>(), 0..200)) {
        for level in Level::available() {
            let (mut exclusive, mut inclusive) = (values.clone(), values.clone());
            let total = prefix::exclusive(level, &mut exclusive);
            prop_assert_eq!(prefix::inclusive(level, &mut inclusive), total);
            for i in 0..values.len() {
                prop_assert_eq!(inclusive[i], exclusive[i].wrapping_add(values[i]));
                prop_assert_eq!(inclusive[i], *exclusive.get(i + 1).unwrap_or(&total));
            }
        }
    }

    #[test]
    fn within_agrees_with_the_distances(
        points in vec(any::<(f32, f32, f32)>(), 0..70),
        center: (f32, f32, f32),
        limit: f32,
        cut in 0..20_usize,
    ) {
        let axes = [0, 1, 2].map(|axis| points.iter().map(|&(x, y, z)| [x, y, z][axis]).collect::<Vec<_>>());
        let all = planes::Planes::new(&axes[0], &axes[1], &axes[2]);
        let run = all.run(cut.min(points.len())..points.len().saturating_sub(cut).max(cut.min(points.len())));
        let center = [center.0, center.1, center.2];
        let mut d2 = vec![0.0; run.len()];
        planes::squared_distances(Level::scalar(), run, center, &mut d2);
        for level in Level::available() {
            let mut masks = vec![0; run.len().div_ceil(16)];
            let hits = planes::within(level, run, center, limit, &mut masks);
            prop_assert_eq!(hits, d2.iter().filter(|&&d2| d2 < limit).count());
            prop_assert!(d2.iter().enumerate().all(|(i, &d2)| (masks[i / 16] >> (i % 16) & 1 == 1) == (d2 < limit)));
            prop_assert_eq!(compress::count(&masks), hits);
        }
    }

    #[test]
    fn distance_to_itself_is_zero_and_never_negative(numbers in vec(-1e15_f32..1e15, 1..400), d in 1..70_usize) {
        let d = d.min(numbers.len());
        let rows = whole_rows(&numbers, d);
        let query = &rows[..d];
        for level in Level::available() {
            let mut d2 = vec![f32::NAN; rows.len() / d];
            rows::squared_distances(level, query, rows, &mut d2);
            prop_assert_eq!(d2[0], 0.0);
            prop_assert!(d2.iter().all(|&d2| d2 >= 0.0));
        }
    }

    /// A tile whose points are its queries is symmetric, bit by bit.
    #[test]
    fn tiles_are_symmetric(numbers in vec(-1e6_f64..1e6, 8..600)) {
        let queries = numbers.as_chunks::<8>().0;
        let panel: Vec<[f64; 16]> =
            queries.iter().map(|queries| core::array::from_fn(|point| queries[point % 8])).collect();
        for level in Level::available() {
            let mut tiles = [[[0.0; 16]; 8]];
            tile::squared_distances(level, queries, &panel, &mut tiles);
            let [tile] = &tiles;
            prop_assert!((0..8).all(|i| (0..8).all(|j| tile[i][j] == tile[j][i] && tile[i][j] == tile[i][j + 8])));
        }
    }
}
