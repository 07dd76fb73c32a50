//! Python peers: a virtual environment of our own, and scripts that print METRIC lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, tools};

/// Where the runners, their requirements and their environment are.
const FOLDER: &str = "benches/foreign/python";

/// Which requirements an environment must satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirements {
    /// The leading peers only: small and quick to fetch.
    Leading,
    /// Every peer.
    All,
}

impl Requirements {
    /// The file, with the whole list where no short one is kept.
    fn file(self, root: &Path) -> PathBuf {
        let leading = root.join(FOLDER).join("requirements-leading.txt");
        match self {
            Self::Leading if leading.is_file() => leading,
            _ => root.join(FOLDER).join("requirements.txt"),
        }
    }
}

/// A virtual environment that has what was required.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    python: PathBuf,
}

/// Makes the environment if it is not there yet or its requirements have changed. The error says in one line why
/// there is none, for the reader of a table without Python rows.
pub(crate) fn environment(root: &Path, requirements: Requirements) -> Result<Environment> {
    let file = requirements.file(root);
    let wanted = fs::read_to_string(&file).with_context(|| format!("there is no {}", file.display()))?;
    let folder = root.join(FOLDER).join(".venv");
    let python = folder.join("bin").join("python");
    let stamp = folder.join(format!("installed-{}", file.file_name().unwrap_or_default().to_string_lossy()));
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(Environment { python });
    }
    if !python.exists() {
        let Some(system) = tools::on_path("python3") else {
            bail!("there is no python3 (Debian: apt-get install python3-venv)");
        };
        let made = process::output(Command::new(system).args(["-m", "venv"]).arg(&folder));
        if let Err(error) = made {
            // A half-made environment would be taken for a whole one the next time.
            let _ = fs::remove_dir_all(&folder);
            return Err(error)
                .context("cannot make a virtual environment (Debian: apt-get install python3-venv)");
        }
    }
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "1",
        "--requirement",
    ]);
    process::output(pip.arg(&file))
        .context("cannot install the Python peers (is a package registry in reach?)")?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(Environment { python })
}

/// The runner of a structure, if it has one.
pub(crate) fn script(root: &Path, structure: &str) -> Option<PathBuf> {
    let path = root.join(FOLDER).join(format!("{}.py", structure.replace('-', "_")));
    path.is_file().then_some(path)
}

/// Whether a structure's head-to-head needs the environment: for its script, or because its Rust program loads a
/// native library out of a Python wheel.
pub(crate) fn needed_by(root: &Path, structure: &str) -> bool {
    const LOADS_A_WHEEL: [&str; 1] = ["neighbor-list"];
    LOADS_A_WHEEL.contains(&structure) || script(root, structure).is_some()
}

/// Runs a script with at most `memory_gib` of address space: some peers run away on hostile input, and the machine
/// must not go with them.
pub(crate) fn command(environment: &Environment, script: &Path, memory_gib: u64) -> Command {
    let limit = format!("ulimit -v {}; exec \"$@\"", memory_gib * 1024 * 1024);
    let mut command = Command::new("sh");
    command.args(["-c", &limit, "sh"]).arg(&environment.python).arg(script);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_requirements_there_is_one_clear_line() {
        let folder = tempfile::tempdir().unwrap();
        let message = format!("{:#}", environment(folder.path(), Requirements::All).unwrap_err());
        assert!(message.starts_with("there is no ") && message.contains("requirements.txt"), "{message}");
        assert!(script(folder.path(), "neighbor-list").is_none());
    }
}
