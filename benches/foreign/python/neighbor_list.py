"""The Python peers of neighbor-list on the rows that the Rust binary exports: vesin, matscipy, ASE, neighborlist-rs.

Each writes the letters of its row (`ij`, `ijS`, `ijSdD`) in NumPy arrays of its own kind. neighborlist-rs lists half
of the pairs and no distances, so it takes part in the half rows alone; the others list all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Callable

import numpy as np

from metric import Contest, arguments

STRUCTURE = "neighbor-list"
# ASE is about a hundred times slower than vesin; above this its rows take minutes.
ASE_PAIRS_MAX = 1_000_000
# A pair in vesin's arrays, the widest of all.
BYTES = {"ij": 16, "ijS": 28, "ijSdD": 60}

Arrays = dict[str, np.ndarray]


class System:
    """One exported system: nine doubles of the cell, then three an atom."""

    def __init__(self, directory: Path, row: dict[str, Any]):
        numbers = np.fromfile(directory / row["file"], dtype="<f8")
        self.cell = numbers[:9].reshape(3, 3).copy()
        self.positions = numbers[9:].reshape(-1, 3).copy()
        self.periodic = np.array(row["periodic"])


def main() -> None:
    options = arguments(STRUCTURE)
    with tempfile.TemporaryDirectory(prefix="neighbor-list-") as scratch:
        directory = Path(options.inputs) if options.inputs else export(Path(scratch), options)
        for row in json.loads((directory / "rows.json").read_text()):
            name = f"{row['bench']}/{row['size']}"
            wanted = not options.filter or any(text in name for text in options.filter)
            if wanted and row["size"] <= options.size_max and (options.full or not row["full"]):
                contest(directory, row, options).run()


def export(directory: Path, options: Any) -> Path:
    """Lets the Rust binary write its inputs."""
    command = [os.environ.get("CARGO", "cargo"), "run", "--quiet", "--release", "-p", "bench-peers"]
    command += ["--features", STRUCTURE, "--bin", STRUCTURE, "--", "--export", str(directory)]
    command += ["--seed", str(options.seed), "--size-max", str(min(options.size_max, 2**63))]
    command += [word for text in options.filter for word in ("--filter", text)] + ["--full"] * options.full
    subprocess.run(command, check=True, stdout=sys.stderr)
    return directory


def contest(directory: Path, row: dict[str, Any], options: Any) -> Contest:
    system = System(directory, row)
    found = Contest(
        structure=STRUCTURE,
        bench=row["bench"],
        size=row["size"],
        options=options,
        expected=int(row["checksum"], 16),
        operations=row["pairs"],
        unit="ns/pair",
        threads=row["threads"],
        rounds_max=row["rounds_max"],
        output_bytes=row["pairs"] * BYTES[row["output"]],
        models=row["models"],
        flatters=row["flatters"],
    )
    for package, engine in engines(row, options):
        name = f"{package} (Python)"
        try:
            run, installed = engine(system, row), version(package)
        except (ImportError, PackageNotFoundError) as error:
            found.absent(name, "", f"{error}; `cargo xtask bench --peers all` installs it")
            continue
        except NotImplementedError as error:
            found.absent(name, version(package), str(error))
            continue
        found.peer(name, installed, run, lambda arrays: checksum(arrays, system, row))
    return found


def engines(row: dict[str, Any], options: Any) -> list[tuple[str, Callable]]:
    """Who can do this row's work."""
    peers: list[tuple[str, Callable]] = [("vesin", vesin)]
    if options.peers == "all" and row["threads"] == 1:
        peers += [("neighborlist-rs", neighborlist_rs)] if row["list"] == "half" else [("matscipy", matscipy), ("ase", ase)]
    return peers


def vesin(system: System, row: dict[str, Any]) -> Callable[[], Arrays]:
    from vesin import NeighborList

    letters = row["output"]

    def run() -> Arrays:
        search = NeighborList(cutoff=row["cutoff"], full_list=row["list"] == "full", n_threads=row["threads"])
        return dict(zip(letters, search.compute(system.positions, system.cell, system.periodic, letters)))

    return run


def matscipy(system: System, row: dict[str, Any]) -> Callable[[], Arrays]:
    from matscipy.neighbours import neighbour_list

    letters, cutoff = row["output"], row["cutoff"]

    def run() -> Arrays:
        arrays = neighbour_list(
            letters, positions=system.positions, cell=system.cell, pbc=system.periodic, cutoff=cutoff
        )
        return dict(zip(letters, arrays))

    return run


def ase(system: System, row: dict[str, Any]) -> Callable[[], Arrays]:
    from ase.neighborlist import primitive_neighbor_list

    if row["pairs"] > ASE_PAIRS_MAX:
        raise NotImplementedError("about a hundred times slower than vesin: minutes at this size")
    letters, cutoff = row["output"], row["cutoff"]

    def run() -> Arrays:
        arrays = primitive_neighbor_list(letters, system.periodic, system.cell, system.positions, cutoff)
        return dict(zip(letters, arrays))

    return run


def neighborlist_rs(system: System, row: dict[str, Any]) -> Callable[[], Arrays]:
    from neighborlist_rs import PyCell, build_neighborlists

    # Its cell has the lattice vectors as columns.
    cell = PyCell(system.cell.T.tolist(), system.periodic.tolist())

    def run() -> Arrays:
        found = build_neighborlists(cell, system.positions, row["cutoff"], False)
        i, j = found["edge_index"]
        return {"i": i, "j": j, "S": found["shift"]}

    return run


def checksum(arrays: Arrays, system: System, row: dict[str, Any]) -> int:
    """The order-independent sum of bench_own::neighbor_list::PairSum; complemented if a distance is wrong."""
    i, j = (arrays[letter].astype(np.uint64) for letter in "ij")
    shifts = arrays["S"].astype(np.int64) if "S" in row["output"] else np.zeros((len(i), 3), dtype=np.int64)
    right = "d" not in arrays or holds_distances(arrays, system)
    if row["list"] == "half":
        i, j, shifts = half(i, j, shifts)
    with np.errstate(over="ignore"):
        packed = np.zeros(len(i), dtype=np.uint64)
        for axis in range(3):
            packed = packed << np.uint64(21) | shifts[:, axis].astype(np.uint64) & np.uint64(0x1F_FFFF)
        total = mix((i << np.uint64(32) | j) ^ mix(packed)).sum(dtype=np.uint64)
        answer = int(mix(total ^ mix(np.uint64(len(i)))))
    return answer if right else answer ^ (2**64 - 1)


def half(i: np.ndarray, j: np.ndarray, shifts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Names each pair with `i < j`, or by the positive of two opposite shifts."""
    first = np.where(shifts[:, 0] != 0, shifts[:, 0], np.where(shifts[:, 1] != 0, shifts[:, 1], shifts[:, 2]))
    turn = (i > j) | ((i == j) & (first < 0))
    return np.where(turn, j, i), np.where(turn, i, j), np.where(turn[:, None], -shifts, shifts)


def mix(x: np.ndarray) -> np.ndarray:
    """The finalizer of splitmix64."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return x ^ (x >> np.uint64(31))


def holds_distances(arrays: Arrays, system: System) -> bool:
    """Whether `D = r[j] - r[i] + S @ cell` and `d = |D|`, to rounding."""
    between = system.positions[arrays["j"].astype(np.int64)] - system.positions[arrays["i"].astype(np.int64)]
    expected = between + arrays["S"].astype(np.float64) @ system.cell
    size = max(1.0, np.abs(system.cell).max(), np.abs(system.positions).max())
    tolerance = 64 * np.finfo(np.float64).eps * size
    lengths = np.sqrt((expected**2).sum(axis=1))
    return bool(np.all(np.abs(arrays["D"] - expected) <= tolerance) and np.all(np.abs(arrays["d"] - lengths) <= tolerance))


if __name__ == "__main__":
    main()
