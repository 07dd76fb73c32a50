//! One run of `bench`: structure after structure, each figure written down as it comes.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::build::{self, Purpose};
use super::{Arguments, Environments, recorded, show};
use crate::metric::{self, Metric};
use crate::process::{self, Line};
use crate::record::{self, End, Header, Writer};
use crate::rows::{self, Row};
use crate::workspace::Workspace;
use crate::{Outcome, interrupt, machine, names, python};

/// One run of the command: what it measured so far and where that goes.
pub(super) struct Run<'a> {
    arguments: &'a Arguments,
    workspace: &'a Workspace,
    writer: Option<Writer>,
    rows: Vec<Row>,
    failures: Vec<String>,
    pub(super) interrupted: bool,
    started: Instant,
}

impl<'a> Run<'a> {
    pub(super) fn start(arguments: &'a Arguments, workspace: &'a Workspace, header: Header) -> Result<Self> {
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
    pub(super) fn structure(&mut self, structure: &str, environments: &mut Environments) -> Result<()> {
        let purpose = if self.arguments.verify_only { Purpose::Verify } else { Purpose::Time };
        let all_peers = self.arguments.wants_all_peers(structure);
        let (path, binary) = match build::build(self.workspace, structure, all_peers, purpose) {
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

    pub(super) fn finish(mut self) -> Result<Outcome> {
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

fn spinner(title: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {pos} figures  {wide_msg}");
    let bar = ProgressBar::new_spinner().with_style(style.expect("the template is a literal"));
    bar.set_prefix(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::header;
    use super::super::tests::arguments;
    use super::*;
    use crate::record::Record;

    /// Runs a shell script as if it were a benchmark program; gives the outcome and the record.
    fn measured(script: &str) -> (Outcome, Record) {
        let folder = tempfile::tempdir().unwrap();
        let arguments = arguments(&["--record", &folder.path().to_string_lossy()]);
        let workspace = Workspace::load().unwrap();
        let mut run = Run::start(&arguments, &workspace, header(&workspace).unwrap()).unwrap();
        let mut program = Command::new("sh");
        program.args(["-c", script, "sh", include_str!("../../../tests/fixtures/metric.txt").trim_end()]);
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
}
