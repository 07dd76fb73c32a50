//! What in the docs is made and not written: the figures, and the table of contents.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::figures::Figures;

/// Documents with blocks of figures.
const WITH_FIGURES: [&str; 2] = ["README.md", "docs/BENCHMARKS.md"];
const CONTENTS: &str = "docs/SUMMARY.md";

/// A document as it is and as it should be.
#[derive(Debug)]
pub(crate) struct Document {
    /// Relative to the root.
    pub(crate) path: &'static str,
    pub(crate) is: String,
    pub(crate) should_be: String,
}

/// Every document that is made, wholly or in part.
pub(crate) fn documents(root: &Path) -> Result<Vec<Document>> {
    let figures = Figures::read(&root.join("benches/record"))?;
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let mut documents = Vec::new();
    for path in WITH_FIGURES {
        let is = read(path);
        let should_be = figures.fill(&is).with_context(|| format!("{path} has a broken mark"))?;
        documents.push(Document { path, is, should_be });
    }
    documents.push(Document { path: CONTENTS, is: read(CONTENTS), should_be: contents(root) });
    Ok(documents)
}

/// The book's table of contents: mdBook shows only what stands there, so every decision must.
fn contents(root: &Path) -> String {
    let mut text = String::from(
        "# Summary\n\n- [Architecture](ARCHITECTURE.md)\n- [Benchmarks](BENCHMARKS.md)\n- [Profile-guided optimisation](PGO.md)\n- [Unsafe code](UNSAFE.md)\n\
         - [Decisions](decisions/README.md)\n",
    );
    let files = fs::read_dir(root.join("docs/decisions")).into_iter().flatten().flatten();
    let mut names: Vec<String> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".md") && name != "README.md");
    names.sort();
    for name in names {
        let page = fs::read_to_string(root.join("docs/decisions").join(&name)).unwrap_or_default();
        let title = page.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(&name);
        text += &format!("  - [{}](decisions/{name})\n", title.trim());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contents_list_every_decision_by_its_title() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("docs/decisions")).unwrap();
        fs::write(folder.path().join("docs/decisions/0002-b.md"), "# 2. Second\n").unwrap();
        fs::write(folder.path().join("docs/decisions/0001-a.md"), "# 1. First\n").unwrap();
        fs::write(folder.path().join("docs/decisions/README.md"), "# Decisions\n").unwrap();
        let expected = "  - [1. First](decisions/0001-a.md)\n  - [2. Second](decisions/0002-b.md)\n";
        assert!(contents(folder.path()).ends_with(expected));
    }
}
