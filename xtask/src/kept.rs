//! Results of the other commands, kept beside the records of `bench`: one JSON file a run in `benches/record/KIND`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::machine::{self, Machine};
use crate::record;
use crate::workspace::{self, Workspace};

/// Version of these files; another one is refused.
pub(crate) const SCHEMA: u32 = 1;

/// A result and what it was made with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept<T> {
    pub(crate) schema: u32,
    pub(crate) date: String,
    pub(crate) commit: Option<String>,
    pub(crate) dirty: bool,
    pub(crate) machine: Machine,
    pub(crate) rustc: String,
    /// The arguments of the command, so that the run can be repeated.
    pub(crate) command: Vec<String>,
    /// Load averages at the end.
    pub(crate) load: Option<[f64; 3]>,
    pub(crate) result: T,
}

impl<T: Serialize> Kept<T> {
    /// The result of the command that runs now.
    pub(crate) fn now(workspace: &Workspace, result: T) -> Result<Self> {
        let (commit, dirty) = workspace.commit().unzip();
        Ok(Self {
            schema: SCHEMA,
            date: record::now(),
            commit,
            dirty: dirty.unwrap_or(false),
            machine: Machine::detect(),
            rustc: workspace::rustc_verbose()?.lines().next().unwrap_or_default().to_owned(),
            command: std::env::args().skip(1).collect(),
            load: machine::load(),
            result,
        })
    }

    /// Writes `benches/record/KIND/<date>-<commit>.json` and gives its path relative to the root.
    pub(crate) fn write(&self, workspace: &Workspace, kind: &str) -> Result<PathBuf> {
        let moment = self.date.replace(':', "").replace('T', "-").trim_end_matches('Z').to_owned();
        let name = format!("{moment}-{}.json", self.commit.as_deref().unwrap_or("no-commit"));
        let path = Path::new("benches/record").join(kind).join(name);
        let file = workspace.root().join(&path);
        let folder = file.parent().expect("it has one");
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let text = serde_json::to_string(self).expect("plain fields") + "\n";
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(path)
    }
}

/// Every kept result of this kind, the oldest first, with its file's name.
pub(crate) fn read<T: DeserializeOwned>(records: &Path, kind: &str) -> Result<Vec<(String, Kept<T>)>> {
    let mut kept = Vec::new();
    for file in fs::read_dir(records.join(kind)).into_iter().flatten().flatten() {
        let path = file.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let one = parse(&text).with_context(|| format!("{} is no {kind} result", path.display()))?;
            kept.push((file.file_name().to_string_lossy().into_owned(), one));
        }
    }
    kept.sort_by(|a: &(String, Kept<T>), b| a.1.date.cmp(&b.1.date));
    Ok(kept)
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<Kept<T>> {
    let value: Value = serde_json::from_str(text).context("it is not JSON")?;
    match value.get("schema").and_then(Value::as_u64) {
        Some(schema) if schema == u64::from(SCHEMA) => {}
        Some(schema) => bail!("it has schema {schema}; this xtask reads schema {SCHEMA}"),
        None => bail!("it names no schema; this xtask reads schema {SCHEMA}"),
    }
    serde_json::from_value(value).context("it has schema 1 but other fields")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_schema_is_refused_with_both_versions() {
        let message = parse::<u32>("{\"schema\": 4}").unwrap_err().to_string();
        assert!(message.contains("schema 4") && message.contains("schema 1"), "{message}");
        assert!(parse::<u32>("{}").is_err() && parse::<u32>("nonsense").is_err());
    }
}
