"""The residual rows of cover-tree in Python: a tuned Numba scan in three forms, a plain one, and numpy with OpenBLAS.

Reads what `cover-tree --export DIR` wrote and prints the METRIC lines of the same rows. Recall against brute force in
f64 is a note; an engine is right if it finds at least as much as exact f32 can (it has no f64 refinement).

How Numba was tuned. `numba-tuned` is, in each row, the fastest of these, each timed on the row's own input first:

* GEMM: the dot products of 64 to 256 queries with 256 to 1024 points are one call of numpy's BLAS; each window of points
  is contiguous (a slice of the whole matrix takes twice as long).
* tile: four queries at a time with a window of a dimension-major matrix; four dimensions a pass, so that sixteen
  multiply-adds share four loads of points, four loads and four stores of sums, which stay in the first-level cache.
* panel: the same with each window of points contiguous in memory.

In all of them covariance and scores are a second loop that Numba vectorises, with an exp of its own (Numba without SVML
calls the library's exp one lane at a time), and the top k a third, with a linear insert. Vectors are 512 bits wide:
LLVM prefers 256 on these processors unless it is told. `--tune` prints all variants.

With `--full` the rows A to D run on two threads too: every second query on either, for neither BLAS nor compiled code
holds the interpreter's lock; the clock is the wall's then.
"""

import argparse
import copy
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

if "leading" in sys.argv:
    # The leading peer is a Rust crate, and Numba a large download: `--peers all` installs it.
    sys.exit(0)

import llvmlite.binding

if "avx512f" in (features := llvmlite.binding.get_host_cpu_features()) and features["avx512f"]:
    os.environ.setdefault("NUMBA_CPU_NAME", llvmlite.binding.get_host_cpu_name())
    os.environ.setdefault("NUMBA_CPU_FEATURES", features.flatten() + ",-prefer-256-bit")

import numba
import numpy as np
from cover_tree_metric import metric
from cover_tree_points import Points, run_build, run_points

KERNELS = {"rbf": 0, "matern12": 1, "matern32": 2, "matern52": 3}

# Everything but reassociation, which would cancel the constant that `exp_minus` adds and subtracts.
FAST = {"nnan", "ninf", "nsz", "arcp", "contract", "afn"}


@numba.njit(fastmath=FAST, nogil=True)
def exp_minus(a):
    """`exp(-a)` as ours: the exponent's bits by a magic constant, and a polynomial of degree 5."""
    a = min(a, np.float32(86.0))
    shifted = a * np.float32(-1.44269504) + np.float32(12582912.0)
    f = a * np.float32(-1.44269504) - (shifted - np.float32(12582912.0))
    p = np.float32(0.0013276469)
    p = p * f + np.float32(0.009675541)
    p = p * f + np.float32(0.055507135)
    p = p * f + np.float32(0.2402212)
    p = p * f + np.float32(0.69314694)
    p = p * f + np.float32(1.0000001)
    bits = (np.float32(shifted).view(np.int32) << 23) + np.float32(p).view(np.int32)
    return np.int32(bits).view(np.float32)


@numba.njit(fastmath=FAST, nogil=True)
def scores(dots, x, y0, y1, y2, scale, kernel):
    """Dot products of a tile become `|k - v.v| / sqrt(p_j)`, in place: a second array would have to be proven apart."""
    one, third = np.float32(1.0), np.float32(1.0 / 3.0)
    for i in range(dots.shape[0]):
        to = dots[i]
        x0, x1, x2 = x[i, 0], x[i, 1], x[i, 2]
        if kernel == 0:
            for j in range(len(scale)):
                a, b, c = x0 - y0[j], x1 - y1[j], x2 - y2[j]
                to[j] = abs(exp_minus(a * a + b * b + c * c) - to[j]) * scale[j]
        elif kernel == 1:
            for j in range(len(scale)):
                a, b, c = x0 - y0[j], x1 - y1[j], x2 - y2[j]
                r = np.sqrt(a * a + b * b + c * c)
                to[j] = abs(exp_minus(r) - to[j]) * scale[j]
        elif kernel == 2:
            for j in range(len(scale)):
                a, b, c = x0 - y0[j], x1 - y1[j], x2 - y2[j]
                r = np.sqrt(a * a + b * b + c * c)
                to[j] = abs((one + r) * exp_minus(r) - to[j]) * scale[j]
        else:
            for j in range(len(scale)):
                a, b, c = x0 - y0[j], x1 - y1[j], x2 - y2[j]
                square = a * a + b * b + c * c
                r = np.sqrt(square)
                to[j] = abs((one + r + square * third) * exp_minus(r) - to[j]) * scale[j]


@numba.njit(fastmath=True, nogil=True)
def covariance(square, kernel):
    if kernel == 0:
        return np.exp(-square)
    a = np.sqrt(square)
    if kernel == 1:
        return np.exp(-a)
    if kernel == 2:
        return (np.float32(1.0) + a) * np.exp(-a)
    return (np.float32(1.0) + a + square * np.float32(1.0 / 3.0)) * np.exp(-a)


@numba.njit(fastmath=FAST, nogil=True)
def offer(out, first, limits, best, ids, worst):
    """Keeps the k best of each query: sixteen scores are passed over at once where none beats the worst."""
    k = best.shape[1]
    for i in range(out.shape[0]):
        threshold = worst[i]
        row = out[i]
        end = min(out.shape[1], limits[i] - first)
        for start in range(0, end, 16):
            stop = min(start + 16, end)
            if stop - start == 16:
                above = 0
                for j in range(16):
                    above |= row[start + j] > threshold
                if not above:
                    continue
            for j in range(start, stop):
                if row[j] > threshold:
                    slot = k - 1
                    while slot > 0 and best[i, slot - 1] < row[j]:
                        best[i, slot] = best[i, slot - 1]
                        ids[i, slot] = ids[i, slot - 1]
                        slot -= 1
                    best[i, slot] = row[j]
                    ids[i, slot] = first + j
                    threshold = best[i, k - 1]
        worst[i] = threshold


@numba.njit(fastmath=FAST, nogil=True)
def dots4(x, y, out):
    """The dot products of four queries (rows of `x`) with the columns of `y`."""
    out[:] = 0
    o0, o1, o2, o3 = out[0], out[1], out[2], out[3]
    whole = x.shape[1] // 4 * 4
    for d in range(0, whole, 4):
        a0, a1, a2, a3 = x[0, d], x[0, d + 1], x[0, d + 2], x[0, d + 3]
        b0, b1, b2, b3 = x[1, d], x[1, d + 1], x[1, d + 2], x[1, d + 3]
        c0, c1, c2, c3 = x[2, d], x[2, d + 1], x[2, d + 2], x[2, d + 3]
        e0, e1, e2, e3 = x[3, d], x[3, d + 1], x[3, d + 2], x[3, d + 3]
        r0, r1, r2, r3 = y[d], y[d + 1], y[d + 2], y[d + 3]
        for j in range(out.shape[1]):
            y0, y1, y2, y3 = r0[j], r1[j], r2[j], r3[j]
            o0[j] += a0 * y0 + a1 * y1 + a2 * y2 + a3 * y3
            o1[j] += b0 * y0 + b1 * y1 + b2 * y2 + b3 * y3
            o2[j] += c0 * y0 + c1 * y1 + c2 * y2 + c3 * y3
            o3[j] += e0 * y0 + e1 * y1 + e2 * y2 + e3 * y3
    for d in range(whole, x.shape[1]):
        for i in range(4):
            for j in range(out.shape[1]):
                out[i, j] += x[i, d] * y[d, j]


@numba.njit(fastmath=FAST, nogil=True)
def window(x, v, limits, y0, y1, y2, yv, scale, first, kernel, dots, best, ids, worst):
    """One window of points for all queries, four at a time; `dots` has room for four rows."""
    for q in range(0, len(v), 4):
        dots4(v[q : q + 4], yv, dots)
        scores(dots, x[q : q + 4], y0, y1, y2, scale, kernel)
        offer(dots, first, limits[q : q + 4], best[q : q + 4], ids[q : q + 4], worst[q : q + 4])


def batches(case, queries_at_once):
    """Queries with like limits together, each batch filled up to a multiple of four, and its empty lists."""
    order = np.argsort(case.limits, kind="stable")
    for start in range(0, len(order), queries_at_once):
        rows = order[start : start + queries_at_once]
        padded = np.concatenate([rows, np.repeat(rows[-1:], -len(rows) % 4)])
        positions, limits = case.queries[padded], case.limits[padded]
        best = np.full((len(padded), case.k), -1.0, np.float32)
        ids = np.full((len(padded), case.k), -1, np.int64)
        worst = np.full(len(padded), -1.0, np.float32)
        yield rows, case.x[positions], case.v[positions], limits, best, ids, worst


def gemm(case, queries_at_once, points_at_once):
    windows = case.panels(points_at_once)
    result = np.full((len(case.queries), case.k), -1, np.int64)
    for rows, x, v, limits, best, ids, worst in batches(case, queries_at_once):
        for first in range(0, int(limits.max()), points_at_once):
            part = slice(first, min(first + points_at_once, case.n))
            dots = v @ windows[first // points_at_once]
            scores(dots, x, *(axis[part] for axis in case.xt), case.scale[part], case.kernel)
            offer(dots, first, limits, best, ids, worst)
        result[rows] = ids[: len(rows)]
    return result


def tile(case, queries_at_once, points_at_once, panels=None):
    result = np.full((len(case.queries), case.k), -1, np.int64)
    for rows, x, v, limits, best, ids, worst in batches(case, queries_at_once):
        for first in range(0, int(limits.max()), points_at_once):
            part = slice(first, min(first + points_at_once, case.n))
            yv = case.vt[:, part] if panels is None else panels[first // points_at_once]
            dots = np.empty((4, yv.shape[1]), np.float32)
            y = (axis[part] for axis in case.xt)
            window(x, v, limits, *y, yv, case.scale[part], first, case.kernel, dots, best, ids, worst)
        result[rows] = ids[: len(rows)]
    return result


def panel(case, queries_at_once, points_at_once):
    return tile(case, queries_at_once, points_at_once, case.panels(points_at_once))


VARIANTS = (
    [(gemm, q, p) for q in (64, 128, 256) for p in (256, 512, 1024)]
    + [(tile, q, p) for q in (64, 256) for p in (256, 512)]
    + [(panel, q, p) for q in (64, 256) for p in (128, 256, 512)]
)


def tuned(case, tell):
    """The fastest variant on this input."""
    times = {}
    for form, queries, points in VARIANTS:
        form(case, queries, points)
        start = time.thread_time()
        form(case, queries, points)
        times[form, queries, points] = (time.thread_time() - start) / len(case.queries) * 1e9
    if tell:
        for (form, queries, points), nanos in times.items():
            print(f"{case.bench}: {form.__name__} {queries} x {points}: {nanos:.0f} ns/query", file=sys.stderr)
    form, queries, points = min(times, key=times.get)
    return f"{form.__name__} {queries} x {points}", lambda case: form(case, queries, points)


@numba.njit(fastmath=True, nogil=True)
def plain_loop(queries, limits, x, v, scale, kernel, k):
    result = np.full((len(queries), k), -1, np.int64)
    for q in range(len(queries)):
        i = queries[q]
        n = limits[q]
        row = np.empty(n, np.float32)
        for j in range(n):
            square = np.float32(0.0)
            for axis in range(x.shape[1]):
                d = x[i, axis] - x[j, axis]
                square += d * d
            dot = np.float32(0.0)
            for axis in range(v.shape[1]):
                dot += v[i, axis] * v[j, axis]
            row[j] = -abs(covariance(square, kernel) - dot) * scale[j]
        found = np.argsort(row)[:k]
        result[q, : len(found)] = found
    return result


def plain(case):
    return plain_loop(case.queries, case.limits, case.x, case.v, case.scale, case.kernel, case.k)


def numpy_gemm(case, queries_at_once=64):
    result = np.full((len(case.queries), case.k), -1, np.int64)
    norms = (case.x * case.x).sum(1)
    for start in range(0, len(case.queries), queries_at_once):
        rows = slice(start, start + queries_at_once)
        positions, limits = case.queries[rows], case.limits[rows]
        square = norms[positions][:, None] + norms[None] - 2 * (case.x[positions] @ case.xt)
        square = np.maximum(square, 0)
        a = np.sqrt(square)
        prior = {
            0: lambda: np.exp(-square),
            1: lambda: np.exp(-a),
            2: lambda: (1 + a) * np.exp(-a),
            3: lambda: (1 + a + square / 3) * np.exp(-a),
        }[case.kernel]()
        score = np.abs(prior - case.v[positions] @ case.vt) * case.scale
        score[np.arange(case.n)[None] >= limits[:, None]] = -1
        found = np.argpartition(-score, case.k - 1, axis=1)[:, : case.k]
        found[np.take_along_axis(score, found, 1) < 0] = -1
        result[rows] = found
    return result


class Case:
    def __init__(self, folder):
        words = (folder / "meta.txt").read_text().split()
        self.bench, self.n, m, kernel, self.k, self.checksum = words
        self.n, m, self.k, self.kernel = int(self.n), int(m), int(self.k), KERNELS[kernel]
        rows = np.fromfile(folder / "rows.f64").reshape(self.n, m + 4).astype(np.float32)
        self.x, self.v = (np.ascontiguousarray(part) for part in (rows[:, :3], rows[:, 3:-1]))
        self.xt, self.vt = np.ascontiguousarray(self.x.T), np.ascontiguousarray(self.v.T)
        self.scale = np.ascontiguousarray(rows[:, -1])
        self.windows = {}
        self.queries = np.fromfile(folder / "queries.i64", np.int64)
        self.limits = np.fromfile(folder / "limits.i64", np.int64)
        self.expected = np.fromfile(folder / "expected.i64", np.int64).reshape(-1, self.k)

    def panels(self, width):
        """Windows of points, each contiguous; made once, as ours are when the index is built."""
        if width not in self.windows:
            starts = range(0, self.n, width)
            self.windows[width] = [np.ascontiguousarray(self.vt[:, i : i + width]) for i in starts]
        return self.windows[width]

    def part(self, rows):
        """The case with some of its queries; windows of points are shared."""
        part = copy.copy(self)
        part.queries, part.limits, part.expected = self.queries[rows], self.limits[rows], self.expected[rows]
        return part

    def recall(self, found):
        hits = sum(len(set(a) & set(b[b >= 0])) for a, b in zip(found, self.expected))
        return hits / max(1, int((self.expected >= 0).sum()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--filter", action="append", default=[])
    parser.add_argument("--size-max", type=int, default=2**63)
    parser.add_argument("--engine", action="append", default=[])
    parser.add_argument("--peers", default="all")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verify-only", action="store_true")
    parser.add_argument("--tune", action="store_true", help="print the time of every variant")
    parser.add_argument("--inputs", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        inputs = options.inputs or Path(scratch)
        if not options.inputs:
            cargo = os.environ.get("CARGO", "cargo")
            command = [cargo, "run", "--release", "-p", "bench-peers", "--features", "cover-tree", "--bin", "cover-tree", "--"]
            filters = [word for text in options.filter for word in ("--filter", text)]
            extra = ["--full"] if options.full else []
            subprocess.run(command + ["--export", scratch, "--seed", str(options.seed), *extra, *filters], check=True)
        for folder in sorted(inputs.iterdir()):
            if (folder / "queries.f32").exists():
                run_points(Points(folder), options)
            elif (folder / "points.f32").exists():
                run_build(folder, options)
            else:
                case = Case(folder)
                for threads in (1, 2) if options.full and "seed" not in case.bench else (1,):
                    run(case, options, threads)


def wanted(case, options):
    row = f"{case.bench}/{case.n}"
    return case.n <= options.size_max and (not options.filter or any(text in row for text in options.filter))


def in_parts(engine, case, threads):
    """The engine with every `threads`-th query on a thread of its own; limits are spread evenly."""
    if threads == 1:
        return lambda: engine(case)
    order = np.argsort(case.limits, kind="stable")
    places = [order[i::threads] for i in range(threads)]
    parts = [case.part(rows) for rows in places]
    pool = ThreadPoolExecutor(threads)

    def search():
        result = np.empty((len(case.queries), case.k), np.int64)
        for rows, found in zip(places, pool.map(engine, parts)):
            result[rows] = found
        return result

    return search


def run(case, options, threads):
    if not wanted(case, options):
        return
    clock = time.thread_time if threads == 1 else time.perf_counter
    variant, fastest = tuned(case.part(slice(None, None, threads)), options.tune)
    engines = {
        "numba-tuned": (fastest, f"{numba.__version__} {variant}"),
        "numpy-openblas": (numpy_gemm, np.__version__),
        "numba-plain": (plain, numba.__version__),
    }
    if options.engine:
        engines = {name: engine for name, engine in engines.items() if any(text in name for text in options.engine)}
    searches = {name: in_parts(engine, case, threads) for name, (engine, _) in engines.items()}
    recalls = {name: case.recall(search()) for name, search in searches.items()}
    samples = {name: [] for name in engines}
    for _ in range(0 if options.verify_only else options.rounds):
        for name, search in searches.items():
            start = clock()
            search()
            samples[name].append((clock() - start) / len(case.queries) * 1e9)
    for name, (_, version) in engines.items():
        metric(case, name, version, samples[name], [["recall", recalls[name]]], options.seed, threads=threads)
        median = sorted(samples[name])[len(samples[name]) // 2] if samples[name] else 0
        print(
            f"{case.bench}/{case.n} x{threads}: {name} {median:.0f} ns/query, recall {recalls[name]:.4f}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
