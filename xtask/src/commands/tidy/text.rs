//! What no committed text may hold.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Breach, Tree};
use crate::generated;

/// Beginnings of paths that exist on one machine only. In two parts, so that this file does not hold them.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];

/// Past this many lines a source file tells two stories.
const LINES_MAX: usize = 1000;

/// A mark that blocks a merge.
const UNFINISHED: &str = concat!("TO", "DO");

pub(super) fn check(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in &tree.files {
        let Some(text) = tree.read(file) else { continue };
        let is_rust = file.extension().is_some_and(|extension| extension == "rs");
        for (number, line) in (1..).zip(text.lines()) {
            let place = format!("{}:{number}", file.display());
            if let Some(path) = machine_path(line) {
                breaches.push(Breach::new(&place, format!("holds a path of one machine, `{path}…`")));
            }
            if is_rust && line.contains(UNFINISHED) {
                breaches
                    .push(Breach::new(&place, format!("{UNFINISHED} blocks a merge; FIXME(#n) may stay")));
            }
        }
        let lines = text.lines().count();
        if is_rust && lines > LINES_MAX {
            breaches.push(Breach::new(file.display(), format!("has {lines} lines: two stories (style.md)")));
        }
    }
    breaches.extend(check_decisions(tree));
    breaches.extend(check_generated(tree));
    breaches
}

/// What is made is up to date: the figures of the docs are those of the records.
fn check_generated(tree: &Tree) -> Vec<Breach> {
    let documents = match generated::documents(&tree.root) {
        Ok(documents) => documents,
        Err(error) => return vec![Breach::new("docs", format!("{error:#}"))],
    };
    let old =
        documents.into_iter().filter(|document| tree.has(document.path) && document.is != document.should_be);
    old.map(|document| Breach::new(document.path, "is not up to date: cargo xtask report --markdown"))
        .collect()
}

/// The machine path in a line, if it begins there: `https://x.org/home/` and `net/work/` are none.
fn machine_path(line: &str) -> Option<&'static str> {
    MACHINE_PATHS.into_iter().find(|path| {
        line.match_indices(path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|c| {
                !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '>' | '~' | '$'))
            })
        })
    })
}

/// Decisions are `NNNN-title.md`, and no number is given twice.
fn check_decisions(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut numbers: BTreeMap<&str, &Path> = BTreeMap::new();
    for file in tree.below(Path::new("docs/decisions")) {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name == "README.md" {
            continue;
        }
        let number = name.split_once('-').map_or("", |(number, _)| number);
        if number.len() != 4 || !number.bytes().all(|b| b.is_ascii_digit()) || !name.ends_with(".md") {
            breaches.push(Breach::new(file.display(), "is not called NNNN-title.md"));
        } else if let Some(other) = numbers.insert(number, file) {
            breaches.push(Breach::new(file.display(), format!("has the number of {}", other.display())));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::super::tests::planted;
    use super::*;

    fn breaches(files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, tree) = planted(files);
        check(&tree).iter().map(Breach::to_string).collect()
    }

    #[test]
    fn paths_of_one_machine_are_found_and_lookalikes_are_not() {
        let planted = format!("open(\"{}me/me/x\")", "/ho");
        assert_eq!(
            breaches(&[("a.py", &planted)]),
            [format!("a.py:1: holds a path of one machine, `{}me/…`", "/ho")]
        );
        let alike = format!("see https://x.org{}me/ and net{}rk/ and $HOME{}ot/", "/ho", "/wo", "/ro");
        assert!(breaches(&[("a.md", &alike)]).is_empty());
    }

    #[test]
    fn unfinished_marks_and_endless_files_are_found() {
        let mark = format!("// {UNFINISHED}: later\n");
        assert_eq!(breaches(&[("src/a.rs", &mark)]).len(), 1);
        let endless = "//\n".repeat(LINES_MAX + 1);
        assert_eq!(breaches(&[("src/a.rs", &endless)]).len(), 1);
    }

    #[test]
    fn figures_typed_by_hand_are_found() {
        let typed = "<!-- figures: summary -->\n1000x faster\n<!-- end of figures -->\n";
        let list = breaches(&[("README.md", typed)]);
        assert_eq!(list, ["README.md: is not up to date: cargo xtask report --markdown"]);
    }

    #[test]
    fn decisions_have_a_number_of_their_own() {
        let files =
            [("docs/decisions/0001-a.md", ""), ("docs/decisions/0001-b.md", ""), ("docs/decisions/b.md", "")];
        let list = breaches(&files);
        assert_eq!(list.len(), 2, "{list:?}");
    }
}
