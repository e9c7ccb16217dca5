"""How long a question takes: all contenders asked in turns, in one process, about real books of a library of a size."""

import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.books import Book
from corpus.library import SHIPPED, Library
from tests.measure.benchmarks.peers.contender import (
    COLLECTION,
    DOGEAR,
    ENSEMBLE,
    LLAMA,
    SEARCH,
    STOCK,
    Asked,
    Way,
    open_client,
    open_collection,
)
from tests.measure.benchmarks.peers.dogear_contender import DogearContender, open_dogear
from tests.measure.benchmarks.peers.filling import REAL
from tests.measure.benchmarks.peers.langchain_peer import LangChainPeer
from tests.measure.benchmarks.peers.llamaindex_peer import LlamaIndexPeer
from tests.measure.benchmarks.peers.shelves import Shelf

ROUNDS = 4
"""Each question is asked this often, in turns; the first round only warms up."""

MANY, FEW = 40, 10
"""Questions, in libraries of up to REAL passages and in larger ones, where the peers take a second for each."""

TOUCHED = 30
"""Books that are opened for the first time, the real ones among them."""


FORMS = ("Who is {}?", "What does {} do?", "Why does {} matter?", "Whom does {} trust?")


def asked_about(books: Mapping[str, Book], count: int) -> list[Asked]:
    """Return questions about people of the shipped books, one book after another, by readers at many positions."""
    names = {
        path.parent.name: re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE)
        for path in sorted(SHIPPED.glob("*/people.md"))
    }
    asked = (
        (form.format(names[slug][n % len(names[slug])]), slug)
        for form in FORMS
        for n in range(max(map(len, names.values())))
        for slug in names
    )
    return [
        Asked(text, slug, max(1, books[slug].marks * (30 + 7 * n % 71) // 100))
        for n, (text, slug) in enumerate(list(dict.fromkeys(asked))[:count])
    ]


def milliseconds(way: Callable[[], object]) -> float:
    """Return how long something takes."""
    start = time.perf_counter()
    way()
    return 1_000 * (time.perf_counter() - start)


def in_turns(ways: Mapping[str, Way], asked: Sequence[Asked], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Return the milliseconds of every question by contender; all are asked each question before the next."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(rounds):
        for one in asked:
            for name, way in ways.items():
                ms = milliseconds(lambda: way(one))  # noqa: B023 (called at once)
                if n:
                    taken[name].append(ms)
    return taken


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that this part of all does not pass."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the middle and the 95th percentile, as the figures' file has them."""
    return {"p50": round(statistics.median(values), 3), "p95": round(percentile(values, 0.95), 3)}


def first_touches(dogear: DogearContender, text: str) -> list[float]:
    """Return the milliseconds of the first question to each of some books, the question embedded already."""
    dogear.read(text)
    books = sorted(dogear.library.books, key=lambda slug: slug.startswith("made-up-"))[: TOUCHED + 1]
    last = books.pop()  # what is done once in a process is no book's
    dogear.search(Asked(text, last, dogear.library.books[last].marks))
    return [
        milliseconds(lambda: dogear.search(Asked(text, slug, dogear.library.books[slug].marks)))  # noqa: B023
        for slug in books
    ]


def measure(shelf: Shelf, model: Path) -> dict[str, Any]:
    """Return the figures of a library: times of a question by contender, and of a book's first touch."""
    asked = asked_about(Library.load(SHIPPED).books, MANY if shelf.size <= REAL else FEW)
    client = open_client(shelf.peers)
    collection = open_collection(client)
    langchain, llama = LangChainPeer(client, COLLECTION, model), LlamaIndexPeer(collection, model)
    with open_dogear(shelf.library, shelf.dogear) as dogear:
        touches = first_touches(dogear, asked[0].text)
        ways: dict[str, Way] = {
            DOGEAR: dogear.answer, SEARCH: dogear.search, STOCK: langchain.search, ENSEMBLE: langchain.ensemble,
            LLAMA: llama.search,
        }  # fmt: skip
        taken = in_turns(ways, asked)
    return {
        "passages": collection.count(),
        "questions": len(asked),
        "ms": {name: spread(values) for name, values in taken.items()},
        "first_touch_ms": spread(touches) | {"most": round(max(touches), 3)},
    }
