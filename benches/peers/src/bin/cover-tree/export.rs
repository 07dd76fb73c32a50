//! The inputs and answers of rows as plain files, for runners in other languages.
//!
//! One folder a row. Of points: `points.f32` and `queries.f32` (row after row), `expected.i64` (queries x k), and `meta.txt`
//! with the words `bench n dimension k checksum`; of builds the same without queries, and k is 0. Of residuals: `rows.f64`
//! (n x (3 + m + 1): scaled coordinates, `v`, `1 / sqrt(p)`), `queries.i64` and `limits.i64` (positions, and how many points
//! each query may see), `expected.i64` (queries x k, -1 padded), and `meta.txt` with the words `bench n m kernel k checksum`.

use std::fs;
use std::path::Path;

use bench_own::harness::Suite;
use cover_tree::Points;

use crate::residual::{Prepared, Row};
use crate::{build, exact, points, residual};

/// Takes a folder's name, and its files with their names.
pub(crate) type Writer<'a> = dyn FnMut(&str, &[(&str, Vec<u8>)]) + 'a;

/// Writes what was asked for.
pub(crate) fn to(suite: &mut Suite, directory: &Path) {
    let mut write = |name: &str, files: &[(&str, Vec<u8>)]| {
        let folder = directory.join(name.replace('/', "-"));
        fs::create_dir_all(&folder).expect("the directory can be made");
        for (name, bytes) in files {
            fs::write(folder.join(name), bytes).expect("the directory can be written");
        }
    };
    points::export(suite, &mut write);
    build::export(suite, &mut write);
    residual::for_each(suite, |_, prepared, rows| {
        for row in rows {
            write(&row.bench, &of_residual(prepared, row));
        }
    });
}

fn of_residual(prepared: &Prepared, row: &Row) -> [(&'static str, Vec<u8>); 5] {
    let (process, n) = (&prepared.process, prepared.rows.len());
    let search = |query| prepared.search(row.predecessors, query);
    let answers = exact::neighbours(&prepared.rows, &prepared.metric, &prepared.queries, search);
    let queries: Vec<i64> = process.queries.iter().map(|&query| query as i64).collect();
    let limits = if row.predecessors { queries.clone() } else { vec![n as i64; queries.len()] };
    let [m, k, checksum] = [process.inducing.len() as u64, process.k as u64, exact::expected(&answers)];
    let meta = format!("{} {n} {m} {} {k} {checksum:016x}", row.bench, process.kernel);
    let bytes = |values: &[i64]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    [
        ("rows.f64", prepared.rows.iter().flatten().flat_map(|x| x.to_le_bytes()).collect()),
        ("queries.i64", bytes(&queries)),
        ("limits.i64", bytes(&limits)),
        ("expected.i64", bytes(&padded(&answers, process.k))),
        ("meta.txt", meta.into_bytes()),
    ]
}

pub(crate) fn padded(answers: &[Vec<cover_tree::Neighbour>], k: usize) -> Vec<i64> {
    let row = |row: &Vec<cover_tree::Neighbour>| {
        let mut indices: Vec<i64> = row.iter().map(|neighbour| i64::from(neighbour.index)).collect();
        indices.resize(k, -1);
        indices
    };
    answers.iter().flat_map(row).collect()
}
