//! Many small structures in one call.

use bench_own::harness::{Against, Suite};
use bench_own::neighbor_list::{Kind, Output, PairSum, Row, System};
use neighbor_list::{Batch, Cell, NeighborList};

use crate::ours::{self, NAME, VERSION};
use crate::pages::prime;
use crate::vesin::{self, Neighbors, Vesin};

const BENCH: &str = "batch/6A/small";
const STRUCTURES: usize = 128;
const ATOMS: usize = 64;

pub(crate) fn run(suite: &mut Suite, vesin: &Result<Vesin, String>) {
    let size = STRUCTURES * ATOMS;
    if !suite.wants(BENCH, size) {
        return;
    }
    let row = Row::plain(Kind::Liquid, ATOMS);
    let seeds = (0..STRUCTURES as u64).map(|index| suite.options().seed.wrapping_add(index));
    let systems: Vec<System> = seeds.map(|seed| row.system(seed)).collect();
    let cells: Vec<Cell> = systems.iter().map(ours::cell).collect();
    let inputs: Vec<(&[[f64; 3]], &Cell)> =
        systems.iter().zip(&cells).map(|(system, cell)| (system.positions.as_slice(), cell)).collect();
    let pairs: u64 = systems.iter().map(|system| row.expected(system).pairs).sum();
    let contest = suite
        .contest(BENCH, size)
        .models("a training batch: many small cells at once, atoms numbered through")
        .flatters("us: vesin takes one structure a call, and its lists stay apart")
        .operations(pairs as usize)
        .unit("ns/pair")
        .prepare(|| prime(pairs as usize * Output::Shifts.bytes()))
        .target(Against::Engine("vesin"), 6.0)
        .target(Against::BestPeer, 1.0)
        .ours_with(
            NAME,
            VERSION,
            || Batch::new(NeighborList::builder(row.cutoff).shifts()),
            |batch| batch.build(&inputs).expect("the workloads are valid").len(),
            |batch, _| {
                let list = batch.list();
                let mut sum = PairSum::default();
                for ((&i, &j), &shift) in list.i().iter().zip(list.j()).zip(list.shifts()) {
                    row.add(&mut sum, i.into(), j.into(), shift);
                }
                sum.finish()
            },
        );
    let contest = match vesin {
        Err(why) => contest.absent("vesin", vesin::VERSION, why),
        Ok(vesin) => contest.peer_with(
            "vesin",
            vesin::VERSION,
            || (),
            |()| systems.iter().map(|system| vesin.list(system, crate::lists::vesin_options(&row))).collect(),
            |(), lists: &Vec<Neighbors<'_>>| {
                let mut sum = PairSum::default();
                for (index, list) in lists.iter().enumerate() {
                    let first = (index * ATOMS) as u64;
                    for (&[i, j], &shift) in list.pairs().iter().zip(list.shifts()) {
                        row.add(&mut sum, first + i as u64, first + j as u64, shift);
                    }
                }
                sum.finish()
            },
        ),
    };
    contest.run();
}
