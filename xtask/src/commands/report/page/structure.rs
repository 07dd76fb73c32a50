//! One structure's part of the page: how it fares, charts by size, definitions, all rows.

use maud::{Markup, PreEscaped, html};

use super::super::chart::{self, Axis, Series};
use super::{Figure, anchor, shown};
use crate::rows::{Entry, Row, Verdict};
use crate::stats;
use crate::table::{figure, ratio};

/// A row and the record that it is from.
type Dated<'a> = (&'a Row, &'a str);

/// What a bench's figures are about; each kind has its own heading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Latency,
    Memory,
    /// Searches of single nodes by their capacity.
    Capacity,
}

impl Kind {
    fn of(row: &Row) -> Self {
        let unit = row.unit.to_lowercase();
        match () {
            () if unit.starts_with("b/") || unit.starts_with("byte") => Self::Memory,
            () if row.structure == "bplus-tree" && row.bench.starts_with("search/") => Self::Capacity,
            () => Self::Latency,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Latency => "Time by size",
            Self::Memory => "Memory by size",
            Self::Capacity => "Node capacity: where counting crosses over to halving",
        }
    }

    fn across(self) -> &'static str {
        if self == Self::Capacity { "keys in a node" } else { "entries" }
    }
}

/// What makes rows one bench: all but the size.
type Bench<'a> = (&'a str, u32, &'a str);

fn bench(row: &Row) -> Bench<'_> {
    (&row.bench, row.threads, &row.unit)
}

/// The anchor of a bench's definition.
pub(super) fn definition(row: &Row) -> String {
    anchor(&format!("definition of {} {}", row.structure, row.bench))
}

pub(super) fn section(structure: &str, rows: &[Dated<'_>]) -> Markup {
    let benches = benches(rows);
    let of = |key: &Bench<'_>| -> Vec<Dated<'_>> {
        rows.iter().filter(|(row, _)| bench(row) == *key).copied().collect()
    };
    let charts = |kind: Kind| -> Vec<Markup> {
        let groups = benches.iter().map(of).filter(|rows| Kind::of(rows[0].0) == kind);
        groups.filter_map(|rows| by_size(kind, &rows)).collect()
    };
    html! {
        h2 id=(structure) { (structure) }
        @if let Some(html) = overview(structure, rows) { (html) }
        @for kind in [Kind::Latency, Kind::Memory, Kind::Capacity] {
            @let charts = charts(kind);
            @if !charts.is_empty() {
                h3 { (kind.heading()) }
                div.figures { @for chart in &charts { (chart) } }
            }
        }
        h3 { "Definitions" }
        (definitions(structure, rows))
        details {
            summary { "all " (rows.len()) " rows" }
            (table(rows))
        }
    }
}

fn benches<'a>(rows: &[Dated<'a>]) -> Vec<Bench<'a>> {
    let mut benches = Vec::new();
    for (row, _) in rows {
        if !benches.contains(&bench(row)) {
            benches.push(bench(row));
        }
    }
    benches
}

/// What the best peer takes of our time (or memory), one bar a bench: the geometric mean over its sizes.
pub(in crate::commands::report) fn ratios(rows: &[Dated<'_>]) -> Vec<(String, f64)> {
    let mean = |key: &Bench<'_>| {
        let of_bench = rows.iter().filter(|(row, _)| bench(row) == *key);
        let ratios: Vec<f64> = of_bench.filter_map(|(row, _)| row.ratio(row.best_peer()?)).collect();
        stats::geometric_mean(&ratios)
    };
    let name = |(bench, threads, _): Bench<'_>| match threads {
        0 | 1 => bench.to_owned(),
        threads => format!("{bench} x{threads}"),
    };
    benches(rows).into_iter().filter_map(|key| Some((name(key), mean(&key)?))).collect()
}

fn overview(structure: &str, rows: &[Dated<'_>]) -> Option<Markup> {
    let svg = chart::bars("the best peer's figure relative to ours (1 = equal)", &ratios(rows))?;
    Some(html! {
        figure.overview {
            div.wide { (PreEscaped(svg)) }
            figcaption {
                "One bar a bench: the geometric mean over its sizes; " a href={ "#" (anchor(&format!("definitions of {structure}"))) }
                { "definitions" } ". Again: " code { "cargo xtask bench " (structure) " --peers all --full" } "."
            }
        }
    })
}

/// The chart of one bench by size; none with a single size.
fn by_size(kind: Kind, rows: &[Dated<'_>]) -> Option<Markup> {
    let mut series: Vec<Series> = Vec::new();
    let entries = || rows.iter().flat_map(|(row, _)| row.entries.iter().map(|entry| (row.size, entry)));
    // Ours first: it gets the first colour in every chart.
    for ours in [true, false] {
        for (size, entry) in entries().filter(|(_, entry)| entry.metric.ours == ours) {
            let Some(median) = entry.median().filter(|&median| median > 0.0 && size > 0) else { continue };
            let point = (size as f64, median);
            let name = format!("{}{}", entry.metric.engine, if entry.metric.bound { " (bound)" } else { "" });
            match series.iter_mut().find(|series| series.name == name) {
                Some(series) => series.points.push(point),
                None => series.push(Series { name, points: vec![point] }),
            }
        }
    }
    series.iter_mut().for_each(|series| series.points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    if !series.iter().any(|series| series.points.len() > 1) {
        return None;
    }
    let (row, source) = rows.first()?;
    let threads = if row.threads > 1 { format!(", {} threads", row.threads) } else { String::new() };
    let title = format!("{}: {}{threads}", row.structure, row.bench);
    let axes = [Axis::logarithmic(kind.across()), Axis::logarithmic(&row.unit)];
    let svg = chart::lines(&title, axes, &series)?;
    Some(shown(&Figure {
        title,
        svg,
        names: series.iter().map(|series| series.name.as_str()).collect(),
        definition: definition(row),
        models: &row.ours()?.metric.models,
        command: format!("cargo xtask bench {} --filter '{}/'", row.structure, row.bench),
        source,
    }))
}

fn definitions(structure: &str, rows: &[Dated<'_>]) -> Markup {
    let mut told: Vec<&Row> = Vec::new();
    for (row, _) in rows {
        if !told.iter().any(|known| known.bench == row.bench) {
            told.push(row);
        }
    }
    html! {
        div.wide id=(anchor(&format!("definitions of {structure}"))) { table {
            tr { th { "bench" } th { "models" } th { "flatters" } th { "unit" } th { "clock" } }
            @for row in told {
                @if let Some(metric) = row.ours().map(|ours| &ours.metric) {
                    tr id=(definition(row)) {
                        td { (row.bench) } td { (metric.models) } td { (metric.flatters) } td { (row.unit) }
                        td { (metric.clock.map_or_else(|| "–".to_owned(), |clock| format!("{clock:?}"))) }
                    }
                }
            }
        } }
        p { "The code: " code { "benches/peers/src/bin/" (structure) } ", its input: " code { "benches/own/src/" (structure.replace('-', "_")) } "." }
    }
}

fn table(rows: &[Dated<'_>]) -> Markup {
    html! {
        div.wide { table {
            tr { th { "row" } th { "unit" } th { "ours" } th { "best peer" } th { "it takes, of our time" } th { "best bound" } th { "it takes" } th { "record" } }
            @for (row, source) in rows {
                @let (ours, best, bound) = (row.ours(), row.best_peer(), row.best_bound());
                tr {
                    td { a href={ "#" (definition(row)) } { (row.name()) } } td { (row.unit) }
                    td { (ours.and_then(|o| o.median()).map_or_else(String::new, |m| figure(m, &row.unit))) }
                    td { (named(row, best)) }
                    td.lost[row.verdict() == Verdict::Loses] {
                        (best.and_then(|b| row.ratio(b)).map_or_else(|| "–".to_owned(), ratio))
                    }
                    td { (named(row, bound)) }
                    td { (bound.and_then(|b| row.ratio(b)).map_or_else(|| "–".to_owned(), ratio)) }
                    td { a href={ "#" (anchor(source)) } { (source) } }
                }
            }
        } }
    }
}

/// An engine and its figure.
fn named(row: &Row, entry: Option<&Entry>) -> String {
    let named = entry.and_then(|entry| Some((&entry.metric.engine, entry.median()?)));
    named.map_or_else(String::new, |(name, median)| format!("{name} {}", figure(median, &row.unit)))
}
