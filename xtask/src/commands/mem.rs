//! `cargo xtask mem`: what a structure allocates.

use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::gather::Gathered;
use crate::kept::Kept;
use crate::sampler::{self, Build};
use crate::table::{self, number};
use crate::workspace::Workspace;
use crate::{Outcome, interrupt, process};

/// What a structure allocates: bytes an entry, allocations an operation, peak, growth over a soak, cache lines.
///
/// Compiles the subjects of benches/own with dhat's counting allocator, fills each, then uses it for many rounds that
/// leave its number of entries as it was. The input is not counted. A structure whose heap is larger at the end of the
/// soak than halfway through, by more than 1 %, GROWS, which fails. Of the blocks that hold the structure, the table
/// tells how many start where a cache line starts, and how many that are smaller than a line lie across two.
///
/// Exit codes: 0 measured, 1 something grows, 2 could not run, 130 interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask mem
  cargo xtask mem neighbor-list --rounds 2000    a longer soak")]
pub(crate) struct Arguments {
    /// Structures to measure; all if none is named.
    structures: Vec<String>,
    /// Rounds of the soak.
    #[arg(long, default_value_t = 200)]
    rounds: u64,
    /// Print JSON, one line a subject, instead of a table.
    #[arg(long)]
    json: bool,
    /// Keep the result in benches/record/mem.
    #[arg(long)]
    record: bool,
}

/// One subject's figures, as the sampler counts them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Usage {
    pub(crate) name: String,
    pub(crate) entry: String,
    pub(crate) operation: String,
    pub(crate) entries: u64,
    /// Held after filling.
    pub(crate) bytes: u64,
    /// Allocations while filling.
    pub(crate) fill_blocks: u64,
    /// Most held at once while filling.
    pub(crate) peak_bytes: u64,
    /// Operations of the soak.
    pub(crate) operations: u64,
    /// Allocations in the soak.
    pub(crate) churn_blocks: u64,
    /// Held after a tenth, half and all of the soak.
    pub(crate) soak_bytes: [i64; 3],
    pub(crate) lines: Lines,
}

/// The blocks held after filling, by where they lie among cache lines.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lines {
    /// Blocks of a line or more, and those of them that start where a line starts.
    pub(crate) blocks: u64,
    pub(crate) aligned: u64,
    /// Blocks of less than a line, and those of them that lie across the border of two.
    pub(crate) small: u64,
    pub(crate) split: u64,
}

impl Lines {
    /// `5 of 7 aligned, 1 of 9 split`, without the kinds that there are none of.
    pub(crate) fn describe(&self) -> String {
        let part = |part: u64, of: u64, what: &str| (of > 0).then(|| format!("{part} of {of} {what}"));
        let parts = [part(self.aligned, self.blocks, "aligned"), part(self.split, self.small, "split")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Usage {
    pub(crate) fn per_entry(&self) -> f64 {
        self.bytes as f64 / self.entries.max(1) as f64
    }

    /// `100000 entries`.
    pub(crate) fn filled(&self) -> String {
        let plural = self
            .entry
            .strip_suffix('y')
            .map_or_else(|| format!("{}s", self.entry), |stem| format!("{stem}ies"));
        format!("{} {plural}", self.entries)
    }

    /// Whether the second half of the soak left more behind than the first.
    fn grows(&self) -> bool {
        let [_, half, end] = self.soak_bytes;
        end as f64 > half as f64 * 1.01
    }

    /// How the soak ended, in a word.
    pub(crate) fn soak(&self) -> &'static str {
        if self.grows() { "GROWS" } else { "steady" }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let structures = sampler::select(&workspace, &arguments.structures)?;
    interrupt::watch();
    let target = workspace.metadata.target_directory.as_std_path().join("loads");
    let gathered = Gathered::each(&structures, |structure, all| {
        eprintln!("compiling {structure}");
        let (root, features) = (workspace.root(), &["memory"][..]);
        let build = Build { root, target: &target, structure, features, rustflags: &[], triple: None };
        let mut command = Command::new(build.run()?.path);
        let text = process::output(command.args(["memory", "--rounds", &arguments.rounds.to_string()]))?;
        all.extend(parse(&text)?);
        Ok(())
    });
    let all = &gathered.results;
    if arguments.json {
        all.iter().for_each(|usage| println!("{}", serde_json::to_string(usage).expect("plain fields")));
    } else {
        print(all);
    }
    if arguments.record {
        let path = Kept::now(&workspace, all)?.write(&workspace, "mem")?;
        eprintln!("recorded in {}", path.display());
    }
    let steady = !all.iter().any(Usage::grows);
    gathered.outcome(Outcome::from_good(steady))
}

fn parse(text: &str) -> Result<Vec<Usage>> {
    text.lines().map(|line| serde_json::from_str(line).context("the sampler printed nonsense")).collect()
}

fn print(all: &[Usage]) {
    let header = [
        "subject",
        "entries",
        "bytes/entry",
        "peak/held",
        "allocations/entry",
        "allocations/operation",
        "soak",
        "cache lines",
        "operation",
    ];
    let mut table = table::new(&header);
    for usage in all {
        let per = |numerator: u64, denominator: u64| number(numerator as f64 / denominator.max(1) as f64);
        table.add_row([
            usage.name.clone(),
            usage.filled(),
            per(usage.bytes, usage.entries),
            per(usage.peak_bytes, usage.bytes),
            per(usage.fill_blocks, usage.entries),
            per(usage.churn_blocks, usage.operations),
            usage.soak().to_owned(),
            usage.lines.describe(),
            usage.operation.clone(),
        ]);
    }
    table::keep_names_whole(&mut table);
    println!("{table}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_told_from_a_plateau() {
        let line = include_str!("../../tests/fixtures/memory.txt");
        let usages = parse(line).unwrap();
        let grows: Vec<bool> = usages.iter().map(Usage::grows).collect();
        assert_eq!(grows, [false, true]);
        let lines: Vec<String> = usages.iter().map(|usage| usage.lines.describe()).collect();
        assert_eq!(lines, ["16 of 20 aligned", "20 of 20 aligned, 3 of 50 split"]);
        assert!(parse("nonsense").is_err());
    }
}
