//! What the commands beside `bench` kept: the gate's history, scaling, memory, and what PGO gains.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use maud::{Markup, PreEscaped, html};

use super::super::chart::{self, Axis, Series};
use super::{Figure, anchor, shown};
use crate::commands::gate::{self, percent};
use crate::commands::{mem, pgo, scale};
use crate::kept::{self, Kept};
use crate::table::number;

/// A kept result and its file's name.
type Named<T> = (String, Kept<Vec<T>>);

#[derive(Debug)]
pub(super) struct History {
    gates: Vec<Named<gate::Finding>>,
    self_tests: Vec<Named<gate::Fared>>,
    gains: Vec<Named<pgo::Gain>>,
    scales: Vec<Named<scale::Point>>,
    memory: Vec<Named<mem::Usage>>,
}

/// Everything that was measured of each thing, the newest: runs may be of one structure each.
fn newest<'a, T, K: Ord>(runs: &'a [Named<T>], key: impl Fn(&'a T) -> K) -> Vec<(&'a str, &'a T)> {
    let mut newest: BTreeMap<K, (&str, &T)> = BTreeMap::new();
    for (name, kept) in runs {
        newest.extend(kept.result.iter().map(|item| (key(item), (name.as_str(), item))));
    }
    newest.into_values().collect()
}

impl History {
    pub(super) fn read(records: &Path) -> Result<Self> {
        Ok(Self {
            gates: kept::read(records, "gate")?,
            self_tests: kept::read(records, "self-test")?,
            gains: kept::read(records, "pgo")?,
            scales: kept::read(records, "scale")?,
            memory: kept::read(records, "mem")?,
        })
    }

    /// Every file, and what it was measured on.
    pub(super) fn sources(&self) -> Vec<(String, String)> {
        fn told<T>(runs: &[Named<T>]) -> impl Iterator<Item = (String, String)> {
            runs.iter().map(|(name, kept)| {
                (name.clone(), format!("{}, {}, {}", kept.machine.describe(), kept.rustc, kept.date))
            })
        }
        told(&self.gates)
            .chain(told(&self.self_tests))
            .chain(told(&self.gains))
            .chain(told(&self.scales))
            .chain(told(&self.memory))
            .collect()
    }

    pub(super) fn html(&self) -> Markup {
        html! { (self.gate()) (self.self_test()) (self.scale()) (self.mem()) (self.pgo()) }
    }

    fn gate(&self) -> Markup {
        html! {
            h2 id="gate" { "Gate history" }
            p {
                "Each change against its base: " code { "cargo xtask gate --base REF --record" } ". Above 1 the change is slower; \
                 a regression is what is surely above 1.02 by time, or above it by instructions."
            }
            @if self.gates.is_empty() { p { "No run was kept yet." } }
            @else {
                (self.gate_chart())
                div.wide { table {
                    tr { th { "date" } th { "commit" } th { "verdict" } th { "worst load" } th { "time" } th { "instructions" } th { "loads" } }
                    @for (name, kept) in self.gates.iter().rev() { (gate_row(name, kept)) }
                } }
            }
        }
    }

    fn self_test(&self) -> Markup {
        let fared = newest(&self.self_tests, |fared| fared.load.as_str());
        let sum = |of: fn(&gate::Fared) -> u32| fared.iter().map(|(_, fared)| of(fared)).sum::<u32>();
        html! {
            h3 id="self-test" { "Can the gate tell?" }
            p { "The same code, and 5 % more work, planted again and again: " code { "cargo xtask gate --self-test --record" } "." }
            @if fared.is_empty() { p { "Not tried yet." } } @else {
                p {
                    "By time: " (sum(|f| f.alarms)) " false alarms in " (sum(|f| f.repeats)) " trials; the planted 5 % seen in "
                    (sum(|f| f.detected)) " of " (sum(|f| f.repeats)) "."
                }
                div.wide { table {
                    tr { th { "load" } th { "repeats" } th { "rounds" } th { "false alarms" } th { "5 % seen by time" } th { "by instructions" } th { "time sees from" } th { "record" } }
                    @for (source, fared) in &fared { tr {
                        td { (fared.load) } td { (fared.repeats) } td { (fared.rounds.map_or_else(|| "–".to_owned(), number)) }
                        td { (fared.alarms) } td { (fared.detected) }
                        td { (fared.by_instructions()) } td { (fared.detectable.map_or_else(|| "–".to_owned(), percent)) }
                        td { a href={ "#" (anchor(source)) } { (source) } }
                    } }
                } }
            }
        }
    }

    /// The worst load of each run, by time and by instructions.
    fn gate_chart(&self) -> Markup {
        let worst = |of: fn(&gate::Finding) -> Option<f64>| -> Vec<(f64, f64)> {
            let run = |(number, (_, kept)): (usize, &Named<gate::Finding>)| {
                let worst = kept.result.iter().filter_map(of).max_by(f64::total_cmp)?;
                Some((number as f64 + 1.0, worst))
            };
            self.gates.iter().enumerate().filter_map(run).collect()
        };
        let series = [
            Series { name: "worst by time".to_owned(), points: worst(|finding| Some(finding.time?.ratio)) },
            Series {
                name: "worst by instructions".to_owned(),
                points: worst(|finding| finding.instructions),
            },
            Series {
                name: "the base against itself".to_owned(),
                points: worst(|finding| Some(finding.again?.ratio)),
            },
        ];
        let axes = [Axis::linear("run"), Axis::linear("head / base").written(percent)];
        let Some(svg) = chart::lines("gate history", axes, &series) else { return html! {} };
        html! { div.figures { (shown(&Figure {
            title: "gate history".to_owned(), svg, names: series.iter().map(|s| s.name.as_str()).collect(),
            definition: "gate".to_owned(), models: "the worst load of each run",
            command: "cargo xtask gate --base REF --record".to_owned(),
            source: self.gates.last().map_or("", |(name, _)| name),
        })) } }
    }

    fn scale(&self) -> Markup {
        let points = newest(&self.scales, |point| (point.load.as_str(), point.size, point.threads));
        if points.is_empty() {
            return html! { h2 id="scale" { "Scaling" } p { "Not measured yet: " code { "cargo xtask scale --record" } "." } };
        }
        let cores = self.scales.iter().map(|(_, kept)| kept.machine.cores).max().unwrap_or(1);
        let mut loads: BTreeMap<&str, Vec<&(&str, &scale::Point)>> = BTreeMap::new();
        points.iter().for_each(|point| loads.entry(&point.1.load).or_default().push(point));
        html! {
            h2 id="scale" { "Scaling" }
            p { "Time of an operation on the wall by size, a line for each number of threads, up to the " (cores) " cores that were there." }
            div.figures {
                @if let Some(html) = speed_up(&points) { (html) }
                @for (load, points) in &loads { @if let Some(html) = curve(load, points) { (html) } }
            }
        }
    }

    fn mem(&self) -> Markup {
        let usages = newest(&self.memory, |usage| usage.name.as_str());
        html! {
            h2 id="memory" { "Memory" }
            p { "Counted by an allocator: " code { "cargo xtask mem --record" } ". The input is not counted." }
            @if usages.is_empty() { p { "Not measured yet." } } @else {
                @let bars: Vec<(String, f64)> = usages.iter().map(|(_, usage)| (usage.name.clone(), usage.per_entry())).collect();
                @if let Some(svg) = chart::amounts("bytes an entry", &bars) {
                    figure.overview { div.wide { (PreEscaped(svg)) } figcaption { "What an entry takes; " a href="#memory" { "definition" } ". Again: " code { "cargo xtask mem" } "." } }
                }
                div.wide { table {
                    tr { th { "subject" } th { "entries" } th { "bytes an entry" } th { "allocations an operation" } th { "soak" } th { "cache lines" } th { "operation" } }
                    @for (_, usage) in &usages { tr {
                        td { (usage.name) } td { (usage.filled()) }
                        td { (format!("{:.1}", usage.per_entry())) }
                        td { (format!("{:.3}", usage.churn_blocks as f64 / usage.operations.max(1) as f64)) }
                        td { (usage.soak()) } td { (usage.lines.describe()) } td { (usage.operation) }
                    } }
                } }
            }
        }
    }

    fn pgo(&self) -> Markup {
        let gains = newest(&self.gains, |gain| gain.load.as_str());
        html! {
            h2 id="pgo" { "Profile-guided optimisation" }
            p { "The PGO build's time relative to the plain build's, trained on other input: " code { "cargo xtask pgo --record" } ". docs/PGO.md tells how a program profits." }
            @if gains.is_empty() { p { "Not measured yet." } } @else { div.wide { table {
                tr { th { "load" } th { "time" } th { "99 %" } th { "plain again" } th {} }
                @for (_, gain) in &gains { tr {
                    td { (gain.load) } td { (percent(gain.time.ratio)) }
                    td { (percent(gain.time.interval.low)) " … " (percent(gain.time.interval.high)) }
                    td { (percent(gain.again.ratio)) } td { (gain.verdict()) }
                } }
            } } }
        }
    }
}

fn gate_row(name: &str, kept: &Kept<Vec<gate::Finding>>) -> Markup {
    let worst = kept.result.iter().max_by(|a, b| {
        let time = |finding: &gate::Finding| finding.time.map_or(0.0, |time| time.ratio);
        a.verdict.cmp(&b.verdict).then(time(a).total_cmp(&time(b)))
    });
    html! { tr {
        td { a href={ "#" (anchor(name)) } { (kept.date) } } td { (kept.commit.as_deref().unwrap_or("–")) }
        @if let Some(worst) = worst {
            td { (worst.verdict) } td { (worst.load) }
            td { (worst.time.map_or_else(String::new, |time| percent(time.ratio))) }
            td { (worst.instructions.map_or_else(String::new, percent)) }
            td { (kept.result.len()) }
        } @else { td { "OK" } td colspan="4" { "the programs were equal" } }
    } }
}

/// Speed relative to one thread, at the largest size of each load that ran on several.
fn speed_up(points: &[(&str, &scale::Point)]) -> Option<Markup> {
    let mut series: BTreeMap<&str, (usize, Series)> = BTreeMap::new();
    let on_cores = |(_, point): &&(&str, &scale::Point)| !point.more_threads_than_cores;
    for (_, point) in points.iter().filter(on_cores) {
        let same = |other: &&(&str, &scale::Point)| {
            on_cores(other) && other.1.load == point.load && other.1.size == point.size
        };
        let speed = |threads| points.iter().filter(same).find(move |other| other.1.threads == threads);
        let Some((_, one)) = speed(1).filter(|_| points.iter().filter(same).count() > 1) else { continue };
        let at = (point.threads as f64, point.operations_per_second / one.operations_per_second);
        let fresh =
            || (point.size, Series { name: format!("{} of {}", point.load, point.size), points: Vec::new() });
        let entry = series.entry(&point.load).or_insert_with(fresh);
        if point.size > entry.0 {
            *entry = fresh();
        }
        entry.1.points.push(at);
    }
    let series: Vec<Series> = series.into_values().map(|(_, series)| series).collect();
    let svg = chart::lines(
        "speed-up by threads",
        [Axis::linear("threads"), Axis::linear("times one thread")],
        &series,
    )?;
    Some(shown(&Figure {
        title: "speed-up by threads".to_owned(),
        svg,
        names: series.iter().map(|series| series.name.as_str()).collect(),
        definition: "scale".to_owned(),
        models: "parallel loads at their largest size",
        command: "cargo xtask scale".to_owned(),
        source: points.last()?.0,
    }))
}

/// Time by size, a line for each number of threads.
fn curve(load: &str, points: &[&(&str, &scale::Point)]) -> Option<Markup> {
    let mut curves: BTreeMap<(usize, bool), Vec<(f64, f64)>> = BTreeMap::new();
    for (_, point) in points {
        let curve = curves.entry((point.threads, point.more_threads_than_cores)).or_default();
        curve.push((point.size as f64, 1e9 / point.operations_per_second));
    }
    let name = |(threads, beyond)| match (threads, beyond) {
        (1, _) => "1 thread".to_owned(),
        (_, false) => format!("{threads} threads"),
        (_, true) => format!("{threads} threads, more than cores"),
    };
    let series: Vec<Series> =
        curves.into_iter().map(|(of, points)| Series { name: name(of), points }).collect();
    let svg = chart::lines(load, [Axis::logarithmic("entries"), Axis::logarithmic("ns/op")], &series)?;
    let structure = load.split('/').next().unwrap_or(load);
    Some(shown(&Figure {
        title: format!("{load} by size"),
        svg,
        names: series.iter().map(|series| series.name.as_str()).collect(),
        definition: "scale".to_owned(),
        models: "one operation on the wall, all threads together",
        command: format!("cargo xtask scale {structure} --filter {load}"),
        source: points.last()?.0,
    }))
}
