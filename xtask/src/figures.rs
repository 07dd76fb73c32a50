//! Figures in the docs: marked blocks of Markdown, made from `benches/record` and never by hand.
//!
//! A block stands between `<!-- figures: NAME -->` and `<!-- end of figures -->`; everything between the two lines is
//! replaced. Each row is taken from the newest record that has it, and says which.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::record::Record;
use crate::rows::{self, Entry, Row, Verdict};
use crate::stats;
use crate::table::{figure, ratio};

const BEGIN: &str = "<!-- figures: ";
const END: &str = "<!-- end of figures -->";

/// Every row of every record, the newest of each, with the names of the records they are from.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// By structure, in the order of their names; the rows as measured.
    structures: BTreeMap<String, Vec<Dated>>,
    /// What each record was measured on, by its file name.
    sources: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Dated {
    row: Row,
    source: String,
}

impl Figures {
    /// Reads every record in a folder; a folder that is not there has none.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
        let mut files: Vec<PathBuf> =
            files.filter(|path| path.extension().is_some_and(|e| e == "jsonl")).collect();
        files.sort();
        let mut records = Vec::new();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            records.push((name, Record::read(&file)?));
        }
        records.sort_by(|a, b| a.1.header.date.cmp(&b.1.header.date));
        let mut figures = Self::default();
        for (name, record) in records {
            figures.add(&name, &record);
        }
        Ok(figures)
    }

    fn add(&mut self, source: &str, record: &Record) {
        let header = &record.header;
        let about = format!("{}, {}, {}", header.machine.describe(), header.rustc, header.date);
        self.sources.insert(source.to_owned(), about);
        for row in rows::gather(&record.metrics).into_iter().filter(|row| row.ours().is_some()) {
            let known = self.structures.entry(row.structure.clone()).or_default();
            let dated = Dated { row, source: source.to_owned() };
            let same =
                |old: &&mut Dated| (old.row.name(), &old.row.unit) == (dated.row.name(), &dated.row.unit);
            match known.iter_mut().find(same) {
                Some(old) => *old = dated,
                None => known.push(dated),
            }
        }
    }

    /// Each structure's rows with the name of the record they are from.
    pub(crate) fn structures(&self) -> impl Iterator<Item = (&str, Vec<(&Row, &str)>)> {
        self.structures.iter().map(|(structure, rows)| {
            (structure.as_str(), rows.iter().map(|dated| (&dated.row, dated.source.as_str())).collect())
        })
    }

    /// What each record was measured on, by its file name.
    pub(crate) fn sources(&self) -> &BTreeMap<String, String> {
        &self.sources
    }

    /// The Markdown of the block called `name`.
    fn block(&self, name: &str) -> Result<String> {
        if self.structures.is_empty() {
            return Ok("No record has been committed yet.\n".to_owned());
        }
        match name {
            "summary" => Ok(self.summary()),
            "losses" => Ok(self.losses()),
            "bounds" => Ok(self.bounds()),
            "rows" => Ok(self.rows()),
            _ => bail!("there is no block of figures called `{name}`; known: summary, losses, bounds, rows"),
        }
    }

    /// One line a structure.
    fn summary(&self) -> String {
        let mut text = String::from(
            "| | rows | won | tied | lost | best peer takes (geometric mean) | beside a bound | behind it | best bound takes |\n\
             |---|---|---|---|---|---|---|---|---|\n",
        );
        for (structure, rows) in &self.structures {
            let count = |verdict| rows.iter().filter(|dated| dated.row.verdict() == verdict).count();
            let mean = |other: fn(&Row) -> Option<&Entry>| {
                let ratios = rows.iter().filter_map(|dated| dated.row.ratio(other(&dated.row)?));
                stats::geometric_mean(&ratios.collect::<Vec<_>>()).map_or_else(|| "–".to_owned(), ratio)
            };
            let [won, tied, lost] = [Verdict::Wins, Verdict::Ties, Verdict::Loses].map(count);
            let bounded = rows.iter().filter(|dated| dated.row.best_bound().is_some()).count();
            let behind = rows.iter().filter(|dated| dated.row.bound_ahead().is_some()).count();
            let (peer, bound) = (mean(Row::best_peer), mean(Row::best_bound));
            text += &format!(
                "| {structure} | {} | {won} | {tied} | {lost} | {peer} | {bounded} | {behind} | {bound} |\n",
                rows.len()
            );
        }
        text
    }

    /// Rows that a peer wins, and promises that we broke.
    fn losses(&self) -> String {
        let mut text = String::from(
            "| structure | row | against | it takes, of our time | promised |\n|---|---|---|---|---|\n",
        );
        let head = text.len();
        for Dated { row, .. } in self.structures.values().flatten() {
            let mut line = |against: &str, reached: Option<f64>, promised: &str| {
                let reached = reached.map_or_else(|| "–".to_owned(), ratio);
                text +=
                    &format!("| {} | {} | {against} | {reached} | {promised} |\n", row.structure, row.name());
            };
            if let (Verdict::Loses, Some(peer)) = (row.verdict(), row.best_peer()) {
                line(&peer.metric.engine, row.ratio(peer), "–");
            }
            for promise in row.promises().iter().filter(|promise| promise.kept() == Some(false)) {
                line(&promise.against, promise.reached, &ratio(promise.promised));
            }
        }
        if text.len() == head { "No row is lost and no promise missed.\n".to_owned() } else { text }
    }

    /// Rows in which a bound is surely ahead.
    fn bounds(&self) -> String {
        let mut text =
            String::from("| structure | row | bound | it takes, of our time |\n|---|---|---|---|\n");
        let head = text.len();
        for Dated { row, .. } in self.structures.values().flatten() {
            let Some(bound) = row.bound_ahead() else { continue };
            let times = row.ratio(bound).map_or_else(String::new, ratio);
            text += &format!("| {} | {} | {} | {times} |\n", row.structure, row.name(), bound.metric.engine);
        }
        if text.len() == head { "No bound is ahead in any row.\n".to_owned() } else { text }
    }

    /// Every row of every structure, and the records.
    fn rows(&self) -> String {
        let mut text = String::new();
        for (structure, rows) in &self.structures {
            text += &format!(
                "### {structure}\n\n![{structure}: the best peer relative to us, bench by bench](charts/{structure}.svg)\n\n| row | unit | ours | best peer | it takes, of our time | best bound | it takes | record |\n|---|---|---|---|---|---|---|---|\n"
            );
            for Dated { row, source } in rows {
                let ours = row
                    .ours()
                    .and_then(|ours| ours.median())
                    .map_or_else(String::new, |m| figure(m, &row.unit));
                let [peer, bound] = [row.best_peer(), row.best_bound()].map(|other| cells(row, other));
                let mark = if row.verdict() == Verdict::Loses { " **lost**" } else { "" };
                let number = self.sources.keys().position(|name| name == source).map_or(0, |at| at + 1);
                text += &format!(
                    "| {} | {} | {ours} | {}{mark} | {} | {number} |\n",
                    row.name(),
                    row.unit,
                    peer.join(" | "),
                    bound.join(" | "),
                );
            }
            text.push('\n');
        }
        text += "Records:\n\n";
        for (number, (name, about)) in (1..).zip(&self.sources) {
            text += &format!("{number}. `benches/record/{name}`: {about}\n");
        }
        text
    }

    /// The document with every block of figures made anew.
    pub(crate) fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, from)) = rest.split_once(BEGIN) {
            let (name, body) =
                from.split_once(" -->\n").context("a figures mark does not end with ` -->`")?;
            let (_, after) =
                body.split_once(END).with_context(|| format!("the figures `{name}` have no `{END}`"))?;
            filled += &format!("{before}{BEGIN}{name} -->\n{}{END}", self.block(name)?);
            rest = after;
        }
        Ok(filled + rest)
    }
}

/// An engine with its figure, and what it takes of our time.
fn cells(row: &Row, engine: Option<&Entry>) -> [String; 2] {
    let named = engine.and_then(|entry| Some((&entry.metric.engine, entry.median()?)));
    let named = named
        .map_or_else(|| "–".to_owned(), |(name, median)| format!("{name} {}", figure(median, &row.unit)));
    [named, engine.and_then(|entry| row.ratio(entry)).map_or_else(|| "–".to_owned(), ratio)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        let mut figures = Figures::default();
        figures.add("before.jsonl", &Record::parse(include_str!("../tests/fixtures/before.jsonl")).unwrap());
        figures
    }

    #[test]
    fn blocks_are_replaced_and_the_rest_stays() {
        let text = "top\n<!-- figures: losses -->\nold\n<!-- end of figures -->\nbottom\n";
        let filled = figures().fill(text).unwrap();
        assert!(filled.starts_with("top\n<!-- figures: losses -->\n| structure |"), "{filled}");
        assert!(filled.contains("| bplus-tree | get/random/1000000 | imbl | 0.50x | – |"), "{filled}");
        assert!(filled.ends_with("<!-- end of figures -->\nbottom\n") && !filled.contains("old"), "{filled}");
        assert_eq!(figures().fill(&filled).unwrap(), filled, "filling twice changes nothing");
    }

    #[test]
    fn bounds_have_columns_and_a_block_of_their_own() {
        let mut record = Record::parse(include_str!("../tests/fixtures/before.jsonl")).unwrap();
        record
            .metrics
            .iter_mut()
            .filter(|metric| metric.engine == "imbl")
            .for_each(|metric| metric.bound = true);
        let mut figures = Figures::default();
        figures.add("before.jsonl", &record);
        let summary = figures.summary();
        assert!(summary.contains("| bplus-tree | 4 | 2 | 1 | 0 | 1.80x | 2 | 1 | 1.58x |"), "{summary}");
        let bounds = figures.bounds();
        assert!(bounds.ends_with("|\n| bplus-tree | get/random/1000000 | imbl | 0.50x |\n"), "{bounds}");
        assert!(!figures.losses().contains("imbl"), "{}", figures.losses());
        let row = "| get/random/1000000 | ns/op | 20.0 ns | std 30.0 ns | 1.50x | imbl 10.0 ns | 0.50x | 1 |";
        assert!(figures.rows().contains(row), "{}", figures.rows());
        assert_eq!(super::tests::figures().bounds(), "No bound is ahead in any row.\n");
    }

    #[test]
    fn a_newer_record_replaces_its_rows_only() {
        let mut figures = figures();
        let mut after = Record::parse(include_str!("../tests/fixtures/after.jsonl")).unwrap();
        after.metrics.retain(|metric| metric.bench == "insert");
        figures.add("newer.jsonl", &after);
        let sources: Vec<&str> =
            figures.structures["bplus-tree"].iter().map(|dated| dated.source.as_str()).collect();
        assert_eq!(sources, ["before.jsonl", "before.jsonl", "newer.jsonl", "before.jsonl"]);
        assert!(figures.summary().contains("| bplus-tree | 4 | 1 | 1 | 1 |"), "{}", figures.summary());
    }

    #[test]
    fn broken_marks_are_errors() {
        assert!(figures().fill("<!-- figures: rows -->\nno end").is_err());
        assert!(figures().fill("<!-- figures: nonsense -->\n<!-- end of figures -->").is_err());
    }
}
