//! `cargo xtask bench`: our crates against their peers, side by side.

mod build;
mod run;
mod show;

use std::fs;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use anyhow::{Result, bail};
use clap::Args;

use crate::Outcome;
use crate::machine::{self, Machine};
use crate::metric::Metric;
use crate::python::{self, Environment, Requirements};
use crate::record::{self, Header, Record};
use crate::workspace::{self, Workspace};
use crate::{interrupt, names};
use run::Run;

/// Measure our crates against their peers, side by side.
///
/// For each structure this compiles benches/peers with that structure's peers, verifies that every engine gives the
/// same answers, times the engines in turn in one process, and prints a table: each engine's median, its spread, and
/// how many times better ours is (2.00x: it takes twice our time). Rows that we lose stay in, marked LOSES; promises
/// that we broke are marked MISSED. What was measured is kept in benches/record, line by line as it comes, so that
/// an interrupted run (Ctrl-C) keeps what it has; `cargo xtask compare` compares two such records.
///
/// Python peers run in a virtual environment of their own (benches/foreign/python/.venv), which this command makes.
///
/// Exit codes: 0 measured, 1 a wrong answer or a program that broke, 2 could not run, 130 interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask bench                                every structure against std and its leading peer
  cargo xtask bench neighbor-list --peers all      one structure against every peer
  cargo xtask bench bplus-tree --filter get/ --size-max 100000 --engine std
  cargo xtask bench --verify-only --size-max 1000  compare answers, time nothing")]
pub(crate) struct Arguments {
    /// Structures to measure, e.g. `bplus-tree`; all if none is named.
    structures: Vec<String>,
    /// For whom to compile every peer rather than std and the leading one: `all`, or names of structures.
    #[arg(long, value_name = "all|STRUCTURE", num_args = 1..)]
    peers: Vec<String>,
    /// Only rows whose `bench/size` contains this text; may be given several times.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Time only these peers beside ours (names or parts of names); the answers of all are compared.
    #[arg(long, value_name = "TEXT")]
    engine: Vec<String>,
    /// Skip rows with more entries than this.
    #[arg(long, value_name = "ENTRIES")]
    size_max: Option<u64>,
    /// Also the rows that take long.
    #[arg(long)]
    full: bool,
    /// Rounds of each contest; the median over them is reported.
    #[arg(long)]
    rounds: Option<u32>,
    /// Varies the workload.
    #[arg(long)]
    seed: Option<u64>,
    /// Compare the answers and time nothing; no record is written.
    #[arg(long)]
    verify_only: bool,
    /// Print the record's lines instead of tables.
    #[arg(long)]
    json: bool,
    /// Leave the Python peers out.
    #[arg(long)]
    no_python: bool,
    /// Address space that a Python peer may use, in GiB.
    #[arg(long, default_value_t = 8, value_name = "GIB")]
    python_memory: u64,
    /// Tell below each table what its rows model and whom they flatter.
    #[arg(long)]
    explain: bool,
    /// Where the record goes.
    #[arg(long, default_value = "benches/record", value_name = "FOLDER")]
    record: PathBuf,
    /// Print the tables of a record instead of measuring.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["structures", "json", "verify_only", "record"])]
    show: Option<PathBuf>,
}

impl Arguments {
    fn wants_all_peers(&self, structure: &str) -> bool {
        self.peers.iter().any(|name| name == "all" || name == structure)
    }

    /// The command line that a benchmark program gets.
    fn for_program(&self, structure: &str) -> Vec<String> {
        let mut line = vec!["--peers".to_owned(), "leading".to_owned()];
        if self.wants_all_peers(structure) {
            "all".clone_into(&mut line[1]);
        }
        let mut option = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                line.extend([name.to_owned(), value]);
            }
        };
        for text in &self.filter {
            option("--filter", Some(text.clone()));
        }
        for text in &self.engine {
            option("--engine", Some(text.clone()));
        }
        option("--size-max", self.size_max.map(|size| size.to_string()));
        option("--rounds", self.rounds.map(|rounds| rounds.to_string()));
        option("--seed", self.seed.map(|seed| seed.to_string()));
        if self.full {
            line.push("--full".to_owned());
        }
        if self.verify_only {
            line.push("--verify-only".to_owned());
        }
        line
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    if let Some(path) = &arguments.show {
        return show::show(path, arguments.explain);
    }
    let workspace = Workspace::load()?;
    let structures = select(arguments, &workspace.structures())?;
    check_engines(arguments, &workspace, &structures)?;
    interrupt::watch();

    let header = header(&workspace)?;
    if !arguments.json {
        show::print_header(&header);
    }
    let mut run = Run::start(arguments, &workspace, header)?;
    let mut environments = Environments::prepare(arguments, &workspace, &structures);
    for structure in &structures {
        run.structure(structure, &mut environments)?;
        if run.interrupted {
            break;
        }
    }
    run.finish()
}

/// The structures asked for, in the workspace's order.
fn select(arguments: &Arguments, known: &[String]) -> Result<Vec<String>> {
    for name in &arguments.structures {
        names::check("structure", name, known)?;
    }
    for name in arguments.peers.iter().filter(|name| *name != "all") {
        names::check("structure (in --peers)", name, known)?;
    }
    let named = |name: &&String| arguments.structures.is_empty() || arguments.structures.contains(name);
    let selected: Vec<String> = known.iter().filter(named).cloned().collect();
    if selected.is_empty() {
        bail!("benches/peers has no head-to-head yet");
    }
    Ok(selected)
}

fn header(workspace: &Workspace) -> Result<Header> {
    let (commit, dirty) = workspace.commit().unzip();
    Ok(Header {
        schema: record::SCHEMA,
        date: record::now(),
        commit,
        dirty: dirty.unwrap_or(false),
        machine: Machine::detect(),
        rustc: workspace::rustc_verbose()?.lines().next().unwrap_or_default().to_owned(),
        command: std::env::args().skip(1).collect(),
        load: machine::load(),
    })
}

/// The Python environments, made in the background while cargo compiles.
struct Environments {
    leading: Option<JoinHandle<Result<Environment>>>,
    made: Option<Result<Environment, String>>,
}

impl Environments {
    fn prepare(arguments: &Arguments, workspace: &Workspace, structures: &[String]) -> Self {
        let root = workspace.root().to_owned();
        let wanted = structures.iter().any(|structure| python::needed_by(&root, structure));
        let all = structures.iter().any(|structure| arguments.wants_all_peers(structure));
        let requirements = if all { Requirements::All } else { Requirements::Leading };
        let make = move || python::environment(&root, requirements);
        Self { leading: (wanted && !arguments.no_python).then(|| thread::spawn(make)), made: None }
    }

    /// Waits until the environment is made; the text says why there is none.
    fn get(&mut self) -> Option<&Result<Environment, String>> {
        if let Some(handle) = self.leading.take() {
            let made = handle.join().expect("making an environment does not panic");
            self.made = Some(made.map_err(|error| format!("{error:#}")));
        }
        self.made.as_ref()
    }
}

/// Refuses an engine that no record of these structures has, if there are records.
fn check_engines(arguments: &Arguments, workspace: &Workspace, structures: &[String]) -> Result<()> {
    if arguments.engine.is_empty() {
        return Ok(());
    }
    let of_these = |metric: Metric| structures.contains(&metric.structure).then_some(metric.engine);
    let known = recorded(workspace, of_these);
    let unknown =
        |text: &&String| !known.is_empty() && !known.iter().any(|name| name.contains(text.as_str()));
    match arguments.engine.iter().find(unknown) {
        Some(text) => names::check("engine in benches/record", text, &known).map(|_| ()),
        None => Ok(()),
    }
}

/// Names in all records, each once; what cannot be read is left out, for this only helps to spell.
fn recorded(workspace: &Workspace, name: impl Fn(Metric) -> Option<String>) -> Vec<String> {
    let files = fs::read_dir(workspace.root().join("benches/record")).into_iter().flatten().flatten();
    let records = files.filter_map(|file| Record::read(&file.path()).ok());
    let mut names: Vec<String> = records.flat_map(|record| record.metrics).filter_map(name).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(all(test, unix))]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    pub(super) fn arguments(line: &[&str]) -> Arguments {
        Line::parse_from(["bench"].iter().chain(line)).arguments
    }

    #[test]
    fn the_programs_line_says_what_was_asked() {
        let all = arguments(&[
            "cover-tree",
            "--peers",
            "cover-tree",
            "--filter",
            "knn",
            "--filter",
            "build",
            "--full",
        ]);
        let expected = ["--peers", "all", "--filter", "knn", "--filter", "build", "--full"];
        assert_eq!(all.for_program("cover-tree"), expected);
        assert_eq!(all.for_program("radix-index")[1], "leading");
        let few = arguments(&["--size-max", "10", "--rounds", "3", "--seed", "7", "--verify-only"]);
        let expected = "--peers leading --size-max 10 --rounds 3 --seed 7 --verify-only";
        assert_eq!(few.for_program("any").join(" "), expected);
    }

    #[test]
    fn structures_come_in_the_workspaces_order_whatever_was_typed() {
        let known = ["neighbor-list", "cover-tree", "bplus-tree"].map(str::to_owned);
        let asked = arguments(&["bplus-tree", "neighbor-list"]);
        assert_eq!(select(&asked, &known).unwrap(), ["neighbor-list", "bplus-tree"]);
        assert_eq!(select(&arguments(&[]), &known).unwrap(), known);
        assert!(select(&arguments(&[]), &[]).is_err());
    }
}
