//! `cargo xtask sanitize`: the tests under a sanitizer of nightly.

use anyhow::{Result, bail};
use cargo_metadata::Package;
use clap::{Args, ValueEnum};

use crate::process::{self, Reader};
use crate::workspace::{self, Workspace};
use crate::{Outcome, tools};

/// Run the tests of every library with unsafe code under a sanitizer.
///
/// Needs a nightly toolchain and nothing else. `thread` runs with the standard library as it is shipped, not
/// instrumented: .ci/tsan.supp hides what that alone reports, narrowly (`race_top`), and a protocol that uses
/// `atomic::fence` is reported falsely. Prefer `cargo xtask loom` for protocols.
///
/// Exit codes: 0 nothing found, 1 something found or a test failed, 2 could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask sanitize                    AddressSanitizer
  cargo xtask sanitize thread             data races
  cargo xtask sanitize --cases 256        as many random cases as the plain tests have")]
pub(crate) struct Arguments {
    /// Which sanitizer.
    #[arg(value_enum, default_value_t = Sanitizer::Address)]
    pub(crate) sanitizer: Sanitizer,
    /// Cases of each random test that states no number: memory errors show in few, and each costs several times its time.
    #[arg(long, default_value_t = 32)]
    pub(crate) cases: u32,
    /// Print JSON, one line a program that was run; what these print goes to standard error.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sanitizer {
    /// Use after free, out of bounds, double free. Leaks are not asked for: some tests forget iterators on purpose.
    Address,
    /// Leaks only, at almost no cost.
    Leak,
    /// Data races.
    Thread,
}

impl Sanitizer {
    fn flags(self) -> &'static str {
        match self {
            Self::Address => "-Zsanitizer=address",
            Self::Leak => "-Zsanitizer=leak",
            // The shipped standard library is not instrumented, which rustc calls another ABI.
            Self::Thread => "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let host = match usable()? {
        Ok(host) => host,
        Err(why) => bail!("{why}"),
    };
    let libraries = with_unsafe(&workspace);
    if libraries.is_empty() {
        bail!("no library has unsafe code");
    }
    let mut cargo = workspace.cargo_of("nightly");
    cargo.args(["test", "--target", &host, "--lib", "--tests"]);
    cargo.args(libraries.iter().flat_map(|library| ["--package", &library.name]));
    cargo.env("RUSTFLAGS", arguments.sanitizer.flags()).env("PROPTEST_CASES", arguments.cases.to_string());
    if arguments.sanitizer == Sanitizer::Address {
        cargo.env("ASAN_OPTIONS", "detect_leaks=0");
    }
    if arguments.sanitizer == Sanitizer::Thread {
        let file = workspace.root().join(".ci/tsan.supp");
        cargo.env("TSAN_OPTIONS", format!("suppressions={}", file.display()));
    }
    Ok(Outcome::from_good(process::holds(&mut cargo, Reader::of(arguments.json))?))
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
