//! `cargo xtask coverage`: which lines no test runs.

use anyhow::{Result, bail};
use clap::Args;

use super::test;
use crate::process::{self, Reader};
use crate::workspace::{self, Workspace};
use crate::{Outcome, tools};

/// Tell which lines no test runs.
///
/// Needs cargo-llvm-cov and LLVM's tools of rustc's own version; both are looked for and never installed (left alone,
/// cargo-llvm-cov would add a toolchain component by itself). Only the SIMD level of this machine is covered.
///
/// Exit codes: 0 told, 1 a test failed, 2 could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask coverage             a table, file by file
  cargo xtask coverage -p cover-tree
  cargo xtask coverage --html      pages that show the lines")]
pub(crate) struct Arguments {
    /// Only these packages or folders of `crates`; every library if none is named.
    #[arg(short, long = "package", value_name = "CRATE")]
    packages: Vec<String>,
    /// Write pages to target/llvm-cov/html instead of a table.
    #[arg(long)]
    html: bool,
    /// Print JSON instead of a table.
    #[arg(long, conflicts_with = "html")]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let mut packages = test::packages(&workspace, &arguments.packages)?;
    if packages.is_empty() {
        packages = workspace.libraries().map(|library| library.name.to_string()).collect();
    }
    if tools::on_path("cargo-llvm-cov").is_none() {
        bail!("coverage needs cargo-llvm-cov (cargo install cargo-llvm-cov)");
    }
    let rustc = workspace::rustc_verbose()?;
    let major = tools::llvm_major(&rustc).unwrap_or_default();
    let profdata = match tools::llvm_profdata(&rustc) {
        Ok(path) => path,
        Err(why) => {
            bail!("coverage needs llvm-profdata {major}: {why}; to install: apt-get install llvm-{major}")
        }
    };
    let Some(cov) = tools::llvm_program("llvm-cov", &rustc) else {
        bail!("coverage needs llvm-cov {major}, which is missing; to install: apt-get install llvm-{major}");
    };
    let mut cargo = workspace.cargo();
    cargo.args(["llvm-cov", "--lib", "--tests"]).env("LLVM_COV", cov).env("LLVM_PROFDATA", profdata);
    cargo.args(packages.iter().flat_map(|name| ["--package", name]));
    match (arguments.html, arguments.json) {
        (true, _) => cargo.arg("--html"),
        (_, true) => cargo.arg("--json"),
        _ => &mut cargo,
    };
    Ok(Outcome::from_good(process::holds(&mut cargo, Reader::Person)?))
}
