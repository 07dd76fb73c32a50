//! `cargo xtask`: measures, profiles and guards the workspace. One file per command in `commands`; what several
//! commands share stands beside this file.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command line tool speaks on standard output")]

mod callgrind;
mod commands;
mod figures;
mod gather;
mod generated;
mod interrupt;
mod kept;
mod machine;
mod metric;
mod names;
mod pairs;
mod process;
mod python;
mod record;
mod rows;
mod sampler;
mod sides;
mod stats;
mod table;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    bench, ci, compare, coverage, doctor, fuzz, gate, loom, mem, perf, pgo, report, sanitize, scale, test,
    tidy,
};

/// Measures, profiles and guards the workspace.
///
/// Start with `cargo xtask test` (is it right?) and `cargo xtask bench` (is it fast?). Both need Rust and nothing
/// else; `cargo xtask doctor` tells what the other commands would like to find, and installs nothing.
///
/// Exit codes: 0 all is well, 1 the code under test failed (a test, a wrong answer, a broken rule), 2 the command
/// itself could not run (a missing tool, an unknown name), 3 too noisy to tell.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Bench(bench::Arguments),
    Compare(compare::Arguments),
    Gate(gate::Arguments),
    Perf(perf::Arguments),
    Pgo(pgo::Arguments),
    Scale(scale::Arguments),
    Mem(mem::Arguments),
    Report(report::Arguments),
    Test(test::Arguments),
    Tidy(tidy::Arguments),
    Loom(loom::Arguments),
    Sanitize(sanitize::Arguments),
    Fuzz(fuzz::Arguments),
    Coverage(coverage::Arguments),
    Doctor(doctor::Arguments),
    Ci(ci::Arguments),
}

fn main() -> ExitCode {
    interrupt::end_with_the_reader();
    let result = match Cli::parse().command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Gate(arguments) => gate::run(&arguments),
        Command::Perf(arguments) => perf::run(&arguments),
        Command::Pgo(arguments) => pgo::run(&arguments),
        Command::Scale(arguments) => scale::run(&arguments),
        Command::Mem(arguments) => mem::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Tidy(arguments) => tidy::run(&arguments),
        Command::Loom(arguments) => loom::run(&arguments),
        Command::Sanitize(arguments) => sanitize::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Coverage(arguments) => coverage::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Ci(arguments) => ci::run(&arguments),
    };
    match result {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Ok(Outcome::Inconclusive) => ExitCode::from(3),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// What a command that ran to its end has to say about the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Exit code 0.
    Good,
    /// Exit code 1: the command worked and what it examined failed.
    Failed,
    /// Exit code 3: too noisy to tell.
    Inconclusive,
    /// Exit code 130, as shells have it: somebody pressed Ctrl-C; what was done until then is kept.
    Interrupted,
}

impl Outcome {
    /// `Good` if `good`.
    fn from_good(good: bool) -> Self {
        if good { Self::Good } else { Self::Failed }
    }
}
