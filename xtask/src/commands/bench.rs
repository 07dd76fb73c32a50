//! `cargo xtask bench`: our crates against their peers, side by side.

mod build;
mod show;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::Outcome;
use crate::machine::{self, Machine};
use crate::metric::{self, Metric};
use crate::process::{self, Line};
use crate::python::{self, Environment, Requirements};
use crate::record::{self, End, Header, Record, Writer};
use crate::rows::{self, Row};
use crate::workspace::{self, Workspace};
use crate::{interrupt, names};

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

/// One run of the command: what it measured so far and where that goes.
struct Run<'a> {
    arguments: &'a Arguments,
    workspace: &'a Workspace,
    writer: Option<Writer>,
    rows: Vec<Row>,
    failures: Vec<String>,
    interrupted: bool,
    started: Instant,
}

impl<'a> Run<'a> {
    fn start(arguments: &'a Arguments, workspace: &'a Workspace, header: Header) -> Result<Self> {
        let folder = workspace.root().join(&arguments.record);
        let writer = (!arguments.verify_only).then(|| Writer::create(&folder, &header)).transpose()?;
        let mut run = Self {
            arguments,
            workspace,
            writer: None,
            rows: Vec::new(),
            failures: Vec::new(),
            interrupted: false,
            started: Instant::now(),
        };
        if arguments.json {
            run.write(&record::Line::Header(header))?;
        }
        run.writer = writer;
        Ok(run)
    }

    /// Compiles and runs one structure's programs and prints its tables.
    fn structure(&mut self, structure: &str, environments: &mut Environments) -> Result<()> {
        let (path, binary) =
            match build::build(self.workspace, structure, self.arguments.wants_all_peers(structure)) {
                Ok(built) => built,
                Err(_) if interrupt::requested() => {
                    self.interrupted = true;
                    return Ok(());
                }
                Err(error) => {
                    self.fail(format!("{structure}: {error:#}"));
                    return Ok(());
                }
            };
        // The program may load native libraries from the environment, so that comes first.
        let root = self.workspace.root();
        let environment = if python::needed_by(root, structure) { environments.get() } else { None };
        self.write(&record::Line::Binary(binary))?;

        let mut metrics = Vec::new();
        let mut program = Command::new(path);
        program.current_dir(root).args(self.arguments.for_program(structure));
        self.program(structure, program, &mut metrics)?;
        match (python::script(root, structure), environment) {
            (Some(script), Some(Ok(environment))) if !self.interrupted => {
                let mut program = python::command(environment, &script, self.arguments.python_memory);
                program.current_dir(root).args(self.arguments.for_program(structure));
                self.program(&format!("{structure} (Python)"), program, &mut metrics)?;
            }
            (_, Some(Err(why))) => eprintln!("note: no Python peers of {structure}: {why}"),
            _ => {}
        }
        self.report(structure, &metrics);
        Ok(())
    }

    /// Runs one program, keeping its metrics as they come.
    fn program(&mut self, title: &str, mut program: Command, metrics: &mut Vec<Metric>) -> Result<()> {
        let bar = spinner(title);
        let ending = process::stream(&mut program, |line| {
            match line {
                Line::Out(text) => {
                    if let Some(metric) =
                        metric::parse(&text).with_context(|| format!("{title} printed nonsense"))?
                    {
                        self.write(&record::Line::Metric(Box::new(metric.clone())))?;
                        metrics.push(metric);
                        bar.set_position(metrics.len() as u64);
                    }
                }
                // Where nobody watches a spinner, the log shows what goes on.
                Line::Err(text) if bar.is_hidden() => eprintln!("{text}"),
                Line::Err(text) => bar.set_message(text),
            }
            Ok(())
        });
        bar.finish_and_clear();
        match ending {
            Ok(ending) if ending.interrupted => self.interrupted = true,
            Ok(ending) if !ending.status.success() => {
                self.fail(format!("{title} {}", process::ending(ending.status)));
            }
            Ok(_) => {}
            Err(error) => self.fail(format!("{error:#}")),
        }
        Ok(())
    }

    fn report(&mut self, structure: &str, metrics: &[Metric]) {
        let rows = rows::gather(metrics);
        let wrong = rows
            .iter()
            .flat_map(|row| &row.entries)
            .filter(|entry| entry.wrong() && entry.metric.ours)
            .count();
        if wrong > 0 {
            self.fail(format!("{structure}: {wrong} wrong answers of ours"));
        }
        if !self.arguments.json {
            if self.arguments.verify_only {
                show::print_verified(structure, &rows);
            } else {
                show::print_structure(structure, &rows, self.arguments.explain);
            }
        }
        self.rows.extend(rows);
    }

    fn finish(mut self) -> Result<Outcome> {
        let load = machine::load();
        let seconds = self.started.elapsed().as_secs_f64();
        self.write(&record::Line::End(End { load, seconds, interrupted: self.interrupted }))?;
        if !self.arguments.json && !self.arguments.verify_only {
            show::print_losses(&self.rows);
        }
        if let Some(writer) = &self.writer {
            let path = writer.path();
            let path = path.strip_prefix(self.workspace.root()).unwrap_or(path);
            eprintln!(
                "{:.0} s, load average {}; recorded in {}",
                seconds,
                machine::describe_load(load),
                path.display()
            );
        }
        if self.interrupted {
            eprintln!("interrupted: the tables hold what was measured until then");
            return Ok(Outcome::Interrupted);
        }
        if self.rows.is_empty() && self.failures.is_empty() {
            bail!("no row was asked for: see --filter and --size-max{}", self.near_rows());
        }
        for failure in &self.failures {
            eprintln!("failed: {failure}");
        }
        Ok(Outcome::from_good(self.failures.is_empty()))
    }

    /// Rows of earlier records whose names are near to the filters.
    fn near_rows(&self) -> String {
        let known = recorded(self.workspace, |metric| Some(metric.bench));
        let near: Vec<&str> = self
            .arguments
            .filter
            .iter()
            .flat_map(|text| names::near(text, known.iter().map(String::as_str)))
            .collect();
        if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) }
    }

    fn write(&mut self, line: &record::Line) -> Result<()> {
        if self.arguments.json {
            println!("{}", serde_json::to_string(line).expect("a line has only plain fields"));
        }
        self.writer.as_mut().map_or(Ok(()), |writer| writer.write(line))
    }

    fn fail(&mut self, message: String) {
        eprintln!("error: {message}");
        self.failures.push(message);
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

fn spinner(title: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {pos} figures  {wide_msg}");
    let bar = ProgressBar::new_spinner().with_style(style.expect("the template is a literal"));
    bar.set_prefix(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
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

    fn arguments(line: &[&str]) -> Arguments {
        Line::parse_from(["bench"].iter().chain(line)).arguments
    }

    /// Runs a shell script as if it were a benchmark program; gives the outcome and the record.
    fn measured(script: &str) -> (Outcome, Record) {
        let folder = tempfile::tempdir().unwrap();
        let arguments = arguments(&["--record", &folder.path().to_string_lossy()]);
        let workspace = Workspace::load().unwrap();
        let mut run = Run::start(&arguments, &workspace, header(&workspace).unwrap()).unwrap();
        let mut program = Command::new("sh");
        program.args(["-c", script, "sh", include_str!("../../tests/fixtures/metric.txt").trim_end()]);
        let mut metrics = Vec::new();
        run.program("a script", program, &mut metrics).unwrap();
        run.report("bplus-tree", &metrics);
        let path = run.writer.as_ref().unwrap().path().to_owned();
        let outcome = run.finish().unwrap();
        (outcome, Record::read(&path).unwrap())
    }

    #[test]
    fn metrics_are_recorded_and_other_output_is_not() {
        let (outcome, record) = measured("echo warming up; echo \"$1\"");
        assert_eq!((outcome, record.metrics.len()), (Outcome::Good, 1));
        assert!(!record.end.unwrap().interrupted);
    }

    #[test]
    fn a_killed_program_fails_and_what_it_measured_is_kept() {
        let (outcome, record) = measured("echo \"$1\"; kill -9 $$");
        assert_eq!((outcome, record.metrics.len()), (Outcome::Failed, 1));
    }

    #[test]
    fn a_foreign_metric_fails_and_what_came_before_is_kept() {
        let (outcome, record) = measured("echo \"$1\"; echo 'METRIC {\"schema\":99}'; sleep 60");
        assert_eq!((outcome, record.metrics.len()), (Outcome::Failed, 1));
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
