"""The harness for peers in Python: verify, then time in turn, then print the METRIC lines of bench_own::harness."""

from __future__ import annotations

import argparse
import json
import mmap
import random
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Callable

SCHEMA = 1
# One engine's samples of one row may take this long; a slow engine gets fewer rounds, and at least one.
PATIENCE_SECONDS = 5.0
# A run shorter than this is repeated within a sample, to outlast the clock's grain.
SAMPLE_SECONDS = 0.005
# Smaller outputs do not reach the kernel's blocks of 2 MiB.
HUGE_BYTES = 2 << 20


def arguments(structure: str) -> argparse.Namespace:
    """The options of the Rust binaries, and where their inputs are."""
    parser = argparse.ArgumentParser(description=f"Python peers of {structure}")
    parser.add_argument("--filter", action="append", default=[], help="only rows whose bench/size has this text")
    parser.add_argument("--size-max", type=int, default=2**63, help="skip rows with more entries")
    parser.add_argument("--peers", choices=["leading", "all"], default="all")
    parser.add_argument("--engine", action="append", default=[], help="only engines whose name has this text")
    parser.add_argument("--full", action="store_true", help="also the rows that take long")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verify-only", action="store_true")
    parser.add_argument("--inputs", help="directory of inputs that the Rust binary exported")
    parser.add_argument("--memory-gib", type=float, default=8.0, help="a peer that runs away fails at this limit")
    options = parser.parse_args()
    limit = int(options.memory_gib * 2**30)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY or soft > limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    return options


def wanted(engine: str, options: argparse.Namespace) -> bool:
    return not options.engine or any(text in engine for text in options.engine)


@dataclass
class Engine:
    name: str
    version: str
    run: Callable[[], Any] | None
    """What is timed; none if this engine cannot take part."""
    answer: Callable[[Any], int]
    error: str | None = None
    repeats: int = 1
    rounds: int = 0
    samples: list[float] = field(default_factory=list)
    checksum: int = 0


@dataclass
class Contest:
    """One row; the fields are those of a METRIC line."""

    structure: str
    bench: str
    size: int
    options: argparse.Namespace
    expected: int
    operations: int
    unit: str
    threads: int = 1
    rounds_max: int = 2**31
    output_bytes: int = 0
    """Memory that is brought to hand before each sample (docs/decisions/0032)."""
    models: str = ""
    flatters: str = ""
    engines: list[Engine] = field(default_factory=list)

    def peer(self, name: str, version: str, run: Callable[[], Any], answer: Callable[[Any], int]) -> None:
        """Adds an engine: `run` is timed, `answer` folds its output into a checksum off the clock."""
        self.engines.append(Engine(name, version, run, answer))

    def absent(self, name: str, version: str, why: str) -> None:
        """Adds an engine that does not take part, and says why."""
        self.engines.append(Engine(name, version, None, lambda _: 0, f"skipped: {why}"))

    def run(self) -> None:
        """Verifies every engine, times those that are right and asked for, prints a line for each."""
        for engine in self.engines:
            if engine.run is not None:
                self._verify(engine)
        if not self.options.verify_only:
            self._measure()
        for engine in self.engines:
            if wanted(engine.name, self.options):
                self._emit(engine)
        self._summarise()

    def _verify(self, engine: Engine) -> None:
        start = time.perf_counter()
        try:
            output = engine.run()
            seconds = time.perf_counter() - start
            engine.checksum = engine.answer(output)
        except Exception as error:  # whatever a peer throws, memory errors too, is its result
            engine.error = f"{type(error).__name__}: {error}"
            return
        if engine.checksum != self.expected:
            engine.error = f"answered {engine.checksum:016x}, expected {self.expected:016x}"
        engine.repeats = max(1, int(SAMPLE_SECONDS / max(seconds, 1e-6)))
        affordable = int(PATIENCE_SECONDS / (max(seconds, 1e-6) * engine.repeats))
        engine.rounds = max(1, min(self.options.rounds, self.rounds_max, affordable))

    def _measure(self) -> None:
        # CPU time of the whole process: with one thread that of the thread, and no helper thread escapes it.
        clock = time.process_time_ns if self.threads == 1 else time.perf_counter_ns
        runners = [engine for engine in self.engines if engine.error is None]
        for round_ in range(max((engine.rounds for engine in runners), default=0)):
            random.shuffle(runners)
            for engine in runners:
                if round_ < engine.rounds:
                    self._sample(engine, clock)

    def _sample(self, engine: Engine, clock: Callable[[], int]) -> None:
        prime(self.output_bytes)
        start = clock()
        for _ in range(engine.repeats):
            output = engine.run()
        elapsed = clock() - start
        assert engine.answer(output) == engine.checksum, f"{engine.name} changed its answer"
        engine.samples.append(elapsed / (self.operations * engine.repeats))

    def _emit(self, engine: Engine) -> None:
        line = {
            "schema": SCHEMA,
            "structure": self.structure,
            "bench": self.bench,
            "size": self.size,
            "threads": self.threads,
            "models": self.models,
            "flatters": self.flatters,
            "engine": engine.name,
            "engine_version": engine.version,
            "ours": False,
            "unit": self.unit,
            "clock": "thread-cpu" if self.threads == 1 else "wall",
            "operations": self.operations * engine.repeats,
            "seed": self.options.seed,
            "checksum": f"{engine.checksum:016x}",
            "samples": engine.samples,
            "targets": [],
            "notes": [],
            "error": engine.error,
        }
        print("METRIC " + json.dumps(line), flush=True)

    def _summarise(self) -> None:
        def figure(engine: Engine) -> str:
            if engine.error:
                return f"{engine.name} {engine.error}"
            return f"{engine.name} {statistics.median(engine.samples):.2f}" if engine.samples else f"{engine.name} verified"

        print(f"{self.bench}/{self.size} {self.unit}: " + ", ".join(map(figure, self.engines)), file=sys.stderr)


def prime(size: int) -> None:
    """Maps, writes and frees that many bytes of huge pages, so that the kernel has them at hand."""
    if size < HUGE_BYTES or not hasattr(mmap, "MADV_HUGEPAGE"):
        return
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        for page in range(0, size, 4096):
            memory[page] = 1
