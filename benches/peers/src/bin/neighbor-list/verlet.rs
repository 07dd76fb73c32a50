//! A list with a skin while atoms have hardly moved: reuse against building anew.
//!
//! The promise is about the steady state, in which a simulation spends its steps. The first list after a rebuild pays for
//! the first touch of its memory as any new list does, and stays in the table.

use std::cell::RefCell;

use bench_own::harness::{Against, Suite};
use bench_own::neighbor_list::{Kind, Output, PairSum, Row, System};
use neighbor_list::{NeighborList, Update, VerletList, Workspace};

use crate::ours::{self, NAME, VERSION};
use crate::pages::prime;
use crate::vesin::{self, Vesin};

const CUTOFF: f64 = 5.0;
const SKIN: f64 = 1.0;
/// Well below half a skin, in any direction.
const MOVED: f64 = 0.2;
/// Between two steps of the steady state: a femtosecond or two of a liquid.
const STEP: f64 = 0.01;
const STEPS: usize = 8;
const ATOMS: usize = 10_000;
/// vesin filters its candidates anew in each call, and so does `VerletList::list`.
const STEADY: &str = "verlet/steady/liquid";
const EXACT: &str = "verlet/first/liquid";
/// Rows with room between them need no writing where no pair has crossed the cutoff.
const ROWS: &str = "verlet/rows/liquid";
/// As many steps as let the rows be parted again, which some pay for.
const ROWS_STEPS: usize = 32;
/// A force loop computes every distance anyway: it takes the candidates as they are.
const CANDIDATES: &str = "verlet/candidates/liquid";
const MODELS: &str = "a step of molecular dynamics in which no atom has left the skin";

pub(crate) fn run(suite: &mut Suite, vesin: &Result<Vesin, String>) {
    if ![STEADY, ROWS, EXACT, CANDIDATES].into_iter().any(|bench| suite.wants(bench, ATOMS)) {
        return;
    }
    let seed = suite.options().seed;
    let before = Kind::Liquid.build(ATOMS, seed);
    let now = before.moved(MOVED, seed);
    let row = Row { cutoff: CUTOFF, ..Row::plain(Kind::Liquid, ATOMS) };
    let expected = row.expected(&now);
    let mut frames = vec![before.clone()];
    for step in 1..=ROWS_STEPS {
        frames.push(frames[step - 1].moved(STEP, seed + step as u64));
    }
    let last = row.expected(&frames[STEPS]);
    steady(suite, vesin, &row, &frames[..=STEPS], last);
    rows(suite, &row, &frames, row.expected(&frames[ROWS_STEPS]));
    if suite.options().full {
        exact(suite, vesin, &row, [&before, &now], expected);
    }
    candidates(suite, &row, [&before, &now], expected);
}

/// Warm memory on all sides: every engine has computed the first two frames, and is timed on those that follow.
fn steady(suite: &mut Suite, vesin: &Result<Vesin, String>, row: &Row, frames: &[System], expected: PairSum) {
    let now = &frames[STEPS];
    let cell = ours::cell(now);
    let builder = ours::builder(row).distances();
    let options =
        vesin::Options { return_shifts: true, return_distances: true, ..vesin::Options::new(CUTOFF) };
    let (warm, timed) = frames.split_at(2);
    let step = |verlet: &mut VerletList, frame: &System| {
        reuse(verlet, frame, &cell);
        verlet.list().expect("memory suffices").len()
    };
    let anew = |(workspace, list): &mut (Workspace, NeighborList), frame: &System| {
        builder.build_into(&frame.positions, &cell, workspace, list).expect("the workloads are valid");
    };
    let mut contest = suite
        .contest(STEADY, ATOMS)
        .models("molecular dynamics between two rebuilds: the exact list of every step, into memory in use")
        .flatters("nobody: every engine keeps its memory from step to step")
        .operations(expected.pairs as usize * timed.len())
        .rounds_max(3)
        .unit("ns/pair")
        .expect(expected.finish())
        .target(Against::Engine("neighbor-list anew"), 4.0)
        .target(Against::BestPeer, 1.0)
        .ours_with(
            NAME,
            VERSION,
            || {
                let mut verlet = primed(&frames[0]);
                warm.iter().for_each(|frame| _ = step(&mut verlet, frame));
                verlet
            },
            |verlet| timed.iter().for_each(|frame| _ = step(verlet, frame)),
            |verlet, ()| answer(row, verlet),
        )
        .ours_with(
            "neighbor-list anew",
            VERSION,
            || {
                let mut state = <(Workspace, NeighborList)>::default();
                warm.iter().for_each(|frame| anew(&mut state, frame));
                state
            },
            |state| timed.iter().for_each(|frame| anew(state, frame)),
            |(_, list), ()| ours::answer(row, now, list),
        );
    for (name, skin) in [("vesin", SKIN), ("vesin anew", 0.0)] {
        contest = match vesin {
            Err(why) => contest.absent(name, vesin::VERSION, why),
            Ok(vesin) => contest.peer_with(
                name,
                vesin::VERSION,
                move || {
                    let mut list = vesin.empty(vesin::Options { skin, ..options });
                    warm.iter().for_each(|frame| list.compute(frame));
                    list
                },
                move |list| timed.iter().for_each(|frame| list.compute(frame)),
                |list, ()| crate::lists::vesin_answer(row, now, list),
            ),
        };
    }
    contest.run();
}

/// The pairs of every step as rows with room between them, against packed lists built anew.
fn rows(suite: &mut Suite, row: &Row, frames: &[System], expected: PairSum) {
    let now = &frames[ROWS_STEPS];
    let cell = ours::cell(now);
    let builder = ours::builder(row);
    let (warm, timed) = frames.split_at(2);
    let step = |verlet: &mut VerletList, frame: &System| {
        reuse(verlet, frame, &cell);
        verlet.rows().expect("memory suffices").len()
    };
    let anew = |(workspace, list): &mut (Workspace, NeighborList), frame: &System| {
        builder.build_into(&frame.positions, &cell, workspace, list).expect("the workloads are valid");
    };
    suite
        .contest(ROWS, ATOMS)
        .models("molecular dynamics between two rebuilds: neighbours and shifts of every atom at every step")
        .flatters("us: rows with room between them are not the packed arrays that others hand out")
        .operations(expected.pairs as usize * timed.len())
        .rounds_max(3)
        .unit("ns/pair")
        .expect(expected.finish())
        .target(Against::Engine("neighbor-list anew"), 4.0)
        .ours_with(
            NAME,
            VERSION,
            || {
                let mut verlet = primed(&frames[0]);
                warm.iter().for_each(|frame| _ = step(&mut verlet, frame));
                RefCell::new(verlet) // rows are looked at once more for the answer
            },
            |verlet| timed.iter().for_each(|frame| _ = step(verlet.get_mut(), frame)),
            |verlet, ()| {
                let mut verlet = verlet.borrow_mut();
                let rows = verlet.rows().expect("memory suffices");
                let mut sum = PairSum::default();
                for i in 0..rows.atoms() {
                    rows.row(i)
                        .into_iter()
                        .for_each(|(j, shift)| row.add(&mut sum, i as u64, j.into(), shift));
                }
                sum.finish()
            },
        )
        .ours_with(
            "neighbor-list anew",
            VERSION,
            || {
                let mut state = <(Workspace, NeighborList)>::default();
                warm.iter().for_each(|frame| anew(&mut state, frame));
                state
            },
            |state| timed.iter().for_each(|frame| anew(state, frame)),
            |(_, list), ()| ours::answer(row, now, list),
        )
        .run();
}

/// The first list after a rebuild, into memory that nobody has touched.
fn exact(
    suite: &mut Suite,
    vesin: &Result<Vesin, String>,
    row: &Row,
    [before, now]: [&System; 2],
    expected: PairSum,
) {
    let cell = ours::cell(now);
    let builder = ours::builder(row).distances();
    let options =
        vesin::Options { return_shifts: true, return_distances: true, ..vesin::Options::new(CUTOFF) };
    let mut contest = suite
        .contest(EXACT, ATOMS)
        .models(MODELS)
        .flatters(
            "who filters well: the pairs within the cutoff, with shifts and distances, are written again",
        )
        .operations(expected.pairs as usize)
        .unit("ns/pair")
        .prepare(|| prime(expected.pairs as usize * Output::Everything.bytes()))
        .expect(expected.finish())
        .target(Against::BestPeer, 1.0)
        .ours_with(
            NAME,
            VERSION,
            || primed(before),
            |verlet| {
                reuse(verlet, now, &cell);
                verlet.list().expect("memory suffices").len()
            },
            |verlet, _| answer(row, verlet),
        )
        .ours_with(
            "neighbor-list anew",
            VERSION,
            || (),
            |()| builder.build(&now.positions, &cell).expect("the workloads are valid"),
            |(), found| ours::answer(row, now, found),
        );
    for (name, skin) in [("vesin", SKIN), ("vesin anew", 0.0)] {
        contest = match vesin {
            Err(why) => contest.absent(name, vesin::VERSION, why),
            Ok(vesin) => contest.peer_with(
                name,
                vesin::VERSION,
                move || {
                    let mut list = vesin.empty(vesin::Options { skin, ..options });
                    list.compute(before);
                    list
                },
                |list| list.compute(now),
                |list, ()| crate::lists::vesin_answer(row, now, list),
            ),
        };
    }
    contest.run();
}

fn candidates(suite: &mut Suite, row: &Row, [before, now]: [&System; 2], expected: PairSum) {
    let cell = ours::cell(now);
    let builder = NeighborList::builder(CUTOFF + SKIN).shifts();
    suite
        .contest(CANDIDATES, ATOMS)
        .models(MODELS)
        .flatters("us: vesin does not hand out its candidates, so nothing has to be filtered")
        .operations(expected.pairs as usize)
        .unit("ns/pair")
        .prepare(|| prime(expected.pairs as usize * Output::Everything.bytes()))
        .expect(expected.finish())
        .target(Against::Engine("neighbor-list anew"), 4.0)
        .ours_with(
            NAME,
            VERSION,
            || primed(before),
            |verlet| {
                reuse(verlet, now, &cell);
                verlet.candidates().expect("memory suffices").len()
            },
            |verlet, _| answer(row, verlet),
        )
        .ours_with(
            "neighbor-list anew",
            VERSION,
            || (),
            |()| builder.build(&now.positions, &cell).expect("the workloads are valid"),
            |(), found| within(row, now, found),
        )
        .run();
}

/// A list built for the atoms as they were.
fn primed(before: &System) -> VerletList {
    let mut verlet = VerletList::new(CUTOFF, SKIN).expect("a valid cutoff and skin");
    verlet.update(&before.positions, &ours::cell(before)).expect("the workloads are valid");
    verlet.candidates().expect("memory suffices");
    verlet
}

fn answer(row: &Row, verlet: &VerletList) -> u64 {
    let mut sum = PairSum::default();
    verlet.for_each(|pair| row.add(&mut sum, pair.i.into(), pair.j.into(), pair.shift));
    sum.finish()
}

fn reuse(verlet: &mut VerletList, now: &System, cell: &neighbor_list::Cell) {
    let update = verlet.update(&now.positions, cell).expect("the workloads are valid");
    assert_eq!(update, Update::Reused, "no atom has left the skin");
}

/// The answer of those pairs of a longer list that are within the row's cutoff.
fn within(row: &Row, system: &System, found: &NeighborList) -> u64 {
    let mut sum = PairSum::default();
    for ((&i, &j), &shift) in found.i().iter().zip(found.j()).zip(found.shifts()) {
        if system.distance(i as usize, j as usize, shift) < row.cutoff {
            row.add(&mut sum, i.into(), j.into(), shift);
        }
    }
    sum.finish()
}
