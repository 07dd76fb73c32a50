//! `cargo xtask fuzz`: operation lists that nobody thought of.

use anyhow::{Context, Result, bail};
use cargo_metadata::{MetadataCommand, TargetKind};
use clap::Args;

use crate::process::{self, Reader};
use crate::workspace::Workspace;
use crate::{Outcome, names, tools};

/// Run the fuzz targets, each for a while.
///
/// Needs a nightly toolchain and cargo-fuzz. What a target finds is kept in fuzz/artifacts; give the file to
/// `cargo +nightly fuzz run TARGET FILE` to see it again, and make it a test in `tests/regressions.rs`.
///
/// Exit codes: 0 nothing found, 1 something found, 2 could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask fuzz                       every target for a minute
  cargo xtask fuzz bplus-tree --time 600")]
pub(crate) struct Arguments {
    /// Targets; all if none is named.
    targets: Vec<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    time: u64,
    /// Only compile the targets.
    #[arg(long)]
    build: bool,
    /// Print JSON, one line a program that was run; what these print goes to standard error.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let known = targets(&workspace)?;
    if known.is_empty() {
        bail!("fuzz/Cargo.toml has no target yet");
    }
    for name in &arguments.targets {
        names::check("fuzz target", name, &known)?;
    }
    for (missing, install) in [
        (!tools::has_toolchain("nightly"), "rustup toolchain install nightly"),
        (tools::on_path("cargo-fuzz").is_none(), "cargo install cargo-fuzz"),
    ] {
        if missing {
            bail!("fuzzing needs nightly and cargo-fuzz; missing: {install}");
        }
    }
    let mut good = true;
    for target in known.iter().filter(|name| arguments.targets.is_empty() || arguments.targets.contains(name))
    {
        let mut cargo = workspace.cargo_of("nightly");
        if arguments.build {
            cargo.args(["fuzz", "build", target]);
        } else {
            cargo.args(["fuzz", "run", target, "--", &format!("-max_total_time={}", arguments.time)]);
        }
        good &= process::holds(&mut cargo, Reader::of(arguments.json))?;
    }
    Ok(Outcome::from_good(good))
}

/// The targets' names, as their manifest has them; it is a workspace of its own.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let manifest = workspace.root().join("fuzz/Cargo.toml");
    if !manifest.is_file() {
        return Ok(Vec::new());
    }
    let metadata = MetadataCommand::new().manifest_path(&manifest).no_deps().exec();
    let metadata = metadata.with_context(|| format!("cargo cannot read {}", manifest.display()))?;
    let mut names: Vec<String> = metadata
        .packages
        .iter()
        .flat_map(|package| &package.targets)
        .filter(|target| target.kind.contains(&TargetKind::Bin))
        .map(|target| target.name.clone())
        .collect();
    names.sort();
    Ok(names)
}
