//! The files that each crate and the workspace must have, and what must stand in them.

use std::path::{Path, PathBuf};

use super::{Breach, Tree, section};

/// The workspace's own rooms.
const WORKSPACE: [&str; 9] = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "deny.toml",
    "docs/ARCHITECTURE.md",
    "docs/BENCHMARKS.md",
    "docs/UNSAFE.md",
];

/// The longest README of the workspace, in lines.
const README_MAX: usize = 150;

/// The only manifest that does not take the workspace's minimum Rust version: its peers need newer ones.
const NEWER: &str = "benches/peers/Cargo.toml";

pub(super) fn check(tree: &Tree, libraries: &[String]) -> Vec<Breach> {
    let missing = WORKSPACE.iter().filter(|file| !tree.has(file));
    let mut breaches: Vec<Breach> = missing.map(|file| Breach::new(file, "is missing")).collect();
    breaches.extend(libraries.iter().flat_map(|name| check_library(tree, name)));

    let changes = tree.read("CHANGELOG.md").unwrap_or_default();
    for name in libraries.iter().map(String::as_str).chain(["xtask"]) {
        if section(&changes, name).is_none() {
            breaches.push(Breach::new("CHANGELOG.md", format!("has no section `## {name}`")));
        }
    }
    let lines = tree.read("README.md").unwrap_or_default().lines().count();
    if lines > README_MAX {
        breaches.push(Breach::new("README.md", format!("has {lines} lines, {README_MAX} are allowed")));
    }
    breaches
}

fn check_library(tree: &Tree, name: &str) -> Vec<Breach> {
    let folder = Path::new("crates").join(name);
    let mut needed = vec!["README.md", "src/lib.rs"];
    let sources = folder.join("src");
    // A crate that is still a page has nothing to test and no example to run.
    let built = tree.below(&sources).count() > 1;
    if built {
        needed.extend(match name {
            "simd-kernels" => &["tests/agreement.rs"][..],
            _ => &["tests/oracle.rs", "tests/properties.rs", "tests/regressions.rs"],
        });
    }
    let missing = needed.into_iter().map(|file| folder.join(file)).filter(|file| !has_module(tree, file));
    let mut breaches: Vec<Breach> = missing.map(|file| Breach::new(file.display(), "is missing")).collect();
    let examples = folder.join("examples");
    if built && !tree.below(&examples).any(|file| file.extension().is_some_and(|e| e == "rs")) {
        breaches.push(Breach::new(examples.display(), "has no example that a user would run"));
    }
    breaches
}

/// `tests/oracle.rs`, or `tests/oracle/main.rs` where it is long.
fn has_module(tree: &Tree, file: &Path) -> bool {
    tree.has(file) || tree.has(file.with_extension("").join("main.rs"))
}

/// Every manifest takes the workspace's lints and its minimum Rust version, which stands in one place.
pub(super) fn check_manifests(tree: &Tree, manifests: &[PathBuf]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in manifests {
        let text = tree.read(file).unwrap_or_default();
        if !text.contains("[lints]\nworkspace = true") {
            breaches.push(Breach::new(file.display(), "does not take the workspace's lints"));
        }
        let takes = text.contains("rust-version.workspace = true");
        if !takes && file != Path::new(NEWER) {
            breaches.push(Breach::new(file.display(), "does not take the workspace's rust-version"));
        }
    }
    let Some(version) = minimum_rust(tree) else {
        breaches.push(Breach::new("Cargo.toml", "states no rust-version"));
        return breaches;
    };
    for file in tree.with_extension("toml").chain(tree.with_extension("yml")) {
        let text = tree.read(file).unwrap_or_default();
        if file != Path::new("Cargo.toml") && text.contains(&version) {
            let rule = format!("states the minimum Rust version {version}, which stands in Cargo.toml alone");
            breaches.push(Breach::new(file.display(), rule));
        }
    }
    breaches
}

/// The workspace's `rust-version`.
fn minimum_rust(tree: &Tree) -> Option<String> {
    let text = tree.read("Cargo.toml")?;
    let line = text.lines().find(|line| line.starts_with("rust-version"))?;
    line.split('"').nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::tests::planted;
    use super::*;

    fn texts(breaches: &[Breach]) -> Vec<String> {
        breaches.iter().map(Breach::to_string).collect()
    }

    #[test]
    fn missing_rooms_are_found_once_a_crate_is_more_than_a_page() {
        let page = [("crates/x/README.md", ""), ("crates/x/src/lib.rs", "")];
        let (_folder, tree) = planted(&page);
        assert!(check_library(&tree, "x").is_empty());

        let built = [page[0], page[1], ("crates/x/src/map.rs", ""), ("crates/x/tests/oracle/main.rs", "")];
        let (_folder, tree) = planted(&built);
        let expected = [
            "crates/x/tests/properties.rs: is missing",
            "crates/x/tests/regressions.rs: is missing",
            "crates/x/examples: has no example that a user would run",
        ];
        assert_eq!(texts(&check_library(&tree, "x")), expected);
    }

    #[test]
    fn a_long_readme_and_a_missing_changelog_section_are_found() {
        let long = "line\n".repeat(README_MAX + 1);
        let (_folder, tree) = planted(&[("README.md", &long), ("CHANGELOG.md", "## xtask\n")]);
        let list = texts(&check(&tree, &["x".to_owned()]));
        assert!(list.contains(&"README.md: has 151 lines, 150 are allowed".to_owned()), "{list:?}");
        assert!(list.contains(&"CHANGELOG.md: has no section `## x`".to_owned()), "{list:?}");
        assert!(!list.contains(&"CHANGELOG.md: has no section `## xtask`".to_owned()), "{list:?}");
    }

    #[test]
    fn the_minimum_rust_version_stands_in_one_place() {
        let root = "[workspace.package]\nrust-version = \"1.77\" # why\n";
        let good = "rust-version.workspace = true\n[lints]\nworkspace = true\n";
        let files =
            [("Cargo.toml", root), ("a/Cargo.toml", good), ("b/Cargo.toml", "rust-version = \"1.77\"\n")];
        let (_folder, tree) = planted(&files);
        let list = texts(&check_manifests(&tree, &["a/Cargo.toml".into(), "b/Cargo.toml".into()]));
        assert_eq!(list.len(), 3, "{list:?}");
        assert!(list.iter().all(|line| line.starts_with("b/Cargo.toml")), "{list:?}");
    }
}
