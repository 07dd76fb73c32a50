//! What a run, or a record of one, looks like in the terminal.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::record::{Header, Record};
use crate::rows::{self, Row};
use crate::{Outcome, machine, table};

pub(super) fn show(path: &Path, explain: bool) -> Result<Outcome> {
    let record = Record::read(path)?;
    print_header(&record.header);
    let rows = rows::gather(&record.metrics);
    let mut structures: Vec<&str> = rows.iter().map(|row| row.structure.as_str()).collect();
    structures.dedup();
    for structure in structures {
        let rows: Vec<Row> = rows.iter().filter(|row| row.structure == structure).cloned().collect();
        print_structure(structure, &rows, explain);
    }
    print_losses(&rows);
    if record.end.is_none_or(|end| end.interrupted) {
        println!("\nThis run was interrupted.");
    }
    Ok(Outcome::Good)
}

pub(super) fn print_header(header: &Header) {
    let commit = header.commit.as_deref().unwrap_or("outside git");
    let dirty = if header.dirty { " with uncommitted changes" } else { "" };
    println!("{}", header.machine.describe());
    println!(
        "{}, commit {commit}{dirty}, {}, load average {}",
        header.rustc,
        header.date,
        machine::describe_load(header.load)
    );
}

pub(super) fn print_structure(structure: &str, rows: &[Row], explain: bool) {
    println!(
        "\n{structure}: {} rows; median ± half the quartiles' distance (2.00x: twice our time)",
        rows.len()
    );
    for table in table::side_by_side(rows) {
        println!("{table}");
    }
    let short: Vec<String> = rows.iter().filter(|row| row.is_short()).map(Row::name).collect();
    if !short.is_empty() {
        println!("samples under 20 µs, the clock's own cost shows: {}", short.join(", "));
    }
    let ranks = rows::rank(rows);
    if !ranks.is_empty() {
        println!("{}", table::ranking(&ranks));
    }
    if let Some(table) = table::bounds(&rows::bounds(rows)) {
        println!("{table}");
    }
    if explain {
        println!("{}", table::explain(rows));
    }
}

pub(super) fn print_losses(rows: &[Row]) {
    match table::losses(rows) {
        Some(table) => println!("\nWhere we lose, or miss what we promised\n{table}"),
        None => println!("\nNo row lost, no promise missed."),
    }
    if let Some(table) = table::behind_bounds(rows) {
        println!("\nWhere a bound, which does less, is ahead of us\n{table}");
    }
}

pub(super) fn print_verified(structure: &str, rows: &[Row]) {
    let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in rows.iter().flat_map(|row| &row.entries) {
        let kind = match &entry.metric.error {
            None => "agree",
            Some(_) if entry.absent() => "absent",
            Some(_) => "WRONG",
        };
        *answers.entry(kind).or_default() += 1;
    }
    let counts: Vec<String> = answers.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    println!("{structure}: {} rows, answers: {}", rows.len(), counts.join(", "));
    for row in rows {
        for entry in row.entries.iter().filter(|entry| entry.wrong()) {
            let error = entry.metric.error.as_deref().unwrap_or_default();
            println!("  {}: {} {error}", row.name(), entry.metric.engine);
        }
    }
}
