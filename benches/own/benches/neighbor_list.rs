//! neighbor-list alone: the cases whose time is made of different things.

use bench_own::neighbor_list::{Kind, System};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neighbor_list::{Builder, Cell, NeighborList, VerletList, Workspace};

fn builds(criterion: &mut Criterion) {
    let list = |cutoff: f64| NeighborList::builder(cutoff);
    // What limits each: searching, writing, filtering, writing again, empty space, starting.
    let cases: [(&str, Kind, usize, Builder); 6] = [
        ("liquid-6A-ijS", Kind::Liquid, 10_000, list(6.0).shifts()),
        ("liquid-6A-ijSdD", Kind::Liquid, 10_000, list(6.0).shifts().distances().vectors()),
        ("liquid-6A-half", Kind::Liquid, 10_000, list(6.0).half().shifts()),
        ("liquid-14A-ij", Kind::Liquid, 2_000, list(14.0)),
        ("gas-6A-ijS", Kind::Gas, 10_000, list(6.0).shifts()),
        ("small-6A-ijS", Kind::Liquid, 64, list(6.0).shifts()),
    ];
    let mut group = criterion.benchmark_group("neighbor-list/build");
    for (name, kind, atoms, builder) in cases {
        let system = kind.build(atoms, 1);
        let cell = cell(&system);
        let (mut workspace, mut found) = (Workspace::default(), NeighborList::default());
        let mut build = || {
            builder
                .build_into(&system.positions, &cell, &mut workspace, &mut found)
                .expect("valid workloads");
            found.len()
        };
        group.throughput(Throughput::Elements(build() as u64));
        group.bench_function(name, |bencher| bencher.iter(&mut build));
    }
}

fn verlet(criterion: &mut Criterion) {
    let system = Kind::Liquid.build(10_000, 1);
    let (cell, moved) = (cell(&system), system.moved(0.2, 1));
    let mut list = VerletList::new(5.0, 1.0).expect("a valid cutoff and skin");
    list.update(&system.positions, &cell).expect("valid workloads");
    criterion.bench_function("neighbor-list/verlet-reuse", |bencher| {
        bencher.iter(|| {
            list.update(&moved.positions, &cell).expect("valid workloads");
            list.list().expect("memory suffices").len()
        });
    });
}

fn cell(system: &System) -> Cell {
    Cell::new(system.cell, system.periodic).expect("the workloads' cells have a volume")
}

criterion_group!(benches, builds, verlet);
criterion_main!(benches);
