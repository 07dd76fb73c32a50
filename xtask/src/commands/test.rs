//! `cargo xtask test`: every test, at every SIMD level that this machine has.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Artifact, Message};
use clap::Args;

use crate::process::{self, Reader};
use crate::workspace::Workspace;
use crate::{Outcome, machine, names};

/// Run every test, at every SIMD level that this machine has.
///
/// First plain `cargo test` (doctests and examples included) with the kernels that the machine detects, then the test
/// programs of the crates that use kernels once more at each lower level, by SIMD_KERNELS=avx2 and =scalar, without
/// compiling anything again; there proptest's default of 256 cases is lowered to 64 unless `--long` is given. Needs
/// Rust and nothing else.
///
/// Exit codes: 0 all pass, 1 a test failed or does not compile, 2 could not run.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  cargo xtask test                        everything
  cargo xtask test -p cover-tree          one crate
  cargo xtask test --levels auto          only at the machine's own level
  cargo xtask test -p bplus-tree -- laws  pass `laws` to the test programs")]
pub(crate) struct Arguments {
    /// Only these packages or folders of `crates`, e.g. `simd-kernels`.
    #[arg(short, long = "package", value_name = "CRATE")]
    pub(crate) packages: Vec<String>,
    /// SIMD levels to test at; `auto` is what the machine detects.
    #[arg(long, value_delimiter = ',', default_values = ["auto", "avx2", "scalar"], value_name = "LEVELS")]
    pub(crate) levels: Vec<String>,
    /// Also the long tests: sets LOCALITY_LONG=1.
    #[arg(long)]
    pub(crate) long: bool,
    /// Print JSON, one line a program that was run; what these print goes to standard error.
    #[arg(long)]
    pub(crate) json: bool,
    /// Arguments for the test programs.
    #[arg(last = true)]
    pub(crate) rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let packages = packages(&workspace, &arguments.packages)?;
    for level in &arguments.levels {
        let known: Vec<String> = ["auto"].into_iter().chain(machine::LEVELS).map(str::to_owned).collect();
        names::check("SIMD level", level, &known)?;
    }
    let mut good = true;
    if arguments.levels.iter().any(|level| level == "auto") {
        good = process::holds(&mut plain(&workspace, arguments, &packages), Reader::of(arguments.json))?;
    }
    let lower: Vec<&str> =
        arguments.levels.iter().map(String::as_str).filter(|level| *level != "auto").collect();
    if good && !lower.is_empty() {
        let mut programs = programs(&workspace, &packages)?;
        programs.retain(|program| program.uses_kernels);
        for level in lower {
            good &= at_level(&programs, level, arguments)?;
        }
    }
    Ok(Outcome::from_good(good))
}

/// Package names for what was typed: package names, or folders of `crates`.
pub(super) fn packages(workspace: &Workspace, asked: &[String]) -> Result<Vec<String>> {
    let mut known: Vec<String> = workspace.packages().map(|package| package.name.to_string()).collect();
    known.extend(workspace.libraries().map(|library| workspace.short_name(library)));
    let name = |asked: &String| {
        names::check("package", asked, &known)?;
        let folder = workspace.libraries().find(|library| workspace.short_name(library) == *asked);
        Ok(folder.map_or_else(|| asked.clone(), |library| library.name.to_string()))
    };
    asked.iter().map(name).collect()
}

fn plain(workspace: &Workspace, arguments: &Arguments, packages: &[String]) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--no-fail-fast"]).args(packages.iter().flat_map(|name| ["--package", name]));
    if !arguments.rest.is_empty() {
        cargo.arg("--").args(&arguments.rest);
    }
    set_long(&mut cargo, arguments.long);
    cargo
}

fn set_long(command: &mut Command, long: bool) {
    if long {
        command.env("LOCALITY_LONG", "1");
    }
}

/// One test program of a library.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) package: String,
    /// Whether its behaviour depends on the SIMD level.
    uses_kernels: bool,
    path: PathBuf,
    folder: PathBuf,
}

impl Program {
    /// A command that runs it by `runner`, or by itself if that is empty.
    pub(super) fn command(&self, runner: &[&str]) -> Command {
        let mut command = match runner {
            [] => Command::new(&self.path),
            [runner, options @ ..] => {
                let mut command = Command::new(runner);
                command.args(options).arg(&self.path);
                command
            }
        };
        // What cargo would set; some tests look for their files by it.
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder);
        command
    }
}

/// The test programs of these packages' libraries, of all if none is named. Where cargo has compiled them for the plain
/// run already, this only asks where they are.
pub(super) fn programs(workspace: &Workspace, packages: &[String]) -> Result<Vec<Program>> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--no-run", "--message-format", "json-render-diagnostics"]);
    cargo.args(packages.iter().flat_map(|name| ["--package", name]));
    cargo.stderr(std::process::Stdio::inherit());
    let messages = process::output(&mut cargo).context("the tests do not compile")?;
    let artifacts =
        Message::parse_stream(messages.as_bytes()).filter_map(Result::ok).filter_map(
            |message| match message {
                Message::CompilerArtifact(artifact) if artifact.profile.test => Some(artifact),
                _ => None,
            },
        );
    Ok(artifacts.filter_map(|artifact| program(workspace, &artifact)).collect())
}

fn program(workspace: &Workspace, artifact: &Artifact) -> Option<Program> {
    const KERNELS: &str = "locality-simd-kernels";
    let package = workspace.packages().find(|package| package.id == artifact.package_id)?;
    let uses_kernels = package.name == KERNELS || package.dependencies.iter().any(|on| on.name == KERNELS);
    let is_library = workspace.libraries().any(|library| library.id == package.id);
    is_library.then_some(())?;
    Some(Program {
        package: package.name.to_string(),
        uses_kernels,
        path: artifact.executable.clone()?.into_std_path_buf(),
        folder: workspace.root().join(workspace.folder(package)),
    })
}

/// Runs the programs with the kernels lowered to `level`; the answer is whether all passed.
fn at_level(programs: &[Program], level: &str, arguments: &Arguments) -> Result<bool> {
    let rank = |name: &str| machine::LEVELS.iter().position(|&level| level == name);
    if rank(level) >= rank(machine::level()) {
        eprintln!(
            "\nSIMD_KERNELS={level}: this machine's own level is {}, so `auto` was it",
            machine::level()
        );
        return Ok(true);
    }
    let commands = programs.iter().map(|program| {
        let mut command = program.command(&[]);
        command.env("SIMD_KERNELS", level).args(&arguments.rest);
        set_long(&mut command, arguments.long);
        if !arguments.long && std::env::var_os("PROPTEST_CASES").is_none() {
            // The laws hold whatever the level; a quarter of the cases shows a kernel that breaks one.
            command.env("PROPTEST_CASES", "64");
        }
        command
    });
    eprintln!("\n     Running the tests that use kernels at SIMD_KERNELS={level}");
    process::all_hold(commands.collect(), Reader::of(arguments.json))
}
