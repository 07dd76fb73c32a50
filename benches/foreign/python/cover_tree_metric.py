"""The METRIC line of cover-tree's Python peers: recall is a note, and an engine may be wrong in the last digits of f32."""

import json


def metric(case, engine, version, samples, notes, seed, error=None, unit="ns/query", operations=None, threads=1):
    line = {
        "schema": 1,
        "structure": "cover-tree",
        "bench": case.bench,
        "size": case.n,
        "threads": threads,
        "models": "",
        "flatters": "",
        "engine": engine,
        "engine_version": version,
        "ours": False,
        "unit": unit,
        "clock": "thread-cpu" if threads == 1 else "wall",
        "operations": operations or len(case.queries),
        "seed": seed,
        "checksum": case.checksum,
        "samples": samples,
        "targets": [],
        "notes": notes,
        "error": error,
    }
    print("METRIC " + json.dumps(line), flush=True)
