//! Statistics of samples. Every function says what it gives for too few.

use serde::{Deserialize, Serialize};

/// The `q`-quantile (0..=1) of `sorted` with linear interpolation between neighbours; none if empty.
///
/// This is R's type 7 and NumPy's default.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = q * last as f64;
    let (below, part) = (position.floor() as usize, position.fract());
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * part)
}

/// The middle and the spread of some samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) count: usize,
    pub(crate) median: f64,
    /// Half the distance between the quartiles: half of all samples lie within `median ± spread`, about.
    pub(crate) spread: f64,
}

impl Summary {
    /// None without samples.
    pub(crate) fn of(samples: &[f64]) -> Option<Self> {
        let sorted = sorted(samples);
        let median = quantile(&sorted, 0.5)?;
        let spread = (quantile(&sorted, 0.75)? - quantile(&sorted, 0.25)?) / 2.0;
        Some(Self { count: sorted.len(), median, spread })
    }

    /// The spread as a part of the median; 0 if the median is 0.
    pub(crate) fn relative_spread(&self) -> f64 {
        if self.median == 0.0 { 0.0 } else { self.spread / self.median }
    }
}

/// The samples in ascending order.
pub(crate) fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The geometric mean of positive values; none without values.
pub(crate) fn geometric_mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let logs: f64 = values.iter().map(|value| value.ln()).sum();
    Some((logs / values.len() as f64).exp())
}

/// An interval that holds the true value with the stated confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Interval {
    pub(crate) fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// A confidence interval (at least 95 %) of the median, from order statistics: no assumption about the distribution
/// but that samples are independent. With fewer than 6 samples, all of their range, which promises less.
pub(crate) fn median_interval(samples: &[f64]) -> Option<Interval> {
    let sorted = sorted(samples);
    let n = sorted.len();
    let last = n.checked_sub(1)?;
    let k = lower_rank(n).saturating_sub(1).min(last / 2);
    Some(Interval { low: sorted[k], high: sorted[last - k] })
}

/// The largest k with P(Binomial(n, 1/2) < k) <= 2.5 %: the interval runs from the k-th smallest to the k-th largest.
fn lower_rank(n: usize) -> usize {
    if n > 200 {
        // 2^-n soon underflows, and the normal approximation is exact to a rank from here on.
        return (n as f64 / 2.0 - 0.98 * (n as f64).sqrt()) as usize;
    }
    let (mut k, mut tail, mut term) = (0, 0.0, 0.5_f64.powi(n as i32));
    while k < n / 2 && tail + term <= 0.025 {
        tail += term;
        term *= (n - k) as f64 / (k + 1) as f64;
        k += 1;
    }
    k
}

/// Theirs divided by ours, round by round: interleaved samples of one round saw the same machine.
pub(crate) fn round_ratios(theirs: &[f64], ours: &[f64]) -> Vec<f64> {
    theirs.iter().zip(ours).filter(|&(_, &ours)| ours > 0.0).map(|(theirs, ours)| theirs / ours).collect()
}

/// An interval of the ratio of two medians from unpaired samples: of two separate runs, say. The quotient of the two
/// medians' 95 % intervals, hence wider than 95 %.
pub(crate) fn ratio_interval(numerator: &[f64], denominator: &[f64]) -> Option<Interval> {
    let (n, d) = (median_interval(numerator)?, median_interval(denominator)?);
    (d.low > 0.0).then(|| Interval { low: n.low / d.high, high: n.high / d.low })
}

/// A ratio known from the logarithms of independent measurements of it.
///
/// It is the mean of their middle half (25 % trimmed at either end), with Tukey and McLaughlin's interval: a process that
/// was unlucky with its pages is off by ten times what others differ, and one in ten is. See docs/decisions/0134.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RatioEstimate {
    /// The geometric mean of the middle half.
    pub(crate) ratio: f64,
    /// Its 99 % interval by Student's t.
    pub(crate) interval: Interval,
    /// The mean's standard error times the root of `count`: Winsorised deviation divided by the part that was kept.
    pub(crate) deviation: f64,
    pub(crate) count: usize,
}

impl RatioEstimate {
    /// None with fewer than two measurements.
    pub(crate) fn of(logs: &[f64]) -> Option<Self> {
        let count = logs.len();
        if count < 2 {
            return None;
        }
        let sorted = sorted(logs);
        let middle = &sorted[trimmed(count)..count - trimmed(count)];
        let mean = middle.iter().sum::<f64>() / middle.len() as f64;
        // Winsorised: what was cut off counts as the last that was not.
        let (least, most) = (middle[0], middle[middle.len() - 1]);
        let winsorised: Vec<f64> = sorted.iter().map(|log| log.clamp(least, most)).collect();
        let centre = winsorised.iter().sum::<f64>() / count as f64;
        let squares: f64 = winsorised.iter().map(|log| (log - centre).powi(2)).sum();
        let deviation = (squares / (count - 1) as f64).sqrt() * count as f64 / middle.len() as f64;
        let half = half_width(deviation, count);
        let interval = Interval { low: (mean - half).exp(), high: (mean + half).exp() };
        Some(Self { ratio: mean.exp(), interval, deviation, count })
    }

    /// The smallest true ratio whose interval's lower end exceeds `bound` in 99 of 100 such measurements.
    pub(crate) fn detectable(&self, bound: f64) -> f64 {
        // In half widths, by simulation of normal measurements: the 99th percentile of what the interval's lower end
        // falls short of the truth. With few of them, their deviation is uncertain too.
        let needed = 1.9 + 2.5 / self.count as f64;
        bound * (needed * half_width(self.deviation, self.count)).exp()
    }
}

/// How many of `count` measurements are cut off at either end.
fn trimmed(count: usize) -> usize {
    count / 4
}

/// Half the width of the 99 % interval of a trimmed mean.
fn half_width(deviation: f64, count: usize) -> f64 {
    let degrees = match trimmed(count) {
        0 => count - 1,
        // Tukey and McLaughlin have all that were kept but one; of ten, such intervals hold the truth 98.4 times in 100.
        trimmed => ((count - 2 * trimmed - 1) * 4 / 5).max(1),
    };
    student_995(degrees) * deviation / (count as f64).sqrt()
}

/// The 99.5th percentile of Student's t: half the width of a 99 % interval, in standard errors.
fn student_995(degrees: usize) -> f64 {
    const TABLE: [f64; 30] = [
        63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169, 3.106, 3.055, 3.012, 2.977,
        2.947, 2.921, 2.898, 2.878, 2.861, 2.845, 2.831, 2.819, 2.807, 2.797, 2.787, 2.779, 2.771, 2.763,
        2.756, 2.750,
    ];
    match TABLE.get(degrees.wrapping_sub(1)) {
        Some(&quantile) => quantile,
        // The normal distribution's and the first term of its expansion: right to 0.01 from here on.
        None => 2.576 + (2.576_f64.powi(3) + 2.576) / (4.0 * degrees as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy.quantile([1, 2, 4, 8, 16], [0.1, 0.25, 0.5, 0.9])
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        let expected = [(0.1, 1.4), (0.25, 2.0), (0.5, 4.0), (0.9, 12.8), (0.0, 1.0), (1.0, 16.0)];
        for (q, value) in expected {
            assert!((quantile(&sorted, q).unwrap() - value).abs() < 1e-12, "{q}");
        }
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn a_summary_ignores_one_outlier() {
        let summary = Summary::of(&[10.0, 11.0, 9.0, 10.0, 1000.0]).unwrap();
        assert_eq!((summary.median, summary.spread, summary.count), (10.0, 0.5, 5));
        assert_eq!(summary.relative_spread(), 0.05);
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn the_geometric_mean_of_ratios_and_their_inverses_is_one() {
        let mean = geometric_mean(&[2.0, 8.0, 0.5, 0.125]).unwrap();
        assert!((mean - 1.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), None);
    }

    #[test]
    fn the_medians_interval_has_the_ranks_of_the_tables() {
        // Ranks for 95 % from the binomial tables: n = 9 -> 2nd and 8th, n = 10 -> 2nd and 9th, n = 30 -> 10th and 21st.
        for (n, low, high) in
            [(1, 1, 1), (5, 1, 5), (6, 1, 6), (9, 2, 8), (10, 2, 9), (20, 6, 15), (30, 10, 21)]
        {
            let samples: Vec<f64> = (1..=n).map(f64::from).collect();
            let interval = median_interval(&samples).unwrap();
            assert_eq!((interval.low, interval.high), (f64::from(low), f64::from(high)), "n = {n}");
        }
        assert_eq!(median_interval(&[]), None);
    }

    #[test]
    fn ratios_pair_rounds_so_that_drift_cancels() {
        let ours = [1.0, 2.0, 4.0];
        let theirs = [3.0, 6.0, 12.0];
        assert_eq!(round_ratios(&theirs, &ours), [3.0, 3.0, 3.0]);
    }

    #[test]
    fn a_ratio_of_unpaired_runs_is_wide() {
        let a: Vec<f64> = (0..9).map(|i| 100.0 + f64::from(i)).collect();
        let interval = ratio_interval(&a, &a).unwrap();
        assert!(interval.contains(1.0) && interval.low < 0.96 && interval.high > 1.04);
        assert_eq!(ratio_interval(&a, &[0.0]), None);
    }

    /// Normal deviates with this standard deviation, by Box and Muller.
    fn normal(random: &mut impl bench_own::random::Rng, deviation: f64) -> f64 {
        let mut uniform = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let (a, b) = (1.0 - uniform(), uniform());
        deviation * (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    #[test]
    fn a_99_percent_interval_holds_the_truth_99_times_in_100() {
        let mut random = bench_own::random::generator("coverage", 1);
        let (truth, trials) = (1.05_f64, 20_000);
        for count in [3, 10, 14, 20, 40, 80] {
            let held = (0..trials).filter(|_| {
                let logs: Vec<f64> = (0..count).map(|_| truth.ln() + normal(&mut random, 0.03)).collect();
                RatioEstimate::of(&logs).unwrap().interval.contains(truth)
            });
            let share = held.count() as f64 / f64::from(trials);
            assert!((share - 0.99).abs() < 0.003, "{count}: {share}");
        }
    }

    #[test]
    fn the_smallest_detectable_effect_is_detected_99_times_in_100() {
        let mut random = bench_own::random::generator("power", 1);
        let mut estimate = |truth: f64| {
            let logs: Vec<f64> = (0..10).map(|_| truth.ln() + normal(&mut random, 0.01)).collect();
            RatioEstimate::of(&logs).unwrap()
        };
        // Single runs estimate the deviation, so their promises vary; this is the middle one.
        let promises: Vec<f64> = (0..1001).map(|_| estimate(1.0).detectable(1.02)).collect();
        let effect = Summary::of(&promises).unwrap().median;
        assert!((1.035..1.055).contains(&effect), "{effect}");
        let trials = 20_000;
        let detected = (0..trials).filter(|_| estimate(effect).interval.low > 1.02);
        let share = detected.count() as f64 / f64::from(trials);
        assert!(share > 0.985, "{share}");
    }

    #[test]
    fn unlucky_processes_neither_move_a_ratio_nor_hide_its_interval() {
        let logs = [0.01, 0.02, 0.015, 0.012, 0.018, 0.011, 0.019, 0.017, 0.5, -0.4];
        let estimate = RatioEstimate::of(&logs).unwrap();
        // Kept are 0.011, 0.012, 0.015, 0.017, 0.018 and 0.019.
        assert!((estimate.ratio.ln() - 0.092 / 6.0).abs() < 1e-12, "{estimate:?}");
        assert!(estimate.interval.low > 1.0 && estimate.interval.high < 1.03, "{estimate:?}");
    }

    #[test]
    fn student_meets_the_tables() {
        for (degrees, quantile) in [(1, 63.657), (9, 3.250), (30, 2.750), (40, 2.704), (120, 2.617)] {
            assert!((student_995(degrees) - quantile).abs() < 0.01, "{degrees}");
        }
        assert_eq!(RatioEstimate::of(&[0.1]), None);
    }
}
