//! One row: engines that do the same work.

use std::fmt;
use std::hint::black_box;
use std::time::Duration;

use rand::seq::SliceRandom;

use super::{Against, Clock, Metric, SCHEMA, Suite, Target};
use crate::random;

/// One row of a table: verify every engine's answer, then time them in turn.
pub struct Contest<'a> {
    suite: &'a mut Suite,
    bench: &'a str,
    size: usize,
    operations: usize,
    threads: u32,
    clock: Clock,
    unit: &'static str,
    models: &'a str,
    flatters: &'a str,
    expected: Option<u64>,
    rounds_max: u32,
    prepare: Box<dyn FnMut() + 'a>,
    targets: Vec<Target>,
    engines: Vec<Engine<'a>>,
}

struct Engine<'a> {
    name: &'a str,
    version: &'a str,
    ours: bool,
    bound: bool,
    notes: Vec<(String, f64)>,
    run: Run<'a>,
}

/// Sets up, prepares, runs once on the clock, hashes the answer and tears down; gives the answer and the time.
type Timed<'a> = dyn FnMut(Clock, &mut dyn FnMut()) -> (u64, Duration) + 'a;

enum Run<'a> {
    Here(Box<Timed<'a>>),
    /// Cannot run on this machine, and why.
    Absent(&'a str),
}

impl fmt::Debug for Contest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contest")
            .field("bench", &self.bench)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl<'a> Contest<'a> {
    pub(super) fn new(suite: &'a mut Suite, bench: &'a str, size: usize) -> Self {
        Self {
            suite,
            bench,
            size,
            operations: 1,
            threads: 1,
            clock: Clock::ThreadCpu,
            unit: "ns/op",
            models: "",
            flatters: "",
            expected: None,
            rounds_max: u32::MAX,
            prepare: Box::new(|| ()),
            targets: Vec::new(),
            engines: Vec::new(),
        }
    }

    /// What of real use this row stands for.
    pub fn models(mut self, text: &'a str) -> Self {
        self.models = text;
        self
    }

    /// Whose design this row favours.
    pub fn flatters(mut self, text: &'a str) -> Self {
        self.flatters = text;
        self
    }

    /// Operations in one run; samples are nanoseconds divided by this.
    pub fn operations(mut self, operations: usize) -> Self {
        self.operations = operations;
        self
    }

    /// The sample's unit if an operation has a better name, e.g. `ns/pair`.
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// Engines use this many threads: they are timed on the wall if more than one.
    pub fn threads(mut self, threads: u32) -> Self {
        self.threads = threads;
        self.clock = if threads > 1 { Clock::Wall } else { Clock::ThreadCpu };
        self
    }

    /// Times on the wall even with one thread, where rows of several thread counts are compared.
    pub fn on_wall(mut self) -> Self {
        self.clock = Clock::Wall;
        self
    }

    /// At most this many rounds, for rows whose engines take seconds.
    pub fn rounds_max(mut self, rounds: u32) -> Self {
        self.rounds_max = rounds;
        self
    }

    /// Does this before every run of every engine, off the clock and after its setup: brings the machine into the
    /// same state for all.
    pub fn prepare(mut self, prepare: impl FnMut() + 'a) -> Self {
        self.prepare = Box::new(prepare);
        self
    }

    /// The right answer, where an oracle gave one; else the first engine's answer counts.
    pub fn expect(mut self, checksum: u64) -> Self {
        self.expected = Some(checksum);
        self
    }

    /// A promise: `against`'s figure divided by ours is at least `ratio`.
    pub fn target(mut self, against: Against<'_>, ratio: f64) -> Self {
        let against = match against {
            Against::Engine(name) => name.to_owned(),
            Against::BestPeer => "best peer".to_owned(),
        };
        self.targets.push(Target { against, ratio });
        self
    }

    /// Adds our own engine: `setup` is not timed, `run` is, and what `run` used is dropped off the clock.
    pub fn ours<S>(
        self,
        name: &'a str,
        version: &'a str,
        setup: impl FnMut() -> S + 'a,
        run: impl FnMut(&mut S) -> u64 + 'a,
    ) -> Self {
        self.ours_with(name, version, setup, run, |_, &answer| answer)
    }

    /// Adds a peer, as [`Contest::ours`].
    pub fn peer<S>(
        self,
        name: &'a str,
        version: &'a str,
        setup: impl FnMut() -> S + 'a,
        run: impl FnMut(&mut S) -> u64 + 'a,
    ) -> Self {
        self.peer_with(name, version, setup, run, |_, &answer| answer)
    }

    /// As [`Contest::ours`] for a `run` with a large output: `answer` folds it into a checksum off the clock.
    pub fn ours_with<S, O>(
        self,
        name: &'a str,
        version: &'a str,
        setup: impl FnMut() -> S + 'a,
        run: impl FnMut(&mut S) -> O + 'a,
        answer: impl FnMut(&S, &O) -> u64 + 'a,
    ) -> Self {
        self.engine(name, version, true, timed(setup, run, answer))
    }

    /// Adds a peer, as [`Contest::ours_with`].
    pub fn peer_with<S, O>(
        self,
        name: &'a str,
        version: &'a str,
        setup: impl FnMut() -> S + 'a,
        run: impl FnMut(&mut S) -> O + 'a,
        answer: impl FnMut(&S, &O) -> u64 + 'a,
    ) -> Self {
        self.engine(name, version, false, timed(setup, run, answer))
    }

    /// Adds a peer that cannot run on this machine, so that the table says why.
    pub fn absent(self, name: &'a str, version: &'a str, why: &'a str) -> Self {
        self.engine(name, version, false, Run::Absent(why))
    }

    /// Adds a figure to the engine added last, such as its `recall`.
    pub fn note(mut self, name: &str, value: f64) -> Self {
        let engine = self.engines.last_mut().expect("a note follows the engine it is about");
        engine.notes.push((name.to_owned(), value));
        self
    }

    /// Marks the engine added last as a bound: it does less than the row asks (one thread's table in a row of concurrent
    /// ones, a flat array beside trees), so that its figure is a limit to compare with. It is ranked apart from peers.
    pub fn bound(mut self) -> Self {
        let engine = self.engines.last_mut().expect("a mark follows the engine it is about");
        engine.bound = true;
        self
    }

    fn engine(mut self, name: &'a str, version: &'a str, ours: bool, run: Run<'a>) -> Self {
        self.engines.push(Engine { name, version, ours, bound: false, notes: Vec::new(), run });
        self
    }

    /// Verifies, measures, prints; gives the metrics in the order the engines were added.
    pub fn run(mut self) -> Vec<Metric> {
        if !self.suite.wants(self.bench, self.size) {
            return Vec::new();
        }
        let mut metrics = self.verify();
        let suite = &*self.suite;
        metrics.retain(|metric| suite.wants_engine(&metric.engine, metric.ours));
        self.engines.retain(|engine| suite.wants_engine(engine.name, engine.ours));
        if !self.suite.options().verify_only {
            self.measure(&mut metrics);
        }
        for metric in &metrics {
            self.suite.emit(metric);
        }
        self.summarise(&metrics);
        metrics
    }

    /// Runs each engine once, which also warms it up, and compares the answers.
    fn verify(&mut self) -> Vec<Metric> {
        let mut metrics = Vec::new();
        for index in 0..self.engines.len() {
            let answer = match &mut self.engines[index].run {
                Run::Here(run) => run(self.clock, &mut self.prepare).0,
                Run::Absent(why) => {
                    let error = Some(format!("skipped: {why}"));
                    metrics.push(Metric { error, ..self.metric(&self.engines[index], 0) });
                    continue;
                }
            };
            let expected = *self.expected.get_or_insert(answer);
            let mut metric = self.metric(&self.engines[index], answer);
            if answer != expected {
                metric.error = Some(format!("answered {answer:016x}, expected {expected:016x}"));
                if metric.ours {
                    self.suite.fail();
                }
            }
            metrics.push(metric);
        }
        metrics
    }

    fn measure(&mut self, metrics: &mut [Metric]) {
        let mut order: Vec<usize> = (0..metrics.len()).filter(|&i| metrics[i].error.is_none()).collect();
        let mut shuffler = random::generator(self.bench, u64::from(std::process::id()));
        for _ in 0..self.suite.options().rounds.min(self.rounds_max) {
            order.shuffle(&mut shuffler);
            for &index in &order {
                let Run::Here(run) = &mut self.engines[index].run else { continue };
                let (answer, elapsed) = run(self.clock, &mut self.prepare);
                assert_eq!(
                    format!("{answer:016x}"),
                    metrics[index].checksum,
                    "{} changed its answer",
                    metrics[index].engine
                );
                metrics[index].samples.push(elapsed.as_nanos() as f64 / self.operations as f64);
            }
        }
    }

    fn metric(&self, engine: &Engine<'_>, answer: u64) -> Metric {
        Metric {
            schema: SCHEMA,
            structure: self.suite.structure().to_owned(),
            bench: self.bench.to_owned(),
            size: self.size as u64,
            threads: self.threads,
            models: self.models.to_owned(),
            flatters: self.flatters.to_owned(),
            engine: engine.name.to_owned(),
            engine_version: engine.version.to_owned(),
            ours: engine.ours,
            bound: engine.bound,
            unit: self.unit.to_owned(),
            clock: Some(self.clock),
            operations: self.operations as u64,
            seed: self.suite.options().seed,
            checksum: format!("{answer:016x}"),
            samples: Vec::new(),
            targets: if engine.ours { self.targets.clone() } else { Vec::new() },
            notes: engine.notes.clone(),
            error: None,
        }
    }

    /// One line for people on standard error: medians, and each engine's ratio to ours.
    fn summarise(&self, metrics: &[Metric]) {
        let ours = metrics.iter().find(|metric| metric.ours).and_then(Metric::median);
        let figures = metrics.iter().map(|metric| match (&metric.error, metric.median(), ours) {
            (Some(error), ..) if error.starts_with("skipped") => format!("{} {error}", metric.engine),
            (Some(error), ..) => format!("{} WRONG ({error})", metric.engine),
            (None, Some(median), Some(ours)) => {
                format!("{} {median:.2} ({:.2}x)", metric.engine, median / ours)
            }
            (None, Some(median), None) => format!("{} {median:.2}", metric.engine),
            (None, None, _) => format!("{} verified", metric.engine),
        });
        let figures: Vec<String> = figures.collect();
        eprintln!("{}/{} {}: {}", self.bench, self.size, self.unit, figures.join(", "));
    }
}

/// Puts only `run` on the clock: `setup` and the contest's preparation stand before it, `answer` and every drop after it.
fn timed<'a, S, O>(
    mut setup: impl FnMut() -> S + 'a,
    mut run: impl FnMut(&mut S) -> O + 'a,
    mut answer: impl FnMut(&S, &O) -> u64 + 'a,
) -> Run<'a> {
    Run::Here(Box::new(move |clock, prepare| {
        let mut state = setup();
        prepare();
        let start = clock.now();
        let output = black_box(run(black_box(&mut state)));
        let elapsed = clock.now().saturating_sub(start);
        (answer(&state, &output), elapsed)
    }))
}
