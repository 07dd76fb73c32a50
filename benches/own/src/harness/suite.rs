//! All contests of one structure, and what the command line asks of them.

use clap::{Parser, ValueEnum};

use super::{Contest, Metric};

/// Which peers take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Peers {
    /// std and the leading peer.
    Leading,
    /// Every peer that was compiled in.
    All,
}

/// The command line of a benchmark binary; `cargo xtask bench` fills it in.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Only rows whose `bench/size` contains this text; may be given several times.
    #[arg(long)]
    pub filter: Vec<String>,
    /// Skip rows with more entries than this.
    #[arg(long, default_value_t = u64::MAX)]
    pub size_max: u64,
    /// Which peers take part.
    #[arg(long, value_enum, default_value_t = Peers::All)]
    pub peers: Peers,
    /// Time only peers whose name contains this text; may be given several times. The answers of all are compared.
    #[arg(long)]
    pub engine: Vec<String>,
    /// Also the rows that take long.
    #[arg(long)]
    pub full: bool,
    /// Rounds of each contest; the median over them is reported.
    #[arg(long, default_value_t = 9)]
    pub rounds: u32,
    /// Varies the workload.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Compare the answers and time nothing.
    #[arg(long)]
    pub verify_only: bool,
}

/// The contests of one structure.
#[derive(Debug)]
pub struct Suite {
    structure: &'static str,
    options: Options,
    failures: u32,
}

impl Suite {
    /// A suite that obeys the process's arguments.
    pub fn from_args(structure: &'static str) -> Self {
        Self::new(structure, Options::parse())
    }

    /// A suite for a binary that has arguments of its own beside [`Options`].
    pub fn new(structure: &'static str, options: Options) -> Self {
        Self { structure, options, failures: 0 }
    }

    /// What the command line asked for.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Whether the row is asked for; skip building its input if not.
    pub fn wants(&self, bench: &str, size: usize) -> bool {
        let row = format!("{bench}/{size}");
        size as u64 <= self.options.size_max
            && (self.options.filter.is_empty() || self.options.filter.iter().any(|text| row.contains(text)))
    }

    /// Whether an engine is timed and printed: ours always is.
    pub fn wants_engine(&self, name: &str, ours: bool) -> bool {
        ours || self.options.engine.is_empty() || self.options.engine.iter().any(|text| name.contains(text))
    }

    /// Starts a row: `bench` names it within the structure, `size` is the number of entries.
    pub fn contest<'a>(&'a mut self, bench: &'a str, size: usize) -> Contest<'a> {
        Contest::new(self, bench, size)
    }

    /// Ends the process: exit code 1 if one of our own engines gave a wrong answer.
    pub fn finish(self) {
        if self.failures > 0 {
            eprintln!("{}: {} rows with a wrong answer of ours", self.structure, self.failures);
            std::process::exit(1);
        }
    }

    /// The structure measured, for metrics made by hand.
    pub fn structure(&self) -> &'static str {
        self.structure
    }

    pub(super) fn fail(&mut self) {
        self.failures += 1;
    }

    /// Prints a METRIC line; for figures that no contest times, such as bytes per entry.
    #[expect(clippy::print_stdout, reason = "standard output is this program's protocol")]
    pub fn emit(&self, metric: &Metric) {
        if !self.wants_engine(&metric.engine, metric.ours) {
            return;
        }
        let line = serde_json::to_string(metric).expect("a metric has only plain fields");
        println!("METRIC {line}");
    }
}
