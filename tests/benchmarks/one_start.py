"""One start of the program, lap by lap: what `where_time_goes` starts as a process of its own.

python -m tests.benchmarks.one_start BEGUN LIBRARY DATA

BEGUN is when the process was started, in seconds since 1970. Prints the seconds of each lap as JSON.
"""

from __future__ import annotations

import time

_LOADED = time.time()

import json  # noqa: E402 (the clock is read before anything is imported)
import sys  # noqa: E402
from pathlib import Path  # noqa: E402


class Laps:
    """A stopwatch: each lap has a name and ends when the next begins."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def end(self, name: str) -> None:
        """End a lap."""
        now = time.perf_counter()
        self.seconds[name] = now - self._since
        self._since = now


def start(library: Path, data: Path) -> dict[str, float]:
    """Start as the terminal does, answer one question, and return the seconds of each lap."""
    laps = Laps()
    import torch  # noqa: F401

    laps.end("importing torch")
    import chromadb  # noqa: F401

    laps.end("importing Chroma")
    from bot.discussion import Discussion
    from corpus.library import Library, Readings
    from retrieval import packaged_encoder  # noqa: F401 (otherwise it is imported with the weights)
    from retrieval.door import Retriever
    from retrieval.embedding import load_embedder
    from retrieval.gate import Audience
    from retrieval.store import Store

    laps.end("importing all else")
    books = Library.load(library, Readings(data))
    laps.end("reading the library")
    embedder = load_embedder()
    laps.end("checking and loading the weights")
    with Store(data, embedder.name, print) as store:
        laps.end("opening the store")
        retriever = Retriever(books, store, embedder)
        retriever.refresh()
        laps.end("finding that nothing changed")
        slug, book = next(iter(books.books.items()))
        finished = Audience({slug: book.marks})
        retriever.passages(slug, finished)
        laps.end("opening the first book")
        Discussion(books, retriever).ask("Who is it?", finished, slug)
        laps.end("the first answer")
    return laps.seconds


if __name__ == "__main__":
    python = {"starting Python": _LOADED - float(sys.argv[1])}
    print(json.dumps(python | start(Path(sys.argv[2]), Path(sys.argv[3]))))
