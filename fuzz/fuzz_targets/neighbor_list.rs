//! Any bytes as positions, cells and options: no panic, valid lists, and the oracle's pairs where it can be afforded.
#![cfg_attr(fuzzing, no_main)]

use arbitrary::Arbitrary;
use locality_fuzz::fuzz_target;
use neighbor_list::{Cell, Cutoff, Error, NeighborList, oracle};

#[derive(Arbitrary, Debug)]
struct Input {
    /// Raw bits make every special number; otherwise 1/64 of an integer, where ties and exact cutoffs are frequent.
    raw: bool,
    vectors: [[i64; 3]; 3],
    periodic: [bool; 3],
    positions: Vec<[i64; 3]>,
    cutoff: i64,
    radii: Option<Vec<i64>>,
    half: bool,
    threads: u8,
    nearest: Option<u8>,
    excluded: Vec<(u32, u32)>,
    centres: Option<Vec<u32>>,
}

fuzz_target!(|input: Input| {
    let number = |bits: i64| if input.raw { f64::from_bits(bits.cast_unsigned()) } else { (bits % 4096) as f64 / 64.0 };
    let Ok(cell) = Cell::new(input.vectors.map(|v| v.map(number)), input.periodic) else { return };
    let positions: Vec<[f64; 3]> = input.positions.iter().take(48).map(|r| r.map(number)).collect();
    let cutoff = match &input.radii {
        Some(radii) => Cutoff::PerAtom(radii.iter().map(|&r| number(r)).collect()),
        None => Cutoff::Global(number(input.cutoff)),
    };
    let mut builder = NeighborList::builder(cutoff.clone()).shifts().distances().vectors().exclude(&input.excluded);
    builder = if input.half { builder.half() } else { builder }.threads(usize::from(input.threads % 4).max(1));
    if let Some(k) = input.nearest {
        builder = builder.max_neighbors(k.into());
    }
    if let Some(centres) = &input.centres {
        builder = builder.centres(centres);
    }
    // A search that is possible may still be too large for a fuzzer.
    let images: f64 = (0..3).filter(|&axis| input.periodic[axis]).map(|axis| images(&cell, axis, &cutoff)).product();
    let candidates = images * (positions.len().max(1) as f64).powi(2);
    if candidates > 3e5 && images < 6e7 {
        return;
    }
    let list = match builder.build(&positions, &cell) {
        Ok(list) => list,
        Err(error) => {
            assert!(!matches!(error, Error::OutOfMemory { .. }));
            return;
        }
    };
    assert_eq!(list.offsets().len(), positions.len() + 1);
    assert_eq!(list.offsets().last(), Some(&list.len()));
    assert!(list.distances().iter().all(|d| d.is_finite()));
    let plain = !input.half && input.nearest.is_none() && input.excluded.is_empty() && input.centres.is_none();
    // The definition goes through every image, also where there is no atom.
    let plain = plain && candidates <= 3e5;
    if let (Cutoff::Global(cutoff), true, false) = (cutoff, plain, input.raw) {
        let near = |d: f64| (d - cutoff).abs() < 1e-6;
        let pairs = oracle::pairs(&positions, &cell, cutoff);
        let certain = pairs.iter().filter(|pair| !near(pair.distance_squared.sqrt())).count();
        let found = list.distances().iter().filter(|&&d| !near(d)).count();
        assert_eq!(found, certain);
    }
});

/// About how many images along an axis the cutoff reaches.
fn images(cell: &Cell, axis: usize, cutoff: &Cutoff) -> f64 {
    let reach = match cutoff {
        Cutoff::Global(cutoff) => *cutoff,
        Cutoff::PerAtom(radii) => 2.0 * radii.iter().copied().fold(0.0, f64::max),
        _ => 0.0,
    };
    let [a, b, c] = [axis, (axis + 1) % 3, (axis + 2) % 3].map(|k| cell.vectors()[k]);
    let normal = [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]];
    let area = normal.iter().map(|x| x * x).sum::<f64>().sqrt();
    let height = (0..3).map(|x| a[x] * normal[x]).sum::<f64>().abs() / area;
    if height > 0.0 { 2.0 * (reach / height).ceil() + 3.0 } else { 1e3 }
}
