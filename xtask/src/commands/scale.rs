//! `cargo xtask scale`: how speed grows with threads, and time with size.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use crate::gather::Gathered;
use crate::kept::Kept;
use crate::sampler::{self, Build, Filter, Load, Program};
use crate::stats::{quantile, sorted};
use crate::table::{self, figure, ratio};
use crate::workspace::Workspace;
use crate::{Outcome, interrupt, machine, process};

/// How speed grows with threads, and time with size.
///
/// Runs every load at its sizes on one thread, and the parallel ones on 1, 2, … threads, in turn and several times;
/// prints operations a second on the wall, the speed-up over one thread, and the saturation point: the fewest threads
/// that reach 95 % of the best speed. More threads than cores run if asked for and are marked as such: what they show is
/// the scheduler, so no saturation point is taken from them.
///
/// Exit codes: 0 measured, 1 an answer depended on the number of threads, 2 could not run, 130 interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask scale                          every structure, as many threads as there are cores
  cargo xtask scale simd-kernels --size-max 100000
  cargo xtask scale neighbor-list --threads 1,2,4,8,16,20 --filter liquid")]
pub(crate) struct Arguments {
    /// Structures to measure; all if none is named.
    structures: Vec<String>,
    /// Only loads whose name contains this text; may be given several times.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Numbers of threads; 1, 2, 4, … and all cores if not given.
    #[arg(long, value_delimiter = ',', value_name = "THREADS")]
    threads: Vec<usize>,
    /// Leave larger sizes out.
    #[arg(long, value_name = "ENTRIES")]
    size_max: Option<usize>,
    /// How often each point is measured; the median counts.
    #[arg(long, default_value_t = 3)]
    repeats: usize,
    /// Milliseconds of each measurement.
    #[arg(long, default_value_t = 300)]
    milliseconds: u64,
    /// Print JSON, one line a point, instead of tables.
    #[arg(long)]
    json: bool,
    /// Keep the result in benches/record/scale.
    #[arg(long)]
    record: bool,
}

/// One measured point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) load: String,
    pub(crate) size: usize,
    pub(crate) threads: usize,
    /// Median of the repeats.
    pub(crate) operations_per_second: f64,
    /// There were fewer cores than threads: nothing is claimed from this point.
    #[serde(default)]
    pub(crate) more_threads_than_cores: bool,
}

/// What the sampler tells.
#[derive(Debug, Deserialize)]
struct Answer {
    seconds: f64,
    operations: f64,
    checksum: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let structures = sampler::select(&workspace, &arguments.structures)?;
    let threads = threads(&arguments.threads, machine::cores())?;
    interrupt::watch();
    let target = workspace.metadata.target_directory.as_std_path().join("loads");
    let mut good = true;
    let filter = Filter::new(&arguments.filter);
    let gathered = Gathered::each(&structures, |structure, points| {
        eprintln!("compiling {structure}");
        let root = workspace.root();
        let build = Build { root, target: &target, structure, features: &[], rustflags: &[], triple: None };
        let (measured, ended) = measure(arguments, &filter, &build.run()?, &threads)?;
        points.extend(measured);
        good &= ended?;
        Ok(())
    });
    let points = &gathered.results;
    if arguments.json {
        points.iter().for_each(|point| println!("{}", serde_json::to_string(point).expect("plain fields")));
    } else {
        print(points);
    }
    if arguments.record {
        let path = Kept::now(&workspace, points)?.write(&workspace, "scale")?;
        eprintln!("recorded in {}", path.display());
    }
    if gathered.is_complete() {
        filter.check()?;
    }
    gathered.outcome(Outcome::from_good(good))
}

/// More than this is a slip of the keyboard.
const THREADS_MAX: usize = 1024;

/// The numbers of threads to run; only those asked for go beyond the cores.
fn threads(asked: &[usize], cores: usize) -> Result<Vec<usize>> {
    if let Some(threads) = asked.iter().find(|&&threads| threads == 0 || threads > THREADS_MAX) {
        bail!("--threads {threads}: from 1 to {THREADS_MAX}; this process may use {cores} cores");
    }
    if let Some(most) = asked.iter().max().filter(|&&most| most > cores) {
        eprintln!("note: {most} threads are more than the {cores} cores here; such points are marked");
    }
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let mut threads: Vec<usize> =
        (0..).map(|power| 1 << power).take_while(|&threads| threads < cores).collect();
    threads.push(cores);
    Ok(threads)
}

/// The sizes and threads at which a load is measured.
fn grid(load: &Load, threads: &[usize], size_max: Option<usize>) -> Vec<(usize, usize)> {
    let sizes = load.sizes.iter().filter(|&&size| size_max.is_none_or(|max| size <= max));
    let threads = if load.parallel { threads } else { &[1] };
    sizes.flat_map(|&size| threads.iter().map(move |&threads| (size, threads))).collect()
}

/// What is measured: a load at a size on some threads.
type Task<'a> = (&'a Load, usize, usize);

/// The points, also those before a failure, and whether every answer was that of one thread.
fn measure(
    arguments: &Arguments,
    filter: &Filter<'_>,
    program: &Program,
    threads: &[usize],
) -> Result<(Vec<Point>, Result<bool>)> {
    let loads = program.loads(filter)?;
    let tasks: Vec<Task<'_>> = loads
        .iter()
        .flat_map(|load| grid(load, threads, arguments.size_max).into_iter().map(move |(s, t)| (load, s, t)))
        .collect();
    let mut speeds = vec![Vec::new(); tasks.len()];
    let ended = repeat(arguments, program, &tasks, &mut speeds);
    let cores = machine::cores();
    Ok((tasks.iter().zip(&speeds).filter_map(|(task, speeds)| point(*task, speeds, cores)).collect(), ended))
}

fn point((load, size, threads): Task<'_>, speeds: &[f64], cores: usize) -> Option<Point> {
    Some(Point {
        load: load.name.clone(),
        size,
        threads,
        operations_per_second: quantile(&sorted(speeds), 0.5)?,
        more_threads_than_cores: threads > cores,
    })
}

/// Runs all tasks in turn, again and again, until somebody presses Ctrl-C; whether all answers agreed.
fn repeat(
    arguments: &Arguments,
    program: &Program,
    tasks: &[Task<'_>],
    speeds: &mut [Vec<f64>],
) -> Result<bool> {
    let bar = ProgressBar::new((tasks.len() * arguments.repeats) as u64);
    let mut answers: BTreeMap<(&str, usize), String> = BTreeMap::new();
    let mut good = true;
    for _ in 0..arguments.repeats {
        for (&(load, size, threads), speeds) in tasks.iter().zip(&mut *speeds) {
            if interrupt::requested() {
                return Ok(good);
            }
            let answer = run_once(program, &load.name, size, threads, arguments.milliseconds)?;
            speeds.push(answer.operations / answer.seconds);
            let expected = answers.entry((&load.name, size)).or_insert_with(|| answer.checksum.clone());
            if *expected != answer.checksum {
                eprintln!("{} at {size} answers otherwise on {threads} threads", load.name);
                good = false;
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(good)
}

fn run_once(program: &Program, load: &str, size: usize, threads: usize, milliseconds: u64) -> Result<Answer> {
    let mut command = Command::new(&program.path);
    command.args(["scale", load, "--size", &size.to_string(), "--threads", &threads.to_string()]);
    command.args(["--milliseconds", &milliseconds.to_string()]);
    serde_json::from_str(&process::output(&mut command)?).context("the sampler printed nonsense")
}

/// The fewest threads that reach 95 % of the best speed; `speeds` are those of no more threads than cores.
fn saturation(speeds: &[(usize, f64)]) -> Option<usize> {
    let best = speeds.iter().map(|&(_, speed)| speed).fold(0.0, f64::max);
    speeds.iter().filter(|&&(_, speed)| speed >= 0.95 * best).map(|&(threads, _)| threads).min()
}

fn print(points: &[Point]) {
    let mut table =
        table::new(&["load", "size", "threads", "time/op", "operations/s", "speed-up", "saturates at"]);
    for point in points {
        let same = |other: &&Point| other.load == point.load && other.size == point.size;
        let speeds: Vec<(usize, f64)> = points
            .iter()
            .filter(same)
            .filter(|other| !other.more_threads_than_cores)
            .map(|other| (other.threads, other.operations_per_second))
            .collect();
        let one = speeds.iter().find(|(threads, _)| *threads == 1);
        let speedup = one.map_or_else(String::new, |(_, one)| ratio(point.operations_per_second / one));
        let saturation = match saturation(&speeds) {
            _ if point.more_threads_than_cores => "more threads than cores".to_owned(),
            Some(threads) if speeds.len() > 1 && threads == point.threads => format!("{threads} threads"),
            _ => String::new(),
        };
        table.add_row([
            point.load.clone(),
            point.size.to_string(),
            point.threads.to_string(),
            figure(1e9 / point.operations_per_second, "ns"),
            table::number(point.operations_per_second / 1e6) + " M",
            speedup,
            saturation,
        ]);
    }
    table::keep_names_whole(&mut table);
    println!("{table}\n{} cores; nothing is claimed beyond them", machine::cores());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_threads_than_cores_run_only_if_asked_for() {
        assert_eq!(threads(&[1, 20], 2).unwrap(), [1, 20]);
        assert!(threads(&[0], 2).unwrap_err().to_string().contains("2 cores"));
        assert!(threads(&[1, 4096], 2).unwrap_err().to_string().contains("2 cores"));
        assert_eq!(threads(&[], 6).unwrap(), [1, 2, 4, 6]);
        assert_eq!(threads(&[], 1).unwrap(), [1]);
    }

    #[test]
    fn points_beyond_the_cores_are_marked() {
        let load = Load { name: "x".into(), size: 1, sizes: vec![1], parallel: true };
        let marked = |threads| point((&load, 1, threads), &[1.0], 2).unwrap().more_threads_than_cores;
        assert_eq!([1, 2, 3].map(marked), [false, false, true]);
    }

    #[test]
    fn saturation_is_where_more_threads_stop_helping() {
        assert_eq!(saturation(&[(1, 10.0), (2, 19.0), (4, 30.0), (8, 30.5)]), Some(4));
        assert_eq!(saturation(&[(1, 10.0), (2, 9.0)]), Some(1));
        assert_eq!(saturation(&[]), None);
    }

    #[test]
    fn sequential_loads_run_on_one_thread() {
        let load = Load { name: "x".into(), size: 1, sizes: vec![10, 100], parallel: false };
        assert_eq!(grid(&load, &[1, 2], Some(50)), [(10, 1)]);
        assert_eq!(grid(&Load { parallel: true, ..load }, &[1, 2], Some(50)), [(10, 1), (10, 2)]);
    }
}
