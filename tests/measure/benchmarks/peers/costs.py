"""What a contender costs: from the start of its process to an answer, its memory, and how fast it indexes."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.errors import DogearError
from corpus.library import Library
from retrieval.embedding import load_embedder
from retrieval.retriever import Retriever
from retrieval.store import Store
from tests.fakes.bookshelf import silent, write_book
from tests.measure.benchmarks.peers.child import ANSWERED, RESIDENT
from tests.measure.benchmarks.peers.contender import (
    COLLECTION,
    CONTENDERS,
    DOGEAR,
    LLAMA,
    STOCK,
    Asked,
    Stretch,
    open_client,
    open_collection,
)
from tests.measure.benchmarks.peers.filling import stretches
from tests.measure.benchmarks.peers.langchain_peer import LangChainPeer
from tests.measure.benchmarks.peers.llamaindex_peer import LlamaIndexPeer
from tests.measure.benchmarks.peers.made_up_books import CHAPTERS, made_up
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


def of_processes(shelf: Shelf, model: Path, asked: Sequence[Asked], rounds: int) -> dict[str, Any]:
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


BOOKS, ROUNDS = 4, 3

Indexer = Callable[[Path], float]
"""Indexes the same passages into a new folder, and returns the seconds that it took once its model was loaded."""


def of_indexing(books: int, rounds: int, model: Path) -> dict[str, Any]:
    """Return the passages a second of every contender, at the middle of some rounds."""
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for book in made_up(books):
            write_book(folder / "library", book.slug, {"summary.md": book.summary}, marks=CHAPTERS)
        library = Library.load(folder / "library")
        told = stretches(library)
        for n in range(rounds):
            for contender, index in _ways(library, told, model).items():
                taken.setdefault(contender, []).append(index(folder / f"{n} {contender}"))
    return {
        "passages": len(told),
        "rate": {contender: round(len(told) / statistics.median(seconds), 1) for contender, seconds in taken.items()},
    }


def _ways(library: Library, told: list[Stretch], model: Path) -> dict[str, Indexer]:
    def dogear(folder: Path) -> float:
        embedder = load_embedder()
        embedder.wait_until_loaded()
        with Store(folder, embedder.name, silent) as store:
            return _seconds(Retriever(library, store, embedder).refresh)

    def langchain(folder: Path) -> float:
        peer = LangChainPeer(open_client(folder), COLLECTION, model)
        return _seconds(lambda: peer.index(told))

    def llamaindex(folder: Path) -> float:
        peer = LlamaIndexPeer(open_collection(open_client(folder)), model)
        return _seconds(lambda: peer.index(told))

    return {DOGEAR: dogear, STOCK: langchain, LLAMA: llamaindex}


def _seconds(index: Callable[[], object]) -> float:
    start = time.perf_counter()
    index()
    return time.perf_counter() - start
