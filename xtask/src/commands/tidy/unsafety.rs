//! Where unsafe code may live, and that its argument is written down.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use super::{Breach, Tree, section};

/// The argument of every module with unsafe code.
const ARGUMENTS: &str = "docs/UNSAFE.md";

/// Modules of a crate that may hold unsafe code; in crates not named here any module may, with its argument.
const ROOMS: [(&str, &[&str]); 4] = [
    ("benches/own", &["bin/sampler/allocator"]),
    ("radix-index", &["bucket", "reclaim"]),
    ("bplus-tree", &["node", "arena"]),
    ("persistent-collections", &["shared"]),
];

/// Roots that must forbid unsafe code outright, if they exist.
const FORBIDDING: [&str; 3] = ["xtask/src/main.rs", "benches/own/src/lib.rs", "crates/python/src/lib.rs"];

pub(super) fn check(tree: &Tree, libraries: &[String]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let arguments = tree.read(ARGUMENTS).unwrap_or_default();
    let sources = libraries.iter().map(|name| (name.as_str(), Path::new("crates").join(name).join("src")));
    let benches = ["benches/own", "benches/peers"].map(|name| (name, PathBuf::from(name).join("src")));
    for (name, folder) in sources.chain(benches) {
        let told = mentions(section(&arguments, name).unwrap_or_default());
        for file in tree.below(&folder).filter(|file| has_unsafe(tree, file)) {
            let module = module_of(file.strip_prefix(&folder).expect("below"));
            if !in_its_room(name, &module) {
                breaches.push(Breach::new(
                    file.display(),
                    format!("no room of {name} for unsafe code (house.md)"),
                ));
            }
            if !told.iter().any(|told| covers(told, &module)) {
                let rule =
                    format!("has unsafe code, and {ARGUMENTS} has no line for `{module}` under {name}");
                breaches.push(Breach::new(file.display(), rule));
            }
        }
        // A line may also name the test that tries to break the code, which stands beside `src`.
        let beside = folder.parent().expect("ends in src");
        let is_gone = |told: &&String| !tree.has(folder.join(told)) && !tree.has(beside.join(told));
        let gone = told.iter().filter(|told| told.ends_with(".rs")).filter(is_gone);
        breaches.extend(
            gone.map(|told| Breach::new(ARGUMENTS, format!("names {told} of {name}, which is not there"))),
        );
    }
    for root in FORBIDDING.iter().filter(|root| tree.has(root)) {
        if !tree.read(root).is_some_and(|text| text.contains("#![forbid(unsafe_code)]")) {
            breaches.push(Breach::new(root, "must forbid unsafe code"));
        }
    }
    breaches
}

fn in_its_room(library: &str, module: &str) -> bool {
    let rooms = ROOMS.iter().find(|(name, _)| *name == library);
    rooms.is_none_or(|(_, rooms)| rooms.iter().any(|room| covers(room, module)))
}

/// Whether a file has the keyword itself, and not merely the word in a comment or a string.
fn has_unsafe(tree: &Tree, file: &Path) -> bool {
    let is_rust = file.extension().is_some_and(|extension| extension == "rs");
    let text = if is_rust { tree.read(file).unwrap_or_default() } else { return false };
    // Most files are settled without reading their tokens. One that is no Rust is the compiler's business.
    text.contains("unsafe") && TokenStream::from_str(&text).is_ok_and(tokens_have_unsafe)
}

fn tokens_have_unsafe(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "unsafe",
        TokenTree::Group(group) => tokens_have_unsafe(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// `search/avx2.rs` is the module `search/avx2`, `node/mod.rs` is `node`.
fn module_of(file: &Path) -> String {
    let text = file.with_extension("").to_string_lossy().replace('\\', "/");
    text.strip_suffix("/mod").map_or_else(|| text.clone(), str::to_owned)
}

/// Whether what stands in a document, as `search::avx2`, `search/avx2.rs`, `search/` or `search/*`, covers a module.
/// A module covers those below it.
fn covers(told: &str, module: &str) -> bool {
    let told = told.replace("::", "/");
    let told =
        told.trim_end_matches(".rs").trim_end_matches('*').trim_end_matches('/').trim_end_matches("/mod");
    !told.is_empty() && module.strip_prefix(told).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What stands in backticks, with `{a,b}` spelled out and the path down to `src/` taken off.
fn mentions(text: &str) -> Vec<String> {
    let spans = text.split('`').skip(1).step_by(2);
    spans
        .flat_map(spell_out)
        .map(|span| span.rsplit_once("src/").map_or(span.clone(), |(_, rest)| rest.to_owned()))
        .collect()
}

fn spell_out(span: &str) -> Vec<String> {
    let Some((head, rest)) = span.split_once('{') else { return vec![span.to_owned()] };
    let Some((list, tail)) = rest.split_once('}') else { return vec![span.to_owned()] };
    list.split(',').map(|item| format!("{head}{}{tail}", item.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::planted;
    use super::*;

    const UNSAFE: &str = "pub fn f() { unsafe { g() } }";

    fn breaches(files: &[(&str, &str)], library: &str) -> Vec<String> {
        let (_folder, tree) = planted(files);
        check(&tree, &[library.to_owned()]).iter().map(Breach::to_string).collect()
    }

    #[test]
    fn unsafe_code_with_its_argument_in_its_room_is_tidy() {
        let arguments = "# T\n## bplus-tree\n\n- `node/{leaf,branch}.rs`: why\n- `arena`: why\n## other\n";
        let files = [
            ("docs/UNSAFE.md", arguments),
            ("crates/bplus-tree/src/node/leaf.rs", UNSAFE),
            ("crates/bplus-tree/src/node/branch.rs", UNSAFE),
            ("crates/bplus-tree/src/arena.rs", UNSAFE),
        ];
        assert!(breaches(&files, "bplus-tree").is_empty());
    }

    #[test]
    fn unsafe_code_outside_its_room_or_without_an_argument_is_found() {
        let files =
            [("docs/UNSAFE.md", "## bplus-tree\n`map.rs`\n"), ("crates/bplus-tree/src/map.rs", UNSAFE)];
        assert_eq!(breaches(&files, "bplus-tree").len(), 1);
        let files = [("docs/UNSAFE.md", "## bplus-tree\n"), ("crates/bplus-tree/src/arena.rs", UNSAFE)];
        assert_eq!(breaches(&files, "bplus-tree").len(), 1);
        // Under another crate's heading it does not count.
        let files = [("docs/UNSAFE.md", "## other\n`grid`\n"), ("crates/neighbor-list/src/grid.rs", UNSAFE)];
        assert_eq!(breaches(&files, "neighbor-list").len(), 1);
    }

    #[test]
    fn the_word_in_comments_and_strings_is_no_code() {
        let text = "// unsafe\n/* unsafe { } */\n#![deny(unsafe_code)]\nconst A: &str = \"unsafe { }\";";
        assert!(breaches(&[("crates/bplus-tree/src/map.rs", text)], "bplus-tree").is_empty());
    }

    #[test]
    fn an_argument_for_a_file_that_is_gone_is_found() {
        let files = [
            ("docs/UNSAFE.md", "## bplus-tree\n`node/old.rs` and `tests/oracle.rs`\n"),
            ("crates/bplus-tree/tests/oracle.rs", ""),
        ];
        let list = breaches(&files, "bplus-tree");
        assert_eq!(list, ["docs/UNSAFE.md: names node/old.rs of bplus-tree, which is not there"]);
    }

    #[test]
    fn a_root_that_does_not_forbid_is_found() {
        assert_eq!(breaches(&[("xtask/src/main.rs", "fn main() {}")], "bplus-tree").len(), 1);
    }

    #[test]
    fn a_mention_covers_its_module_and_those_below() {
        for (told, module, expected) in [
            ("search", "search/avx2", true),
            ("search::avx2", "search/avx2", true),
            ("search/*", "search/avx2", true),
            ("node/mod.rs", "node", true),
            ("search", "searching", false),
            ("", "search", false),
        ] {
            assert_eq!(covers(told, module), expected, "{told} covers {module}");
        }
    }
}
