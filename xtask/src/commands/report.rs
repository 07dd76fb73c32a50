//! `cargo xtask report`: what the records say, where people read it.

mod chart;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::figures::Figures;
use crate::rows::Row;
use crate::workspace::Workspace;
use crate::{Outcome, generated, stats};
use chart::{Axis, Series};

/// Where the docs' charts are written, relative to the root: `summary.svg`, and one a structure.
const CHARTS: &str = "docs/charts";

/// Structures whose issue asks how cost grows: each with the benches whose rows by size are drawn in one chart of the
/// docs, `STRUCTURE-growth.svg`.
const GROWTH: [(&str, &[&str]); 1] = [("cover-tree", &["knn/M-d16/k10", "knn/U-d3/k10"])];

/// Make one page of all records, or write their figures into the docs.
///
/// Without --markdown: one self-contained HTML page (no network, light and dark, fit for a phone) from benches/record:
/// first where we lose, then for each structure the charts of ours against the peers by size (time, memory, node
/// capacity), then the gate's history, scaling curves, memory and PGO. Each chart links to the definition of what it
/// shows and to its record, and tells the command that measures it again.
///
/// With --markdown: fills the marked blocks of README.md and docs/BENCHMARKS.md, each row from the newest record that
/// has it, draws docs/charts/*.svg, and lists every decision in docs/SUMMARY.md. Figures in the docs are never typed by
/// hand; `cargo xtask tidy` notices when they are not those of the records.
///
/// Exit codes: 0 written, 1 `--check` found something old, 2 could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask report                        writes target/report.html
  cargo xtask report --out /tmp/page.html
  cargo xtask report --markdown --check     are the docs' figures those of the records?")]
pub(crate) struct Arguments {
    /// Bring the Markdown of the docs up to date instead.
    #[arg(long)]
    markdown: bool,
    /// Write nothing; fail if something would change.
    #[arg(long, requires = "markdown")]
    check: bool,
    /// Where the page goes; target/report.html if not given.
    #[arg(long, value_name = "FILE", conflicts_with = "markdown")]
    out: Option<PathBuf>,
    /// The folder of records.
    #[arg(long, default_value = "benches/record", value_name = "FOLDER", conflicts_with = "markdown")]
    records: PathBuf,
    /// Print JSON, one line a document.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    if arguments.markdown { markdown(&workspace, arguments) } else { html(&workspace, arguments) }
}

fn html(workspace: &Workspace, arguments: &Arguments) -> Result<Outcome> {
    let records = workspace.root().join(&arguments.records);
    if !records.is_dir() {
        bail!("there is no folder {}; `cargo xtask bench` makes the first record", records.display());
    }
    let page = page::Page::read(&records)?;
    let default = || workspace.metadata.target_directory.as_std_path().join("report.html");
    let path = arguments.out.clone().unwrap_or_else(default);
    let text = page.html();
    write(&path, &text)?;
    if arguments.json {
        println!("{}", serde_json::json!({ "page": path, "bytes": text.len(), "charts": page.charts() }));
    } else {
        println!("{} ({} charts)", path.display(), page.charts());
    }
    Ok(Outcome::Good)
}

fn markdown(workspace: &Workspace, arguments: &Arguments) -> Result<Outcome> {
    let mut good = true;
    for document in generated::documents(workspace.root())? {
        good &= update(workspace.root(), document.path, &document.is, &document.should_be, arguments)?;
    }
    let figures = Figures::read(&workspace.root().join("benches/record"))?;
    for (name, chart) in charts(&figures) {
        let path = format!("{CHARTS}/{name}.svg");
        let is = fs::read_to_string(workspace.root().join(&path)).unwrap_or_default();
        good &= update(workspace.root(), &path, &is, &chart, arguments)?;
    }
    Ok(Outcome::from_good(good))
}

/// The charts that the docs embed, by name: how the best peers fare against us, over all and for each structure.
fn charts(figures: &Figures) -> Vec<(String, String)> {
    let mean = |rows: &[(&Row, &str)]| {
        let ratios = rows.iter().filter_map(|(row, _)| row.ratio(row.best_peer()?));
        stats::geometric_mean(&ratios.collect::<Vec<_>>())
    };
    let structures: Vec<(&str, Vec<(&Row, &str)>)> = figures.structures().collect();
    let means: Vec<(String, f64)> = structures
        .iter()
        .filter_map(|(structure, rows)| Some(((*structure).to_owned(), mean(rows)?)))
        .collect();
    let summary = chart::bars("the best peer's figure relative to ours (geometric mean; 1 = equal)", &means);
    let mut charts: Vec<(String, Option<String>)> = vec![("summary".to_owned(), summary)];
    for (structure, rows) in structures {
        let title = format!("{structure}: the best peer relative to us, bench by bench (1 = equal)");
        charts.push((structure.to_owned(), chart::bars(&title, &page::ratios(&rows))));
        if let Some((_, benches)) = GROWTH.iter().find(|(name, _)| *name == structure) {
            charts.push((format!("{structure}-growth"), growth(structure, benches, &rows)));
        }
    }
    charts.into_iter().filter_map(|(name, chart)| Some((name, chart::standalone(&chart?)))).collect()
}

/// One line for each engine of each bench: its time by size; none before there are rows of several sizes.
fn growth(structure: &str, benches: &[&str], rows: &[(&Row, &str)]) -> Option<String> {
    let mut series: Vec<Series> = Vec::new();
    for bench in benches {
        for (row, _) in rows.iter().filter(|(row, _)| row.bench == *bench && row.threads <= 1) {
            for entry in &row.entries {
                let Some(median) = entry.median() else { continue };
                let name = format!("{}, {bench}", entry.metric.engine);
                let point = (row.size as f64, median);
                match series.iter_mut().find(|series| series.name == name) {
                    Some(series) => series.points.push(point),
                    None => series.push(Series { name, points: vec![point] }),
                }
            }
        }
    }
    series.retain_mut(|series| {
        series.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        series.points.len() > 2
    });
    let unit = rows.iter().find(|(row, _)| benches.contains(&row.bench.as_str()))?.0.unit.as_str();
    let axes = [Axis::logarithmic("entries"), Axis::logarithmic(unit)];
    let svg = chart::lines(&format!("{structure}: time by size"), axes, &series)?;
    Some(chart::with_keys(&svg, &series))
}

/// Writes a document that is not as it should be; false if that was forbidden.
fn update(root: &Path, path: &str, is: &str, should_be: &str, arguments: &Arguments) -> Result<bool> {
    let state = match (is == should_be, arguments.check) {
        (true, _) => "up to date",
        (false, true) => "not what benches/record and docs/decisions say",
        (false, false) => {
            write(&root.join(path), should_be)?;
            "written"
        }
    };
    if arguments.json {
        println!("{}", serde_json::json!({ "document": path, "state": state }));
    } else {
        println!("{path}: {state}");
    }
    Ok(is == should_be || !arguments.check)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
