//! External tools: found where they are, never installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::workspace::rustc_field;

/// The program of this name on `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// What the program prints, on either stream, if it ends well.
pub(crate) fn answer(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// The first line of [`answer`].
pub(crate) fn first_line(program: &Path, arguments: &[&str]) -> Option<String> {
    answer(program, arguments)?.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

/// Whether rustup has this toolchain installed; never installs it.
pub(crate) fn has_toolchain(name: &str) -> bool {
    let Some(rustup) = on_path("rustup") else { return false };
    let list = answer(&rustup, &["toolchain", "list"]).unwrap_or_default();
    list.lines()
        .any(|line| line.split(['-', ' ']).next() == Some(name) || line.starts_with(&format!("{name}-")))
}

/// The major version of the LLVM that `rustc -vV` names.
pub(crate) fn llvm_major(rustc: &str) -> Option<u32> {
    rustc_field(rustc, "LLVM version")?.split('.').next()?.parse().ok()
}

/// An `llvm-profdata` that reads the profiles of this rustc: of the same major version. The error names what is there
/// instead.
pub(crate) fn llvm_profdata(rustc: &str) -> Result<PathBuf, String> {
    let major = llvm_major(rustc).ok_or("rustc does not tell its LLVM version")?;
    let candidates: Vec<PathBuf> = candidates("llvm-profdata", "LLVM_PROFDATA", major).collect();
    match candidates.iter().find(|path| llvm_tool_major(path) == Some(major)) {
        Some(path) => Ok(path.clone()),
        None if candidates.is_empty() => Err(format!("missing (rustc uses LLVM {major})")),
        None => Err(format!("found {} (not {major})", candidates[0].display())),
    }
}

/// Another LLVM program of the same major version, such as `llvm-bolt`.
pub(crate) fn llvm_program(name: &str, rustc: &str) -> Option<PathBuf> {
    let major = llvm_major(rustc)?;
    let variable = name.to_uppercase().replace('-', "_");
    candidates(name, &variable, major).find(|path| llvm_tool_major(path) == Some(major))
}

/// Where a program of LLVM may be, the likeliest first: the variable, the toolchain's own, with the version in its
/// name, in Debian's folder, with its plain name.
fn candidates(name: &str, variable: &str, major: u32) -> impl Iterator<Item = PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let libdir = on_path("rustc").and_then(|rustc| first_line(&rustc, &["--print", "target-libdir"]));
    let own = libdir.and_then(|libdir| Some(PathBuf::from(libdir).parent()?.join("bin").join(name)));
    let versioned = on_path(&format!("{name}-{major}"));
    let debian = Some(PathBuf::from(format!("/usr/lib/llvm-{major}/bin/{name}")));
    let places = [named, own, versioned, debian, on_path(name)];
    places.into_iter().flatten().filter(|path| path.is_file())
}

/// The major version that an LLVM tool tells; none for one that does not understand the question (llvm-profdata 14
/// knows `--version` only behind a subcommand, and is too old anyway).
fn llvm_tool_major(path: &Path) -> Option<u32> {
    let text = answer(path, &["--version"]).or_else(|| answer(path, &["show", "--version"]))?;
    parse_llvm_version(&text)
}

fn parse_llvm_version(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("LLVM version ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn llvm_versions_are_read_from_both_programs() {
        assert_eq!(parse_llvm_version("Debian LLVM version 22.1.8\n  Optimized build."), Some(22));
        assert_eq!(parse_llvm_version("LLVM (http://llvm.org/):\n  LLVM version 14.0.6"), Some(14));
        assert_eq!(parse_llvm_version("unknown argument"), None);
        assert_eq!(llvm_major("rustc 1.95.0\nhost: x\nLLVM version: 22.1.2\n"), Some(22));
    }

    #[test]
    fn a_program_that_is_not_there_has_no_answer() {
        assert_eq!(on_path("no-such-program-anywhere"), None);
        assert_eq!(answer(Path::new("/no/such/program"), &[]), None);
    }
}
