"""What an importer makes of a page: facts for `book.toml`, and documents that are still to be written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from corpus.books import Book, Edition, Ratings, SimilarBook
from corpus.importing.report import Ledger
from corpus.reveals import Slug

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
