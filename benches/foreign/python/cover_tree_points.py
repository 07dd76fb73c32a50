"""The Euclidean rows of cover-tree in Python: scikit-learn, SciPy, pykdtree and faiss on the same points and queries.

Every library gets the points in the type that serves it best (f32 where it computes in it, else f64), one thread, and
one call for all queries. A library is right if each distance of its answer is within 1e-4 of the exact answer's: faiss
computes |x|^2 + |y|^2 - 2xy in f32, which is off by that much. Recall by index is a note.

The bytes of an index are what a fresh process grows by (resident memory) while it is built, the library's own copies of
the points included; the array that it was given is added where the index refers to it.
"""

import importlib.metadata
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from cover_tree_metric import metric


class Points:
    def __init__(self, folder):
        words = (folder / "meta.txt").read_text().split()
        self.bench, self.checksum = words[0], words[4]
        self.n, self.dimension, self.k = (int(word) for word in words[1:4])
        self.points = np.fromfile(folder / "points.f32", np.float32).reshape(self.n, self.dimension)
        if self.k == 0:
            # A row of building alone: it searches for its own first points, to see that the index works.
            self.k, self.queries, self.expected = 1, self.points[:4], np.arange(4).reshape(-1, 1)
            return
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


def engines(options):
    """Name, version, and what builds a search; or the reason why there is none."""
    for name, (package, build) in ENGINES.items():
        if options.engine and not any(text in name for text in options.engine):
            continue
        try:
            yield name, importlib.metadata.version(package), build
        except importlib.metadata.PackageNotFoundError as why:
            yield name, "", f"skipped: {why}"


def timed(function, count):
    start = time.thread_time()
    result = function()
    return result, (time.thread_time() - start) / count * 1e9


def tell(case, name, samples, unit, note):
    median = sorted(samples)[len(samples) // 2] if samples else 0
    print(f"{case.bench}/{case.n}: {name} {median:.0f} {unit}, {note}", file=sys.stderr)


def wanted(case, options):
    row = f"{case.bench}/{case.n}"
    return case.n <= options.size_max and (not options.filter or any(text in row for text in options.filter))


def run_points(case, options):
    if not wanted(case, options):
        return
    for name, version, build in engines(options):
        try:
            if isinstance(build, str):
                raise ImportError(build.removeprefix("skipped: "))
            search, built = timed(lambda: build(case), case.n)
        except (ImportError, ValueError) as why:
            metric(case, name, version, [], [], options.seed, f"skipped: {why}")
            continue
        found = search()
        notes = [["recall", case.recall(found)], ["build_ns_per_point", built]]
        error = None if case.is_right(found) else "farther neighbours than there are"
        rounds = 0 if options.verify_only or error else options.rounds
        samples = [timed(search, len(case.queries))[1] for _ in range(rounds)]
        metric(case, name, version, samples, notes, options.seed, error)
        tell(case, name, samples, "ns/query", f"recall {notes[0][1]:.4f}")


def run_build(folder, options):
    case = Points(folder)
    if not wanted(case, options):
        return
    for name, version, build in engines(options):
        try:
            if isinstance(build, str):
                raise ImportError(build.removeprefix("skipped: "))
            error = None if case.is_right(build(case)()) else "does not find its own points"
        except (ImportError, ValueError) as why:
            metric(case, name, version, [], [], options.seed, f"skipped: {why}", unit="ns/point", operations=case.n)
            continue
        rounds = 0 if options.verify_only or error else min(3, options.rounds)
        samples = [timed(lambda: build(case), case.n)[1] for _ in range(rounds)]
        notes = [["bytes_per_point", bytes_per_point(name, folder)]]
        metric(case, name, version, samples, notes, options.seed, error, unit="ns/point", operations=case.n)
        tell(case, name, samples, "ns/point", f"{notes[0][1]:.0f} bytes a point")


def bytes_per_point(name, folder):
    # Every larger block is mapped by itself, so that it shows whatever the heap had free.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "16384"}
    command = [sys.executable, __file__, name, str(folder)]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def grown(name, folder):
    """Prints by how many bytes a point this process grows while it builds the index."""
    case = Points(Path(folder))
    build = ENGINES[name][1]
    few = Points(Path(folder))
    few.points = case.points[:1000].copy()
    kept = build(few)
    before = resident()
    built = build(case)
    grown = resident() - before
    # These read the array that they were given.
    shared = case.points.nbytes if name == "pykdtree" else 0
    print((grown + shared) / case.n)
    del kept, built


if __name__ == "__main__":
    grown(*sys.argv[1:])
