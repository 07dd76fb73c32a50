//! `cargo xtask report`: what the records say, where people read it.

use std::fs;

use anyhow::{Context, Result};
use clap::Args;

use crate::Outcome;
use crate::generated;
use crate::workspace::Workspace;

/// Write the figures of benches/record into the docs.
///
/// Fills the marked blocks of README.md and docs/BENCHMARKS.md, each row from the newest record that has it, and lists
/// every decision in docs/SUMMARY.md. Figures in the docs are never typed by hand; `cargo xtask tidy` notices when they
/// are not those of the records.
///
/// Exit codes: 0 written, 1 `--check` found something old, 2 could not run.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Bring the Markdown of the docs up to date.
    #[arg(long, required = true)]
    markdown: bool,
    /// Write nothing; fail if something would change.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    debug_assert!(arguments.markdown, "clap requires it");
    let workspace = Workspace::load()?;
    let mut good = true;
    for document in generated::documents(workspace.root())? {
        let path = document.path;
        if document.is == document.should_be {
            println!("{path}: up to date");
        } else if arguments.check {
            good = false;
            println!("{path}: not what benches/record and docs/decisions say");
        } else {
            fs::write(workspace.root().join(path), document.should_be)
                .with_context(|| format!("cannot write {path}"))?;
            println!("{path}: written");
        }
    }
    Ok(Outcome::from_good(good))
}
