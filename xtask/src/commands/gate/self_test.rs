//! `cargo xtask gate --self-test`: how often does the gate see a slowdown that is there, and one that is not?

use std::time::Instant;

use anyhow::Result;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use super::verdict::{self, Evidence, Verdict, judge};
use super::{Arguments, at_least_one, percent};
use crate::callgrind::{self, Simulate};
use crate::gather::Gathered;
use crate::kept::Kept;
use crate::pairs::{self, Side, Times};
use crate::sampler::{Build, Filter, Program};
use crate::workspace::Workspace;
use crate::{Outcome, interrupt, machine, table};

/// The slowdown that is planted, in percent.
const PLANT: u32 = 5;
/// Fewer repeats show nothing.
const REPEATS: u32 = 20;
/// What is to be seen of all planted slowdowns.
const SEEN: f64 = 0.99;
/// And of those in a single load: of 20 at 99 % each, three are missed once in a thousand times.
const SEEN_ALONE: f64 = 0.9;

/// How one load fared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fared {
    pub(crate) load: String,
    pub(crate) repeats: u32,
    /// Repeats in which the same code was called slower, by time.
    pub(crate) alarms: u32,
    /// Repeats in which the planted slowdown was seen, by time.
    pub(crate) detected: u32,
    /// The same by instructions, which do not vary: 0 or 1.
    pub(crate) alarms_by_instructions: Option<u32>,
    pub(crate) detected_by_instructions: Option<u32>,
    /// The median over the repeats of the smallest slowdown that time shows.
    pub(crate) detectable: Option<f64>,
    /// Rounds of a repeat, in the mean; not in old records.
    #[serde(default)]
    pub(crate) rounds: Option<f64>,
}

impl Fared {
    /// Whether its rounds differ so little that time shows what is planted.
    fn is_quiet(&self) -> bool {
        self.detectable.is_some_and(|effect| effect <= verdict::EFFECT)
    }

    /// What instructions said of both plants.
    pub(crate) fn by_instructions(&self) -> &'static str {
        match (self.alarms_by_instructions, self.detected_by_instructions) {
            (Some(0), Some(1)) => "seen, no alarm",
            (Some(_), Some(1)) => "seen, but ALARMS",
            (Some(_), _) => "NOT seen",
            _ => "–",
        }
    }
}

pub(super) fn run(arguments: &Arguments, workspace: &Workspace, structures: &[String]) -> Result<Outcome> {
    at_least_one(structures)?;
    let start = Instant::now();
    let target = workspace.metadata.target_directory.as_std_path().join("loads");
    let filter = Filter::new(&arguments.filter);
    let gathered = Gathered::each(structures, |structure, all| {
        eprintln!("compiling {structure}");
        let root = workspace.root();
        let build = Build { root, target: &target, structure, features: &[], rustflags: &[], triple: None };
        repeat(arguments, &filter, &build.run()?, all)
    });
    let all = &gathered.results;
    if arguments.json {
        all.iter().for_each(|fared| println!("{}", serde_json::to_string(fared).expect("plain fields")));
    } else {
        print(all);
        let (seconds, load) = (start.elapsed().as_secs_f64(), machine::describe_load(machine::load()));
        println!("{seconds:.0} s, load average {load}");
    }
    if arguments.record {
        let path = Kept::now(workspace, all)?.write(workspace, "self-test")?;
        eprintln!("recorded in {}", path.display());
    }
    if gathered.is_complete() {
        filter.check()?;
    }
    let outcome = promise(all);
    eprintln!(
        "{}",
        match outcome {
            Outcome::Good => "OK",
            Outcome::Failed => "FAILED: a false alarm, or a planted slowdown went unseen",
            _ => "INCONCLUSIVE: too noisy for time, fewer than 20 repeats, or no valgrind",
        }
    );
    gathered.outcome(outcome)
}

/// The promise: under 1 % false alarms over all; of the planted slowdowns 99 % seen by time, in no load far fewer, and all
/// by instructions. Every load counts as compute-bound. It is broken only where time could have kept it: loads too noisy
/// to show the slowdown, too few repeats or a machine without valgrind leave it open.
fn promise(all: &[Fared]) -> Outcome {
    let quiet: Vec<&Fared> = all.iter().filter(|fared| fared.is_quiet()).collect();
    let alarms = all.iter().map(|fared| f64::from(fared.alarms)).sum::<f64>();
    let repeats = all.iter().map(|fared| f64::from(fared.repeats)).sum::<f64>();
    let by_instructions = |fared: &Fared| {
        fared.alarms_by_instructions.is_some_and(|alarms| alarms > 0)
            || fared.detected_by_instructions == Some(0)
    };
    let complete = |fared: &Fared| fared.repeats >= REPEATS && fared.detected_by_instructions == Some(1);
    if alarms >= 0.01 * repeats.max(1.0) || all.iter().any(by_instructions) || !seen(&quiet) {
        Outcome::Failed
    } else if !all.is_empty() && all.iter().all(complete) && seen(&all.iter().collect::<Vec<_>>()) {
        Outcome::Good
    } else {
        Outcome::Inconclusive
    }
}

/// Whether the planted slowdowns of these loads were seen by time, all together and in each.
fn seen(all: &[&Fared]) -> bool {
    let missed = |fared: &Fared| f64::from(fared.repeats - fared.detected);
    let (misses, repeats) = all.iter().fold((0.0, 0.0), |(misses, repeats), fared| {
        (misses + missed(fared), repeats + f64::from(fared.repeats))
    });
    let alone = |fared: &&Fared| missed(fared) <= (1.0 - SEEN_ALONE) * f64::from(fared.repeats) + 1e-9;
    misses <= (1.0 - SEEN) * repeats + 1e-9 && all.iter().all(alone)
}

/// Adds how each load fared to `all`, also when it ends in the middle.
fn repeat(arguments: &Arguments, filter: &Filter<'_>, program: &Program, all: &mut Vec<Fared>) -> Result<()> {
    let loads: Vec<String> = program.loads(filter)?.into_iter().map(|load| load.name).collect();
    let plan = arguments.plan();
    let bar = ProgressBar::new(loads.len() as u64 * (plan.rounds as u64 * u64::from(arguments.repeats) + 1));
    let known = all.len();
    for load in &loads {
        all.push(counted(program, load)?);
        bar.inc(1);
    }
    let here = &mut all[known..];
    let mut detectable = vec![Vec::new(); loads.len()];
    let mut rounds = vec![0; loads.len()];
    let known = |times: &Times| Evidence::of(times, None).known();
    let sides = [0, PLANT, 0].map(|plant| Side { program, plant });
    let mut ended = Ok(());
    for _ in 0..arguments.repeats {
        let passes = pairs::calibrate(program, &loads, plan.sample)?;
        let times;
        (times, ended) = pairs::measure(&sides, &loads, &passes, plan, known, &bar);
        // A repeat that was cut short is none.
        if ended.is_err() || interrupt::requested() {
            break;
        }
        for (number, (fared, times)) in here.iter_mut().zip(&times).enumerate() {
            let evidence = Evidence::of(times, None);
            fared.repeats += 1;
            fared.detected += u32::from(judge(&evidence).0 == Verdict::Regression);
            fared.alarms += u32::from(evidence.again.as_ref().is_some_and(verdict::slower));
            detectable[number].extend(evidence.detectable());
            rounds[number] += times.figures[0].len();
        }
    }
    for ((fared, effects), rounds) in here.iter_mut().zip(&detectable).zip(rounds) {
        fared.detectable = crate::stats::quantile(&crate::stats::sorted(effects), 0.5);
        fared.rounds = (fared.repeats > 0).then(|| rounds as f64 / f64::from(fared.repeats));
    }
    bar.finish_and_clear();
    ended
}

/// A load before its first repeat: what instructions say.
fn counted(program: &Program, load: &str) -> Result<Fared> {
    let by_instructions = |plant, base: u64| -> Result<u32> {
        let count = callgrind::count(program, load, plant, Simulate::Nothing)?.instructions;
        Ok(u32::from(count as f64 / base as f64 > verdict::BOUND))
    };
    let (mut alarms, mut detected) = (None, None);
    if callgrind::available() {
        let base = callgrind::count(program, load, 0, Simulate::Nothing)?.instructions;
        alarms = Some(by_instructions(0, base)?);
        detected = Some(by_instructions(PLANT, base)?);
    }
    Ok(Fared {
        load: load.to_owned(),
        repeats: 0,
        alarms: 0,
        detected: 0,
        alarms_by_instructions: alarms,
        detected_by_instructions: detected,
        detectable: None,
        rounds: None,
    })
}

fn print(all: &[Fared]) {
    let header = [
        "load",
        "repeats",
        "rounds",
        "false alarms",
        "5 % seen by time",
        "by instructions",
        "time sees from",
    ];
    let mut table = table::new(&header);
    for fared in all {
        let of = |count: u32| format!("{count} of {}", fared.repeats);
        let effect = fared.detectable.map_or_else(|| "–".to_owned(), percent);
        table.add_row([
            fared.load.clone(),
            fared.repeats.to_string(),
            fared.rounds.map_or_else(|| "–".to_owned(), table::number),
            of(fared.alarms),
            of(fared.detected),
            fared.by_instructions().to_owned(),
            effect,
        ]);
    }
    let sum = |of: fn(&Fared) -> u32| all.iter().map(of).sum::<u32>();
    table::keep_names_whole(&mut table);
    println!("{table}");
    println!(
        "false alarms by time: {} of {}; planted 5 % seen by time: {} of {}",
        sum(|fared| fared.alarms),
        sum(|fared| fared.repeats),
        sum(|fared| fared.detected),
        sum(|fared| fared.repeats)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fared(alarms: u32, detected: u32, by_instructions: Option<u32>) -> Fared {
        Fared {
            load: "x".into(),
            repeats: 20,
            alarms,
            detected,
            alarms_by_instructions: by_instructions.map(|_| 0),
            detected_by_instructions: by_instructions,
            detectable: Some(1.03),
            rounds: Some(10.0),
        }
    }

    #[test]
    fn the_promise_needs_time_and_instructions_and_blames_no_noise() {
        let noisy = |detected| Fared { detectable: Some(1.2), ..fared(0, detected, Some(1)) };
        assert_eq!(promise(&[fared(0, 20, Some(1))]), Outcome::Good);
        assert_eq!(promise(&[noisy(20)]), Outcome::Good, "noisy, but seen");
        assert_eq!(promise(&[fared(0, 20, Some(1)), noisy(3)]), Outcome::Inconclusive);
        assert_eq!(promise(&[fared(0, 20, None)]), Outcome::Inconclusive, "no valgrind");
        assert_eq!(promise(&[Fared { repeats: 2, ..fared(0, 2, Some(1)) }]), Outcome::Inconclusive);
        assert_eq!(promise(&[]), Outcome::Inconclusive);
        assert_eq!(promise(&[fared(1, 20, Some(1))]), Outcome::Failed, "5 % of alarms");
        assert_eq!(promise(&[fared(0, 20, Some(0))]), Outcome::Failed, "not seen by instructions");
        assert_eq!(promise(&[fared(0, 19, Some(1))]), Outcome::Failed, "quiet, and 95 % seen by time");
        let many = |detected| {
            let mut all = vec![fared(0, 20, Some(1)); 9];
            all.push(fared(0, detected, Some(1)));
            promise(&all)
        };
        assert_eq!([18, 17].map(many), [Outcome::Good, Outcome::Failed], "198 of 200; 197, and 85 % of one");
        let mut all = vec![fared(0, 20, Some(1)); 60];
        all.push(fared(0, 17, Some(1)));
        assert_eq!(promise(&all), Outcome::Failed, "99.8 % of all, and 85 % of one");
    }
}
