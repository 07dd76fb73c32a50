//! Laws: threads, engines and orders of work do not change an answer; a tree keeps its invariants through every change.

mod common;

use common::{Numbers, SHAPES, Shape, cases, values};
use cover_tree::{
    Auto, CoverTree, Error, Euclidean, Index, Manhattan, Metric, Points, Rows, Scan, Search, brute_force,
};
use proptest::prelude::*;

/// Inserts, removals and searches in any order, against a plain list.
fn operations(shape: Shape, seed: u64, steps: usize) {
    let mut numbers = Numbers(seed);
    let pool = values(shape, 600, 3, seed);
    let start = numbers.below(100);
    let mut tree = CoverTree::new(Rows::new(pool[..3 * start].to_vec(), 3).unwrap(), Euclidean).unwrap();
    let mut live: Vec<Option<[f64; 3]>> = pool[..3 * start].chunks(3).map(|p| p.try_into().ok()).collect();
    for step in 0..steps {
        let point: [f64; 3] = pool[3 * numbers.below(600)..][..3].try_into().unwrap();
        match numbers.below(4) {
            0 | 1 => {
                assert_eq!(tree.insert(&point).unwrap() as usize, live.len());
                live.push(Some(point));
            }
            2 if !live.is_empty() => {
                let index = numbers.below(live.len());
                let expected = live[index].take().map_or(Err(Error::UnknownPoint { id: index }), |_| Ok(()));
                assert_eq!(tree.remove(index as u32), expected);
            }
            _ => {
                let alive = |index: u32| live[index as usize].is_some();
                let all: Vec<f64> = live.iter().flat_map(|point| point.unwrap_or([0.0; 3])).collect();
                let search = Search::nearest(numbers.below(12)).before(numbers.below(2 * live.len() + 1));
                let expected =
                    brute_force(&Rows::new(all, 3).unwrap(), &Euclidean, &point, &search.filter(&alive));
                assert_eq!(tree.search(&point, &search).unwrap(), expected);
            }
        }
        if step % 64 == 0 {
            assert_eq!(tree.validate(), Ok(()));
            assert_eq!(tree.len(), live.iter().flatten().count());
        }
    }
}

#[test]
fn inserts_and_removals_agree_with_a_list() {
    for seed in 0..cases(2) {
        for shape in SHAPES {
            operations(shape, seed, 800);
        }
    }
}

#[test]
fn large_trees_are_valid_and_agree_with_the_scan() {
    for shape in [Shape::Uniform, Shape::Curve, Shape::Digits, Shape::AllEqual] {
        for dimension in [2, 9] {
            let points = Rows::new(values(shape, 3000, dimension, 1), dimension).unwrap();
            let queries = points.select(&(0..100).map(|i| i * 29).collect::<Vec<_>>());
            let tree = CoverTree::new(points.clone(), Manhattan).unwrap();
            assert_eq!(tree.validate(), Ok(()));
            let scan = Scan::new(points.clone(), Manhattan).unwrap();
            let auto = Auto::new(points, Manhattan).unwrap();
            for k in [1, 10] {
                let expected = scan.knn_batch(&queries, k).unwrap();
                assert_eq!(tree.knn_batch(&queries, k).unwrap(), expected);
                assert_eq!(auto.knn_batch(&queries, k).unwrap(), expected);
            }
            assert_eq!(tree.all_knn(4), scan.all_knn(4));
            assert_eq!(tree.knn_predecessors(0..300, 7).unwrap(), scan.knn_predecessors(0..300, 7).unwrap());
        }
    }
}

#[test]
fn all_equal_points_make_a_flat_tree() {
    let tree = CoverTree::new(Rows::new(vec![1.5; 20_000], 1).unwrap(), Euclidean).unwrap();
    let found = tree.knn(&[1.5], 3).unwrap();
    assert_eq!(found.iter().map(|n| n.index).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(tree.validate(), Ok(()));
}

#[cfg(feature = "rayon")]
#[test]
fn threads_do_not_change_answers() {
    let (metric, rows) = common::residual(cover_tree::Kernel::Matern32, 500, 20, 0.3, 9);
    let answers = [1, 2, 5].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let scan = Scan::new(rows.clone(), &metric).unwrap();
            let tree = CoverTree::new(rows.clone(), &metric).unwrap();
            let mut bytes = Vec::new();
            tree.save(&mut bytes).unwrap();
            (scan.knn_predecessors(0..500, 10).unwrap(), tree.all_knn(5), bytes)
        })
    });
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[test]
fn approximate_answers_prove_what_they_say() {
    let points = Rows::new(values(Shape::Curve, 2000, 5, 2), 5).unwrap();
    let tree = CoverTree::new(points.clone(), Euclidean).unwrap();
    for query in 0..50 {
        let point = points.point(query * 31);
        let exact = tree.knn(point, 12).unwrap();
        for budget in [0, 50, 200, 1000, usize::MAX] {
            let found = tree.search_approximate(point, &Search::nearest(12), budget).unwrap();
            assert_eq!(found.neighbours[..found.proven], exact[..found.proven]);
            let right = exact.iter().filter(|n| found.neighbours.contains(n)).count();
            assert!(right as f64 / 12.0 >= found.recall_bound);
            assert!(budget < 2000 || found.recall_bound == 1.0);
        }
    }
}

#[test]
fn damaged_bytes_are_errors() {
    let points = Rows::new(values(Shape::Uniform, 300, 3, 4), 3).unwrap();
    let mut tree = CoverTree::new(points, Euclidean).unwrap();
    tree.remove(7).unwrap();
    tree.insert(&[0.1, 0.2, 0.3]).unwrap();
    let mut bytes = Vec::new();
    tree.save(&mut bytes).unwrap();
    let load = |bytes: &[u8]| CoverTree::<Rows<f64>, _>::load(bytes, Euclidean);
    let loaded = load(&bytes).unwrap();
    assert_eq!(loaded.validate(), Ok(()));
    assert_eq!(loaded.knn(&[0.0; 3], 20).unwrap(), tree.knn(&[0.0; 3], 20).unwrap());
    assert_eq!(loaded.remove_twice(), Err(Error::UnknownPoint { id: 7 }));
    assert!(matches!(CoverTree::<Rows<f32>, _>::load(&bytes[..], Euclidean), Err(Error::Corrupt { .. })));
    let mut numbers = Numbers(1);
    for _ in 0..2000 {
        let mut bad = bytes.clone();
        match numbers.below(2) {
            0 => bad.truncate(numbers.below(bytes.len())),
            _ => {
                let at = numbers.below(bytes.len());
                bad[at] = numbers.word() as u8;
            }
        }
        if let Ok(tree) = load(&bad) {
            // Whatever it holds, it answers.
            let _ = tree.knn(&[0.0; 3], 5).unwrap();
            let _ = tree.validate();
        }
    }
}

trait RemoveTwice {
    fn remove_twice(self) -> Result<(), Error>;
}

impl RemoveTwice for CoverTree<Rows<f64>, Euclidean> {
    fn remove_twice(mut self) -> Result<(), Error> {
        self.remove(7)
    }
}

/// A metric of noise: no law holds, and nothing may crash.
struct Noise;

impl Metric<f64> for Noise {
    fn distance(&self, a: &f64, b: &f64) -> f64 {
        let mut numbers = Numbers(a.to_bits() ^ b.to_bits().rotate_left(17));
        match numbers.below(10) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => -numbers.unit(),
            _ => numbers.unit(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(24) as u32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_lying_metric_crashes_nothing(points in prop::collection::vec(-1e3..1e3, 0..300), k in 0_usize..20) {
        let tree = CoverTree::new(points.clone(), Noise).unwrap();
        let _ = tree.validate();
        let found = tree.knn(&0.5, k).unwrap();
        prop_assert!(found.len() <= k);
    }

    #[test]
    fn random_points_and_searches(
        points in prop::collection::vec(prop::sample::select(vec![-1.0, 0.0, 0.5, 1.0, 1e-20, 1e20, 3.3]), 0..240),
        query in prop::array::uniform3(-2.0..2.0),
        k in 0_usize..30,
        before in 0_usize..90,
        radius in 0.0..3.0,
    ) {
        let rows = Rows::new(points[..points.len() / 3 * 3].to_vec(), 3).unwrap();
        let tree = CoverTree::new(rows.clone(), Euclidean).unwrap();
        let scan = Scan::new(rows.clone(), Euclidean).unwrap();
        for search in [Search::nearest(k).before(before), Search::radius(radius), Search::nearest(k).within(radius)] {
            let expected = brute_force(&rows, &Euclidean, &query, &search);
            prop_assert_eq!(&tree.search(&query, &search).unwrap(), &expected);
            prop_assert_eq!(&scan.search(&query, &search).unwrap(), &expected);
        }
    }
}

#[test]
fn asking_together_answers_as_asking_alone() {
    for shape in SHAPES {
        for dimension in [1, 3, 20] {
            let points = Rows::new(values(shape, 400, dimension, 4), dimension).unwrap();
            let more = points.select(&[5, 6, 399]);
            let mut tree = CoverTree::new(points, Euclidean).unwrap();
            for point in more.iter() {
                tree.insert(point).unwrap();
            }
            [0, 5, 300, 400].into_iter().for_each(|index| tree.remove(index).unwrap());
            for k in [0, 1, 10, 1000] {
                assert_eq!(tree.all_knn(k), tree.all_knn_singly(k), "{shape:?} {dimension} {k}");
            }
        }
    }
    let points = Rows::new(values(Shape::Digits, 500, 4, 4), 4).unwrap();
    let tree = CoverTree::new(points.clone(), Manhattan).unwrap();
    assert_eq!(tree.all_knn(7), Scan::new(points, Manhattan).unwrap().all_knn(7));
}
