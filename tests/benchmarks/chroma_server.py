"""Time the vector store on a Chroma server of this machine beside the embedded one, in turns, and print a table.

python -m tests.benchmarks.chroma_server [--passages 20000] [--rounds 5]

The shipped library and its model, with made-up books beside it up to a size, and 10,000 notes of club texts. A server
is started for it. docs/hosting.md has what was measured.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from corpus.books import Reveals
from corpus.library import SHIPPED, Library
from corpus.passages import ClubText
from retrieval.address import Place
from retrieval.door import Retriever
from retrieval.embedding import load_embedder
from retrieval.gate import Audience
from retrieval.manifests import ClubManifest, Manifest
from retrieval.rows import StoredPassage
from retrieval.store import Store
from retrieval.types import Embedder
from tests.benchmarks.peers.made_up_books import PASSAGES, MadeUpBook, books_for, known_sentences
from tests.fakes.bookshelf import silent
from tests.fakes.chroma_server import running_chroma

QUESTION = "Who sends the letter?"
QUESTIONS = 20
TEXTS = 10_000
"""Notes of club texts: what a process reads anew where another has changed one."""

REST = 2.1
"""Seconds after which a process looks anew at what others have changed."""


@dataclass
class Times:
    """Seconds by what was done, and by the kind of store."""

    told: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def time(self, what: str, kind: str, work: Callable[[], object], times: int = 1) -> None:
        """Do something so many times over, and note the seconds of once."""
        begun = time.perf_counter()
        for _ in range(times):
            work()
        self.told.setdefault(what, {}).setdefault(kind, []).append((time.perf_counter() - begun) / times)

    def lines(self) -> list[str]:
        """Return the table: the middle of all rounds, and how many times longer the server takes."""
        rows = ["| | embedded | server | times |", "|---|---|---|---|"]
        for what, kinds in self.told.items():
            one, other = (statistics.median(kinds[kind]) for kind in ("embedded", "server"))
            rows.append(f"| {what} | {_shown(one)} | {_shown(other)} | {other / one:.2f} |")
        return rows


def _shown(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def fill(times: Times, stores: Mapping[str, Store], books: int) -> None:
    """Write made-up books, of which no library knows, and the notes of texts of other clubs."""
    told = known_sentences()
    for book in (MadeUpBook(number, told) for number in range(books)):
        rows = [StoredPassage(p, v) for p, v in zip(book.passages, book.embedded(), strict=True)]
        for kind, store in stores.items():
            times.time(f"a book of {PASSAGES} passages written, embedding apart", kind, partial(write, store, rows))
    for store in stores.values():
        store.note_club([ClubManifest("another", str(n), "made-up-0", "f", (f"club/{n}",)) for n in range(TEXTS)])


def write(store: Store, rows: Sequence[StoredPassage]) -> None:
    """Write a book as an index run does."""
    store.write(rows)
    store.finish(Manifest(rows[0].passage.book, "f", {}, tuple(row.passage.id for row in rows)))


def play(times: Times, kind: str, library: Library, store: Store, embedder: Embedder) -> None:
    """Do once, with a process's memory empty, what a bot does all day."""
    slug = next(iter(library.books))
    finished = Audience({slug: book.marks for slug, book in library.books.items()}, club="club")
    retriever = Retriever(library, store, embedder)
    retriever._refreshing.follow()  # as a refresh would, without taking the made-up books out
    try:
        retriever.passages(slug, finished)  # what is done once in a process is done
        for other in [book for book in library.books if book != slug]:
            times.time("first touch of a book", kind, lambda other=other: retriever.passages(other, finished))  # type: ignore[misc]
        times.time(
            "a question, its book open", kind, lambda: retriever.search(QUESTION, finished, slug), times=QUESTIONS
        )
        text = ClubText("club", "1", slug, "It rained on every page. I liked it.", Reveals(), 4)
        times.time("a review written", kind, lambda: retriever.keep(text))
        times.time("a review deleted", kind, lambda: retriever.drop("club", "1"))
        times.time(f"the notes of {TEXTS:,} reviews read anew", kind, store.club_manifests)
        if store.shared:
            time.sleep(REST)
            retriever.passages(slug, finished)  # what was changed is read
            time.sleep(REST)
            times.time("a look at what others have changed", kind, lambda: retriever.passages(slug, finished))
        else:
            times.time("a look at what others have changed", kind, lambda: retriever.passages(slug, finished))
    finally:
        retriever.close()


def main(arguments: Sequence[str]) -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    library, embedder, times = Library.load(SHIPPED), load_embedder(), Times()
    with tempfile.TemporaryDirectory() as folder, running_chroma() as server, ExitStack() as stack:
        places: dict[str, Place] = {"embedded": Path(folder), "server": server.database()}
        stores = {kind: stack.enter_context(Store(place, embedder.name, silent)) for kind, place in places.items()}
        embedder.passages([["Warm."]])
        for store in stores.values():
            retriever = Retriever(library, store, embedder)
            retriever.refresh()
            real = sum(len(manifest.ids) for manifest in store.manifests().values())
            retriever.close()
        fill(times, stores, books_for(given.passages, real))
        for _ in range(given.rounds):
            for kind, store in stores.items():
                play(times, kind, library, store, embedder)
    print(f"{given.passages:,} passages, {real} of them of the shipped library; the middle of {given.rounds} rounds.\n")
    print("\n".join(times.lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
