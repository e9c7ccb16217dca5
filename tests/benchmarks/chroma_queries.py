"""Time Chroma's ways of finding passages of one book, at several sizes of a library, and print them as a table.

python -m tests.benchmarks.chroma_queries [--passages 20000 300000] [--questions 20]

The library is made up: books of 200 passages in 20 chapters, with random vectors of 384 numbers from a fixed seed.
docs/retrieval.md says what follows from it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import chromadb
import numpy as np
import numpy.typing as npt
from chromadb.api.models.Collection import Collection

BOOK, CHAPTERS, DIMENSIONS = 200, 20, 384
AT_ONCE = 5_000
"""Passages written at once; Chroma has a limit of its own above that."""

TOP = 10
Vectors = npt.NDArray[np.float32]


def filled(folder: Path, passages: int) -> Collection:
    """Return a collection of so many passages."""
    chance = np.random.default_rng(9)
    collection = chromadb.PersistentClient(str(folder)).create_collection("passages")
    for start in range(0, passages, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, passages))
        collection.add(
            ids=[name(number) for number in numbers],
            embeddings=vectors(chance, len(numbers)),
            metadatas=[{"book": number // BOOK, "chapter": number % BOOK * CHAPTERS // BOOK} for number in numbers],
        )
    return collection


def name(number: int) -> str:
    """Return the id of a passage."""
    return f"passage-{number}"


def vectors(chance: np.random.Generator, count: int) -> Vectors:
    """Return random vectors of length 1."""
    raw = chance.standard_normal((count, DIMENSIONS), dtype=np.float32)
    length: Vectors = np.linalg.norm(raw, axis=1, keepdims=True)
    return raw / length


def ways(collection: Collection, question: Vectors, book: int) -> Mapping[str, Callable[[], object]]:
    """Return each way of asking for the passages of a book, by its name in the table."""
    asked = partial(collection.query, query_embeddings=question, n_results=TOP)
    here = [name(number) for number in range(book * BOOK, (book + 1) * BOOK)]
    both = {"$and": [{"book": book}, {"chapter": {"$lte": CHAPTERS // 2}}]}
    return {
        "query, no filter": asked,
        "query, `where` book": partial(asked, where={"book": book}),
        "query, `where` book and chapter": partial(asked, where=both),
        "query, `ids=` of one book": partial(asked, ids=here),
        "`get(ids=…)` of one book, with embeddings": partial(collection.get, ids=here, include=["embeddings"]),
        "`get(where=book)`, with embeddings": partial(collection.get, where={"book": book}, include=["embeddings"]),
    }


def medians(collection: Collection, questions: int) -> dict[str, float]:
    """Return each way's median time in milliseconds, over questions about different books."""
    chance = np.random.default_rng(10)
    times: dict[str, list[float]] = {}
    for book in chance.integers(0, max(1, collection.count() // BOOK), questions):
        for way, ask in ways(collection, vectors(chance, 1), int(book)).items():
            start = time.perf_counter()
            ask()
            times.setdefault(way, []).append(1_000 * (time.perf_counter() - start))
    return {way: statistics.median(taken) for way, taken in times.items()}


def table(measured: Mapping[int, Mapping[str, float]]) -> str:
    """Return the medians of each size in Markdown."""
    sizes = list(measured)
    lines: list[Sequence[str]] = [["", *(f"{size:,} passages" for size in sizes)], ["---"] * (len(sizes) + 1)]
    lines += [[way, *(f"{measured[size][way]:.1f} ms" for size in sizes)] for way in measured[sizes[0]]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Chroma's ways of finding passages of one book.")
    parser.add_argument("--passages", type=int, nargs="+", default=[20_000, 300_000])
    parser.add_argument("--questions", type=int, default=20)
    given = parser.parse_args()
    measured = {}
    for size in given.passages:
        with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
            measured[size] = medians(filled(Path(folder), size), given.questions)
    sys.stdout.write(f"{table(measured)}\n")


if __name__ == "__main__":
    main()
