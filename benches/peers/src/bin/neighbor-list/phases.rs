//! Where our time goes: the spans of the crate's `tracing` feature, summed by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bench_own::harness::{Clock, Metric, SCHEMA, Suite};
use bench_own::neighbor_list::{Kind, Output, Row};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::ours::{self, NAME, VERSION};
use crate::pages::prime;

const ROUNDS: u32 = 9;

pub(crate) fn run(suite: &mut Suite) {
    for (bench, kind, cutoff, output) in [
        ("phases/ijS/6A/liquid", Kind::Liquid, 6.0, Output::Shifts),
        ("phases/ijSdD/6A/liquid", Kind::Liquid, 6.0, Output::Everything),
        ("phases/ijS/14A/liquid", Kind::Liquid, 14.0, Output::Shifts),
        ("phases/ijS/6A/gas", Kind::Gas, 6.0, Output::Shifts),
    ] {
        let row = Row { cutoff, output, ..Row::plain(kind, 10_000) };
        if suite.wants(bench, row.atoms) {
            measure(suite, bench, &row);
        }
    }
}

fn measure(suite: &Suite, bench: &str, row: &Row) {
    let system = row.system(suite.options().seed);
    let (builder, cell) = (ours::builder(row), ours::cell(&system));
    let mut samples: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let spans = Spans::default();
        let pairs = tracing::subscriber::with_default(spans.clone(), || {
            let build = || builder.build(&system.positions, &cell).expect("the workloads are valid").len();
            prime(build() * row.output.bytes());
            spans.take();
            let start = Instant::now();
            let pairs = build();
            let whole = start.elapsed();
            spans.add("whole", whole);
            pairs
        });
        let totals = spans.take();
        let inside: Duration =
            totals.iter().filter(|(name, _)| **name != "whole").map(|(_, time)| *time).sum();
        let outside = totals["whole"].saturating_sub(inside);
        for (name, time) in totals.into_iter().chain([("outside the spans", outside)]) {
            samples.entry(name).or_default().push(time.as_nanos() as f64 / pairs as f64);
        }
    }
    for (phase, samples) in samples {
        let metric = metric(suite, bench, row, phase, samples);
        eprintln!("{bench} {phase}: {:.2} ns/pair", metric.median().unwrap_or(f64::NAN));
        suite.emit(&metric);
    }
}

fn metric(suite: &Suite, bench: &str, row: &Row, phase: &str, samples: Vec<f64>) -> Metric {
    Metric {
        schema: SCHEMA,
        structure: suite.structure().into(),
        bench: bench.into(),
        size: row.atoms as u64,
        threads: 1,
        models: "the phases of one build, by the crate's own tracing spans".into(),
        flatters: "nobody: only we are in it".into(),
        engine: format!("{NAME}: {phase}"),
        engine_version: VERSION.into(),
        ours: true,
        bound: false,
        unit: "ns/pair".into(),
        clock: Some(Clock::Wall),
        operations: 1,
        seed: suite.options().seed,
        checksum: format!("{:016x}", 0),
        samples,
        targets: Vec::new(),
        notes: Vec::new(),
        error: None,
    }
}

/// A subscriber that adds up the time between entering and leaving spans of one name.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Name of each span made so far and when it was entered; its id is its place, counted from one.
    made: Vec<(&'static str, Option<Instant>)>,
    totals: BTreeMap<&'static str, Duration>,
}

impl Spans {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().expect("nothing panics while it holds the lock"))
    }

    fn add(&self, name: &'static str, time: Duration) {
        self.with(|state| *state.totals.entry(name).or_default() += time);
    }

    fn take(&self) -> BTreeMap<&'static str, Duration> {
        self.with(|state| std::mem::take(&mut state.totals))
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.with(|state| {
            state.made.push((span.metadata().name(), None));
            Id::from_u64(state.made.len() as u64)
        })
    }

    fn enter(&self, span: &Id) {
        self.with(|state| state.made[span.into_u64() as usize - 1].1 = Some(Instant::now()));
    }

    fn exit(&self, span: &Id) {
        let (name, entered) = self.with(|state| state.made[span.into_u64() as usize - 1]);
        if let Some(entered) = entered {
            self.add(name, entered.elapsed());
        }
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}
}
