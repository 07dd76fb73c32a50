//! From measurements to OK, REGRESSION or INCONCLUSIVE.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::stats::RatioEstimate;

/// A ratio surely above this is a regression, in time as in instructions.
pub(super) const BOUND: f64 = 1.02;
/// Time decides only where a slowdown of this size would be seen; until then a load gets more rounds.
pub(super) const EFFECT: f64 = 1.05;

/// What the gate says of a load; the greatest of all loads is what it says of the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Ok,
    /// OK, but worth a look.
    Warning,
    /// Too noisy to tell.
    Inconclusive,
    Regression,
}

impl Verdict {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Ok | Self::Warning => Outcome::Good,
            Self::Inconclusive => Outcome::Inconclusive,
            Self::Regression => Outcome::Failed,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "OK",
            Self::Warning => "OK (warning)",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Regression => "REGRESSION",
        })
    }
}

/// What was measured of one load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    pub(super) time: Option<RatioEstimate>,
    /// The A/A leg.
    pub(super) again: Option<RatioEstimate>,
    pub(super) instructions: Option<f64>,
}

impl Evidence {
    /// The smallest slowdown that time shows, by the noisier of the two legs.
    pub(super) fn detectable(&self) -> Option<f64> {
        let legs = [self.time, self.again].into_iter().flatten();
        legs.map(|leg| leg.detectable(BOUND)).max_by(f64::total_cmp)
    }

    /// Whether more rounds would tell little; this looks at how much rounds differ, not at who is ahead.
    pub(super) fn known(&self) -> bool {
        self.detectable().is_some_and(|effect| effect <= EFFECT)
    }
}

/// Whether the ratio is surely above the bound.
pub(super) fn slower(estimate: &RatioEstimate) -> bool {
    estimate.interval.low > BOUND
}

/// The verdict and why.
pub(super) fn judge(evidence: &Evidence) -> (Verdict, String) {
    let more = evidence.instructions.is_some_and(|ratio| ratio > BOUND);
    let no_time = |why: &str| match evidence.instructions {
        // Instructions are exact, so they alone may acquit; but what a wide vector does they do not see.
        Some(_) => (Verdict::Ok, format!("by instructions alone: {why}")),
        None => (Verdict::Inconclusive, why.to_owned()),
    };
    let (Some(time), Some(again)) = (evidence.time, evidence.again) else {
        return if more {
            (Verdict::Regression, "instructions".to_owned())
        } else {
            no_time("no time was taken")
        };
    };
    if more {
        return if time.interval.high < 1.0 {
            (Verdict::Warning, "more instructions, but faster".to_owned())
        } else {
            (Verdict::Regression, "instructions".to_owned())
        };
    }
    if slower(&again) || again.interval.high < 1.0 / BOUND {
        return (Verdict::Inconclusive, "the same program differs from itself".to_owned());
    }
    if slower(&time) {
        return (Verdict::Regression, "time".to_owned());
    }
    match evidence.detectable() {
        Some(effect) if effect > EFFECT => no_time("too noisy for time"),
        _ if time.interval.low > 1.0 => (Verdict::Warning, "a little slower".to_owned()),
        _ => (Verdict::Ok, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten rounds around `ratio` that differ by about `noise`.
    fn estimate(ratio: f64, noise: f64) -> Option<RatioEstimate> {
        let logs: Vec<f64> = (0..10).map(|i| ratio.ln() + noise * (f64::from(i) - 4.5) / 3.0).collect();
        RatioEstimate::of(&logs)
    }

    fn verdict(time: f64, noise: f64, again: f64, instructions: Option<f64>) -> Verdict {
        judge(&Evidence { time: estimate(time, noise), again: estimate(again, noise), instructions }).0
    }

    #[test]
    fn verdicts() {
        use Verdict::{Inconclusive, Ok, Regression, Warning};
        let cases = [
            // time, noise, A/A, instructions
            ((1.00, 0.005, 1.0, Some(1.0)), Ok),
            ((1.05, 0.005, 1.0, Some(1.0)), Regression),
            ((1.05, 0.005, 1.0, None), Regression),
            ((1.015, 0.005, 1.0, Some(1.0)), Warning),
            ((1.00, 0.005, 1.0, Some(1.05)), Regression),
            ((0.90, 0.005, 1.0, Some(1.05)), Warning),
            // A machine whose A/A leg is off neither acquits nor condemns by time ..
            ((1.05, 0.005, 1.05, Some(1.0)), Inconclusive),
            ((1.00, 0.005, 0.95, Some(1.0)), Inconclusive),
            // .. but instructions do not depend on it.
            ((1.00, 0.005, 1.05, Some(1.05)), Regression),
            // Too noisy to see 5 %: instructions decide if there are any.
            ((1.02, 0.09, 1.0, Some(1.0)), Ok),
            ((1.02, 0.09, 1.0, None), Inconclusive),
        ];
        for ((time, noise, again, instructions), expected) in cases {
            let found = verdict(time, noise, again, instructions);
            assert_eq!(found, expected, "{time} {noise} {again} {instructions:?}");
        }
    }

    /// Normal deviates by Box and Muller.
    fn normal(random: &mut impl bench_own::random::Rng) -> f64 {
        let mut uniform = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let (a, b) = (1.0 - uniform(), uniform());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    /// How often a slowdown of 5 % and one of 0 % are called regressions where rounds stop as the gate's do.
    fn rates(noise: f64, trials: u32) -> [f64; 2] {
        let mut random = bench_own::random::generator("rounds", 1);
        let mut seen = [0_u32; 2];
        for _ in 0..trials {
            let (mut time, mut again) = (Vec::new(), Vec::new());
            let evidence = loop {
                // The three processes of a round.
                let [base, head, second] =
                    std::array::from_fn(|_| noise * normal(&mut random) / 2_f64.sqrt());
                time.push(EFFECT.ln() + head - base);
                again.push(second - base);
                let [time, again] = [&time, &again].map(|logs| RatioEstimate::of(logs));
                let evidence = Evidence { time, again, instructions: None };
                let rounds = time.map_or(1, |time| time.count);
                if rounds >= 80 || rounds >= 10 && evidence.known() {
                    break evidence;
                }
            };
            seen[0] += u32::from(judge(&evidence).0 == Verdict::Regression);
            seen[1] += u32::from(evidence.again.as_ref().is_some_and(slower));
        }
        seen.map(|count| f64::from(count) / f64::from(trials))
    }

    #[test]
    fn five_percent_is_seen_and_nothing_is_not_however_much_rounds_differ() {
        for noise in [0.005, 0.015, 0.03, 0.04] {
            let [seen, alarms] = rates(noise, 1000);
            assert!(seen >= 0.99 && alarms < 0.002, "{noise}: {seen} {alarms}");
        }
        // Twice as noisy, 80 rounds are too few, and that raises no alarm.
        let [seen, alarms] = rates(0.08, 300);
        assert!(seen < 0.99 && alarms < 0.01, "{seen} {alarms}");
    }

    #[test]
    fn the_worst_load_decides() {
        assert!(Verdict::Regression > Verdict::Inconclusive && Verdict::Inconclusive > Verdict::Warning);
        assert_eq!(Verdict::Warning.outcome(), Outcome::Good);
        assert_eq!(Verdict::Inconclusive.outcome(), Outcome::Inconclusive);
    }
}
