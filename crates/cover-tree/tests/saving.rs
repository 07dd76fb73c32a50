//! A saved tree answers as the one that was saved, however it comes back.

mod common;

use common::{Shape, values};
use cover_tree::{Angular, CoverTree, Euclidean, Index, Manhattan, Metric, Points, Rows, Scalar};

/// A tree with points inside and outside the nodes, and some removed.
fn changed<T: Scalar, M: Metric<[T]>>(points: Rows<T>, metric: M) -> CoverTree<Rows<T>, M> {
    let more = points.select(&[3, 1, 4]);
    let mut tree = CoverTree::new(points, metric).unwrap();
    for point in more.iter() {
        tree.insert(point).unwrap();
    }
    [2, 9, 302].into_iter().for_each(|index| tree.remove(index).unwrap());
    tree
}

fn same<T: Scalar, M: Metric<[T]>, N: Metric<[T]>>(
    tree: &CoverTree<Rows<T>, M>,
    again: &CoverTree<Rows<T>, N>,
    queries: &Rows<T>,
) {
    assert_eq!(again.validate(), Ok(()));
    assert_eq!(again.len(), tree.len());
    assert_eq!(again.knn_batch(queries, 7), tree.knn_batch(queries, 7));
    assert_eq!(again.radius_batch(queries, 0.3), tree.radius_batch(queries, 0.3));
    assert_eq!(again.all_knn(3), tree.all_knn(3));
}

fn round_trip<M: Metric<[f32]> + Copy>(metric: M, dimension: usize, name: &str) {
    // Curves of many dimensions are kept in a plane's coordinates, so both layouts are saved.
    let data = values(Shape::Curve, 400, dimension, 3).iter().map(|&x| x as f32).collect();
    let points = Rows::new(data, dimension).unwrap();
    let queries = points.select(&[0, 50, 399]);
    let tree = changed(points, metric);
    let mut bytes = Vec::new();
    tree.save(&mut bytes).unwrap();
    let loaded = CoverTree::<Rows<f32>, _>::load(&bytes[..], metric).unwrap();
    same(&tree, &loaded, &queries);
    let mut again = Vec::new();
    loaded.save(&mut again).unwrap();
    assert_eq!(bytes, again);
    mapped(&tree, metric, &bytes, &queries, name);
}

#[cfg(feature = "mmap")]
fn mapped<M: Metric<[f32]> + Copy>(
    tree: &CoverTree<Rows<f32>, M>,
    metric: M,
    bytes: &[u8],
    queries: &Rows<f32>,
    name: &str,
) {
    let path = std::env::temp_dir().join(format!("cover-tree-{name}-{}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    #[allow(unsafe_code, reason = "mapping is what is tested")]
    // SAFETY: the file has a name of this process and test; nobody else writes to it.
    let mut opened = unsafe { CoverTree::<Rows<f32>, _>::open_mapped(&path, metric) }.unwrap();
    std::fs::remove_file(&path).unwrap();
    same(tree, &opened, queries);
    // Changes copy what they touch; the clone stays as it was.
    let before = opened.clone();
    for i in 0..200 {
        let point: Vec<f32> = queries.point(0).iter().map(|x| x + i as f32 * 1e-3).collect();
        opened.insert(&point).unwrap();
    }
    opened.remove(0).unwrap();
    assert_eq!(opened.validate(), Ok(()));
    same(tree, &before, queries);
}

#[cfg(not(feature = "mmap"))]
fn mapped<M: Metric<[f32]> + Copy>(_: &CoverTree<Rows<f32>, M>, _: M, _: &[u8], _: &Rows<f32>, _: &str) {}

#[test]
fn trees_come_back() {
    round_trip(Euclidean, 3, "euclidean-3");
    round_trip(Euclidean, 40, "euclidean-40");
    round_trip(Manhattan, 5, "manhattan");
    round_trip(Angular, 6, "angular");
}

#[test]
fn another_metric_is_refused() {
    let points = Rows::new(values(Shape::Uniform, 100, 3, 1), 3).unwrap();
    let mut bytes = Vec::new();
    CoverTree::new(points, Euclidean).unwrap().save(&mut bytes).unwrap();
    assert!(CoverTree::<Rows<f64>, _>::load(&bytes[..], Manhattan).is_err());
    assert!(CoverTree::<Rows<f64>, _>::load(&bytes[..], Angular).is_err());
    assert!(CoverTree::<Rows<f32>, _>::load(&bytes[..], Euclidean).is_err());
}

#[test]
fn empty_trees_and_other_points_come_back() {
    let empty = CoverTree::new(Rows::<f64>::new(Vec::new(), 2).unwrap(), Euclidean).unwrap();
    let mut bytes = Vec::new();
    empty.save(&mut bytes).unwrap();
    assert!(CoverTree::<Rows<f64>, _>::load(&bytes[..], Euclidean).unwrap().is_empty());
    let words = Rows::new((0..64_u64).map(|i| i * i).collect(), 2).unwrap();
    let tree = CoverTree::new(words, cover_tree::Hamming).unwrap();
    bytes.clear();
    tree.save(&mut bytes).unwrap();
    let again = CoverTree::<Rows<u64>, _>::load(&bytes[..], cover_tree::Hamming).unwrap();
    assert_eq!(again.knn(&[9, 9], 5), tree.knn(&[9, 9], 5));
}

#[cfg(feature = "serde")]
#[test]
fn indexes_come_back_through_serde() {
    use cover_tree::{Auto, Scan};

    // Numbers with few digits, because JSON as serde_json reads it is not exact in the last bit.
    let data = values(Shape::Curve, 400, 4, 3).iter().map(|x| (x * 1024.0).round() / 1024.0).collect();
    let points = Rows::new(data, 4).unwrap();
    let queries = points.select(&[0, 50, 399]);
    let tree = changed(points.clone(), Euclidean);
    let text = serde_json::to_string(&tree).unwrap();
    same(&tree, &serde_json::from_str::<CoverTree<Rows<f64>, Euclidean>>(&text).unwrap(), &queries);
    let hostile = text.replacen("\"indexed\":400", "\"indexed\":4000", 1);
    assert_ne!(hostile, text);
    assert!(serde_json::from_str::<CoverTree<Rows<f64>, Euclidean>>(&hostile).is_err());
    let scan = Scan::new(points.clone(), Euclidean).unwrap();
    let again: Scan<Rows<f64>, Euclidean> =
        serde_json::from_str(&serde_json::to_string(&scan).unwrap()).unwrap();
    assert_eq!(again.knn_batch(&queries, 5), scan.knn_batch(&queries, 5));
    let auto = Auto::new(points, Euclidean).unwrap();
    let again: Auto<Rows<f64>, Euclidean> =
        serde_json::from_str(&serde_json::to_string(&auto).unwrap()).unwrap();
    assert_eq!((again.choice(), again.knn_batch(&queries, 5)), (auto.choice(), auto.knn_batch(&queries, 5)));
    assert!(serde_json::from_str::<Rows<f64>>(r#"{"values":[1.0,2.0,3.0],"dimension":2,"len":2}"#).is_err());
}
