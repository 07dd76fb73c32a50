//! `cargo xtask doctor`: which tools are here, which are missing, and what that costs. It installs nothing.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use crate::workspace::rustc_verbose;
use crate::{Outcome, machine, table, tools};

/// List the tools that commands use: found or missing, and what a missing one costs.
///
/// `bench` and `test` need Rust and nothing else. For each missing tool this prints the command that would install
/// it; it never installs anything itself.
///
/// Exit codes: 0 always, unless rustc itself cannot be asked (2).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask doctor
  cargo xtask doctor --json | grep missing")]
pub(crate) struct Arguments {
    /// Print JSON, one object a tool, instead of a table.
    #[arg(long)]
    json: bool,
}

/// Browsers that the report's test knows to drive.
pub(crate) const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// One tool as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    tool: &'static str,
    /// The version, or why what is there does not serve.
    found: Result<String, String>,
    /// What works worse without it.
    without: &'static str,
    /// How one would install it.
    install: &'static str,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let rustc = rustc_verbose()?;
    let findings = findings(&rustc);
    if arguments.json {
        for finding in &findings {
            println!("{}", serde_json::to_string(finding).expect("plain fields"));
        }
        return Ok(Outcome::Good);
    }
    println!("{}", machine::Machine::detect().describe());
    println!("{}\n{}", rustc.lines().next().unwrap_or_default(), report(&findings));
    Ok(Outcome::Good)
}

fn findings(rustc: &str) -> Vec<Finding> {
    let finding = |tool, found: Option<String>, without, install| Finding {
        tool,
        found: found.ok_or_else(|| "missing".to_owned()),
        without,
        install,
    };
    let program = |name: &str, arguments: &[&str]| tools::first_line(&tools::on_path(name)?, arguments);
    let browser = BROWSERS.iter().find_map(|name| program(name, &["--version"]));
    let nightly = tools::has_toolchain("nightly").then(|| "installed".to_owned());
    vec![
        finding(
            "git",
            program("git", &["--version"]),
            "records name no commit; tidy and gate cannot run",
            "apt-get install git",
        ),
        finding(
            "python3",
            program("python3", &["--version"]),
            "bench leaves the Python peers out",
            "apt-get install python3-venv",
        ),
        finding(
            "valgrind",
            program("valgrind", &["--version"]),
            "gate has no instruction counts, perf no simulation",
            "apt-get install valgrind",
        ),
        finding(
            "perf",
            program("perf", &["--version"]),
            "perf has no hot spots",
            "apt-get install linux-perf",
        ),
        Finding {
            tool: "llvm-profdata",
            found: tools::llvm_profdata(rustc).map(|path| path.display().to_string()),
            without: "pgo cannot merge profiles",
            install: "apt-get install llvm-22, or rustup component add llvm-tools, or set LLVM_PROFDATA",
        },
        finding(
            "llvm-bolt",
            tools::llvm_program("llvm-bolt", rustc).map(|p| p.display().to_string()),
            "pgo --bolt cannot run",
            "apt-get install bolt-22 libbolt-22-dev",
        ),
        finding(
            "nightly",
            nightly,
            "ci leaves AddressSanitizer out; fuzzing sees no coverage",
            "rustup toolchain install nightly",
        ),
        finding(
            "cargo-fuzz",
            program("cargo-fuzz", &["--version"]),
            "fuzz targets run on seeded inputs alone (fuzz --inputs)",
            "cargo install cargo-fuzz",
        ),
        finding(
            "llvm-cov",
            tools::llvm_program("llvm-cov", rustc).map(|p| p.display().to_string()),
            "coverage cannot run",
            "apt-get install llvm-22",
        ),
        finding(
            "cargo-llvm-cov",
            program("cargo-llvm-cov", &["llvm-cov", "--version"]),
            "coverage cannot run",
            "cargo install cargo-llvm-cov",
        ),
        finding(
            "cargo-deny",
            program("cargo-deny", &["--version"]),
            "licences and advisories are checked by the public CI only",
            "cargo install cargo-deny",
        ),
        finding(
            "mdbook",
            program("mdbook", &["--version"]),
            "docs are read as Markdown",
            "cargo install mdbook",
        ),
        finding("chromium", browser, "the report is not opened in a test", "apt-get install chromium"),
    ]
}

fn report(findings: &[Finding]) -> String {
    let mut table = table::new(&["tool", "found", "without it", "to install"]);
    for finding in findings {
        match &finding.found {
            Ok(found) => table.add_row([finding.tool, found, "", ""]),
            Err(why) => table.add_row([finding.tool, why, finding.without, finding.install]),
        };
    }
    let missing = findings.iter().filter(|finding| finding.found.is_err()).count();
    let verdict = match missing {
        0 => "Nothing is missing.".to_owned(),
        n => format!(
            "{n} optional tools are missing; `bench` and `test` work without them. Nothing was installed."
        ),
    };
    format!("{table}\n{verdict}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_reported_with_its_cost_and_its_command() {
        let missing = Finding {
            tool: "valgrind",
            found: Err("missing".to_owned()),
            without: "no counts",
            install: "apt-get install valgrind",
        };
        let found =
            Finding { tool: "git", found: Ok("git version 2".to_owned()), without: "x", install: "y" };
        let text = report(&[missing, found]);
        for part in ["no counts", "apt-get install valgrind", "git version 2", "1 optional tools are missing"]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
