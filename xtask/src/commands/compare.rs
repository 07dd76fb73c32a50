//! `cargo xtask compare`: two recorded runs, row by row.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;

use crate::Outcome;
use crate::record::Record;
use crate::rows::{self, Entry, Row};
use crate::stats::{self, Interval};
use crate::table;

/// Compare two recorded runs, row by row, the largest changes first.
///
/// Each line is one engine in one row: the median after divided by the median before (1.20x: slower by a fifth), with
/// an interval. Absolute times of two runs drift by 5 to 8 % on one machine and say little across two: the peers'
/// mean shows the drift, and `ours to peers` is the change with that drift taken out. For a verdict use
/// `cargo xtask gate`, which runs both sides together.
///
/// Exit codes: 0 compared, 2 a record could not be read or nothing is common to both.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask compare benches/record/OLD.jsonl benches/record/NEW.jsonl")]
pub(crate) struct Arguments {
    /// The earlier record.
    before: PathBuf,
    /// The later record.
    after: PathBuf,
    /// Print JSON, one object a line, instead of a table.
    #[arg(long)]
    json: bool,
    /// Also the peers' own lines.
    #[arg(long)]
    peers: bool,
}

/// One engine in one row, before and after.
#[derive(Clone, Debug, Serialize)]
struct Change {
    structure: String,
    row: String,
    engine: String,
    ours: bool,
    unit: String,
    before: f64,
    after: f64,
    /// `after / before`.
    ratio: f64,
    low: f64,
    high: f64,
}

impl Change {
    /// Whether the interval leaves 1 out.
    fn certain(&self) -> bool {
        !Interval { low: self.low, high: self.high }.contains(1.0)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let (before, after) = (Record::read(&arguments.before)?, Record::read(&arguments.after)?);
    let changes = changes(&rows::gather(&before.metrics), &rows::gather(&after.metrics));
    if changes.is_empty() {
        bail!("the two records have no row in common");
    }
    if arguments.json {
        for change in &changes {
            println!("{}", serde_json::to_string(change).expect("plain fields"));
        }
        return Ok(Outcome::Good);
    }
    for warning in warnings(&before, &after) {
        println!("note: {warning}");
    }
    println!("{}", changes_table(&changes, arguments.peers));
    print!("{}", means(&changes));
    Ok(Outcome::Good)
}

/// Engines that both runs timed in the same row, the largest change first.
fn changes(before: &[Row], after: &[Row]) -> Vec<Change> {
    let mut changes: Vec<Change> = after
        .iter()
        .filter_map(|row| {
            let same = |other: &&Row| {
                (&other.structure, other.name(), &other.unit) == (&row.structure, row.name(), &row.unit)
            };
            Some((row, before.iter().find(same)?))
        })
        .flat_map(|(row, earlier)| row.entries.iter().filter_map(move |entry| change(row, earlier, entry)))
        .collect();
    changes.sort_by(|a, b| b.ratio.ln().abs().total_cmp(&a.ratio.ln().abs()));
    changes
}

fn change(row: &Row, earlier: &Row, entry: &Entry) -> Option<Change> {
    let other = earlier.entries.iter().find(|other| other.metric.engine == entry.metric.engine)?;
    let (before, after) = (other.median()?, entry.median()?);
    let interval = stats::ratio_interval(&entry.metric.samples, &other.metric.samples)?;
    Some(Change {
        structure: row.structure.clone(),
        row: row.name(),
        engine: entry.metric.engine.clone(),
        ours: entry.metric.ours,
        unit: row.unit.clone(),
        before,
        after,
        ratio: after / before,
        low: interval.low,
        high: interval.high,
    })
}

/// What makes the two runs hard to compare.
fn warnings(before: &Record, after: &Record) -> Vec<String> {
    let mut warnings =
        vec!["absolute times drift from run to run; believe the ratio of ours to peers".to_owned()];
    let (a, b) = (&before.header, &after.header);
    if a.machine != b.machine {
        warnings.push(format!("two machines: {} and {}", a.machine.describe(), b.machine.describe()));
    }
    if a.rustc != b.rustc {
        warnings.push(format!("two compilers: {} and {}", a.rustc, b.rustc));
    }
    if a.dirty || b.dirty {
        warnings
            .push("a tree had uncommitted changes: its commit does not tell what was measured".to_owned());
    }
    let seeds = |record: &Record| record.metrics.first().map(|metric| metric.seed);
    if seeds(before) != seeds(after) {
        warnings.push("two seeds: the workloads differ".to_owned());
    }
    warnings
}

fn changes_table(changes: &[Change], peers: bool) -> comfy_table::Table {
    let mut table =
        table::new(&["structure", "row", "engine", "before", "after", "after / before", "interval", ""]);
    for change in changes.iter().filter(|change| change.ours || peers) {
        let word = match (change.certain(), change.ratio > 1.0) {
            (false, _) => "",
            (true, true) => "slower",
            (true, false) => "faster",
        };
        table.add_row([
            &change.structure,
            &change.row,
            &change.engine,
            &table::figure(change.before, &change.unit),
            &table::figure(change.after, &change.unit),
            &table::ratio(change.ratio),
            &format!("{}–{}", table::number(change.low), table::number(change.high)),
            word,
        ]);
    }
    table
}

/// Geometric means of ours and of the peers, and the one divided by the other.
fn means(changes: &[Change]) -> String {
    let mean = |ours: bool| {
        let ratios: Vec<f64> = changes.iter().filter(|c| c.ours == ours).map(|change| change.ratio).collect();
        stats::geometric_mean(&ratios).map(|mean| (mean, ratios.len()))
    };
    let mut text = String::new();
    let mut line = |name: &str, value: Option<(f64, usize)>| {
        if let Some((mean, count)) = value {
            text += &format!("{name}: {} (geometric mean of {count})\n", table::ratio(mean));
        }
    };
    let (ours, peers) = (mean(true), mean(false));
    line("ours, after / before", ours);
    line("peers, after / before: the machine's drift", peers);
    line("ours to peers", ours.zip(peers).map(|((ours, count), (peers, _))| (ours / peers, count)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> (Record, Record) {
        let parse = |text| Record::parse(text).unwrap();
        let fixtures = (
            include_str!("../../tests/fixtures/before.jsonl"),
            include_str!("../../tests/fixtures/after.jsonl"),
        );
        (parse(fixtures.0), parse(fixtures.1))
    }

    #[test]
    fn the_planted_slowdown_comes_first_and_is_certain() {
        let (before, after) = records();
        let changes = changes(&rows::gather(&before.metrics), &rows::gather(&after.metrics));
        let first = &changes[0];
        assert_eq!((first.row.as_str(), first.engine.as_str()), ("get/random/1000", "bplus-tree"));
        assert!((first.ratio - 1.2).abs() < 1e-9 && first.certain(), "{first:?}");
        assert!(changes[1..].iter().all(|change| !change.certain()), "{changes:?}");
        assert!(means(&changes).contains("ours to peers: 1.05x"), "{}", means(&changes));
    }

    #[test]
    fn what_differs_between_the_runs_is_told() {
        let (before, mut after) = records();
        assert_eq!(warnings(&before, &after).len(), 1);
        after.header.machine.cores = 64;
        after.header.rustc.push('9');
        after.header.dirty = true;
        assert_eq!(warnings(&before, &after).len(), 4);
    }
}
