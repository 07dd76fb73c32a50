//! Two states of the code compiled side by side, so that nothing differs but the code.
//!
//! The base is checked out as a git worktree; both get the loads of the head, each its own target directory, and both
//! have their folder's path replaced in what they embed, so that equal code gives equal bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::sampler::{Build, Program};
use crate::workspace::Workspace;

/// The base, checked out, and the head.
#[derive(Debug)]
pub(crate) struct Sides<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    /// The base's commit, in full.
    pub(crate) base: String,
    /// The head's commit in 9 digits, `+` if the tree differs from it.
    pub(crate) head: String,
}

impl<'a> Sides<'a> {
    /// Checks `reference` out below the target directory. Files that are not committed are part of the head only if
    /// `dirty` allows it.
    pub(crate) fn prepare(workspace: &'a Workspace, reference: &str, dirty: bool) -> Result<Self> {
        let base = resolve(workspace, reference)?;
        let (head, changed) = workspace.commit().context("this is no git repository")?;
        if changed && !dirty {
            bail!(
                "the tree has changes that are not committed; commit them, or say --dirty to measure them too"
            );
        }
        let folder = workspace.metadata.target_directory.as_std_path().join("sides");
        let tree = folder.join("base");
        fs::create_dir_all(&folder).with_context(|| format!("cannot write {}", folder.display()))?;
        if tree.join(".git").exists() {
            let checkout = ["checkout", "--quiet", "--force", "--detach", &base];
            process::output(Command::new("git").current_dir(&tree).args(checkout))?;
        } else {
            workspace.git(&["worktree", "prune"])?;
            workspace.git(&[
                "worktree",
                "add",
                "--quiet",
                "--force",
                "--detach",
                &tree.to_string_lossy(),
                &base,
            ])?;
        }
        let loads = Path::new("benches/own");
        fs::remove_dir_all(tree.join(loads)).ok();
        copy(&workspace.root().join(loads), &tree.join(loads))?;
        let head = format!("{head}{}", if changed { "+" } else { "" });
        Ok(Self { workspace, folder, base, head })
    }

    /// The sampler of one structure at base and at head.
    pub(crate) fn build(&self, structure: &str) -> Result<[Program; 2]> {
        let side = |name: &str, root: &Path| {
            eprintln!("compiling {structure} at {name}");
            let flags = [format!("--remap-path-prefix={}=/locality", root.display())];
            let target = self.folder.join(format!("build-{name}"));
            Build { root, target: &target, structure, features: &[], rustflags: &flags, triple: None }.run()
        };
        Ok([side("base", &self.folder.join("base"))?, side("head", self.workspace.root())?])
    }

    /// Whether the code that `structure` is made of differs: its crate, the kernels, or the manifests.
    pub(crate) fn code_differs(&self, structure: &str) -> Result<bool> {
        let folder = format!("crates/{structure}");
        let paths = [&folder, "crates/simd-kernels", "Cargo.toml", "Cargo.lock"];
        let changed =
            self.workspace.git(&[&["diff", "--name-only", &self.base, "--"], &paths[..]].concat())?;
        Ok(!changed.trim().is_empty())
    }
}

fn resolve(workspace: &Workspace, reference: &str) -> Result<String> {
    let commit = workspace.git(&["rev-parse", "--verify", "--quiet", &format!("{reference}^{{commit}}")]);
    let Ok(commit) = commit else { bail!("there is no commit called `{reference}`; `git fetch` it first?") };
    Ok(commit.trim().to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot write {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let (path, target) = (entry?.path(), to);
        let target = target.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            // Cargo goes by the time of the last change: equal files keep theirs.
            fs::copy(&path, &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}
