//! Fixed work on demand: `cargo xtask gate`, `pgo`, `perf`, `scale` and `mem` run this program and compare what it costs.
//!
//! It is compiled with one structure at a time. Work is given in passes of some 5 to 400 µs, seeded and without any
//! random state, so that two builds do exactly the same; each answer is a checksum over all passes. Only the commands
//! of xtask decide anything; this program times and tells.
#![allow(clippy::print_stdout, reason = "standard output is this program's protocol")]

#[cfg(feature = "memory")]
mod allocator;
#[cfg(feature = "bplus-tree")]
mod bplus_tree;
#[cfg(feature = "cover-tree")]
mod cover_tree;
mod load;
#[cfg_attr(
    not(feature = "memory"),
    allow(dead_code, reason = "only told about where allocations are counted")
)]
mod memory;
#[cfg(feature = "neighbor-list")]
mod neighbor_list;
#[cfg(feature = "persistent-collections")]
mod persistent_collections;
#[cfg(feature = "radix-index")]
mod radix_index;
#[cfg(feature = "simd-kernels")]
mod simd_kernels;

use std::io::{self, BufRead, Write};
use std::time::Duration;

use bench_own::harness::{Clock, checksum};
use clap::{Parser, Subcommand};
use load::{Load, Setup, Work};

/// How much smaller the training input is than the measured one.
const TRAINING_SIZE: f64 = 0.7;
/// Seed of the training input; the measured ones start from 1.
const TRAINING_SEED: u64 = 1_000_003;

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One JSON line a load.
    List,
    /// Answers each line `LOAD PASSES` on standard input by `NANOSECONDS CHECKSUM`, thread-CPU time.
    Serve {
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Do this much more work than asked for, in percent: a slowdown of known size.
        #[arg(long, default_value_t = 0)]
        plant: u32,
    },
    /// Runs one load once, for callgrind and perf; prints the checksum.
    Once {
        load: String,
        passes: u32,
        #[arg(long, default_value_t = 0)]
        plant: u32,
    },
    /// Runs every load for some time, on other input than the one measured: the training of PGO.
    Train {
        #[arg(long, default_value_t = 1000)]
        milliseconds: u64,
    },
    /// Passes a second of one load, on the wall.
    Scale {
        load: String,
        #[arg(long, default_value_t = 1)]
        threads: usize,
        #[arg(long)]
        size: usize,
        #[arg(long, default_value_t = 300)]
        milliseconds: u64,
    },
    /// What each structure allocates; one JSON line a subject.
    Memory {
        /// Rounds of churn after the structure was filled.
        #[arg(long, default_value_t = 200)]
        rounds: u64,
    },
}

fn main() {
    match Cli::parse().command {
        Command::List => loads().iter().for_each(Load::print),
        Command::Serve { seed, plant } => serve(seed, plant),
        Command::Once { load, passes, plant } => {
            let load = named(&load);
            let mut work = load.measured(1);
            let planted = passes * plant / 100;
            println!("{:016x}", measured_region(work.pass.as_mut(), passes, planted));
        }
        Command::Train { milliseconds } => train(Duration::from_millis(milliseconds)),
        Command::Scale { load, threads, size, milliseconds } => {
            scale(&named(&load), threads, size, Duration::from_millis(milliseconds));
        }
        Command::Memory { rounds } => memory::measure(&subjects(), rounds),
    }
}

/// Every load of the structure that this program was compiled with.
fn loads() -> Vec<Load> {
    let mut all: Vec<Load> = Vec::new();
    #[cfg(feature = "bplus-tree")]
    all.extend(bplus_tree::loads());
    #[cfg(feature = "cover-tree")]
    all.extend(cover_tree::loads());
    #[cfg(feature = "neighbor-list")]
    all.extend(neighbor_list::loads());
    #[cfg(feature = "persistent-collections")]
    all.extend(persistent_collections::loads());
    #[cfg(feature = "radix-index")]
    all.extend(radix_index::loads());
    #[cfg(feature = "simd-kernels")]
    all.extend(simd_kernels::loads());
    all.sort_by_key(|load| load.name);
    all
}

/// Every subject of the memory measurements.
fn subjects() -> Vec<memory::Subject> {
    let mut all: Vec<memory::Subject> = Vec::new();
    #[cfg(feature = "bplus-tree")]
    all.extend(bplus_tree::subjects());
    #[cfg(feature = "cover-tree")]
    all.extend(cover_tree::subjects());
    #[cfg(feature = "neighbor-list")]
    all.extend(neighbor_list::subjects());
    #[cfg(feature = "persistent-collections")]
    all.extend(persistent_collections::subjects());
    #[cfg(feature = "radix-index")]
    all.extend(radix_index::subjects());
    all.sort_by_key(|subject| subject.name);
    all
}

fn named(name: &str) -> Load {
    let found = loads().into_iter().find(|load| load.name == name);
    found.unwrap_or_else(|| {
        eprintln!("there is no load called `{name}`");
        std::process::exit(2);
    })
}

/// What is measured and nothing else; callgrind counts from the entry to the return of this function, by its name.
#[inline(never)]
fn measured_region(pass: &mut dyn FnMut() -> u64, passes: u32, planted: u32) -> u64 {
    let answer = (0..passes).fold(0, |sum, _| checksum(sum, pass()));
    for _ in 0..planted {
        std::hint::black_box(pass());
    }
    answer
}

/// The protocol of [`Command::Serve`]; loads are set up when they are first asked for and warmed by one pass.
fn serve(seed: u64, plant: u32) {
    let mut ready: Vec<(&str, Work)> = Vec::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let Some((name, passes)) = line.split_once(' ') else { break };
        let passes: u32 = passes.parse().expect("xtask sends numbers");
        if !ready.iter().any(|&(known, _)| known == name) {
            let load = named(name);
            let mut work = load.measured(seed);
            std::hint::black_box((work.pass)());
            ready.push((load.name, work));
        }
        let (_, work) = ready.iter_mut().find(|&&mut (known, _)| known == name).expect("made above");
        let start = Clock::ThreadCpu.now();
        let answer = measured_region(work.pass.as_mut(), passes, passes * plant / 100);
        let elapsed = Clock::ThreadCpu.now() - start;
        writeln!(out, "{} {answer:016x}", elapsed.as_nanos())
            .and_then(|()| out.flush())
            .expect("xtask listens");
    }
}

fn train(time: Duration) {
    for load in loads() {
        let size = (load.size as f64 * TRAINING_SIZE) as usize;
        let mut work = (load.build)(Setup { size, threads: 1, seed: TRAINING_SEED });
        let (start, mut passes) = (Clock::ThreadCpu.now(), 0_u64);
        while Clock::ThreadCpu.now() - start < time {
            std::hint::black_box((work.pass)());
            passes += 1;
        }
        eprintln!("{} trained with {passes} passes", load.name);
    }
}

fn scale(load: &Load, threads: usize, size: usize, time: Duration) {
    let mut work = (load.build)(Setup { size, threads, seed: 1 });
    let answer = (work.pass)();
    let (start, mut passes) = (Clock::Wall.now(), 0_u64);
    while Clock::Wall.now() - start < time {
        std::hint::black_box((work.pass)());
        passes += 1;
    }
    let seconds = (Clock::Wall.now() - start).as_secs_f64();
    let operations = passes * work.operations;
    println!(
        "{}",
        serde_json::json!({
            "seconds": seconds, "operations": operations, "checksum": format!("{answer:016x}"),
        })
    );
}
