//! Compiling one structure's head-to-head, and telling exactly what was compiled.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use cargo_metadata::Message;
use sha2::{Digest, Sha256};

use crate::process;
use crate::record::Binary;
use crate::workspace::Workspace;

/// What a head-to-head is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// As its users would get it: release, default flags.
    Time,
    /// Answers alone: the workspace's profile `verify`, which compiles in a fraction of the time.
    Verify,
}

impl Purpose {
    fn profile(self) -> &'static str {
        match self {
            Self::Time => "release",
            Self::Verify => "verify",
        }
    }
}

/// Compiles a structure's head-to-head.
pub(super) fn build(
    workspace: &Workspace,
    structure: &str,
    all_peers: bool,
    purpose: Purpose,
) -> Result<(PathBuf, Binary)> {
    let mut features = vec![structure.to_owned()];
    let all = format!("{structure}-all");
    if all_peers && workspace.has_peers_feature(&all) {
        features.push(all);
    }
    eprintln!("compiling {}", features.join(" + "));
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--profile", purpose.profile()]);
    cargo.args(["--package", "bench-peers", "--bin", structure, "--features"]);
    // One peer states a newer Rust than ours and builds with it all the same.
    cargo.arg(features.join(",")).args([
        "--ignore-rust-version",
        "--message-format",
        "json-render-diagnostics",
    ]);
    cargo.stderr(Stdio::inherit());
    let messages =
        process::output(&mut cargo).context("cannot compile the head-to-head (cargo says why above)")?;
    let path = Message::parse_stream(messages.as_bytes())
        .filter_map(Result::ok)
        .find_map(|message| match message {
            Message::CompilerArtifact(artifact) if artifact.target.name == structure => artifact.executable,
            _ => None,
        })
        .with_context(|| format!("cargo built no program called {structure}"))?
        .into_std_path_buf();
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((path, Binary { structure: structure.to_owned(), features, sha256 }))
}
