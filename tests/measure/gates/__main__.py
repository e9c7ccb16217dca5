"""How many too-early chapters of a cast and of recaps an import catches: `python -m tests.measure.gates`.

Casts and recaps are made of what the shipped books say of their people, whose marks are known, in the shape of the
open catalogue. Every fifth one gets a chapter that is too early, five times over, so that each is tried once. Each
book is then imported with its summary, as an organiser would, and what readers would see is read back.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.book_file import read_book
from corpus.books import Book
from corpus.documents import read_document
from corpus.importing import import_files
from corpus.library import SHIPPED

EVERY, TOGETHER = 5, 3
"""Every so many gates are moved; paragraphs that make a recap."""

EARLIEST = 3  # a gate below it cannot be moved far

Plant = Callable[[int], int]
PLANTS: dict[str, Plant] = {
    "chapter 1": lambda _: 1,
    "a third of the way": lambda mark: max(1, mark // 3),
    "half of the way": lambda mark: mark // 2,
    "anywhere before": lambda mark: random.Random(mark).randint(1, mark - 1),  # noqa: S311 (no secret)
}
"""Where a gate is moved to, by its true mark."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is told from a mark on; by somebody's name, or in a recap."""

    text: str
    mark: int
    name: str = ""


@dataclass
class Count:
    """Gates that were moved too early, those of them that nobody sees too early, and true ones that were moved."""

    planted: int = 0
    caught: int = 0
    true: int = 0
    delayed: int = 0


def entries(book: Book) -> list[Entry]:
    """Return a cast and recaps of a book: its own words about its people, one by one and a few together."""
    document = read_document(SHIPPED / book.slug / "people.md", book, {}, [])
    told = [Entry(b.text, b.reveals.marks[book.slug], b.heading) for b in document.blocks if b.reveals]
    cast = [entry for entry in told if entry.mark]
    by_mark = sorted(cast, key=lambda entry: entry.mark)
    groups = [by_mark[n : n + TOGETHER] for n in range(0, len(by_mark), TOGETHER)]
    return [*cast, *(Entry(" ".join(e.text for e in group), max(e.mark for e in group)) for group in groups)]


def as_catalogue(book: Book, told: list[Entry]) -> str:
    """Return entries as the open catalogue's read API sends them; recaps are sorted by chapter, as there."""
    people = [
        {"id": f"p{n}", "name": e.name, "reveal": {"chapter": e.mark}, "description": e.text}
        for n, e in enumerate(told) if e.name
    ]  # fmt: skip
    recaps = [{"through": {"chapter": e.mark}, "scope": "book", "text": e.text} for e in told if not e.name]
    recaps.sort(key=lambda recap: recap["through"]["chapter"])  # type: ignore[index]
    work = {"id": book.slug, "title": book.title, "authors": [{"id": "a", "name": book.author}], "language": "en"}
    return json.dumps(work | {"series": [], "recordings": None, "characters": people, "recaps": recaps})


def imported(book: Book, told: list[Entry]) -> dict[str, int]:
    """Return from which mark each text can be seen, once it is imported beside the book's summary."""
    with tempfile.TemporaryDirectory() as folder:
        library, file = Path(folder) / "library", Path(folder) / "cast.json"
        (library / book.slug).mkdir(parents=True)
        for name in ("book.toml", "summary.md"):
            shutil.copy(SHIPPED / book.slug / name, library / book.slug / name)
        file.write_text(as_catalogue(book, told), encoding="utf-8")
        import_files([file], book.slug, library)
        found = [read_document(path, book, {}, []) for path in (library / book.slug).glob("*audiosilo.md")]
    return {b.text: b.reveals.marks[book.slug] for document in found for b in document.blocks if b.reveals}


def books() -> Iterator[Book]:
    """Yield the shipped books whose marks are chapters, and that have a summary."""
    for home in sorted(SHIPPED.iterdir()):
        if (home / "summary.md").exists() and (book := read_book(home, [])).unit == "chapter":
            yield book


def measured(plant: Plant) -> Count:
    """Return how many planted gates an import catches, over all books."""
    count = Count()
    for book in books():
        told = entries(book)
        seen = imported(book, told)
        count.true += len(told)
        count.delayed += sum(seen[entry.text] > entry.mark for entry in told)
        for first in range(EVERY):
            moved = {e for e in told[first::EVERY] if e.mark >= EARLIEST}
            seen = imported(book, [Entry(e.text, plant(e.mark), e.name) if e in moved else e for e in told])
            count.planted += len(moved)
            count.caught += sum(seen[entry.text] >= entry.mark for entry in moved)
    return count


if __name__ == "__main__":
    for name, plant in PLANTS.items():
        found = measured(plant)
        print(
            f"{name}: {found.caught} of {found.planted} caught ({found.caught / found.planted:.1%}); "
            f"{found.delayed} of {found.true} true ones wait longer"
        )
