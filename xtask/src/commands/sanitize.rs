//! `cargo xtask sanitize`: the tests under a sanitizer of nightly, or under valgrind.

use std::process::Command;

use anyhow::{Result, bail};
use cargo_metadata::Package;
use clap::{Args, ValueEnum};

use super::{loom, test};
use crate::process::{self, Reader};
use crate::workspace::{self, Workspace};
use crate::{Outcome, callgrind, tools};

/// Run the tests of every library with unsafe code under a sanitizer.
///
/// Needs a nightly toolchain, or valgrind for `valgrind`, and nothing else. `thread` runs the libraries that have a
/// protocol of atomics of their own (those with loom models), with the standard library as it is shipped, not
/// instrumented: .ci/tsan.supp hides what that and fences alone report; prefer `cargo xtask loom` for protocols. `leak`
/// knows by .ci/lsan.supp which tests forget on purpose. valgrind knows AVX2 and not AVX-512, so the kernels take the
/// AVX2 path there; its tests take some fifty times as long. All test programs run, also after one has failed.
///
/// Exit codes: 0 nothing found, 1 something found or a test failed, 2 could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask sanitize                    AddressSanitizer
  cargo xtask sanitize thread             data races
  cargo xtask sanitize leak -p radix-index
  cargo xtask sanitize --cases 256        as many random cases as the plain tests have
  cargo xtask sanitize valgrind -p bplus-tree --cases 2 -- laws")]
pub(crate) struct Arguments {
    /// Which sanitizer.
    #[arg(value_enum, default_value_t = Sanitizer::Address)]
    pub(crate) sanitizer: Sanitizer,
    /// Only these packages or folders of `crates`; if none is named all with unsafe code, for `thread` all with models.
    #[arg(short, long = "package", value_name = "CRATE")]
    pub(crate) packages: Vec<String>,
    /// Cases of each random test that states no number: memory errors show in few, and each costs several times its time.
    #[arg(long, default_value_t = 32)]
    pub(crate) cases: u32,
    /// Print JSON, one line a program that was run; what these print goes to standard error.
    #[arg(long)]
    pub(crate) json: bool,
    /// Arguments for the test programs.
    #[arg(last = true)]
    pub(crate) rest: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sanitizer {
    /// Use after free, out of bounds, double free. Leaks are not asked for: some tests forget iterators on purpose.
    Address,
    /// Leaks only; each allocation's stack is walked in full, to know the test that made it.
    Leak,
    /// Data races.
    Thread,
    /// Valgrind's memcheck: what was never written decides something, and accesses outside of blocks; no nightly.
    Valgrind,
}

impl Sanitizer {
    /// Nightly's cargo with this sanitizer's flags.
    fn nightly(self, workspace: &Workspace, host: &str) -> Command {
        let mut cargo = workspace.cargo_of("nightly");
        cargo.args(["test", "--no-fail-fast", "--target", host]);
        let suppressions = |file: &str| format!("suppressions={}", workspace.root().join(file).display());
        match self {
            Self::Address => {
                cargo.env("RUSTFLAGS", "-Zsanitizer=address").env("ASAN_OPTIONS", "detect_leaks=0")
            }
            Self::Leak => {
                // The fast walk ends at the first frame of a dependency, before the test's name.
                let options = suppressions(".ci/lsan.supp") + ":fast_unwind_on_malloc=0";
                cargo.env("RUSTFLAGS", "-Zsanitizer=leak").env("LSAN_OPTIONS", options)
            }
            Self::Thread => {
                cargo.env("TSAN_OPTIONS", suppressions(".ci/tsan.supp"));
                // The shipped standard library is not instrumented, which rustc calls another ABI.
                cargo.env("RUSTFLAGS", "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer")
            }
            Self::Valgrind => unreachable!("it needs no nightly"),
        };
        cargo
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let mut packages = test::packages(&workspace, &arguments.packages)?;
    if packages.is_empty() {
        let libraries = match arguments.sanitizer {
            Sanitizer::Thread => loom::modelled(&workspace),
            _ => with_unsafe(&workspace),
        };
        packages = libraries.iter().map(|library| library.name.to_string()).collect();
    }
    if packages.is_empty() {
        bail!("no library has code for this sanitizer to look at");
    }
    if arguments.sanitizer == Sanitizer::Valgrind {
        return Ok(Outcome::from_good(memcheck(&workspace, &packages, &packages, arguments)?));
    }
    let mut cargo = match usable()? {
        Ok(host) => arguments.sanitizer.nightly(&workspace, &host),
        Err(why) => bail!("{why}"),
    };
    cargo.args(["--lib", "--tests"]).args(packages.iter().flat_map(|name| ["--package", name]));
    cargo.env("PROPTEST_CASES", arguments.cases.to_string());
    if !arguments.rest.is_empty() {
        cargo.arg("--").args(&arguments.rest);
    }
    Ok(Outcome::from_good(process::holds(&mut cargo, Reader::of(arguments.json))?))
}

/// The plain tests of these packages, each program run by valgrind; false if one fails or something is found. Nothing is
/// compiled anew if `compiled`, the packages that cargo is to compile, is what the plain tests were compiled with.
pub(crate) fn memcheck(
    workspace: &Workspace,
    compiled: &[String],
    packages: &[String],
    arguments: &Arguments,
) -> Result<bool> {
    if let Err(why) = callgrind::usable() {
        bail!("{why}");
    }
    let programs = test::programs(workspace, compiled)?;
    let programs = programs.iter().filter(|program| packages.contains(&program.package));
    let commands: Vec<Command> = programs
        .map(|program| {
            // Leaks are not asked for, as with AddressSanitizer.
            let valgrind = ["valgrind", "--quiet", "--leak-check=no", "--error-exitcode=99"];
            let mut command = program.command(&valgrind);
            command.env("PROPTEST_CASES", arguments.cases.to_string()).args(&arguments.rest);
            // Under valgrind one thread runs at a time anyway.
            command.env("RUST_TEST_THREADS", "1");
            command
        })
        .collect();
    if commands.is_empty() {
        bail!("no library of {} has tests", packages.join(", "));
    }
    process::all_hold(commands, Reader::of(arguments.json))
}

/// The target to build for, or why sanitizers cannot be used here.
pub(crate) fn usable() -> Result<Result<String, String>> {
    if !tools::has_toolchain("nightly") {
        return Ok(Err("there is no nightly toolchain (rustup toolchain install nightly)".to_owned()));
    }
    let verbose = workspace::rustc_verbose()?;
    let host = workspace::rustc_field(&verbose, "host").unwrap_or_default();
    let tried = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].contains(&host);
    Ok(if tried { Ok(host.to_owned()) } else { Err(format!("sanitizers were never tried on {host}")) })
}

/// Libraries whose sources have the word `unsafe`, be it in a comment: more than needed does no harm.
pub(crate) fn with_unsafe(workspace: &Workspace) -> Vec<&Package> {
    let has_unsafe = |library: &&Package| {
        let sources = workspace.folder(library).join("src");
        workspace
            .git(&["grep", "--quiet", "--untracked", "-w", "unsafe", "--", &sources.to_string_lossy()])
            .is_ok()
    };
    workspace.libraries().filter(has_unsafe).collect()
}
