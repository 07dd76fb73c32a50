//! Bytes per entry, counted at the allocator.

use std::collections::BTreeMap;

use bench_own::bplus_tree::Workload;
use bench_own::harness::{Metric, SCHEMA, Suite, Target};
use bplus_tree::BPlusTreeMap;

use crate::engines::SortedMap;

/// Bytes per entry; a counted figure, so a row without a contest.
pub(crate) fn rows(suite: &mut Suite) {
    let size = 1_000_000;
    for (bench, most, brie) in [
        ("bytes/random", 25.0, 1.0 / 0.7),
        ("bytes/sorted", 18.8, 1.0 / 0.7),
        ("bytes/bulk", 17.0, 1.0 / 0.7),
    ] {
        if !suite.wants(bench, size) {
            continue;
        }
        let work = Workload::<u64>::new(size, 1, suite.options().seed);
        let ascending: Vec<u64> = work.sorted.iter().map(|entry| entry.0).collect();
        let build = Build { bench, random: &work.keys, ascending: &ascending, sorted: &work.sorted };
        let mut rows = vec![
            ("bplus-tree", build.bytes::<BPlusTreeMap<u64, u64>>()),
            ("std", build.bytes::<BTreeMap<u64, u64>>()),
            ("brie-tree", build.bytes::<brie_tree::BTree<u64, u64>>()),
        ];
        #[cfg(feature = "bplus-tree-all")]
        if suite.options().peers == bench_own::harness::Peers::All {
            rows.push(("embed-btree", build.bytes::<embed_btree::BTreeMap<u64, u64>>()));
            rows.push(("indexset", build.bytes::<indexset::BTreeMap<u64, u64>>()));
            rows.push(("pstd", build.bytes::<pstd::collections::BTreeMap<u64, u64>>()));
            rows.push(("sweep-bptree", build.bytes::<sweep_bptree::BPlusTreeMap<u64, u64>>()));
            rows.push(("scc TreeIndex", build.bytes::<scc::TreeIndex<u64, u64>>()));
        }
        let ours = Metric {
            schema: SCHEMA,
            structure: "bplus-tree".into(),
            bench: bench.into(),
            size: size as u64,
            threads: 1,
            models: "memory of an index of u64 to u64, counted at the allocator".into(),
            flatters: "packed leaves".into(),
            engine: String::new(),
            engine_version: String::new(),
            ours: true,
            bound: false,
            unit: "bytes/entry".into(),
            clock: None,
            operations: size as u64,
            seed: suite.options().seed,
            checksum: "0".repeat(16),
            samples: Vec::new(),
            targets: vec![
                Target { against: "brie-tree".into(), ratio: brie },
                Target { against: ALLOWANCE.into(), ratio: 1.0 },
            ],
            notes: Vec::new(),
            error: None,
        };
        rows.push((ALLOWANCE, (most * size as f64) as isize));
        for (engine, bytes) in rows {
            let is_ours = engine == "bplus-tree";
            let each = bytes as f64 / size as f64;
            eprintln!("{bench}/{size} {engine}: {each:.2} bytes/entry");
            suite.emit(&Metric {
                engine: engine.into(),
                samples: vec![each],
                ours: is_ours,
                bound: engine == ALLOWANCE,
                targets: if is_ours { ours.targets.clone() } else { Vec::new() },
                ..ours.clone()
            });
        }
    }
}

/// The name under which the allowance stands in the table.
const ALLOWANCE: &str = "allowance";

struct Build<'a> {
    bench: &'a str,
    random: &'a [u64],
    ascending: &'a [u64],
    sorted: &'a [(u64, u64)],
}

impl Build<'_> {
    fn bytes<M: SortedMap<u64>>(&self) -> isize {
        let entries = self.sorted.to_vec();
        crate::COUNTING.bytes_of(|| match self.bench {
            "bytes/random" => M::from_random(self.random),
            "bytes/sorted" => M::from_random(self.ascending),
            _ => M::from_sorted(entries.clone()),
        })
    }
}
