//! `cargo xtask gate`: did this change make anything slower?

mod self_test;
mod verdict;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use crate::callgrind::{self, Simulate};
use crate::gather::Gathered;
use crate::kept::Kept;
use crate::pairs::{self, Plan, Side, Times};
use crate::sampler::{self, Filter, Program};
use crate::sides::Sides;
use crate::stats::RatioEstimate;
use crate::table::{self, ratio};
use crate::workspace::{self, Workspace};
use crate::{Outcome, interrupt, machine};
pub(crate) use self_test::Fared;
pub(crate) use verdict::Verdict;
use verdict::{Evidence, judge};

/// Did this change make anything slower than the code at --base?
///
/// Compiles the loads of benches/own at the base and here, side by side, and looks at each load in two ways.
/// Instructions: counted by callgrind, equal in every run; more than 2 % more is a regression. Time: ten rounds, each
/// with new processes of base, head, and base once more; samples of 4 ms in random order on thread-CPU time; the 99 %
/// interval, over rounds, of head's time relative to base's (a trimmed mean). Its lower end above +2 % is a regression.
/// A load whose rounds differ so much that 5 % would go unseen gets more of them, up to --rounds-max. The second base is
/// the A/A leg: if it seems to differ from the first by as much, or if 5 % would still go unseen, time says nothing.
/// Structures whose two programs are equal byte by byte are not measured.
///
/// Exit codes: 0 OK, 1 REGRESSION, 2 could not run, 3 INCONCLUSIVE (too noisy to tell), 130 interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask gate --base origin/main              every structure
  cargo xtask gate simd-kernels --base HEAD~1 --filter search
  cargo xtask gate --self-test                     plant 5 % and nothing, 20 times: is this machine good enough?")]
pub(crate) struct Arguments {
    /// Structures to compare, e.g. `neighbor-list`; all if none is named.
    structures: Vec<String>,
    /// The commit, branch or tag to compare with.
    #[arg(long, value_name = "REF", required_unless_present = "self_test")]
    base: Option<String>,
    /// Only loads whose name contains this text; may be given several times.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Rounds of new processes.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(3..=1000))]
    rounds: u32,
    /// As many rounds at most for a load whose rounds differ much; a number below --rounds adds none.
    #[arg(long, default_value_t = 80, value_parser = clap::value_parser!(u32).range(..=1000))]
    rounds_max: u32,
    /// Samples of each load in a process.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    samples: u32,
    /// Measure changes that are not committed as well.
    #[arg(long)]
    dirty: bool,
    /// Plant a slowdown of 5 % and one of 0 % in the present code, again and again, and tell how often each is seen.
    #[arg(long, conflicts_with = "base")]
    self_test: bool,
    /// How often the self-test repeats; 0 looks at instructions alone.
    #[arg(long, default_value_t = 20, requires = "self_test")]
    repeats: u32,
    /// Print JSON, one line a load, instead of tables.
    #[arg(long)]
    json: bool,
    /// Keep the result in benches/record/gate, for the report's history.
    #[arg(long)]
    record: bool,
}

impl Arguments {
    fn plan(&self) -> Plan {
        Plan {
            rounds: self.rounds as usize,
            rounds_max: self.rounds_max as usize,
            samples: self.samples as usize,
            sample: Duration::from_millis(4),
        }
    }
}

/// What the gate found of one load.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Finding {
    pub(crate) load: String,
    pub(crate) verdict: Verdict,
    /// Why, in a few words.
    pub(crate) reason: String,
    /// Head's time relative to base's.
    pub(crate) time: Option<RatioEstimate>,
    /// The second base's time relative to the first's.
    pub(crate) again: Option<RatioEstimate>,
    /// The smallest slowdown that time would have shown, as a ratio.
    pub(crate) detectable: Option<f64>,
    /// Head's instructions relative to base's.
    pub(crate) instructions: Option<f64>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let structures = sampler::select(&workspace, &arguments.structures)?;
    interrupt::watch();
    match &arguments.base {
        Some(base) => compare(arguments, &workspace, &structures, base),
        None => self_test::run(arguments, &workspace, &structures),
    }
}

fn compare(
    arguments: &Arguments,
    workspace: &Workspace,
    structures: &[String],
    base: &str,
) -> Result<Outcome> {
    let start = Instant::now();
    let sides = Sides::prepare(workspace, base, arguments.dirty)?;
    if let Err(why) = callgrind::usable() {
        eprintln!("note: {why}; without it only time decides");
    }
    let filter = Filter::new(&arguments.filter);
    let gathered = Gathered::each(structures, |structure, findings| {
        let [base, head] = sides.build(structure)?;
        if !arguments.json {
            print_identity(&sides, &base, &head)?;
        }
        if base.sha256 == head.sha256 {
            let code = if sides.code_differs(structure)? {
                "its code differs, but not in what the loads use: "
            } else {
                ""
            };
            eprintln!("{structure}: {code}both programs are equal byte by byte, nothing to measure");
            return Ok(());
        }
        let known = findings.len();
        let ended = measure(arguments, &filter, [&base, &head], findings);
        for finding in findings[known..].iter().filter(|_| arguments.json) {
            println!("{}", serde_json::to_string(finding).expect("plain fields"));
        }
        ended
    });
    let findings = &gathered.results;
    let verdict = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
    if !arguments.json {
        if !findings.is_empty() {
            print(findings);
        }
        let (seconds, load) = (start.elapsed().as_secs_f64(), machine::describe_load(machine::load()));
        let word = if gathered.is_complete() { verdict.to_string() } else { "incomplete".to_owned() };
        println!("{word}, {seconds:.0} s, load average {load}");
    }
    if arguments.record {
        let path = Kept::now(workspace, findings)?.write(workspace, "gate")?;
        eprintln!("recorded in {}", path.display());
    }
    if gathered.is_complete() {
        filter.check()?;
    }
    gathered.outcome(verdict.outcome())
}

fn print_identity(sides: &Sides<'_>, base: &Program, head: &Program) -> Result<()> {
    let rustc = workspace::rustc_verbose()?;
    println!("{}: {}", head.structure, rustc.lines().next().unwrap_or_default());
    println!("  base {} sha256 {} features {}", &sides.base[..9], base.identity(), base.features.join(","));
    println!("  head {} sha256 {} features {}", sides.head, head.identity(), head.features.join(","));
    Ok(())
}

/// Adds what it finds to `findings`, also when it fails in the middle.
fn measure(
    arguments: &Arguments,
    filter: &Filter<'_>,
    [base, head]: [&Program; 2],
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let loads: Vec<String> = head.loads(filter)?.into_iter().map(|load| load.name).collect();
    if loads.is_empty() {
        return Ok(());
    }
    let bar = ProgressBar::new(loads.len() as u64 * u64::from(arguments.rounds + 1));
    let mut counted = Vec::new();
    for load in &loads {
        counted.push(instructions(base, head, load)?);
        bar.inc(1);
    }
    let plan = arguments.plan();
    let passes = pairs::calibrate(base, &loads, plan.sample)?;
    let side = |program| Side { program, plant: 0 };
    let sides = [side(base), side(head), side(base)];
    let known = |times: &Times| Evidence::of(times, None).known();
    let (times, ended) = pairs::measure(&sides, &loads, &passes, plan, known, &bar);
    bar.finish_and_clear();
    let finding = |(times, instructions): (&Times, _)| Evidence::of(times, instructions).finding(&times.load);
    findings.extend(times.iter().zip(counted).map(finding));
    ended
}

/// Head's instructions relative to base's; none without valgrind.
fn instructions(base: &Program, head: &Program, load: &str) -> Result<Option<f64>> {
    if !callgrind::available() {
        return Ok(None);
    }
    let count = |program| callgrind::count(program, load, 0, Simulate::Nothing);
    Ok(Some(count(head)?.instructions as f64 / count(base)?.instructions as f64))
}

impl Evidence {
    /// Of base, head and base again, in this order.
    fn of(times: &Times, instructions: Option<f64>) -> Self {
        let leg = |side| RatioEstimate::of(&times.log_ratios(side, 0));
        Self { time: leg(1), again: leg(2), instructions }
    }

    fn finding(self, load: &str) -> Finding {
        let (verdict, reason) = judge(&self);
        let detectable = self.detectable();
        let Self { time, again, instructions } = self;
        Finding { load: load.to_owned(), verdict, reason, time, again, detectable, instructions }
    }
}

fn print(findings: &[Finding]) {
    let header = ["load", "time", "99 %", "A/A", "rounds", "sees from", "instructions", "verdict", ""];
    let mut table = table::new(&header);
    let optional = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), percent);
    for finding in findings {
        let range = |estimate: &RatioEstimate| {
            format!("{} … {}", percent(estimate.interval.low), percent(estimate.interval.high))
        };
        table.add_row([
            finding.load.clone(),
            optional(finding.time.map(|time| time.ratio)),
            finding.time.as_ref().map_or_else(String::new, range),
            optional(finding.again.map(|again| again.ratio)),
            finding.time.map_or_else(String::new, |time| time.count.to_string()),
            optional(finding.detectable),
            optional(finding.instructions),
            finding.verdict.to_string(),
            finding.reason.clone(),
        ]);
    }
    table::keep_names_whole(&mut table);
    println!("{table}");
}

/// `+2.1 %` for 1.021; factors where a percentage would be hard to read.
pub(crate) fn percent(value: f64) -> String {
    if value > 2.0 { ratio(value) } else { format!("{:+.1} %", (value - 1.0) * 100.0) }
}

/// Refuses to go on without any structure.
fn at_least_one(structures: &[String]) -> Result<()> {
    if structures.is_empty() {
        bail!("benches/own has no loads yet");
    }
    Ok(())
}
