//! A sum over all pairs: with a list in between, or without one.

use bench_own::harness::{Against, Suite};
use bench_own::neighbor_list::{Kind, Output, Row};
use neighbor_list::{Cutoff, NeighborList, Search};

use crate::ours::{self, NAME, VERSION};
use crate::pages::prime;
use crate::vesin::{self, Vesin};

const BENCH: &str = "energy/6A/liquid";
const ATOMS: usize = 10_000;

pub(crate) fn run(suite: &mut Suite, vesin: &Result<Vesin, String>) {
    if !suite.wants(BENCH, ATOMS) {
        return;
    }
    let row = Row::plain(Kind::Liquid, ATOMS);
    let system = row.system(suite.options().seed);
    let (cell, builder) = (ours::cell(&system), NeighborList::builder(row.cutoff).distances());
    let expected = row.expected(&system);
    let contest = suite
        .contest(BENCH, ATOMS)
        .models("one Lennard-Jones energy of atoms that then move on: the list is of no further use")
        .flatters("us: only our search can be asked for pairs without writing them")
        .operations(expected.pairs as usize)
        .unit("ns/pair")
        .prepare(|| prime(expected.pairs as usize * Output::Shifts.bytes()))
        .expect(expected.pairs)
        .target(Against::BestPeer, 1.0)
        .ours_with(
            NAME,
            VERSION,
            || (),
            |()| {
                let search = Search::new(&system.positions, &cell, Cutoff::Global(row.cutoff));
                let mut sum = Sum::default();
                search.expect("the workloads are valid").for_each(|pair| sum.add(pair.distance_squared));
                sum
            },
            |(), sum| sum.answer(),
        )
        .ours_with(
            "neighbor-list, stored",
            VERSION,
            || (),
            |()| {
                let list = builder.build(&system.positions, &cell).expect("the workloads are valid");
                Sum::of(list.distances())
            },
            |(), sum| sum.answer(),
        );
    let options = vesin::Options { return_distances: true, ..vesin::Options::new(row.cutoff) };
    let contest = match vesin {
        Err(why) => contest.absent("vesin", vesin::VERSION, why),
        Ok(vesin) => contest.peer_with(
            "vesin",
            vesin::VERSION,
            || (),
            |()| Sum::of(vesin.list(&system, options).distances()),
            |(), sum| sum.answer(),
        ),
    };
    contest.run();
}

/// Twice the energy, which is not compared (engines add in different orders), and the pairs, which are.
#[derive(Default)]
struct Sum {
    energy: f64,
    pairs: u64,
}

impl Sum {
    fn of(distances: &[f64]) -> Self {
        let mut sum = Self::default();
        distances.iter().for_each(|d| sum.add(d * d));
        sum
    }

    fn answer(&self) -> u64 {
        std::hint::black_box(self.energy);
        self.pairs
    }

    #[inline]
    fn add(&mut self, distance_squared: f64) {
        let cube = (2.5 * 2.5 / distance_squared).powi(3);
        self.energy += 4.0 * cube * (cube - 1.0);
        self.pairs += 1;
    }
}
