//! Figures of our own index alone, beside what issue 4 allows.

use bench_own::harness::{Metric, SCHEMA, Suite, Target};

use crate::engines::{Engine, Ours};

/// A figure, and the most that it may be.
pub(crate) struct Allowance<'a> {
    pub bench: &'a str,
    pub models: &'a str,
    pub flatters: &'a str,
    pub size: usize,
    pub operations: usize,
    pub unit: &'a str,
    pub samples: Vec<f64>,
    pub allowed: f64,
    pub notes: Vec<(String, f64)>,
}

impl Allowance<'_> {
    /// Prints our line and the allowance's, as a bound.
    pub(crate) fn emit(self, suite: &Suite) {
        let ours = Metric {
            schema: SCHEMA,
            structure: "radix-index".to_owned(),
            bench: self.bench.to_owned(),
            size: self.size as u64,
            threads: 1,
            models: self.models.to_owned(),
            flatters: self.flatters.to_owned(),
            engine: Ours::NAME.to_owned(),
            engine_version: Ours::VERSION.to_owned(),
            ours: true,
            bound: false,
            unit: self.unit.to_owned(),
            clock: None,
            operations: self.operations as u64,
            seed: suite.options().seed,
            checksum: format!("{:016x}", 0),
            samples: self.samples,
            targets: vec![Target { against: "allowance".to_owned(), ratio: 1.0 }],
            notes: self.notes,
            error: None,
        };
        let allowance = Metric {
            engine: "allowance".to_owned(),
            engine_version: String::new(),
            ours: false,
            bound: true,
            samples: vec![self.allowed],
            targets: Vec::new(),
            notes: Vec::new(),
            ..ours.clone()
        };
        suite.emit(&ours);
        suite.emit(&allowance);
    }
}
