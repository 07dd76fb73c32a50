//! From single metrics to rows: the engines that did the same work, who won, and whether we kept our promises.

use crate::metric::Metric;
use crate::stats::{self, Interval, Summary};

/// What a target calls the best of the peers.
const BEST_PEER: &str = "best peer";

/// One engine's part in a row.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) metric: Metric,
    /// None if it was not timed.
    pub(crate) summary: Option<Summary>,
}

impl Entry {
    fn new(metric: Metric) -> Self {
        let summary = if metric.error.is_none() { Summary::of(&metric.samples) } else { None };
        Self { metric, summary }
    }

    /// Not there, as opposed to wrong: the harness marks it by how the error starts.
    pub(crate) fn absent(&self) -> bool {
        self.metric.error.as_ref().is_some_and(|error| error.starts_with("skipped: "))
    }

    /// Measured, and neither ours nor a bound.
    fn is_peer(&self) -> bool {
        !self.metric.ours && !self.metric.bound && self.summary.is_some()
    }

    /// Gave another answer than the row's.
    pub(crate) fn wrong(&self) -> bool {
        self.metric.error.is_some() && !self.absent()
    }

    pub(crate) fn median(&self) -> Option<f64> {
        self.summary.map(|summary| summary.median)
    }
}

/// The engines that did the same work.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) structure: String,
    pub(crate) bench: String,
    pub(crate) size: u64,
    pub(crate) threads: u32,
    pub(crate) unit: String,
    /// In the order they were measured.
    pub(crate) entries: Vec<Entry>,
}

/// How we did against the best peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Surely better.
    Wins,
    /// The interval of the ratio contains 1.
    Ties,
    /// Surely worse.
    Loses,
    /// We or every peer were not timed.
    Alone,
}

/// Whether a promise was kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Promise {
    pub(crate) against: String,
    pub(crate) promised: f64,
    /// None if the other engine was not timed.
    pub(crate) reached: Option<f64>,
}

impl Promise {
    /// None if it could not be tried.
    pub(crate) fn kept(&self) -> Option<bool> {
        self.reached.map(|reached| reached >= self.promised)
    }
}

impl Row {
    fn matches(&self, metric: &Metric) -> bool {
        self.structure == metric.structure
            && self.bench == metric.bench
            && self.size == metric.size
            && self.threads == metric.threads
            && self.unit == metric.unit
    }

    /// `bench/size`, and the threads if there are several.
    pub(crate) fn name(&self) -> String {
        match self.threads {
            0 | 1 => format!("{}/{}", self.bench, self.size),
            threads => format!("{}/{} x{threads} threads", self.bench, self.size),
        }
    }

    /// Our engine that the ratios refer to: the first of ours that was timed.
    pub(crate) fn ours(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.metric.ours && entry.summary.is_some())
    }

    /// The best of the peers that were timed.
    pub(crate) fn best_peer(&self) -> Option<&Entry> {
        best(self.entries.iter().filter(|entry| entry.is_peer()))
    }

    /// The best of the bounds: engines that do less than the row asks.
    pub(crate) fn best_bound(&self) -> Option<&Entry> {
        best(self.entries.iter().filter(|entry| entry.metric.bound))
    }

    /// How many times better we are than `entry`: its median divided by ours.
    pub(crate) fn ratio(&self, entry: &Entry) -> Option<f64> {
        let ours = self.ours()?.median()?;
        (ours > 0.0).then_some(entry.median()? / ours)
    }

    /// The interval of [`Row::ratio`] over rounds; the figure itself where nothing was repeated.
    fn ratio_interval(&self, entry: &Entry) -> Option<Interval> {
        let ours = self.ours()?;
        let ratios = stats::round_ratios(&entry.metric.samples, &ours.metric.samples);
        stats::median_interval(&ratios)
    }

    /// How we did against the best peer.
    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict_against(self.best_peer())
    }

    /// The best bound, if it is surely ahead of us.
    pub(crate) fn bound_ahead(&self) -> Option<&Entry> {
        self.best_bound().filter(|&bound| self.verdict_against(Some(bound)) == Verdict::Loses)
    }

    fn verdict_against(&self, other: Option<&Entry>) -> Verdict {
        let Some(interval) = other.and_then(|other| self.ratio_interval(other)) else {
            return Verdict::Alone;
        };
        match () {
            () if interval.low > 1.0 => Verdict::Wins,
            () if interval.high < 1.0 => Verdict::Loses,
            () => Verdict::Ties,
        }
    }

    /// Whether one sample of some engine is so short that reading the clock (some 0.2 µs) is a hundredth of it.
    pub(crate) fn is_short(&self) -> bool {
        const SHORT: f64 = 20_000.0;
        self.entries.iter().any(|entry| {
            let nanoseconds = entry.median().map(|median| median * entry.metric.operations as f64);
            entry.metric.clock.is_some()
                && self.unit.starts_with("ns")
                && nanoseconds.is_some_and(|ns| ns < SHORT)
        })
    }

    /// Our promises in this row, and what we reached.
    pub(crate) fn promises(&self) -> Vec<Promise> {
        let Some(ours) = self.ours() else { return Vec::new() };
        let promise = |against: &str, promised| {
            let other = match against {
                BEST_PEER => self.best_peer(),
                name => self.entries.iter().find(|entry| entry.metric.engine == name),
            };
            Promise {
                against: against.to_owned(),
                promised,
                reached: other.and_then(|other| self.ratio(other)),
            }
        };
        ours.metric.targets.iter().map(|target| promise(&target.against, target.ratio)).collect()
    }
}

/// The fastest of some that were timed.
fn best<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<&'a Entry> {
    let timed = entries.filter_map(|entry| Some((entry, entry.median()?)));
    timed.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(entry, _)| entry)
}

/// Gathers metrics into rows, in the order they first appear. Metrics of one row may come from several programs
/// (Python peers): one whose answer differs from ours counts as wrong here, as it does in the harness.
pub(crate) fn gather(metrics: &[Metric]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for metric in metrics {
        let entry = Entry::new(metric.clone());
        match rows.iter_mut().find(|row| row.matches(metric)) {
            Some(row) => match row.entries.iter_mut().find(|other| other.metric.engine == metric.engine) {
                Some(earlier) => *earlier = entry,
                None => row.entries.push(entry),
            },
            None => rows.push(Row {
                structure: metric.structure.clone(),
                bench: metric.bench.clone(),
                size: metric.size,
                threads: metric.threads,
                unit: metric.unit.clone(),
                entries: vec![entry],
            }),
        }
    }
    rows.iter_mut().for_each(compare_answers);
    rows
}

fn compare_answers(row: &mut Row) {
    // Counted figures, such as bytes, have no answer to compare.
    let reference =
        row.entries.iter().find(|entry| entry.metric.clock.is_some() && entry.metric.error.is_none());
    let Some(expected) = reference.map(|entry| entry.metric.checksum.clone()) else { return };
    for entry in &mut row.entries {
        let metric = &mut entry.metric;
        if metric.clock.is_some() && metric.error.is_none() && metric.checksum != expected {
            metric.error = Some(format!("answered {}, expected {expected}", metric.checksum));
            entry.summary = None;
        }
    }
}

/// One engine's standing over all rows of a structure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rank {
    pub(crate) engine: String,
    pub(crate) ours: bool,
    /// Geometric mean over its rows of its median divided by the row's best; 1 is the best in all.
    pub(crate) mean: f64,
    pub(crate) rows: usize,
    pub(crate) won: usize,
}

/// Ranks us and the peers by the geometric mean of their ratios to the best of each row, best first. Bounds and further
/// engines of ours, such as a variant, are no contenders; rows with one contender do not count.
pub(crate) fn rank(rows: &[Row]) -> Vec<Rank> {
    let mut engines: Vec<(String, bool, Vec<f64>)> = Vec::new();
    for row in rows {
        let reference = row.ours().map(|ours| &ours.metric.engine);
        let contends = |entry: &&Entry| entry.is_peer() || Some(&entry.metric.engine) == reference;
        let timed: Vec<(&Entry, f64)> = row
            .entries
            .iter()
            .filter(contends)
            .filter_map(|entry| Some((entry, entry.median()?)))
            .filter(|&(_, median)| median > 0.0)
            .collect();
        if timed.len() < 2 {
            continue;
        }
        let best = timed.iter().map(|&(_, median)| median).fold(f64::INFINITY, f64::min);
        for (entry, median) in timed {
            let name = if entry.metric.ours { &row.structure } else { &entry.metric.engine };
            match engines.iter_mut().find(|(engine, ..)| engine == name) {
                Some((.., ratios)) => ratios.push(median / best),
                None => engines.push((name.clone(), entry.metric.ours, vec![median / best])),
            }
        }
    }
    let mut ranks: Vec<Rank> = engines
        .into_iter()
        .filter_map(|(engine, ours, ratios)| {
            let won = ratios.iter().filter(|&&ratio| ratio <= 1.0).count();
            Some(Rank { engine, ours, mean: stats::geometric_mean(&ratios)?, rows: ratios.len(), won })
        })
        .collect();
    ranks.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    ranks
}

/// How a bound stands over all rows of a structure that it is in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bound {
    pub(crate) engine: String,
    /// Geometric mean over its rows of its median divided by ours: below 1 it is ahead.
    pub(crate) mean: f64,
    pub(crate) rows: usize,
    /// Rows in which it is surely ahead.
    pub(crate) ahead: usize,
}

/// Every bound of these rows, the one furthest ahead first.
pub(crate) fn bounds(rows: &[Row]) -> Vec<Bound> {
    let mut engines: Vec<(&str, Vec<f64>, usize)> = Vec::new();
    for row in rows {
        for entry in row.entries.iter().filter(|entry| entry.metric.bound) {
            let Some(ratio) = row.ratio(entry) else { continue };
            let ahead = usize::from(row.verdict_against(Some(entry)) == Verdict::Loses);
            match engines.iter_mut().find(|(name, ..)| *name == entry.metric.engine) {
                Some((_, ratios, count)) => {
                    ratios.push(ratio);
                    *count += ahead;
                }
                None => engines.push((&entry.metric.engine, vec![ratio], ahead)),
            }
        }
    }
    let mut bounds: Vec<Bound> = engines
        .into_iter()
        .filter_map(|(engine, ratios, ahead)| {
            let mean = stats::geometric_mean(&ratios)?;
            Some(Bound { engine: engine.to_owned(), mean, rows: ratios.len(), ahead })
        })
        .collect();
    bounds.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;

    fn rows() -> Vec<Row> {
        gather(&Record::parse(include_str!("../tests/fixtures/before.jsonl")).unwrap().metrics)
    }

    #[test]
    fn engines_of_one_row_come_together() {
        let rows = rows();
        let names: Vec<String> = rows.iter().map(Row::name).collect();
        assert_eq!(names, ["get/random/1000", "get/random/1000000", "insert/1000", "scan/1000 x2 threads"]);
        assert_eq!(rows[0].entries.len(), 3);
    }

    #[test]
    fn verdicts_look_at_the_interval_and_not_at_one_median() {
        let verdicts: Vec<Verdict> = rows().iter().map(Row::verdict).collect();
        assert_eq!(verdicts, [Verdict::Wins, Verdict::Loses, Verdict::Ties, Verdict::Alone]);
    }

    #[test]
    fn a_sample_shorter_than_twenty_microseconds_is_short() {
        let short: Vec<bool> = rows().iter().map(Row::is_short).collect();
        // 1000 operations of 10 ns; a million of 10 ns; 1000 of 1 µs; 1000 of 5 ms.
        assert_eq!(short, [true, false, false, false]);
    }

    #[test]
    fn promises_are_kept_broken_or_untried() {
        let kept: Vec<Option<bool>> =
            rows().iter().flat_map(Row::promises).map(|promise| promise.kept()).collect();
        assert_eq!(kept, [Some(true), Some(false), Some(false), None]);
    }

    #[test]
    fn an_answer_from_another_process_is_compared_too() {
        let mut metrics = Record::parse(include_str!("../tests/fixtures/before.jsonl")).unwrap().metrics;
        metrics[1].checksum = "0000000000000bad".to_owned();
        let rows = gather(&metrics);
        assert!(rows[0].entries[1].wrong());
        assert!(rows[0].entries[1].summary.is_none());
    }

    #[test]
    fn a_bound_is_ranked_apart_and_decides_no_row() {
        let mut metrics = Record::parse(include_str!("../tests/fixtures/before.jsonl")).unwrap().metrics;
        metrics.iter_mut().filter(|metric| metric.engine == "imbl").for_each(|metric| metric.bound = true);
        let rows = gather(&metrics);
        // imbl wins get/random/1000000 by half our time.
        assert_eq!(rows[1].bound_ahead().unwrap().metric.engine, "imbl");
        assert_eq!(rows[1].verdict(), Verdict::Wins);
        assert!(rank(&rows).iter().all(|rank| rank.engine != "imbl"));
        let bounds = bounds(&rows);
        assert_eq!((bounds.len(), bounds[0].engine.as_str(), bounds[0].ahead), (1, "imbl", 1));
        assert!(rows[0].bound_ahead().is_none() && rows[3].best_bound().is_none());
    }

    #[test]
    fn ranks_are_geometric_means_of_ratios_to_the_best() {
        let ranks = rank(&rows());
        let names: Vec<&str> = ranks.iter().map(|rank| rank.engine.as_str()).collect();
        assert_eq!(names, ["bplus-tree", "imbl", "std"]);
        // Ours: best in get/1000, 20/10 in get/1000000, 1000/970 in insert; scan has one engine only.
        let expected = (2.0_f64 * 1000.0 / 970.0).cbrt();
        assert!((ranks[0].mean - expected).abs() < 1e-12, "{}", ranks[0].mean);
        assert_eq!((ranks[0].rows, ranks[0].won), (3, 1));
    }
}
