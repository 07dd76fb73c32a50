//! `cargo xtask fuzz`: operation lists that nobody thought of.

use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Message, MetadataCommand, TargetKind};
use clap::Args;

use crate::process::{self, Reader};
use crate::workspace::Workspace;
use crate::{Outcome, names, tools};

/// Run the fuzz targets, each for a while.
///
/// Needs a nightly toolchain and cargo-fuzz. What a target finds is kept in fuzz/artifacts; give the file to
/// `cargo +nightly fuzz run TARGET FILE` to see it again, and make it a test in `tests/regressions.rs`.
///
/// With `--inputs` it needs stable Rust alone: each target runs so many inputs from a counter, the same in every run,
/// and nothing looks at what they cover. That is the step of `.ci/run`.
///
/// Exit codes: 0 nothing found, 1 something found, 2 could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask fuzz                       every target for a minute
  cargo xtask fuzz bplus-tree --time 600
  cargo xtask fuzz --inputs 100000       without nightly and cargo-fuzz")]
pub(crate) struct Arguments {
    /// Targets; all if none is named.
    targets: Vec<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    time: u64,
    /// Instead, so many inputs from a counter for each target, by stable Rust.
    #[arg(long, value_name = "COUNT", conflicts_with_all = ["time", "build"])]
    inputs: Option<u64>,
    /// Only compile the targets.
    #[arg(long)]
    build: bool,
    /// Print JSON, one line a program that was run; what these print goes to standard error.
    #[arg(long)]
    json: bool,
}

/// A workspace of its own.
const MANIFEST: &str = "fuzz/Cargo.toml";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let known = targets(&workspace)?;
    if known.is_empty() {
        bail!("fuzz/Cargo.toml has no target yet");
    }
    for name in &arguments.targets {
        names::check("fuzz target", name, &known)?;
    }
    let wanted: Vec<&String> = known
        .iter()
        .filter(|name| arguments.targets.is_empty() || arguments.targets.contains(name))
        .collect();
    let reader = Reader::of(arguments.json);
    if let Some(count) = arguments.inputs {
        return Ok(Outcome::from_good(seeded(&workspace, &wanted, count, reader)?));
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
    for target in wanted {
        let mut cargo = workspace.cargo_of("nightly");
        if arguments.build {
            cargo.args(["fuzz", "build", target]);
        } else {
            cargo.args(["fuzz", "run", target, "--", &format!("-max_total_time={}", arguments.time)]);
        }
        good &= process::holds(&mut cargo, reader)?;
    }
    Ok(Outcome::from_good(good))
}

/// Runs the targets as plain programs on their first `count` inputs; false if one fails or does not compile.
pub(crate) fn seeded(workspace: &Workspace, targets: &[&String], count: u64, reader: Reader) -> Result<bool> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "--manifest-path",
        MANIFEST,
        "--bins",
        "--message-format",
        "json-render-diagnostics",
    ]);
    cargo.stderr(std::process::Stdio::inherit());
    let Ok(messages) = process::output(&mut cargo) else { return Ok(false) };
    let programs =
        Message::parse_stream(messages.as_bytes()).filter_map(Result::ok).filter_map(
            |message| match message {
                Message::CompilerArtifact(artifact) => Some((artifact.target.name, artifact.executable?)),
                _ => None,
            },
        );
    let programs = programs.filter(|(name, _)| targets.contains(&name));
    let commands = programs.map(|(_, path)| {
        let mut program = Command::new(path);
        program.args(["0", &count.to_string()]);
        program
    });
    let commands: Vec<Command> = commands.collect();
    assert_eq!(commands.len(), targets.len(), "cargo compiles every target to a program");
    process::all_hold(commands, reader)
}

/// The targets' names, as their manifest has them; it is a workspace of its own.
pub(crate) fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let manifest = workspace.root().join(MANIFEST);
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
