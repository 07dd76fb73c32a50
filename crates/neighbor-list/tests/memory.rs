//! What a build allocates: at most 1.3 times its outputs at the peak, and nothing but outputs where memory is reused.

mod common;

use common::random::liquid;
use neighbor_list::{Builder, Cell, NeighborList, Workspace};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn output_bytes(list: &NeighborList) -> usize {
    size_of_val(list.offsets())
        + size_of_val(list.i())
        + size_of_val(list.j())
        + size_of_val(list.shifts())
        + size_of_val(list.distances())
        + size_of_val(list.vectors())
}

/// One test, because the profiler counts the allocations of all threads.
#[test]
fn a_build_needs_little_beside_its_outputs() {
    let ij: fn(f64) -> Builder = |cutoff| NeighborList::builder(cutoff);
    let shifts: fn(f64) -> Builder = |cutoff| NeighborList::builder(cutoff).shifts();
    let all: fn(f64) -> Builder = |cutoff| NeighborList::builder(cutoff).shifts().distances().vectors();
    // The density of a metal; a skewed cell, so that atoms are wrapped and carry their shifts.
    let cell = Cell::triclinic([[28.0, 0.0, 0.0], [5.0, 28.0, 0.0], [-3.0, 4.0, 28.0]]).unwrap();
    let structure = liquid(1, 2200, cell);
    for (name, builder) in [("ij", ij), ("ijS", shifts), ("ijSdD", all)] {
        for cutoff in [6.0, 10.0] {
            let _profiler = dhat::Profiler::builder().testing().build();
            let list = builder(cutoff).build(&structure.positions, &cell).unwrap();
            let (peak, outputs) = (dhat::HeapStats::get().max_bytes, output_bytes(&list));
            let ratio = peak as f64 / outputs as f64;
            assert!(
                ratio <= 1.3,
                "{name} at {cutoff}: {peak} bytes at the peak for {outputs} of output, {ratio:.2}"
            );
        }
    }

    let _profiler = dhat::Profiler::builder().testing().build();
    let (mut workspace, mut list) = (Workspace::default(), NeighborList::default());
    let builder = all(6.0);
    builder.build_into(&structure.positions, &cell, &mut workspace, &mut list).unwrap();
    let before = dhat::HeapStats::get().total_bytes;
    builder.build_into(&structure.positions, &cell, &mut workspace, &mut list).unwrap();
    let again = dhat::HeapStats::get().total_bytes - before;
    assert!(again < 20_000, "{again} bytes allocated by a build into used memory");

    // A skewed cell is searched as the cube that it is (regressions.rs): its images once took gigabytes.
    let cube = liquid(3, 60, Cell::cubic(8.0).unwrap());
    let allocated = |cell: &Cell| {
        let before = dhat::HeapStats::get();
        let list = all(5.0).build(&cube.positions, cell).unwrap();
        let after = dhat::HeapStats::get();
        (list.len(), after.total_bytes - before.total_bytes)
    };
    let (pairs, plain) = allocated(&cube.cell);
    for skew in [3.0, 1e2, 1e4, 1e5] {
        let vectors = [[8.0, 0.0, 0.0], [8.0 * skew, 8.0, 0.0], [-24.0 * skew, 16.0, 8.0]];
        let (skewed_pairs, skewed) = allocated(&Cell::triclinic(vectors).unwrap());
        assert_eq!(skewed_pairs, pairs, "{skew}");
        assert!(skewed < 2 * plain, "{skewed} bytes allocated with a skew of {skew}, {plain} without");
    }

    let small = liquid(2, 8, Cell::cubic(4.3).unwrap());
    shifts(6.0).build(&small.positions, &small.cell).unwrap();
    let before = dhat::HeapStats::get().total_bytes;
    let list = shifts(6.0).build(&small.positions, &small.cell).unwrap();
    let allocated = (dhat::HeapStats::get().total_bytes - before) as usize;
    assert!(
        allocated <= output_bytes(&list) + 4_000,
        "{allocated} bytes for {} of output",
        output_bytes(&list)
    );
}
