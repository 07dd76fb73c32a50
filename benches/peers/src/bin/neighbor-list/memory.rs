//! Peak bytes a pair: how far the resident set of a process grows while it builds one list.
//!
//! Each engine builds in a child process of its own, so that memory freed before is not used again. The peak is
//! Linux's `VmHWM`, which counts what C++ allocates and whole pages, as no counting allocator of ours could.

use std::env;
use std::fs;
use std::process::Command;

use bench_own::harness::{Metric, SCHEMA, Suite, Target};
use bench_own::neighbor_list::{Kind, Output, Row};

use crate::ours::{self, NAME, VERSION};
use crate::vesin::{self, Vesin};
use crate::{lists, print};

const ATOMS: usize = 10_000;
const CUTOFF: f64 = 10.0;
/// What is written, the row's name, and the bytes a pair that we allow ourselves.
const ROWS: [(Output, &str, f64); 2] =
    [(Output::Shifts, "peak/ijS/10A", 32.0), (Output::Everything, "peak/ijSdD/10A", 64.0)];
/// The name under which the allowance stands in the table.
const ALLOWANCE: &str = "allowance";

pub(crate) fn run(suite: &mut Suite, vesin: &Result<Vesin, String>) {
    for (_, bench, allowance) in ROWS {
        if !suite.wants(bench, ATOMS) {
            continue;
        }
        let ours = measured(metric(suite, bench, allowance));
        // Other rows verify such lists against the oracle; here the engines must agree.
        let peer = Metric { ours: false, targets: Vec::new(), ..ours.clone() };
        let vesin_line =
            Metric { engine: "vesin".into(), engine_version: vesin::VERSION.into(), ..peer.clone() };
        let theirs = match vesin {
            Ok(_) => agreeing(measured(vesin_line), &ours),
            Err(why) => Metric { error: Some(format!("skipped: {why}")), samples: Vec::new(), ..vesin_line },
        };
        let allowed =
            Metric { engine: ALLOWANCE.into(), bound: true, samples: vec![allowance], error: None, ..peer };
        for metric in [ours, theirs, allowed] {
            let figure =
                metric.error.clone().or(metric.median().map(|bytes| format!("{bytes:.1} bytes/pair")));
            eprintln!("{bench}/{ATOMS} {}: {}", metric.engine, figure.unwrap_or_default());
            suite.emit(&metric);
        }
    }
}

/// Builds one engine's list of one row, `engine:bench`, and prints bytes, pairs and checksum.
pub(crate) fn child(task: &str, vesin: &Result<Vesin, String>, seed: u64) {
    let (engine, bench) = task.split_once(':').expect("the parent writes `engine:bench`");
    let (output, ..) = *ROWS.iter().find(|(_, name, _)| *name == bench).expect("the parent names a row");
    let row = row(output);
    let system = row.system(seed);
    // Linux resets the peak on this write; elsewhere the row says that it cannot be measured.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = status("VmRSS:");
    let (peak, pairs, answer) = match (engine, vesin) {
        (NAME, _) => {
            let list = ours::builder(&row).build(&system.positions, &ours::cell(&system));
            let (peak, list) = (status("VmHWM:"), list.expect("the workloads are valid"));
            (peak, list.len(), ours::answer(&row, &system, &list))
        }
        (_, Ok(vesin)) => {
            let list = vesin.list(&system, lists::vesin_options(&row));
            (status("VmHWM:"), list.pairs().len(), lists::vesin_answer(&row, &system, &list))
        }
        (_, Err(why)) => panic!("{why}"),
    };
    let bytes = before.zip(peak).map_or(0, |(before, peak)| peak.saturating_sub(before));
    print(&format!("{bytes} {pairs} {answer:016x}"));
}

fn row(output: Output) -> Row {
    Row { cutoff: CUTOFF, output, ..Row::plain(Kind::Liquid, ATOMS) }
}

/// Fills in what the child says of `metric.engine`.
fn measured(metric: Metric) -> Metric {
    let task = format!("{}:{}", metric.engine, metric.bench);
    let child = env::current_exe().and_then(|me| {
        Command::new(me).args(["--peak-of", &task, "--seed", &metric.seed.to_string()]).output()
    });
    let said = child.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let number = |text: &str| text.parse::<f64>().expect("the child prints numbers");
    match said.split_whitespace().collect::<Vec<_>>()[..] {
        [bytes, pairs, checksum] if bytes != "0" => {
            Metric { samples: vec![number(bytes) / number(pairs)], checksum: checksum.into(), ..metric }
        }
        _ => Metric {
            error: Some("skipped: this system tells no peak of a process".into()),
            samples: Vec::new(),
            ..metric
        },
    }
}

fn agreeing(theirs: Metric, ours: &Metric) -> Metric {
    if theirs.checksum == ours.checksum {
        return theirs;
    }
    let error = format!("answered {}, expected {}", theirs.checksum, ours.checksum);
    Metric { error: Some(error), samples: Vec::new(), ..theirs }
}

/// Our own line, before anything is measured.
fn metric(suite: &Suite, bench: &str, allowance: f64) -> Metric {
    Metric {
        schema: SCHEMA,
        structure: suite.structure().into(),
        bench: bench.into(),
        size: ATOMS as u64,
        threads: 1,
        models: format!("memory while a long list is built; we allow ourselves {allowance} bytes a pair"),
        flatters: "who knows the exact size before writing".into(),
        engine: NAME.into(),
        engine_version: VERSION.into(),
        ours: true,
        bound: false,
        unit: "bytes/pair".into(),
        clock: None,
        operations: 1,
        seed: suite.options().seed,
        checksum: String::new(),
        samples: Vec::new(),
        targets: vec![Target { against: ALLOWANCE.into(), ratio: 1.0 }],
        notes: Vec::new(),
        error: None,
    }
}

/// Bytes in that line of this process's status; none where there is no such file.
fn status(line: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|text| text.strip_prefix(line))?;
    Some(kilobytes.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}
