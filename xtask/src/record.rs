//! Records: what one run of `cargo xtask bench` measured, as JSON lines in `benches/record`.
//!
//! A record starts with a header line and grows line by line, so that an interrupted run keeps what it measured.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::machine::Machine;
use crate::metric::{self, Metric};

/// Version of the record's lines; another one is refused.
pub(crate) const SCHEMA: u32 = 1;

/// One line of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Line {
    /// The first line.
    Header(Header),
    /// A binary that was measured; its metrics follow.
    Binary(Binary),
    /// One engine in one row.
    Metric(Box<Metric>),
    /// The last line, unless the run was cut short.
    End(End),
}

/// What a run was made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// [`SCHEMA`].
    pub(crate) schema: u32,
    /// Start of the run, UTC.
    pub(crate) date: String,
    /// The commit and whether the tree differed from it; none outside git.
    pub(crate) commit: Option<String>,
    pub(crate) dirty: bool,
    pub(crate) machine: Machine,
    /// `rustc -vV`'s first line.
    pub(crate) rustc: String,
    /// The arguments of the command, so that the run can be repeated.
    pub(crate) command: Vec<String>,
    /// Load averages at the start.
    pub(crate) load: Option<[f64; 3]>,
}

/// The identity of one measured program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Binary {
    pub(crate) structure: String,
    pub(crate) features: Vec<String>,
    /// SHA-256 of the file, hexadecimal.
    pub(crate) sha256: String,
}

/// How the run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct End {
    /// Load averages at the end.
    pub(crate) load: Option<[f64; 3]>,
    pub(crate) seconds: f64,
    /// Somebody pressed Ctrl-C.
    pub(crate) interrupted: bool,
}

/// A record in memory.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) header: Header,
    pub(crate) binaries: Vec<Binary>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) end: Option<End>,
}

impl Record {
    /// Reads a record file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not a record", path.display()))
    }

    /// Reads a record's text. A last line that was cut off in the middle is left out.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let header = match parse_line(lines.next().context("it is empty")?)? {
            Line::Header(header) => header,
            _ => bail!("line 1 is no header"),
        };
        let mut record = Self { header, binaries: Vec::new(), metrics: Vec::new(), end: None };
        let complete = text.ends_with('\n');
        let last = text.lines().count();
        for (number, line) in (2..).zip(lines) {
            match parse_line(line).with_context(|| format!("line {number}")) {
                Ok(Line::Header(_)) => bail!("line {number} is a second header"),
                Ok(Line::Binary(binary)) => record.binaries.push(binary),
                Ok(Line::Metric(metric)) => record.metrics.push(*metric),
                Ok(Line::End(end)) => record.end = Some(end),
                Err(_) if number == last && !complete => {}
                Err(error) => return Err(error),
            }
        }
        Ok(record)
    }
}

fn parse_line(line: &str) -> Result<Line> {
    let value: Value = serde_json::from_str(line).context("it is not JSON")?;
    if let Some(header) = value.get("header") {
        match header.get("schema").and_then(Value::as_u64) {
            Some(schema) if schema == u64::from(SCHEMA) => {}
            Some(schema) => bail!("the record has schema {schema}; this xtask reads schema {SCHEMA}"),
            None => bail!("the header names no schema; this xtask reads schema {SCHEMA}"),
        }
    }
    if let Some(metric) = value.get("metric") {
        return metric::from_value(metric.clone()).map(|metric| Line::Metric(Box::new(metric)));
    }
    serde_json::from_value(value).context("it is no line of a record")
}

/// A record file that grows.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    file: File,
}

impl Writer {
    /// Creates `<date>-<commit>.jsonl` in `folder`, with `-2`, `-3`, … if that exists.
    pub(crate) fn create(folder: &Path, header: &Header) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let day = header.date.get(..10).unwrap_or(&header.date);
        let commit = header.commit.as_deref().unwrap_or("no-commit");
        for attempt in 1.. {
            let suffix = if attempt == 1 { String::new() } else { format!("-{attempt}") };
            let path = folder.join(format!("{day}-{commit}{suffix}.jsonl"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let mut writer = Self { path, file };
                    writer.write(&Line::Header(header.clone()))?;
                    return Ok(writer);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
            }
        }
        unreachable!("some number is free")
    }

    /// Appends one line and hands it to the system at once.
    pub(crate) fn write(&mut self, line: &Line) -> Result<()> {
        let mut text = serde_json::to_string(line).expect("a line has only plain fields");
        text.push('\n');
        self.file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", self.path.display()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Now, in UTC, to the second: `2026-11-20T09:50:00Z`.
pub(crate) fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = include_str!("../tests/fixtures/before.jsonl");

    fn header() -> Header {
        Record::parse(RECORD).unwrap().header
    }

    #[test]
    fn a_record_is_read_whole() {
        let record = Record::parse(RECORD).unwrap();
        assert_eq!(record.header.commit.as_deref(), Some("0123456789"));
        assert_eq!(record.binaries.len(), 1);
        assert!(record.metrics.len() > 3);
        assert!(!record.end.unwrap().interrupted);
    }

    #[test]
    fn a_line_cut_off_at_the_end_is_left_out_and_one_in_the_middle_is_an_error() {
        let cut = &RECORD[..RECORD.len() - 10];
        assert!(Record::parse(cut).unwrap().end.is_none());
        let broken = RECORD.replacen("{\"metric\":", "{\"metr", 1);
        assert!(Record::parse(&broken).is_err());
    }

    #[test]
    fn another_schema_is_refused_with_both_versions() {
        let foreign = RECORD.replacen("\"schema\":1", "\"schema\":9", 1);
        let message = format!("{:#}", Record::parse(&foreign).unwrap_err());
        assert!(message.contains("schema 9") && message.contains("schema 1"), "{message}");
    }

    #[test]
    fn a_second_run_of_one_day_and_commit_gets_its_own_file() {
        let folder = tempfile::tempdir().unwrap();
        let first = Writer::create(folder.path(), &header()).unwrap();
        let mut second = Writer::create(folder.path(), &header()).unwrap();
        assert_ne!(first.path(), second.path());
        assert!(second.path().ends_with("2026-11-20-0123456789-2.jsonl"));
        second.write(&Line::End(End { load: None, seconds: 1.0, interrupted: true })).unwrap();
        let read = Record::read(second.path()).unwrap();
        assert!(read.end.unwrap().interrupted);
        assert_eq!(read.header, header());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let message = format!("{:#}", Writer::create(&file.join("record"), &header()).unwrap_err());
        assert!(message.starts_with("cannot create"), "{message}");
    }
}
