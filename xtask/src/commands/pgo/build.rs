//! The programs of one structure: plain, instrumented, compiled with a profile, laid out anew by BOLT.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{self, Reader};
use crate::sampler::{Build, Program};
use crate::workspace::{Workspace, rustc_field};

/// External tools of rustc's own LLVM.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) profdata: PathBuf,
    /// Only where `--bolt` asks for it.
    pub(super) bolt: Option<PathBuf>,
}

/// The builds of one structure.
pub(super) struct Pgo<'a> {
    workspace: &'a Workspace,
    structure: &'a str,
    tools: &'a Tools,
    triple: &'a str,
    folder: PathBuf,
}

impl<'a> Pgo<'a> {
    pub(super) fn new(
        workspace: &'a Workspace,
        structure: &'a str,
        rustc: &'a str,
        tools: &'a Tools,
    ) -> Result<Self> {
        let triple = rustc_field(rustc, "host").context("rustc does not tell its host")?;
        let folder = workspace.metadata.target_directory.as_std_path().join("pgo");
        fs::create_dir_all(&folder).with_context(|| format!("cannot write {}", folder.display()))?;
        Ok(Self { workspace, structure, tools, triple, folder })
    }

    fn profile(&self) -> PathBuf {
        self.folder.join(format!("{}.profdata", self.structure))
    }

    fn use_flags(&self) -> [String; 1] {
        [format!("-Cprofile-use={}", self.profile().display())]
    }

    /// The plain program, the one that was compiled with a profile, and that laid out anew if there is BOLT.
    pub(super) fn build(&self, milliseconds: u64) -> Result<Vec<Program>> {
        let plain = self.one("plain", &[])?;
        let raw = self.folder.join(format!("{}.raw", self.structure));
        // Profiles of an earlier build would be merged with those of this one.
        fs::remove_dir_all(&raw).ok();
        let instrumented = self.one("instrumented", &[format!("-Cprofile-generate={}", raw.display())])?;
        eprintln!("training {}", self.structure);
        let mut train = Command::new(&instrumented.path);
        process::output(train.args(["train", "--milliseconds", &milliseconds.to_string()]))?;
        let mut merge = Command::new(&self.tools.profdata);
        merge.arg("merge").arg("-o").arg(self.profile()).arg(&raw);
        process::output(&mut merge).context("the profiles cannot be merged")?;
        let optimised = self.one("optimised", &self.use_flags())?;
        if plain.sha256 == optimised.sha256 {
            bail!("{}: the profile changed nothing, which cannot be", self.structure);
        }
        let mut programs = vec![plain, optimised];
        if let Some(bolt) = &self.tools.bolt {
            programs.push(self.laid_out(bolt, milliseconds)?);
        }
        Ok(programs)
    }

    /// The program with the profile once more, with its code moved to where another training says that it is hot.
    fn laid_out(&self, bolt: &Path, milliseconds: u64) -> Result<Program> {
        let [profile] = self.use_flags();
        let program = self.one("relocatable", &[profile, "-Clink-arg=-Wl,--emit-relocs".to_owned()])?;
        let [counting, moved] = ["counting", "moved"].map(|name| program.path.with_extension(name));
        let counts = self.folder.join(format!("{}.fdata", self.structure));
        let mut instrument = Command::new(bolt);
        instrument.arg(&program.path).arg("--instrument").arg("-o").arg(&counting);
        process::output(instrument.arg(format!("--instrumentation-file={}", counts.display())))?;
        eprintln!("training {} for its layout", self.structure);
        process::output(Command::new(&counting).args([
            "train",
            "--milliseconds",
            &milliseconds.to_string(),
        ]))?;
        let mut lay_out = Command::new(bolt);
        lay_out.arg(&program.path).arg("-o").arg(&moved).arg(format!("--data={}", counts.display()));
        lay_out.args(["--reorder-blocks=ext-tsp", "--reorder-functions=cdsort"]);
        process::output(lay_out.args(["--split-functions", "--split-all-cold"]))?;
        program.moved_to(moved)
    }

    /// Separate folders, so that no build takes objects of another.
    fn one(&self, name: &str, rustflags: &[String]) -> Result<Program> {
        eprintln!("compiling {} ({name})", self.structure);
        let (root, target) = (self.workspace.root(), self.folder.join(name));
        let (structure, triple) = (self.structure, Some(self.triple));
        Build { root, target: &target, structure, features: &[], rustflags, triple }.run()
    }

    /// Whether the structure's tests pass when compiled with the profile.
    pub(super) fn test(&self) -> Result<bool> {
        let library = self.workspace.libraries().find(|l| self.workspace.short_name(l) == self.structure);
        let package = library.context("a structure is a library")?.name.to_string();
        let mut cargo = self.workspace.cargo();
        cargo.args(["test", "--release", "--quiet", "--lib", "--tests", "--package", &package]);
        cargo.args(["--target", self.triple, "--target-dir"]).arg(self.folder.join("optimised"));
        cargo.env("CARGO_ENCODED_RUSTFLAGS", self.use_flags().join("\u{1f}")).env_remove("RUSTFLAGS");
        cargo.stdout(std::io::stderr());
        process::holds(&mut cargo, Reader::Person)
    }
}
