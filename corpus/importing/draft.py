"""What an importer reads from a page, and the report on what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

from corpus.books import Book, Edition, Ratings, SimilarBook, Slug


class Fate(StrEnum):
    """What became of something that a page held."""

    RECOGNISED = "recognised"
    """The page is of a known form."""
    ADDED = "added"
    """A field was written into `book.toml`."""
    PLACED = "placed"
    """The text carries its own `reveals`."""
    INFERRED = "inferred"
    """The text is left to be placed by alignment, when the library is indexed."""
    PRESENT = "already there"
    """The library says it already; nothing was written."""
    DROPPED = "dropped"
    """It was not kept, for the reason given."""
    NOTED = "noted"
    """Something that the organiser should look at."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a report: what, from which file, how many (None where it is not counted), and why or where to."""

    file: str
    fate: Fate
    what: str
    count: int | None = None
    why: str = ""

    def __str__(self) -> str:
        counted = self.what if self.count is None else f"{self.what}: {self.count}"
        return f"{self.file}: {self.fate}: {counted}" + (f" ({self.why})" if self.why else "")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was made of the imported files; `written` names the library files that changed or are new."""

    book: Slug
    entries: tuple[Entry, ...]
    written: tuple[Path, ...]

    @property
    def changed(self) -> bool:
        """Whether the library is different from before."""
        return bool(self.written)

    def of(self, *fates: Fate) -> list[Entry]:
        """Return the entries with one of these fates, in order."""
        return [entry for entry in self.entries if entry.fate in fates]

    def lines(self) -> list[str]:
        """Return the report as plain lines of text."""
        said = [str(entry) for entry in self.entries]
        if not self.changed:
            return [*said, "Nothing changed: all of it is already there."]
        return [*said, *(f"wrote {path}" for path in self.written)]


class Ledger:
    """Collects the entries of one file while it is read; equal entries are counted together."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._counts: dict[tuple[Fate, str, str], int | None] = {}

    def add(self, fate: Fate, what: str, count: int | None = None, why: str = "") -> None:
        """Add `count` of something (none adds nothing), or something that is not counted."""
        key = (fate, what, why)
        if count is None:
            self._counts[key] = None
        elif count > 0:
            self._counts[key] = (self._counts.get(key) or 0) + count

    def entries(self) -> Iterable[Entry]:
        """Return what was collected, by fate in the order of `Fate`, then in the order of arrival."""
        order = list(Fate)
        found = [Entry(self.file, fate, what, count, why) for (fate, what, why), count in self._counts.items()]
        return sorted(found, key=lambda entry: order.index(entry.fate))


END = -1
"""Stands for the last mark of a book in the `reveals` of a draft, until the book is known."""

Placing = Mapping[Slug, int]
"""How far a text reveals, by book; `END` is the book's last mark."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or list item of plain text; `reveals` is None where it is left for placing by alignment."""

    text: str
    item: bool = False
    reveals: Placing | None = None
    likes: int = 0
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Paragraphs under one heading (or none); `names_marks` is set where the heading may place them."""

    paragraphs: tuple[Paragraph, ...]
    heading: str = ""
    level: int = 2
    names_marks: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to be written; `reveals` holds for all of it."""

    stem: str
    kind: str
    title: str
    source: str
    sections: tuple[Section, ...]
    reveals: Placing | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page says of the book itself; an empty field says nothing."""

    title: str = ""
    author: str = ""
    year: int | None = None
    series: str = ""
    series_number: float | None = None
    pages: int | None = None
    chapters: int | None = None
    isbn: str = ""
    language: str = ""
    first_published: dt.date | None = None
    ratings: Ratings | None = None
    editions: tuple[Edition, ...] = ()
    similar: tuple[SimilarBook, ...] = ()

    def completed_by(self, other: Facts) -> Facts:
        """Return these facts, with those of `other` where these say nothing."""
        missing = {f.name: getattr(other, f.name) for f in fields(self) if not getattr(self, f.name)}
        return replace(self, **missing)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one page gave."""

    facts: Facts
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What an importer knows beforehand: the book, as far as the library has it, and the books beside it."""

    slug: Slug
    book: Book | None
    others: Mapping[Slug, Book]
    ledger: Ledger
