//! The line that every benchmark prints, in any language.

use serde::{Deserialize, Serialize};

use super::Clock;

/// Version of the METRIC line; a reader refuses another one.
pub const SCHEMA: u32 = 1;

/// What a target compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against<'a> {
    /// The named engine.
    Engine(&'a str),
    /// The best of all peers that gave the right answer; bounds are no peers.
    BestPeer,
}

/// A ratio that we promised: the other's figure divided by ours is at least `ratio`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The engine's name, or `best peer`.
    pub against: String,
    /// How many times better than it we must be.
    pub ratio: f64,
}

/// One engine's result in one contest: a line `METRIC {json}` on standard output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The structure measured, e.g. `bplus-tree`.
    pub structure: String,
    /// The row, e.g. `get/random`.
    pub bench: String,
    /// Entries, atoms or points in the structure.
    pub size: u64,
    /// Threads the engine was given.
    pub threads: u32,
    /// What the row models.
    pub models: String,
    /// Whom the row flatters.
    pub flatters: String,
    /// The contender.
    pub engine: String,
    /// Its version.
    pub engine_version: String,
    /// Whether it is our own crate.
    pub ours: bool,
    /// Whether it does less than the row asks, and is a limit to compare with rather than a peer; not in old records.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bound: bool,
    /// Unit of each sample; less is better.
    pub unit: String,
    /// What was timed; none for figures that are counted, such as bytes.
    pub clock: Option<Clock>,
    /// Operations in one sample.
    pub operations: u64,
    /// Seed of the workload.
    pub seed: u64,
    /// The answer, as 16 hexadecimal digits; equal for all engines of a row.
    pub checksum: String,
    /// One value a round, in the order of rounds; empty if `error` is set.
    pub samples: Vec<f64>,
    /// Ratios that we must reach; on our own lines only.
    pub targets: Vec<Target>,
    /// Further figures of this engine, such as `recall`.
    pub notes: Vec<(String, f64)>,
    /// Why the engine was not timed: a wrong answer, or `skipped: …` for a peer that this machine lacks.
    pub error: Option<String>,
}

impl Metric {
    /// The median of the samples; none without samples.
    pub fn median(&self) -> Option<f64> {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            n if n % 2 == 1 => Some(sorted[middle]),
            _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        }
    }
}
