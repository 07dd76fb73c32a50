//! `cargo xtask ci`: everything that must hold before a merge, with the time each step took.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;

use crate::workspace::{self, Workspace};
use crate::{Outcome, commands, process, table, tools};

/// Everything that must hold before a merge: what `.ci/run` and the public CI call.
///
/// Format, lints, docs, tidy, tests at every SIMD level, feature sets, loom, AddressSanitizer (where nightly is
/// installed), and every head-to-head's answers. A step that needs a missing tool says so and is skipped; nothing is
/// installed. All steps run even after one failed, and a table tells what each took.
///
/// Exit codes: 0 all hold, 1 a step failed, 2 could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask ci                     all steps
  cargo xtask ci --only tidy,test    some
  cargo xtask ci --long              with the long tests and more cases")]
pub(crate) struct Arguments {
    /// Also the long tests (LOCALITY_LONG=1) and every peer.
    #[arg(long)]
    long: bool,
    /// Only these steps.
    #[arg(long, value_delimiter = ',', value_name = "STEPS")]
    only: Vec<String>,
    /// Leave these steps out.
    #[arg(long, value_delimiter = ',', value_name = "STEPS")]
    skip: Vec<String>,
    /// List the steps and stop.
    #[arg(long)]
    list: bool,
}

/// A step's name, what it holds up, and how to run it.
struct Step {
    name: &'static str,
    about: &'static str,
    /// Seconds it may take on two cores before the table remarks on it.
    budget: u64,
    run: fn(&Workspace, bool) -> Result<Ending>,
}

enum Ending {
    Held,
    Failed,
    Skipped(String),
}

impl From<bool> for Ending {
    fn from(good: bool) -> Self {
        if good { Self::Held } else { Self::Failed }
    }
}

/// Cheap steps first; those that share compiled code stand side by side.
const STEPS: [Step; 10] = [
    Step { name: "fmt", about: "rustfmt changes nothing", budget: 10, run: fmt },
    Step { name: "clippy", about: "no warning, all features", budget: 120, run: clippy },
    Step { name: "features", about: "each library without default features", budget: 60, run: features },
    Step { name: "doc", about: "docs build without a warning", budget: 60, run: doc },
    Step { name: "tidy", about: "the rules of the house", budget: 10, run: tidy },
    Step { name: "test", about: "every test at every SIMD level", budget: 420, run: test },
    Step { name: "loom", about: "every interleaving of the protocols", budget: 150, run: loom },
    Step { name: "asan", about: "AddressSanitizer over crates with unsafe code", budget: 180, run: asan },
    Step { name: "peers", about: "every head-to-head gives equal answers", budget: 180, run: peers },
    Step { name: "msrv", about: "the minimum Rust version compiles", budget: 60, run: msrv },
];

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let known: Vec<String> = STEPS.iter().map(|step| step.name.to_owned()).collect();
    for name in arguments.only.iter().chain(&arguments.skip) {
        crate::names::check("step", name, &known)?;
    }
    let wanted = |step: &&Step| {
        let named = |list: &[String]| list.iter().any(|name| name == step.name);
        (arguments.only.is_empty() || named(&arguments.only)) && !named(&arguments.skip)
    };
    if arguments.list {
        for step in STEPS.iter().filter(wanted) {
            println!("{:<10} {} (about {} s)", step.name, step.about, step.budget);
        }
        return Ok(Outcome::Good);
    }
    let workspace = Workspace::load()?;
    let started = Instant::now();
    let mut results = Vec::new();
    for step in STEPS.iter().filter(wanted) {
        println!("\n=== {}: {}", step.name, step.about);
        let start = Instant::now();
        let ending = (step.run)(&workspace, arguments.long);
        // A step that could not run holds nothing up: it counts as failed, and the others still speak.
        let ending = ending.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Ending::Failed
        });
        results.push((step, ending, start.elapsed()));
    }
    print_summary(&results, started.elapsed());
    Ok(Outcome::from_good(!results.iter().any(|(_, ending, _)| matches!(ending, Ending::Failed))))
}

fn print_summary(results: &[(&Step, Ending, Duration)], total: Duration) {
    let mut table = table::new(&["step", "result", "took", "budget", "what it holds up"]);
    for (step, ending, took) in results {
        let result = match ending {
            Ending::Held => "ok".to_owned(),
            Ending::Failed => "FAILED".to_owned(),
            Ending::Skipped(why) => format!("skipped: {why}"),
        };
        let over = if took.as_secs() > step.budget { " (over)" } else { "" };
        let took = format!("{:.0} s{over}", took.as_secs_f64());
        table.add_row([step.name, &result, &took, &format!("{} s", step.budget), step.about]);
    }
    println!("\n{table}");
    println!("{} steps in {:.0} s", results.len(), total.as_secs_f64());
}

/// Runs the command; false if it ended badly.
fn holds(command: &mut Command) -> Result<bool> {
    println!("$ {}", process::display(command));
    Ok(process::status(command)?.success())
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(arguments);
    cargo
}

fn fmt(workspace: &Workspace, _: bool) -> Result<Ending> {
    Ok(holds(&mut cargo(workspace, &["fmt", "--all", "--check"]))?.into())
}

fn clippy(workspace: &Workspace, _: bool) -> Result<Ending> {
    let line = ["clippy", "--all-targets", "--all-features", "--", "--deny", "warnings"];
    Ok(holds(&mut cargo(workspace, &line))?.into())
}

fn features(workspace: &Workspace, _: bool) -> Result<Ending> {
    let mut good = true;
    for library in workspace.libraries() {
        good &=
            holds(&mut cargo(workspace, &["check", "--package", &library.name, "--no-default-features"]))?;
    }
    Ok(good.into())
}

fn doc(workspace: &Workspace, _: bool) -> Result<Ending> {
    let mut cargo = cargo(workspace, &["doc", "--no-deps", "--all-features"]);
    Ok(holds(cargo.env("RUSTDOCFLAGS", "--deny warnings"))?.into())
}

fn tidy(_: &Workspace, _: bool) -> Result<Ending> {
    Ok(Ending::from(commands::tidy::run(&commands::tidy::Arguments::default())? == Outcome::Good))
}

fn test(_: &Workspace, long: bool) -> Result<Ending> {
    let arguments = commands::test::Arguments {
        levels: ["auto", "avx2", "scalar"].map(str::to_owned).to_vec(),
        long,
        ..Default::default()
    };
    Ok(Ending::from(commands::test::run(&arguments)? == Outcome::Good))
}

/// Crates with a `tests/loom.rs`; it compiles to nothing without `cfg(loom)`.
fn loom(workspace: &Workspace, long: bool) -> Result<Ending> {
    let modelled = workspace
        .libraries()
        .filter(|library| workspace.root().join(workspace.folder(library)).join("tests/loom.rs").is_file());
    let (mut good, mut any) = (true, false);
    for library in modelled {
        any = true;
        let mut cargo =
            cargo(workspace, &["test", "--package", &library.name, "--release", "--test", "loom"]);
        cargo.env("RUSTFLAGS", "--cfg loom");
        if !long && std::env::var_os("LOOM_MAX_PREEMPTIONS").is_none() {
            cargo.env("LOOM_MAX_PREEMPTIONS", "2");
        }
        good &= holds(&mut cargo)?;
    }
    Ok(if any { good.into() } else { Ending::Skipped("no crate has tests/loom.rs".to_owned()) })
}

fn asan(workspace: &Workspace, long: bool) -> Result<Ending> {
    if !tools::has_toolchain("nightly") {
        return Ok(Ending::Skipped("no nightly (rustup toolchain install nightly)".to_owned()));
    }
    let verbose = workspace::rustc_verbose()?;
    let host = workspace::rustc_field(&verbose, "host").unwrap_or_default().to_owned();
    if host != "x86_64-unknown-linux-gnu" && host != "aarch64-unknown-linux-gnu" {
        return Ok(Ending::Skipped(format!("not tried on {host}")));
    }
    // `cargo` here is rustup's, which knows `+nightly`; the one that runs us does not.
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(workspace.root())
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTC");
    cargo.args(["+nightly", "test", "--target", &host, "--lib", "--tests"]);
    for library in workspace.libraries().filter(|library| has_unsafe(workspace, library)) {
        cargo.args(["--package", &library.name]);
    }
    cargo.env("RUSTFLAGS", "-Zsanitizer=address");
    if !long {
        // A tenth of the cases: memory errors show in few, and each costs twice to thrice the time.
        cargo.env("PROPTEST_CASES", "32");
    }
    Ok(holds(&mut cargo)?.into())
}

/// Whether the library opens `unsafe_code` anywhere; tidy checks where.
fn has_unsafe(workspace: &Workspace, library: &cargo_metadata::Package) -> bool {
    let folder = workspace.folder(library).join("src");
    let found = workspace.git(&[
        "grep",
        "--quiet",
        "--untracked",
        "allow(unsafe_code",
        "--",
        &folder.to_string_lossy(),
    ]);
    found.is_ok()
}

/// Compiles every head-to-head at once and compares the answers on small inputs.
fn peers(workspace: &Workspace, long: bool) -> Result<Ending> {
    let structures = workspace.structures();
    if structures.is_empty() {
        return Ok(Ending::Skipped("benches/peers has no head-to-head yet".to_owned()));
    }
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "--verify-only", "--no-python", "--size-max", "5000"]);
    if long {
        command.args(["--peers", "all"]);
    }
    Ok(holds(&mut command)?.into())
}

fn msrv(workspace: &Workspace, _: bool) -> Result<Ending> {
    let minimum = workspace.packages().find_map(|package| package.rust_version.clone());
    let Some(minimum) = minimum.map(|version| format!("{}.{}", version.major, version.minor)) else {
        return Ok(Ending::Failed);
    };
    if !tools::has_toolchain(&minimum) {
        return Ok(Ending::Skipped(format!(
            "Rust {minimum} is not installed; the public CI compiles with it"
        )));
    }
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(workspace.root())
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTC");
    cargo.arg(format!("+{minimum}")).arg("check");
    for library in workspace.libraries() {
        cargo.args(["--package", &library.name]);
    }
    Ok(holds(&mut cargo)?.into())
}
