//! `cargo xtask ci`: everything that must hold before a merge, with the time each step took.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, Parser};

use crate::process::{self, Reader};
use crate::workspace::Workspace;
use crate::{Outcome, callgrind, commands, table, tools};

/// Everything that must hold before a merge: what `.ci/run` and the public CI call.
///
/// Format, lints, docs, tidy, tests at every SIMD level, feature sets, bplus-tree's tests under valgrind (where that is
/// installed), the fuzz targets on seeded inputs, loom, AddressSanitizer (where nightly is installed), and every
/// head-to-head's answers. A step that needs a missing tool says so and is skipped; nothing is
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
    /// Print JSON, one line a step, instead of a table.
    #[arg(long)]
    json: bool,
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
    run: fn(&Context<'_>) -> Result<Ending>,
}

/// What every step is given.
struct Context<'a> {
    workspace: &'a Workspace,
    long: bool,
    json: bool,
}

impl Context<'_> {
    /// Runs cargo with these arguments.
    fn cargo(&self, arguments: &[&str]) -> Result<bool> {
        self.holds(self.workspace.cargo().args(arguments))
    }

    fn holds(&self, command: &mut Command) -> Result<bool> {
        // The table, or its JSON, is all that goes to standard output.
        let command = if self.json { command.stdout(std::io::stderr()) } else { command };
        process::holds(command, Reader::Person)
    }
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
const STEPS: [Step; 12] = [
    Step { name: "fmt", about: "rustfmt changes nothing", budget: 10, run: fmt },
    Step { name: "clippy", about: "no warning, all features", budget: 120, run: clippy },
    Step { name: "features", about: "each library without default features", budget: 60, run: features },
    Step { name: "doc", about: "docs build without a warning", budget: 60, run: doc },
    Step { name: "tidy", about: "the rules of the house", budget: 10, run: tidy },
    Step { name: "test", about: "every test at every SIMD level", budget: 420, run: test },
    Step { name: "valgrind", about: "memcheck over bplus-tree's tests", budget: 120, run: valgrind },
    Step { name: "fuzz", about: "seeded operation lists against std", budget: 60, run: fuzz },
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
    let context = Context { workspace: &workspace, long: arguments.long, json: arguments.json };
    let started = Instant::now();
    let mut results = Vec::new();
    for step in STEPS.iter().filter(wanted) {
        eprintln!("\n=== {}: {}", step.name, step.about);
        let start = Instant::now();
        let ending = (step.run)(&context);
        // A step that could not run holds nothing up: it counts as failed, and the others still speak.
        let ending = ending.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Ending::Failed
        });
        results.push((step, ending, start.elapsed()));
    }
    if arguments.json {
        results.iter().for_each(|(step, ending, took)| println!("{}", summary_line(step, ending, *took)));
    } else {
        print_summary(&results, started.elapsed());
    }
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
    for (missing, left_out) in left_out() {
        println!("note: no {missing}, so {left_out}");
    }
}

/// What tests leave out where a tool is missing.
fn left_out() -> impl Iterator<Item = (&'static str, &'static str)> {
    let browser = commands::doctor::BROWSERS.iter().any(|name| tools::on_path(name).is_some());
    let valgrind = callgrind::available();
    [
        (browser, "chromium", "the report's page was opened in no browser (apt-get install chromium)"),
        (valgrind, "valgrind", "the gate's tests looked at time alone (apt-get install valgrind)"),
    ]
    .into_iter()
    .filter(|(found, ..)| !found)
    .map(|(_, tool, left_out)| (tool, left_out))
}

fn summary_line(step: &Step, ending: &Ending, took: Duration) -> serde_json::Value {
    let (result, why) = match ending {
        Ending::Held => ("ok", None),
        Ending::Failed => ("failed", None),
        Ending::Skipped(why) => ("skipped", Some(why)),
    };
    serde_json::json!({ "step": step.name, "result": result, "why": why, "seconds": took.as_secs_f64() })
}

fn fmt(context: &Context<'_>) -> Result<Ending> {
    Ok(context.cargo(&["fmt", "--all", "--check"])?.into())
}

fn clippy(context: &Context<'_>) -> Result<Ending> {
    Ok(context.cargo(&["clippy", "--all-targets", "--all-features", "--", "--deny", "warnings"])?.into())
}

fn features(context: &Context<'_>) -> Result<Ending> {
    let mut good = true;
    for library in context.workspace.libraries() {
        good &= context.cargo(&["check", "--package", &library.name, "--no-default-features"])?;
    }
    Ok(good.into())
}

fn doc(context: &Context<'_>) -> Result<Ending> {
    let mut cargo = context.workspace.cargo();
    cargo.args(["doc", "--no-deps", "--all-features"]).env("RUSTDOCFLAGS", "--deny warnings");
    Ok(context.holds(&mut cargo)?.into())
}

fn tidy(context: &Context<'_>) -> Result<Ending> {
    let arguments = commands::tidy::Arguments { json: context.json };
    Ok(Ending::from(commands::tidy::run(&arguments)? == Outcome::Good))
}

fn test(context: &Context<'_>) -> Result<Ending> {
    let arguments = commands::test::Arguments {
        levels: ["auto", "avx2", "scalar"].map(str::to_owned).to_vec(),
        long: context.long,
        json: context.json,
        ..Default::default()
    };
    Ok(Ending::from(commands::test::run(&arguments)? == Outcome::Good))
}

/// The crate whose unsafe code has the most to lose; its programs were compiled for the tests.
fn valgrind(context: &Context<'_>) -> Result<Ending> {
    if let Err(why) = callgrind::usable() {
        return Ok(Ending::Skipped(why));
    }
    let arguments = commands::sanitize::Arguments {
        sanitizer: commands::sanitize::Sanitizer::Valgrind,
        cases: if context.long { 16 } else { 2 },
        json: context.json,
        packages: Vec::new(),
        rest: Vec::new(),
    };
    let packages = ["bplus-tree".to_owned()];
    Ok(commands::sanitize::memcheck(context.workspace, &[], &packages, &arguments)?.into())
}

fn fuzz(context: &Context<'_>) -> Result<Ending> {
    let targets = commands::fuzz::targets(context.workspace)?;
    if targets.is_empty() {
        return Ok(Ending::Skipped("fuzz/Cargo.toml has no target yet".to_owned()));
    }
    let count = if context.long { 2_000_000 } else { 20_000 };
    let reader = Reader::of(context.json);
    Ok(commands::fuzz::seeded(context.workspace, &targets.iter().collect::<Vec<_>>(), count, reader)?.into())
}

fn loom(context: &Context<'_>) -> Result<Ending> {
    if commands::loom::modelled(context.workspace).is_empty() {
        return Ok(Ending::Skipped("no library has tests/loom.rs".to_owned()));
    }
    let preemptions = if context.long { 3 } else { 2 };
    let arguments = commands::loom::Arguments { preemptions, json: context.json };
    Ok(Ending::from(commands::loom::run(&arguments)? == Outcome::Good))
}

fn asan(context: &Context<'_>) -> Result<Ending> {
    if let Err(why) = commands::sanitize::usable()? {
        return Ok(Ending::Skipped(why));
    }
    if commands::sanitize::with_unsafe(context.workspace).is_empty() {
        return Ok(Ending::Skipped("no library has unsafe code".to_owned()));
    }
    let arguments = commands::sanitize::Arguments {
        sanitizer: commands::sanitize::Sanitizer::Address,
        cases: if context.long { 256 } else { 32 },
        json: context.json,
        packages: Vec::new(),
        rest: Vec::new(),
    };
    Ok(Ending::from(commands::sanitize::run(&arguments)? == Outcome::Good))
}

/// Compiles every head-to-head at once and compares the answers on small inputs.
fn peers(context: &Context<'_>) -> Result<Ending> {
    if context.workspace.structures().is_empty() {
        return Ok(Ending::Skipped("benches/peers has no head-to-head yet".to_owned()));
    }
    // Not by starting this program again: the tests may have linked it anew in the meantime.
    let mut line = vec!["bench", "--verify-only", "--no-python", "--size-max", "5000"];
    line.extend(context.long.then_some(["--peers", "all"]).into_iter().flatten());
    line.extend(context.json.then_some("--json"));
    let bench = BenchLine::parse_from(line).arguments;
    Ok(Ending::from(commands::bench::run(&bench)? == Outcome::Good))
}

/// The arguments of `bench`, read as from a command line.
#[derive(Debug, Parser)]
struct BenchLine {
    #[command(flatten)]
    arguments: commands::bench::Arguments,
}

fn msrv(context: &Context<'_>) -> Result<Ending> {
    let minimum = context.workspace.packages().find_map(|package| package.rust_version.clone());
    let Some(minimum) = minimum.map(|version| format!("{}.{}", version.major, version.minor)) else {
        return Ok(Ending::Failed);
    };
    if !tools::has_toolchain(&minimum) {
        return Ok(Ending::Skipped(format!(
            "Rust {minimum} is not installed; the public CI compiles with it"
        )));
    }
    let mut cargo = context.workspace.cargo_of(&minimum);
    cargo.arg("check");
    for library in context.workspace.libraries() {
        cargo.args(["--package", &library.name]);
    }
    Ok(context.holds(&mut cargo)?.into())
}
