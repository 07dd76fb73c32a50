//! `cargo xtask pgo`: what profile-guided optimisation gains, load by load.

mod build;

use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::Args;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use super::gate::percent;
use crate::gather::Gathered;
use crate::kept::Kept;
use crate::pairs::{self, Plan, Side};
use crate::sampler::{self, Filter, Program};
use crate::stats::RatioEstimate;
use crate::workspace::{Workspace, rustc_field, rustc_verbose};
use crate::{Outcome, interrupt, machine, table, tools};
use build::{Pgo, Tools};

/// What profile-guided optimisation (PGO) gains, load by load.
///
/// For each structure: compiles its loads with instrumentation, trains them on other input than the one measured
/// (another seed, other sizes), merges the profiles, compiles with them, runs the structure's tests in that build, and
/// times it against the plain build: ten rounds of new processes, samples in random order, 99 % intervals. A second
/// plain build runs along as a check of the machine. Gains and losses are both shown. With --bolt the PGO build is also
/// trained and laid out anew by llvm-bolt, and timed beside the others. docs/PGO.md tells how to profit:
/// a library cannot ship a profile, its users' programs apply one.
///
/// Exit codes: 0 measured, 1 a test failed in the PGO build, 2 could not run (llvm-profdata of rustc's LLVM is
/// missing), 130 interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask pgo                        every structure
  cargo xtask pgo --crate simd-kernels --no-tests
  cargo xtask pgo --crate bplus-tree --bolt
  LLVM_PROFDATA=/opt/llvm/bin/llvm-profdata cargo xtask pgo")]
pub(crate) struct Arguments {
    /// Only this structure; may be given several times.
    #[arg(long = "crate", value_name = "STRUCTURE")]
    structures: Vec<String>,
    /// The Python package instead: how its wheel profits.
    #[arg(long, conflicts_with = "structures")]
    python: bool,
    /// Also lay the PGO build out anew with llvm-bolt.
    #[arg(long)]
    bolt: bool,
    /// Only loads whose name contains this text (training covers all of them).
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Milliseconds of training a load.
    #[arg(long, default_value_t = 500)]
    train: u64,
    /// Rounds of new processes.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(3..=100))]
    rounds: u32,
    /// Do not run the structure's tests in the PGO build.
    #[arg(long)]
    no_tests: bool,
    /// Print JSON, one line a load, instead of a table.
    #[arg(long)]
    json: bool,
    /// Keep the result in benches/record/pgo.
    #[arg(long)]
    record: bool,
}

/// What PGO did to one load.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Gain {
    pub(crate) load: String,
    /// The PGO build's time relative to the plain build's.
    pub(crate) time: RatioEstimate,
    /// A second process of the plain build relative to the first.
    pub(crate) again: RatioEstimate,
    /// The time of the PGO build that BOLT laid out, relative to the plain build's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bolt: Option<RatioEstimate>,
}

impl Gain {
    /// Gains and losses are what surely is one.
    pub(crate) fn verdict(&self) -> &'static str {
        match self.time.interval {
            interval if interval.high < 1.0 => "gain",
            interval if interval.low > 1.0 => "LOSS",
            _ => "no difference seen",
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    if arguments.python {
        return Err(anyhow!(python(&workspace)));
    }
    let structures = sampler::select(&workspace, &arguments.structures)?;
    let rustc = rustc_verbose()?;
    let tools = find_tools(arguments, &rustc)?;
    interrupt::watch();
    let mut good = true;
    let filter = Filter::new(&arguments.filter);
    let gathered = Gathered::each(&structures, |structure, gains| {
        let pgo = Pgo::new(&workspace, structure, &rustc, &tools)?;
        let programs = pgo.build(arguments.train)?;
        if !arguments.no_tests {
            good &= pgo.test()?;
        }
        measure(arguments, &filter, &programs, gains)
    });
    let gains = &gathered.results;
    if arguments.json {
        gains.iter().for_each(|gain| println!("{}", serde_json::to_string(gain).expect("plain fields")));
    } else {
        print(gains);
    }
    if arguments.record {
        let path = Kept::now(&workspace, gains)?.write(&workspace, "pgo")?;
        eprintln!("recorded in {}", path.display());
    }
    if gathered.is_complete() {
        filter.check()?;
    }
    gathered.outcome(Outcome::from_good(good))
}

fn find_tools(arguments: &Arguments, rustc: &str) -> Result<Tools> {
    let profdata = tools::llvm_profdata(rustc).map_err(|found| anyhow!(refusal(rustc, &found)))?;
    let bolt = tools::llvm_program("llvm-bolt", rustc);
    if arguments.bolt && bolt.is_none() {
        let major = tools::llvm_major(rustc).unwrap_or_default();
        return Err(anyhow!(
            "pgo --bolt needs llvm-bolt {major}; to install: apt-get install bolt-{major} libbolt-{major}-dev"
        ));
    }
    Ok(Tools { profdata, bolt: bolt.filter(|_| arguments.bolt) })
}

/// Why the Python package cannot be measured.
fn python(workspace: &Workspace) -> &'static str {
    if workspace.packages().any(|package| workspace.short_name(package) == "python") {
        "crates/python has no load of its own yet; docs/PGO.md tells how to compile its wheel with a profile"
    } else {
        "crates/python holds no module yet, so there is no wheel to compile; docs/PGO.md tells how it will be done"
    }
}

/// What to say without a matching llvm-profdata.
fn refusal(rustc: &str, found: &str) -> String {
    let llvm = rustc_field(rustc, "LLVM version").unwrap_or("an unknown version");
    let release = rustc_field(rustc, "release").unwrap_or("?");
    let major = llvm.split('.').next().unwrap_or(llvm);
    format!(
        "xtask pgo needs llvm-profdata {major} (rustc {release} uses LLVM {llvm}); {found}.\n  \
         Debian: apt-get install llvm-{major} | rustup: rustup component add llvm-tools | or set LLVM_PROFDATA=/path"
    )
}

/// Adds what each load gains to `gains`, also when it ends in the middle.
fn measure(
    arguments: &Arguments,
    filter: &Filter<'_>,
    programs: &[Program],
    gains: &mut Vec<Gain>,
) -> Result<()> {
    let plain = &programs[0];
    let loads: Vec<String> = plain.loads(filter)?.into_iter().map(|load| load.name).collect();
    let rounds = arguments.rounds as usize;
    let plan = Plan { rounds, rounds_max: rounds, samples: 10, sample: Duration::from_millis(4) };
    let passes = pairs::calibrate(plain, &loads, plan.sample)?;
    let bar = ProgressBar::new((loads.len() * plan.rounds) as u64);
    // The plain program again comes last.
    let sides: Vec<Side<'_>> =
        programs.iter().chain([plain]).map(|program| Side { program, plant: 0 }).collect();
    let (times, ended) = pairs::measure(&sides, &loads, &passes, plan, |_| true, &bar);
    bar.finish_and_clear();
    let gain = |times: &pairs::Times| {
        let leg = |side| RatioEstimate::of(&times.log_ratios(side, 0));
        let (time, again) = (leg(1)?, leg(programs.len())?);
        let bolt = (programs.len() > 2).then(|| leg(2)).flatten();
        Some(Gain { load: times.load.clone(), time, again, bolt })
    };
    gains.extend(times.iter().filter_map(gain));
    ended
}

fn print(gains: &[Gain]) {
    let mut table = table::new(&["load", "time with PGO", "99 %", "plain again", "", "and BOLT", "99 %"]);
    for gain in gains {
        let interval =
            |of: &RatioEstimate| format!("{} … {}", percent(of.interval.low), percent(of.interval.high));
        table.add_row([
            gain.load.clone(),
            percent(gain.time.ratio),
            interval(&gain.time),
            percent(gain.again.ratio),
            gain.verdict().to_owned(),
            gain.bolt.map_or_else(String::new, |bolt| percent(bolt.ratio)),
            gain.bolt.as_ref().map_or_else(String::new, interval),
        ]);
    }
    table::keep_names_whole(&mut table);
    println!("{table}");
    let logs: Vec<f64> = gains.iter().map(|gain| gain.time.ratio).collect();
    if let Some(mean) = crate::stats::geometric_mean(&logs) {
        println!(
            "geometric mean {}; load average {}; how to profit: docs/PGO.md",
            percent(mean),
            machine::describe_load(machine::load())
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_llvm_profdata_is_told_with_the_commands_that_install_it() {
        let rustc = "rustc 1.95.0\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\nLLVM version: 22.1.2\n";
        assert_eq!(
            refusal(rustc, "found /usr/bin/llvm-profdata (not 22)"),
            "xtask pgo needs llvm-profdata 22 (rustc 1.95.0 uses LLVM 22.1.2); found /usr/bin/llvm-profdata (not 22).\n  \
             Debian: apt-get install llvm-22 | rustup: rustup component add llvm-tools | or set LLVM_PROFDATA=/path"
        );
    }

    #[test]
    fn a_gain_is_one_only_if_its_whole_interval_is() {
        let estimate = |ratio: f64| {
            let logs: Vec<f64> = (0..10).map(|i| ratio.ln() + 0.001 * f64::from(i % 2)).collect();
            RatioEstimate::of(&logs).unwrap()
        };
        let verdict = |ratio| {
            Gain { load: "x".into(), time: estimate(ratio), again: estimate(1.0), bolt: None }.verdict()
        };
        assert_eq!([0.9, 1.1, 0.9995].map(verdict), ["gain", "LOSS", "no difference seen"]);
    }
}
