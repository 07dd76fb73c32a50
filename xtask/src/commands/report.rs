//! `cargo xtask report`: what the records say, where people read it.

mod chart;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::Outcome;
use crate::figures::Figures;
use crate::generated;
use crate::workspace::Workspace;

/// Where the README's chart is written, relative to the root.
const SUMMARY_CHART: &str = "docs/charts/summary.svg";

/// Make one page of all records, or write their figures into the docs.
///
/// Without --markdown: one self-contained HTML page (no network, light and dark, fit for a phone) from benches/record:
/// first where we lose, then for each structure the charts of ours against the peers by size, then the histories of
/// gate, pgo, scale and mem. Each chart tells what it models and the command that measures it again.
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
    /// Print what was written as JSON.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    if arguments.markdown { markdown(&workspace, arguments.check) } else { html(&workspace, arguments) }
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

fn markdown(workspace: &Workspace, check: bool) -> Result<Outcome> {
    let mut good = true;
    for document in generated::documents(workspace.root())? {
        good &= update(workspace.root(), document.path, &document.is, &document.should_be, check)?;
    }
    let figures = Figures::read(&workspace.root().join("benches/record"))?;
    if let Some(chart) = chart::summary(&figures) {
        let is = fs::read_to_string(workspace.root().join(SUMMARY_CHART)).unwrap_or_default();
        good &= update(workspace.root(), SUMMARY_CHART, &is, &chart, check)?;
    }
    Ok(Outcome::from_good(good))
}

/// Writes a document that is not as it should be; false if that was forbidden.
fn update(root: &Path, path: &str, is: &str, should_be: &str, check: bool) -> Result<bool> {
    if is == should_be {
        println!("{path}: up to date");
    } else if check {
        println!("{path}: not what benches/record and docs/decisions say");
        return Ok(false);
    } else {
        write(&root.join(path), should_be)?;
        println!("{path}: written");
    }
    Ok(true)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
