//! The page: one HTML file that needs nothing else.

use std::path::Path;

use anyhow::Result;
use maud::{DOCTYPE, Markup, PreEscaped, html};

mod history;
mod structure;

use super::chart;
use crate::figures::Figures;
use crate::rows::Verdict;
use crate::table::ratio;
use history::History;
pub(super) use structure::ratios;

/// Colours by theme, for the page and for images that stand alone.
pub(super) const THEMES: &str = ":root{--paper:#fff;--ink:#1b1f24;--grid:#d5dae0;--quiet:#57606a;--s0:#0757ad;--s1:#b3400a;\
--s2:#1a7034;--s3:#8a2fb0;--s4:#8f6a00;--s5:#b31d5c;--s6:#00707a;--s7:#5c5c5c;\
--s8:#4a3fc0;--s9:#7a4a1f;--s10:#4d6600;--s11:#000}\
@media(prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6eaef;--grid:#3a424c;--quiet:#a3adb8;--s0:#6cb2ff;--s1:#ff9a5c;\
--s2:#6fd08c;--s3:#d3a0f0;--s4:#e3c04d;--s5:#ff8ab5;--s6:#5cd0da;--s7:#b8b8b8;\
--s8:#a9a5ff;--s9:#d9a77e;--s10:#b5d13a;--s11:#fff}}";

const LAYOUT: &str = "*{box-sizing:border-box}body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--paper);\
color:var(--ink);font:1rem/1.5 system-ui,sans-serif}a{color:var(--s0)}nav,.keys{display:flex;flex-wrap:wrap}nav a{margin-right:1rem;white-space:nowrap}\
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.25rem .75rem \
.25rem 0;border-bottom:1px solid var(--grid);vertical-align:top}.figures{display:grid;gap:1.5rem;\
grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}figure{margin:0;max-width:38rem}.overview{max-width:46rem}.wide table,.wide svg.chart{min-width:34rem}figcaption{font-size:.9rem;color:var(--quiet)}\
svg.chart{width:100%;height:auto;display:block}.key{white-space:nowrap;margin-right:1rem}.key i{display:inline-block;width:.8em;\
height:.8em;margin-right:.3em}code{font-size:.9em;overflow-wrap:anywhere}.lost{font-weight:bold;color:var(--s1)}\
@media(max-width:40rem){.fit table{min-width:0;font-size:.8rem}.fit th,.fit td{padding-right:.4rem;overflow-wrap:anywhere}\
.fit td.lost{overflow-wrap:normal}}";

/// Everything that is on the page.
#[derive(Debug)]
pub(super) struct Page {
    figures: Figures,
    history: History,
}

/// One chart and what one must know of it.
struct Figure<'a> {
    title: String,
    svg: String,
    names: Vec<&'a str>,
    /// Anchor of its definition on this page.
    definition: String,
    models: &'a str,
    /// What measures it again.
    command: String,
    /// The record that it is from.
    source: &'a str,
}

impl Page {
    pub(super) fn read(records: &Path) -> Result<Self> {
        Ok(Self { figures: Figures::read(records)?, history: History::read(records)? })
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
                        a href="#losses" { "Where we lose" } a href="#bounds" { "Behind bounds" }
                        @for (structure, _) in self.figures.structures() { a href={ "#" (structure) } { (structure) } }
                        a href="#gate" { "Gate" } a href="#self-test" { "Self-test" } a href="#scale" { "Scaling" } a href="#memory" { "Memory" }
                        a href="#pgo" { "PGO" } a href="#records" { "Records" }
                    }
                    (self.losses()) (self.bounds())
                    @for (structure, rows) in self.figures.structures() { (structure::section(structure, &rows)) }
                    (self.history.html()) (self.records())
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
                div.wide.fit { table {
                    tr { th { "structure" } th { "row" } th { "against" } th { "it takes, of our time" } th { "promised" } }
                    @for (row, _) in lost() {
                        @if let Some(peer) = row.best_peer() {
                            tr {
                                td { a href={ "#" (row.structure) } { (row.structure) } }
                                td { a href={ "#" (structure::definition(row)) } { (row.name()) } }
                                td { (peer.metric.engine) }
                                td.lost { (row.ratio(peer).map_or_else(String::new, ratio)) } td { "–" }
                            }
                        }
                    }
                    @for (row, promise) in broken() {
                        tr {
                            td { a href={ "#" (row.structure) } { (row.structure) } }
                            td { a href={ "#" (structure::definition(row)) } { (row.name()) } }
                            td { (promise.against) }
                            td { (promise.reached.map_or_else(String::new, ratio)) } td { (ratio(promise.promised)) }
                        }
                    }
                } }
            }
        }
    }

    /// Rows in which an engine that does less is ahead of us.
    fn bounds(&self) -> Markup {
        let rows = || self.figures.structures().flat_map(|(_, rows)| rows);
        let ahead: Vec<_> = rows().filter_map(|(row, _)| Some((row, row.bound_ahead()?))).collect();
        html! {
            h2 id="bounds" { "Where a bound is ahead" }
            p {
                "A bound does less than the row asks (one thread's table beside concurrent ones, a collection that keeps no \
                 version, a flat array): a limit to compare with, ranked apart from peers."
            }
            @if ahead.is_empty() { p { "None is." } } @else { details {
                summary { (ahead.len()) " rows" }
                div.wide.fit { table {
                    tr { th { "structure" } th { "row" } th { "bound" } th { "it takes, of our time" } }
                    @for (row, bound) in ahead { tr {
                        td { a href={ "#" (row.structure) } { (row.structure) } }
                        td { a href={ "#" (structure::definition(row)) } { (row.name()) } }
                        td { (bound.metric.engine) } td { (row.ratio(bound).map_or_else(String::new, ratio)) }
                    } }
                } }
            } }
        }
    }

    fn records(&self) -> Markup {
        html! {
            h2 id="records" { "Records" }
            ul {
                @for (name, about) in self.figures.sources() {
                    li id=(anchor(name)) { code { "benches/record/" (name) } ": " (about) }
                }
                @for (name, about) in self.history.sources() {
                    li id=(anchor(&name)) { code { "benches/record/" (name) } ": " (about) }
                }
            }
        }
    }
}

/// What may follow a `#`.
fn anchor(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn shown(figure: &Figure<'_>) -> Markup {
    let own = anchor(&figure.title);
    html! {
        figure id=(own) {
            h4 { a href={ "#" (own) } { (figure.title) } }
            div.keys { @for (number, name) in figure.names.iter().enumerate() {
                span.key { i style={ "background:var(--s" (number % chart::SERIES) ")" } {} (name) }
            } }
            (PreEscaped(&figure.svg))
            figcaption {
                "Models " (figure.models) " (" a href={ "#" (figure.definition) } { "definition" } "). Again: "
                code { (figure.command) } ". From " a href={ "#" (anchor(figure.source)) } { (figure.source) } "."
            }
        }
    }
}
