//! The page: one HTML file that needs nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{self, Series};
use crate::commands::gate::{self, percent};
use crate::commands::{mem, pgo, scale};
use crate::figures::Figures;
use crate::kept::{self, Kept};
use crate::rows::{Row, Verdict};
use crate::table::{figure, ratio};

/// Colours by theme, for the page and for images that stand alone.
pub(super) const THEMES: &str = ":root{--paper:#fff;--ink:#1b1f24;--grid:#d5dae0;--quiet:#57606a;--s0:#0757ad;--s1:#b3400a;\
--s2:#1a7034;--s3:#8a2fb0;--s4:#8f6a00;--s5:#b31d5c;--s6:#00707a;--s7:#5c5c5c}\
@media(prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6eaef;--grid:#3a424c;--quiet:#a3adb8;--s0:#6cb2ff;--s1:#ff9a5c;\
--s2:#6fd08c;--s3:#d3a0f0;--s4:#e3c04d;--s5:#ff8ab5;--s6:#5cd0da;--s7:#b8b8b8}}";

const LAYOUT: &str = "*{box-sizing:border-box}body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--paper);\
color:var(--ink);font:1rem/1.5 system-ui,sans-serif}a{color:var(--s0)}nav,.keys{display:flex;flex-wrap:wrap}nav a{margin-right:1rem;white-space:nowrap}\
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.25rem .75rem \
.25rem 0;border-bottom:1px solid var(--grid);vertical-align:top}.figures{display:grid;gap:1.5rem;\
grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}figure{margin:0}figcaption{font-size:.9rem;color:var(--quiet)}\
svg.chart{width:100%;height:auto;display:block}.key{white-space:nowrap;margin-right:1rem}.key i{display:inline-block;width:.8em;\
height:.8em;margin-right:.3em}code{font-size:.9em;overflow-wrap:anywhere}.lost{font-weight:bold;color:var(--s1)}";

/// Everything that is on the page.
#[derive(Debug)]
pub(super) struct Page {
    figures: Figures,
    gates: Vec<(String, Kept<Vec<gate::Finding>>)>,
    gains: Vec<(String, Kept<Vec<pgo::Gain>>)>,
    scales: Vec<(String, Kept<Vec<scale::Point>>)>,
    memory: Vec<(String, Kept<Vec<mem::Usage>>)>,
}

/// One chart and what one must know of it.
struct Figure<'a> {
    title: String,
    svg: String,
    names: Vec<&'a str>,
    models: &'a str,
    flatters: &'a str,
    command: String,
    source: &'a str,
}

impl Page {
    pub(super) fn read(records: &Path) -> Result<Self> {
        Ok(Self {
            figures: Figures::read(records)?,
            gates: kept::read(records, "gate")?,
            gains: kept::read(records, "pgo")?,
            scales: kept::read(records, "scale")?,
            memory: kept::read(records, "mem")?,
        })
    }

    /// How many charts the page has.
    pub(super) fn charts(&self) -> usize {
        self.html().matches("class=\"chart\"").count()
    }

    pub(super) fn html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    link rel="icon" href="data:,";
                    title { "Locality: what was measured" }
                    style { (PreEscaped(THEMES)) (PreEscaped(LAYOUT)) }
                }
                body {
                    h1 { "Locality: what was measured" }
                    p {
                        "Ours against the best peers, in one process, interleaved, answers compared first. Ratios are the \
                         other's time divided by ours: above 1 we are faster."
                    }
                    nav {
                        a href="#losses" { "Where we lose" }
                        @for (structure, _) in self.figures.structures() { a href={ "#" (structure) } { (structure) } }
                        a href="#gate" { "Gate" } a href="#scale" { "Scaling" } a href="#memory" { "Memory" }
                        a href="#pgo" { "PGO" } a href="#records" { "Records" }
                    }
                    (self.losses())
                    @for (structure, rows) in self.figures.structures() { (section(structure, &rows)) }
                    (self.gate()) (self.scale()) (self.mem()) (self.pgo()) (self.records())
                }
            }
        };
        page.into_string()
    }

    fn losses(&self) -> Markup {
        let rows = || self.figures.structures().flat_map(|(_, rows)| rows);
        let lost = || rows().filter(|(row, _)| row.verdict() == Verdict::Loses);
        let broken = || {
            rows().flat_map(|(row, _)| {
                let missed = row.promises().into_iter().filter(|promise| promise.kept() == Some(false));
                missed.map(move |promise| (row, promise))
            })
        };
        html! {
            h2 id="losses" { "Where we lose" }
            @if lost().count() + broken().count() == 0 { p { "No row is lost and no promise missed." } }
            @else {
                div.wide { table {
                    tr { th { "structure" } th { "row" } th { "against" } th { "it takes, of our time" } th { "promised" } }
                    @for (row, _) in lost() {
                        @if let Some(peer) = row.best_peer() {
                            tr {
                                td { a href={ "#" (row.structure) } { (row.structure) } } td { (row.name()) }
                                td { (peer.metric.engine) }
                                td.lost { (row.ratio(peer).map_or_else(String::new, ratio)) } td { "–" }
                            }
                        }
                    }
                    @for (row, promise) in broken() {
                        tr {
                            td { a href={ "#" (row.structure) } { (row.structure) } } td { (row.name()) }
                            td { (promise.against) }
                            td { (promise.reached.map_or_else(String::new, ratio)) } td { (ratio(promise.promised)) }
                        }
                    }
                } }
            }
        }
    }

    fn gate(&self) -> Markup {
        html! {
            h2 id="gate" { "Gate history" }
            p { "Each change against its base: " code { "cargo xtask gate --base REF --record" } "." }
            @if self.gates.is_empty() { p { "No run was kept yet." } }
            @else { div.wide { table {
                tr { th { "date" } th { "commit" } th { "verdict" } th { "slowest load" } th { "time" } th { "instructions" } }
                @for (_, kept) in self.gates.iter().rev() {
                    @let worst = kept.result.iter().max_by(|a, b| a.verdict.cmp(&b.verdict).then(
                        a.time.map_or(0.0, |t| t.ratio).total_cmp(&b.time.map_or(0.0, |t| t.ratio))));
                    tr {
                        td { (kept.date) } td { (kept.commit.as_deref().unwrap_or("–")) }
                        @if let Some(worst) = worst {
                            td { (worst.verdict) } td { (worst.load) }
                            td { (worst.time.map_or_else(String::new, |time| percent(time.ratio))) }
                            td { (worst.instructions.map_or_else(String::new, percent)) }
                        } @else { td { "OK" } td colspan="3" { "the programs were equal" } }
                    }
                }
            } } }
        }
    }

    fn scale(&self) -> Markup {
        let Some((name, kept)) = self.scales.last() else {
            return html! { h2 id="scale" { "Scaling" } p { "Not measured yet: " code { "cargo xtask scale --record" } "." } };
        };
        /// Sizes and times by number of threads.
        type Curves = BTreeMap<usize, Vec<(f64, f64)>>;
        let mut loads: BTreeMap<&str, Curves> = BTreeMap::new();
        for point in &kept.result {
            let curve = loads.entry(&point.load).or_default().entry(point.threads).or_default();
            curve.push((point.size as f64, 1e9 / point.operations_per_second));
        }
        html! {
            h2 id="scale" { "Scaling" }
            p { "Time of an operation by size, a line for each number of threads, up to the " (kept.machine.cores) " cores that were there." }
            div.figures {
                @for (load, curves) in &loads {
                    @let series: Vec<Series> = curves.iter().map(|(threads, points)| {
                        Series { name: format!("{threads} threads"), points: points.clone() }
                    }).collect();
                    @if let Some(svg) = chart::lines(load, ["entries", "ns/op"], &series) {
                        (shown(&Figure {
                            title: (*load).to_owned(), svg, names: series.iter().map(|s| s.name.as_str()).collect(),
                            models: "one operation on the wall, all threads together", flatters: "nobody in particular",
                            command: format!("cargo xtask scale --filter {load}"), source: name,
                        }))
                    }
                }
            }
        }
    }

    fn mem(&self) -> Markup {
        html! {
            h2 id="memory" { "Memory" }
            p { "Counted by dhat's allocator: " code { "cargo xtask mem --record" } "." }
            @if let Some((_, kept)) = self.memory.last() { div.wide { table {
                tr { th { "subject" } th { "entries" } th { "bytes an entry" } th { "allocations an operation" } th { "operation" } }
                @for usage in &kept.result { tr {
                    td { (usage.name) } td { (usage.entries) " " (usage.entry) "s" }
                    td { (format!("{:.1}", usage.bytes as f64 / usage.entries.max(1) as f64)) }
                    td { (format!("{:.3}", usage.churn_blocks as f64 / usage.operations.max(1) as f64)) }
                    td { (usage.operation) }
                } }
            } } } @else { p { "Not measured yet." } }
        }
    }

    fn pgo(&self) -> Markup {
        html! {
            h2 id="pgo" { "Profile-guided optimisation" }
            p { "The PGO build's time relative to the plain build's, trained on other input: " code { "cargo xtask pgo --record" } "." }
            @if let Some((_, kept)) = self.gains.last() { div.wide { table {
                tr { th { "load" } th { "time" } th { "99 %" } }
                @for gain in &kept.result { tr {
                    td { (gain.load) } td { (percent(gain.time.ratio)) }
                    td { (percent(gain.time.interval.low)) " … " (percent(gain.time.interval.high)) }
                } }
            } } } @else { p { "Not measured yet." } }
        }
    }

    fn records(&self) -> Markup {
        html! {
            h2 id="records" { "Records" }
            ul { @for (name, about) in self.figures.sources() { li { code { "benches/record/" (name) } ": " (about) } } }
        }
    }
}

/// One structure: a chart for each bench that has several sizes, then all rows.
fn section(structure: &str, rows: &[(&Row, &str)]) -> Markup {
    let mut benches: Vec<(&str, u32, &str)> = Vec::new();
    for (row, _) in rows {
        let key = (row.bench.as_str(), row.threads, row.unit.as_str());
        if !benches.contains(&key) {
            benches.push(key);
        }
    }
    let of = |key: &(&str, u32, &str)| -> Vec<(&Row, &str)> {
        let same = |(row, _): &&(&Row, &str)| (row.bench.as_str(), row.threads, row.unit.as_str()) == *key;
        rows.iter().filter(same).copied().collect()
    };
    html! {
        h2 id=(structure) { (structure) }
        div.figures {
            @for key in &benches { @if let Some(html) = by_size(structure, key.0, &of(key)) { (html) } }
        }
        details {
            summary { "all " (rows.len()) " rows" }
            div.wide { table {
                tr { th { "row" } th { "unit" } th { "ours" } th { "best peer" } th { "it takes, of our time" } th { "models" } }
                @for (row, _) in rows {
                    @let (ours, best) = (row.ours(), row.best_peer());
                    tr {
                        td { (row.name()) } td { (row.unit) }
                        td { (ours.and_then(|o| o.median()).map_or_else(String::new, |m| figure(m, &row.unit))) }
                        td { @if let Some(best) = best {
                            (best.metric.engine) " " (best.median().map_or_else(String::new, |m| figure(m, &row.unit)))
                        } }
                        td.lost[row.verdict() == Verdict::Loses] {
                            (best.and_then(|b| row.ratio(b)).map_or_else(|| "–".to_owned(), ratio))
                        }
                        td { (ours.map_or("", |o| &o.metric.models)) }
                    }
                }
            } }
        }
    }
}

/// The chart of one bench by size; none with a single size.
fn by_size(structure: &str, bench: &str, rows: &[(&Row, &str)]) -> Option<Markup> {
    let mut series: Vec<Series> = Vec::new();
    let entries = || rows.iter().flat_map(|(row, _)| row.entries.iter().map(|entry| (row.size, entry)));
    // Ours first: it gets the first colour in every chart.
    for ours in [true, false] {
        for (size, entry) in entries().filter(|(_, entry)| entry.metric.ours == ours) {
            let Some(median) = entry.median().filter(|&median| median > 0.0 && size > 0) else { continue };
            let point = (size as f64, median);
            match series.iter_mut().find(|series| series.name == entry.metric.engine) {
                Some(series) => series.points.push(point),
                None => series.push(Series { name: entry.metric.engine.clone(), points: vec![point] }),
            }
        }
    }
    series.iter_mut().for_each(|series| series.points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    if !series.iter().any(|series| series.points.len() > 1) {
        return None;
    }
    let (row, source) = rows.first()?;
    let metric = &row.ours()?.metric;
    let title = format!("{structure}: {bench}");
    let svg = chart::lines(&title, ["entries", &row.unit], &series)?;
    Some(shown(&Figure {
        title,
        svg,
        names: series.iter().map(|series| series.name.as_str()).collect(),
        models: &metric.models,
        flatters: &metric.flatters,
        command: format!("cargo xtask bench {structure} --filter {bench}/"),
        source,
    }))
}

fn shown(figure: &Figure<'_>) -> Markup {
    let anchor: String =
        figure.title.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    html! {
        figure id=(anchor) {
            h3 { a href={ "#" (anchor) } { (figure.title) } }
            div.keys { @for (number, name) in figure.names.iter().enumerate() {
                span.key { i style={ "background:var(--s" (number % chart::SERIES) ")" } {} (name) }
            } }
            (PreEscaped(&figure.svg))
            figcaption {
                "Models " (figure.models) "; flatters " (figure.flatters) ". Again: " code { (figure.command) }
                ". From " a href="#records" { (figure.source) } "."
            }
        }
    }
}
