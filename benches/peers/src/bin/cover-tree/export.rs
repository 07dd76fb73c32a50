//! The inputs and answers of rows as plain files, for runners in other languages.
//!
//! One folder a row. Of points: `points.f32` and `queries.f32` (row after row), `expected.i64` (queries x k), and `meta.txt`
//! with the words `bench n dimension k checksum`. Of residuals: `rows.f64` (n x (3 + m + 1): scaled coordinates, `v`, `1 / sqrt(p)`), `queries.i64` and
//! `limits.i64` (positions, and how many points each query may see), `expected.i64` (queries x k, -1 padded), and
//! `meta.txt` with the words `bench n m kernel k checksum`.

use std::fs;
use std::path::Path;

use bench_own::cover_tree::PROCESSES;
use bench_own::harness::Suite;
use cover_tree::Points;

use crate::{exact, residual::Prepared};

/// Writes what was asked for.
pub(crate) fn to(suite: &Suite, directory: &Path) {
    crate::points::export(suite, &mut |bench, files| {
        let folder = directory.join(bench.replace('/', "-"));
        fs::create_dir_all(&folder).expect("the directory can be made");
        for (name, bytes) in files {
            fs::write(folder.join(name), bytes).expect("the directory can be written");
        }
    });
    for (name, n, m, kernel, _, k, _) in PROCESSES {
        for (kind, predecessors) in [("all", false), ("predecessors", true)] {
            let bench = format!("residual/{name}/{kind}");
            if !suite.wants(&bench, n) || (name == "gold" && !suite.options().full) {
                continue;
            }
            let prepared = Prepared::new(name, suite.options().seed);
            let search = |query| prepared.search(predecessors, query);
            let answers = exact::neighbours(&prepared.rows, &prepared.metric, &prepared.queries, search);
            let checksum = exact::expected(&answers);
            let expected = padded(&answers, k);
            let queries: Vec<i64> = prepared.process.queries.iter().map(|&query| query as i64).collect();
            let limits = if predecessors { queries.clone() } else { vec![n as i64; queries.len()] };
            let folder = directory.join(format!("{name}-{kind}"));
            let write = |file: &str, bytes: Vec<u8>| {
                fs::write(folder.join(file), bytes).expect("the directory can be written");
            };
            fs::create_dir_all(&folder).expect("the directory can be made");
            write("rows.f64", prepared.rows.iter().flatten().flat_map(|x| x.to_le_bytes()).collect());
            for (file, values) in [("queries", &queries), ("limits", &limits), ("expected", &expected)] {
                write(&format!("{file}.i64"), values.iter().flat_map(|x| x.to_le_bytes()).collect());
            }
            let meta = format!("{bench} {} {m} {kernel} {k} {checksum:016x}", prepared.rows.len());
            write("meta.txt", meta.into_bytes());
        }
    }
}

pub(crate) fn padded(answers: &[Vec<cover_tree::Neighbour>], k: usize) -> Vec<i64> {
    let row = |row: &Vec<cover_tree::Neighbour>| {
        let mut indices: Vec<i64> = row.iter().map(|neighbour| i64::from(neighbour.index)).collect();
        indices.resize(k, -1);
        indices
    };
    answers.iter().flat_map(row).collect()
}
