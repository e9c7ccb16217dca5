"""How long a process takes from its start to its first answer, and how much memory it holds after several."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.errors import DogearError
from tests.measure.benchmarks.peers.child import ANSWERED, RESIDENT
from tests.measure.benchmarks.peers.contender import CONTENDERS, Asked
from tests.measure.benchmarks.peers.shelves import Shelf

ROOT = Path(__file__).parents[4]


class ChildFailed(DogearError):
    """A contender's process ended before it had answered."""


def run(command: Sequence[str | Path]) -> tuple[float, int]:
    """Return the seconds from a process's start to its first answer, and its memory after all, in bytes."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
        ) as process:  # fmt: skip
            first, told = 0.0, ""
            for line in process.stdout or ():
                if line.strip() == ANSWERED:
                    first = time.perf_counter() - start
                if line.startswith(RESIDENT):
                    told = line.split()[1]
        if process.returncode or not first or not told:
            errors.seek(0)
            raise ChildFailed(f"{' '.join(map(str, command))} failed: {errors.read()[-2_000:]}")
    return first, int(told)


def measure(shelf: Shelf, model: Path, asked: Sequence[Asked], rounds: int) -> dict[str, Any]:
    """Return the medians of each contender: seconds to the first answer, and resident memory in millions of bytes."""
    seconds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    held: dict[str, list[int]] = {name: [] for name in CONTENDERS}
    with tempfile.TemporaryDirectory() as folder:
        questions = Path(folder) / "questions.json"
        questions.write_text(json.dumps([asdict(one) for one in asked]), encoding="utf-8")
        for _ in range(rounds):
            for name in CONTENDERS:
                child = "tests.measure.benchmarks.peers.child"
                first, memory = run([sys.executable, "-m", child, name, shelf.folder, model, questions])
                seconds[name].append(first)
                held[name].append(memory)
    return {
        "start_s": {name: round(statistics.median(values), 2) for name, values in seconds.items()},
        "resident_mb": {name: round(statistics.median(values) / 1e6) for name, values in held.items()},
    }
