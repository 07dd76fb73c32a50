//! The same inputs for runners in other languages, as files.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use super::{List, Output, Row, System, rows};

/// One row as a runner in another language reads it.
#[derive(Serialize)]
struct Entry<'a> {
    bench: &'a str,
    size: usize,
    /// Little-endian doubles: nine of the cell, then three an atom.
    file: String,
    periodic: [bool; 3],
    cutoff: f64,
    output: Output,
    list: List,
    threads: u32,
    full: bool,
    rounds_max: u32,
    pairs: u64,
    checksum: String,
    models: &'a str,
    flatters: &'a str,
}

/// Writes the systems of all rows that `wanted` asks for, and `rows.json` that lists them with their answers.
///
/// # Errors
///
/// What the file system says.
pub fn export(directory: &Path, seed: u64, wanted: impl Fn(&Row) -> bool) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let rows: Vec<Row> = rows().into_iter().filter(wanted).collect();
    let mut entries = Vec::new();
    for row in &rows {
        let system = row.system(seed);
        let file = format!("{}-{}.f64", row.kind.name(), system.positions.len());
        write_system(&directory.join(&file), &system)?;
        let answer = row.expected(&system);
        entries.push(Entry {
            bench: row.bench,
            size: system.positions.len(),
            file,
            periodic: system.periodic,
            cutoff: row.cutoff,
            output: row.output,
            list: row.list,
            threads: row.threads,
            full: row.full,
            rounds_max: row.rounds_max,
            pairs: answer.pairs,
            checksum: format!("{:016x}", answer.finish()),
            models: row.models,
            flatters: row.flatters,
        });
    }
    serde_json::to_writer_pretty(File::create(directory.join("rows.json"))?, &entries)?;
    Ok(())
}

fn write_system(path: &Path, system: &System) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for number in system.cell.iter().chain(&system.positions).flatten() {
        file.write_all(&number.to_le_bytes())?;
    }
    file.flush()
}
