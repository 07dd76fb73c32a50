//! How near the memory we are: a list against writing as many bytes to memory that nobody has touched.

use bench_own::harness::{Against, Suite};
use bench_own::neighbor_list::{Kind, Row};
use memmap2::Advice;

use crate::ours::{self, NAME, VERSION};
use crate::pages::{first_touch, prime};

const BENCH: &str = "write-limit/ijS/14A";
const ATOMS: usize = 10_000;
/// `i`, `j` and `S` of one pair as we write them.
const BYTES: usize = 4 + 4 + 12;
/// We may take twice the time of the writes alone.
const SHARE: f64 = 0.5;

pub(crate) fn run(suite: &mut Suite) {
    if !suite.wants(BENCH, ATOMS) {
        return;
    }
    let row = Row { cutoff: 14.0, ..Row::plain(Kind::Liquid, ATOMS) };
    let system = row.system(suite.options().seed);
    let (builder, cell) = (ours::builder(&row), ours::cell(&system));
    // The row ijS/14A has verified this list; here it stands for its size.
    let pairs = builder.search(&system.positions, &cell).expect("the workloads are valid").len();
    let bytes = pairs * BYTES;
    let mut contest = suite
        .contest(BENCH, ATOMS)
        .models("the floor under any list that is stored: nothing is computed, the bytes are only written")
        .flatters("the floor: it writes one value, in order, to huge pages or to plain ones")
        .operations(pairs)
        .rounds_max(3)
        .prepare(|| prime(bytes))
        .unit("ns/pair")
        .expect(pairs as u64)
        .target(Against::Engine("writes to huge pages"), SHARE)
        .ours_with(
            NAME,
            VERSION,
            || (),
            |()| builder.build(&system.positions, &cell).expect("the workloads are valid"),
            |(), found| found.len() as u64,
        );
    for (name, advice) in
        [("writes to huge pages", Advice::HugePage), ("writes to plain pages", Advice::NoHugePage)]
    {
        // These list nothing and answer for the number of bytes alone.
        contest = contest
            .peer_with(
                name,
                "in this crate",
                || (),
                move |()| first_touch(bytes, advice),
                |(), written| (written.len() / BYTES) as u64,
            )
            .bound();
    }
    contest.run();
}
