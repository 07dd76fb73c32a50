//! `cargo xtask perf`: what the processor does in each load, and where.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use inferno::collapse::Collapse;
use serde::{Deserialize, Serialize};

use super::gate::percent;
use crate::callgrind::{self, Counts, Simulate};
use crate::gather::Gathered;
use crate::sampler::{self, Build, Filter, Program};
use crate::sides::Sides;
use crate::table::{self, number};
use crate::workspace::Workspace;
use crate::{Outcome, interrupt, names, process, tools};

/// Count what the processor does in each load: instructions, cache misses, mispredicted branches.
///
/// Counts come from callgrind's simulated caches and branch predictor, and the table is headed SIMULATED, for they are
/// no hardware's; valgrind knows AVX2 but not AVX-512. Where the machine lets perf count in hardware, those events are
/// printed as well; elsewhere perf's software events. With --base the same at another commit, before and after. With
/// --flame a flame graph of one load from perf's samples of the CPU clock, which work on any machine.
///
/// Exit codes: 0 measured, 2 could not run (valgrind or perf is missing).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask perf simd-kernels
  cargo xtask perf --base HEAD~1 --filter morton         before and after
  cargo xtask perf --flame simd-kernels/prefix/inclusive  writes target/perf/…svg")]
pub(crate) struct Arguments {
    /// Structures to count; all if none is named.
    structures: Vec<String>,
    /// Only loads whose name contains this text; may be given several times.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Count at this commit too.
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// With --base: changes that are not committed are part of the head.
    #[arg(long)]
    dirty: bool,
    /// Sample this load and draw a flame graph.
    #[arg(long, value_name = "LOAD", conflicts_with = "base")]
    flame: Option<String>,
    /// Print JSON, one line a load, instead of tables.
    #[arg(long)]
    json: bool,
}

/// One load's counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Counted {
    load: String,
    /// What `head` was counted with.
    simulated: bool,
    base: Option<Counts>,
    head: Counts,
    /// What perf counted around the whole program, set-up included: event and number.
    perf: Vec<(String, f64)>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    if let Some(load) = &arguments.flame {
        return flame(&workspace, load);
    }
    if let Err(why) = callgrind::usable() {
        bail!("{why}");
    }
    let structures = sampler::select(&workspace, &arguments.structures)?;
    let sides =
        arguments.base.as_ref().map(|base| Sides::prepare(&workspace, base, arguments.dirty)).transpose()?;
    let events = if tools::on_path("perf").is_some() { events() } else { Vec::new() };
    interrupt::watch();
    let filter = Filter::new(&arguments.filter);
    let gathered = Gathered::each(&structures, |structure, all| {
        let (base, head) = match &sides {
            Some(sides) => {
                let [base, head] = sides.build(structure)?;
                (Some(base), head)
            }
            None => (None, build(&workspace, structure)?),
        };
        for load in head.loads(&filter)? {
            let count = |program| callgrind::count(program, &load.name, 0, Simulate::CachesAndBranches);
            all.push(Counted {
                simulated: true,
                base: base.as_ref().map(count).transpose()?,
                head: count(&head)?,
                perf: perf_stat(&head, &load.name, &events)?,
                load: load.name,
            });
        }
        Ok(())
    });
    let all = &gathered.results;
    if arguments.json {
        all.iter().for_each(|counted| println!("{}", serde_json::to_string(counted).expect("plain fields")));
    } else {
        print(all);
    }
    if gathered.is_complete() {
        filter.check()?;
    }
    gathered.outcome(Outcome::Good)
}

fn build(workspace: &Workspace, structure: &str) -> Result<Program> {
    let target = workspace.metadata.target_directory.as_std_path().join("perf");
    let frames = ["-Cforce-frame-pointers=yes".to_owned()];
    eprintln!("compiling {structure}");
    let root = workspace.root();
    Build { root, target: &target, structure, features: &[], rustflags: &frames, triple: None }.run()
}

/// The events that perf counts here: the hardware's where it lets us, else the kernel's.
fn events() -> Vec<&'static str> {
    const HARDWARE: [&str; 4] = ["instructions", "cycles", "cache-misses", "branch-misses"];
    const SOFTWARE: [&str; 4] = ["task-clock", "context-switches", "cpu-migrations", "page-faults"];
    let mut probe = Command::new("perf");
    probe.args(["stat", "-x", ",", "-e", "instructions", "--", "true"]);
    let answer = probe.output().map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    let hardware =
        answer.is_ok_and(|text| parse_stat(&text).iter().any(|(event, _)| event.starts_with("instr")));
    if hardware { [HARDWARE, SOFTWARE].concat() } else { SOFTWARE.to_vec() }
}

fn perf_stat(program: &Program, load: &str, events: &[&str]) -> Result<Vec<(String, f64)>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let mut perf = Command::new("perf");
    perf.args(["stat", "-x", ",", "-e", &events.join(","), "--"])
        .arg(&program.path)
        .args(["once", load, "1000"]);
    let output = perf.output().context("cannot start perf")?;
    Ok(parse_stat(&String::from_utf8_lossy(&output.stderr)))
}

/// Reads `value,unit,event,…` lines; events that are not counted here are left out.
fn parse_stat(text: &str) -> Vec<(String, f64)> {
    let line = |line: &str| {
        let mut fields = line.split(',');
        let value: f64 = fields.next()?.parse().ok()?;
        let event = fields.nth(1)?;
        Some((event.to_owned(), value))
    };
    text.lines().filter_map(line).collect()
}

fn print(all: &[Counted]) {
    println!(
        "SIMULATED by callgrind, {} passes of each load; not what this machine's hardware counts:",
        callgrind::PASSES
    );
    let mut table = table::new(&["load", "", "instructions", "D1 misses", "LL misses", "mispredictions"]);
    let mut row = |load: &str, side: &str, counts: &Counts| {
        let Counts { instructions, d1_misses, ll_misses, mispredictions } = *counts;
        let numbers = [instructions, d1_misses, ll_misses, mispredictions].map(|count| count.to_string());
        table.add_row([load.to_owned(), side.to_owned()].into_iter().chain(numbers));
    };
    for counted in all {
        match &counted.base {
            None => row(&counted.load, "", &counted.head),
            Some(base) => {
                row(&counted.load, "before", base);
                row("", "after", &counted.head);
            }
        }
    }
    table::keep_names_whole(&mut table);
    println!("{table}");
    for counted in all {
        if let Some(base) = &counted.base {
            let change = counted.head.instructions as f64 / base.instructions as f64;
            println!("{}: {} instructions", counted.load, percent(change));
        }
    }
    if all.iter().any(|counted| !counted.perf.is_empty()) {
        println!("\nperf stat, 1000 passes and the set-up:");
        for counted in all {
            let events: Vec<String> =
                counted.perf.iter().map(|(event, value)| format!("{event} {}", number(*value))).collect();
            println!("  {}: {}", counted.load, events.join(", "));
        }
    }
}

/// Samples one load and draws where its time goes.
fn flame(workspace: &Workspace, load: &str) -> Result<Outcome> {
    if tools::on_path("perf").is_none() {
        bail!("perf is missing; to install: apt-get install linux-perf");
    }
    let structure = load.split('/').next().unwrap_or(load);
    names::check("structure", structure, &sampler::structures(workspace))?;
    let program = build(workspace, structure)?;
    let known: Vec<String> = program.loads(&Filter::new(&[]))?.into_iter().map(|load| load.name).collect();
    names::check("load", load, &known)?;
    let folder = workspace.metadata.target_directory.as_std_path().join("perf");
    let (data, text) = (folder.join("perf.data"), folder.join("perf.txt"));
    let passes = crate::pairs::calibrate(&program, &[load.to_owned()], std::time::Duration::from_secs(2))?[0];
    let mut record = Command::new("perf");
    record.args(["record", "--quiet", "-e", "cpu-clock", "-F", "999", "--call-graph", "fp", "-o"]).arg(&data);
    process::output(record.arg("--").arg(&program.path).args(["once", load, &passes.to_string()]))?;
    let script = process::output(Command::new("perf").args(["script", "-i"]).arg(&data))?;
    fs::write(&text, script).with_context(|| format!("cannot write {}", text.display()))?;
    let path = folder.join(format!("{}.svg", load.replace('/', "-")));
    draw(&text, &path, load)?;
    println!("{}", path.display());
    Ok(Outcome::Good)
}

/// From the text of `perf script` to an SVG.
fn draw(script: &Path, svg: &Path, title: &str) -> Result<()> {
    let mut folded = Vec::new();
    let script = File::open(script).with_context(|| format!("cannot read {}", script.display()))?;
    let mut collapse = inferno::collapse::perf::Folder::default();
    collapse.collapse(BufReader::new(script), &mut folded).context("perf's samples cannot be read")?;
    let mut options = inferno::flamegraph::Options::default();
    title.clone_into(&mut options.title);
    let file = File::create(svg).with_context(|| format!("cannot write {}", svg.display()))?;
    inferno::flamegraph::from_reader(&mut options, folded.as_slice(), file)
        .context("there are no samples to draw")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_are_not_supported_are_left_out() {
        let text = "<not supported>,,instructions,0,100.00,,\n12.50,msec,task-clock,12500,100.00,0.9,CPUs utilized\n3,,page-faults,1,100.00,,\n";
        assert_eq!(parse_stat(text), [("task-clock".to_owned(), 12.5), ("page-faults".to_owned(), 3.0)]);
    }

    #[test]
    fn samples_become_a_flame_graph() {
        let folder = tempfile::tempdir().unwrap();
        let svg = folder.path().join("flame.svg");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/perf-script.txt");
        draw(&script, &svg, "a load").unwrap();
        let drawn = fs::read_to_string(svg).unwrap();
        assert!(drawn.contains("a load") && drawn.contains("measured_region"), "{drawn}");
    }
}
