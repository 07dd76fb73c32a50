//! One test a bug or a boundary that once mattered, each with its story.

mod common;

use common::{Numbers, check};
use cover_tree::{CoverTree, Euclidean, Index, Kernel, Metric, Points, Rows, Scan, Search, brute_force};

/// `validate` took a residual point's rounding distance from itself for a broken covering: 1 - |rho| is not quite 0.
#[test]
fn a_point_off_from_itself_by_rounding_is_covered() {
    for seed in 0..20 {
        let (metric, rows) = common::residual(Kernel::Rbf, 150, 33, 0.5, seed);
        assert_eq!(CoverTree::new(rows, metric).unwrap().validate(), Ok(()));
    }
}

/// Constraint tests without recall tests hid a truncated search in the origin: the first predecessors, exactly.
#[test]
fn the_first_predecessors_are_exact() {
    let k = 12;
    for (n, m) in [(60, 1), (60, 20), (60, 60)] {
        let (metric, rows) = common::residual(Kernel::Matern32, n, m, 0.4, 3);
        let scan = Scan::new(rows.clone(), &metric).unwrap();
        let tree = CoverTree::new(rows.clone(), &metric).unwrap();
        let ours = [scan.knn_predecessors(0..k + 2, k).unwrap(), tree.knn_predecessors(0..k + 2, k).unwrap()];
        for i in 0..k + 2 {
            let expected = brute_force(&rows, &metric, rows.point(i), &Search::nearest(k).before(i));
            assert_eq!(expected.len(), i.min(k));
            assert!(ours.iter().all(|found| found.row(i) == expected), "point {i}, m = {m}");
        }
    }
}

/// Points near a plane of `rank` axes within `dimension`, some of them far off it, some of them equal.
fn near_a_plane(n: usize, dimension: usize, rank: usize, noise: f64, seed: u64) -> Vec<f64> {
    let mut numbers = Numbers(seed);
    let axes: Vec<f64> = (0..rank * dimension).map(|_| numbers.unit() - 0.5).collect();
    let mut values = Vec::new();
    for point in 0..n {
        let t: Vec<f64> = (0..rank).map(|_| numbers.unit()).collect();
        let noise = if point % 50 == 7 { 0.5 } else { noise };
        for axis in 0..dimension {
            let on: f64 = t.iter().zip(0..).map(|(t, i)| t * axes[i * dimension + axis]).sum();
            values.push(100.0 + on + noise * (numbers.unit() - 0.5));
        }
        if point % 11 == 3 {
            values.copy_within((point - 1) * dimension..point * dimension, point * dimension);
        }
    }
    values
}

/// A tree that keeps its points in the coordinates of a plane answers as brute force does: on the plane, off it, and
/// for queries so far away that squares overflow.
#[test]
fn projected_trees_are_exact() {
    for (dimension, rank, noise) in
        [(16, 3, 0.0), (33, 5, 1e-9), (64, 3, 1e-3), (64, 12, 0.02), (300, 4, 1e-4)]
    {
        let values = near_a_plane(400, dimension, rank, noise, dimension as u64);
        let mut asked = values[7 * dimension..12 * dimension].to_vec();
        asked.extend((0..dimension).map(|axis| 99.0 + axis as f64 * 0.1));
        asked.extend([1e17, -1e19, 1e200, 1e308].iter().flat_map(|&x| vec![x; dimension]));
        let points = Rows::new(values.clone(), dimension).unwrap();
        let tree = CoverTree::new(points.clone(), Euclidean).unwrap();
        assert_eq!(tree.validate(), Ok(()));
        check(&tree, &points, &Euclidean, &Rows::new(asked.clone(), dimension).unwrap());

        let single = |values: &[f64]| values.iter().map(|&x| x as f32).collect::<Vec<_>>();
        asked.truncate(7 * dimension);
        let points = Rows::new(single(&values), dimension).unwrap();
        let tree = CoverTree::new(points.clone(), Euclidean).unwrap();
        check(&tree, &points, &Euclidean, &Rows::new(single(&asked), dimension).unwrap());
    }
}

/// A search that its budget ended passed for a complete one where all that was left was infinitely far.
#[test]
fn a_budget_proves_nothing_of_points_infinitely_far() {
    struct Parts;
    impl Metric<(u32, f64)> for Parts {
        fn distance(&self, a: &(u32, f64), b: &(u32, f64)) -> f64 {
            if a.0 == b.0 { (a.1 - b.1).abs() } else { f64::INFINITY }
        }
    }
    let points: Vec<_> = (0..300).map(|i| (i % 4, f64::from(i / 4))).collect();
    let tree = CoverTree::new(points, Parts).unwrap();
    for query in [(2, 7.0), (9, 0.0)] {
        for budget in 0..300 {
            for k in [1, 100, 300] {
                let exact = tree.knn(&query, k).unwrap();
                let found = tree.search_approximate(&query, &Search::nearest(k), budget).unwrap();
                assert_eq!(found.neighbours[..found.proven], exact[..found.proven], "{budget} {k}");
                assert!(
                    found.proven as f64 + 1e-9 >= found.recall_bound * exact.len() as f64,
                    "{budget} {k}"
                );
            }
        }
    }
}
