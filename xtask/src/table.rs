//! Tables and figures for people.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use crate::rows::{Bound, Entry, Promise, Rank, Row, Verdict};

/// An empty table as wide as the terminal, or `WIDTH` columns where there is none.
pub(crate) fn new(header: &[&str]) -> Table {
    const WIDTH: u16 = 150;
    let width = console::Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| columns);
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_BORDERS_ONLY.with_rounded_corners())
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(header.to_vec());
    table
}

/// A number with three significant digits: `12.3`, `0.0123`, `1230`.
pub(crate) fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    let text = format!("{value:.*}", usize::try_from(digits).unwrap_or(0));
    // 9.996 rounds to 10.00: one digit too many, which nobody minds.
    text
}

/// A figure with its unit: times are scaled (`1.23 ms`), the `/op` of `ns/op` is left to the caption.
pub(crate) fn figure(value: f64, unit: &str) -> String {
    if unit != "ns" && !unit.starts_with("ns/") {
        return number(value);
    }
    let (scale, name) = match value.abs() {
        v if v < 1e3 => (1.0, "ns"),
        v if v < 1e6 => (1e3, "µs"),
        v if v < 1e9 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    format!("{} {name}", number(value / scale))
}

/// `2.10x`: two decimals, and three digits where those would be none.
pub(crate) fn ratio(value: f64) -> String {
    if value < 0.095 { format!("{}x", number(value)) } else { format!("{value:.2}x") }
}

/// The side-by-side tables of one structure: one for each set of engines, so that no table is full of holes.
pub(crate) fn side_by_side(rows: &[Row]) -> Vec<Table> {
    let mut groups: Vec<(Vec<&str>, Vec<&Row>)> = Vec::new();
    for row in rows {
        let engines: Vec<&str> = row.entries.iter().map(|entry| entry.metric.engine.as_str()).collect();
        match groups.iter_mut().find(|(names, _)| engines.iter().all(|engine| names.contains(engine))) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((engines, vec![row])),
        }
    }
    groups.iter().map(|(engines, rows)| group_table(engines, rows)).collect()
}

fn group_table(engines: &[&str], rows: &[&Row]) -> Table {
    let header: Vec<&str> =
        ["row", "unit"].into_iter().chain(engines.iter().copied()).chain(["best peer", "target"]).collect();
    let mut table = new(&header);
    for row in rows {
        let entry = |engine: &&str| row.entries.iter().find(|entry| entry.metric.engine == **engine);
        let figures =
            engines.iter().map(|engine| entry(engine).map_or_else(String::new, |e| figure_cell(row, e)));
        let cells = [row.name(), row.unit.clone()].into_iter().chain(figures);
        let cells: Vec<String> = cells.chain([verdict_cell(row), promises_cell(&row.promises())]).collect();
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(2).take(engines.len()) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    keep_names_whole(&mut table);
    table
}

/// Breaks no line in the first column.
pub(crate) fn keep_names_whole(table: &mut Table) {
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
}

/// `12.3 ns ±2% (3.1x)`: median, spread, and how many times better ours is.
fn figure_cell(row: &Row, entry: &Entry) -> String {
    let Some(summary) = entry.summary else {
        return match &entry.metric.error {
            Some(error) if entry.absent() => format!("– {}", error.trim_start_matches("skipped: ")),
            Some(error) => format!("WRONG: {error}"),
            None => "verified".to_owned(),
        };
    };
    let mut text = figure(summary.median, &row.unit);
    if summary.count > 1 {
        text += &format!(" ±{:.0}%", summary.relative_spread() * 100.0);
    }
    let is_reference = row.ours().is_some_and(|ours| ours.metric.engine == entry.metric.engine);
    if let Some(times) = row.ratio(entry).filter(|_| !is_reference) {
        text += &format!(" ({})", ratio(times));
    }
    for (name, value) in &entry.metric.notes {
        text += &format!(" {name} {}", number(*value));
    }
    text
}

fn verdict_cell(row: &Row) -> String {
    let Some(times) = row.best_peer().and_then(|peer| row.ratio(peer)).map(ratio) else {
        return "–".to_owned();
    };
    match row.verdict() {
        Verdict::Wins => times,
        Verdict::Ties => format!("{times} ties"),
        Verdict::Loses => format!("{times} LOSES"),
        Verdict::Alone => "–".to_owned(),
    }
}

fn promises_cell(promises: &[Promise]) -> String {
    let texts = promises.iter().map(|promise| {
        let what = format!("{} ≥{}", promise.against, ratio(promise.promised));
        match (promise.reached, promise.kept()) {
            (Some(_), Some(true)) => format!("{what} met"),
            (Some(reached), _) => format!("{what} MISSED ({})", ratio(reached)),
            (None, _) => format!("{what} not tried"),
        }
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Engines of one structure by the geometric mean of their ratios to the best.
pub(crate) fn ranking(ranks: &[Rank]) -> Table {
    let mut table = new(&["rank", "engine", "times the best (geometric mean)", "rows", "best in"]);
    for (place, rank) in (1..).zip(ranks) {
        let name = if rank.ours { format!("{} (ours)", rank.engine) } else { rank.engine.clone() };
        table.add_row([
            place.to_string(),
            name,
            ratio(rank.mean),
            rank.rows.to_string(),
            rank.won.to_string(),
        ]);
    }
    table
}

/// How bounds stand: what they take of our time. None if there are none.
pub(crate) fn bounds(bounds: &[Bound]) -> Option<Table> {
    let mut table =
        new(&["bound (does less; not ranked)", "takes, of our time (geometric mean)", "rows", "ahead in"]);
    for bound in bounds {
        table.add_row([
            bound.engine.clone(),
            ratio(bound.mean),
            bound.rows.to_string(),
            bound.ahead.to_string(),
        ]);
    }
    (table.row_count() > 0).then_some(table)
}

/// Rows in which a bound is surely ahead of us; none if there are none.
pub(crate) fn behind_bounds(rows: &[Row]) -> Option<Table> {
    let mut table = new(&["structure", "row", "bound", "our ratio"]);
    for row in rows {
        let Some(bound) = row.bound_ahead() else { continue };
        let times = row.ratio(bound).map_or_else(String::new, ratio);
        table.add_row([row.structure.clone(), row.name(), bound.metric.engine.clone(), times]);
    }
    (table.row_count() > 0).then_some(table)
}

/// Rows that we lose to a peer and promises that we broke; none if there are none.
pub(crate) fn losses(rows: &[Row]) -> Option<Table> {
    let mut table = new(&["structure", "row", "against", "our ratio", "promised"]);
    for row in rows {
        if let (Verdict::Loses, Some(peer)) = (row.verdict(), row.best_peer()) {
            let times = row.ratio(peer).map_or_else(String::new, ratio);
            table.add_row([
                row.structure.clone(),
                row.name(),
                peer.metric.engine.clone(),
                times,
                "–".to_owned(),
            ]);
        }
        for promise in row.promises().iter().filter(|promise| promise.kept() == Some(false)) {
            let times = promise.reached.map_or_else(String::new, ratio);
            let promised = ratio(promise.promised);
            table.add_row([row.structure.clone(), row.name(), promise.against.clone(), times, promised]);
        }
    }
    (table.row_count() > 0).then_some(table)
}

/// What each definition models and whom it flatters, each told once.
pub(crate) fn explain(rows: &[Row]) -> String {
    let mut told: Vec<&str> = Vec::new();
    let mut text = String::new();
    for row in rows.iter().filter(|row| !row.entries.is_empty()) {
        if told.contains(&row.bench.as_str()) {
            continue;
        }
        told.push(&row.bench);
        let metric = &row.entries[0].metric;
        text +=
            &format!("  {}\n    models   {}\n    flatters {}\n", row.bench, metric.models, metric.flatters);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::rows::{gather, rank};

    fn rows() -> Vec<Row> {
        gather(&Record::parse(include_str!("../tests/fixtures/before.jsonl")).unwrap().metrics)
    }

    /// Compares with a stored table; `BLESS=1` stores the new one.
    fn snapshot(name: &str, text: &str) {
        let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{name}: BLESS=1 stores the new one");
    }

    #[test]
    fn tables_look_as_stored() {
        let rows = rows();
        let mut text = String::new();
        let of_peers = side_by_side(&rows).into_iter().chain([ranking(&rank(&rows))]).chain(losses(&rows));
        // The same with std as a bound.
        let mut metrics = Record::parse(include_str!("../tests/fixtures/before.jsonl")).unwrap().metrics;
        metrics.iter_mut().filter(|metric| metric.engine == "std").for_each(|metric| metric.bound = true);
        let bounded = gather(&metrics);
        let of_bounds = [ranking(&rank(&bounded))].into_iter().chain(bounds(&crate::rows::bounds(&bounded)));
        for mut table in of_peers.chain(of_bounds).chain(behind_bounds(&bounded)) {
            text += &format!("{}\n\n", table.set_width(140));
        }
        text += &explain(&rows);
        snapshot("tables.txt", &text);
    }

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in
            [(1.0, "1.00"), (12.34, "12.3"), (0.001234, "0.00123"), (1234.5, "1234"), (0.0, "0")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn times_are_scaled_and_other_units_are_not() {
        assert_eq!(figure(1234.0, "ns/op"), "1.23 µs");
        assert_eq!(figure(2.5e9, "ns/run"), "2.50 s");
        assert_eq!(figure(32.0, "bytes/entry"), "32.0");
    }

    #[test]
    fn no_losses_make_no_table() {
        assert!(losses(&rows()[..1]).is_none());
    }
}
