//! Loads of neighbor-list: small frames, so that a pass is short.

use bench_own::harness::checksum;
use bench_own::neighbor_list::{Kind, System};
use neighbor_list::{Builder, Cell, NeighborList, VerletList, Workspace};

use crate::load::{Load, Setup, Work};
use crate::memory::{Store, Subject};

const CUTOFF: f64 = 6.0;

pub(crate) fn loads() -> Vec<Load> {
    const SIZES: &[usize] = &[256, 1_000, 4_000, 16_000, 64_000];
    let load = |name, size, parallel, build| Load { name, size, sizes: SIZES, parallel, build };
    vec![
        load("neighbor-list/full/liquid", 200, true, |setup| {
            list(Kind::Liquid, setup, NeighborList::builder(CUTOFF).full().shifts())
        }),
        load("neighbor-list/full/gas", 500, true, |setup| {
            list(Kind::Gas, setup, NeighborList::builder(CUTOFF).full().shifts())
        }),
        load("neighbor-list/half/copper", 256, true, |setup| {
            list(Kind::Copper, setup, NeighborList::builder(CUTOFF).half().shifts().distances())
        }),
        load("neighbor-list/verlet/liquid", 200, false, verlet),
    ]
}

/// Builds one list a pass.
fn list(kind: Kind, setup: Setup, builder: Builder) -> Work {
    let system = kind.build(setup.size, setup.seed);
    let (builder, cell) = (builder.threads(setup.threads), cell(&system));
    Work::new(system.positions.len(), move || {
        answer(&builder.build(&system.positions, &cell).expect("valid"))
    })
}

/// Two frames in turn, near enough for the candidates to stay complete.
fn verlet(setup: Setup) -> Work {
    let system = Kind::Liquid.build(setup.size, setup.seed);
    let (moved, cell) = (system.moved(0.1, setup.seed), cell(&system));
    let mut verlet = VerletList::new(CUTOFF, 1.0).expect("valid");
    Work::new(2 * system.positions.len(), move || {
        [&system, &moved].into_iter().fold(0, |sum, frame| {
            verlet.update(&frame.positions, &cell).expect("valid");
            checksum(sum, answer(verlet.list().expect("updated")))
        })
    })
}

fn cell(system: &System) -> Cell {
    Cell::new(system.cell, system.periodic).expect("the workloads' cells have a volume")
}

/// Notices the number of pairs and whom they join, in any order within an atom: a faster search may find them otherwise.
fn answer(list: &NeighborList) -> u64 {
    let sum = list.i().iter().zip(list.j()).fold(0_u64, |sum, (&i, &j)| {
        sum.wrapping_add((u64::from(i) << 32 | u64::from(j)).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    });
    checksum(sum, list.len() as u64)
}

pub(crate) fn subjects() -> Vec<Subject> {
    vec![Subject {
        name: "neighbor-list/full/liquid",
        entry: "pair",
        operation: "list built into the same memory",
        prepare: || {
            let system = Kind::Liquid.build(4_000, 1);
            let (workspace, list) = (Workspace::default(), NeighborList::default());
            Box::new(Lists { cell: cell(&system), system, workspace, list })
        },
    }]
}

struct Lists {
    system: System,
    cell: Cell,
    workspace: Workspace,
    list: NeighborList,
}

impl Lists {
    fn build(&mut self) -> u64 {
        let builder = NeighborList::builder(CUTOFF).full().shifts();
        builder
            .build_into(&self.system.positions, &self.cell, &mut self.workspace, &mut self.list)
            .expect("the workloads are valid");
        self.list.len() as u64
    }
}

impl Store for Lists {
    fn fill(&mut self) -> u64 {
        self.build()
    }

    fn churn(&mut self) -> u64 {
        self.build();
        1
    }
}
