//! The program `sampler` of benches/own: built for one structure, asked for samples over pipes.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::interrupt::to_a_child;
use crate::workspace::Workspace;
use crate::{names, process};

/// How a sampler is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Build<'a> {
    /// The workspace to compile, which need not be ours.
    pub(crate) root: &'a Path,
    /// A target directory that no other build shares.
    pub(crate) target: &'a Path,
    pub(crate) structure: &'a str,
    /// Features of benches/own beside the structure's.
    pub(crate) features: &'a [&'a str],
    pub(crate) rustflags: &'a [String],
    /// Compile for this target explicitly, which keeps `rustflags` from build scripts and macros.
    pub(crate) triple: Option<&'a str>,
}

/// A compiled sampler and what it is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Program {
    #[serde(skip)]
    pub(crate) path: PathBuf,
    pub(crate) structure: String,
    pub(crate) sha256: String,
    pub(crate) features: Vec<String>,
}

/// A load as the sampler lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Load {
    pub(crate) name: String,
    pub(crate) size: usize,
    pub(crate) sizes: Vec<usize>,
    pub(crate) parallel: bool,
}

/// Structures that the sampler can be compiled with: features of benches/own that are named as one of our crates.
pub(crate) fn structures(workspace: &Workspace) -> Vec<String> {
    let Some(own) = workspace.packages().find(|package| package.name == "bench-own") else {
        return Vec::new();
    };
    let names = workspace.libraries().map(|library| workspace.short_name(library));
    names.filter(|name| own.features.contains_key(name)).collect()
}

/// The structures asked for, or all, in the workspace's order.
pub(crate) fn select(workspace: &Workspace, asked: &[String]) -> Result<Vec<String>> {
    let known = structures(workspace);
    for name in asked {
        names::check("structure", name, &known)?;
    }
    Ok(known.into_iter().filter(|name| asked.is_empty() || asked.contains(name)).collect())
}

/// What `--filter` asks for, and every load that it was asked about.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    texts: &'a [String],
    known: RefCell<Vec<String>>,
}

impl<'a> Filter<'a> {
    pub(crate) fn new(texts: &'a [String]) -> Self {
        Self { texts, known: RefCell::default() }
    }

    fn wants(&self, load: &str) -> bool {
        self.known.borrow_mut().push(load.to_owned());
        self.texts.is_empty() || self.texts.iter().any(|text| load.contains(text))
    }

    /// Refuses a text that no load had in its name: a typing error must not look like a clean run.
    pub(crate) fn check(&self) -> Result<()> {
        let known = self.known.borrow();
        let unknown = |text: &&String| !known.iter().any(|load| load.contains(text.as_str()));
        match self.texts.iter().find(unknown) {
            Some(text) => names::check("load", text, &known).map(|_| ()),
            None => Ok(()),
        }
    }
}

impl Build<'_> {
    /// Compiles in release with cargo's defaults, and nothing of the caller's environment that changes code.
    pub(crate) fn run(&self) -> Result<Program> {
        let mut features = vec![self.structure.to_owned()];
        features.extend(self.features.iter().map(|&feature| feature.to_owned()));
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(self.root).args([
            "build",
            "--release",
            "--package",
            "bench-own",
            "--bin",
            "sampler",
        ]);
        cargo.arg("--features").arg(features.join(","));
        cargo.args(["--message-format", "json-render-diagnostics"]).arg("--target-dir").arg(self.target);
        if let Some(triple) = self.triple {
            cargo.args(["--target", triple]);
        }
        // 0x1f parts flags, so that paths may hold blanks.
        cargo.env("CARGO_ENCODED_RUSTFLAGS", self.rustflags.join("\u{1f}")).env_remove("RUSTFLAGS");
        cargo.env_remove("CARGO_TARGET_DIR").stderr(Stdio::inherit());
        let messages = process::output(&mut cargo).with_context(|| {
            format!(
                "the loads of {} do not compile in {} (cargo says why above)",
                self.structure,
                self.root.display()
            )
        })?;
        let path = self.executable(&messages)?;
        // A copy under the structure's name: the next structure's build replaces the file.
        let kept = path.with_file_name(format!("sampler-{}", features.join("-")));
        fs::copy(&path, &kept).with_context(|| format!("cannot write {}", kept.display()))?;
        let sha256 = sha256_of(&kept)?;
        Ok(Program { path: kept, structure: self.structure.to_owned(), sha256, features })
    }

    /// The program in cargo's messages, once both it and the structure are known to come from this very workspace.
    fn executable(&self, messages: &str) -> Result<PathBuf> {
        let library = self.structure.replace('-', "_");
        let root =
            fs::canonicalize(self.root).with_context(|| format!("cannot read {}", self.root.display()))?;
        let mut program = None;
        for message in Message::parse_stream(messages.as_bytes()).filter_map(Result::ok) {
            let Message::CompilerArtifact(artifact) = message else { continue };
            if ![library.as_str(), "sampler"].contains(&artifact.target.name.as_str()) {
                continue;
            }
            if !artifact.manifest_path.starts_with(&root) {
                bail!("{} was compiled from {}", artifact.target.name, artifact.manifest_path);
            }
            program = artifact.executable.or(program);
        }
        Ok(program.context("cargo built no sampler")?.into_std_path_buf())
    }
}

fn sha256_of(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Program {
    /// What another tool made of it.
    pub(crate) fn moved_to(self, path: PathBuf) -> Result<Self> {
        Ok(Self { sha256: sha256_of(&path)?, path, ..self })
    }

    /// The first digits of its hash.
    pub(crate) fn identity(&self) -> &str {
        &self.sha256[..12]
    }

    /// Its loads that the filter lets through.
    pub(crate) fn loads(&self, filter: &Filter<'_>) -> Result<Vec<Load>> {
        let text = process::output(Command::new(&self.path).arg("list"))?;
        let loads: Result<Vec<Load>, _> = text.lines().map(serde_json::from_str).collect();
        let mut loads = loads.context("the sampler listed nonsense")?;
        loads.retain(|load| filter.wants(&load.name));
        Ok(loads)
    }

    /// Starts it as a server of samples that does `plant` percent more than asked for.
    pub(crate) fn serve(&self, plant: u32) -> Result<Server> {
        let mut command = Command::new(&self.path);
        command.args(["serve", "--plant", &plant.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {}", self.path.display()))?;
        let stdin = child.stdin.take().expect("piped");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Ok(Server { child, stdin: Some(stdin), stdout })
    }
}

/// What one sample cost, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    /// CPU time of the thread that did it.
    pub(crate) time: Duration,
    pub(crate) checksum: String,
}

/// A sampler that waits for orders; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    /// One sample of `passes` passes.
    pub(crate) fn sample(&mut self, load: &str, passes: u32) -> Result<Sample> {
        let order = format!("{load} {passes}\n");
        let asked = self.stdin.as_mut().map(|stdin| to_a_child(|| stdin.write_all(order.as_bytes())));
        let mut line = String::new();
        let read = self.stdout.read_line(&mut line);
        if !matches!(asked, Some(Ok(()))) || !matches!(read, Ok(1..)) {
            let status = self.child.wait().context("cannot wait for the sampler")?;
            bail!("the sampler {} in {load}", process::ending(status));
        }
        parse_sample(&line).with_context(|| format!("the sampler printed `{}`", line.trim_end()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // With its input closed it ends by itself; the only error is that it has ended already.
        self.stdin = None;
        let _ = self.child.wait();
    }
}

fn parse_sample(line: &str) -> Result<Sample> {
    let (time, checksum) = line.trim_end().split_once(' ').context("no two words")?;
    Ok(Sample { time: Duration::from_nanos(time.parse()?), checksum: checksum.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_and_nonsense_is_not() {
        let sample = parse_sample("4012345 00000000deadbeef\n").unwrap();
        assert_eq!(sample.time, Duration::from_nanos(4_012_345));
        assert_eq!(sample.checksum, "00000000deadbeef");
        assert!(parse_sample("nonsense").is_err());
        assert!(parse_sample("x y").is_err());
    }

    #[test]
    fn a_filter_that_no_load_has_is_refused_with_the_near_ones() {
        let texts = ["get".to_owned(), "itrate".to_owned()];
        let filter = Filter::new(&texts);
        assert!(filter.wants("x/get/hit") && !filter.wants("x/iterate"));
        assert!(filter.check().unwrap_err().to_string().contains("did you mean x/iterate"));
        assert!(Filter::new(&[]).wants("x/iterate"));
    }

    #[cfg(unix)]
    #[test]
    fn a_sampler_that_dies_is_an_error_with_its_ending() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dies");
        fs::write(&path, "#!/bin/sh\nkill -9 $$\n").unwrap();
        let status = Command::new("chmod").arg("+x").arg(&path).status().unwrap();
        assert!(status.success());
        let program = Program { path, structure: "x".into(), sha256: "0".repeat(64), features: Vec::new() };
        let message = program.serve(0).unwrap().sample("x/y", 1).unwrap_err().to_string();
        assert!(message.contains("killed by signal 9") && message.contains("x/y"), "{message}");
    }
}
