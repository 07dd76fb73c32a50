//! `cargo xtask loom`: every interleaving of the concurrent protocols, up to a bound.

use anyhow::{Result, bail};
use cargo_metadata::Package;
use clap::Args;

use crate::Outcome;
use crate::process::{self, Reader};
use crate::workspace::Workspace;

/// Model-check the concurrent protocols with loom.
///
/// Runs the models of every library that has some (in `models.rs` of `src` or of a module's folder if they need the
/// library's inside, else in `tests/loom.rs`), in release and with `cfg(loom)`, which swaps the atomics for loom's. Each
/// model is run in every interleaving with at most so many preemptions; two find almost everything.
///
/// Exit codes: 0 all models hold, 1 one does not, 2 could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask loom                        every model, two preemptions
  cargo xtask loom --preemptions 3        rarer interleavings; minutes to hours")]
pub(crate) struct Arguments {
    /// How often a thread may be interrupted in one run of a model; `LOOM_MAX_PREEMPTIONS` says the same.
    #[arg(long, env = "LOOM_MAX_PREEMPTIONS", default_value_t = 2)]
    pub(crate) preemptions: u32,
    /// Print JSON, one line a program that was run; what these print goes to standard error.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let workspace = Workspace::load()?;
    let modelled = modelled(&workspace);
    if modelled.is_empty() {
        bail!("no library has models.rs in src or tests/loom.rs");
    }
    let mut good = true;
    for library in modelled {
        let mut cargo = workspace.cargo();
        cargo.args(["test", "--release", "--package", &library.name]);
        if has_inside(&workspace, library) {
            cargo.args(["--lib", "models"])
        } else {
            cargo.args(["--test", "loom"])
        };
        cargo.env("RUSTFLAGS", "--cfg loom").env("LOOM_MAX_PREEMPTIONS", arguments.preemptions.to_string());
        good &= process::holds(&mut cargo, Reader::of(arguments.json))?;
    }
    Ok(Outcome::from_good(good))
}

/// Libraries with models.
pub(crate) fn modelled(workspace: &Workspace) -> Vec<&Package> {
    let has_models =
        |library: &&Package| has_inside(workspace, library) || has(workspace, library, "tests/loom.rs");
    workspace.libraries().filter(has_models).collect()
}

/// Models that need the library's inside: in `src`, or in the folder of the module that they are about.
fn has_inside(workspace: &Workspace, library: &Package) -> bool {
    ["src/models.rs", "src/shared/models.rs"].iter().any(|file| has(workspace, library, file))
}

fn has(workspace: &Workspace, library: &Package, file: &str) -> bool {
    workspace.root().join(workspace.folder(library)).join(file).is_file()
}
