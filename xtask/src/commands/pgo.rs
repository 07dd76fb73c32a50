//! `cargo xtask pgo`: what profile-guided optimisation gains, load by load.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use super::gate::percent;
use crate::gather::Gathered;
use crate::kept::Kept;
use crate::pairs::{self, Plan, Side};
use crate::process::{self, Reader};
use crate::sampler::{self, Build, Program};
use crate::stats::RatioEstimate;
use crate::workspace::{Workspace, rustc_field, rustc_verbose};
use crate::{Outcome, interrupt, machine, table, tools};

/// What profile-guided optimisation (PGO) gains, load by load.
///
/// For each structure: compiles its loads with instrumentation, trains them on other input than the one measured
/// (another seed, other sizes), merges the profiles, compiles with them, runs the structure's tests in that build, and
/// times it against the plain build: ten rounds of new processes, samples in random order, 99 % intervals. A second
/// plain build runs along as a check of the machine. Gains and losses are both shown. docs/PGO.md tells how to profit:
/// a library cannot ship a profile, its users' programs apply one.
///
/// Exit codes: 0 measured, 1 a test failed in the PGO build, 2 could not run (llvm-profdata of rustc's LLVM is
/// missing), 130 interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask pgo                        every structure
  cargo xtask pgo --crate simd-kernels --no-tests
  LLVM_PROFDATA=/opt/llvm/bin/llvm-profdata cargo xtask pgo")]
pub(crate) struct Arguments {
    /// Only this structure; may be given several times.
    #[arg(long = "crate", value_name = "STRUCTURE")]
    structures: Vec<String>,
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
    let structures = sampler::select(&workspace, &arguments.structures)?;
    let rustc = rustc_verbose()?;
    let profdata = tools::llvm_profdata(&rustc).map_err(|found| anyhow::anyhow!(refusal(&rustc, &found)))?;
    interrupt::watch();
    let mut good = true;
    let gathered = Gathered::each(&structures, |structure, gains| {
        let pgo = Pgo::new(&workspace, structure, &rustc, &profdata)?;
        let programs = pgo.build(arguments.train)?;
        if !arguments.no_tests {
            good &= pgo.test()?;
        }
        measure(arguments, &programs, gains)
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
    gathered.outcome(Outcome::from_good(good))
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

/// The builds of one structure.
struct Pgo<'a> {
    workspace: &'a Workspace,
    structure: &'a str,
    profdata: &'a Path,
    triple: &'a str,
    folder: PathBuf,
}

impl<'a> Pgo<'a> {
    fn new(workspace: &'a Workspace, structure: &'a str, rustc: &'a str, profdata: &'a Path) -> Result<Self> {
        let triple = rustc_field(rustc, "host").context("rustc does not tell its host")?;
        let folder = workspace.metadata.target_directory.as_std_path().join("pgo");
        fs::create_dir_all(&folder).with_context(|| format!("cannot write {}", folder.display()))?;
        Ok(Self { workspace, structure, profdata, triple, folder })
    }

    fn profile(&self) -> PathBuf {
        self.folder.join(format!("{}.profdata", self.structure))
    }

    fn use_flags(&self) -> [String; 1] {
        [format!("-Cprofile-use={}", self.profile().display())]
    }

    /// The plain program and the one that was compiled with a profile.
    fn build(&self, milliseconds: u64) -> Result<[Program; 2]> {
        let plain = self.one("plain", &[])?;
        let raw = self.folder.join(format!("{}.raw", self.structure));
        // Profiles of an earlier build would be merged with those of this one.
        fs::remove_dir_all(&raw).ok();
        let instrumented = self.one("instrumented", &[format!("-Cprofile-generate={}", raw.display())])?;
        eprintln!("training {}", self.structure);
        let mut train = Command::new(&instrumented.path);
        process::output(train.args(["train", "--milliseconds", &milliseconds.to_string()]))?;
        let mut merge = Command::new(self.profdata);
        merge.arg("merge").arg("-o").arg(self.profile()).arg(&raw);
        process::output(&mut merge).context("the profiles cannot be merged")?;
        let optimised = self.one("optimised", &self.use_flags())?;
        if plain.sha256 == optimised.sha256 {
            bail!("{}: the profile changed nothing, which cannot be", self.structure);
        }
        Ok([plain, optimised])
    }

    /// Separate folders, so that no build takes objects of another.
    fn one(&self, name: &str, rustflags: &[String]) -> Result<Program> {
        eprintln!("compiling {} ({name})", self.structure);
        let (root, target) = (self.workspace.root(), self.folder.join(name));
        let (structure, triple) = (self.structure, Some(self.triple));
        Build { root, target: &target, structure, features: &[], rustflags, triple }.run()
    }

    /// Whether the structure's tests pass when compiled with the profile.
    fn test(&self) -> Result<bool> {
        let library = self.workspace.libraries().find(|l| self.workspace.short_name(l) == self.structure);
        let package = library.context("a structure is a library")?.name.to_string();
        let mut cargo = self.workspace.cargo();
        cargo.args(["test", "--release", "--quiet", "--lib", "--tests", "--package", &package]);
        cargo.args(["--target", self.triple, "--target-dir"]).arg(self.folder.join("optimised"));
        cargo.env("CARGO_ENCODED_RUSTFLAGS", self.use_flags().join("\u{1f}")).env_remove("RUSTFLAGS");
        cargo.stdout(std::io::stderr());
        process::holds(&mut cargo, Reader::Person)
    }
}

/// Adds what each load gains to `gains`, also when it ends in the middle.
fn measure(arguments: &Arguments, [plain, optimised]: &[Program; 2], gains: &mut Vec<Gain>) -> Result<()> {
    let loads: Vec<String> = plain.loads(&arguments.filter)?.into_iter().map(|load| load.name).collect();
    let plan = Plan { rounds: arguments.rounds as usize, samples: 10, sample: Duration::from_millis(4) };
    let passes = pairs::calibrate(plain, &loads, plan.sample)?;
    let bar = ProgressBar::new((loads.len() * plan.rounds) as u64);
    let sides = [plain, optimised, plain].map(|program| Side { program, plant: 0 });
    let (times, ended) = pairs::measure(&sides, &loads, &passes, plan, &bar);
    bar.finish_and_clear();
    let gain = |times: &pairs::Times| {
        let time = RatioEstimate::of(&times.log_ratios(1, 0))?;
        let again = RatioEstimate::of(&times.log_ratios(2, 0))?;
        Some(Gain { load: times.load.clone(), time, again })
    };
    gains.extend(times.iter().filter_map(gain));
    ended
}

fn print(gains: &[Gain]) {
    let mut table = table::new(&["load", "time with PGO", "99 %", "plain again", ""]);
    for gain in gains {
        let interval = gain.time.interval;
        table.add_row([
            gain.load.clone(),
            percent(gain.time.ratio),
            format!("{} … {}", percent(interval.low), percent(interval.high)),
            percent(gain.again.ratio),
            gain.verdict().to_owned(),
        ]);
    }
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
        let verdict =
            |ratio| Gain { load: "x".into(), time: estimate(ratio), again: estimate(1.0) }.verdict();
        assert_eq!([0.9, 1.1, 0.9995].map(verdict), ["gain", "LOSS", "no difference seen"]);
    }
}
