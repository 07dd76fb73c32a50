//! `cargo xtask ci`: everything that must hold before a merge, with the time each step took.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, Parser};

use crate::workspace::Workspace;
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

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(arguments);
    cargo
}

fn fmt(workspace: &Workspace, _: bool) -> Result<Ending> {
    Ok(process::holds(&mut cargo(workspace, &["fmt", "--all", "--check"]))?.into())
}

fn clippy(workspace: &Workspace, _: bool) -> Result<Ending> {
    let line = ["clippy", "--all-targets", "--all-features", "--", "--deny", "warnings"];
    Ok(process::holds(&mut cargo(workspace, &line))?.into())
}

fn features(workspace: &Workspace, _: bool) -> Result<Ending> {
    let mut good = true;
    for library in workspace.libraries() {
        good &= process::holds(&mut cargo(
            workspace,
            &["check", "--package", &library.name, "--no-default-features"],
        ))?;
    }
    Ok(good.into())
}

fn doc(workspace: &Workspace, _: bool) -> Result<Ending> {
    let mut cargo = cargo(workspace, &["doc", "--no-deps", "--all-features"]);
    Ok(process::holds(cargo.env("RUSTDOCFLAGS", "--deny warnings"))?.into())
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

fn loom(workspace: &Workspace, long: bool) -> Result<Ending> {
    if commands::loom::modelled(workspace).is_empty() {
        return Ok(Ending::Skipped("no library has tests/loom.rs".to_owned()));
    }
    let arguments = commands::loom::Arguments { preemptions: if long { 3 } else { 2 } };
    Ok(Ending::from(commands::loom::run(&arguments)? == Outcome::Good))
}

fn asan(workspace: &Workspace, long: bool) -> Result<Ending> {
    if let Err(why) = commands::sanitize::usable()? {
        return Ok(Ending::Skipped(why));
    }
    if commands::sanitize::with_unsafe(workspace).is_empty() {
        return Ok(Ending::Skipped("no library has unsafe code".to_owned()));
    }
    let sanitizer = commands::sanitize::Sanitizer::Address;
    let arguments = commands::sanitize::Arguments { sanitizer, cases: if long { 256 } else { 32 } };
    Ok(Ending::from(commands::sanitize::run(&arguments)? == Outcome::Good))
}

/// Compiles every head-to-head at once and compares the answers on small inputs.
fn peers(workspace: &Workspace, long: bool) -> Result<Ending> {
    let structures = workspace.structures();
    if structures.is_empty() {
        return Ok(Ending::Skipped("benches/peers has no head-to-head yet".to_owned()));
    }
    // Not by starting this program again: the tests may have linked it anew in the meantime.
    let mut line = vec!["bench", "--verify-only", "--no-python", "--size-max", "5000"];
    if long {
        line.extend(["--peers", "all"]);
    }
    let bench = BenchLine::parse_from(line).arguments;
    Ok(Ending::from(commands::bench::run(&bench)? == Outcome::Good))
}

/// The arguments of `bench`, read as from a command line.
#[derive(Debug, Parser)]
struct BenchLine {
    #[command(flatten)]
    arguments: commands::bench::Arguments,
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
    let mut cargo = workspace.cargo_of(&minimum);
    cargo.arg("check");
    for library in workspace.libraries() {
        cargo.args(["--package", &library.name]);
    }
    Ok(process::holds(&mut cargo)?.into())
}
