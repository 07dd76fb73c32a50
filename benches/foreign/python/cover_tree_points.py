"""The Euclidean rows of cover-tree in Python: scikit-learn, SciPy, pykdtree and faiss on the same points and queries.

Every library gets the points in the type that serves it best (f32 where it computes in it, else f64), one thread, and
one call for all queries. A library is right if each distance of its answer is within 1e-4 of the exact answer's: faiss
computes |x|^2 + |y|^2 - 2xy in f32, which is off by that much. Recall by index is a note.
"""

import importlib.metadata
import time

import numpy as np


class Points:
    def __init__(self, folder):
        words = (folder / "meta.txt").read_text().split()
        self.bench, self.checksum = words[0], words[4]
        self.n, self.dimension, self.k = (int(word) for word in words[1:4])
        self.points = np.fromfile(folder / "points.f32", np.float32).reshape(self.n, self.dimension)
        self.queries = np.fromfile(folder / "queries.f32", np.float32).reshape(-1, self.dimension)
        self.expected = np.fromfile(folder / "expected.i64", np.int64).reshape(-1, self.k)

    def recall(self, found):
        hits = sum(len(set(a) & set(b)) for a, b in zip(found.reshape(-1, self.k), self.expected))
        return hits / self.expected.size

    def is_right(self, found):
        points, queries = self.points.astype(np.float64), self.queries.astype(np.float64)
        far = lambda ids: np.sort(np.linalg.norm(points[ids.reshape(-1, self.k)] - queries[:, None], axis=2), axis=1)
        return np.allclose(far(found), far(self.expected), rtol=1e-4, atol=1e-6)


def sklearn_tree(name):
    def build(case):
        import sklearn.neighbors

        tree = getattr(sklearn.neighbors, name)(case.points.astype(np.float64))
        queries = case.queries.astype(np.float64)
        return lambda: tree.query(queries, k=case.k, return_distance=True)[1]

    return build


def scipy_tree(case):
    import scipy.spatial

    tree = scipy.spatial.cKDTree(case.points.astype(np.float64))
    queries = case.queries.astype(np.float64)
    return lambda: tree.query(queries, k=case.k)[1]


def pykdtree_tree(case):
    import pykdtree.kdtree

    tree = pykdtree.kdtree.KDTree(case.points)
    return lambda: tree.query(case.queries, k=case.k)[1].astype(np.int64)


def faiss_flat(case):
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatL2(case.dimension)
    index.add(case.points)
    return lambda: index.search(case.queries, case.k)[1]


ENGINES = {
    "sklearn-kd": ("scikit-learn", sklearn_tree("KDTree")),
    "sklearn-ball": ("scikit-learn", sklearn_tree("BallTree")),
    "scipy-ckdtree": ("scipy", scipy_tree),
    "pykdtree": ("pykdtree", pykdtree_tree),
    "faiss-flat": ("faiss-cpu", faiss_flat),
}


def engines(case):
    """Name, version, a search that was built, or the reason why there is none, and the seconds of building it."""
    for name, (package, build) in ENGINES.items():
        try:
            version = importlib.metadata.version(package)
            start = time.thread_time()
            search = build(case)
            yield name, version, search, time.thread_time() - start
        except (ImportError, importlib.metadata.PackageNotFoundError, ValueError) as why:
            yield name, "", f"skipped: {why}", 0.0
