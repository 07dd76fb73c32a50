//! Our crate as the rows ask for it.

use bench_own::harness::Contest;
use bench_own::neighbor_list::{List, Output, PairSum, Row, System, holds_distances};
use neighbor_list::{Builder, Cell, NeighborList};

use crate::lists::{checked, last};

pub(crate) const NAME: &str = "neighbor-list";
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn join<'a>(contest: Contest<'a>, row: &'a Row, system: &'a System) -> Contest<'a> {
    let (builder, cell) = (builder(row), cell(system));
    contest.ours_with(
        NAME,
        VERSION,
        || (),
        move |()| {
            last(row.repeats, || builder.build(&system.positions, &cell).expect("the workloads are valid"))
        },
        |(), found| answer(row, system, found),
    )
}

pub(crate) fn builder(row: &Row) -> Builder {
    let builder = NeighborList::builder(row.cutoff).threads(row.threads as usize);
    let builder = match row.list {
        List::Full => builder.full(),
        List::Half => builder.half(),
    };
    match row.output {
        Output::Indices => builder,
        Output::Shifts => builder.shifts(),
        Output::Everything => builder.shifts().distances().vectors(),
    }
}

pub(crate) fn cell(system: &System) -> Cell {
    Cell::new(system.cell, system.periodic).expect("the workloads' cells have a volume")
}

pub(crate) fn answer(row: &Row, system: &System, found: &NeighborList) -> u64 {
    let mut sum = PairSum::default();
    for (index, (&i, &j)) in found.i().iter().zip(found.j()).enumerate() {
        row.add(&mut sum, i.into(), j.into(), found.shifts().get(index).copied().unwrap_or_default());
    }
    let indices = found.i().iter().zip(found.j()).zip(found.shifts());
    let geometry = found.distances().iter().zip(found.vectors()).zip(indices);
    let right = holds_distances(
        system,
        geometry.map(|((&d, &vector), ((&i, &j), &shift))| ([i, j], shift, d, vector)),
    );
    checked(sum, right && (row.output != Output::Everything || found.vectors().len() == found.len()))
}
