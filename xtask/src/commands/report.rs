//! `cargo xtask report`: what the records say, where people read it.

use std::fs;

use anyhow::{Context, Result};
use clap::Args;

use crate::Outcome;
use crate::figures::{DOCUMENTS, Figures};
use crate::workspace::Workspace;

/// Write the figures of benches/record into the docs.
///
/// Fills the marked blocks of README.md and docs/BENCHMARKS.md, each row from the newest record that has it. Figures in
/// the docs are never typed by hand; `cargo xtask tidy` notices when they are not those of the records.
///
/// Exit codes: 0 written, 1 `--check` found old figures, 2 could not run.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Fill the marked blocks of the docs.
    #[arg(long, required = true)]
    markdown: bool,
    /// Write nothing; fail if a block would change.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    debug_assert!(arguments.markdown, "clap requires it");
    let workspace = Workspace::load()?;
    let figures = Figures::read(&workspace.root().join("benches/record"))?;
    let mut good = true;
    for document in DOCUMENTS {
        let path = workspace.root().join(document);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {document}"))?;
        let filled = figures.fill(&text).with_context(|| format!("{document} has a broken mark"))?;
        if filled == text {
            println!("{document}: up to date");
        } else if arguments.check {
            good = false;
            println!("{document}: has other figures than benches/record");
        } else {
            fs::write(&path, filled).with_context(|| format!("cannot write {document}"))?;
            println!("{document}: written");
        }
    }
    Ok(Outcome::from_good(good))
}
