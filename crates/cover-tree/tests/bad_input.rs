//! Bad input is a typed error that names the argument and carries the value.

use cover_tree::{
    Cosine, CoverTree, Error, Euclidean, Haversine, Index, Kernel, Parameters, Points, Residual, Rows, Scan,
    Violation, check_metric,
};

#[test]
fn points_must_be_finite_and_whole() {
    assert!(matches!(
        Rows::new(vec![0.0, 1.0, f64::NAN, 3.0], 2),
        Err(Error::NotFinite { argument: "values", row: 1, column: 0, value }) if value.is_nan()
    ));
    assert_eq!(
        Rows::new(vec![0.0_f32; 5], 2),
        Err(Error::Length { argument: "values", expected: 6, found: 5 })
    );
}

#[test]
fn queries_are_checked() {
    let rows = Rows::new(vec![0.0_f32, 1.0, 2.0, 3.0], 2).unwrap();
    let tree = CoverTree::new(rows.clone(), Euclidean).unwrap();
    let scan = Scan::new(rows.clone(), Euclidean).unwrap();
    let dimension = Error::Dimension { argument: "point", expected: 2, found: 1 };
    assert_eq!(tree.knn(&[1.0], 1), Err(dimension.clone()));
    assert_eq!(scan.knn(&[1.0], 1), Err(dimension));
    let infinite = Error::NotFinite { argument: "point", row: 0, column: 1, value: f64::INFINITY };
    assert_eq!(tree.radius(&[1.0, f32::INFINITY], 1.0), Err(infinite));
    assert_eq!(tree.knn_predecessors(0..3, 1), Err(Error::UnknownPoint { id: 2 }));
    assert_eq!(tree.radius(&[0.0, 1.0], f64::NAN), Ok(Vec::new()));
    assert_eq!(tree.knn(&[0.0, 1.0], 0), Ok(Vec::new()));
    assert_eq!(tree.knn(&[0.0, 1.0], 9).unwrap().len(), 2);
}

#[test]
fn empty_indexes_find_nothing() {
    let empty = Rows::<f64>::new(Vec::new(), 3).unwrap();
    let tree = CoverTree::new(empty.clone(), Euclidean).unwrap();
    assert_eq!(tree.knn(&[0.0; 3], 4), Ok(Vec::new()));
    assert_eq!(Scan::new(empty, Euclidean).unwrap().knn(&[0.0; 3], 4), Ok(Vec::new()));
    assert!(tree.is_empty() && tree.all_knn(3).is_empty() && tree.validate().is_ok());
}

#[test]
fn metrics_refuse_points_outside_them() {
    let zero = Rows::new(vec![1.0, 0.0, 0.0, 0.0], 2).unwrap();
    assert!(matches!(Scan::new(zero, Cosine), Err(Error::OutsideMetric { .. })));
    let pole = Rows::new(vec![91.0, 0.0], 2).unwrap();
    assert!(matches!(
        CoverTree::new(pole, Haversine::EARTH_KM),
        Err(Error::OutsideMetric { value: 91.0, .. })
    ));
    assert!(matches!(Haversine::new(-1.0), Err(Error::NotPositive { argument: "radius", .. })));
}

#[test]
fn residual_arguments_are_checked() {
    let good = Parameters::new(Kernel::Rbf, 1.0, &[0.5]);
    let points = [0.0, 0.0, 1.0, 1.0];
    let make = |parameters: &Parameters| Residual::new(&points, 2, &points, parameters).map(|_| ());
    let with = |variance, lengthscales: &[f64]| Parameters::new(Kernel::Rbf, variance, lengthscales);
    assert_eq!(make(&good), Ok(()));
    assert_eq!(
        make(&with(1.0, &[-0.5])),
        Err(Error::NotPositive { argument: "lengthscales", index: 0, value: -0.5 })
    );
    assert_eq!(
        make(&with(0.0, &[0.5])),
        Err(Error::NotPositive { argument: "variance", index: 0, value: 0.0 })
    );
    assert_eq!(
        make(&with(1.0, &[0.5; 3])),
        Err(Error::Length { argument: "lengthscales", expected: 2, found: 3 })
    );
    let twice = [0.0, 0.0, 0.0, 0.0];
    let no_jitter = Parameters { jitter: 0.0, ..good.clone() };
    assert!(matches!(
        Residual::new(&points, 2, &twice, &no_jitter),
        Err(Error::NotPositiveDefinite { pivot: 1, .. })
    ));
    let matrices = |v: &[f64], p: &[f64]| Residual::from_matrices(&points, 2, v, p, &good).map(|_| ());
    assert_eq!(matrices(&[0.1, 0.2], &[0.9, 0.9]), Ok(()));
    assert_eq!(
        matrices(&[0.1, 0.2], &[0.9]),
        Err(Error::Length { argument: "p_diag", expected: 2, found: 1 })
    );
    assert_eq!(
        matrices(&[0.1; 3], &[0.9; 2]),
        Err(Error::Length { argument: "v_matrix", expected: 4, found: 3 })
    );
    assert_eq!(
        matrices(&[0.1; 2], &[0.9, 0.0]),
        Err(Error::NotPositive { argument: "p_diag", index: 1, value: 0.0 })
    );
    let nan = matrices(&[0.1, f64::NAN], &[0.9; 2]);
    assert!(matches!(nan, Err(Error::NotFinite { argument: "v_matrix", row: 1, column: 0, .. })));
}

#[test]
fn given_matrices_equal_computed_ones() {
    let points: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 61) / 61.0).collect();
    let parameters = Parameters::new(Kernel::Matern52, 2.0, &[0.4, 0.6]);
    let (metric, rows) = Residual::new(&points, 2, &points[..10], &parameters).unwrap();
    let v: Vec<f64> = rows.iter().flat_map(|row| row[2..7].to_vec()).collect();
    let p: Vec<f64> = rows.iter().map(|row| 1.0 / (row[7] * row[7])).collect();
    let (given, given_rows) = Residual::from_matrices(&points, 2, &v, &p, &parameters).unwrap();
    for i in 0..30 {
        let computed = metric.correlation(rows.point(i), rows.point(0));
        let from_given = given.correlation(given_rows.point(i), given_rows.point(0));
        assert!((computed - from_given).abs() < 1e-9);
    }
    assert_eq!(check_metric(&rows, &metric, 3000, 1), None);
}

#[test]
fn a_broken_triangle_is_found() {
    let squares = |a: &f64, b: &f64| (a - b).powi(2);
    struct Square(fn(&f64, &f64) -> f64);
    impl cover_tree::Metric<f64> for Square {
        fn distance(&self, a: &f64, b: &f64) -> f64 {
            (self.0)(a, b)
        }
    }
    let points: Vec<f64> = (0..50).map(f64::from).collect();
    assert!(matches!(check_metric(&points, &Square(squares), 500, 3), Some(Violation::Triangle { .. })));
    assert_eq!(check_metric(&points, &Square(|a, b| (a - b).abs()), 500, 3), None);
}
