//! This workspace: its root, its packages, its git state.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};

use crate::process;

/// The workspace as `cargo metadata` tells it.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) metadata: Metadata,
}

impl Workspace {
    /// Asks cargo about the workspace that this xtask belongs to.
    pub(crate) fn load() -> Result<Self> {
        // As cargo tells it when it runs us, so that a clone may move after it was compiled.
        let folder =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let metadata = MetadataCommand::new()
            .manifest_path(Path::new(&folder).join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cargo metadata failed")?;
        Ok(Self { metadata })
    }

    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// `cargo` in the workspace's root: the same cargo that runs us.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(self.root());
        command
    }

    /// Another toolchain's cargo in the root: rustup's proxy knows `+nightly`, the cargo that runs us does not.
    pub(crate) fn cargo_of(&self, toolchain: &str) -> Command {
        let mut command = Command::new("cargo");
        command
            .current_dir(self.root())
            .env_remove("CARGO")
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("RUSTC");
        command.arg(format!("+{toolchain}"));
        command
    }

    /// Every package of the workspace, in the order of its manifest.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.metadata
            .workspace_members
            .iter()
            .filter_map(|id| self.metadata.packages.iter().find(|p| p.id == *id))
    }

    /// The libraries in `crates/`, without the Python package.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.packages().filter(|package| {
            self.folder(package).starts_with("crates")
                && package.publish.as_ref().is_none_or(|to| !to.is_empty())
        })
    }

    /// The package's folder relative to the root, e.g. `crates/bplus-tree`.
    pub(crate) fn folder(&self, package: &Package) -> PathBuf {
        let folder = package.manifest_path.parent().expect("a manifest is in a folder");
        folder.as_std_path().strip_prefix(self.root()).unwrap_or(folder.as_std_path()).to_owned()
    }

    /// The folder's last name: what we call the crate, whatever its package is called.
    pub(crate) fn short_name(&self, package: &Package) -> String {
        self.folder(package).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Structures that have a head-to-head: a binary of `benches/peers` behind the feature of its name, in
    /// the workspace's order.
    pub(crate) fn structures(&self) -> Vec<String> {
        let Some(peers) = self.packages().find(|package| package.name == "bench-peers") else {
            return Vec::new();
        };
        let binaries: BTreeSet<&str> = peers
            .targets
            .iter()
            .filter(|t| t.kind.contains(&TargetKind::Bin))
            .map(|t| t.name.as_str())
            .collect();
        self.libraries()
            .map(|library| self.short_name(library))
            .filter(|name| binaries.contains(name.as_str()) && peers.features.contains_key(name))
            .collect()
    }

    /// Whether `benches/peers` has this feature.
    pub(crate) fn has_peers_feature(&self, feature: &str) -> bool {
        self.packages().any(|package| package.name == "bench-peers" && package.features.contains_key(feature))
    }

    /// The commit checked out, in 9 digits, and whether tracked or new files differ from it. Records do not count:
    /// writing one must not make the next look dirty.
    pub(crate) fn commit(&self) -> Option<(String, bool)> {
        let commit = self.git(&["rev-parse", "--short=9", "HEAD"]).ok()?;
        let status = self.git(&["status", "--porcelain", "--", ".", ":!benches/record"]).ok()?;
        Some((commit.trim().to_owned(), !status.trim().is_empty()))
    }

    /// What `git` prints, run in the root.
    pub(crate) fn git(&self, arguments: &[&str]) -> Result<String> {
        process::output(Command::new("git").current_dir(self.root()).args(arguments))
    }
}

/// `rustc -vV`: its first line and the rest by key.
pub(crate) fn rustc_verbose() -> Result<String> {
    process::output(Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV"))
}

/// The value of `key` in what [`rustc_verbose`] gave, e.g. `host` or `LLVM version`.
pub(crate) fn rustc_field<'a>(verbose: &'a str, key: &str) -> Option<&'a str> {
    verbose.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
}
