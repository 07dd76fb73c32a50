//! Programs timed side by side: processes started anew in every round, samples in random order, thread-CPU time.
//!
//! The samples of one process share its luck with heap and pages, so they say little about the next process: a
//! round's figure is their lower quartile, for what disturbs a sample only makes it longer, and intervals are taken over
//! rounds. See docs/decisions/0004 and 0134.

use std::time::Duration;

use anyhow::{Result, bail};
use bench_own::random::{self, SliceRandom};
use indicatif::ProgressBar;

use crate::interrupt;
use crate::sampler::{Program, Server};
use crate::stats;

/// Passes of a sample are a multiple of this, so that a planted 5 % is exact.
const PASSES: u32 = 20;

/// A program that takes part, and the percentage of extra work that it is given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side<'a> {
    pub(crate) program: &'a Program,
    pub(crate) plant: u32,
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Rounds of every load, each with new processes.
    pub(crate) rounds: usize,
    /// A load that is not known well enough by then gets more rounds, up to this many.
    pub(crate) rounds_max: usize,
    /// Samples of each load in each process.
    pub(crate) samples: usize,
    /// At least this long is a sample.
    pub(crate) sample: Duration,
}

/// One load's times.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub(crate) load: String,
    /// For each side the lower quartile of its samples in each round, in seconds.
    pub(crate) figures: Vec<Vec<f64>>,
}

impl Times {
    /// How long side `a` takes, relative to side `b`: logarithms, one a round.
    pub(crate) fn log_ratios(&self, a: usize, b: usize) -> Vec<f64> {
        self.figures[a].iter().zip(&self.figures[b]).map(|(a, b)| (a / b).ln()).collect()
    }
}

/// Passes of each load that take as long as `sample` in `program`.
pub(crate) fn calibrate(program: &Program, loads: &[String], sample: Duration) -> Result<Vec<u32>> {
    let mut server = program.serve(0)?;
    let passes = |load: &String| {
        server.sample(load, 1)?;
        let time = server.sample(load, PASSES)?.time.as_secs_f64().max(1e-7);
        Ok((sample.as_secs_f64() / time).ceil().clamp(1.0, 1e5) as u32 * PASSES)
    };
    loads.iter().map(passes).collect()
}

/// Times every side: `plan.rounds` of every load, then more of those that are not `known` well enough. Ends early when
/// somebody presses Ctrl-C, a child dies or an answer is wrong: with the rounds it has, and the failure.
///
/// `known` must go by how much rounds differ and never by which side is ahead: stopping at a verdict would make it.
pub(crate) fn measure(
    sides: &[Side<'_>],
    loads: &[String],
    passes: &[u32],
    plan: Plan,
    known: impl Fn(&Times) -> bool,
    bar: &ProgressBar,
) -> (Vec<Times>, Result<()>) {
    let mut random = random::generator("pairs", u64::from(std::process::id()));
    let empty = |load: &String| Times { load: load.clone(), figures: vec![Vec::new(); sides.len()] };
    let mut times: Vec<Times> = loads.iter().map(empty).collect();
    let mut ended = Ok(());
    for done in 0..plan.rounds_max.max(plan.rounds) {
        let wanted = |times: &Times| done < plan.rounds || !known(times);
        let mut open: Vec<(&mut Times, u32)> =
            times.iter_mut().zip(passes.iter().copied()).filter(|(times, _)| wanted(times)).collect();
        if open.is_empty() {
            break;
        }
        if done >= plan.rounds {
            bar.inc_length(open.len() as u64);
        }
        ended = round(sides, plan.samples, &mut random, &mut open, bar);
        if ended.is_err() || interrupt::requested() {
            break;
        }
    }
    (times, ended)
}

/// One round: new processes, and for each load, with its passes, a figure of each side.
fn round(
    sides: &[Side<'_>],
    samples_each: usize,
    random: &mut random::Xoshiro256PlusPlus,
    loads: &mut [(&mut Times, u32)],
    bar: &ProgressBar,
) -> Result<()> {
    let mut order: Vec<usize> = (0..sides.len()).collect();
    order.shuffle(random);
    let mut servers: Vec<Option<Server>> = sides.iter().map(|_| None).collect();
    for &side in &order {
        servers[side] = Some(sides[side].program.serve(sides[side].plant)?);
    }
    for (times, passes) in loads {
        let mut samples = vec![Vec::new(); sides.len()];
        for number in 0..samples_each {
            order.shuffle(random);
            let mut answers: Vec<(usize, String)> = Vec::new();
            for &side in &order {
                let server = servers[side].as_mut().expect("all were started");
                let sample = server.sample(&times.load, *passes)?;
                samples[side].push(sample.time.as_secs_f64());
                // Extra work comes after the answer, but goes on from there.
                if sides[side].plant == 0 || number == 0 {
                    answers.push((side, sample.checksum));
                }
            }
            compare(&times.load, &answers)?;
        }
        for (figures, samples) in times.figures.iter_mut().zip(&samples) {
            figures.extend(stats::quantile(&stats::sorted(samples), 0.25));
        }
        bar.inc(1);
    }
    Ok(())
}

fn compare(load: &str, answers: &[(usize, String)]) -> Result<()> {
    let Some((_, expected)) = answers.first() else { return Ok(()) };
    match answers.iter().find(|(_, answer)| answer != expected) {
        Some((side, answer)) => {
            bail!("{load}: side {side} answers {answer} where another answers {expected}")
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_round_by_round() {
        let times = Times { load: "x".into(), figures: vec![vec![1.0, 2.0], vec![2.0, 4.0]] };
        let ratios = times.log_ratios(1, 0);
        assert!(ratios.iter().all(|log| (log - 2.0_f64.ln()).abs() < 1e-12), "{ratios:?}");
    }

    #[test]
    fn other_answers_are_refused() {
        let same = [(0, "a".to_owned()), (1, "a".to_owned())];
        assert!(compare("x", &same).is_ok() && compare("x", &[]).is_ok());
        let message = compare("x", &[(1, "a".to_owned()), (0, "b".to_owned())]).unwrap_err().to_string();
        assert_eq!(message, "x: side 0 answers b where another answers a");
    }
}
