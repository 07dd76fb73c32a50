//! `cargo xtask tidy`: the rules of the house that no compiler checks.

mod arrows;
mod rooms;
mod text;
mod unsafety;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use crate::Outcome;
use crate::workspace::Workspace;

/// Check the rules of the house that no compiler checks.
///
/// Who may import whom; at most four crates in a library's default tree; unsafe code only in its rooms and with its
/// argument in docs/UNSAFE.md; the files each crate must have; the minimum Rust version in one place; a section of the
/// changelog for each crate; no paths of one machine. Each breach is one line: where, and what the rule is.
///
/// Exit codes: 0 tidy, 1 a rule is broken, 2 could not run.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  cargo xtask tidy
  cargo xtask tidy --json")]
pub(crate) struct Arguments {
    /// Print the breaches as a JSON array.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome> {
    let breaches = check(&Workspace::load()?)?;
    if arguments.json {
        println!("{}", serde_json::to_string(&breaches).expect("strings only"));
    } else {
        for breach in &breaches {
            eprintln!("{breach}");
        }
        match breaches.len() {
            0 => println!("tidy: every rule is kept"),
            n => eprintln!("tidy: {n} breaches"),
        }
    }
    Ok(Outcome::from_good(breaches.is_empty()))
}

/// All breaches, in the order of the rules.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<Breach>> {
    let tree = Tree::of(workspace)?;
    let members = arrows::members(workspace);
    let mut breaches = arrows::check(&members);
    breaches.extend(arrows::check_trees(workspace)?);
    let libraries: Vec<String> = workspace.libraries().map(|library| workspace.short_name(library)).collect();
    breaches.extend(unsafety::check(&tree, &libraries));
    breaches.extend(rooms::check(&tree, &libraries));
    let manifests: Vec<PathBuf> =
        workspace.packages().map(|package| workspace.folder(package).join("Cargo.toml")).collect();
    breaches.extend(rooms::check_manifests(&tree, &manifests));
    breaches.extend(text::check(&tree));
    Ok(breaches)
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Breach {
    /// A file or a package.
    place: String,
    rule: String,
}

impl Breach {
    fn new(place: impl fmt::Display, rule: impl Into<String>) -> Self {
        Self { place: place.to_string(), rule: rule.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.rule)
    }
}

/// The files that are committed or about to be.
#[derive(Debug)]
struct Tree {
    root: PathBuf,
    /// Relative to the root, sorted.
    files: Vec<PathBuf>,
}

impl Tree {
    fn of(workspace: &Workspace) -> Result<Self> {
        let list = workspace.git(&["ls-files", "--cached", "--others", "--exclude-standard", "-z"])?;
        let mut files: Vec<PathBuf> = list.split_terminator('\0').map(PathBuf::from).collect();
        files.retain(|file| workspace.root().join(file).is_file());
        files.sort();
        files.dedup();
        Ok(Self { root: workspace.root().to_owned(), files })
    }

    /// A file's text; none if it is missing or not text.
    fn read(&self, file: impl AsRef<Path>) -> Option<String> {
        fs::read_to_string(self.root.join(file)).ok()
    }

    fn has(&self, file: impl AsRef<Path>) -> bool {
        self.files.iter().any(|known| known == file.as_ref())
    }

    fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a PathBuf> {
        self.files.iter().filter(move |file| file.starts_with(folder))
    }

    fn with_extension<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a PathBuf> {
        self.files.iter().filter(move |file| file.extension().is_some_and(|e| e == extension))
    }
}

/// The part of a Markdown text below the heading `## name`, to the next of its rank; none without the heading.
fn section<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = text.strip_prefix("## ").unwrap_or(text).split("\n## ");
    parts.find_map(|part| {
        let rest = part.strip_prefix(name)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix('\n') }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test that guards the house: it fails with the list of breaches.
    #[test]
    fn this_workspace_is_tidy() {
        let breaches = check(&Workspace::load().unwrap()).unwrap();
        let list: Vec<String> = breaches.iter().map(Breach::to_string).collect();
        assert!(list.is_empty(), "\n{}", list.join("\n"));
    }

    #[test]
    fn a_section_ends_at_the_next() {
        let text = "# Title\n\n## one\n\nfirst\n\n## two\nsecond\n## three";
        assert_eq!(section(text, "one"), Some("\nfirst\n"));
        assert_eq!(section(text, "two"), Some("second"));
        assert_eq!(section(text, "three"), Some(""));
        assert_eq!(section(text, "on"), None);
    }

    /// A tree on disk for the tests of single rules.
    pub(super) fn planted(files: &[(&str, &str)]) -> (tempfile::TempDir, Tree) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut names: Vec<PathBuf> = files.iter().map(|(name, _)| PathBuf::from(name)).collect();
        names.sort();
        let tree = Tree { root: folder.path().to_owned(), files: names };
        (folder, tree)
    }
}
