//! Instructions, simulated cache misses and mispredictions of a sampler, by valgrind's callgrind: the same in every run.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::sampler::Program;
use crate::{process, tools};

/// Passes that are counted: the smallest number of which 5 % is one.
pub(crate) const PASSES: u32 = 20;

/// What to say when valgrind is missing.
const INSTALL: &str = "valgrind is missing; to install: apt-get install valgrind";

/// Which simulations run beside the count of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Simulate {
    Nothing,
    CachesAndBranches,
}

/// Events of [`PASSES`] passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) instructions: u64,
    /// Misses of the first-level data cache.
    pub(crate) d1_misses: u64,
    /// Misses of the last-level cache.
    pub(crate) ll_misses: u64,
    /// Mispredicted branches, conditional and indirect.
    pub(crate) mispredictions: u64,
}

/// Whether valgrind is here and runs programs, else why not: it refuses to start without the symbols of the system's
/// loader, and on processors that it does not know.
pub(crate) fn usable() -> Result<(), String> {
    let Some(valgrind) = tools::on_path("valgrind") else { return Err(INSTALL.to_owned()) };
    let plain = Command::new(valgrind).args(["--quiet", "--error-exitcode=99", "true"]).output();
    match plain {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no message");
            Err(format!("valgrind does not run `true`, it {}: {said}", process::ending(output.status)))
        }
        Err(error) => Err(format!("valgrind does not start: {error}")),
    }
}

/// Whether [`usable`].
pub(crate) fn available() -> bool {
    usable().is_ok()
}

/// Counts what one load does in `measured_region` of the sampler.
pub(crate) fn count(program: &Program, load: &str, plant: u32, simulate: Simulate) -> Result<Counts> {
    let file = program.path.with_extension(format!("callgrind.{}", std::process::id()));
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet", "--toggle-collect=*measured_region*"]);
    if simulate == Simulate::CachesAndBranches {
        valgrind.args(["--cache-sim=yes", "--branch-sim=yes"]);
    }
    valgrind.arg(format!("--callgrind-out-file={}", file.display())).arg(&program.path);
    valgrind.args(["once", load, &PASSES.to_string(), "--plant", &plant.to_string()]);
    process::output(&mut valgrind)?;
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    // A file that stays behind is overwritten by the next run.
    let _ = fs::remove_file(&file);
    parse(&text).with_context(|| format!("callgrind on {load}"))
}

/// Reads `events:` and `totals:` (or `summary:`) of a callgrind file.
fn parse(text: &str) -> Result<Counts> {
    let line = |key: &str| text.lines().rev().find_map(|line| line.strip_prefix(key));
    let events = line("events:").context("the file names no events")?;
    let totals = line("totals:").or_else(|| line("summary:")).context("the file has no totals")?;
    let totals: Vec<u64> = totals.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let sum = |names: &[&str]| {
        let all = events.split_whitespace().zip(&totals);
        all.filter(|(event, _)| names.contains(event)).map(|(_, total)| total).sum()
    };
    let counts = Counts {
        instructions: sum(&["Ir"]),
        d1_misses: sum(&["D1mr", "D1mw"]),
        ll_misses: sum(&["ILmr", "DLmr", "DLmw"]),
        mispredictions: sum(&["Bcm", "Bim"]),
    };
    if counts.instructions == 0 {
        bail!("it saw no call of `measured_region`: was the program stripped?");
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../tests/fixtures/callgrind.out");

    #[test]
    fn totals_are_read_by_the_names_of_their_events() {
        let counts = parse(FILE).unwrap();
        let expected = Counts { instructions: 841_865, d1_misses: 330, ll_misses: 17, mispredictions: 211 };
        assert_eq!(counts, expected);
    }

    #[test]
    fn nothing_counted_is_an_error() {
        assert!(parse("events: Ir\ntotals: 0\n").unwrap_err().to_string().contains("measured_region"));
        assert!(parse("").is_err());
    }
}
