//! Who may import whom, from `cargo metadata`.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::DependencyKind;

use super::Breach;
use crate::process;
use crate::workspace::Workspace;

/// The kernels' package.
const KERNELS: &str = "locality-simd-kernels";
/// The Python package.
const PYTHON: &str = "locality-python";
/// Crates in a library's default normal tree, itself included.
const TREE_MAX: usize = 4;
/// What a head-to-head may use without being anybody's peer, so that our libraries may too.
const SHARED: [&str; 11] = [
    "ahash",
    "bytemuck",
    "clap",
    "crossbeam-utils",
    "libloading",
    "memmap2",
    "rayon",
    "rustix",
    "serde",
    "smallvec",
    "tracing",
];

/// A member of the workspace and what it imports.
#[derive(Clone, Debug)]
pub(super) struct Member {
    name: String,
    role: Role,
    imports: Vec<Import>,
}

#[derive(Clone, Debug)]
struct Import {
    name: String,
    /// Only for tests, examples and benches.
    dev: bool,
    optional: bool,
}

/// What a member is, by its place in the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Kernels,
    Structure,
    Python,
    Workloads,
    Peers,
    Xtask,
}

impl Role {
    fn of(name: &str) -> Self {
        match name {
            KERNELS => Self::Kernels,
            PYTHON => Self::Python,
            "bench-own" => Self::Workloads,
            "bench-peers" => Self::Peers,
            "xtask" => Self::Xtask,
            _ => Self::Structure,
        }
    }

    /// Whether a member of this role may import one of that role; `aside` is only for its tests, benches or features.
    fn may_import(self, other: Self, aside: bool) -> bool {
        match (self, other) {
            // Nothing imports the top of the house.
            (_, Self::Python | Self::Peers | Self::Xtask) | (Self::Kernels, _) => false,
            (Self::Structure, other) => other == Self::Kernels,
            (Self::Python | Self::Peers, Self::Kernels | Self::Structure) => true,
            (Self::Peers | Self::Xtask, Self::Workloads) => true,
            // xtask links the workloads' library, so that must not bring a structure along; its benches and features may.
            (Self::Workloads, Self::Kernels | Self::Structure) => aside,
            _ => false,
        }
    }
}

pub(super) fn members(workspace: &Workspace) -> Vec<Member> {
    let member = |package: &cargo_metadata::Package| {
        let imports = package.dependencies.iter().map(|on| Import {
            name: on.name.clone(),
            dev: on.kind == DependencyKind::Development,
            optional: on.optional,
        });
        Member { name: package.name.to_string(), role: Role::of(&package.name), imports: imports.collect() }
    };
    workspace.packages().map(member).collect()
}

pub(super) fn check(members: &[Member]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for member in members {
        for import in &member.imports {
            let Some(other) = members.iter().find(|other| other.name == import.name) else { continue };
            if !member.role.may_import(other.role, import.dev || import.optional) {
                breaches.push(Breach::new(
                    &member.name,
                    format!("must not import {} (house.md, arrows)", other.name),
                ));
            }
        }
    }
    breaches.extend(foreign_peers(members));
    breaches
}

/// Peers and pyo3 in the tree of a library of ours.
fn foreign_peers(members: &[Member]) -> Vec<Breach> {
    let peers: BTreeSet<&str> = members
        .iter()
        .filter(|member| member.role == Role::Peers)
        .flat_map(|member| &member.imports)
        .filter(|import| import.optional && members.iter().all(|member| member.name != import.name))
        .map(|import| import.name.as_str())
        .filter(|name| !SHARED.contains(name))
        .collect();
    let libraries = members.iter().filter(|member| matches!(member.role, Role::Kernels | Role::Structure));
    libraries
        .flat_map(|library| library.imports.iter().map(move |import| (library, import)))
        .filter(|(_, import)| !import.dev && (peers.contains(import.name.as_str()) || import.name == "pyo3"))
        .map(|(library, import)| {
            Breach::new(&library.name, format!("has the peer {} in its tree", import.name))
        })
        .collect()
}

/// The size of each library's default normal tree, as `cargo tree` counts it.
pub(super) fn check_trees(workspace: &Workspace) -> Result<Vec<Breach>> {
    let mut breaches = Vec::new();
    for library in workspace.libraries() {
        let mut cargo = workspace.cargo();
        cargo.args([
            "tree",
            "--package",
            &library.name,
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]);
        breaches.extend(check_tree(&library.name, &process::output(&mut cargo)?));
    }
    Ok(breaches)
}

fn check_tree(library: &str, tree: &str) -> Option<Breach> {
    // `name v1.2.3 (path)`, and ` (*)` where it is repeated.
    let crates: BTreeSet<String> = tree
        .lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    let list = || crates.iter().cloned().collect::<Vec<_>>().join(", ");
    let rule = || format!("{} crates in its default tree, {TREE_MAX} are allowed: {}", crates.len(), list());
    (crates.len() > TREE_MAX).then(|| Breach::new(library, rule()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, imports: &[&str]) -> Member {
        let import = |text: &&str| {
            let name = text.trim_start_matches("dev:").trim_start_matches("optional:");
            Import {
                name: name.to_owned(),
                dev: text.starts_with("dev:"),
                optional: text.starts_with("optional:"),
            }
        };
        Member { name: name.to_owned(), role: Role::of(name), imports: imports.iter().map(import).collect() }
    }

    fn house(name: &str, imports: &[&str]) -> Vec<String> {
        let mut members = vec![
            member(KERNELS, &["rand"]),
            member("bplus-tree", &[KERNELS, "ahash", "dev:proptest"]),
            member("cover-tree", &[KERNELS]),
            member("bench-own", &["clap", "dev:bplus-tree"]),
            member("bench-peers", &["bench-own", "optional:bplus-tree", "optional:imbl", "optional:ahash"]),
            member("xtask", &["bench-own"]),
        ];
        members.retain(|member| member.name != name);
        members.push(member(name, imports));
        check(&members).iter().map(Breach::to_string).collect()
    }

    #[test]
    fn the_house_as_drawn_is_tidy() {
        assert!(house("radix-index", &[KERNELS, "optional:rayon"]).is_empty());
        assert!(house(PYTHON, &["bplus-tree", "pyo3"]).is_empty());
    }

    #[test]
    fn planted_arrows_are_found() {
        let planted: [(&str, &[&str]); 7] = [
            ("bplus-tree", &["cover-tree"]),
            ("bplus-tree", &["dev:bench-own"]),
            (KERNELS, &["bplus-tree"]),
            ("xtask", &["bplus-tree"]),
            ("bench-own", &["bplus-tree"]),
            ("bench-own", &["xtask"]),
            ("cover-tree", &["dev:xtask"]),
        ];
        for (name, imports) in planted {
            assert_eq!(house(name, imports).len(), 1, "{name} imports {imports:?}");
        }
    }

    #[test]
    fn a_peer_in_a_library_is_found_but_not_in_its_tests() {
        assert_eq!(house("cover-tree", &["imbl"]), ["cover-tree: has the peer imbl in its tree"]);
        assert_eq!(house("cover-tree", &["optional:pyo3"]).len(), 1);
        assert!(house("cover-tree", &["dev:imbl"]).is_empty());
    }

    #[test]
    fn a_fifth_crate_is_one_too_many() {
        let four = "a v1.0.0 (path)\nb v1.0.0\nc v1.0.0\nd v1.0.0\nb v1.0.0 (*)\n";
        assert_eq!(check_tree("a", four), None);
        let five = format!("{four}e v2.0.0 (proc-macro)\n");
        assert!(check_tree("a", &five).unwrap().to_string().starts_with("a: 5 crates"));
    }
}
