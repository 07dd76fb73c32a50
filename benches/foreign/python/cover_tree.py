"""The residual rows of cover-tree in Python: a blocked Numba scan, a plain one, and numpy with OpenBLAS.

Reads what `cover-tree --export DIR` wrote and prints the METRIC lines of the same rows. Recall against brute force in
f64 is a note; an engine is right if it finds at least as much as exact f32 can (it has no f64 refinement).

The blocked opponent is the GEMM form alone: the dot products of 64 queries with 512 points are one call of numpy's
BLAS, covariance and scores a second loop that Numba vectorises (with an exp of its own: Numba without SVML calls the
library's exp one lane at a time), the top k a third. It has not been tuned here, nor compared with panel and tile forms:
until that is done, no ratio against it answers the issue's target, which asks for the fastest of the three.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numba
import numpy as np

POWERS = (2.0 ** -np.arange(128.0)).astype(np.float32)
KERNELS = {"rbf": 0, "matern12": 1, "matern32": 2, "matern52": 3}


@numba.njit(fastmath=True, inline="always")
def exp32(x):
    x = max(x, np.float32(-87.0))
    n = np.floor(x * np.float32(1.44269504) + np.float32(0.5))
    f = (x - n * np.float32(0.693145752)) - n * np.float32(1.42860677e-6)
    p = np.float32(1.0 / 720.0)
    p = p * f + np.float32(1.0 / 120.0)
    p = p * f + np.float32(1.0 / 24.0)
    p = p * f + np.float32(1.0 / 6.0)
    p = p * f + np.float32(0.5)
    p = p * f + np.float32(1.0)
    p = p * f + np.float32(1.0)
    return p * POWERS[np.int32(-n)]


@numba.njit(fastmath=True, inline="always")
def covariance(square, kernel):
    if kernel == 0:
        return exp32(-square)
    a = np.sqrt(square)
    if kernel == 1:
        return exp32(-a)
    if kernel == 2:
        return (np.float32(1.0) + a) * exp32(-a)
    return (np.float32(1.0) + a + square * np.float32(1.0 / 3.0)) * exp32(-a)


@numba.njit(fastmath=True)
def scores(dots, x, y, scale, kernel, out):
    """`|k - v.v| / sqrt(p_j)` of a tile; `y` is dimension-major so that the inner loop runs over points."""
    for i in range(dots.shape[0]):
        for j in range(dots.shape[1]):
            a = x[i, 0] - y[0, j]
            b = x[i, 1] - y[1, j]
            c = x[i, 2] - y[2, j]
            out[i, j] = abs(covariance(a * a + b * b + c * c, kernel) - dots[i, j]) * scale[j]


@numba.njit
def offer(out, first, limits, best, ids, worst):
    """Keeps the k best of each query: a linear insert where a score beats the worst."""
    k = best.shape[1]
    for i in range(out.shape[0]):
        threshold = worst[i]
        for j in range(min(out.shape[1], limits[i] - first)):
            if out[i, j] > threshold:
                slot = k - 1
                while slot > 0 and best[i, slot - 1] < out[i, j]:
                    best[i, slot] = best[i, slot - 1]
                    ids[i, slot] = ids[i, slot - 1]
                    slot -= 1
                best[i, slot] = out[i, j]
                ids[i, slot] = first + j
                threshold = best[i, k - 1]
        worst[i] = threshold


def gemm(case, queries_at_once=64, points_at_once=512):
    result = np.full((len(case.queries), case.k), -1, np.int64)
    order = np.argsort(case.limits, kind="stable")
    out = np.empty((queries_at_once, points_at_once), np.float32)
    for start in range(0, len(order), queries_at_once):
        rows = order[start : start + queries_at_once]
        positions, limits = case.queries[rows], case.limits[rows]
        x, v = case.x[positions], case.v[positions]
        best = np.full((len(rows), case.k), -1.0, np.float32)
        ids = np.full((len(rows), case.k), -1, np.int64)
        worst = np.full(len(rows), -1.0, np.float32)
        for first in range(0, int(limits.max()), points_at_once):
            last = min(first + points_at_once, case.n)
            tile = out[: len(rows), : last - first]
            products = np.dot(v, case.vt[:, first:last])
            scores(products, x, case.xt[:, first:last], case.scale[first:last], case.kernel, tile)
            offer(tile, first, limits, best, ids, worst)
        result[rows] = ids
    return result


@numba.njit(fastmath=True)
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
        self.queries = np.fromfile(folder / "queries.i64", np.int64)
        self.limits = np.fromfile(folder / "limits.i64", np.int64)
        self.expected = np.fromfile(folder / "expected.i64", np.int64).reshape(-1, self.k)

    def recall(self, found):
        hits = sum(len(set(a) & set(b[b >= 0])) for a, b in zip(found, self.expected))
        return hits / max(1, int((self.expected >= 0).sum()))


def metric(case, engine, version, samples, recall, seed):
    line = {
        "schema": 1,
        "structure": "cover-tree",
        "bench": case.bench,
        "size": case.n,
        "threads": 1,
        "models": "",
        "flatters": "",
        "engine": engine,
        "engine_version": version,
        "ours": False,
        "unit": "ns/query",
        "clock": "thread-cpu",
        "operations": len(case.queries),
        "seed": seed,
        "checksum": case.checksum,
        "samples": samples,
        "targets": [],
        "notes": [["recall", recall]],
        "error": None,
    }
    print("METRIC " + json.dumps(line), flush=True)


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
            run(Case(folder), options)


def run(case, options):
    row = f"{case.bench}/{case.n}"
    if case.n > options.size_max or options.filter and not any(text in row for text in options.filter):
        return
    engines = {
        "numba-gemm": (gemm, numba.__version__),
        "numpy-openblas": (numpy_gemm, np.__version__),
        "numba-plain": (plain, numba.__version__),
    }
    if options.engine:
        engines = {name: engine for name, engine in engines.items() if any(text in name for text in options.engine)}
    recalls = {name: case.recall(engine(case)) for name, (engine, _) in engines.items()}
    samples = {name: [] for name in engines}
    for _ in range(0 if options.verify_only else options.rounds):
        for name, (engine, _) in engines.items():
            start = time.thread_time()
            engine(case)
            samples[name].append((time.thread_time() - start) / len(case.queries) * 1e9)
    for name, (_, version) in engines.items():
        metric(case, name, version, samples[name], recalls[name], options.seed)
        median = sorted(samples[name])[len(samples[name]) // 2] if samples[name] else 0
        print(f"{row}: {name} {median:.0f} ns/query, recall {recalls[name]:.4f}", file=sys.stderr)


if __name__ == "__main__":
    main()
